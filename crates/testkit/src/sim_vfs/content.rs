//! A file's content as programs see it, as its last sync left it, and what leads from the one to the other.

use std::sync::Arc;

use super::sparse::SparseBytes;

/// A file's bytes.
#[derive(Clone, Default)]
pub(super) struct Content {
    pub(super) current: SparseBytes,
    /// The bytes that a power cut surely leaves.
    pub(super) synced: SparseBytes,
    /// What leads from `synced` to `current`, in order, unless a sync failed in between: what it should have written is
    /// then lost for good, although programs still read it (as Linux does it).
    pub(super) unsynced: Vec<Change>,
    /// Whether a sync has failed.
    lost: bool,
}

/// One change of a file's bytes.
#[derive(Clone)]
pub(super) enum Change {
    /// Cut, or filled up with zeros, to a length.
    Resized(usize),
    Written {
        offset: usize,
        bytes: Arc<[u8]>,
    },
}

impl Change {
    pub(super) fn apply(&self, bytes: &mut SparseBytes) {
        match self {
            Self::Resized(length) => bytes.set_len(*length),
            Self::Written { offset, bytes: written } => bytes.write(written, *offset),
        }
    }
}

impl Content {
    pub(super) fn durable(bytes: SparseBytes) -> Self {
        Self { current: bytes.clone(), synced: bytes, unsynced: Vec::new(), lost: false }
    }

    pub(super) fn change(&mut self, change: Change) {
        change.apply(&mut self.current);
        self.unsynced.push(change);
    }

    /// Makes durable what was changed since the last sync.
    pub(super) fn sync(&mut self) {
        if self.lost {
            self.unsynced.iter().for_each(|change| change.apply(&mut self.synced));
        } else {
            self.synced = self.current.clone();
        }
        self.unsynced.clear();
    }

    /// Forgets that anything is left to be written.
    pub(super) fn fail_to_sync(&mut self) {
        self.lost |= !self.unsynced.is_empty();
        self.unsynced.clear();
    }
}
