//! The seam between what is stored and where.
//!
//! Rules that hold for every backend, because a remote one needs them:
//! 1. One scope is one transaction, one order, one home.
//! 2. Every key written was read in the same transaction; there are no blind writes.
//! 3. No transaction grows with the data (see [`limits`](crate::limits)).
//! 4. Quotas are [`Tx::bounded_add`], enforced by the backend and never read by a body.
//! 5. A [`TxnId`] is made before the first try; outcomes are three-valued.
//! 6. Stamps of keys are opaque, never reused, never shown to clients.
//! 7. There are no leases and no leaders; sweeps are repeatable compare-and-set.
//! 8. One page of a scan is one snapshot, in byte order; markers are the last key.
//! 9. Events come as whole transactions, at least once, in order per scope; who is too late is told.
//! 10. A `meta` record is looked at by every commit; values of unknown kinds are kept.
//! 11. A body is pure: it may run several times, so ids, revisions and time are drawn before the first run.

use bytes::Bytes;

use crate::blob::{BlobReader, PinnedBlob, StagedBlob, StagingWriter};
use crate::codec::Encoded;
use crate::digest::BlobDigest;
use crate::error::{Abort, CommitError, ReadError, StoreError};
use crate::scope::Scope;
use crate::txn::{Outcome, Position, TxnId};
use crate::value::Value;

/// The body of a transaction. It may run several times and must come to the same end from the same state.
pub type TxBody<'a> = dyn FnMut(&mut dyn Tx) -> Result<(), Abort> + 'a;
/// The body of a read. It may run several times.
pub type ReadBody<'a> = dyn FnMut(&dyn View) -> Result<(), ReadError> + 'a;
/// The body of a submitted transaction; it hands its result over through what it captured.
pub type SubmittedTx = Box<dyn FnMut(&mut dyn Tx) -> Result<(), Abort> + Send>;
/// The body of a submitted read.
pub type SubmittedRead = Box<dyn FnMut(&dyn View) -> Result<(), ReadError> + Send>;
/// Learns how a submitted transaction ended. Runs on the thread that made it durable and must not block.
pub type CommitDone = Box<dyn FnOnce(Result<Position, CommitError>) + Send>;
/// Learns how a submitted read ended. Runs on the thread that made what it read durable and must not block.
pub type ReadDone = Box<dyn FnOnce(Result<(), ReadError>) + Send>;

/// An ordered, transactional key-value store with blobs beside it.
pub trait Backend: Send + Sync {
    /// Runs `body` on a whole state of one scope; what it wrote commits atomically if nothing that it read has changed.
    ///
    /// Returns when the outcome is durable, refusals included: nobody is refused because of a state that a crash could
    /// undo. A body that writes nothing commits nothing.
    ///
    /// # Errors
    /// [`CommitError`]; only [`CommitError::OutcomeUnknown`] leaves open whether the transaction happened.
    fn transact(&self, scope: &Scope, id: TxnId, body: &mut TxBody<'_>) -> Result<Position, CommitError>;

    /// Like [`Backend::transact`], without waiting: `done` is called with the outcome once it is durable, possibly
    /// before this returns.
    fn submit(&self, scope: &Scope, id: TxnId, body: SubmittedTx, done: CommitDone);

    /// Tells what became of a transaction whose outcome was unknown, for good.
    ///
    /// # Errors
    /// [`ReadError`] while that cannot be known, for example before a poisoned store is opened again.
    fn resolve(&self, scope: &Scope, id: TxnId) -> Result<Outcome, ReadError>;

    /// Runs `body` on one snapshot of a scope and returns when what it read is durable.
    ///
    /// # Errors
    /// The body's own error, or [`ReadError`] if what was read will not become durable.
    fn read(&self, scope: &Scope, body: &mut ReadBody<'_>) -> Result<(), ReadError>;

    /// Like [`Backend::read`], without waiting.
    fn submit_read(&self, scope: &Scope, body: SubmittedRead, done: ReadDone);

    /// Returns at most `limit` transactions with events after `after`, all scopes mixed, each scope in its order.
    ///
    /// # Errors
    /// [`ReadError`] if the events cannot be read.
    fn events(&self, after: Position, limit: usize) -> Result<Events, ReadError>;

    /// Returns at most `limit` scopes that hold anything, in byte order, after `after`.
    ///
    /// # Errors
    /// [`ReadError`] if they cannot be read.
    fn scopes(&self, after: Option<&Scope>, limit: usize) -> Result<Vec<Scope>, ReadError>;

    /// Returns the greatest [`TxnId::time_ms`] of all transactions committed so far.
    fn time_ms_max(&self) -> u64;

    /// Returns the blobs beside the records.
    fn blobs(&self) -> &dyn BlobStore;

    /// Finishes what is in flight and closes the store; later calls fail with [`StoreError::Closed`]. Idempotent.
    ///
    /// # Errors
    /// [`StoreError`] if the last writes failed. What was acknowledged is durable all the same.
    fn close(&self) -> Result<(), StoreError>;
}

/// What a body may read.
pub trait View {
    /// Returns the value of a key.
    ///
    /// # Errors
    /// [`ReadError`], to be passed on.
    fn get(&self, key: &[u8]) -> Result<Option<Value>, ReadError>;

    /// Returns one page: at most `limit` keys that begin with `prefix` and lie after `after`, in byte order.
    ///
    /// A page also ends at 1 MiB ([`limits::PAGE_BYTES_MAX`](crate::limits::PAGE_BYTES_MAX)); it is the last one if it
    /// has fewer than `limit` entries and [`Page::more`] is false.
    ///
    /// # Errors
    /// [`ReadError`], to be passed on.
    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Page, ReadError>;

    /// Tells whether this scope holds a blob; in a transaction, with what that has held and released so far.
    ///
    /// # Errors
    /// [`ReadError`], to be passed on.
    fn holds(&self, digest: &BlobDigest) -> Result<bool, ReadError>;
}

/// One page of a scan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Keys and values in byte order.
    pub entries: Vec<(Vec<u8>, Value)>,
    /// Whether more keys with the prefix follow.
    pub more: bool,
}

/// What the body of a transaction may do.
///
/// A rule that was broken fails the transaction, also if the body goes on after the error.
pub trait Tx: View {
    /// Sets a key that this transaction has read.
    ///
    /// # Errors
    /// [`Abort::Rule`] if the key was not read before or a bound is passed.
    fn put(&mut self, key: &[u8], value: Encoded) -> Result<(), Abort>;

    /// Removes a key that this transaction has read.
    ///
    /// # Errors
    /// As [`Tx::put`].
    fn delete(&mut self, key: &[u8]) -> Result<(), Abort>;

    /// Adds `delta` to a counter; a counter that was never touched is 0 and none falls below 0.
    ///
    /// A sum above `max` (only looked at when `delta` is positive) fails the commit with [`CommitError::Limit`], after
    /// the body has run. The body never learns the counter's value.
    ///
    /// # Errors
    /// [`Abort::Rule`] if a bound of transactions is passed.
    fn bounded_add(&mut self, counter: &[u8], delta: i64, max: u64) -> Result<(), Abort>;

    /// Lets a small blob ride in the record of this transaction.
    ///
    /// # Errors
    /// [`Abort::Rule`] if the inlined blobs get too large.
    fn inline_blob(&mut self, digest: BlobDigest, content: Bytes) -> Result<(), Abort>;

    /// Counts one more reference of this scope to a blob of `size` bytes, which is inlined here, stored and pinned, or
    /// held by the scope already.
    ///
    /// # Errors
    /// [`Abort::Rule`] if the blob is not known.
    fn hold(&mut self, digest: BlobDigest, size: u64) -> Result<(), Abort>;

    /// Counts one reference of this scope less.
    ///
    /// # Errors
    /// [`Abort::Rule`] if the scope holds no reference.
    fn release(&mut self, digest: BlobDigest) -> Result<(), Abort>;

    /// Adds an event to the feed, typed by the caller.
    ///
    /// # Errors
    /// [`Abort::Rule`] if the transaction gets too large.
    fn event(&mut self, event: Vec<u8>) -> Result<(), Abort>;
}

/// The events of one committed transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventBatch {
    /// Where the transaction stands; pass it to [`Backend::events`] to go on after it.
    pub position: Position,
    /// The scope of the transaction.
    pub scope: Scope,
    /// Its events in the order they were added.
    pub events: Vec<Vec<u8>>,
}

/// What [`Backend::events`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Events {
    /// The next transactions with events; empty if there are none yet.
    Batches(Vec<EventBatch>),
    /// Events after the asked position are gone; what is kept begins after `oldest`. Read the whole state again.
    Lost {
        /// The oldest position to go on from.
        oldest: Position,
    },
}

/// Immutable byte strings named by their SHA-256.
///
/// Blobs are shared by all scopes; what a scope may see is decided by who hands out the digests.
pub trait BlobStore: Send + Sync {
    /// Begins to take in a blob of unknown length.
    ///
    /// # Errors
    /// [`StoreError`] if there is no place for it.
    fn stage(&self) -> Result<StagingWriter, StoreError>;

    /// Returns the length up to which a staged blob should ride in its record ([`Tx::inline_blob`]).
    fn inline_bytes_max(&self) -> usize;

    /// Makes a staged blob durable under its digest, and pins it: it stays while the pin lives, held or not.
    ///
    /// # Errors
    /// [`StoreError`], [`StoreError::Full`] among them; then nothing is stored.
    fn store(&self, staged: StagedBlob) -> Result<PinnedBlob, StoreError>;

    /// Pins a blob that somebody holds, so that another scope can hold it as well, without its content being written again.
    ///
    /// `None` if there is none of that digest, or if it rides in the log: then its content has to be given anew, which is
    /// small.
    ///
    /// # Errors
    /// [`StoreError`] if that cannot be known.
    fn pin(&self, digest: &BlobDigest) -> Result<Option<PinnedBlob>, StoreError>;

    /// Opens a blob for reading, `None` if there is none of that digest.
    ///
    /// # Errors
    /// [`StoreError`] if it cannot be read.
    fn open(&self, digest: &BlobDigest) -> Result<Option<BlobReader>, StoreError>;
}
