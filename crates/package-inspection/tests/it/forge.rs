//! A writer of archives that can lie. Every field of every record can be other than it should be, and nothing is taken from the
//! reader under test.

use std::ops::Range;

use flate2::{Compress, Compression, FlushCompress};
use funclet_package_inspection::{Facts, InspectOptions, Level, Refusal, Usage, inspect};

pub(crate) const STORED: u16 = 0;
pub(crate) const DEFLATED: u16 = 8;
/// Bits of the flags: a descriptor follows, the name is UTF-8.
pub(crate) const DESCRIBED: u16 = 1 << 3;
const UTF8: u16 = 1 << 11;

/// Sizes and checksums lie in the descriptor alone.
const IN_DESCRIPTOR: Local = Local {
    signature: None,
    name: None,
    name_length: None,
    flags: None,
    method: None,
    crc: Some(0),
    zipped: Some(0),
    unzipped: Some(0),
    extra: Vec::new(),
};

pub(crate) fn deflate(content: &[u8], level: u32) -> Vec<u8> {
    let mut stream = Vec::with_capacity(content.len() + content.len() / 8 + 64);
    let mut state = Compress::new(Compression::new(level), false);
    state.compress_vec(content, &mut stream, FlushCompress::Finish).unwrap();
    stream
}

/// Writes numbers, and notes where each lies.
#[derive(Clone, Debug, Default)]
pub(crate) struct Forged {
    pub(crate) bytes: Vec<u8>,
    /// Where the fields of all records lie, the names and contents not among them.
    pub(crate) fields: Vec<Range<usize>>,
}

impl Forged {
    fn put(&mut self, bytes: impl AsRef<[u8]>) {
        self.bytes.extend_from_slice(bytes.as_ref());
    }

    fn field(&mut self, bytes: impl AsRef<[u8]>) {
        let start = self.bytes.len();
        self.put(bytes);
        self.fields.push(start..self.bytes.len());
    }

    fn half(&mut self, number: u16) {
        self.field(number.to_le_bytes());
    }

    fn word(&mut self, number: u32) {
        self.field(number.to_le_bytes());
    }

    fn wide(&mut self, number: u64) {
        self.field(number.to_le_bytes());
    }

    /// Lets a field say something else.
    pub(crate) fn lie(&mut self, field: usize, value: u64) {
        let range = self.fields[field].clone();
        let length = range.len();
        self.bytes[range].copy_from_slice(&value.to_le_bytes()[..length]);
    }

    /// Returns what a field says.
    pub(crate) fn says(&self, field: usize) -> u64 {
        let range = self.fields[field].clone();
        self.bytes[range].iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte))
    }
}

/// What a local header says, where that is not what the directory says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Local {
    pub(crate) signature: Option<[u8; 4]>,
    pub(crate) name: Option<Vec<u8>>,
    pub(crate) name_length: Option<u16>,
    pub(crate) flags: Option<u16>,
    pub(crate) method: Option<u16>,
    pub(crate) crc: Option<u32>,
    pub(crate) zipped: Option<u32>,
    pub(crate) unzipped: Option<u32>,
    pub(crate) extra: Vec<u8>,
}

/// A member as the directory has it, and what lies where it begins.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) name: Vec<u8>,
    /// The bytes between its local header and its descriptor.
    pub(crate) stream: Vec<u8>,
    pub(crate) method: u16,
    pub(crate) flags: u16,
    pub(crate) crc: u32,
    pub(crate) zipped: u32,
    pub(crate) unzipped: u32,
    pub(crate) made_by: u16,
    /// Ten times the version of the format that a reader has to know.
    pub(crate) needs: u16,
    pub(crate) disk: u16,
    pub(crate) external: u32,
    pub(crate) extra: Vec<u8>,
    pub(crate) comment: Vec<u8>,
    /// Where its local header should lie, if that is not where it lies.
    pub(crate) at: Option<u32>,
    pub(crate) local: Local,
    pub(crate) descriptor: Vec<u8>,
    /// Bytes before its local header.
    pub(crate) gap: Vec<u8>,
    /// Whether it is there, and whether the directory has it.
    pub(crate) is_written: bool,
    pub(crate) is_listed: bool,
}

impl Entry {
    /// A stored file with the mode 0644, or a folder with 0755 if the name ends with a slash.
    pub(crate) fn new(name: impl AsRef<[u8]>, content: &[u8]) -> Self {
        let name = name.as_ref().to_vec();
        let mode = if name.ends_with(b"/") { 0o040_755 } else { 0o100_644 };
        Self {
            stream: content.to_vec(),
            method: STORED,
            flags: if name.is_ascii() { 0 } else { UTF8 },
            crc: crc32fast::hash(content),
            zipped: content.len() as u32,
            unzipped: content.len() as u32,
            made_by: 3 << 8 | 20,
            needs: 20,
            disk: 0,
            external: mode << 16,
            extra: Vec::new(),
            comment: Vec::new(),
            at: None,
            local: Local::default(),
            descriptor: Vec::new(),
            gap: Vec::new(),
            is_written: true,
            is_listed: true,
            name,
        }
    }

    /// The same, compressed.
    pub(crate) fn deflated(name: impl AsRef<[u8]>, content: &[u8], level: u32) -> Self {
        let stream = deflate(content, level);
        let zipped = stream.len() as u32;
        Self { stream, zipped, method: DEFLATED, ..Self::new(name, content) }
    }

    pub(crate) fn mode(self, mode: u32) -> Self {
        Self { external: mode << 16, ..self }
    }

    /// Declares another uncompressed size, through a ZIP64 field if it takes one.
    pub(crate) fn declaring(self, size: u64) -> Self {
        match u32::try_from(size) {
            Ok(unzipped) if unzipped != u32::MAX => {
                Self { unzipped, local: Local { unzipped: Some(unzipped), ..self.local }, ..self }
            }
            _ => {
                let extra = extra_field(1, &size.to_le_bytes());
                Self { unzipped: u32::MAX, extra: [self.extra, extra].concat(), ..self }
            }
        }
    }

    /// Leaves sizes and checksum to a descriptor.
    pub(crate) fn described(self, signed: bool, wide: bool) -> Self {
        let mut descriptor = if signed { b"PK\x07\x08".to_vec() } else { Vec::new() };
        descriptor.extend(self.crc.to_le_bytes());
        for size in [self.zipped, self.unzipped] {
            descriptor.extend(&u64::from(size).to_le_bytes()[..if wide { 8 } else { 4 }]);
        }
        // A ZIP64 field says that its sizes are wide.
        let extra = if wide { extra_field(1, &[0; 16]) } else { Vec::new() };
        let local = Local { extra, ..IN_DESCRIPTOR };
        Self { flags: self.flags | DESCRIBED, local, descriptor, ..self }
    }

    fn local(&self, forged: &mut Forged) {
        let local = &self.local;
        let name = local.name.as_ref().unwrap_or(&self.name);
        forged.field(local.signature.unwrap_or(*b"PK\x03\x04"));
        forged.half(self.needs);
        forged.half(local.flags.unwrap_or(self.flags));
        forged.half(local.method.unwrap_or(self.method));
        forged.word(0x5821_0000);
        forged.word(local.crc.unwrap_or(self.crc));
        forged.word(local.zipped.unwrap_or(self.zipped));
        forged.word(local.unzipped.unwrap_or(self.unzipped));
        forged.half(local.name_length.unwrap_or(name.len() as u16));
        forged.half(local.extra.len() as u16);
        forged.put(name);
        extras(forged, &local.extra);
        forged.put(&self.stream);
        for number in self.descriptor.chunks(4) {
            forged.field(number);
        }
    }

    fn listed(&self, forged: &mut Forged, at: usize) {
        forged.field(b"PK\x01\x02");
        forged.half(self.made_by);
        forged.half(self.needs);
        forged.half(self.flags);
        forged.half(self.method);
        forged.word(0x5821_0000);
        forged.word(self.crc);
        forged.word(self.zipped);
        forged.word(self.unzipped);
        forged.half(self.name.len() as u16);
        forged.half(self.extra.len() as u16);
        forged.half(self.comment.len() as u16);
        forged.half(self.disk);
        forged.half(0);
        forged.word(self.external);
        forged.word(self.at.unwrap_or(at as u32));
        forged.put(&self.name);
        extras(forged, &self.extra);
        forged.put(&self.comment);
    }
}

/// Writes extra fields; the heads of the first, and what may be numbers in them, can lie.
fn extras(forged: &mut Forged, extra: &[u8]) {
    let (head, content) = extra.split_at(extra.len().min(4));
    for half in head.chunks(2) {
        forged.field(half);
    }
    for number in content.chunks(8) {
        forged.field(number);
    }
}

pub(crate) fn extra_field(id: u16, content: &[u8]) -> Vec<u8> {
    [&id.to_le_bytes()[..], &(content.len() as u16).to_le_bytes(), content].concat()
}

/// The plain end record.
pub(crate) fn end_record(count: u16, directory_size: u32, directory_offset: u32) -> Vec<u8> {
    let mut forged = Forged::default();
    plain_end(&mut forged, [count; 2], directory_size, directory_offset, &[]);
    forged.bytes
}

fn plain_end(forged: &mut Forged, counts: [u16; 2], size: u32, offset: u32, comment: &[u8]) {
    forged.field(b"PK\x05\x06");
    forged.half(0);
    forged.half(0);
    forged.half(counts[0]);
    forged.half(counts[1]);
    forged.word(size);
    forged.word(offset);
    forged.half(comment.len() as u16);
    forged.put(comment);
}

/// The ZIP64 end record, its locator, and an end record that leaves everything to them.
pub(crate) fn zip64_end(count: u64, directory_size: u64, directory_offset: u64, at: u64) -> Vec<u8> {
    let mut forged = Forged::default();
    wide_end(&mut forged, count, directory_size, directory_offset, at);
    plain_end(&mut forged, [u16::MAX; 2], u32::MAX, u32::MAX, &[]);
    forged.bytes
}

fn wide_end(forged: &mut Forged, count: u64, directory_size: u64, directory_offset: u64, at: u64) {
    forged.field(b"PK\x06\x06");
    forged.wide(44);
    forged.half(45);
    forged.half(45);
    forged.word(0);
    forged.word(0);
    for number in [count, count, directory_size, directory_offset] {
        forged.wide(number);
    }
    forged.field(b"PK\x06\x07");
    forged.word(0);
    forged.wide(at);
    forged.word(1);
}

pub(crate) fn zip64_locator(record_at: u64) -> Vec<u8> {
    [b"PK\x06\x07\0\0\0\0", &record_at.to_le_bytes()[..], &[1, 0, 0, 0]].concat()
}

/// Which end records an archive has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Ends {
    /// The plain one, and the ZIP64 ones where the count takes them.
    #[default]
    Fitting,
    /// Both; the plain one leaves everything to the other.
    Wide,
    /// Both, with the same numbers.
    Twice,
}

/// An archive.
#[derive(Clone, Debug, Default)]
pub(crate) struct Archive {
    pub(crate) entries: Vec<Entry>,
    pub(crate) before: Vec<u8>,
    /// Whether offsets count from where the archive begins, not from where the bytes before it do.
    pub(crate) counts_from_itself: bool,
    pub(crate) between: Vec<u8>,
    pub(crate) comment: Vec<u8>,
    pub(crate) behind: Vec<u8>,
    pub(crate) ends: Ends,
    /// Whether the directory lists the members from the last to the first.
    pub(crate) is_reversed: bool,
}

impl Archive {
    pub(crate) fn of(entries: Vec<Entry>) -> Self {
        Self { entries, ..Self::default() }
    }

    pub(crate) fn forge(&self) -> Forged {
        let mut forged = Forged::default();
        forged.put(&self.before);
        let base = if self.counts_from_itself { self.before.len() } else { 0 };
        let mut places = Vec::new();
        for entry in &self.entries {
            forged.put(&entry.gap);
            places.push(forged.bytes.len() - base);
            if entry.is_written {
                entry.local(&mut forged);
            }
        }
        forged.put(&self.between);
        let start = forged.bytes.len();
        let mut listed: Vec<(&Entry, usize)> =
            self.entries.iter().zip(places).filter(|(entry, _)| entry.is_listed).collect();
        if self.is_reversed {
            listed.reverse();
        }
        for (entry, at) in &listed {
            entry.listed(&mut forged, *at);
        }
        let end = forged.bytes.len();
        let (count, size, offset, at) =
            (listed.len() as u64, (end - start) as u64, (start - base) as u64, (end - base) as u64);
        let fits = count < u64::from(u16::MAX);
        if self.ends != Ends::Fitting || !fits {
            wide_end(&mut forged, count, size, offset, at);
        }
        if self.ends == Ends::Wide || !fits {
            plain_end(&mut forged, [u16::MAX; 2], u32::MAX, u32::MAX, &self.comment);
        } else {
            plain_end(&mut forged, [count as u16; 2], size as u32, offset as u32, &self.comment);
        }
        forged.put(&self.behind);
        forged
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.forge().bytes
    }
}

/// The archive of the entries; ZIP64 end records where the count needs them.
pub(crate) fn archive(entries: &[Entry]) -> Vec<u8> {
    Archive::of(entries.to_vec()).bytes()
}

/// What an inspection finds that looks at everything.
pub(crate) fn facts(package: &[u8]) -> Facts {
    facts_at(Level::Verify, package)
}

pub(crate) fn facts_at(level: Level, package: &[u8]) -> Facts {
    inspect(&package, &InspectOptions { level, ..InspectOptions::default() }).unwrap()
}

/// Why the service would refuse a package at once.
pub(crate) fn refusal(package: &[u8], usage: &Usage) -> Option<Refusal> {
    facts(package).report(usage).refusal(funclet_package_inspection::Framing::Lenient)
}
