//! The backend without a disk.

use std::collections::BTreeMap;
use std::ops::Bound;

use crate::backend::{
    Backend, BlobStore, CommitDone, Events, ReadBody, ReadDone, SubmittedRead, SubmittedTx, TxBody,
};
use crate::blob::MemoryBlobs;
use crate::error::{CommitError, ReadError, StoreError};
use crate::full_view::{Entries, FullView, scopes};
use crate::history::History;
use crate::holders::Holders;
use crate::scope::Scope;
use crate::sync::RwLock;
use crate::table::memory::start;
use crate::transaction::{Finished, Reads, Transaction, changes, refusal};
use crate::txn::{Lsn, Outcome, Position, TxnId};
use crate::value::Value;

/// The same semantics as [`LocalBackend`](crate::LocalBackend), kept in memory and gone with the process.
///
/// A commit is acknowledged when it is visible; there is nothing to wait for.
#[derive(Default)]
pub struct MemoryBackend {
    state: RwLock<State>,
    blobs: MemoryBlobs,
    blob_grace_ms: u64,
}

#[derive(Default, Clone)]
struct State {
    entries: BTreeMap<Vec<u8>, Value>,
    history: History,
    holders: Holders,
    last_lsn: Lsn,
    closed: bool,
}

impl FullView for State {
    fn get(&self, full_key: &[u8]) -> Result<(Option<Value>, Lsn), StoreError> {
        Ok((self.entries.get(full_key).cloned(), 0))
    }

    fn scan(
        &self,
        full_prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<(Entries, Lsn), StoreError> {
        let range = self.entries.range::<[u8], _>((start(full_prefix, after), Bound::Unbounded));
        let within = range.take_while(|(key, _)| key.starts_with(full_prefix));
        Ok((within.take(limit).map(|(key, value)| (key.clone(), value.clone())).collect(), 0))
    }
}

impl State {
    fn check_open(&self) -> Result<(), StoreError> {
        if self.closed { Err(StoreError::Closed) } else { Ok(()) }
    }
}

impl MemoryBackend {
    /// Makes an empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets for how long a blob stays that nobody refers to any more, as
    /// [`LocalOptions::blob_grace_ms`](crate::LocalOptions::blob_grace_ms) does.
    #[must_use]
    pub fn blob_grace_ms(mut self, grace_ms: u64) -> Self {
        self.blob_grace_ms = grace_ms;
        self
    }

    /// Makes an independent store with the same content. Values and blobs are shared until they change.
    #[must_use]
    pub fn fork(&self) -> Self {
        // Both of one moment: no blob comes to be named, and none goes, while the state is held.
        let state = self.state.read();
        let blobs = self.blobs.fork();
        Self { state: RwLock::new(state.clone()), blobs, blob_grace_ms: self.blob_grace_ms }
    }

    /// Removes the blobs that nobody holds.
    fn collect(&self, state: &mut State) {
        let (last, now_ms) = (state.last_lsn, state.history.time_ms_max());
        for digest in self.blobs.pins().take_unpinned() {
            if !state.holders.is_held(&digest) {
                state.holders.free(digest, last, now_ms);
            }
        }
        for digest in state.holders.take_freed(last, now_ms.saturating_sub(self.blob_grace_ms)) {
            self.blobs.remove(&digest, || state.holders.must_stay(&digest));
        }
    }
}

impl Backend for MemoryBackend {
    fn transact(&self, scope: &Scope, id: TxnId, body: &mut TxBody<'_>) -> Result<Position, CommitError> {
        let mut state = self.state.write();
        state.check_open().map_err(CommitError::Failed)?;
        let mut tx = Transaction::new(&*state, scope, self.blobs.pins());
        body(&mut tx).map_err(refusal)?;
        let Some(Finished { record, pinned, .. }) = tx.finish()? else {
            return Ok(Position::from_u64(state.last_lsn));
        };
        state.last_lsn += 1;
        let lsn = state.last_lsn;
        for blob in &record.blobs {
            self.blobs.insert(blob.digest, blob.content.clone());
        }
        for (key, value) in changes(&record, lsn) {
            match value {
                Some(value) => state.entries.insert(key, value),
                None => state.entries.remove(&key),
            };
        }
        state.history.add(lsn, id, &record);
        state.holders.add(lsn, id.time_ms(), &record);
        drop(pinned);
        self.collect(&mut state);
        Ok(Position::from_u64(lsn))
    }

    fn submit(&self, scope: &Scope, id: TxnId, mut body: SubmittedTx, done: CommitDone) {
        done(self.transact(scope, id, &mut body));
    }

    fn resolve(&self, _scope: &Scope, id: TxnId) -> Result<Outcome, ReadError> {
        let state = self.state.read();
        state.check_open()?;
        state.history.outcome(id)
    }

    fn read(&self, scope: &Scope, body: &mut ReadBody<'_>) -> Result<(), ReadError> {
        let state = self.state.read();
        state.check_open()?;
        body(&Reads::unbounded(&*state, scope))
    }

    fn submit_read(&self, scope: &Scope, mut body: SubmittedRead, done: ReadDone) {
        done(self.read(scope, &mut body));
    }

    fn events(&self, after: Position, limit: usize) -> Result<Events, ReadError> {
        let state = self.state.read();
        state.check_open()?;
        Ok(state.history.events(after, limit, state.last_lsn))
    }

    fn scopes(&self, after: Option<&Scope>, limit: usize) -> Result<Vec<Scope>, ReadError> {
        let state = self.state.read();
        state.check_open()?;
        Ok(scopes(&*state, after, limit)?.0)
    }

    fn time_ms_max(&self) -> u64 {
        self.state.read().history.time_ms_max()
    }

    fn blobs(&self) -> &dyn BlobStore {
        &self.blobs
    }

    fn close(&self) -> Result<(), StoreError> {
        self.state.write().closed = true;
        self.blobs.close();
        Ok(())
    }
}
