//! One frame of a segment.
//!
//! ```text
//! 0     4       8     16        24    40     41      42      44         48
//! +-----+-------+-----+---------+-----+------+-------+-------+----------+---------+---------+
//! | len | crc32 | lsn | durable | txn | kind | codec | flags | reserved | payload | padding |
//! +-----+-------+-----+---------+-----+------+-------+-------+----------+---------+---------+
//! ```
//!
//! Little endian. `len` counts header and payload, not the zero padding up to the next multiple of 8. The CRC covers
//! `len`, the segment's salt, and everything after itself up to `len`; the salt keeps a frame of another segment from
//! being taken for one of this.

use crate::planted::{PlantedBug, is_planted};
use crate::txn::{Lsn, TxnId};

const LEN_AT: usize = 0;
const CRC_AT: usize = LEN_AT + 4;
const LSN_AT: usize = CRC_AT + 4;
const DURABLE_AT: usize = LSN_AT + 8;
const TXN_AT: usize = DURABLE_AT + 8;
const KIND_AT: usize = TXN_AT + 16;
const CODEC_AT: usize = KIND_AT + 1;
const FLAGS_AT: usize = CODEC_AT + 1;
const RESERVED_AT: usize = FLAGS_AT + 2;
pub(crate) const HEADER_BYTES: usize = RESERVED_AT + 4;
pub(crate) const ALIGNMENT: usize = 8;
const _: () = assert!(HEADER_BYTES == 48 && HEADER_BYTES.is_multiple_of(ALIGNMENT));

/// What a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FrameKind {
    /// A transaction, with an LSN of its own.
    Transaction = 1,
    /// Only a watermark: repeats the last LSN and takes none.
    Watermark = 2,
}

/// A frame that was read and whose checksum fits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame<'a> {
    pub(crate) lsn: Lsn,
    /// Every record up to this LSN was durable when the frame was written.
    pub(crate) durable: Lsn,
    pub(crate) txn: TxnId,
    pub(crate) kind: FrameKind,
    pub(crate) codec: u8,
    pub(crate) payload: &'a [u8],
    /// The length in the file, padding included.
    pub(crate) stored_bytes: usize,
}

/// Rounds a length up to where the next frame begins.
pub(crate) fn padded(length: usize) -> usize {
    length.next_multiple_of(ALIGNMENT)
}

/// Begins a frame: an unsealed header, to which the payload is appended.
pub(crate) fn begin(lsn: Lsn, txn: TxnId, kind: FrameKind, codec: u8) -> Vec<u8> {
    let mut bytes = vec![0; HEADER_BYTES];
    put(&mut bytes, LSN_AT, &lsn.to_le_bytes());
    put(&mut bytes, TXN_AT, txn.as_bytes());
    put(&mut bytes, KIND_AT, &[kind as u8, codec]);
    bytes
}

/// Ends the frame that is `bytes`: fills in its length and pads it. It still lacks watermark and checksum.
pub(crate) fn end(bytes: &mut Vec<u8>) {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    put(bytes, LEN_AT, &length.to_le_bytes());
    bytes.resize(padded(bytes.len()), 0);
}

/// Gives a finished frame its watermark and checksum, when it is known into which segment it goes.
pub(crate) fn seal(frame: &mut [u8], durable: Lsn, salt: u64) {
    put(frame, DURABLE_AT, &durable.to_le_bytes());
    let length = u32_at(frame, LEN_AT).unwrap_or_default() as usize;
    let crc = checksum(frame.get(..length).unwrap_or_default(), salt);
    put(frame, CRC_AT, &crc.to_le_bytes());
}

/// Reads the frame at the start of `bytes`. `None` if there is no whole and undamaged one.
pub(crate) fn read(bytes: &[u8], salt: u64) -> Option<Frame<'_>> {
    let length = usize::try_from(u32_at(bytes, LEN_AT)?).ok()?;
    if length < HEADER_BYTES {
        return None;
    }
    let frame = bytes.get(..length)?;
    let padding = bytes.get(length..padded(length))?;
    let fits =
        checksum(frame, salt) == u32_at(frame, CRC_AT)? || is_planted(PlantedBug::FrameChecksumIgnored);
    if !fits || padding.iter().any(|byte| *byte != 0) {
        return None;
    }
    let kind = match *frame.get(KIND_AT)? {
        1 => FrameKind::Transaction,
        2 => FrameKind::Watermark,
        _ => return None,
    };
    Some(Frame {
        lsn: u64_at(frame, LSN_AT)?,
        durable: u64_at(frame, DURABLE_AT)?,
        txn: TxnId::from_bytes(frame.get(TXN_AT..KIND_AT)?.try_into().ok()?),
        kind,
        codec: *frame.get(CODEC_AT)?,
        payload: frame.get(HEADER_BYTES..)?,
        stored_bytes: padded(length),
    })
}

/// Tells cheaply whether a frame of LSN at least `lsn` could begin here, so that a search for later frames checksums few
/// of the places it looks at.
pub(crate) fn plausible(bytes: &[u8], lsn: Lsn) -> bool {
    let fields = || {
        let length = usize::try_from(u32_at(bytes, LEN_AT)?).ok()?;
        let (found, durable) = (u64_at(bytes, LSN_AT)?, u64_at(bytes, DURABLE_AT)?);
        let kind = *bytes.get(KIND_AT)?;
        let reserved = u32_at(bytes, RESERVED_AT)?;
        let whole = (HEADER_BYTES..=bytes.len()).contains(&length);
        Some(whole && found >= lsn && durable <= found && matches!(kind, 1 | 2) && reserved == 0)
    };
    fields().unwrap_or(false)
}

fn checksum(frame: &[u8], salt: u64) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(frame.get(LEN_AT..CRC_AT).unwrap_or_default());
    hasher.update(&salt.to_le_bytes());
    hasher.update(frame.get(LSN_AT..).unwrap_or_default());
    hasher.finalize()
}

/// Writes `field` at `at`; the callers' buffers always hold a header.
fn put(bytes: &mut [u8], at: usize, field: &[u8]) {
    if let Some(target) = bytes.get_mut(at..at + field.len()) {
        target.copy_from_slice(field);
    }
}

pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

pub(crate) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(payload: &[u8]) -> Vec<u8> {
        let mut bytes = begin(7, TxnId::new(1, [9; 16]), FrameKind::Transaction, 1);
        bytes.extend_from_slice(payload);
        end(&mut bytes);
        seal(&mut bytes, 5, 42);
        bytes
    }

    #[test]
    fn a_frame_reads_back() {
        let bytes = frame(b"payload");
        let read = read(&bytes, 42).unwrap();
        assert_eq!((read.lsn, read.durable, read.payload, read.stored_bytes), (7, 5, &b"payload"[..], 56));
        assert!(plausible(&bytes, 7) && !plausible(&bytes, 8));
    }

    #[test]
    fn any_flipped_bit_and_any_other_salt_is_noticed() {
        let good = frame(b"payload");
        assert!(read(&good, 43).is_none());
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(read(&bad, 42).is_none(), "bit {bit}");
        }
        for cut in 0..good.len() {
            assert!(read(&good[..cut], 42).is_none(), "cut {cut}");
        }
    }

    #[test]
    fn zeros_are_no_frame() {
        assert!(read(&[0; 64], 42).is_none() && !plausible(&[0; 64], 0));
    }
}
