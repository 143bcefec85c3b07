//! What a checkpoint writes, and what it then lets go of.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use crate::applier::Still;
use crate::backend::Events;
use crate::digest::BlobDigest;
use crate::error::StoreError;
use crate::holders::Holding;
use crate::local::Shared;
use crate::options::Maintenance;
use crate::planted::{PlantedBug, is_planted};
use crate::scope::Scope;
use crate::snapshot::{self, Forgotten, Header, SnapshotWriter};
use crate::table::each_entry;
use crate::transaction::{REFERENCE_PREFIX, read_reference};
use crate::txn::{Lsn, Position};
use crate::value::Value;
use crate::vfs::{Layout, Vfs};
use crate::wal::segment;

/// How many batches of events are read at once.
const PAGE_BATCHES: usize = 256;

impl Shared {
    /// Sees to it that the directory is there, and that no build opens the store which knows nothing of it.
    pub(super) fn prepare_directory(&self) -> Result<(), StoreError> {
        let (vfs, snap) = (&*self.vfs, self.layout.snap());
        if !vfs.exists(&snap).map_err(StoreError::io("look for", &snap))? {
            vfs.create_dir_all(&snap).map_err(StoreError::io("create", &snap))?;
            vfs.sync_dir(&self.layout.root).map_err(StoreError::io("sync", &self.layout.root))?;
        }
        self.format.raise(vfs, &self.layout)
    }

    /// Writes the snapshot of a table that stands still. It moves on when its entries are read.
    pub(super) fn write_snapshot(
        &self,
        still: Still<'_>,
        tmp: &Path,
        header: Header,
    ) -> Result<Complete, StoreError> {
        let mut writer = SnapshotWriter::create(&*self.vfs, tmp.into(), header)?;
        let mut held = BTreeMap::new();
        each_entry(&*still.table, |key, value| {
            if self.maintenance == Maintenance::Thread {
                // The thread that prepares segments is the one that writes this.
                let _: Result<(), StoreError> = self.log.make_spare_if_due();
            }
            count_holding(&mut held, key, value);
            writer.entry(key, value)
        })?;
        if writer.digest() != still.table.digest() {
            return Err(StoreError::Table { reason: "its entries do not add up".into() });
        }
        drop(still);
        for (digest, holding) in &held {
            writer.blob(digest, *holding)?;
        }
        self.write_events(&mut writer, header.lsn)?;
        let transactions = self.history.lock().transactions(header.lsn);
        for (id, lsn) in transactions {
            writer.transaction(id, lsn)?;
        }
        // Taken last: what was forgotten meanwhile was not written.
        let forgotten = self.history.lock().forgotten();
        let bytes = writer.finish(Forgotten { events: forgotten.events.min(header.lsn), ..forgotten })?;
        Ok(Complete { bytes, held })
    }

    fn write_events(&self, writer: &mut SnapshotWriter, last: Lsn) -> Result<(), StoreError> {
        let mut after = Position::START;
        loop {
            // Bound to a name, so that the lock is given back before anything is written.
            let next = self.history.lock().events(after, PAGE_BATCHES, last);
            match next {
                Events::Lost { oldest } => after = oldest,
                Events::Batches(batches) => {
                    let Some(newest) = batches.last() else { return Ok(()) };
                    after = newest.position;
                    batches.iter().try_for_each(|batch| writer.events(batch))?;
                }
            }
        }
    }

    /// Makes files of the blobs that are held and ride in segments before `first_segment`.
    pub(super) fn write_out_blobs(
        &self,
        first_segment: Lsn,
        held: &BTreeMap<BlobDigest, Holding>,
    ) -> Result<(), StoreError> {
        let mut riding = self.blobs.inlined_before(first_segment);
        riding.retain(|blob| held.contains_key(&blob.digest) && !is_planted(PlantedBug::RidingBlobsDropped));
        self.blobs.write_out(&riding)?;
        // Whoever let go of one meanwhile has found no file to remove.
        let (now, mut holders) = (self.state.published(), self.holders.lock());
        for blob in riding.iter().filter(|blob| !holders.is_held(&blob.digest)).collect::<Vec<_>>() {
            holders.free(blob.digest, now, 0);
        }
        Ok(())
    }

    /// Removes what the snapshot after `lsn` stands for. What cannot be removed is passed over by recovery.
    pub(super) fn let_go_of_log(&self, lsn: Lsn, first_segment: Lsn) {
        self.blobs.forget_before(first_segment);
        let mut paths: Vec<PathBuf> = Vec::new();
        for dropped in self.log.drop_segments_before(first_segment) {
            paths.push(segment::path(&self.layout.wal(), dropped));
        }
        let older = self.checkpoints.last_lsn.swap(lsn, Ordering::Relaxed);
        // A damaged one was replaced under its own name.
        if older > 0 && older != lsn {
            paths.push(snapshot::path(&self.layout.snap(), older));
        }
        for path in paths {
            let _: std::io::Result<()> = self.vfs.remove_unread(&path);
        }
    }
}

/// A snapshot that has no name yet, and the blobs that are held in its state.
pub(super) struct Complete {
    pub(super) bytes: u64,
    pub(super) held: BTreeMap<BlobDigest, Holding>,
}

/// Gives a finished snapshot its name, durably.
pub(super) fn publish(vfs: &dyn Vfs, layout: &Layout, tmp: &Path, lsn: Lsn) -> Result<(), StoreError> {
    let path = snapshot::path(&layout.snap(), lsn);
    vfs.rename(tmp, &path).map_err(StoreError::io("rename to", &path))?;
    vfs.sync_dir(&layout.snap()).map_err(StoreError::io("sync", &layout.snap()))
}

/// Counts a scope more for the blob that an entry says is held, if it says so.
pub(crate) fn count_holding(held: &mut BTreeMap<BlobDigest, Holding>, key: &[u8], value: &Value) {
    let counted = || {
        let (_, key) = Scope::split(key)?;
        let digest = key.strip_prefix(REFERENCE_PREFIX)?.try_into().ok()?;
        Some((BlobDigest::from_bytes(digest), read_reference(value)?.0))
    };
    if let Some((digest, size)) = counted() {
        held.entry(digest).or_insert(Holding { size, scopes: 0 }).scopes += 1;
    }
}
