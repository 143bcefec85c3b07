//! Views on which a value is not at hand.

use std::cell::Cell;

use bytes::Bytes;
use funclet_storage::{Abort, BlobDigest, Encoded, Page, ReadError, Tx, Value, View};

/// A view on which, after so many reads, a value is not at hand.
pub(super) struct ImpatientView<'a, V: ?Sized> {
    pub(super) view: &'a V,
    /// How many reads are answered; `None` if all are.
    pub(super) left: &'a Cell<Option<u64>>,
}

impl<V: View + ?Sized> ImpatientView<'_, V> {
    fn count(&self) -> Result<(), ReadError> {
        match self.left.get() {
            Some(0) => Err(ReadError::Again),
            left => {
                self.left.set(left.map(|left| left - 1));
                Ok(())
            }
        }
    }
}

impl<V: View + ?Sized> View for ImpatientView<'_, V> {
    fn get(&self, key: &[u8]) -> Result<Option<Value>, ReadError> {
        self.count()?;
        self.view.get(key)
    }

    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Page, ReadError> {
        self.count()?;
        self.view.scan(prefix, after, limit)
    }

    fn holds(&self, digest: &BlobDigest) -> Result<bool, ReadError> {
        self.count()?;
        self.view.holds(digest)
    }
}

/// The same for a transaction.
pub(super) struct Impatient<'a> {
    pub(super) tx: &'a mut dyn Tx,
    pub(super) left: Cell<Option<u64>>,
}

impl View for Impatient<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<Value>, ReadError> {
        ImpatientView { view: &*self.tx, left: &self.left }.get(key)
    }

    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Page, ReadError> {
        ImpatientView { view: &*self.tx, left: &self.left }.scan(prefix, after, limit)
    }

    fn holds(&self, digest: &BlobDigest) -> Result<bool, ReadError> {
        ImpatientView { view: &*self.tx, left: &self.left }.holds(digest)
    }
}

impl Tx for Impatient<'_> {
    fn put(&mut self, key: &[u8], value: Encoded) -> Result<(), Abort> {
        self.tx.put(key, value)
    }

    fn delete(&mut self, key: &[u8]) -> Result<(), Abort> {
        self.tx.delete(key)
    }

    fn bounded_add(&mut self, counter: &[u8], delta: i64, max: u64) -> Result<(), Abort> {
        self.tx.bounded_add(counter, delta, max)
    }

    fn inline_blob(&mut self, digest: BlobDigest, content: Bytes) -> Result<(), Abort> {
        self.tx.inline_blob(digest, content)
    }

    fn hold(&mut self, digest: BlobDigest, size: u64) -> Result<(), Abort> {
        self.tx.hold(digest, size)
    }

    fn release(&mut self, digest: BlobDigest) -> Result<(), Abort> {
        self.tx.release(digest)
    }

    fn event(&mut self, event: Vec<u8>) -> Result<(), Abort> {
        self.tx.event(event)
    }
}
