//! How a store on disk is opened.

use std::path::PathBuf;
use std::sync::Arc;

use crate::vfs::{RealVfs, Vfs};
use crate::wal::room::SegmentSizes;

/// The source of the random bytes that name a store and salt its segments.
///
/// Injected, so that a test gets the same bytes on disk from the same inputs.
pub trait Entropy: Send + Sync {
    /// Returns 16 bytes that were never returned before.
    fn bytes(&self) -> [u8; 16];
}

/// What an acknowledgement promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// The record is synced to the disk.
    #[default]
    Disk,
    /// The record is with the operating system: it survives the end of the process, not of the machine.
    Process,
}

/// Who writes the log and keeps the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Maintenance {
    /// Callers do, after they have woken the others. No thread is started.
    #[default]
    Inline,
    /// Two threads of the store do: one leads the log, one applies to the table and prepares segments.
    Thread,
}

/// What the table is kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TableKind {
    /// In memory; rebuilt from snapshot and log at every open.
    Memory,
    /// In sled, with a cache of this many bytes. Needs the real file system.
    #[cfg(feature = "sled")]
    Sled {
        /// The bound of sled's cache. sled overshoots it somewhat.
        cache_bytes: u64,
    },
}

/// How to open a [`LocalBackend`](crate::LocalBackend).
#[derive(Clone)]
pub struct LocalOptions {
    pub(crate) path: PathBuf,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) vfs: Arc<dyn Vfs>,
    pub(crate) durability: Durability,
    pub(crate) maintenance: Maintenance,
    pub(crate) table: TableKind,
    pub(crate) inline_bytes_max: usize,
    pub(crate) overlay_bytes_max: usize,
    pub(crate) checkpoint_bytes_min: u64,
    pub(crate) blob_grace_ms: u64,
    pub(crate) segment_sizes: SegmentSizes,
}

impl LocalOptions {
    /// A store in the directory `path`, created if nothing is there.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            path: path.into(),
            entropy,
            vfs: Arc::new(RealVfs),
            durability: Durability::default(),
            maintenance: Maintenance::default(),
            #[cfg(feature = "sled")]
            table: TableKind::Sled { cache_bytes: 16 << 20 },
            #[cfg(not(feature = "sled"))]
            table: TableKind::Memory,
            inline_bytes_max: 64 << 10,
            overlay_bytes_max: 64 << 20,
            checkpoint_bytes_min: 64 << 20,
            blob_grace_ms: 0,
            segment_sizes: SegmentSizes::DEFAULT,
        }
    }

    /// Sets the file system. Another than the real one has its table in memory.
    #[must_use]
    pub fn vfs(mut self, vfs: Arc<dyn Vfs>) -> Self {
        (self.vfs, self.table) = (vfs, TableKind::Memory);
        self
    }

    /// Sets what an acknowledgement promises. Default: [`Durability::Disk`].
    #[must_use]
    pub fn durability(mut self, durability: Durability) -> Self {
        self.durability = durability;
        self
    }

    /// Sets who maintains the store. Default: [`Maintenance::Inline`].
    #[must_use]
    pub fn maintenance(mut self, maintenance: Maintenance) -> Self {
        self.maintenance = maintenance;
        self
    }

    /// Sets what the table is kept in. Default: sled with a cache of 16 MiB.
    #[must_use]
    pub fn table(mut self, table: TableKind) -> Self {
        self.table = table;
        self
    }

    /// Sets up to which length a blob rides in its record, in bytes (at most 256 KiB). Default: 64 KiB.
    #[must_use]
    pub fn inline_bytes_max(mut self, bytes: usize) -> Self {
        self.inline_bytes_max = bytes.min(256 << 10);
        self
    }

    /// Sets how many bytes of values may wait for the table before writers wait for it. Default: 64 MiB.
    #[must_use]
    pub fn overlay_bytes_max(mut self, bytes: usize) -> Self {
        self.overlay_bytes_max = bytes;
        self
    }

    /// Sets how long the log grows before a checkpoint replaces it with a snapshot, in bytes; it also waits until the log
    /// is as long as the last snapshot, so that no byte is written more than twice. Default: 64 MiB. With `u64::MAX` there is
    /// no checkpoint but by [`LocalBackend::checkpoint`](crate::LocalBackend::checkpoint), not even when the store is closed.
    #[must_use]
    pub fn checkpoint_bytes_min(mut self, bytes: u64) -> Self {
        self.checkpoint_bytes_min = bytes;
        self
    }

    /// Sets for how long a blob stays that nobody refers to any more, in milliseconds of the time in the ids of
    /// transactions. Default: 0, it goes at once. Closing the store ends the wait.
    #[must_use]
    pub fn blob_grace_ms(mut self, grace_ms: u64) -> Self {
        self.blob_grace_ms = grace_ms;
        self
    }

    /// Sets the size of the first segment of the log and the size up to which the further ones grow, in bytes. Default:
    /// 256 KiB and 64 MiB. Small segments let a test see many of them; a transaction that does not fit gets a larger one.
    #[must_use]
    pub fn segment_bytes(mut self, first: u64, max: u64) -> Self {
        self.segment_sizes = SegmentSizes { first, max: max.max(first) }.bounded();
        self
    }
}
