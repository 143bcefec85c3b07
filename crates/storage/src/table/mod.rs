//! The table: what the log says, applied. It may be thrown away at any time while the store is closed.

mod closed;
mod digest;
pub(crate) mod memory;
mod open;
#[cfg(feature = "sled")]
mod sled;

pub(crate) use closed::ClosedTable;
pub(crate) use digest::TableDigest;
pub(crate) use memory::MemoryTable;
pub(crate) use open::{Truth, in_memory, open};
#[cfg(feature = "sled")]
pub(crate) use sled::SledTable;

use crate::error::StoreError;
use crate::full_view::Entries;
use crate::txn::{Lsn, RecordId};
use crate::value::Value;

/// How many entries are read at once where all of them are read.
const PAGE_ENTRIES: usize = 256;

/// A change of the table: a key and its new value, or none.
pub(crate) type Change = (Vec<u8>, Option<Value>);

/// Which records a table holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent {
    /// Every record up to this one.
    pub(crate) applied: Lsn,
    /// Changes of records up to this one. Beyond `applied` if a move has been interrupted.
    pub(crate) reached: RecordId,
}

impl Extent {
    /// That of a table with nothing in it.
    pub(crate) const EMPTY: Self = Self { applied: 0, reached: RecordId::BEGIN };

    /// Every record up to `last`, nothing of those behind it.
    pub(crate) fn whole(last: RecordId) -> Self {
        Self { applied: last.lsn, reached: last }
    }
}

/// An ordered map from full keys (scope, NUL, key) to values.
pub(crate) trait Table: Send + Sync {
    fn get(&self, key: &[u8]) -> Result<Option<Value>, StoreError>;

    /// Returns at most `limit` entries whose keys begin with `prefix` and lie after `after`, in byte order.
    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Entries, StoreError>;

    /// Applies durable changes. They are seen all or none by those who open the table later.
    fn apply(&self, changes: Vec<Change>, extent: Extent) -> Result<(), StoreError>;

    /// Returns what was said with the last changes.
    fn extent(&self) -> Extent;

    /// Returns the LSN up to which every record is applied.
    fn applied(&self) -> Lsn {
        self.extent().applied
    }

    /// Returns what the entries should add up to. Kept beside them, change by change, so that a table which forgot
    /// something is found out when all of it is read.
    fn digest(&self) -> TableDigest;

    /// Makes what was applied durable.
    fn sync(&self) -> Result<(), StoreError>;

    /// Whether the table is still there when the store is opened the next time.
    fn is_persistent(&self) -> bool;
}

/// Hands out every entry of a table in the order of the keys.
pub(crate) fn each_entry(
    table: &dyn Table,
    mut visit: impl FnMut(&[u8], &Value) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut after: Option<Vec<u8>> = None;
    loop {
        let page = table.scan(b"", after.as_deref(), PAGE_ENTRIES)?;
        page.iter().try_for_each(|(key, value)| visit(key, value))?;
        match page.into_iter().last() {
            Some((key, _)) => after = Some(key),
            None => return Ok(()),
        }
    }
}
