//! Reading a segment: the frames up to the first bad one, and what lies behind it.

use crate::planted::{PlantedBug, is_planted};
use crate::txn::Lsn;
use crate::wal::frame::{self, ALIGNMENT, Frame, FrameKind};
use crate::wal::segment::{HEADER_BYTES, SegmentHeader};

/// So many zeros are passed over at once.
const ZEROS: [u8; 4096] = [0; 4096];
const _: () = assert!(ZEROS.len().is_multiple_of(ALIGNMENT));

/// The frames of a segment, one after another, until one is missing, damaged or out of order.
pub(crate) struct Frames<'a> {
    bytes: &'a [u8],
    salt: u64,
    /// Where the next frame is expected, and at the end: where the first bad one is.
    pub(crate) at: usize,
    /// The LSN that the next transaction must have.
    pub(crate) next_lsn: Lsn,
    /// The greatest watermark seen.
    pub(crate) watermark: Lsn,
}

impl<'a> Frames<'a> {
    /// Begins after the header of the segment whose whole content is `bytes`.
    ///
    /// A segment exists only when its predecessor was durable to its end, which is the first watermark.
    pub(crate) fn new(bytes: &'a [u8], header: &SegmentHeader) -> Self {
        let (salt, next_lsn) = (header.salt, header.first_lsn);
        Self { bytes, salt, at: HEADER_BYTES, next_lsn, watermark: next_lsn.saturating_sub(1) }
    }

    /// Tells whether a later frame proves that the record at the stop was durable, so that it is damage and no torn tail.
    pub(crate) fn damaged_here(&self) -> Option<usize> {
        if is_planted(PlantedBug::WatermarkIgnored) {
            return None;
        }
        let mut at = self.at + ALIGNMENT;
        while at < self.bytes.len() {
            let rest = self.bytes.get(at..).unwrap_or_default();
            // Segments are filled with zeros ahead of use, and no frame begins with its length zero.
            if rest.get(..ZEROS.len()) == Some(&ZEROS) {
                at += ZEROS.len();
                continue;
            }
            if frame::plausible(rest, self.next_lsn)
                && frame::read(rest, self.salt).is_some_and(|later| later.durable >= self.next_lsn)
            {
                return Some(at);
            }
            at += ALIGNMENT;
        }
        None
    }
}

impl<'a> Iterator for Frames<'a> {
    /// A frame and the offset of its first byte.
    type Item = (usize, Frame<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let frame = frame::read(self.bytes.get(self.at..)?, self.salt)?;
        let expected = match frame.kind {
            FrameKind::Transaction => self.next_lsn,
            FrameKind::Watermark => self.next_lsn.checked_sub(1)?,
        };
        if frame.lsn != expected || frame.durable > frame.lsn {
            return None;
        }
        let at = self.at;
        self.at += frame.stored_bytes;
        self.watermark = self.watermark.max(frame.durable);
        if frame.kind == FrameKind::Transaction {
            self.next_lsn += 1;
        }
        Some((at, frame))
    }
}

/// Reads any bytes as a segment. For fuzzing: it must not panic, hang or take memory that the bytes do not have.
#[doc(hidden)]
pub fn scan_any_bytes(bytes: &[u8]) -> usize {
    let header = SegmentHeader::decode(bytes).unwrap_or(SegmentHeader {
        store_id: [0; 16],
        first_lsn: 1,
        salt: 0,
        previous: None,
        file_bytes: 0,
    });
    let mut frames = Frames::new(bytes, &header);
    let records =
        frames.by_ref().filter(|(_, frame)| crate::record::Record::decode(frame.payload).is_some()).count();
    assert!(frames.at >= HEADER_BYTES && frames.watermark < frames.next_lsn);
    let _ = frames.damaged_here();
    // Checksums keep most inputs from getting that far.
    let _ = crate::record::Record::decode(bytes);
    records
}

/// Makes frames of bytes, with the checksums that they need to be looked at any further, and reads them as a segment. Each
/// is a kind, an LSN, a watermark, and as many bytes as its next byte says. For fuzzing, as [`scan_any_bytes`].
#[doc(hidden)]
pub fn scan_mended_bytes(bytes: &[u8]) -> usize {
    let header = SegmentHeader { store_id: [7; 16], first_lsn: 1, salt: 77, previous: None, file_bytes: 0 };
    let (mut segment, mut reader) = (header.encode().to_vec(), crate::fields::BytesReader::new(bytes));
    let mut next = || {
        let kind = if reader.u8()? % 4 == 0 { FrameKind::Watermark } else { FrameKind::Transaction };
        let (lsn, durable, length) = (reader.u8()?, reader.u8()?, reader.u8()?);
        let mut frame = frame::begin(lsn.into(), crate::txn::TxnId::from_bytes([0; 16]), kind, 1);
        frame.extend_from_slice(reader.take(length.into())?);
        frame::end(&mut frame);
        frame::seal(&mut frame, durable.into(), header.salt);
        Some(frame)
    };
    while let Some(frame) = next() {
        segment.extend(frame);
    }
    scan_any_bytes(&segment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::txn::TxnId;

    const SALT: u64 = 77;

    fn header(first_lsn: Lsn) -> SegmentHeader {
        SegmentHeader { store_id: [1; 16], first_lsn, salt: SALT, previous: None, file_bytes: 0 }
    }

    fn frame(lsn: Lsn, durable: Lsn, kind: FrameKind) -> Vec<u8> {
        let mut bytes = frame::begin(lsn, TxnId::from_bytes([0; 16]), kind, 1);
        bytes.extend_from_slice(b"some payload");
        frame::end(&mut bytes);
        frame::seal(&mut bytes, durable, SALT);
        bytes
    }

    fn segment(frames: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = header(1).encode().to_vec();
        bytes.extend(frames.concat());
        bytes.resize(bytes.len() + 512, 0);
        bytes
    }

    fn stop(bytes: &[u8]) -> (Lsn, Lsn, bool) {
        let mut frames = Frames::new(bytes, &header(1));
        frames.by_ref().for_each(drop);
        (frames.next_lsn, frames.watermark, frames.damaged_here().is_some())
    }

    #[test]
    fn a_whole_segment_is_read_to_its_end() {
        use FrameKind::{Transaction, Watermark};
        let frames = [frame(1, 0, Transaction), frame(2, 1, Transaction), frame(2, 2, Watermark)];
        assert_eq!(stop(&segment(&frames)), (3, 2, false));
    }

    #[test]
    fn bad_bytes_before_a_covering_watermark_are_damage_else_a_torn_tail() {
        use FrameKind::Transaction;
        for (durable_of_third, damaged) in [(0, false), (1, false), (2, true)] {
            let frames =
                [frame(1, 0, Transaction), frame(2, 1, Transaction), frame(3, durable_of_third, Transaction)];
            let mut bytes = segment(&frames);
            let second = HEADER_BYTES + frames[0].len();
            bytes[second + 50] ^= 1;
            assert_eq!(stop(&bytes), (2, 0, damaged), "watermark {durable_of_third}");
        }
    }

    #[test]
    fn a_gap_in_the_numbers_stops_the_scan() {
        let frames = [frame(1, 0, FrameKind::Transaction), frame(3, 1, FrameKind::Transaction)];
        assert_eq!(stop(&segment(&frames)).0, 2);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_scan(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..2048)) {
            scan_any_bytes(&bytes);
            scan_mended_bytes(&bytes);
        }

        #[test]
        fn a_changed_segment_scans(at in 0usize..900, byte: u8) {
            let mut bytes = segment(&[frame(1, 0, FrameKind::Transaction), frame(2, 1, FrameKind::Transaction)]);
            let length = bytes.len();
            bytes[at % length] = byte;
            scan_any_bytes(&bytes);
        }
    }
}
