//! A backend in memory with the moods of a remote database.

mod impatient;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use funclet_storage::{
    Abort, Backend, BlobStore, CommitDone, CommitError, Events, MemoryBackend, Outcome, Position, ReadBody,
    ReadDone, ReadError, Scope, StoreError, SubmittedRead, SubmittedTx, TxBody, TxnId,
};

use crate::entropy::SplitMix;
use impatient::{Impatient, ImpatientView};

/// How often something goes wrong on the way to a [`RemoteLike`], each from 0 (never) to 1 (always).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Mishaps {
    /// A body runs once more, and what the first run did is thrown away.
    pub rerun: f64,
    /// A read inside a body fails with [`ReadError::Again`]; the body runs again once the value is at hand.
    pub not_at_hand: f64,
    /// A transaction is given up with [`CommitError::Conflict`]: surely not done.
    pub conflict: f64,
    /// A transaction commits, but the answer is [`CommitError::OutcomeUnknown`].
    pub unknown_landed: f64,
    /// A transaction does not commit, and the answer is [`CommitError::OutcomeUnknown`].
    pub unknown_lost: f64,
}

/// A [`Backend`] that behaves as a remote one may, on top of a [`MemoryBackend`].
///
/// Its answers are true: a conflict is surely not done, and [`Backend::resolve`] tells for good what became of an unknown
/// outcome. To keep that promise, a transaction whose loss was told never commits later under the same id; it ends in a
/// conflict.
///
/// Equal seeds give equal moods for equal calls of one thread.
///
/// ```
/// use funclet_storage::{Backend, CommitError, Outcome, Scope, TxnId, codec};
/// use funclet_testkit::{Mishaps, RemoteLike};
///
/// let store = RemoteLike::new(1).with_mishaps(Mishaps { unknown_landed: 1.0, ..Mishaps::default() });
/// let (scope, id) = (Scope::new("a/r").unwrap(), TxnId::new(0, [1; 16]));
/// let answer = store.transact(&scope, id, &mut |tx| {
///     tx.get(b"k")?;
///     tx.put(b"k", codec::encode(16, &1).unwrap())
/// });
/// assert!(matches!(answer, Err(CommitError::OutcomeUnknown { .. })));
/// assert!(matches!(store.resolve(&scope, id).unwrap(), Outcome::Committed(_)));
/// ```
pub struct RemoteLike {
    inner: MemoryBackend,
    mishaps: Mishaps,
    moods: SplitMix,
    /// Transactions of which it was told, or may be told, that they will never commit.
    lost: Mutex<BTreeSet<TxnId>>,
}

/// What is to happen to one transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Answered,
    Conflict,
    UnknownLanded,
    UnknownLost,
}

impl RemoteLike {
    /// Makes an empty store on which nothing goes wrong.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let (inner, mishaps, moods) = (MemoryBackend::new(), Mishaps::default(), SplitMix::new(seed));
        Self { inner, mishaps, moods, lost: Mutex::default() }
    }

    /// Makes an empty store on which everything goes wrong now and then.
    #[must_use]
    pub fn chaotic(seed: u64) -> Self {
        Self::new(seed).with_mishaps(Mishaps {
            rerun: 0.25,
            not_at_hand: 0.1,
            conflict: 0.1,
            unknown_landed: 0.1,
            unknown_lost: 0.1,
        })
    }

    /// Sets how often something goes wrong.
    #[must_use]
    pub fn with_mishaps(mut self, mishaps: Mishaps) -> Self {
        self.mishaps = mishaps;
        self
    }

    /// Draws what happens. Always as many numbers, so that one changed probability does not shift the others.
    fn fate(&self) -> Fate {
        let odds = [self.mishaps.conflict, self.mishaps.unknown_landed, self.mishaps.unknown_lost];
        let [conflict, landed, lost] = odds.map(|odds| self.moods.happens(odds));
        match (conflict, landed, lost) {
            (true, _, _) => Fate::Conflict,
            (_, true, _) => Fate::UnknownLanded,
            (_, _, true) => Fate::UnknownLost,
            _ => Fate::Answered,
        }
    }

    /// Draws at which read of a run a value is not at hand.
    fn patience(&self) -> Option<u64> {
        let impatient = self.moods.happens(self.mishaps.not_at_hand);
        let at = self.moods.next() % 4;
        impatient.then_some(at)
    }

    fn lost(&self) -> MutexGuard<'_, BTreeSet<TxnId>> {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs the body on the state of now and throws away what it did. Tells how it would have ended.
    fn rehearse(&self, scope: &Scope, id: TxnId, body: &mut TxBody<'_>) -> Result<(), CommitError> {
        let patience = self.patience();
        let mut ended = Ok(());
        let result = self.inner.transact(scope, id, &mut |tx| {
            ended = body(&mut Impatient { tx, left: Cell::new(patience) });
            Err(Abort::Refused)
        });
        match (result, ended) {
            (Err(CommitError::Failed(error)), _) => Err(CommitError::Failed(error)),
            (_, Err(Abort::Rule(rule))) => Err(CommitError::Rule(rule)),
            (_, Err(Abort::Refused)) => Err(CommitError::Refused),
            _ => Ok(()),
        }
    }

    fn commit(&self, scope: &Scope, id: TxnId, body: &mut TxBody<'_>) -> Result<Position, CommitError> {
        if self.lost().contains(&id) {
            return Err(CommitError::Conflict);
        }
        self.inner.transact(scope, id, body)
    }
}

/// The answer when the connection broke: nobody knows.
fn unknown(id: TxnId) -> CommitError {
    let source = Arc::new(io::Error::from(io::ErrorKind::ConnectionReset));
    let path = Path::new("remote").to_path_buf();
    CommitError::OutcomeUnknown { id, source: StoreError::Io { op: "hear from", path, source } }
}

impl Backend for RemoteLike {
    fn transact(&self, scope: &Scope, id: TxnId, body: &mut TxBody<'_>) -> Result<Position, CommitError> {
        let fate = self.fate();
        let reruns = self.moods.happens(self.mishaps.rerun);
        if reruns || self.mishaps.not_at_hand > 0.0 {
            // How the first run ends says nothing about the one that counts.
            let _ = self.rehearse(scope, id, body);
        }
        match fate {
            Fate::Answered => self.commit(scope, id, body),
            Fate::Conflict => self.rehearse(scope, id, body).and(Err(CommitError::Conflict)),
            Fate::UnknownLost => {
                self.rehearse(scope, id, body)?;
                match self.inner.resolve(scope, id) {
                    // An id that is committed already is not lost.
                    Ok(Outcome::NeverWill) => {
                        self.lost().insert(id);
                        Err(unknown(id))
                    }
                    _ => Err(unknown(id)),
                }
            }
            Fate::UnknownLanded => {
                let position = self.commit(scope, id, body)?;
                match self.inner.resolve(scope, id) {
                    Ok(Outcome::Committed(_)) => Err(unknown(id)),
                    // Nothing was written, so there is nothing to be unsure about.
                    _ => Ok(position),
                }
            }
        }
    }

    fn submit(&self, scope: &Scope, id: TxnId, mut body: SubmittedTx, done: CommitDone) {
        done(self.transact(scope, id, &mut body));
    }

    fn resolve(&self, scope: &Scope, id: TxnId) -> Result<Outcome, ReadError> {
        let outcome = self.inner.resolve(scope, id)?;
        if outcome == Outcome::NeverWill {
            self.lost().insert(id);
        }
        Ok(outcome)
    }

    fn read(&self, scope: &Scope, body: &mut ReadBody<'_>) -> Result<(), ReadError> {
        if self.moods.happens(self.mishaps.rerun) || self.mishaps.not_at_hand > 0.0 {
            let patience = self.patience();
            let _ =
                self.inner.read(scope, &mut |view| body(&ImpatientView { view, left: &Cell::new(patience) }));
        }
        self.inner.read(scope, body)
    }

    fn submit_read(&self, scope: &Scope, mut body: SubmittedRead, done: ReadDone) {
        done(self.read(scope, &mut body));
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
