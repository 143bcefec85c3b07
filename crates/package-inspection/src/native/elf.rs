//! ELF images as the loader sees them: by program headers alone, for section headers may be missing or lie.

use crate::native::{GlibcVersion, ImageType, Linkage, Machine, Native};

/// How long the file header is.
const HEADER_BYTES_32: usize = 52;
const HEADER_BYTES_64: usize = 64;

/// Program headers.
const PT_LOAD: u32 = 1;
const PT_DYNAMIC: u32 = 2;
const PT_INTERP: u32 = 3;

/// Entries of the dynamic segment.
const DT_NEEDED: u64 = 1;
const DT_STRTAB: u64 = 5;
const DT_RPATH: u64 = 15;
const DT_RUNPATH: u64 = 29;
const DT_VERNEED: u64 = 0x6fff_fffe;
const DT_VERNEEDNUM: u64 = 0x6fff_ffff;

/// What an image may have; one with more is made to be looked at for long, and counts as malformed.
const PROGRAM_HEADERS_MAX: usize = 512;
const NEEDED_MAX: usize = 256;
const VERSIONS_MAX: usize = 4096;
const TEXT_BYTES_MAX: usize = 4096;
/// All texts of one image together.
const TEXTS_BYTES_MAX: usize = 64 << 10;
const SEGMENT_BYTES_MAX: u64 = 1 << 20;

/// Sees the bytes of an image that are at hand.
pub(crate) trait Image {
    /// Returns `length` bytes from `offset` on, all of them or none.
    fn bytes(&mut self, offset: u64, length: usize) -> Option<&[u8]>;
}

impl Image for &[u8] {
    fn bytes(&mut self, offset: u64, length: usize) -> Option<&[u8]> {
        let at = usize::try_from(offset).ok()?;
        self.get(at..at.checked_add(length)?)
    }
}

/// How an image writes numbers.
#[derive(Debug, Clone, Copy)]
struct Encoding {
    wide: bool,
    little: bool,
}

impl Encoding {
    fn of(ident: &[u8]) -> Option<Self> {
        let wide = match ident.get(4)? {
            1 => false,
            2 => true,
            _ => return None,
        };
        let little = match ident.get(5)? {
            1 => true,
            2 => false,
            _ => return None,
        };
        Some(Self { wide, little })
    }

    /// Reads a number of `length` bytes, at most eight.
    fn number(self, bytes: &[u8], at: usize, length: usize) -> Option<u64> {
        let bytes = bytes.get(at..at.checked_add(length)?)?;
        let add = |number: u64, &byte: &u8| number << 8 | u64::from(byte);
        Some(if self.little { bytes.iter().rev().fold(0, add) } else { bytes.iter().fold(0, add) })
    }

    fn half(self, bytes: &[u8], at: usize) -> Option<u64> {
        self.number(bytes, at, 2)
    }

    fn word(self, bytes: &[u8], at: usize) -> Option<u64> {
        self.number(bytes, at, 4)
    }

    /// Reads an address or offset.
    fn address(self, bytes: &[u8], at: usize) -> Option<u64> {
        self.number(bytes, at, if self.wide { 8 } else { 4 })
    }
}

/// Reads the file header into the facts.
pub(crate) fn head(native: &mut Native, head: &[u8]) {
    let Some(encoding) = Encoding::of(head) else {
        native.malformed = true;
        return;
    };
    native.is_64_bit_little_endian = encoding.wide && encoding.little;
    native.image_type = encoding.half(head, 16).map(|number| match number {
        1 => ImageType::Relocatable,
        2 => ImageType::Executable,
        3 => ImageType::Dynamic,
        _ => ImageType::Other,
    });
    native.machines.extend(encoding.half(head, 18).map(|number| match number {
        62 => Machine::X86_64,
        183 => Machine::Aarch64,
        3 => Machine::I386,
        40 => Machine::Arm,
        243 => Machine::Riscv,
        21 => Machine::Ppc64,
        22 => Machine::S390x,
        258 => Machine::Loongarch,
        other => Machine::Other(other as u32),
    }));
    native.malformed = match ProgramHeaders::of(encoding, head) {
        Some(headers) => headers.end().is_none_or(|end| end > native.size),
        None => true,
    };
}

/// Where the program headers lie.
#[derive(Debug, Clone, Copy)]
struct ProgramHeaders {
    at: u64,
    each: usize,
    count: usize,
}

impl ProgramHeaders {
    fn of(encoding: Encoding, head: &[u8]) -> Option<Self> {
        let (bytes, offset, sizes, least) =
            if encoding.wide { (HEADER_BYTES_64, 32, 54, 56) } else { (HEADER_BYTES_32, 28, 42, 32) };
        let head = head.get(..bytes)?;
        let at = encoding.address(head, offset)?;
        let each = encoding.half(head, sizes)? as usize;
        let count = encoding.half(head, sizes + 2)? as usize;
        (count == 0 || each >= least).then_some(Self { at, each, count })
    }

    fn end(&self) -> Option<u64> {
        self.at.checked_add(self.each as u64 * self.count as u64)
    }
}

/// A part of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Segment {
    address: u64,
    offset: u64,
    length: u64,
}

/// Reads what the loader needs; `None` if the image breaks off or contradicts itself.
///
/// Asks `image` for what it needs in the order in which it finds out, so that a reader that does not have a part
/// yet can tell which: what it is asked for in vain.
pub(crate) fn linkage(image: &mut dyn Image) -> Option<Linkage> {
    let ident = image.bytes(0, 6)?;
    let encoding = Encoding::of(ident)?;
    let header = image.bytes(0, if encoding.wide { HEADER_BYTES_64 } else { HEADER_BYTES_32 })?;
    let headers = ProgramHeaders::of(encoding, header)?;
    let mut segments = Segments::default();
    if headers.count > PROGRAM_HEADERS_MAX {
        return None;
    }
    for at in 0..headers.count {
        let header =
            image.bytes(headers.at.checked_add((at * headers.each) as u64)?, headers.each.min(56))?;
        segments.add(encoding, header)?;
    }
    let mut linkage = Linkage::default();
    if let Some(interpreter) = segments.interpreter {
        // A path of no letter is one that the kernel refuses.
        if interpreter.length < 2 {
            return None;
        }
        let length = usize::try_from(interpreter.length).ok()?.min(TEXT_BYTES_MAX);
        linkage.interpreter = Some(text(image.bytes(interpreter.offset, length)?));
    }
    if let Some(dynamic) = segments.dynamic {
        if dynamic.length > SEGMENT_BYTES_MAX {
            return None;
        }
        let length = usize::try_from(dynamic.length).ok()?;
        let entries = Dynamic::read(encoding, image.bytes(dynamic.offset, length)?)?;
        entries.resolve(encoding, &segments.loads, image, &mut linkage)?;
    }
    Some(linkage)
}

#[derive(Default)]
struct Segments {
    loads: Vec<Segment>,
    dynamic: Option<Segment>,
    interpreter: Option<Segment>,
}

impl Segments {
    fn add(&mut self, encoding: Encoding, header: &[u8]) -> Option<()> {
        let kind = encoding.word(header, 0)? as u32;
        let (offset, address, length) = if encoding.wide { (8, 16, 32) } else { (4, 8, 16) };
        let segment = Segment {
            offset: encoding.address(header, offset)?,
            address: encoding.address(header, address)?,
            length: encoding.address(header, length)?,
        };
        match kind {
            PT_LOAD => self.loads.push(segment),
            PT_DYNAMIC => self.dynamic = Some(segment),
            // The kernel takes the first, the loader below the last of what there is twice.
            PT_INTERP => _ = self.interpreter.get_or_insert(segment),
            _ => {}
        }
        Some(())
    }
}

/// The entries of the dynamic segment that matter.
#[derive(Default)]
struct Dynamic {
    needed: Vec<u64>,
    strings: Option<u64>,
    run_path: Option<u64>,
    versions: Option<u64>,
    version_count: usize,
}

impl Dynamic {
    fn read(encoding: Encoding, bytes: &[u8]) -> Option<Self> {
        let (step, value) = if encoding.wide { (16, 8) } else { (8, 4) };
        let mut dynamic = Self::default();
        for entry in bytes.chunks_exact(step) {
            let (Some(tag), Some(value)) = (encoding.address(entry, 0), encoding.address(entry, value))
            else {
                break;
            };
            match tag {
                0 => break,
                DT_NEEDED if dynamic.needed.len() >= NEEDED_MAX => return None,
                DT_NEEDED => dynamic.needed.push(value),
                DT_STRTAB => dynamic.strings = Some(value),
                // The newer of the two counts.
                DT_RUNPATH => dynamic.run_path = Some(value),
                DT_RPATH => _ = dynamic.run_path.get_or_insert(value),
                DT_VERNEED => dynamic.versions = Some(value),
                DT_VERNEEDNUM => dynamic.version_count = usize::try_from(value).unwrap_or(VERSIONS_MAX),
                _ => {}
            }
        }
        Some(dynamic)
    }

    fn resolve(
        &self,
        encoding: Encoding,
        loads: &[Segment],
        image: &mut dyn Image,
        linkage: &mut Linkage,
    ) -> Option<()> {
        let strings = self.strings.and_then(|address| in_file(loads, address));
        let mut bytes_left = TEXTS_BYTES_MAX;
        let mut string = |image: &mut dyn Image, index: u64| {
            let (at, left) = strings.map(|(at, left)| (at.checked_add(index), left.saturating_sub(index)))?;
            string_at(image, at?, left, &mut bytes_left)
        };
        for &index in &self.needed {
            linkage.needed.push(string(image, index)?);
        }
        if let Some(index) = self.run_path {
            linkage.run_path = Some(string(image, index)?);
        }
        let Some((mut at, _)) = self.versions.and_then(|address| in_file(loads, address)) else {
            return Some(());
        };
        let mut left = VERSIONS_MAX;
        for _ in 0..self.version_count.min(VERSIONS_MAX) {
            let library = image.bytes(at, 16)?;
            let count = encoding.half(library, 2)?;
            let (first, next) = (encoding.word(library, 8)?, encoding.word(library, 12)?);
            let mut version_at = at.checked_add(first)?;
            for _ in 0..count {
                left = left.checked_sub(1)?;
                let version = image.bytes(version_at, 16)?;
                let (name, following) = (encoding.word(version, 8)?, encoding.word(version, 12)?);
                let found = GlibcVersion::of_symbols(&string(image, name)?);
                linkage.glibc = linkage.glibc.take().max(found);
                if following == 0 {
                    break;
                }
                version_at = version_at.checked_add(following)?;
            }
            if next == 0 {
                break;
            }
            at = at.checked_add(next)?;
        }
        Some(())
    }
}

/// Returns where in the file an address of memory lies, and how many bytes of its segment follow.
fn in_file(loads: &[Segment], address: u64) -> Option<(u64, u64)> {
    loads.iter().find_map(|load| {
        let within = address.checked_sub(load.address).filter(|&within| within < load.length)?;
        Some((load.offset.checked_add(within)?, load.length - within))
    })
}

/// Reads a text up to its NUL, in steps: most are short. Its length is taken from `bytes_left`.
fn string_at(image: &mut dyn Image, at: u64, left: u64, bytes_left: &mut usize) -> Option<String> {
    let most = usize::try_from(left).unwrap_or(usize::MAX).min(TEXT_BYTES_MAX);
    let mut length = 64.min(most);
    loop {
        let bytes = image.bytes(at, length)?;
        if let Some(end) = memchr::memchr(0, bytes) {
            *bytes_left = bytes_left.checked_sub(end)?;
            return Some(text(bytes));
        }
        if length == most {
            return None;
        }
        length = (length * 4).min(most);
    }
}

/// The text up to the first NUL.
fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    crate::text::display(bytes.get(..end).unwrap_or_default())
}
