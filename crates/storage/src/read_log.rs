//! Showing the log of a closed store to people.

use std::path::{Path, PathBuf};

use crate::closed_store::{claim, identify};
use crate::digest::BlobDigest;
use crate::error::StoreError;
use crate::record::{Record, ReferenceOp, Write};
use crate::recovery::{self, Found, Start};
use crate::snapshot;
use crate::txn::{Lsn, TxnId};

/// The snapshot after which the log goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoggedSnapshot {
    /// The file.
    pub file: PathBuf,
    /// It stands for every record up to this one. Some of those may still be in the log.
    pub lsn: Lsn,
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

/// Hands every record in the log of a closed store to `visit`, in order. What a snapshot stands for may be gone.
///
/// # Errors
/// [`StoreError`] if there is no store, somebody has it open, or the log is damaged; what was read before the damage was
/// handed on.
pub fn read_log(path: &Path, visit: &mut dyn FnMut(LogEntry)) -> Result<(), StoreError> {
    read_log_after(path, &mut |_| {}, visit)
}

/// Like [`read_log`], telling `begin` before the first record after which snapshot the log goes on, if there is one.
///
/// # Errors
/// As [`read_log`].
pub fn read_log_after(
    path: &Path,
    begin: &mut dyn FnMut(Option<LoggedSnapshot>),
    visit: &mut dyn FnMut(LogEntry),
) -> Result<(), StoreError> {
    let (vfs, layout, _lock) = claim(path)?;
    let id = identify(&vfs, &layout)?;
    let snapshot = snapshot::newest(&vfs, &layout, id)?.0;
    let start = Start::after(snapshot.as_ref().map(|snapshot| &snapshot.header));
    begin(snapshot.map(|snapshot| LoggedSnapshot { file: snapshot.path, lsn: snapshot.header.lsn }));
    recovery::walk(&vfs, &layout, id, start, &mut |found| {
        visit(LogEntry::new(found));
        Ok(())
    })?;
    Ok(())
}
