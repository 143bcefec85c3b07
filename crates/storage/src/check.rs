//! Looking at a closed store without changing it.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::backend::BlobStore as _;
use crate::blob::FileBlobs;
use crate::digest::{BlobDigest, BlobHasher};
use crate::error::StoreError;
use crate::identity;
use crate::open::LOG_IS_GONE;
use crate::record::{Record, ReferenceOp, Write};
use crate::recovery::{self, Found};
use crate::references::{Miscounted, References};
use crate::txn::{Lsn, TxnId};
use crate::vfs::{Layout, RealVfs, Vfs};
use crate::wal::writer::PlacedBlob;

/// What is wrong with a store, with the file and what can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file.
    pub file: PathBuf,
    /// What is wrong, in one sentence.
    pub problem: String,
}

/// What [`check`] found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// How many records the log holds.
    pub records: u64,
    /// How many different blobs are referenced.
    pub blobs: u64,
    /// The sum of their sizes, in bytes.
    pub blob_bytes: u64,
    /// Where a torn tail lies that the next open cuts: writes that were never acknowledged. No damage.
    pub torn_tail: Option<(PathBuf, u64)>,
    /// Damage.
    pub findings: Vec<Finding>,
}

/// Checks the store in `path`: every record's checksum, every reference, every referenced blob's digest.
///
/// Damage is in the report; the store is not changed.
///
/// # Errors
/// [`StoreError`] if there is no store to check, or somebody has it open.
pub fn check(path: &Path) -> Result<CheckReport, StoreError> {
    let (vfs, layout, _lock) = claim(path)?;
    let Some(id) = identity::read(&vfs, &layout)? else {
        let reason = "it has no FORMAT file".into();
        return Err(StoreError::NotAStore { path: path.into(), reason });
    };
    let blobs = FileBlobs::new(std::sync::Arc::new(RealVfs), layout.clone(), 0);
    let mut report = CheckReport::default();
    let mut references = References::default();
    let walked = recovery::walk(&vfs, &layout, id, &mut |found| {
        report.records += 1;
        place(&blobs, &found);
        count(&mut references, &found, &mut report.findings);
        Ok(())
    });
    match walked {
        Ok(end) => {
            report.torn_tail = end.torn;
            let marked = identity::table_mark(&vfs, &layout, id);
            let whole = identity::check_table_mark(marked, end.last_lsn, &layout.wal());
            report.findings.extend(whole.err().and_then(finding));
            if end.last_lsn == 0 && blobs.has_files()? {
                report.findings.push(Finding { file: layout.wal(), problem: LOG_IS_GONE.into() });
            }
        }
        Err(error) => report.findings.push(finding(error.clone()).ok_or(error)?),
    }
    for (digest, size) in references.held() {
        report.blobs += 1;
        report.blob_bytes += size;
        if let Err(problem) = verify(&blobs, &digest, size) {
            report.findings.push(Finding { file: blobs.path(&digest), problem });
        }
    }
    Ok(report)
}

/// What damage is in a report. `None` for other failures.
fn finding(error: StoreError) -> Option<Finding> {
    match error {
        StoreError::Corrupt { file, offset, reason, .. } => {
            Some(Finding { file, problem: format!("at offset {offset}: {reason}") })
        }
        _ => None,
    }
}

/// Takes the lock of a store, so that nobody writes while it is looked at. Needs no right to write.
fn claim(path: &Path) -> Result<(RealVfs, Layout, Box<dyn Send + Sync>), StoreError> {
    let (vfs, layout) = (RealVfs, Layout { root: path.into() });
    identity::check_directory(&vfs, &layout)?;
    if !vfs.exists(&layout.format()).map_err(StoreError::io("look for", &layout.format()))? {
        let reason = "it has no FORMAT file".into();
        return Err(StoreError::NotAStore { path: path.into(), reason });
    }
    let lock = vfs.lock_shared(&layout.lock()).map_err(StoreError::io("lock", &layout.lock()))?;
    let lock = lock.ok_or_else(|| StoreError::Locked { path: path.into() })?;
    Ok((vfs, layout, lock))
}

fn place(blobs: &FileBlobs, found: &Found<'_>) {
    for slot in &found.blobs {
        blobs.place(PlacedBlob {
            digest: slot.digest,
            path: std::sync::Arc::clone(found.segment),
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
        findings.push(Finding { file: found.segment.to_path_buf(), problem });
    }
}

/// Reads a blob and compares it with its name.
fn verify(blobs: &FileBlobs, digest: &BlobDigest, size: u64) -> Result<(), String> {
    let reader = blobs.open(digest).map_err(|error| error.to_string())?;
    let mut reader = reader.ok_or_else(|| "a referenced blob is missing".to_owned())?;
    let mut hasher = BlobHasher::default();
    let mut buffer = vec![0; 64 << 10];
    let mut length = 0;
    loop {
        let read = reader.read(&mut buffer).map_err(|error| format!("cannot be read: {error}"))?;
        if read == 0 {
            break;
        }
        length += read as u64;
        hasher.update(buffer.get(..read).unwrap_or_default());
    }
    if length != size {
        return Err(format!("a referenced blob has {length} bytes instead of {size}"));
    }
    if hasher.finish() != *digest {
        return Err("the content of a referenced blob does not have the digest that is its name".to_owned());
    }
    Ok(())
}

/// One record of the log, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogEntry {
    /// The number of the record.
    pub lsn: Lsn,
    /// The transaction.
    pub txn: TxnId,
    /// Whether a later frame proves it durable; what is not proven survives the next open all the same.
    pub proven: bool,
    /// The segment that holds it.
    pub segment: PathBuf,
    /// The offset of its frame there, in bytes.
    pub offset: u64,
    /// The scope.
    pub scope: String,
    /// Keys set or removed.
    pub writes: Vec<LoggedWrite>,
    /// Digests and lengths of blobs that ride in the record.
    pub blobs: Vec<(BlobDigest, usize)>,
    /// References taken (true) or given back, and how many the scope has afterwards.
    pub references: Vec<(BlobDigest, bool, u64)>,
    /// The events, as their writer encoded them.
    pub events: Vec<Vec<u8>>,
}

/// A key that a record set or removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedWrite {
    /// The key within the scope.
    pub key: Vec<u8>,
    /// The kind of the new value; `None` if the key was removed.
    pub kind: Option<u8>,
    /// The length of the new value in bytes.
    pub bytes: usize,
}

impl LoggedWrite {
    fn new(write: Write) -> Self {
        let (kind, bytes) = write.value.map_or((None, 0), |value| (Some(value.kind), value.payload.len()));
        Self { key: write.key, kind, bytes }
    }
}

impl LogEntry {
    fn new(found: Found<'_>) -> Self {
        let Record { scope, writes, blobs, references, events } = found.record;
        Self {
            lsn: found.lsn,
            txn: found.txn,
            proven: found.proven,
            segment: found.segment.to_path_buf(),
            offset: found.offset,
            scope: scope.as_str().to_owned(),
            writes: writes.into_iter().map(LoggedWrite::new).collect(),
            blobs: blobs.iter().map(|blob| (blob.digest, blob.content.len())).collect(),
            references: references.iter().map(|r| (r.digest, r.op == ReferenceOp::Hold, r.count)).collect(),
            events,
        }
    }
}

/// Hands every record of a closed store to `visit`, in order.
///
/// # Errors
/// [`StoreError`] if there is no store, somebody has it open, or the log is damaged; what was read before the damage was
/// handed on.
pub fn read_log(path: &Path, visit: &mut dyn FnMut(LogEntry)) -> Result<(), StoreError> {
    let (vfs, layout, _lock) = claim(path)?;
    let id = identity::read(&vfs, &layout)?
        .ok_or_else(|| StoreError::NotAStore { path: path.into(), reason: "it has no FORMAT file".into() })?;
    recovery::walk(&vfs, &layout, id, &mut |found| {
        visit(LogEntry::new(found));
        Ok(())
    })?;
    Ok(())
}
