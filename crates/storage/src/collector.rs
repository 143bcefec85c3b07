//! Removing blobs that nobody holds any more.
//!
//! A blob goes when no scope holds it, nobody has pinned it, and the log proves the record durable that let go of it: even if
//! that record is damaged later, no state comes back that holds a blob without a file. Who ends between the record and the
//! removal leaves a file; a sweep of all files finds it, once after each opening, with the first checkpoint.

use crate::error::StoreError;
use crate::local::Shared;
use crate::planted::{PlantedBug, is_planted};
use crate::txn::Lsn;

impl Shared {
    /// Whether some blob may be there in vain.
    pub(crate) fn is_collection_due(&self) -> bool {
        let (witnessed, until_ms) = (self.witnessed(), self.freed_until_ms());
        self.blobs.pins().has_unpinned() || self.holders.lock().has_freed(witnessed, until_ms)
    }

    /// Removes the blobs whose time has come. What cannot be removed is left for the next sweep.
    pub(crate) fn collect(&self) {
        self.collect_until(self.freed_until_ms());
    }

    /// The last record that snapshot or log prove durable.
    fn witnessed(&self) -> Lsn {
        self.log.witnessed().max(self.checkpoints.last_lsn())
    }

    /// What was freed later has to wait.
    fn freed_until_ms(&self) -> u64 {
        self.history.lock().time_ms_max().saturating_sub(self.blob_grace_ms)
    }

    /// Removes all blobs that nobody holds, however young.
    pub(crate) fn collect_all(&self) {
        self.collect_until(u64::MAX);
    }

    fn collect_until(&self, until_ms: u64) {
        // Somebody is at it, or copies the store.
        let Some(_collecting) = self.collecting.try_lock() else { return };
        let unpinned = self.blobs.pins().take_unpinned();
        let due = {
            let (published, now_ms) = (self.state.published(), self.history.lock().time_ms_max());
            let mut holders = self.holders.lock();
            for digest in unpinned {
                // A record that let go of it may still be on its way to the disk.
                if !holders.is_held(&digest) {
                    holders.free(digest, published, now_ms);
                }
            }
            let too_early = is_planted(PlantedBug::BlobRemovedTooEarly);
            holders.take_freed(if too_early { published } else { self.witnessed() }, until_ms)
        };
        for digest in due {
            let _: Result<bool, StoreError> =
                self.blobs.remove(&digest, || self.holders.lock().must_stay(&digest));
        }
    }

    /// Removes every file among the blobs that is none, or that nobody holds.
    pub(crate) fn sweep(&self) -> Result<(), StoreError> {
        let _collecting = self.collecting.lock();
        let mut unheld = Vec::new();
        self.blobs.each_file(&mut |path, digest| {
            match digest {
                Some(digest) if self.is_held(&digest) => {}
                Some(digest) => unheld.push(digest),
                // Not ours to remove.
                None => drop(path),
            }
            Ok(())
        })?;
        let (published, now_ms) = (self.state.published(), self.history.lock().time_ms_max());
        let mut holders = self.holders.lock();
        for digest in unheld {
            holders.free(digest, published, now_ms);
        }
        Ok(())
    }

    fn is_held(&self, digest: &crate::digest::BlobDigest) -> bool {
        self.holders.lock().is_held(digest)
    }
}
