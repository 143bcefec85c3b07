//! The table in memory, rebuilt from the log at every open.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::StoreError;
use crate::snapshot::Entries;
use crate::sync::RwLock;
use crate::table::{Change, Table};
use crate::txn::Lsn;
use crate::value::Value;

#[derive(Default)]
pub(crate) struct MemoryTable {
    entries: RwLock<BTreeMap<Vec<u8>, Value>>,
    applied: AtomicU64,
}

impl Table for MemoryTable {
    fn get(&self, key: &[u8]) -> Result<Option<Value>, StoreError> {
        Ok(self.entries.read().get(key).cloned())
    }

    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Entries, StoreError> {
        let entries = self.entries.read();
        let range = entries.range::<[u8], _>((start(prefix, after), Bound::Unbounded));
        let within = range.take_while(|(key, _)| key.starts_with(prefix));
        Ok(within.take(limit).map(|(key, value)| (key.clone(), value.clone())).collect())
    }

    fn apply(&self, changes: Vec<Change>, applied: Lsn) -> Result<(), StoreError> {
        let mut entries = self.entries.write();
        for (key, value) in changes {
            match value {
                Some(value) => entries.insert(key, value),
                None => entries.remove(&key),
            };
        }
        self.applied.store(applied, Ordering::Release);
        Ok(())
    }

    fn applied(&self) -> Lsn {
        self.applied.load(Ordering::Acquire)
    }

    fn sync(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn is_persistent(&self) -> bool {
        false
    }
}

/// Where a scan of `prefix` begins.
pub(crate) fn start<'a>(prefix: &'a [u8], after: Option<&'a [u8]>) -> Bound<&'a [u8]> {
    match after {
        Some(after) if after >= prefix => Bound::Excluded(after),
        _ => Bound::Included(prefix),
    }
}
