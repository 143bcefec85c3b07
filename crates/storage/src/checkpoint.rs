//! Checkpoints: a snapshot takes the place of the log before it.
//!
//! The order, so that a crash at any moment leaves the old set of files or the new one:
//! 1. The table is brought to the state after a record that is durable, and stands still.
//! 2. That state is written into `tmp/`, with what is kept of the past; it has to add up to what the engine knows.
//! 3. Blobs that are still held and ride in segments which are about to go become files, all of them durable.
//! 4. The snapshot gets its name in `snap/`, durably. From here on it counts.
//! 5. The segments before the one in which the log goes on, and the older snapshot, are removed. Their names are not
//!    synced: recovery passes over those that come back.
//!
//! Commits go on all the while. A checkpoint that fails leaves everything as it was; after a failed write or sync no other
//! is tried before the store is opened again.

mod write;

pub(crate) use write::count_holding;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crate::error::StoreError;
use crate::local::Shared;
use crate::planted::{PlantedBug, is_planted};
use crate::snapshot::{Header, Snapshot};
use crate::sync::{Mutex, MutexGuard, thread};
use crate::txn::Lsn;

/// How long who leads the log rests before it looks again whether a checkpoint is through.
const LED_PAUSE: Duration = Duration::from_millis(1);
/// A clean close writes a snapshot if the log after the last one is at least this part of its size: closing a large store
/// for the sake of a few records would take longer than reading them again.
const CLOSE_PART: u64 = 8;
/// A checkpoint that failed is tried again when the log has grown by this part.
const RETRY_PART: u64 = 8;

/// What is known of the snapshots of a store.
pub(crate) struct Checkpoints {
    /// Held while a checkpoint runs, and by whoever needs that none does. Never awaited by who leads the log: a checkpoint
    /// waits for the log.
    progress: Mutex<Progress>,
    /// The record and the size of the last snapshot; 0 without one.
    last_lsn: AtomicU64,
    last_bytes: AtomicU64,
    /// The last snapshot is damaged, so that another one is due even if nothing has happened since.
    is_damaged: AtomicBool,
}

pub(crate) struct Progress {
    /// Whether nobody has looked yet for blobs that the last process has left and nobody holds. A crash may have left some,
    /// and a clean close those that were still pinned or could not be removed.
    sweep_due: bool,
    /// Whether the last process did not close the store, so that it is worth looking even without a checkpoint.
    was_left_open: bool,
    /// Numbers the temporary files.
    number: u64,
    /// Set for good by a failed write or sync.
    failure: Option<StoreError>,
    /// The last record when a checkpoint was tried because the disk was full.
    relieved_at: Option<Lsn>,
    /// How long the log has to be before a checkpoint that failed is tried again, in bytes.
    retry_bytes: u64,
}

impl Checkpoints {
    pub(crate) fn new(last: Option<&Snapshot>, was_left_open: bool) -> Self {
        let progress = Progress {
            sweep_due: true,
            was_left_open,
            number: 0,
            failure: None,
            relieved_at: None,
            retry_bytes: 0,
        };
        Self {
            progress: Mutex::new(progress),
            last_lsn: AtomicU64::new(last.map_or(0, |last| last.header.lsn)),
            last_bytes: AtomicU64::new(last.map_or(0, |last| last.bytes)),
            is_damaged: AtomicBool::new(false),
        }
    }

    /// Returns the record of the last snapshot; 0 without one.
    pub(crate) fn last_lsn(&self) -> Lsn {
        self.last_lsn.load(Ordering::Relaxed)
    }

    /// Takes note that the last snapshot cannot be read.
    pub(crate) fn note_damage(&self) {
        self.is_damaged.store(true, Ordering::Relaxed);
    }

    fn is_damaged(&self) -> bool {
        self.is_damaged.load(Ordering::Relaxed)
    }

    /// Keeps checkpoints off while the returned value lives.
    pub(crate) fn hold_off(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock()
    }
}

impl Shared {
    /// Whether the log has grown enough.
    pub(crate) fn is_checkpoint_due(&self) -> bool {
        let least = self.checkpoint_bytes_min.max(self.checkpoints.last_bytes.load(Ordering::Relaxed));
        self.log_bytes.load(Ordering::Relaxed) > least
    }

    /// Whether a snapshot is worth its cost when the store is closed.
    fn is_checkpoint_due_at_close(&self) -> bool {
        let log_bytes = self.log_bytes.load(Ordering::Relaxed);
        let is_wanted = log_bytes > 0 && self.checkpoint_bytes_min < u64::MAX;
        self.checkpoints.is_damaged()
            || is_wanted && log_bytes >= self.checkpoints.last_bytes.load(Ordering::Relaxed) / CLOSE_PART
    }

    /// Writes a snapshot of everything that is visible now, and lets go of the log before it. Returns its record.
    pub(crate) fn checkpoint(&self) -> Result<Lsn, StoreError> {
        self.checkpoint_holding(&mut self.hold_off_checkpoints())
    }

    /// Keeps checkpoints off while the returned value lives. A callback should not wait for that; should it do so all the
    /// same, it leads the log on, for which a checkpoint that is under way may be waiting.
    pub(crate) fn hold_off_checkpoints(&self) -> MutexGuard<'_, Progress> {
        while self.log.is_led_by_me() {
            if let Some(progress) = self.checkpoints.progress.try_lock() {
                return progress;
            }
            self.log.lead_on();
            thread::sleep(LED_PAUSE);
        }
        self.checkpoints.hold_off()
    }

    /// Like [`Shared::checkpoint`], if it is due and nobody is at it. What fails is left for the next time.
    pub(crate) fn checkpoint_if_due(&self) {
        if !self.is_checkpoint_due() {
            return;
        }
        let log_bytes = self.log_bytes.load(Ordering::Relaxed);
        if let Some(mut progress) = self.checkpoints.progress.try_lock()
            && progress.failure.is_none()
            && log_bytes >= progress.retry_bytes
        {
            let checkpointed = self.checkpoint_holding(&mut progress);
            // Not with every commit: each try writes as much as there is room for.
            progress.retry_bytes = if checkpointed.is_ok() { 0 } else { log_bytes + log_bytes / RETRY_PART };
        }
    }

    /// Tries to make room on a full disk, once for each state of the store. Tells whether there may be room now.
    ///
    /// What was let go of last may go only when the log says that this is durable, so it is made to say so.
    pub(crate) fn relieve(&self) -> bool {
        let Some(mut progress) = self.checkpoints.progress.try_lock() else { return false };
        let published = Some(self.state.published());
        if progress.failure.is_some() || progress.relieved_at == published {
            return false;
        }
        progress.relieved_at = published;
        self.log.witness();
        self.collect_all();
        if self.checkpoint_bytes_min < u64::MAX {
            let _: Result<Lsn, StoreError> = self.checkpoint_holding(&mut progress);
            self.collect_all();
        }
        true
    }

    pub(crate) fn checkpoint_holding(
        &self,
        progress: &mut MutexGuard<'_, Progress>,
    ) -> Result<Lsn, StoreError> {
        if let Some(failure) = &progress.failure {
            return Err(failure.clone());
        }
        let table = self.state.table();
        let mut result = self.run_checkpoint(progress);
        if let Err(StoreError::Table { .. }) = result {
            // What the table says cannot be told from what it should say; snapshot and log still can.
            self.replace_table(progress, &table)?;
            result = self.run_checkpoint(progress);
        }
        if let Err(failure @ (StoreError::Io { .. } | StoreError::Corrupt { .. })) = &result {
            progress.failure = Some(failure.clone());
        }
        let lsn = result?;
        self.sweep_if_due(progress)?;
        Ok(lsn)
    }

    fn run_checkpoint(&self, progress: &mut Progress) -> Result<Lsn, StoreError> {
        // Read before the state: what comes in between is counted once too often, which does no harm.
        let log_bytes = self.log_bytes.load(Ordering::Relaxed);
        let still = self.state.stand_still(&|lsn| self.log.wait(lsn))?;
        let lsn = still.lsn;
        if lsn == self.checkpoints.last_lsn() && !self.checkpoints.is_damaged() {
            return Ok(lsn);
        }
        let first_segment = self.log.segment_after(lsn);
        self.prepare_directory()?;
        progress.number += 1;
        let header = Header { store_id: self.store_id, lsn, first_segment };
        let tmp = self.layout.tmp().join(format!("snapshot-{}", progress.number));
        let published = self.write_snapshot(still, &tmp, header).and_then(|complete| {
            if is_planted(PlantedBug::LogDroppedBeforeSnapshot) {
                self.let_go_of_log(lsn, first_segment);
            }
            self.write_out_blobs(first_segment, &complete.held)?;
            write::publish(&*self.vfs, &self.layout, &tmp, lsn)?;
            Ok(complete.bytes)
        });
        let bytes = published.inspect_err(|_| {
            // What stays is removed when the store is opened the next time.
            let _: std::io::Result<()> = self.vfs.remove_file(&tmp);
        })?;
        self.let_go_of_log(lsn, first_segment);
        self.checkpoints.is_damaged.store(false, Ordering::Relaxed);
        // The table is only what is made of them; should it fail here, it is found out at the next opening.
        let _: Result<(), StoreError> = self.state.table().sync();
        self.log_bytes.fetch_sub(log_bytes, Ordering::Relaxed);
        self.checkpoints.last_bytes.store(bytes, Ordering::Relaxed);
        Ok(lsn)
    }

    /// Looks for what the last process has left among the blobs, once.
    fn sweep_if_due(&self, progress: &mut Progress) -> Result<(), StoreError> {
        if progress.sweep_due {
            self.sweep()?;
            progress.sweep_due = false;
        }
        Ok(())
    }

    /// Does what a clean close does: a snapshot, if it is worth its cost, and no blob is left that nobody holds.
    pub(crate) fn checkpoint_at_close(&self) -> Result<(), StoreError> {
        let mut progress = self.checkpoints.hold_off();
        let checkpointed = if self.is_checkpoint_due_at_close() {
            self.checkpoint_holding(&mut progress).map(drop)
        } else if progress.was_left_open {
            self.sweep_if_due(&mut progress)
        } else {
            Ok(())
        };
        drop(progress);
        self.collect_all();
        checkpointed
    }
}
