//! One file of the log, and its header.
//!
//! ```text
//! 0       8        12         16         32          40     48               56             64              72           80
//! +-------+--------+----------+----------+-----------+------+----------------+--------------+---------------+------------+
//! | magic | format | reserved | store id | first lsn | salt | previous first | previous end | previous last | file bytes | ...
//! |       |        |          |          |           |      | lsn            | (offset)     | lsn           |            |
//! +-------+--------+----------+----------+-----------+------+----------------+--------------+---------------+------------+
//! | zeros up to 508 | crc32 of bytes 0 to 507 |
//! ```
//!
//! Little endian. A header seals its predecessor: whatever lies behind `previous end` there is no part of the log.

use std::path::{Path, PathBuf};

use crate::txn::{Lsn, is_lsn, lsn_named};
use crate::wal::frame::{u32_at, u64_at};

pub(crate) const MAGIC: &[u8; 8] = b"FNCLTWAL";
/// The version of the log's format.
pub(crate) const FORMAT_VERSION: u32 = 1;
/// One sector: written whole or not at all by any disk.
pub(crate) const HEADER_BYTES: usize = 512;
const CRC_AT: usize = HEADER_BYTES - 4;

/// The header of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SegmentHeader {
    pub(crate) store_id: [u8; 16],
    /// The LSN of the first transaction that this segment holds or will hold.
    pub(crate) first_lsn: Lsn,
    /// Mixed into the checksum of every frame.
    pub(crate) salt: u64,
    /// Where the log goes on from; `None` in the first segment of a store.
    pub(crate) previous: Option<Seal>,
    /// How long the file is, in bytes: it was that long before it had its name. 0 if the header does not say it.
    pub(crate) file_bytes: u64,
}

/// Where a segment ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seal {
    /// Names the segment.
    pub(crate) first_lsn: Lsn,
    /// The offset after its last frame.
    pub(crate) end: u64,
    /// The LSN of its last transaction; `first_lsn - 1` if it has none.
    pub(crate) last_lsn: Lsn,
}

/// Says why bytes are no header of this version.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum BadHeader {
    Damaged(&'static str),
    Newer(u32),
}

impl SegmentHeader {
    pub(crate) fn encode(&self) -> [u8; HEADER_BYTES] {
        // A seal of LSN 0 stands for none: LSNs begin at 1.
        let previous = self.previous.unwrap_or(Seal { first_lsn: 0, end: 0, last_lsn: 0 });
        let mut fields = Vec::with_capacity(HEADER_BYTES);
        fields.extend_from_slice(MAGIC);
        fields.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
        fields.extend_from_slice(&[0; 4]);
        fields.extend_from_slice(&self.store_id);
        for number in [self.first_lsn, self.salt, previous.first_lsn, previous.end, previous.last_lsn] {
            fields.extend_from_slice(&number.to_le_bytes());
        }
        fields.extend_from_slice(&self.file_bytes.to_le_bytes());
        fields.resize(CRC_AT, 0);
        let crc = crc32fast::hash(&fields);
        fields.extend_from_slice(&crc.to_le_bytes());
        let mut bytes = [0; HEADER_BYTES];
        bytes.copy_from_slice(&fields);
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, BadHeader> {
        let header = bytes.get(..HEADER_BYTES).ok_or(BadHeader::Damaged("segment header is cut"))?;
        if header.get(..8) != Some(MAGIC) {
            return Err(BadHeader::Damaged("segment header has no magic"));
        }
        if u32_at(header, CRC_AT) != Some(crc32fast::hash(header.get(..CRC_AT).unwrap_or_default())) {
            return Err(BadHeader::Damaged("segment header has a wrong checksum"));
        }
        let format = u32_at(header, 8).unwrap_or_default();
        if format > FORMAT_VERSION {
            return Err(BadHeader::Newer(format));
        }
        Self::fields(header).ok_or(BadHeader::Damaged("segment header names records that cannot be"))
    }

    fn fields(header: &[u8]) -> Option<Self> {
        let seal =
            Seal { first_lsn: u64_at(header, 48)?, end: u64_at(header, 56)?, last_lsn: u64_at(header, 64)? };
        // The seal of a segment without a record ends before its first.
        let previous = (seal.first_lsn != 0).then_some(seal);
        let is_sound =
            previous.is_none_or(|seal| is_lsn(seal.first_lsn) && is_lsn(seal.last_lsn.saturating_add(1)));
        let first_lsn = u64_at(header, 32).filter(|lsn| is_lsn(*lsn))?;
        let store_id = header.get(16..32)?.try_into().ok()?;
        is_sound.then_some(Self {
            store_id,
            first_lsn,
            salt: u64_at(header, 40)?,
            previous,
            file_bytes: u64_at(header, 72)?,
        })
    }
}

/// The file of the segment that begins with `first_lsn`.
pub(crate) fn path(wal: &Path, first_lsn: Lsn) -> PathBuf {
    wal.join(format!("{first_lsn:020}.log"))
}

/// The LSN that a file name in `wal/` names, `None` if it names none.
pub(crate) fn first_lsn_of(name: &str) -> Option<Lsn> {
    lsn_named(name, ".log")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> SegmentHeader {
        let previous = Some(Seal { first_lsn: 1, end: 4096, last_lsn: 8 });
        SegmentHeader {
            store_id: [3; 16],
            first_lsn: 9,
            salt: 0x1234_5678_9abc_def0,
            previous,
            file_bytes: 4096,
        }
    }

    #[test]
    fn a_header_reads_back() {
        for header in [sample(), SegmentHeader { previous: None, first_lsn: 1, ..sample() }] {
            assert_eq!(SegmentHeader::decode(&header.encode()), Ok(header));
        }
    }

    #[test]
    fn damage_and_newer_formats_are_told_apart() {
        let mut flipped = sample().encode();
        flipped[100] ^= 1;
        assert!(matches!(SegmentHeader::decode(&flipped), Err(BadHeader::Damaged(_))));
        assert!(matches!(SegmentHeader::decode(&[0; 10]), Err(BadHeader::Damaged(_))));
        let mut newer = sample().encode();
        newer[8] = 2;
        let crc = crc32fast::hash(&newer[..CRC_AT]);
        newer[CRC_AT..].copy_from_slice(&crc.to_le_bytes());
        assert_eq!(SegmentHeader::decode(&newer), Err(BadHeader::Newer(2)));
    }

    #[test]
    fn names() {
        assert_eq!(path(Path::new("wal"), 7), Path::new("wal/00000000000000000007.log"));
        for (name, lsn) in [
            ("00000000000000000007.log", Some(7)),
            ("7.log", None),
            ("00000000000000000007.tmp", None),
            ("+0000000000000000007.log", None),
            ("99999999999999999999.log", None),
        ] {
            assert_eq!(first_lsn_of(name), lsn, "{name}");
        }
    }

    /// A checksum is no signature: whoever can write it can write any number.
    #[test]
    fn numbers_without_a_neighbour_are_refused() {
        let crafted = |first_lsn, first, last_lsn| {
            let previous = Some(Seal { first_lsn: first, end: 512, last_lsn });
            let bytes = SegmentHeader { first_lsn, previous, ..sample() }.encode();
            SegmentHeader::decode(&bytes).is_ok()
        };
        assert!(crafted(2, 1, 1) && crafted(1, 1, 0));
        for bad in [u64::MAX, u64::MAX - 1] {
            assert!(!crafted(bad, 1, 1) && !crafted(2, bad, 1) && !crafted(2, 1, bad), "{bad}");
        }
        assert!(!crafted(0, 1, 1));
        assert_eq!(first_lsn_of("18446744073709551615.log"), None);
        assert_eq!(first_lsn_of("00000000000000000000.log"), None);
    }
}
