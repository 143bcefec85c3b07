//! A snapshot: the whole state after one record, so that the log before it can go.
//!
//! ```text
//! snap/<lsn, 20 digits>.snap = header entries blobs events transactions footer
//! header       = "FNCLTSNP" format:u32 reserved:4 store-id:16 lsn:u64 first-segment:u64 reserved:12 crc32:u32
//! block        = length:u32 crc32:u32 number:u32 items:u32 kind:u8 reserved:3 payload
//! entries      = block(kind 1) * { key:bytes value:bytes }                     full keys, ascending; values as in the table
//! blobs        = block(kind 2) * { digest:32 size:u64 scopes:u32 }             how many scopes hold it; ascending
//! events       = block(kind 3) * { lsn:u64 scope:bytes count:u32 { bytes } }   the retained tail of the feed
//! transactions = block(kind 4) * { id:16 lsn:u64 }                             whose outcome is still known
//! footer       = block(kind 5), the last 108 bytes of the file
//! bytes        = length:u32 octets
//! ```
//!
//! Little endian. `length` is that of the payload, `number` counts the blocks from 0. The CRC of a block covers store id and
//! LSN of the header and everything of the block but itself, so that no block of another snapshot, and none in another
//! place, is taken for it. The log goes on in the segment that begins with `first-segment`.

pub(crate) mod any_bytes;
mod block;
mod reader;
mod writer;

pub(crate) use reader::{Snapshot, newest};
pub(crate) use writer::{Forgotten, SnapshotWriter};

use std::path::{Path, PathBuf};

use crate::identity::StoreId;
use crate::table::TableDigest;
use crate::txn::{Lsn, is_lsn, lsn_named};
use crate::wal::frame::{u32_at, u64_at};

const MAGIC: &[u8; 8] = b"FNCLTSNP";
/// The version of the format of snapshots.
const FORMAT_VERSION: u32 = 1;
const HEADER_BYTES: usize = 64;

/// What a snapshot is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) store_id: StoreId,
    /// The state is that after this record.
    pub(crate) lsn: Lsn,
    /// Names the segment in which the log goes on; those before it are no longer needed.
    pub(crate) first_segment: Lsn,
}

impl Header {
    fn encode(&self) -> Vec<u8> {
        let mut bytes = [MAGIC, &FORMAT_VERSION.to_le_bytes()[..], &[0; 4], &self.store_id].concat();
        bytes.extend_from_slice(&self.lsn.to_le_bytes());
        bytes.extend_from_slice(&self.first_segment.to_le_bytes());
        bytes.resize(HEADER_BYTES - size_of::<u32>(), 0);
        let crc = crc32fast::hash(&bytes);
        bytes.extend_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// The format version and the header, if the bytes are one; else what is wrong with them.
    fn decode(bytes: &[u8]) -> Result<(u32, Self), &'static str> {
        if bytes.get(..MAGIC.len()) != Some(MAGIC) {
            return Err("the header of the snapshot has no magic");
        }
        let crc_at = HEADER_BYTES - size_of::<u32>();
        if u32_at(bytes, crc_at) != bytes.get(..crc_at).map(crc32fast::hash) {
            return Err("the header of the snapshot has a wrong checksum");
        }
        let fields = || {
            let store_id = bytes.get(16..32)?.try_into().ok()?;
            let header = Self { store_id, lsn: u64_at(bytes, 32)?, first_segment: u64_at(bytes, 40)? };
            (is_lsn(header.lsn) && is_lsn(header.first_segment)).then_some((u32_at(bytes, 8)?, header))
        };
        fields().ok_or("the header of the snapshot names records that cannot be")
    }
}

/// What the blocks before it add up to, and where they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Footer {
    pub(crate) digest: TableDigest,
    /// How many blocks the entries take, and where they end in the file.
    entry_blocks: u32,
    facts_at: u64,
    blobs: u64,
    batches: u64,
    transactions: u64,
    forgotten: Forgotten,
}

impl Footer {
    const PAYLOAD_BYTES: usize = TableDigest::BYTES + size_of::<[u64; 8]>();

    pub(crate) fn forgotten(&self) -> Forgotten {
        self.forgotten
    }

    fn encode(&self) -> Vec<u8> {
        let mut bytes = self.digest.encode().to_vec();
        bytes.extend_from_slice(&u64::from(self.entry_blocks).to_le_bytes());
        for number in [
            self.facts_at,
            self.blobs,
            self.batches,
            self.transactions,
            self.forgotten.events,
            self.forgotten.transactions_ms,
            self.forgotten.time_ms_max,
        ] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let digest = TableDigest::decode(bytes.get(..TableDigest::BYTES)?)?;
        let number = |n: usize| u64_at(bytes, TableDigest::BYTES + n * size_of::<u64>());
        let footer = Self {
            digest,
            entry_blocks: u32::try_from(number(0)?).ok()?,
            facts_at: number(1)?,
            blobs: number(2)?,
            batches: number(3)?,
            transactions: number(4)?,
            forgotten: Forgotten { events: number(5)?, transactions_ms: number(6)?, time_ms_max: number(7)? },
        };
        (bytes.len() == Self::PAYLOAD_BYTES).then_some(footer)
    }
}

/// The file of the snapshot after the record `lsn`.
pub(crate) fn path(directory: &Path, lsn: Lsn) -> PathBuf {
    directory.join(format!("{lsn:020}.snap"))
}

/// The record that a file name in `snap/` names, `None` if it names none.
pub(crate) fn lsn_of(name: &str) -> Option<Lsn> {
    lsn_named(name, ".snap")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_and_footer_read_back_and_every_changed_bit_is_noticed() {
        let header = Header { store_id: [3; 16], lsn: 77, first_segment: 70 };
        let bytes = header.encode();
        assert_eq!((bytes.len(), Header::decode(&bytes)), (HEADER_BYTES, Ok((1, header))));
        for bit in 0..bytes.len() * 8 {
            let mut bad = bytes.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(Header::decode(&bad).is_err(), "bit {bit}");
        }
        let digest = TableDigest { entries: 1, sum: 2 };
        let forgotten = Forgotten { time_ms_max: 10, ..Forgotten::default() };
        let footer = Footer { digest, entry_blocks: 3, facts_at: 4, forgotten, ..Footer::default() };
        let bytes = footer.encode();
        assert_eq!((bytes.len(), Footer::decode(&bytes)), (Footer::PAYLOAD_BYTES, Some(footer)));
        assert_eq!(Footer::decode(&bytes[1..]), None);
    }

    #[test]
    fn names() {
        assert_eq!(path(Path::new("snap"), 7), Path::new("snap/00000000000000000007.snap"));
        for (name, lsn) in
            [("00000000000000000007.snap", Some(7)), ("7.snap", None), ("00000000000000000007.log", None)]
        {
            assert_eq!(lsn_of(name), lsn, "{name}");
        }
    }
}
