//! What can go wrong with a store.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::txn::{Lsn, TxnId};

/// A failure of the store itself: of its files, or of what is in them.
///
/// Cheap to clone, because one failed sync answers everybody who waited for it.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The directory belongs to something else.
    #[error("{} is not a funclet store: {reason}", path.display())]
    NotAStore {
        /// The directory.
        path: PathBuf,
        /// What was found instead.
        reason: String,
    },
    /// The store was written by a newer version.
    #[error("{} has format version {found}, this version reads up to {supported}", path.display())]
    NewerFormat {
        /// The directory or file.
        path: PathBuf,
        /// The version found.
        found: u32,
        /// The newest version that is understood.
        supported: u32,
    },
    /// Another process, or another engine of this one, has the store open.
    #[error("{} is in use by another process", path.display())]
    Locked {
        /// The directory.
        path: PathBuf,
    },
    /// Bytes that were durable are damaged.
    #[error("{} is damaged at offset {offset}: {reason}", file.display())]
    Corrupt {
        /// The damaged file.
        file: PathBuf,
        /// Where in the file, in bytes.
        offset: u64,
        /// The record concerned, as far as known.
        lsn: Option<Lsn>,
        /// What is wrong.
        reason: String,
    },
    /// A directory lies where a file of the store belongs, or the other way round.
    #[error("{} is {}", path.display(), wrong_kind(*is_directory))]
    Misplaced {
        /// What lies there.
        path: PathBuf,
        /// Whether that is a directory.
        is_directory: bool,
    },
    /// The operating system refused.
    #[error("cannot {op} {}", path.display())]
    Io {
        /// What was tried, as a verb.
        op: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The system's error.
        source: Arc<io::Error>,
    },
    /// The disk is full: the write was not begun.
    #[error("no space left for {}", path.display())]
    Full {
        /// The file or directory.
        path: PathBuf,
    },
    /// An earlier write or sync failed. What was durable may be read; nothing can be written until the store is opened
    /// again.
    #[error("the store takes no writes until it is opened again, because an earlier write failed")]
    Poisoned {
        /// The failure.
        source: Arc<StoreError>,
    },
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
    /// The table failed and could not be rebuilt.
    #[error("the table failed: {reason}")]
    Table {
        /// What it said.
        reason: String,
    },
    /// The `meta` record forbids writing: the store is frozen, or asks for a newer writer.
    #[error("the store refuses writes: {reason}")]
    WriterRefused {
        /// Why.
        reason: String,
    },
}

/// What is wrong with something of the wrong kind.
pub(crate) fn wrong_kind(is_directory: bool) -> &'static str {
    if is_directory { "a directory, where a file belongs" } else { "a file, where a directory belongs" }
}

impl StoreError {
    /// Wraps a system error with what was tried.
    pub(crate) fn io(op: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { path: path.into() },
            _ => Self::Io { op, path: path.into(), source: Arc::new(source) },
        }
    }

    pub(crate) fn corrupt(file: &Path, offset: u64, reason: impl Into<String>) -> Self {
        Self::Corrupt { file: file.into(), offset, lsn: None, reason: reason.into() }
    }
}

/// A bound of the transaction rules that a body broke.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleBroken {
    /// More keys were read than a transaction may.
    #[error("a transaction reads at most {0} keys")]
    KeysRead(usize),
    /// More keys were written than a transaction may.
    #[error("a transaction writes at most {0} keys")]
    KeysWritten(usize),
    /// A key is empty or too long.
    #[error("a key has 1 to {max} bytes, got {got}")]
    KeyLength {
        /// The bound.
        max: usize,
        /// The length given.
        got: usize,
    },
    /// A value is too long.
    #[error("a value has at most {max} bytes, got {got}")]
    ValueLength {
        /// The bound.
        max: usize,
        /// The length given.
        got: usize,
    },
    /// All written keys and values together are too long.
    #[error("a transaction writes at most {max} bytes beside blobs, got {got}")]
    TransactionLength {
        /// The bound.
        max: usize,
        /// The sum given.
        got: usize,
    },
    /// All inlined blobs together are too long.
    #[error("a transaction inlines at most {max} bytes of blobs, got {got}")]
    InlinedLength {
        /// The bound.
        max: usize,
        /// The sum given.
        got: usize,
    },
    /// A key was written that the transaction had not read.
    #[error("a key is read before it is written: {0:?}")]
    BlindWrite(String),
    /// A key, kind or scope (`_store`) that belongs to storage itself was written.
    #[error("{0:?} is storage's own")]
    Reserved(String),
    /// A blob was held that is neither inlined here, nor stored and pinned, nor held by the scope already.
    #[error("blob {0} is not stored")]
    UnknownBlob(crate::BlobDigest),
    /// A blob was released that the scope does not hold.
    #[error("blob {0} is not held")]
    NotHeld(crate::BlobDigest),
}

/// Says why a read gave no answer.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What was read is not at hand; the body runs again once it is. Only a remote backend's bodies see this.
    #[error("the value is not at hand yet")]
    Again,
    /// The body asked for more than a page.
    #[error(transparent)]
    Rule(#[from] RuleBroken),
    /// The transaction was so long ago that nobody can tell any more what became of it.
    #[error("the outcome of transaction {id} is no longer known")]
    OutcomeForgotten {
        /// The transaction.
        id: TxnId,
    },
}

/// Ends the body of a transaction early; nothing of it is committed.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Abort {
    /// The body decided so. What it read is durable when the caller learns of it.
    #[error("refused by the transaction's body")]
    Refused,
    /// A read failed; pass it on.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A rule of transactions was broken.
    #[error(transparent)]
    Rule(#[from] RuleBroken),
}

/// Says why a transaction is not known to be committed.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum CommitError {
    /// The body refused; what it read is durable.
    #[error("refused by the transaction's body")]
    Refused,
    /// A `bounded_add` would have passed its bound. Names the counter.
    #[error("counter {:?} is at its limit", String::from_utf8_lossy(.0))]
    Limit(Vec<u8>),
    /// The body broke a rule of transactions. Not done.
    #[error(transparent)]
    Rule(#[from] RuleBroken),
    /// Other writers came first, again and again. Not done.
    #[error("given up after conflicts with other writers")]
    Conflict,
    /// The store failed while it wrote; [`Backend::resolve`](crate::Backend::resolve) tells what became of it.
    #[error("the outcome of transaction {id} is unknown")]
    OutcomeUnknown {
        /// The transaction.
        id: TxnId,
        /// The failure.
        source: StoreError,
    },
    /// The disk is full. Surely not done.
    #[error("no space left for the log")]
    Full,
    /// Surely not done.
    #[error("the transaction failed")]
    Failed(#[source] StoreError),
}
