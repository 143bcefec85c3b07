//! A writer of archives that can lie. Entries are stored, and nothing is taken from the reader under test.

use funclet_package_inspection::{InspectError, InspectOptions, Limits, Refusal, Report, inspect};
use std::io::Cursor;

/// One entry, and what its directory record says about it.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) name: Vec<u8>,
    pub(crate) content: Vec<u8>,
    /// What the directory declares as the uncompressed size, through a ZIP64 field if it needs one.
    pub(crate) declared_size: u64,
    pub(crate) method: u16,
    pub(crate) flags: u16,
}

impl Entry {
    pub(crate) fn new(name: &str, content: &[u8]) -> Self {
        let declared_size = content.len() as u64;
        Self { name: name.into(), content: content.to_vec(), declared_size, method: 0, flags: 0 }
    }

    pub(crate) fn declaring(self, declared_size: u64) -> Self {
        Self { declared_size, ..self }
    }

    /// The fields that local header and directory record share, from the flags to the name's length. The checksum is
    /// left out: nothing looks at it yet.
    fn shared_fields(&self) -> Vec<u8> {
        let mut fields = Vec::new();
        fields.extend(self.flags.to_le_bytes());
        fields.extend(self.method.to_le_bytes());
        fields.extend([0, 0, 0x21, 0, 0, 0, 0, 0]);
        fields.extend((self.content.len() as u32).to_le_bytes());
        fields.extend(u32::try_from(self.declared_size).unwrap_or(u32::MAX).to_le_bytes());
        fields.extend((self.name.len() as u16).to_le_bytes());
        fields
    }

    fn zip64_field(&self) -> Vec<u8> {
        if self.declared_size < u64::from(u32::MAX) {
            return Vec::new();
        }
        [&[1, 0, 8, 0][..], &self.declared_size.to_le_bytes()].concat()
    }

    fn local(&self) -> Vec<u8> {
        [b"PK\x03\x04\x0a\0", &self.shared_fields()[..], &[0, 0], &self.name, &self.content].concat()
    }

    fn record(&self, offset: usize) -> Vec<u8> {
        let extra = self.zip64_field();
        let mut record = [b"PK\x01\x02\x0a\x03\x0a\0", &self.shared_fields()[..]].concat();
        record.extend((extra.len() as u16).to_le_bytes());
        record.extend([0; 6]);
        record.extend((0o100_644_u32 << 16).to_le_bytes());
        record.extend((offset as u32).to_le_bytes());
        record.extend(&self.name);
        record.extend(extra);
        record
    }
}

pub(crate) fn end_record(count: u16, directory_size: u32, directory_offset: u32) -> Vec<u8> {
    let mut record = b"PK\x05\x06\0\0\0\0".to_vec();
    record.extend(count.to_le_bytes());
    record.extend(count.to_le_bytes());
    record.extend(directory_size.to_le_bytes());
    record.extend(directory_offset.to_le_bytes());
    record.extend([0, 0]);
    record
}

/// The ZIP64 end record, its locator, and an end record that points to them.
pub(crate) fn zip64_end(count: u64, directory_size: u64, directory_offset: u64, at: u64) -> Vec<u8> {
    let mut record = b"PK\x06\x06".to_vec();
    record.extend(44_u64.to_le_bytes());
    record.extend([45, 3, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    for number in [count, count, directory_size, directory_offset] {
        record.extend(number.to_le_bytes());
    }
    record.extend(zip64_locator(at));
    record.extend(end_record(u16::MAX, u32::MAX, u32::MAX));
    record
}

pub(crate) fn zip64_locator(record_at: u64) -> Vec<u8> {
    [b"PK\x06\x07\0\0\0\0", &record_at.to_le_bytes()[..], &[1, 0, 0, 0]].concat()
}

/// The archive of the entries; ZIP64 end records where the count needs them.
pub(crate) fn archive(entries: &[Entry]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut directory = Vec::new();
    for entry in entries {
        directory.extend(entry.record(bytes.len()));
        bytes.extend(entry.local());
    }
    let (offset, size) = (bytes.len(), directory.len());
    bytes.extend(directory);
    if entries.len() < usize::from(u16::MAX) {
        bytes.extend(end_record(entries.len() as u16, size as u32, offset as u32));
    } else {
        let end = bytes.len() as u64;
        bytes.extend(zip64_end(entries.len() as u64, size as u64, offset as u64, end));
    }
    bytes
}

pub(crate) fn accepted(package: &[u8]) -> Report {
    inspect(Cursor::new(package), &InspectOptions::default()).unwrap()
}

pub(crate) fn refused(package: &[u8]) -> Refusal {
    refused_under(Limits::default(), package)
}

pub(crate) fn refused_under(limits: Limits, package: &[u8]) -> Refusal {
    match inspect(Cursor::new(package), &InspectOptions { limits, ..InspectOptions::default() }) {
        Err(InspectError::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}
