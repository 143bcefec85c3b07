//! Writing a snapshot, block by block.

use std::path::PathBuf;

use crate::backend::EventBatch;
use crate::digest::BlobDigest;
use crate::error::StoreError;
use crate::fields::{put_bytes, put_count};
use crate::holders::Holding;
use crate::planted::{PlantedBug, is_planted};
use crate::snapshot::block::{self, Kind};
use crate::snapshot::{Footer, Header};
use crate::table::TableDigest;
use crate::txn::{Lsn, TxnId};
use crate::value::Value;
use crate::vfs::{Vfs, VfsFile};

/// After this many bytes the file is synced, so that the disk is never busy with more of it than a commit can wait for:
/// a commit beside 256 KiB took 1 ms at most, beside 1 MiB 4 ms, and the file was written as fast.
const SYNC_BYTES: u64 = 256 << 10;

/// A snapshot that is being written. The parts come in the order of the format.
pub(crate) struct SnapshotWriter {
    file: Box<dyn VfsFile>,
    path: PathBuf,
    header: Header,
    footer: Footer,
    at: u64,
    synced: u64,
    /// The block that is being filled: what it holds, how many items, and their bytes.
    kind: Kind,
    items: u32,
    payload: Vec<u8>,
    number: u32,
}

impl SnapshotWriter {
    pub(crate) fn create(vfs: &dyn Vfs, path: PathBuf, header: Header) -> Result<Self, StoreError> {
        let file = vfs.create(&path).map_err(StoreError::io("create", &path))?;
        let mut writer = Self {
            file,
            path,
            header,
            footer: Footer::default(),
            at: 0,
            synced: 0,
            kind: Kind::Entries,
            items: 0,
            payload: Vec::new(),
            number: 0,
        };
        writer.write(&header.encode())?;
        Ok(writer)
    }

    /// Adds the next entry, in the order of the keys.
    pub(crate) fn entry(&mut self, key: &[u8], value: &Value) -> Result<(), StoreError> {
        self.footer.digest.add(key, value);
        put_bytes(&mut self.payload, key);
        put_bytes(&mut self.payload, value.as_bytes());
        self.item()
    }

    /// What the entries so far add up to.
    pub(crate) fn digest(&self) -> TableDigest {
        self.footer.digest
    }

    pub(crate) fn blob(&mut self, digest: &BlobDigest, holding: Holding) -> Result<(), StoreError> {
        self.begin(Kind::Blobs)?;
        self.footer.blobs += 1;
        self.payload.extend_from_slice(digest.as_bytes());
        self.payload.extend_from_slice(&holding.size.to_le_bytes());
        self.payload.extend_from_slice(&holding.scopes.to_le_bytes());
        self.item()
    }

    pub(crate) fn events(&mut self, batch: &EventBatch) -> Result<(), StoreError> {
        self.begin(Kind::Events)?;
        self.footer.batches += 1;
        self.payload.extend_from_slice(&batch.position.to_u64().to_le_bytes());
        put_bytes(&mut self.payload, batch.scope.as_str().as_bytes());
        put_count(&mut self.payload, batch.events.len());
        for event in &batch.events {
            put_bytes(&mut self.payload, event);
        }
        self.item()
    }

    pub(crate) fn transaction(&mut self, id: TxnId, lsn: Lsn) -> Result<(), StoreError> {
        self.begin(Kind::Transactions)?;
        self.footer.transactions += 1;
        self.payload.extend_from_slice(id.as_bytes());
        self.payload.extend_from_slice(&lsn.to_le_bytes());
        self.item()
    }

    /// Ends the snapshot and returns its length in bytes. It is durable, but for its name, when this returns.
    pub(crate) fn finish(mut self, forgotten: Forgotten) -> Result<u64, StoreError> {
        self.begin(Kind::Footer)?;
        self.footer.forgotten = forgotten;
        self.payload = self.footer.encode();
        self.items = 1;
        self.flush()?;
        if !is_planted(PlantedBug::SnapshotNotSynced) {
            self.sync()?;
        }
        Ok(self.at)
    }

    /// Ends the block of another kind.
    fn begin(&mut self, kind: Kind) -> Result<(), StoreError> {
        if self.kind == kind {
            return Ok(());
        }
        self.flush()?;
        if self.kind == Kind::Entries {
            (self.footer.entry_blocks, self.footer.facts_at) = (self.number, self.at);
        }
        self.kind = kind;
        Ok(())
    }

    fn item(&mut self) -> Result<(), StoreError> {
        self.items += 1;
        if self.payload.len() >= block::FULL_BYTES { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        if self.items == 0 {
            return Ok(());
        }
        let mut bytes = Vec::with_capacity(block::HEADER_BYTES + self.payload.len());
        block::encode(&mut bytes, &self.header, self.number, self.kind, self.items, &self.payload);
        self.payload.clear();
        (self.items, self.number) = (0, self.number + 1);
        self.write(&bytes)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.file.write_at(bytes, self.at).map_err(StoreError::io("write", &self.path))?;
        self.at += bytes.len() as u64;
        if self.at - self.synced >= SYNC_BYTES { self.sync() } else { Ok(()) }
    }

    fn sync(&mut self) -> Result<(), StoreError> {
        self.synced = self.at;
        self.file.sync_data().map_err(StoreError::io("sync", &self.path))
    }
}

/// What is no longer kept of the past, and how far it reaches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Forgotten {
    /// The last record whose events are gone; 0 if there is none.
    pub(crate) events: Lsn,
    /// The greatest time of a transaction whose outcome is gone; 0 if there is none.
    pub(crate) transactions_ms: u64,
    /// The greatest time of any transaction.
    pub(crate) time_ms_max: u64,
}
