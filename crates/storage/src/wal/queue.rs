//! What waits for the next batch of the log: frames, and who wants to know when they are durable.

use std::collections::BinaryHeap;

use crate::error::StoreError;
use crate::sync::thread::{self, ThreadId};
use crate::txn::Lsn;
use crate::wal::room::Room;
use crate::wal::writer::Batch;

/// Runs when an LSN is durable, or will never be.
pub(crate) type Wake = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// What the mutex of the log guards.
pub(super) struct Queue {
    pub(super) batch: Batch,
    /// The LSN of the last record that was queued.
    pub(super) queued: Lsn,
    pub(super) wakes: BinaryHeap<Waiting>,
    /// The greatest LSN that a blocked thread has waited for. If it is not durable, that thread is there to lead.
    pub(super) awaited: Lsn,
    /// Who writes a batch, or runs the callbacks of one.
    pub(super) leader: Option<ThreadId>,
    /// Set for good by the first failure; nothing is written after it.
    pub(super) failure: Option<StoreError>,
    /// Nothing more is queued.
    pub(super) closed: bool,
    pub(super) room: Room,
    /// Whether the last frame of the log is a watermark that covers everything.
    pub(super) watermarked: bool,
}

/// A callback and what it waits for. The smallest LSN is the greatest, because a `BinaryHeap` gives the greatest first.
pub(super) struct Waiting {
    pub(super) lsn: Lsn,
    pub(super) wake: Wake,
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other.lsn.cmp(&self.lsn)
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.lsn == other.lsn
    }
}

impl Eq for Waiting {}

impl Queue {
    pub(super) fn new(queued: Lsn, room: Room) -> Self {
        Self {
            batch: Batch::default(),
            queued,
            wakes: BinaryHeap::new(),
            awaited: 0,
            leader: None,
            failure: None,
            closed: false,
            room,
            watermarked: false,
        }
    }

    pub(super) fn is_led_by_me(&self) -> bool {
        self.leader == Some(thread::current().id())
    }

    /// Takes out the callbacks that wait for nothing beyond `durable`, or all if nothing more will become durable.
    pub(super) fn due(&mut self, durable: Lsn) -> Vec<Wake> {
        let mut due = Vec::new();
        while let Some(waiting) = self.wakes.peek() {
            if waiting.lsn > durable && self.failure.is_none() {
                break;
            }
            due.extend(self.wakes.pop().map(|waiting| waiting.wake));
        }
        due
    }
}
