//! Checking a closed store without changing it.

mod blob;
mod finding;

pub use finding::Finding;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::blob::FileBlobs;
use crate::checkpoint::count_holding;
use crate::closed_store::{claim, holds_a_store, identify};
use crate::error::StoreError;
use crate::identity::{self, StoreId};
use crate::places;
use crate::recovery::{self, Found, LogEnd, Start};
use crate::references::{Miscounted, References};
use crate::replay::LOG_IS_GONE;
use crate::snapshot::{self, Snapshot};
use crate::vfs::{Layout, RealVfs};
use crate::wal::writer::PlacedBlob;

/// What [`check`] found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// How many entries the snapshot holds; 0 if there is none.
    pub snapshot_entries: u64,
    /// How many records the log holds.
    pub records: u64,
    /// How many different blobs are referenced.
    pub blobs: u64,
    /// The sum of their sizes, in bytes.
    pub blob_bytes: u64,
    /// How many files of blobs nobody refers to. No damage: they go with a later checkpoint.
    pub unreferenced: u64,
    /// Where the log ends in bytes that are no record, as a crash leaves them. No damage: the next open passes over them.
    pub torn_tail: Option<(PathBuf, u64)>,
    /// Damage.
    pub findings: Vec<Finding>,
}

/// How far a check has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckProgress {
    /// How many bytes of blobs were read, of how many.
    pub blob_bytes: (u64, u64),
}

/// Checks the store in `path`: every checksum of snapshot and log, every reference, every referenced blob's digest.
///
/// Damage is in the report; the store is not changed. The table is not looked at: it is made from the rest.
///
/// # Errors
/// [`StoreError`] if there is no store to check, or somebody has it open.
pub fn check(path: &Path) -> Result<CheckReport, StoreError> {
    check_with_progress(path, &mut |_| {})
}

/// Like [`check`], telling `progress` how far it has come.
///
/// # Errors
/// As [`check`].
pub fn check_with_progress(
    path: &Path,
    progress: &mut dyn FnMut(CheckProgress),
) -> Result<CheckReport, StoreError> {
    let (vfs, layout, _lock) = match claim(path) {
        // A store that has lost its name is damaged, too.
        Err(error @ StoreError::Corrupt { .. }) => {
            return Ok(CheckReport { findings: vec![Finding::of(error)?], ..CheckReport::default() });
        }
        claimed => claimed?,
    };
    let blobs = FileBlobs::new(Arc::new(vfs), layout.clone(), 0);
    let mut check = Check { vfs, layout, blobs, report: CheckReport::default(), references: None };
    let checked = check.state().and_then(|_| check.blobs(progress));
    // Damage that nothing can be read beyond is a finding like any other.
    checked.or_else(|error| Finding::of(error).map(|finding| check.report.findings.push(finding)))?;
    Ok(check.report)
}

/// The files of a store that was found to be whole, but for the blobs.
pub(crate) struct Whole {
    pub(crate) id: StoreId,
    pub(crate) snapshot: Option<PathBuf>,
    pub(crate) log: LogEnd,
}

/// Finds the files of a closed store. The contents of blobs are not read.
///
/// # Errors
/// [`StoreError::Corrupt`] if snapshot or log are damaged, or if a blob that is referenced is missing or has another length.
pub(crate) fn find_whole(vfs: RealVfs, layout: &Layout) -> Result<Whole, StoreError> {
    let blobs = FileBlobs::new(Arc::new(vfs), layout.clone(), 0);
    let report = CheckReport::default();
    let mut check = Check { vfs, layout: layout.clone(), blobs, report, references: None };
    let found = check.state()?;
    if let Some(Finding { file, offset, problem, .. }) = check.report.findings.into_iter().next() {
        return Err(StoreError::corrupt(&file, offset.unwrap_or_default(), problem));
    }
    for (digest, size) in check.references.iter().flat_map(References::held) {
        if check.blobs.length(&digest)? != Some(size) {
            let reason = "a referenced blob is missing, or has another length";
            return Err(StoreError::corrupt(&check.blobs.path(&digest), 0, reason));
        }
    }
    // Only what is in the way of reading them keeps the files from being found, and that is a finding.
    found.ok_or_else(|| StoreError::corrupt(&layout.root, 0, "snapshot and log cannot be read"))
}

struct Check {
    vfs: RealVfs,
    layout: Layout,
    blobs: FileBlobs,
    report: CheckReport,
    /// What the scopes refer to, as long as that is known.
    references: Option<References>,
}

impl Check {
    /// Checks the snapshot and the log. `None` if something in their place keeps them from being read.
    fn state(&mut self) -> Result<Option<Whole>, StoreError> {
        let id = identify(&self.vfs, &self.layout).map_err(|error| self.of_a_store(error))?;
        let misplaced = places::misplaced(&self.vfs, &self.layout)?;
        let is_readable = !misplaced.iter().any(|misplaced| misplaced.hides_data);
        self.report.findings.extend(misplaced.into_iter().map(Finding::from));
        if !is_readable {
            return Ok(None);
        }
        let snapshot = snapshot::newest(&self.vfs, &self.layout, id)?.0;
        self.references = Some(References::default());
        if let Some(snapshot) = &snapshot
            && let Err(error) = self.snapshot(snapshot)
        {
            self.references = None;
            self.report.findings.push(Finding::of(error)?);
        }
        let log = self.log(id, Start::after(snapshot.as_ref().map(|snapshot| &snapshot.header)))?;
        Ok(Some(Whole { id, snapshot: snapshot.map(|snapshot| snapshot.path), log }))
    }

    /// A `FORMAT` that is none of ours is damage where everything else is a store's.
    fn of_a_store(&self, error: StoreError) -> StoreError {
        match error {
            StoreError::NotAStore { reason, .. } if holds_a_store(&self.vfs, &self.layout) => {
                StoreError::corrupt(&self.layout.format(), 0, reason)
            }
            other => other,
        }
    }

    fn snapshot(&mut self, snapshot: &Snapshot) -> Result<(), StoreError> {
        let (mut held, mut references) = (BTreeMap::new(), References::default());
        snapshot.entries(&mut |key, value| {
            self.report.snapshot_entries += 1;
            count_holding(&mut held, &key, &value);
            references.restore(&key, &value);
            Ok(())
        })?;
        if snapshot.facts()?.blobs != held.into_iter().collect::<Vec<_>>() {
            return Err(
                snapshot.corrupt(0, "the snapshot counts other holders of blobs than its entries say")
            );
        }
        self.references = Some(references);
        Ok(())
    }

    fn log(&mut self, id: StoreId, start: Start) -> Result<LogEnd, StoreError> {
        let Self { vfs, layout, blobs, report, references } = self;
        let end = recovery::walk(vfs, layout, id, start, &mut |found| {
            report.records += 1;
            place(blobs, &found);
            if let Some(references) = references
                && found.lsn > start.snapshot_lsn()
            {
                count(references, &found, &mut report.findings);
            }
            Ok(())
        })?;
        report.torn_tail.clone_from(&end.torn);
        let marked = identity::table_mark(vfs, layout, id);
        let whole = identity::check_table_mark(marked, end.last_lsn, &layout.wal());
        report.findings.extend(whole.err().map(Finding::of).transpose()?);
        if end.last_lsn == 0 && blobs.has_files()? {
            return Err(StoreError::corrupt(&layout.wal(), 0, LOG_IS_GONE));
        }
        Ok(end)
    }

    /// Checks every blob that is referenced, and counts those that are not.
    fn blobs(&mut self, progress: &mut dyn FnMut(CheckProgress)) -> Result<(), StoreError> {
        let Some(references) = &self.references else { return Ok(()) };
        let held = references.held();
        self.report.blobs = held.len() as u64;
        self.report.blob_bytes = held.values().sum();
        let (total, mut read) = (self.report.blob_bytes, 0);
        for (digest, size) in &held {
            let damage = blob::damage(&self.blobs, digest, *size, &mut |bytes| {
                read += bytes;
                progress(CheckProgress { blob_bytes: (read, total) });
            });
            self.report.findings.extend(damage?);
        }
        let unreferenced = &mut self.report.unreferenced;
        self.blobs.each_file(&mut |_, digest| {
            *unreferenced += u64::from(digest.is_some_and(|digest| !held.contains_key(&digest)));
            Ok(())
        })
    }
}

fn place(blobs: &FileBlobs, found: &Found<'_>) {
    for slot in &found.blobs {
        blobs.place(PlacedBlob {
            digest: slot.digest,
            path: Arc::clone(found.segment),
            first_lsn: found.segment_lsn,
            offset: slot.range.start as u64,
            bytes: slot.range.len() as u64,
        });
    }
}

/// Says of each reference of a record that it is miscounted, if it is.
fn count(references: &mut References, found: &Found<'_>, findings: &mut Vec<Finding>) {
    for Miscounted { reference, before } in references.add(&found.record) {
        let problem = format!(
            "record {} counts {} references to blob {}, {before} before it and then one {:?}",
            found.lsn, reference.count, reference.digest, reference.op
        );
        let (file, offset) = (found.segment.to_path_buf(), Some(found.offset));
        findings.push(Finding { file, offset, problem, advice: finding::REPORT });
    }
}
