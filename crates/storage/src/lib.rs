//! Ordered, transactional key-value records and content-addressed blobs, durable through a write-ahead log.
//!
//! The log is the database: a transaction is acknowledged when its record is synced, many of them by one sync. The
//! table behind it (sled, or a map in memory) is made from the log and may be thrown away. The crate knows keys, bytes
//! and record numbers, nothing of what they mean.
//!
//! It is not a general database: one process, one machine, transactions bounded in size ([`limits`]), no queries beside
//! `get` and prefix scans.
//!
//! ```
//! use funclet_storage::{Abort, Backend, MemoryBackend, Scope, TxnId, codec};
//!
//! let store = MemoryBackend::new();
//! let scope = Scope::new("000000000000/us-east-1").unwrap();
//! store
//!     .transact(&scope, TxnId::new(0, [1; 16]), &mut |tx| {
//!         if tx.get(b"greeting")?.is_some() {
//!             return Err(Abort::Refused);
//!         }
//!         tx.put(b"greeting", codec::encode(16, &"hello").unwrap())
//!     })
//!     .unwrap();
//!
//! let mut found = None;
//! store.read(&scope, &mut |view| Ok(found = view.get(b"greeting")?)).unwrap();
//! assert_eq!(codec::decode::<String>(16, &found.unwrap()).unwrap(), "hello");
//! ```
//!
//! Features: `sled` (default) keeps the table on disk.

mod applier;
mod backend;
mod backup;
mod blob;
mod check;
mod checkpoint;
mod closed_store;
pub mod codec;
mod collector;
mod digest;
mod error;
mod fields;
mod format_version;
mod full_view;
mod history;
mod holders;
mod identity;
pub mod limits;
mod local;
mod memory;
mod meta;
mod open;
mod options;
mod overlay;
mod places;
mod planted;
mod reach;
mod read_log;
mod record;
mod recovery;
mod references;
mod replace_table;
mod replay;
mod scope;
mod signal;
mod snapshot;
mod sync;
mod table;
mod transaction;
mod txn;
mod unsynced;
mod value;
mod verify_snapshot;
mod vfs;
mod wal;

pub use backend::{
    Backend, BlobStore, CommitDone, EventBatch, Events, Page, ReadBody, ReadDone, SubmittedRead, SubmittedTx,
    Tx, TxBody, View,
};
pub use backup::{CopyMode, CopyProgress, copy_store};
pub use blob::{BlobReader, PinnedBlob, StagedBlob, StagingWriter};
pub use check::{CheckProgress, CheckReport, Finding, check, check_with_progress};
pub use closed_store::probe;
pub use codec::Encoded;
pub use digest::BlobDigest;
pub use error::{Abort, CommitError, ReadError, RuleBroken, StoreError};
pub use local::LocalBackend;
pub use memory::MemoryBackend;
pub use options::{Durability, Entropy, LocalOptions, Maintenance, TableKind};
#[doc(hidden)]
#[cfg(feature = "planted-bugs")]
pub use planted::{PlantedBug, plant};
pub use read_log::{LogEntry, LoggedSnapshot, LoggedWrite, read_log, read_log_after};
#[doc(hidden)]
pub use record::decode_any_record;
pub use scope::{InvalidScope, Scope};
#[doc(hidden)]
pub use snapshot::any_bytes::{read_any_snapshot, read_mended_snapshot};
pub use txn::{Lsn, Outcome, Position, TxnId};
pub use value::Value;
pub use vfs::{RealVfs, Vfs, VfsFile};
#[doc(hidden)]
pub use wal::reader::{scan_any_bytes, scan_mended_bytes};
