//! Applies the records of the log to what snapshot and table say.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use crate::applier::State;
use crate::blob::FileBlobs;
use crate::digest::BlobDigest;
use crate::error::StoreError;
use crate::history::History;
use crate::holders::Holders;
use crate::meta::Meta;
use crate::record::{LAYOUT_1, ReferenceOp};
use crate::recovery::{Found, LogEnd, Start};
use crate::snapshot::Snapshot;
use crate::transaction::changes;
use crate::txn::{Lsn, TxnId};
use crate::vfs::Layout;
use crate::wal::frame::{self, FrameKind};
use crate::wal::writer::{Batch, PlacedBlob};

/// How much is replayed before it goes to the table.
const REPLAY_BYTES: usize = 8 << 20;

/// The first segment is durable before a store takes its first blob.
pub(crate) const LOG_IS_GONE: &str = "the log is empty, but there are files of blobs";

pub(crate) struct Replay<'a> {
    state: &'a State,
    blobs: &'a FileBlobs,
    /// The records up to this one are in the snapshot.
    snapshot_lsn: Lsn,
    pub(crate) history: History,
    pub(crate) holders: Holders,
    meta: Option<Meta>,
    /// The blobs that some replayed record holds.
    touched: BTreeSet<BlobDigest>,
    /// How long the log after the snapshot is, in bytes.
    pub(crate) log_bytes: u64,
}

impl<'a> Replay<'a> {
    pub(crate) fn new(
        state: &'a State,
        blobs: &'a FileBlobs,
        snapshot: Option<&Snapshot>,
    ) -> Result<Self, StoreError> {
        let (mut history, mut holders) = (History::default(), Holders::default());
        if let Some(snapshot) = snapshot {
            let facts = snapshot.facts()?;
            holders = Holders::restore(facts.blobs);
            history = History::restore(facts.batches, facts.transactions, snapshot.footer.forgotten());
        }
        let snapshot_lsn = Start::after(snapshot.map(|snapshot| &snapshot.header)).snapshot_lsn();
        let (meta, touched) = (None, BTreeSet::new());
        Ok(Self { state, blobs, snapshot_lsn, history, holders, meta, touched, log_bytes: 0 })
    }

    pub(crate) fn add(&mut self, found: Found<'_>) -> Result<(), StoreError> {
        for slot in &found.blobs {
            self.blobs.place(PlacedBlob {
                digest: slot.digest,
                path: Arc::clone(found.segment),
                first_lsn: found.segment_lsn,
                offset: slot.range.start as u64,
                bytes: slot.range.len() as u64,
            });
        }
        if found.lsn <= self.snapshot_lsn {
            return Ok(());
        }
        let corrupt = |reason: &str| StoreError::corrupt(found.segment, found.offset, reason);
        if let Some(meta) = Meta::in_record(&found.record) {
            self.meta = Some(meta.map_err(|_| corrupt("the meta record does not decode"))?);
        }
        self.log_bytes += found.bytes;
        self.history.add(found.lsn, found.txn, &found.record);
        self.holders.add(found.lsn, found.txn.time_ms(), &found.record);
        let holds = found.record.references.iter().filter(|reference| reference.op == ReferenceOp::Hold);
        self.touched.extend(holds.map(|reference| reference.digest));
        if found.lsn > self.state.table().applied() {
            self.state.publish(changes(&found.record, found.lsn), found.lsn);
            if self.state.overlay_bytes() > REPLAY_BYTES && found.proven {
                self.state.drain(Lsn::MAX)?;
            }
        }
        Ok(())
    }

    /// Checks that every blob is there which a replayed record holds and nobody has released: each was durable before its
    /// record.
    pub(crate) fn check_blobs(&self) -> Result<(), StoreError> {
        for digest in &self.touched {
            let Some(holding) = self.holders.get(digest) else { continue };
            let reason = match self.blobs.length(digest)? {
                Some(length) if length == holding.size => continue,
                Some(length) => {
                    format!("a blob that a record holds has {length} bytes instead of {}", holding.size)
                }
                None => "a blob that a record holds is missing".to_owned(),
            };
            return Err(StoreError::corrupt(&self.blobs.path(digest), 0, reason));
        }
        Ok(())
    }

    /// Checks that this build may read the store. A new store gets its first record here.
    pub(crate) fn finish(&mut self, layout: &Layout, end: &mut LogEnd) -> Result<Meta, StoreError> {
        if end.last_lsn < self.snapshot_lsn {
            let reason = format!("the log ends at {}, before the snapshot", end.last_lsn);
            return Err(StoreError::corrupt(&layout.wal(), 0, reason));
        }
        let meta = match self.meta {
            Some(meta) => Some(meta),
            None if self.snapshot_lsn > 0 => Some(self.meta_at_rest(&layout.snap())?),
            None => None,
        };
        if let Some(meta) = meta {
            meta.check_reader(&layout.root)?;
            return Ok(meta);
        }
        if end.last_lsn > 0 {
            return Err(StoreError::corrupt(&layout.wal(), 0, "the log has no meta record"));
        }
        if self.blobs.has_files()? {
            return Err(StoreError::corrupt(&layout.wal(), 0, LOG_IS_GONE));
        }
        let meta = Meta::first();
        let record = meta.record()?;
        end.last_lsn = 1;
        let mut bytes = frame::begin(1, TxnId::new(0, [0; 16]), FrameKind::Transaction, LAYOUT_1);
        record.encode(&mut bytes);
        frame::end(&mut bytes);
        self.log_bytes = bytes.len() as u64;
        let mut batch = Batch::default();
        batch.push(1, &bytes, &[]);
        end.survivors = batch;
        self.state.publish(changes(&record, 1), 1);
        Ok(meta)
    }

    /// The `meta` record that the log no longer has.
    fn meta_at_rest(&self, snap: &Path) -> Result<Meta, StoreError> {
        let found = self.state.with_view(|view| view.get(&Meta::full_key()))?.0;
        let meta = found.and_then(|value| Meta::decode(value.payload()).ok());
        meta.ok_or_else(|| StoreError::corrupt(snap, 0, "the snapshot has no meta record"))
    }
}
