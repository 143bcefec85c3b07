//! A backend before a backend: what a client of a remote database does, and what may happen to it at a chosen moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use funclet_storage::{
    Backend, BlobStore, CommitDone, CommitError, Events, Outcome, Position, ReadBody, ReadDone, ReadError,
    Scope, StoreError, SubmittedRead, SubmittedTx, TxBody, TxnId,
};

/// Passes everything on, unless it is told otherwise.
pub(crate) struct Front {
    inner: Arc<dyn Backend>,
    /// Unknown outcomes are resolved: what landed is told as such, what did not is a conflict.
    resolves: bool,
    conflicts: AtomicUsize,
    unknowns: AtomicUsize,
}

impl Front {
    pub(crate) fn new(inner: Arc<dyn Backend>) -> Self {
        Self { inner, resolves: false, conflicts: AtomicUsize::new(0), unknowns: AtomicUsize::new(0) }
    }

    pub(crate) fn resolving(inner: Arc<dyn Backend>) -> Self {
        Self { resolves: true, ..Self::new(inner) }
    }

    /// The next `count` transactions are not tried and end in a conflict.
    pub(crate) fn refuse(&self, count: usize) {
        self.conflicts.store(count, Ordering::SeqCst);
    }

    /// The next `count` transactions that commit are told as unknown.
    pub(crate) fn forget(&self, count: usize) {
        self.unknowns.store(count, Ordering::SeqCst);
    }
}

fn take(counter: &AtomicUsize) -> bool {
    counter.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
}

impl Backend for Front {
    fn transact(&self, scope: &Scope, id: TxnId, body: &mut TxBody<'_>) -> Result<Position, CommitError> {
        if take(&self.conflicts) {
            return Err(CommitError::Conflict);
        }
        match self.inner.transact(scope, id, body) {
            Err(CommitError::OutcomeUnknown { id, source }) if self.resolves => {
                match self.inner.resolve(scope, id) {
                    Ok(Outcome::Committed(position)) => Ok(position),
                    Ok(Outcome::NeverWill) => Err(CommitError::Conflict),
                    Err(_) => Err(CommitError::OutcomeUnknown { id, source }),
                }
            }
            Ok(_) if take(&self.unknowns) => {
                Err(CommitError::OutcomeUnknown { id, source: StoreError::Closed })
            }
            other => other,
        }
    }

    fn submit(&self, scope: &Scope, id: TxnId, mut body: SubmittedTx, done: CommitDone) {
        done(self.transact(scope, id, &mut body));
    }

    fn resolve(&self, scope: &Scope, id: TxnId) -> Result<Outcome, ReadError> {
        self.inner.resolve(scope, id)
    }

    fn read(&self, scope: &Scope, body: &mut ReadBody<'_>) -> Result<(), ReadError> {
        self.inner.read(scope, body)
    }

    fn submit_read(&self, scope: &Scope, body: SubmittedRead, done: ReadDone) {
        self.inner.submit_read(scope, body, done);
    }

    fn events(&self, after: Position, limit: usize) -> Result<Events, ReadError> {
        self.inner.events(after, limit)
    }

    fn scopes(&self, after: Option<&Scope>, limit: usize) -> Result<Vec<Scope>, ReadError> {
        self.inner.scopes(after, limit)
    }

    fn time_ms_max(&self) -> u64 {
        self.inner.time_ms_max()
    }

    fn blobs(&self) -> &dyn BlobStore {
        self.inner.blobs()
    }

    fn close(&self) -> Result<(), StoreError> {
        self.inner.close()
    }
}
