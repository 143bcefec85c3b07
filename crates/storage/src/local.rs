//! The backend on a local disk: log, overlay, table, blobs.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;

use crate::applier::State;
use crate::backend::{
    Backend, BlobStore, CommitDone, Events, ReadBody, ReadDone, SubmittedRead, SubmittedTx, TxBody,
};
use crate::backup::{CopyMode, CopyProgress};
use crate::blob::FileBlobs;
use crate::checkpoint::Checkpoints;
use crate::digest::BlobDigest;
use crate::error::{CommitError, ReadError, StoreError};
use crate::format_version::FormatVersion;
use crate::full_view::scopes;
use crate::history::History;
use crate::holders::Holders;
use crate::identity::StoreId;
use crate::meta::Meta;
use crate::open;
use crate::options::{LocalOptions, Maintenance};
use crate::planted::{PlantedBug, is_planted};
use crate::reach::Keeper;
use crate::record::LAYOUT_1;
use crate::recovery::blob_slots;
use crate::scope::Scope;
use crate::signal::Signal;
use crate::sync::Mutex;
use crate::table::Table;
use crate::transaction::{Finished, Reads, Transaction, changes, refusal};
use crate::txn::{Lsn, Outcome, Position, RecordId, TxnId};
use crate::vfs::{Layout, Vfs};
use crate::wal::frame::{self, FrameKind};
use crate::wal::log::Log;
use crate::wal::room::Effect;

/// An open store on a local disk. Dropping it closes it.
pub struct LocalBackend {
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// What the threads of a store share with its callers.
pub(crate) struct Shared {
    pub(crate) vfs: Arc<dyn Vfs>,
    /// The same file system, and one that does sync, whatever the store promises.
    pub(crate) syncing_vfs: Arc<dyn Vfs>,
    pub(crate) layout: Layout,
    pub(crate) store_id: StoreId,
    pub(crate) log: Log,
    pub(crate) state: State,
    pub(crate) blobs: Arc<FileBlobs>,
    /// The commit lock: whoever holds it decides and numbers. Taken before every other lock of the store.
    pub(crate) commit: Mutex<Commit>,
    pub(crate) history: Mutex<History>,
    pub(crate) holders: Mutex<Holders>,
    /// Held while blobs are removed, and by whoever needs them all to stay.
    pub(crate) collecting: Mutex<()>,
    pub(crate) blob_grace_ms: u64,
    /// How long the log after the last snapshot is, in bytes.
    pub(crate) log_bytes: AtomicU64,
    pub(crate) checkpoints: Checkpoints,
    pub(crate) format: FormatVersion,
    pub(crate) reach: Keeper,
    pub(crate) checkpoint_bytes_min: u64,
    /// A transaction was refused because the disk is full.
    pub(crate) is_full: AtomicBool,
    pub(crate) signal: Arc<Signal>,
    pub(crate) maintenance: Maintenance,
    /// The lock of the directory, given back by the close.
    pub(crate) lock: Mutex<Option<Box<dyn Send + Sync>>>,
}

/// What the next commit starts from.
pub(crate) struct Commit {
    pub(crate) next_lsn: Lsn,
    pub(crate) meta: Meta,
}

/// A commit that was decided and perhaps not yet durable: what to wait for, and what to answer then.
struct Decided {
    wait_for: Lsn,
    outcome: Result<Position, CommitError>,
    wrote: bool,
}

impl LocalBackend {
    /// Opens the store, creating it if the directory is empty or absent.
    ///
    /// # Errors
    /// [`StoreError::Locked`], [`StoreError::NotAStore`], [`StoreError::NewerFormat`], [`StoreError::Corrupt`] if
    /// acknowledged data is damaged, [`StoreError::Io`] and [`StoreError::Full`].
    pub fn open(options: &LocalOptions) -> Result<Self, StoreError> {
        let store = Self { shared: Arc::new(open::open(options)?), threads: Mutex::default() };
        if options.maintenance == Maintenance::Thread {
            let (log, upkeep) = (Arc::clone(&store.shared), Arc::clone(&store.shared));
            store.spawn("funclet-log", move || log.log.run())?;
            store.spawn("funclet-upkeep", move || upkeep.run_upkeep())?;
        }
        Ok(store)
    }

    /// Starts a thread of the store. If that fails, dropping the store ends those that were started before.
    fn spawn(&self, name: &str, body: impl FnOnce() + Send + 'static) -> Result<(), StoreError> {
        let builder = std::thread::Builder::new().name(name.into());
        let thread = builder.spawn(body).map_err(StoreError::io("start a thread for", self.path()))?;
        self.threads.lock().push(thread);
        Ok(())
    }

    /// Returns the directory of the store.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.shared.layout.root
    }

    /// Returns the name of a blob's file. There is none as long as the blob rides in a record of the log.
    #[must_use]
    pub fn blob_path(&self, digest: &BlobDigest) -> PathBuf {
        self.shared.blobs.path(digest)
    }

    /// Writes a snapshot of the whole state now and lets go of the log before it. A store does so by itself when its log
    /// has grown, and when it is closed. Commits go on meanwhile. Returns where the snapshot stands.
    ///
    /// # Errors
    /// [`StoreError`]; the store is as it was, and takes writes as before. After [`StoreError::Io`] no other checkpoint is
    /// tried before the store is opened again.
    pub fn checkpoint(&self) -> Result<Position, StoreError> {
        self.shared.log.check_open()?;
        self.shared.checkpoint().map(Position::from_u64)
    }

    /// Reads all of the newest snapshot. Opening does not where the table stands in for it, so that damage would come out
    /// only when the table is lost, too. The next checkpoint replaces a damaged snapshot. Commits go on meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it is damaged, [`StoreError::Io`] if it cannot be read, [`StoreError::Closed`].
    pub fn verify_snapshot(&self) -> Result<(), StoreError> {
        self.shared.log.check_not_closed()?;
        self.shared.verify_snapshot()
    }

    /// Copies the store to `to`, which is empty or not there: everything that is acknowledged when this is called, and
    /// perhaps more. Commits go on meanwhile; checkpoints and the removal of blobs wait. The copy opens like any store.
    ///
    /// # Errors
    /// [`StoreError`] if something is in the way at `to`, or a file cannot be copied; what was copied then is no store.
    pub fn backup(
        &self,
        to: &Path,
        mode: CopyMode,
        progress: &mut dyn FnMut(CopyProgress),
    ) -> Result<CopyProgress, StoreError> {
        self.shared.log.check_not_closed()?;
        self.shared.backup(to, mode, progress)
    }
}

impl Shared {
    /// Runs a body and queues what it wrote. Nothing is awaited here, unless far too much is queued already, or something
    /// has to be mended first.
    fn decide(&self, scope: &Scope, id: TxnId, body: &mut TxBody<'_>) -> Decided {
        self.log.wait_for_backlog();
        let table = self.state.table();
        let decided = self.decide_once(scope, id, body);
        match &decided.outcome {
            Err(error) if self.can_help(error, &table) => self.decide_once(scope, id, body),
            _ => decided,
        }
    }

    fn decide_once(&self, scope: &Scope, id: TxnId, body: &mut TxBody<'_>) -> Decided {
        let mut commit = self.commit.lock();
        match self.try_decide(&mut commit, scope, id, body) {
            Ok(decided) => decided,
            Err(error) => Decided { wait_for: 0, outcome: Err(error), wrote: false },
        }
    }

    /// Does something about a failed transaction, so that trying again makes sense.
    ///
    /// Who leads the log does not: it would wait for those who wait for it.
    fn can_help(&self, error: &CommitError, table: &Arc<dyn Table>) -> bool {
        if self.log.is_led_by_me() {
            return false;
        }
        match error {
            CommitError::Failed(StoreError::Table { .. }) => {
                self.replace_table(&mut self.checkpoints.hold_off(), table).is_ok()
            }
            CommitError::Full => match self.maintenance {
                Maintenance::Inline => self.relieve(),
                Maintenance::Thread => {
                    self.is_full.store(true, Ordering::Release);
                    self.signal.raise();
                    false
                }
            },
            _ => false,
        }
    }

    fn try_decide(
        &self,
        commit: &mut Commit,
        scope: &Scope,
        id: TxnId,
        body: &mut TxBody<'_>,
    ) -> Result<Decided, CommitError> {
        self.log.check_open().and_then(|()| commit.meta.check_writer()).map_err(CommitError::Failed)?;
        let (seen, result) = self.state.with_view(|view| {
            let mut tx = Transaction::new(view, scope, self.blobs.pins());
            let ended = body(&mut tx);
            let seen = tx.seen();
            (seen, ended.map_err(refusal).and_then(|()| tx.finish()))
        });
        match result {
            Ok(Some(finished)) => {
                let lsn = self.append(commit, id, &finished)?;
                Ok(Decided { wait_for: lsn, outcome: Ok(Position::from_u64(lsn)), wrote: true })
            }
            Ok(None) => Ok(Decided { wait_for: seen, outcome: Ok(Position::from_u64(seen)), wrote: false }),
            // A refusal, too, is told only when what it rests on is durable.
            Err(error) => Ok(Decided { wait_for: seen, outcome: Err(error), wrote: false }),
        }
    }

    /// Numbers a record, queues its frame and makes it visible.
    fn append(&self, commit: &mut Commit, id: TxnId, finished: &Finished) -> Result<Lsn, CommitError> {
        let (lsn, record) = (commit.next_lsn, &finished.record);
        let mut bytes = frame::begin(lsn, id, FrameKind::Transaction, LAYOUT_1);
        let header_bytes = bytes.len();
        // The places are those within the frame: the record is encoded behind the header.
        let places = record.encode(&mut bytes);
        frame::end(&mut bytes);
        debug_assert!(places.iter().all(|place| *place >= header_bytes));
        self.make_room(bytes.len(), finished.effect).map_err(|error| match error {
            StoreError::Full { .. } => CommitError::Full,
            other => CommitError::Failed(other),
        })?;
        for blob in &record.blobs {
            self.blobs.inline(blob.digest, blob.content.clone());
        }
        self.log.enqueue(lsn, &bytes, &blob_slots(record, &places, 0));
        self.log_bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        self.history.lock().add(lsn, id, record);
        self.holders.lock().add(lsn, id.time_ms(), record);
        self.state.publish(changes(record, lsn), RecordId { lsn, txn: id });
        if let Some(Ok(meta)) = Meta::in_record(record) {
            commit.meta = meta;
        }
        commit.next_lsn += 1;
        Ok(lsn)
    }

    /// Sets room aside for a frame. What makes a store larger may be of a kind that only the newest format has.
    fn make_room(&self, bytes: usize, effect: Effect) -> Result<(), StoreError> {
        if effect == Effect::Grows {
            self.format.raise(&*self.vfs, &self.layout)?;
        }
        self.log.reserve(bytes, effect)
    }

    /// Keeps overlay, table and log in step after a commit.
    fn after_commit(&self) {
        self.blobs.write_late();
        if self.state.is_over_bound() && !self.log.is_led_by_me() {
            // The table takes less than the log accepts: whoever writes waits for it here. Not who leads the log: whoever
            // moves the table waits for that.
            self.drain();
        }
        match self.maintenance {
            Maintenance::Thread => {
                if self.is_upkeep_due() {
                    self.signal.raise();
                }
            }
            Maintenance::Inline => self.keep_up(),
        }
    }

    fn is_upkeep_due(&self) -> bool {
        self.state.is_drain_due()
            || self.is_checkpoint_due()
            || self.is_collection_due()
            || self.reach.is_due(self.log.segment())
    }

    /// Does what is due. What fails is tried again when it is needed, and then told.
    fn keep_up(&self) {
        let _: Result<(), StoreError> = self.log.make_spare_if_due();
        self.update_reach_if_due();
        if self.state.is_drain_due() {
            let table = self.state.table();
            let drained = self.state.try_drain(self.log.durable());
            self.answer_table_failure(drained, &table);
        }
        self.checkpoint_if_due();
        if self.is_collection_due() {
            self.collect();
        }
    }

    fn drain(&self) {
        let table = self.state.table();
        let drained = self.state.drain(self.log.durable());
        self.answer_table_failure(drained, &table);
    }

    /// A table that fails is not trusted with anything further. If no other can be made, its entries stay in the overlay.
    fn answer_table_failure(&self, drained: Result<(), StoreError>, table: &Arc<dyn Table>) {
        if let Err(StoreError::Table { .. }) = drained
            && !self.log.is_led_by_me()
        {
            let _: Result<(), StoreError> = self.replace_table(&mut self.checkpoints.hold_off(), table);
        }
    }

    /// The upkeep thread.
    fn run_upkeep(&self) {
        while self.signal.wait() {
            if self.is_full.swap(false, Ordering::AcqRel) {
                self.relieve();
            }
            self.keep_up();
        }
    }

    /// Finishes what is in flight, ends the threads, and brings the table up to date. Idempotent.
    fn close(&self, threads: Vec<JoinHandle<()>>) -> Result<(), StoreError> {
        {
            // Nobody is between asking whether the store is open and queueing a record.
            let _commit = self.commit.lock();
            self.log.refuse();
        }
        let result = self.log.close();
        self.signal.stop();
        let current = std::thread::current().id();
        for thread in threads.into_iter().filter(|thread| thread.thread().id() != current) {
            // A panic of the thread has already poisoned the log or left the table to be rebuilt.
            let _ = thread.join();
        }
        let Some(lock) = self.lock.lock().take() else { return result };
        let result = result.and_then(|()| self.leave_tidy());
        self.state.close();
        self.blobs.close();
        drop(lock);
        result
    }

    /// Does at the end what makes the next opening short. The log is closed, and everything in it is durable.
    fn leave_tidy(&self) -> Result<(), StoreError> {
        let checkpointed = self.checkpoint_at_close();
        let reached = self.close_reach();
        let table = open::close_table(self).and(reached);
        match checkpointed {
            // Then the log stays as long as it is.
            Err(StoreError::Full { .. }) | Ok(()) => table,
            Err(error) => Err(error),
        }
    }

    fn read_at(&self, scope: &Scope, body: &mut ReadBody<'_>) -> Result<Lsn, ReadError> {
        self.log.check_not_closed()?;
        self.with_working_table(is_table_failure, || {
            self.state.with_view(|view| {
                let reads = Reads::unbounded(view, scope);
                body(&reads)?;
                Ok(reads.seen())
            })
        })
    }
}

fn is_table_failure(error: &ReadError) -> bool {
    matches!(error, ReadError::Store(StoreError::Table { .. }))
}

/// The answer to a transaction whose log failed: what was written may or may not be there after all.
fn unknown(id: TxnId, wrote: bool, error: StoreError) -> CommitError {
    if wrote { CommitError::OutcomeUnknown { id, source: error } } else { CommitError::Failed(error) }
}

impl Backend for LocalBackend {
    fn transact(&self, scope: &Scope, id: TxnId, body: &mut TxBody<'_>) -> Result<Position, CommitError> {
        let decided = self.shared.decide(scope, id, body);
        self.shared.log.wait(decided.wait_for).map_err(|error| unknown(id, decided.wrote, error))?;
        if decided.wrote {
            self.shared.after_commit();
        }
        decided.outcome
    }

    fn submit(&self, scope: &Scope, id: TxnId, mut body: SubmittedTx, done: CommitDone) {
        let decided = self.shared.decide(scope, id, &mut body);
        let (wrote, outcome) = (decided.wrote, decided.outcome);
        let wake = move |durable: Result<(), StoreError>| {
            done(durable.map_err(|error| unknown(id, wrote, error)).and(outcome));
        };
        self.shared.log.notify(decided.wait_for, Box::new(wake));
        if wrote {
            self.shared.after_commit();
        }
    }

    fn resolve(&self, _scope: &Scope, id: TxnId) -> Result<Outcome, ReadError> {
        self.shared.log.check_not_closed()?;
        let known = self.shared.history.lock().lsn_of(id)?;
        match known {
            // In the log, perhaps not durable: wait, or learn that only a reopening can tell.
            Some(lsn) => self.shared.log.wait(lsn)?,
            None => self.shared.log.check_open()?,
        }
        Ok(known.map_or(Outcome::NeverWill, |lsn| Outcome::Committed(Position::from_u64(lsn))))
    }

    fn read(&self, scope: &Scope, body: &mut ReadBody<'_>) -> Result<(), ReadError> {
        let seen = self.shared.read_at(scope, body)?;
        Ok(self.shared.log.wait(seen)?)
    }

    fn submit_read(&self, scope: &Scope, mut body: SubmittedRead, done: ReadDone) {
        match self.shared.read_at(scope, &mut body) {
            Ok(_) if is_planted(PlantedBug::ReadNotAwaited) => done(Ok(())),
            Ok(seen) => {
                self.shared.log.notify(seen, Box::new(move |durable| done(durable.map_err(Into::into))))
            }
            Err(error) => done(Err(error)),
        }
    }

    fn events(&self, after: Position, limit: usize) -> Result<Events, ReadError> {
        self.shared.log.check_not_closed()?;
        Ok(self.shared.history.lock().events(after, limit, self.shared.log.durable()))
    }

    fn scopes(&self, after: Option<&Scope>, limit: usize) -> Result<Vec<Scope>, ReadError> {
        self.shared.log.check_not_closed()?;
        let (scopes, seen) = self.shared.with_working_table(is_table_failure, || {
            self.shared.state.with_view(|view| Ok(scopes(view, after, limit)?))
        })?;
        self.shared.log.wait(seen)?;
        Ok(scopes)
    }

    fn time_ms_max(&self) -> u64 {
        self.shared.history.lock().time_ms_max()
    }

    fn blobs(&self) -> &dyn BlobStore {
        &*self.shared.blobs
    }

    fn close(&self) -> Result<(), StoreError> {
        let threads = std::mem::take(&mut *self.threads.lock());
        self.shared.close(threads)
    }
}

impl Drop for LocalBackend {
    /// Who wants to know how it went closes explicitly; everything acknowledged is durable already.
    fn drop(&mut self) {
        let threads = std::mem::take(&mut *self.threads.lock());
        let current = std::thread::current().id();
        if threads.iter().any(|thread| thread.thread().id() == current) {
            // The last handle went in a callback. The thread that runs it cannot wait for itself.
            let shared = Arc::clone(&self.shared);
            let closer = std::thread::Builder::new().name("funclet-close".into());
            let _ = closer.spawn(move || shared.close(threads));
        } else {
            let _ = self.shared.close(threads);
        }
    }
}
