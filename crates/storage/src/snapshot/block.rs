//! One block of a snapshot.
//!
//! ```text
//! 0        4       8        12      16     17         20
//! +--------+-------+--------+-------+------+----------+---------+
//! | length | crc32 | number | items | kind | reserved | payload |
//! +--------+-------+--------+-------+------+----------+---------+
//! ```

use crate::snapshot::Header;
use crate::wal::frame::u32_at;

pub(super) const HEADER_BYTES: usize = 20;
const CRC_AT: usize = 4;
const NUMBER_AT: usize = 8;
const ITEMS_AT: usize = 12;
const KIND_AT: usize = 16;

/// A block is written when it has this many bytes.
pub(super) const FULL_BYTES: usize = 64 << 10;
/// A bound of the payload: a full block and the longest item behind it, which is a transaction's events.
pub(super) const PAYLOAD_BYTES_MAX: usize = 1 << 20;
const _: () = assert!(FULL_BYTES + 2 * crate::limits::TRANSACTION_BYTES_MAX < PAYLOAD_BYTES_MAX);

/// What a block holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Entries = 1,
    Blobs = 2,
    Events = 3,
    Transactions = 4,
    Footer = 5,
}

impl Kind {
    fn from_byte(byte: u8) -> Option<Self> {
        [Self::Entries, Self::Blobs, Self::Events, Self::Transactions, Self::Footer]
            .into_iter()
            .find(|kind| *kind as u8 == byte)
    }
}

/// The header of a block whose checksum is not checked yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claim {
    pub(super) length: usize,
    bytes: [u8; HEADER_BYTES],
}

impl Claim {
    /// `None` if no block begins like that, or a longer one than there are.
    pub(super) fn new(bytes: [u8; HEADER_BYTES]) -> Option<Self> {
        let length = usize::try_from(u32_at(&bytes, 0)?).ok()?;
        (length <= PAYLOAD_BYTES_MAX).then_some(Self { length, bytes })
    }

    /// Checks the block and returns its kind and how many items it has. `None` if it is not the block of this number.
    pub(super) fn check(&self, of: &Header, number: u32, payload: &[u8]) -> Option<(Kind, u32)> {
        let crc = checksum(of, &self.bytes, payload);
        let whole = u32_at(&self.bytes, CRC_AT)? == crc && u32_at(&self.bytes, NUMBER_AT)? == number;
        let kind = Kind::from_byte(*self.bytes.get(KIND_AT)?)?;
        whole.then_some((kind, u32_at(&self.bytes, ITEMS_AT)?))
    }
}

/// Appends a block to `out`.
pub(super) fn encode(out: &mut Vec<u8>, of: &Header, number: u32, kind: Kind, items: u32, payload: &[u8]) {
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    let mut header = [0; HEADER_BYTES];
    let fields = [length, 0, number, items, u32::from(kind as u8)];
    for (to, field) in header.chunks_exact_mut(size_of::<u32>()).zip(fields) {
        to.copy_from_slice(&field.to_le_bytes());
    }
    let crc = checksum(of, &header, payload);
    if let Some(to) = header.get_mut(CRC_AT..NUMBER_AT) {
        to.copy_from_slice(&crc.to_le_bytes());
    }
    out.extend_from_slice(&header);
    out.extend_from_slice(payload);
}

fn checksum(of: &Header, header: &[u8; HEADER_BYTES], payload: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&of.store_id);
    hasher.update(&of.lsn.to_le_bytes());
    hasher.update(header.get(..CRC_AT).unwrap_or_default());
    hasher.update(header.get(NUMBER_AT..).unwrap_or_default());
    hasher.update(payload);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], of: &Header, number: u32) -> Option<(Kind, u32)> {
        let claim = Claim::new(bytes.get(..HEADER_BYTES)?.try_into().ok()?)?;
        let payload = bytes.get(HEADER_BYTES..)?;
        (claim.length == payload.len()).then(|| claim.check(of, number, payload))?
    }

    #[test]
    fn a_block_is_itself_only_where_it_belongs() {
        let of = Header { store_id: [1; 16], lsn: 9, first_segment: 3 };
        let mut bytes = Vec::new();
        encode(&mut bytes, &of, 4, Kind::Events, 2, b"payload");
        assert_eq!(check(&bytes, &of, 4), Some((Kind::Events, 2)));
        assert_eq!(check(&bytes, &of, 5), None, "in another place");
        assert_eq!(check(&bytes, &Header { lsn: 8, ..of }, 4), None, "in another snapshot");
        for bit in 0..bytes.len() * 8 {
            let mut bad = bytes.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(check(&bad, &of, 4), None, "bit {bit}");
        }
    }

    #[test]
    fn no_length_asks_for_memory() {
        assert!(Claim::new([0xff; HEADER_BYTES]).is_none());
    }
}
