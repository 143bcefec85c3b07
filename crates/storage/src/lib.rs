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
mod blob;
mod check;
pub mod codec;
mod digest;
mod error;
mod history;
mod identity;
pub mod limits;
mod local;
mod memory;
mod meta;
mod open;
mod options;
mod overlay;
mod record;
mod recovery;
mod references;
mod scope;
mod snapshot;
mod sync;
mod table;
mod transaction;
mod txn;
mod unsynced;
mod value;
mod vfs;
mod wal;

pub use backend::{
    Backend, BlobStore, CommitDone, EventBatch, Events, Page, ReadBody, ReadDone, SubmittedRead, SubmittedTx,
    Tx, TxBody, View,
};
pub use blob::{BlobReader, PinnedBlob, StagedBlob, StagingWriter};
pub use check::{CheckReport, Finding, LogEntry, LoggedWrite, check, read_log};
pub use codec::Encoded;
pub use digest::BlobDigest;
pub use error::{Abort, CommitError, ReadError, RuleBroken, StoreError};
pub use local::LocalBackend;
pub use memory::MemoryBackend;
pub use options::{Durability, Entropy, LocalOptions, Maintenance, TableKind};
pub use scope::{InvalidScope, Scope};
pub use txn::{Lsn, Outcome, Position, TxnId};
pub use value::Value;
pub use vfs::{RealVfs, Vfs, VfsFile};
#[doc(hidden)]
pub use wal::reader::scan_any_bytes;
