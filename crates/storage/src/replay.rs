//! Recovers a store: applies the records of the log to what snapshot and table say.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use crate::applier::State;
use crate::blob::FileBlobs;
use crate::digest::BlobDigest;
use crate::error::StoreError;
use crate::history::History;
use crate::holders::Holders;
use crate::identity::StoreId;
use crate::meta::Meta;
use crate::options::LocalOptions;
use crate::record::{LAYOUT_1, ReferenceOp};
use crate::recovery::{self, Found, LogEnd, Start};
use crate::snapshot::Snapshot;
use crate::table::{self, Truth};
use crate::transaction::changes;
use crate::txn::{Lsn, RecordId};
use crate::vfs::{Layout, Vfs};
use crate::wal::frame::{self, FrameKind};
use crate::wal::writer::{Batch, PlacedBlob};

/// How much is replayed before it goes to the table.
const REPLAY_BYTES: usize = 8 << 20;

/// The first segment is durable before a store takes its first blob.
pub(crate) const LOG_IS_GONE: &str = "the log is empty, but there are files of blobs";

/// What snapshot, log and table say together.
pub(crate) struct Recovered {
    pub(crate) state: State,
    pub(crate) blobs: Arc<FileBlobs>,
    pub(crate) history: History,
    pub(crate) holders: Holders,
    pub(crate) meta: Meta,
    /// How long the log after the snapshot is, in bytes.
    pub(crate) log_bytes: u64,
    pub(crate) end: LogEnd,
}

/// Where to recover from.
pub(crate) struct Sources<'a> {
    pub(crate) vfs: Arc<dyn Vfs>,
    pub(crate) layout: &'a Layout,
    pub(crate) store_id: StoreId,
    pub(crate) snapshot: Option<&'a Snapshot>,
    /// The last record of the log.
    pub(crate) last: Lsn,
    /// The record that the mark of a clean close names.
    pub(crate) marked: Option<Lsn>,
}

/// Recovers a store. A table that fails, or turns out to hold another log's records, is made anew.
pub(crate) fn recover(sources: &Sources<'_>, options: &LocalOptions) -> Result<Recovered, StoreError> {
    match try_recover(sources, options, false) {
        Err(StoreError::Table { .. }) => try_recover(sources, options, true),
        recovered => recovered,
    }
}

fn try_recover(
    sources: &Sources<'_>,
    options: &LocalOptions,
    distrusted: bool,
) -> Result<Recovered, StoreError> {
    let Sources { ref vfs, layout, store_id, snapshot, last, marked } = *sources;
    let facts = snapshot.map(Snapshot::facts).transpose()?.unwrap_or_default();
    let start = Start::after(snapshot.map(|snapshot| &snapshot.header));
    let snapshot_end = snapshot.map_or(RecordId::BEGIN, |snapshot| facts.record(snapshot.header.lsn));
    let truth = Truth { layout, store_id, snapshot, snapshot_end, last, marked, distrusted };
    let table = table::open(options.table, &truth)?;
    let reached = table.extent().reached;
    let state = State::new(table, options.overlay_bytes_max);
    let blobs = Arc::new(FileBlobs::new(Arc::clone(vfs), layout.clone(), options.inline_bytes_max));
    let forgotten = snapshot.map(|snapshot| snapshot.footer.forgotten()).unwrap_or_default();
    let mut replay = Replay {
        state: &state,
        blobs: &blobs,
        snapshot_lsn: snapshot_end.lsn,
        reached,
        history: History::restore(facts.batches, facts.transactions, forgotten),
        holders: Holders::restore(facts.blobs),
        meta: None,
        touched: BTreeSet::new(),
        log_bytes: 0,
    };
    replay.check_table(snapshot_end)?;
    let mut end = recovery::walk(&**vfs, layout, store_id, start, &mut |found| replay.add(found))?;
    replay.check_blobs()?;
    let meta = replay.finish(layout, &mut end)?;
    let Replay { history, holders, log_bytes, .. } = replay;
    Ok(Recovered { state, blobs, history, holders, meta, log_bytes, end })
}

struct Replay<'a> {
    state: &'a State,
    blobs: &'a FileBlobs,
    /// The records up to this one are in the snapshot.
    snapshot_lsn: Lsn,
    /// The newest record that the table knew when it was opened.
    reached: RecordId,
    history: History,
    holders: Holders,
    meta: Option<Meta>,
    /// The blobs that some replayed record holds.
    touched: BTreeSet<BlobDigest>,
    log_bytes: u64,
}

impl Replay<'_> {
    /// Checks that the table was written along this log, of which `record` is one: a copy of the store that was written to
    /// has the same id, and its own records under the same numbers.
    fn check_table(&self, record: RecordId) -> Result<(), StoreError> {
        if record.lsn == self.reached.lsn && record != self.reached {
            return Err(StoreError::Table { reason: "it holds the records of another log".into() });
        }
        Ok(())
    }

    fn add(&mut self, found: Found<'_>) -> Result<(), StoreError> {
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
        self.check_table(found.id())?;
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
            self.state.publish(changes(&found.record, found.lsn), found.id());
            if self.state.overlay_bytes() > REPLAY_BYTES && found.proven {
                self.state.drain(Lsn::MAX)?;
            }
        }
        Ok(())
    }

    /// Checks that every blob is there which a replayed record holds and nobody has released: each was durable before its
    /// record.
    fn check_blobs(&self) -> Result<(), StoreError> {
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
    fn finish(&mut self, layout: &Layout, end: &mut LogEnd) -> Result<Meta, StoreError> {
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
        let first = Meta::first_record();
        end.last_lsn = first.lsn;
        let mut bytes = frame::begin(first.lsn, first.txn, FrameKind::Transaction, LAYOUT_1);
        record.encode(&mut bytes);
        frame::end(&mut bytes);
        self.log_bytes = bytes.len() as u64;
        let mut batch = Batch::default();
        batch.push(first.lsn, &bytes, &[]);
        end.survivors = batch;
        self.state.publish(changes(&record, first.lsn), first);
        Ok(meta)
    }

    /// The `meta` record that the log no longer has.
    fn meta_at_rest(&self, snap: &Path) -> Result<Meta, StoreError> {
        let found = self.state.with_view(|view| view.get(&Meta::full_key()))?.0;
        let meta = found.and_then(|value| Meta::decode(value.payload()).ok());
        meta.ok_or_else(|| StoreError::corrupt(snap, 0, "the snapshot has no meta record"))
    }
}
