//! One run of a transaction's body: what it read, what it will write, and the rules it must keep.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use crate::backend::{Page, Tx, View};
use crate::blob::{PinnedBlob, Pins};
use crate::codec::{BINCODE_1, CALLER_KIND_MIN, Encoded};
use crate::digest::BlobDigest;
use crate::error::{Abort, CommitError, ReadError, RuleBroken, StoreError};
use crate::full_view::FullView;
use crate::limits;
use crate::meta::STORE_SCOPE;
use crate::record::{InlinedBlob, Record, Reference, ReferenceOp, Write};
use crate::scope::Scope;
use crate::txn::Lsn;
use crate::value::Value;
use crate::wal::room::Effect;

/// Kinds of values that storage writes itself.
pub(crate) const REFERENCE_KIND: u8 = 1;
pub(crate) const COUNTER_KIND: u8 = 2;
/// References are counted under this prefix, followed by the 32 bytes of the digest.
pub(crate) const REFERENCE_PREFIX: &[u8] = b"b/";

/// Reads of one scope, remembering how far what was read reaches.
pub(crate) struct Reads<'a> {
    view: &'a dyn FullView,
    scope: &'a Scope,
    /// The greatest LSN among the entries read.
    seen: Cell<Lsn>,
    /// How many keys and pages may still be read; `None` for a plain read.
    left: Option<Cell<usize>>,
}

impl<'a> Reads<'a> {
    /// Reads outside a transaction, of any number.
    pub(crate) fn unbounded(view: &'a dyn FullView, scope: &'a Scope) -> Self {
        Self { view, scope, seen: Cell::new(0), left: None }
    }

    pub(crate) fn seen(&self) -> Lsn {
        self.seen.get()
    }

    fn count(&self) -> Result<(), ReadError> {
        if let Some(left) = &self.left {
            let rest = left.get().checked_sub(1).ok_or(RuleBroken::KeysRead(limits::KEYS_READ_MAX))?;
            left.set(rest);
        }
        Ok(())
    }

    fn saw(&self, lsn: Lsn) {
        self.seen.set(self.seen.get().max(lsn));
    }
}

impl View for Reads<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<Value>, ReadError> {
        self.count()?;
        let (value, lsn) = self.view.get(&self.scope.full_key(key))?;
        self.saw(lsn);
        Ok(value)
    }

    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Page, ReadError> {
        self.count()?;
        let prefix = self.scope.full_key(prefix);
        let mut after = after.map(|after| self.scope.full_key(after));
        let (mut page, mut bytes) = (Page::default(), 0);
        loop {
            // One more than asked for tells whether there is more.
            let wanted = (limit - page.entries.len()).saturating_add(1).min(SCAN_ENTRIES);
            let (entries, lsn) = self.view.scan(&prefix, after.as_deref(), wanted)?;
            self.saw(lsn);
            let exhausted = entries.len() < wanted;
            for (full, value) in entries {
                let Some((_, key)) = Scope::split(&full) else { continue };
                bytes += key.len() + value.as_bytes().len();
                let too_long = bytes > limits::PAGE_BYTES_MAX && !page.entries.is_empty();
                if page.entries.len() == limit || too_long {
                    page.more = true;
                    return Ok(page);
                }
                page.entries.push((key.to_vec(), value));
                after = Some(full);
            }
            if exhausted {
                return Ok(page);
            }
        }
    }

    fn holds(&self, digest: &BlobDigest) -> Result<bool, ReadError> {
        let references = self.get(&reference_key(digest))?;
        Ok(references.as_ref().and_then(read_reference).is_some_and(|(_, count)| count > 0))
    }
}

/// How many entries are read at once: a page may end at its length long before it has as many as the caller takes.
const SCAN_ENTRIES: usize = 64;

/// A transaction while its body runs.
pub(crate) struct Transaction<'a> {
    reads: Reads<'a>,
    pins: &'a Arc<Pins>,
    /// Keeps the blobs that are held here until the record that holds them is visible.
    pinned: Vec<PinnedBlob>,
    /// Keys that may be written, because they were read, and how long their values were before the transaction.
    read_keys: RefCell<BTreeMap<Vec<u8>, Option<usize>>>,
    writes: BTreeMap<Vec<u8>, Option<Encoded>>,
    counters: BTreeMap<Vec<u8>, (i64, u64)>,
    blobs: BTreeMap<BlobDigest, Bytes>,
    inlined_bytes: usize,
    references: Vec<Reference>,
    counts: BTreeMap<BlobDigest, (u64, u64)>,
    events: Vec<Vec<u8>>,
    bytes: usize,
    /// The first rule that was broken. It counts even if the body goes on.
    broken: Option<RuleBroken>,
}

/// A transaction that is to be committed.
pub(crate) struct Finished {
    pub(crate) record: Record,
    pub(crate) effect: Effect,
    /// To be dropped when the record is visible.
    pub(crate) pinned: Vec<PinnedBlob>,
}

/// What an event takes in the record beside its own bytes: its length.
const EVENT_BYTES: usize = size_of::<u32>();
/// What a reference takes in the record: digest, operation, size and count.
const REFERENCE_BYTES: usize = size_of::<BlobDigest>() + 1 + 2 * size_of::<u64>();
/// What an inlined blob takes in the record beside its own bytes: digest and length.
const INLINED_BYTES: usize = size_of::<BlobDigest>() + size_of::<u32>();

impl<'a> Transaction<'a> {
    pub(crate) fn new(view: &'a dyn FullView, scope: &'a Scope, pins: &'a Arc<Pins>) -> Self {
        let left = Some(Cell::new(limits::KEYS_READ_MAX));
        Self {
            reads: Reads { view, scope, seen: Cell::new(0), left },
            pins,
            pinned: Vec::new(),
            read_keys: RefCell::default(),
            writes: BTreeMap::new(),
            counters: BTreeMap::new(),
            blobs: BTreeMap::new(),
            inlined_bytes: 0,
            references: Vec::new(),
            counts: BTreeMap::new(),
            events: Vec::new(),
            bytes: 0,
            broken: None,
        }
    }

    pub(crate) fn seen(&self) -> Lsn {
        self.reads.seen()
    }

    /// Ends the transaction: what it leaves, or `None` if it wrote nothing.
    ///
    /// The counters are added up here, where a limit can still refuse everything.
    pub(crate) fn finish(mut self) -> Result<Option<Finished>, CommitError> {
        if let Some(broken) = self.broken {
            return Err(CommitError::Rule(broken));
        }
        for (key, (delta, max)) in std::mem::take(&mut self.counters) {
            let (value, lsn) = self.view_get(&key).map_err(CommitError::Failed)?;
            self.reads.saw(lsn);
            let old = value.as_ref().and_then(read_counter).unwrap_or_default();
            let new = old.saturating_add_signed(delta);
            if delta > 0 && new > max {
                return Err(CommitError::Limit(key));
            }
            self.writes.insert(key, Some(encode_counter(new)));
        }
        let record = Record {
            scope: self.reads.scope.clone(),
            writes: self.writes.into_iter().map(|(key, value)| Write { key, value }).collect(),
            blobs: self.blobs.into_iter().map(|(digest, content)| InlinedBlob { digest, content }).collect(),
            references: self.references,
            events: self.events,
        };
        let empty = record.writes.is_empty() && record.references.is_empty() && record.events.is_empty();
        if !empty && record.scope.as_str() == STORE_SCOPE {
            return Err(RuleBroken::Reserved(STORE_SCOPE.into()).into());
        }
        let effect = effect(&record, &self.read_keys.borrow());
        let pinned = self.pinned;
        Ok((!empty).then_some(Finished { record, effect, pinned }))
    }

    fn view_get(&self, key: &[u8]) -> Result<(Option<Value>, Lsn), StoreError> {
        self.reads.view.get(&self.reads.scope.full_key(key))
    }

    fn write(&mut self, key: &[u8], value: Option<Encoded>) -> Result<(), Abort> {
        if !self.read_keys.borrow().contains_key(key) {
            return Err(RuleBroken::BlindWrite(lossy(key)).into());
        }
        check_key(key)?;
        check_reserved(key)?;
        if value.as_ref().is_some_and(|value| value.kind < CALLER_KIND_MIN) {
            return Err(RuleBroken::Reserved(lossy(key)).into());
        }
        let length = value.as_ref().map_or(0, |value| value.payload.len());
        if length > limits::VALUE_BYTES_MAX {
            return Err(RuleBroken::ValueLength { max: limits::VALUE_BYTES_MAX, got: length }.into());
        }
        self.grow(key.len() + length)?;
        self.writes.insert(key.to_vec(), value);
        self.check_count()
    }

    /// Remembers a broken rule.
    fn note(&mut self, result: Result<(), Abort>) -> Result<(), Abort> {
        if let Err(Abort::Rule(rule)) = &result {
            self.broken.get_or_insert_with(|| rule.clone());
        }
        result
    }

    fn check_count(&self) -> Result<(), Abort> {
        let written = self.writes.len() + self.counters.len() + self.counts.len();
        if written > limits::KEYS_WRITTEN_MAX {
            return Err(RuleBroken::KeysWritten(limits::KEYS_WRITTEN_MAX).into());
        }
        Ok(())
    }

    fn grow(&mut self, bytes: usize) -> Result<(), Abort> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > limits::TRANSACTION_BYTES_MAX {
            let max = limits::TRANSACTION_BYTES_MAX;
            return Err(RuleBroken::TransactionLength { max, got: self.bytes }.into());
        }
        Ok(())
    }

    /// Size and count of this scope's references to a blob, as this transaction sees them.
    fn references_to(&self, digest: &BlobDigest) -> Result<Option<(u64, u64)>, ReadError> {
        if let Some(counted) = self.counts.get(digest) {
            return Ok(Some(*counted));
        }
        let (value, lsn) = self.view_get(&reference_key(digest))?;
        self.reads.saw(lsn);
        Ok(value.as_ref().and_then(read_reference))
    }

    fn count_reference(
        &mut self,
        digest: BlobDigest,
        op: ReferenceOp,
        size: u64,
        count: u64,
    ) -> Result<(), Abort> {
        self.references.push(Reference { digest, op, size, count });
        self.counts.insert(digest, (size, count));
        self.grow(REFERENCE_BYTES)?;
        self.check_count()
    }
}

impl View for Transaction<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<Value>, ReadError> {
        match self.writes.get(key) {
            Some(Some(written)) => Ok(Some(Value::new(written, Lsn::MAX))),
            Some(None) => Ok(None),
            None => {
                let value = self.reads.get(key)?;
                let length = value.as_ref().map(|value| value.payload().len());
                self.read_keys.borrow_mut().insert(key.to_vec(), length);
                Ok(value)
            }
        }
    }

    /// Sees the state before the transaction: a body does not scan what it wrote.
    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Page, ReadError> {
        let page = self.reads.scan(prefix, after, limit)?;
        let lengths = page.entries.iter().map(|(key, value)| (key.clone(), Some(value.payload().len())));
        self.read_keys.borrow_mut().extend(lengths);
        Ok(page)
    }

    fn holds(&self, digest: &BlobDigest) -> Result<bool, ReadError> {
        Ok(self.references_to(digest)?.is_some_and(|(_, count)| count > 0))
    }
}

impl Tx for Transaction<'_> {
    fn put(&mut self, key: &[u8], value: Encoded) -> Result<(), Abort> {
        let result = self.write(key, Some(value));
        self.note(result)
    }

    fn delete(&mut self, key: &[u8]) -> Result<(), Abort> {
        let result = self.write(key, None);
        self.note(result)
    }

    fn bounded_add(&mut self, counter: &[u8], delta: i64, max: u64) -> Result<(), Abort> {
        let result = self.add(counter, delta, max);
        self.note(result)
    }

    fn inline_blob(&mut self, digest: BlobDigest, content: Bytes) -> Result<(), Abort> {
        let result = self.inline(digest, content);
        self.note(result)
    }

    fn hold(&mut self, digest: BlobDigest, size: u64) -> Result<(), Abort> {
        let result = self.count_up(digest, size);
        self.note(result)
    }

    fn release(&mut self, digest: BlobDigest) -> Result<(), Abort> {
        let result = self.count_down(digest);
        self.note(result)
    }

    fn event(&mut self, event: Vec<u8>) -> Result<(), Abort> {
        let result = self.grow(EVENT_BYTES + event.len()).map(|()| self.events.push(event));
        self.note(result)
    }
}

/// What the methods of [`Tx`] do; they note a broken rule.
impl Transaction<'_> {
    fn add(&mut self, counter: &[u8], delta: i64, max: u64) -> Result<(), Abort> {
        check_key(counter)?;
        check_reserved(counter)?;
        self.grow(counter.len() + size_of::<u64>())?;
        let entry = self.counters.entry(counter.to_vec()).or_insert((0, max));
        *entry = (entry.0.saturating_add(delta), max);
        self.check_count()
    }

    fn inline(&mut self, digest: BlobDigest, content: Bytes) -> Result<(), Abort> {
        self.grow(INLINED_BYTES)?;
        self.inlined_bytes += content.len();
        if let Some(same) = self.blobs.insert(digest, content) {
            self.inlined_bytes -= same.len();
        }
        let (max, got) = (limits::INLINED_BYTES_MAX, self.inlined_bytes);
        if got > max { Err(RuleBroken::InlinedLength { max, got }.into()) } else { Ok(()) }
    }

    fn count_up(&mut self, digest: BlobDigest, size: u64) -> Result<(), Abort> {
        let held = self.references_to(&digest)?;
        let pinned = self.pins.pin_again(&digest);
        let stored = held.is_some() || self.blobs.contains_key(&digest) || pinned.is_some();
        if !stored {
            return Err(RuleBroken::UnknownBlob(digest).into());
        }
        self.pinned.extend(pinned);
        let count = held.map_or(0, |(_, count)| count);
        self.count_reference(digest, ReferenceOp::Hold, size, count + 1)
    }

    fn count_down(&mut self, digest: BlobDigest) -> Result<(), Abort> {
        match self.references_to(&digest)? {
            Some((size, count)) if count > 0 => {
                self.count_reference(digest, ReferenceOp::Release, size, count - 1)
            }
            _ => Err(RuleBroken::NotHeld(digest).into()),
        }
    }
}

/// Whether the store gets smaller by a record: a key or a blob goes, fewer bytes are in the table than `before`, blobs that are
/// let go of included, and no blob comes.
///
/// A value that only gets shorter does not count. Whatever goes on by itself, such as the end of a transition, writes such
/// values, and would use up what is kept for deletions without giving much back.
fn effect(record: &Record, before: &BTreeMap<Vec<u8>, Option<usize>>) -> Effect {
    let holds = record.references.iter().any(|reference| reference.op == ReferenceOp::Hold);
    if holds || !record.blobs.is_empty() {
        return Effect::Grows;
    }
    let let_go = record.references.iter().filter(|reference| reference.count == 0);
    let mut freed = let_go.fold(0_usize, |sum, blob| {
        sum.saturating_add(usize::try_from(blob.size).unwrap_or(usize::MAX)).saturating_add(REFERENCE_BYTES)
    });
    let (mut taken, mut goes) = (0, freed > 0);
    for Write { key, value } in &record.writes {
        // Counters are written without being read; their length does not change.
        let Some(old) = before.get(key) else { continue };
        freed = freed.saturating_add(old.map_or(0, |length| key.len() + length));
        taken += value.as_ref().map_or(0, |new| key.len() + new.payload.len());
        goes |= value.is_none() && old.is_some();
    }
    if goes && taken < freed { Effect::Shrinks } else { Effect::Grows }
}

fn check_key(key: &[u8]) -> Result<(), Abort> {
    if key.is_empty() || key.len() > limits::KEY_BYTES_MAX {
        return Err(RuleBroken::KeyLength { max: limits::KEY_BYTES_MAX, got: key.len() }.into());
    }
    Ok(())
}

/// Refuses the keys under which storage counts references.
fn check_reserved(key: &[u8]) -> Result<(), Abort> {
    if key.starts_with(REFERENCE_PREFIX) {
        return Err(RuleBroken::Reserved(lossy(key)).into());
    }
    Ok(())
}

fn lossy(key: &[u8]) -> String {
    String::from_utf8_lossy(key).into_owned()
}

/// The key under which a scope's references to a blob are counted.
pub(crate) fn reference_key(digest: &BlobDigest) -> Vec<u8> {
    [REFERENCE_PREFIX, digest.as_bytes()].concat()
}

fn read_counter(value: &Value) -> Option<u64> {
    Some(u64::from_le_bytes(value.payload().try_into().ok()?))
}

fn encode_counter(count: u64) -> Encoded {
    Encoded { codec: BINCODE_1, kind: COUNTER_KIND, payload: count.to_le_bytes().to_vec() }
}

/// Size and count of a blob that a scope holds.
pub(crate) fn read_reference(value: &Value) -> Option<(u64, u64)> {
    let (size, count) = value.payload().split_at_checked(8)?;
    Some((u64::from_le_bytes(size.try_into().ok()?), u64::from_le_bytes(count.try_into().ok()?)))
}

/// The changes of the table that a record stands for: its writes, and the counts of its references.
pub(crate) fn changes(record: &Record, lsn: Lsn) -> impl Iterator<Item = (Vec<u8>, Option<Value>)> + '_ {
    let writes = record.writes.iter().map(move |write| {
        (record.scope.full_key(&write.key), write.value.as_ref().map(|value| Value::new(value, lsn)))
    });
    let references = record.references.iter().map(move |reference| {
        let payload = [reference.size.to_le_bytes(), reference.count.to_le_bytes()].concat();
        let value =
            (reference.count > 0).then(|| Value::from_parts(BINCODE_1, REFERENCE_KIND, &payload, lsn));
        (record.scope.full_key(&reference_key(&reference.digest)), value)
    });
    writes.chain(references)
}

/// How the early end of a body is told to the caller.
pub(crate) fn refusal(abort: Abort) -> CommitError {
    match abort {
        Abort::Refused => CommitError::Refused,
        Abort::Rule(rule) | Abort::Read(ReadError::Rule(rule)) => CommitError::Rule(rule),
        Abort::Read(ReadError::Store(error)) => CommitError::Failed(error),
        // Nothing that a body calls forgets outcomes.
        Abort::Read(ReadError::Again | ReadError::OutcomeForgotten { .. }) => CommitError::Conflict,
    }
}
