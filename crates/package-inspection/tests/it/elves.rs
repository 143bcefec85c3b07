//! A writer of ELF images: what a loader reads of them, in any order, for any machine.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

pub(crate) const X86_64: u16 = 62;
pub(crate) const AARCH64: u16 = 183;
pub(crate) const I386: u16 = 3;
pub(crate) const S390X: u16 = 22;
pub(crate) const ARM: u16 = 40;
pub(crate) const MIPS: u16 = 8;
pub(crate) const PPC64: u16 = 21;
pub(crate) const SPARC: u16 = 43;

/// What the program headers lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Interpreter,
    Strings,
    Versions,
    Dynamic,
    /// Code, which nobody reads.
    Padding,
}

/// How the parts of an image may lie: as linkers write them, and as tools leave them that move tables behind everything else.
pub(crate) const LAYOUTS: [&[Part]; 6] = {
    use Part::*;
    [
        &[Interpreter, Strings, Versions, Padding, Dynamic],
        &[Interpreter, Padding, Dynamic, Versions, Strings],
        &[Dynamic, Padding, Strings, Versions, Interpreter],
        &[Padding, Strings, Interpreter, Dynamic, Versions],
        &[Strings, Dynamic, Versions, Interpreter, Padding],
        // With much padding the strings have passed when it is known that they are needed.
        &[Interpreter, Padding, Strings, Padding, Dynamic, Versions],
    ]
};
/// The last of them.
pub(crate) const READ_TWICE: &[Part] = LAYOUTS[5];

#[derive(Clone, Debug)]
pub(crate) struct Image {
    pub(crate) machine: u16,
    pub(crate) image_type: u16,
    pub(crate) is_wide: bool,
    pub(crate) is_little: bool,
    pub(crate) interpreter: Option<String>,
    pub(crate) needed: Vec<String>,
    /// Libraries, each with the versions of symbols that are needed of it.
    pub(crate) versions: Vec<(String, Vec<String>)>,
    pub(crate) run_path: Option<String>,
    pub(crate) layout: &'static [Part],
    pub(crate) padding: usize,
    /// What memory addresses are higher than places in the file.
    pub(crate) address: u64,
    /// Whether the table of strings is a segment of its own, as after `patchelf`.
    pub(crate) strings_apart: bool,
}

impl Image {
    /// A library for a machine of Lambda that needs the C library in a version.
    pub(crate) fn library(machine: u16, version: &str) -> Self {
        Self {
            machine,
            image_type: 3,
            is_wide: true,
            is_little: true,
            interpreter: None,
            needed: vec!["libc.so.6".to_owned()],
            versions: vec![("libc.so.6".to_owned(), vec![version.to_owned()])],
            run_path: None,
            layout: LAYOUTS[0],
            padding: 0,
            address: 0,
            strings_apart: false,
        }
    }

    fn number(&self, bytes: &mut Vec<u8>, number: u64, length: usize) {
        let little = number.to_le_bytes();
        if self.is_little {
            bytes.extend(&little[..length]);
        } else {
            bytes.extend(little[..length].iter().rev());
        }
    }

    fn address_bytes(&self) -> usize {
        if self.is_wide { 8 } else { 4 }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let (header, each) = if self.is_wide { (64, 56) } else { (52, 32) };
        let strings = Strings::of(self);
        let has_dynamic = !self.needed.is_empty() || !self.versions.is_empty() || self.run_path.is_some();
        let loads = if self.strings_apart { 3 } else { 1 };
        let count = loads + usize::from(self.interpreter.is_some()) + usize::from(has_dynamic);
        let start = header + count * each;

        // Where each part lies follows from their lengths alone.
        let versions = self.version_table(&strings);
        let length = |part: Part| match part {
            Part::Interpreter => self.interpreter.as_ref().map_or(0, |interpreter| interpreter.len() + 1),
            Part::Strings if has_dynamic => strings.bytes.len(),
            Part::Versions if has_dynamic => versions.len(),
            Part::Dynamic if has_dynamic => self.dynamic_entries() * 2 * self.address_bytes(),
            Part::Padding => self.padding,
            _ => 0,
        };
        let mut places = Vec::new();
        let mut at = start;
        for &part in self.layout {
            places.push((part, at));
            at += length(part).next_multiple_of(8);
        }
        let end = at;
        let place = |wanted: Part| places.iter().find(|(part, _)| *part == wanted).map_or(0, |(_, at)| *at);

        let mut bytes = self.header(header, each, count);
        let mut segment = |kind: u64, at: usize, length: usize| {
            self.segment(&mut bytes, kind, at as u64, length as u64);
        };
        if self.strings_apart {
            // The table lies at an address that no other segment has.
            let (at, length) = (place(Part::Strings), length(Part::Strings));
            segment(1, 0, at);
            segment(1, at, length);
            segment(1, at + length, end - at - length);
        } else {
            segment(1, 0, end);
        }
        if self.interpreter.is_some() {
            segment(3, place(Part::Interpreter), length(Part::Interpreter));
        }
        if has_dynamic {
            segment(2, place(Part::Dynamic), length(Part::Dynamic));
        }
        for &(part, at) in &places {
            bytes.resize(at, 0);
            match part {
                Part::Interpreter => {
                    bytes.extend(self.interpreter.iter().flat_map(|interpreter| interpreter.bytes()));
                }
                Part::Strings if has_dynamic => bytes.extend(&strings.bytes),
                Part::Versions if has_dynamic => bytes.extend(&versions),
                Part::Dynamic if has_dynamic => {
                    let (strings_at, versions_at) = (place(Part::Strings), place(Part::Versions));
                    bytes.extend(self.dynamic(&strings, strings_at as u64, versions_at as u64));
                }
                // Noise, so that a compressed image is not read from its first bytes alone.
                Part::Padding => {
                    bytes.extend(
                        (0..self.padding as u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 27) as u8),
                    );
                }
                _ => {}
            }
        }
        bytes.resize(end, 0);
        bytes
    }

    fn header(&self, header: usize, each: usize, count: usize) -> Vec<u8> {
        let mut bytes = b"\x7fELF".to_vec();
        bytes.extend([if self.is_wide { 2 } else { 1 }, if self.is_little { 1 } else { 2 }, 1, 0]);
        bytes.extend([0; 8]);
        let wide = self.address_bytes();
        for (number, length) in [
            (self.image_type.into(), 2),
            (self.machine.into(), 2),
            (1, 4),
            (0, wide),
            (header as u64, wide),
            (0, wide),
            (0, 4),
            (header as u64, 2),
            (each as u64, 2),
            (count as u64, 2),
            (0, 2),
            (0, 2),
            (0, 2),
        ] {
            self.number(&mut bytes, number, length);
        }
        bytes
    }

    fn segment(&self, bytes: &mut Vec<u8>, kind: u64, at: u64, length: u64) {
        let address = at + self.address;
        let wide = self.address_bytes();
        self.number(bytes, kind, 4);
        if self.is_wide {
            self.number(bytes, 5, 4);
        }
        for number in [at, address, address, length, length] {
            self.number(bytes, number, wide);
        }
        if !self.is_wide {
            self.number(bytes, 5, 4);
        }
        self.number(bytes, 8, wide);
    }

    fn dynamic_entries(&self) -> usize {
        self.needed.len() + usize::from(self.run_path.is_some()) + 2 + 2 + 1
    }

    fn dynamic(&self, strings: &Strings, strings_at: u64, versions_at: u64) -> Vec<u8> {
        let mut entries: Vec<(u64, u64)> = strings.needed.iter().map(|&at| (1, at as u64)).collect();
        entries.extend(strings.run_path.map(|at| (29, at as u64)));
        entries.extend([(5, strings_at + self.address), (10, strings.bytes.len() as u64)]);
        if !self.versions.is_empty() {
            entries.extend([
                (0x6fff_fffe, versions_at + self.address),
                (0x6fff_ffff, self.versions.len() as u64),
            ]);
        }
        entries.resize(self.dynamic_entries(), (0, 0));
        let mut bytes = Vec::new();
        for (tag, value) in entries {
            self.number(&mut bytes, tag, self.address_bytes());
            self.number(&mut bytes, value, self.address_bytes());
        }
        bytes
    }

    fn version_table(&self, strings: &Strings) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (at, ((_, names), (library, versions))) in self.versions.iter().zip(&strings.versions).enumerate()
        {
            let is_last = at + 1 == self.versions.len();
            let next = if is_last { 0 } else { 16 + 16 * names.len() as u64 };
            let first = if names.is_empty() { 0 } else { 16 };
            for (number, length) in
                [(1, 2), (names.len() as u64, 2), (*library as u64, 4), (first, 4), (next, 4)]
            {
                self.number(&mut bytes, number, length);
            }
            for (at, version) in versions.iter().enumerate() {
                let next = if at + 1 == versions.len() { 0 } else { 16 };
                for (number, length) in [(0, 4), (0, 2), (at as u64 + 2, 2), (*version as u64, 4), (next, 4)]
                {
                    self.number(&mut bytes, number, length);
                }
            }
        }
        bytes
    }
}

/// The table of strings, and where in it everything lies.
struct Strings {
    bytes: Vec<u8>,
    needed: Vec<usize>,
    run_path: Option<usize>,
    versions: Vec<(usize, Vec<usize>)>,
}

impl Strings {
    fn of(image: &Image) -> Self {
        let mut bytes = vec![0];
        let mut add = |text: &str| {
            let at = bytes.len();
            bytes.extend(text.as_bytes());
            bytes.push(0);
            at
        };
        let needed = image.needed.iter().map(|name| add(name)).collect();
        let run_path = image.run_path.as_ref().map(|path| add(path));
        let versions = image
            .versions
            .iter()
            .map(|(library, names)| (add(library), names.iter().map(|name| add(name)).collect()))
            .collect();
        Self { bytes, needed, run_path, versions }
    }
}

/// Any image, a small one mostly.
pub(crate) fn image() -> impl Strategy<Value = Image> {
    let names = || "lib[a-z]{1,12}\\.so(\\.[0-9])?";
    let versions =
        vec(("lib[a-z]{1,5}\\.so", vec("(GLIBC_2\\.[0-9]{1,2}(\\.[0-9])?|GLIBC_PRIVATE|V1)", 0..4)), 0..3);
    let interpreter = proptest::option::of("/lib(64)?/ld-(linux|musl)[a-z0-9.-]{0,20}");
    let texts = (interpreter, vec(names(), 0..5), versions, proptest::option::of("\\$ORIGIN/[a-z.]{0,20}"));
    let format = (select(&[X86_64, AARCH64, I386, S390X, 243]), 0..5_u16, any::<bool>(), any::<bool>());
    let address = select(&[0_u64, 0x1000, 0x40_0000]);
    let padding = prop_oneof![8 => 0..64_usize, 4 => 0..20_000_usize, 1 => 3_000_000..3_500_000_usize];
    (format, texts, select(&LAYOUTS), padding, address, any::<bool>()).prop_map(
        |(format, texts, layout, padding, address, strings_apart)| {
            let (machine, image_type, is_wide, is_little) = format;
            let (interpreter, needed, versions, run_path) = texts;
            Image {
                machine,
                image_type,
                is_wide,
                is_little,
                interpreter,
                needed,
                versions,
                run_path,
                layout,
                padding,
                address,
                strings_apart,
            }
        },
    )
}
