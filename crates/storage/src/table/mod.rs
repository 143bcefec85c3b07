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
use crate::txn::Lsn;
use crate::value::Value;

/// A change of the table: a key and its new value, or none.
pub(crate) type Change = (Vec<u8>, Option<Value>);

/// An ordered map from full keys (scope, NUL, key) to values.
pub(crate) trait Table: Send + Sync {
    fn get(&self, key: &[u8]) -> Result<Option<Value>, StoreError>;

    /// Returns at most `limit` entries whose keys begin with `prefix` and lie after `after`, in byte order.
    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Entries, StoreError>;

    /// Applies durable changes. They are seen all or none by those who open the table later.
    fn apply(&self, changes: Vec<Change>, applied: Lsn) -> Result<(), StoreError>;

    /// Returns the LSN up to which every record is applied.
    fn applied(&self) -> Lsn;

    /// Returns what the entries should add up to. Kept beside them, change by change, so that a table which forgot
    /// something is found out when all of it is read.
    fn digest(&self) -> TableDigest;

    /// Makes what was applied durable.
    fn sync(&self) -> Result<(), StoreError>;

    /// Whether the table is still there when the store is opened the next time.
    fn is_persistent(&self) -> bool;
}
