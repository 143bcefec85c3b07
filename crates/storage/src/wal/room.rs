//! Room for frames: set aside when they are queued, so that a full disk refuses a transaction before anything happened.
//!
//! The end of each segment is for emergencies: when no further segment can be made, only what makes the store smaller goes
//! there, so that a full disk can still be freed.

use crate::limits::{INLINED_BYTES_MAX, KEY_BYTES_MAX, KEYS_WRITTEN_MAX, TRANSACTION_BYTES_MAX};
use crate::wal::frame::HEADER_BYTES as FRAME_HEADER_BYTES;
use crate::wal::segment::HEADER_BYTES;

/// How large segments are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SegmentSizes {
    /// The first segment of a process, in bytes, so that a short-lived store pays for little.
    pub(crate) first: u64,
    /// Each further one is larger, up to this.
    pub(crate) max: u64,
}

impl SegmentSizes {
    pub(crate) const DEFAULT: Self = Self { first: 256 << 10, max: 64 << 20 };

    /// As far as recovery reads them.
    pub(crate) fn bounded(self) -> Self {
        const BYTES_MAX: u64 = 512 << 20;
        Self { first: self.first.min(BYTES_MAX), max: self.max.min(BYTES_MAX) }
    }

    fn second(self) -> u64 {
        (4 * self.first).min(self.max)
    }
}

/// The unit of the length of a segment, in bytes.
pub(crate) const SEGMENT_UNIT_BYTES: u64 = 4 << 10;

/// What is kept at the end of a segment for transactions that make the store smaller, given its room.
fn emergency_bytes(room: u64) -> u64 {
    (room / 4).min(64 << 10)
}

/// A bound of the longest frame: what a transaction may hold, and what the lists need beside it.
pub(crate) const FRAME_BYTES_MAX: usize =
    TRANSACTION_BYTES_MAX + INLINED_BYTES_MAX + KEYS_WRITTEN_MAX * (KEY_BYTES_MAX + 256) + 4096;

/// What a transaction does to the size of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    Grows,
    Shrinks,
}

/// Room that is not yet spoken for.
pub(crate) struct Room {
    tail: u64,
    /// The room of the tail when it was new.
    tail_at_first: u64,
    /// Room in the spare segment; `None` if there is none, or if frames are already meant for it.
    spare: Option<u64>,
    next_capacity: u64,
    sizes: SegmentSizes,
    /// A spare segment could not be made ahead of its use; it is not tried again before it is needed.
    refused: bool,
    /// The spare segment has become the tail, and no frame was queued since.
    moved_on: bool,
}

impl Room {
    /// The room of a log whose tail has `tail` bytes left.
    pub(crate) fn new(tail: u64, sizes: SegmentSizes) -> Self {
        let next_capacity = sizes.second();
        Self { tail, tail_at_first: tail, spare: None, next_capacity, sizes, refused: false, moved_on: false }
    }

    /// Sets `bytes` aside, in the tail or else in the spare segment. False if there is no room without the end of the tail.
    pub(crate) fn take(&mut self, bytes: u64) -> bool {
        if self.take_before(bytes, emergency_bytes(self.tail_at_first)) {
            return true;
        }
        match self.spare.take() {
            Some(spare) => {
                (self.tail, self.tail_at_first, self.moved_on) = (spare, spare, true);
                // There is another segment after this one, or it is refused later.
                self.take_in_tail(bytes)
            }
            None => false,
        }
    }

    /// Whether the frame that is queued next is the first one in its segment, also if the one before it has room left: who
    /// writes has to go on where room was set aside. Asked once for each frame.
    pub(crate) fn begins_segment(&mut self) -> bool {
        std::mem::take(&mut self.moved_on)
    }

    /// Sets `bytes` aside at the end of the tail. What is left takes a watermark, so that the log can say that this is
    /// durable: nothing that was let go of is removed before.
    pub(crate) fn take_for_emergency(&mut self, bytes: u64) -> bool {
        self.take_before(bytes, FRAME_HEADER_BYTES as u64)
    }

    /// Sets `bytes` aside if the tail has as many and `rest` more.
    fn take_before(&mut self, bytes: u64, rest: u64) -> bool {
        self.tail.checked_sub(rest).is_some_and(|before| bytes <= before) && self.take_in_tail(bytes)
    }

    /// Sets `bytes` aside in the tail only.
    pub(crate) fn take_in_tail(&mut self, bytes: u64) -> bool {
        let fits = bytes <= self.tail;
        if fits {
            self.tail -= bytes;
        }
        fits
    }

    /// The size of the spare segment that is missing, `None` if there is one. It takes a frame of `bytes`; if there is such a
    /// frame, everybody waits until the segment is filled, and it is a small one.
    pub(crate) fn missing_spare(&self, bytes: u64) -> Option<u64> {
        let least = (2 * bytes + HEADER_BYTES as u64).next_multiple_of(SEGMENT_UNIT_BYTES);
        let wanted = if bytes == 0 { self.next_capacity } else { self.sizes.second() };
        self.spare.is_none().then_some(wanted.max(least))
    }

    /// Whether it is time to make a spare segment ahead of its use.
    pub(crate) fn spare_is_due(&self) -> bool {
        self.spare.is_none() && !self.refused && self.tail < self.tail_at_first / 2
    }

    /// Takes note that there was no room for a spare segment.
    pub(crate) fn refuse_spare(&mut self) {
        self.refused = true;
    }

    /// Takes note of a new spare segment.
    pub(crate) fn add_spare(&mut self, room: u64) {
        (self.spare, self.refused) = (Some(room), false);
        self.next_capacity = (self.next_capacity * 2).min(self.sizes.max);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: SegmentSizes = SegmentSizes { first: 4 << 10, max: 1 << 20 };

    #[test]
    fn frames_go_to_the_tail_then_to_the_spare_then_nowhere() {
        let mut room = Room::new(100, SIZES);
        assert!(room.take(60) && !room.take(60));
        assert!(room.spare_is_due());
        room.refuse_spare();
        assert!(!room.spare_is_due());
        assert_eq!(room.missing_spare(60), Some(SIZES.second()));
        room.add_spare(1000);
        assert_eq!(room.missing_spare(60), None);
        assert!(room.take(10), "still fits the tail");
        assert!(!room.begins_segment());
        assert!(room.take(60), "goes to the spare");
        assert!(room.begins_segment() && !room.begins_segment(), "told once");
        assert_eq!(room.missing_spare(0), Some(2 * SIZES.second()));
        assert_eq!(room.missing_spare(60), Some(SIZES.second()), "is needed at once");
        assert!(room.take(690) && !room.take(1));
    }

    #[test]
    fn the_end_of_the_tail_is_for_emergencies() {
        let mut room = Room::new(400, SIZES);
        assert!(room.take(300) && !room.take(1));
        assert!(room.take_for_emergency(52) && !room.take_for_emergency(1), "but for a watermark");
        assert!(room.take_in_tail(48) && !room.take_in_tail(1));
    }

    #[test]
    fn a_spare_segment_takes_the_frame_that_needs_it() {
        let room = Room::new(0, SIZES);
        assert_eq!(room.missing_spare(100), Some(16 << 10));
        let capacity = room.missing_spare(100_000).unwrap();
        assert_eq!(capacity % SEGMENT_UNIT_BYTES, 0);
        let mut room = Room::new(capacity - HEADER_BYTES as u64, SIZES);
        assert!(room.take(100_000));
    }
}
