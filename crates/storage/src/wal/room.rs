//! Room for frames: set aside when they are queued, so that a full disk refuses a transaction before anything happened.

use crate::limits::{INLINED_BYTES_MAX, KEY_BYTES_MAX, KEYS_WRITTEN_MAX, TRANSACTION_BYTES_MAX};
use crate::wal::segment::HEADER_BYTES;

/// The first segment of a process, so that a short-lived store pays for little.
pub(crate) const FIRST_SEGMENT_BYTES: u64 = 256 << 10;
/// The second one; every frame fits into it.
const SECOND_SEGMENT_BYTES: u64 = 1 << 20;
/// The size up to which segments double.
const SEGMENT_BYTES_MAX: u64 = 64 << 20;

/// A bound of the longest frame: what a transaction may hold, and what the lists need beside it.
pub(crate) const FRAME_BYTES_MAX: usize =
    TRANSACTION_BYTES_MAX + INLINED_BYTES_MAX + KEYS_WRITTEN_MAX * (KEY_BYTES_MAX + 256) + 4096;
const _: () = assert!(FRAME_BYTES_MAX + HEADER_BYTES <= SECOND_SEGMENT_BYTES as usize);

/// Room that is not yet spoken for.
pub(crate) struct Room {
    tail: u64,
    /// The room of the tail when it was new.
    tail_at_first: u64,
    /// Room in the spare segment; `None` if there is none, or if frames are already meant for it.
    spare: Option<u64>,
    next_capacity: u64,
    /// A spare segment could not be made ahead of its use; it is not tried again before it is needed.
    refused: bool,
}

impl Room {
    /// The room of a log whose tail has `tail` bytes left.
    pub(crate) fn new(tail: u64) -> Self {
        Self { tail, tail_at_first: tail, spare: None, next_capacity: SECOND_SEGMENT_BYTES, refused: false }
    }

    /// Sets `bytes` aside, in the tail or else in the spare segment. False if there is no room.
    pub(crate) fn take(&mut self, bytes: u64) -> bool {
        if self.take_in_tail(bytes) {
            return true;
        }
        match self.spare.take() {
            Some(spare) => {
                (self.tail, self.tail_at_first) = (spare, spare);
                self.take_in_tail(bytes)
            }
            None => false,
        }
    }

    /// Sets `bytes` aside in the tail only.
    pub(crate) fn take_in_tail(&mut self, bytes: u64) -> bool {
        let fits = bytes <= self.tail;
        if fits {
            self.tail -= bytes;
        }
        fits
    }

    /// The size of the spare segment that is missing, `None` if there is one.
    pub(crate) fn missing_spare(&self) -> Option<u64> {
        self.spare.is_none().then_some(self.next_capacity)
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
        self.next_capacity = (self.next_capacity * 2).min(SEGMENT_BYTES_MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_go_to_the_tail_then_to_the_spare_then_nowhere() {
        let mut room = Room::new(100);
        assert!(room.take(60) && !room.take(60));
        assert!(room.spare_is_due());
        room.refuse_spare();
        assert!(!room.spare_is_due());
        assert_eq!(room.missing_spare(), Some(SECOND_SEGMENT_BYTES));
        room.add_spare(1000);
        assert_eq!(room.missing_spare(), None);
        assert!(room.take(40), "still fits the tail");
        assert!(room.take(60), "goes to the spare");
        assert_eq!(room.missing_spare(), Some(2 * SECOND_SEGMENT_BYTES));
        assert!(room.take(940) && !room.take(1));
    }
}
