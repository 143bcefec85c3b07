//! Reading a snapshot. One block is in memory at a time, and no length in the file asks for more.

use std::path::{Path, PathBuf};

use crate::backend::EventBatch;
use crate::digest::BlobDigest;
use crate::error::StoreError;
use crate::fields::BytesReader;
use crate::holders::Holding;
use crate::identity::StoreId;
use crate::meta::Meta;
use crate::scope::Scope;
use crate::snapshot::block::{self, Claim, Kind};
use crate::snapshot::{FORMAT_VERSION, Footer, HEADER_BYTES, Header, lsn_of};
use crate::table::TableDigest;
use crate::txn::{Lsn, Position, RecordId, TxnId};
use crate::value::Value;
use crate::vfs::{self, Layout, Vfs, VfsFile};

const FOOTER_BYTES: usize = block::HEADER_BYTES + Footer::PAYLOAD_BYTES;
const _: () = assert!(FOOTER_BYTES == 108);

/// A snapshot whose header and footer are valid. Its blocks are checked as they are read.
pub(crate) struct Snapshot {
    pub(crate) path: PathBuf,
    pub(crate) header: Header,
    pub(crate) footer: Footer,
    pub(crate) bytes: u64,
    file: Box<dyn VfsFile>,
}

/// What a snapshot knows beside the entries.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// Ascending.
    pub(crate) blobs: Vec<(BlobDigest, Holding)>,
    pub(crate) batches: Vec<EventBatch>,
    pub(crate) transactions: Vec<(TxnId, Lsn)>,
}

impl Facts {
    /// The record `lsn`, after which the snapshot was taken. The first record of a store is nobody's transaction.
    pub(crate) fn record(&self, lsn: Lsn) -> RecordId {
        let written = self.transactions.iter().rev().find(|(_, of)| *of == lsn);
        written.map_or_else(Meta::first_record, |(txn, _)| RecordId { lsn, txn: *txn })
    }
}

/// Finds the newest snapshot, and the older ones that an interrupted checkpoint has left.
///
/// # Errors
/// [`StoreError::Corrupt`] if the newest one is damaged: a file gets its name in `snap/` when it is whole.
pub(crate) fn newest(
    vfs: &dyn Vfs,
    layout: &Layout,
    store_id: StoreId,
) -> Result<(Option<Snapshot>, Vec<PathBuf>), StoreError> {
    let directory = layout.snap();
    let mut found = Vec::new();
    for name in vfs::list_if_directory(vfs, &directory)?.unwrap_or_default() {
        let path = directory.join(&name);
        let lsn = lsn_of(&name)
            .ok_or_else(|| StoreError::corrupt(&path, 0, "a file among the snapshots is none"))?;
        found.push((lsn, path));
    }
    found.sort();
    let Some((lsn, path)) = found.pop() else { return Ok((None, Vec::new())) };
    let snapshot = Snapshot::open(vfs, path, store_id)?;
    if snapshot.header.lsn != lsn {
        return Err(snapshot.corrupt(0, "the snapshot's name and header differ"));
    }
    Ok((Some(snapshot), found.into_iter().map(|(_, path)| path).collect()))
}

impl Snapshot {
    pub(crate) fn open(vfs: &dyn Vfs, path: PathBuf, store_id: StoreId) -> Result<Self, StoreError> {
        let file = vfs.open(&path).map_err(StoreError::io("open", &path))?;
        Self::read(file, path, store_id)
    }

    /// Reads header and footer of a file that is open.
    pub(super) fn read(file: Box<dyn VfsFile>, path: PathBuf, store_id: StoreId) -> Result<Self, StoreError> {
        let bytes = file.len().map_err(StoreError::io("read", &path))?;
        let mut header = [0; HEADER_BYTES];
        read_exact(&*file, &path, &mut header, 0)?;
        let (version, header) =
            Header::decode(&header).map_err(|reason| StoreError::corrupt(&path, 0, reason))?;
        if version > FORMAT_VERSION {
            return Err(StoreError::NewerFormat { path, found: version, supported: FORMAT_VERSION });
        }
        if header.store_id != store_id {
            return Err(StoreError::corrupt(&path, 0, "the snapshot belongs to another store"));
        }
        let mut snapshot = Self { path, header, footer: Footer::default(), bytes, file };
        snapshot.footer = snapshot.read_footer()?;
        Ok(snapshot)
    }

    fn read_footer(&self) -> Result<Footer, StoreError> {
        let at = self.bytes.saturating_sub(FOOTER_BYTES as u64);
        let damaged = || self.corrupt(at, "the snapshot has no valid footer");
        let mut bytes = [0; FOOTER_BYTES];
        read_exact(&*self.file, &self.path, &mut bytes, at)?;
        let (head, payload) = bytes.split_first_chunk().ok_or_else(damaged)?;
        let claim = Claim::new(*head).ok_or_else(damaged)?;
        // Its number is known only when all blocks were read; any is taken here, and the reading of the facts checks it.
        let number = crate::wal::frame::u32_at(head, 8).ok_or_else(damaged)?;
        let footer = claim.check(&self.header, number, payload).filter(|(kind, _)| *kind == Kind::Footer);
        footer
            .and_then(|_| Footer::decode(payload))
            .filter(|_| claim.length == payload.len())
            .ok_or_else(damaged)
    }

    /// Hands out every entry in the order of the keys.
    ///
    /// # Errors
    /// Those of `visit`, and [`StoreError::Corrupt`] where the file is not what was written.
    pub(crate) fn entries(
        &self,
        visit: &mut dyn FnMut(Vec<u8>, Value) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut blocks = Blocks { snapshot: self, at: HEADER_BYTES as u64, number: 0 };
        let mut digest = TableDigest::default();
        let mut last: Option<Vec<u8>> = None;
        while blocks.number < self.footer.entry_blocks {
            let at = blocks.at;
            let (kind, items, payload) = blocks.next()?;
            if kind != Kind::Entries {
                return Err(self.corrupt(at, "a block of the snapshot is in a wrong place"));
            }
            let mut reader = BytesReader::new(&payload);
            for _ in 0..items {
                let (key, value) = read_entry(&mut reader).ok_or_else(|| self.undecodable(at))?;
                if last.as_ref().is_some_and(|last| *last >= key) {
                    return Err(self.corrupt(at, "the keys of the snapshot are not in order"));
                }
                digest.add(&key, &value);
                last = Some(key.clone());
                visit(key, value)?;
            }
            if !reader.is_at_end() {
                return Err(self.undecodable(at));
            }
        }
        if (blocks.at, digest) == (self.footer.facts_at, self.footer.digest) {
            return Ok(());
        }
        Err(self.corrupt(blocks.at, "the entries of the snapshot are not those that its footer tells of"))
    }

    /// Reads what is there beside the entries.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where the file is not what was written.
    pub(crate) fn facts(&self) -> Result<Facts, StoreError> {
        let mut blocks =
            Blocks { snapshot: self, at: self.footer.facts_at, number: self.footer.entry_blocks };
        let mut facts = Facts::default();
        loop {
            let at = blocks.at;
            let (kind, items, payload) = blocks.next()?;
            let mut reader = BytesReader::new(&payload);
            for _ in 0..items {
                let read = match kind {
                    Kind::Blobs => read_blob(&mut reader).map(|blob| facts.blobs.push(blob)),
                    Kind::Events => read_batch(&mut reader).map(|batch| facts.batches.push(batch)),
                    Kind::Transactions => {
                        read_transaction(&mut reader).map(|txn| facts.transactions.push(txn))
                    }
                    Kind::Footer => break,
                    Kind::Entries => None,
                };
                read.ok_or_else(|| self.undecodable(at))?;
            }
            if kind == Kind::Footer {
                break;
            }
            if !reader.is_at_end() {
                return Err(self.undecodable(at));
            }
        }
        let found = [facts.blobs.len(), facts.batches.len(), facts.transactions.len()].map(|n| n as u64);
        let footer = &self.footer;
        if blocks.at == self.bytes && found == [footer.blobs, footer.batches, footer.transactions] {
            return Ok(facts);
        }
        Err(self.corrupt(blocks.at, "the snapshot does not end as its footer tells"))
    }

    fn undecodable(&self, at: u64) -> StoreError {
        self.corrupt(at, "the checksum of a block of the snapshot fits but it does not decode")
    }

    pub(crate) fn corrupt(&self, offset: u64, reason: &str) -> StoreError {
        StoreError::corrupt(&self.path, offset, reason)
    }
}

/// Block after block.
struct Blocks<'a> {
    snapshot: &'a Snapshot,
    at: u64,
    number: u32,
}

impl Blocks<'_> {
    fn next(&mut self) -> Result<(Kind, u32, Vec<u8>), StoreError> {
        let Snapshot { file, path, header, bytes, .. } = self.snapshot;
        let damaged = || self.snapshot.corrupt(self.at, "a block of the snapshot is damaged");
        let mut head = [0; block::HEADER_BYTES];
        read_exact(&**file, path, &mut head, self.at)?;
        let payload_at = self.at + head.len() as u64;
        let claim = Claim::new(head).ok_or_else(damaged)?;
        if payload_at + claim.length as u64 > *bytes {
            return Err(damaged());
        }
        let mut payload = vec![0; claim.length];
        read_exact(&**file, path, &mut payload, payload_at)?;
        let (kind, items) = claim.check(header, self.number, &payload).ok_or_else(damaged)?;
        self.at = payload_at + claim.length as u64;
        // No snapshot that was written has as many.
        self.number = self.number.saturating_add(1);
        Ok((kind, items, payload))
    }
}

fn read_exact(file: &dyn VfsFile, path: &Path, buffer: &mut [u8], offset: u64) -> Result<(), StoreError> {
    let read = vfs::read_up_to(file, buffer, offset).map_err(StoreError::io("read", path))?;
    if read == buffer.len() { Ok(()) } else { Err(StoreError::corrupt(path, offset, "the snapshot is cut")) }
}

fn read_entry(reader: &mut BytesReader<'_>) -> Option<(Vec<u8>, Value)> {
    let key = reader.bytes()?.to_vec();
    Some((key, Value::from_table(reader.bytes()?)?))
}

fn read_blob(reader: &mut BytesReader<'_>) -> Option<(BlobDigest, Holding)> {
    let digest = reader.digest()?;
    let size = reader.u64()?;
    Some((digest, Holding { size, scopes: reader.u32()? }))
}

fn read_batch(reader: &mut BytesReader<'_>) -> Option<EventBatch> {
    let position = Position::from_u64(reader.u64()?);
    let scope = Scope::new(std::str::from_utf8(reader.bytes()?).ok()?).ok()?;
    let events = reader.list(|reader| Some(reader.bytes()?.to_vec()))?;
    Some(EventBatch { position, scope, events })
}

fn read_transaction(reader: &mut BytesReader<'_>) -> Option<(TxnId, Lsn)> {
    let id = TxnId::from_bytes(reader.take(16)?.try_into().ok()?);
    Some((id, reader.u64()?))
}
