//! The table in memory, rebuilt from snapshot and log at every open.

use std::collections::BTreeMap;
use std::ops::Bound;

use crate::error::StoreError;
use crate::full_view::Entries;
use crate::sync::RwLock;
use crate::table::{Change, Extent, Table, TableDigest};
use crate::value::Value;

pub(crate) struct MemoryTable(RwLock<Content>);

struct Content {
    entries: BTreeMap<Vec<u8>, Value>,
    digest: TableDigest,
    extent: Extent,
}

impl Default for MemoryTable {
    fn default() -> Self {
        let (entries, digest) = (BTreeMap::new(), TableDigest::default());
        Self(RwLock::new(Content { entries, digest, extent: Extent::EMPTY }))
    }
}

impl Table for MemoryTable {
    fn get(&self, key: &[u8]) -> Result<Option<Value>, StoreError> {
        Ok(self.0.read().entries.get(key).cloned())
    }

    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Entries, StoreError> {
        let content = self.0.read();
        let range = content.entries.range::<[u8], _>((start(prefix, after), Bound::Unbounded));
        let within = range.take_while(|(key, _)| key.starts_with(prefix));
        Ok(within.take(limit).map(|(key, value)| (key.clone(), value.clone())).collect())
    }

    fn apply(&self, changes: Vec<Change>, extent: Extent) -> Result<(), StoreError> {
        let Content { entries, digest, extent: mark } = &mut *self.0.write();
        for (key, new) in changes {
            digest.replace(&key, entries.get(&key), new.as_ref());
            match new {
                Some(value) => entries.insert(key, value),
                None => entries.remove(&key),
            };
        }
        *mark = extent;
        Ok(())
    }

    fn extent(&self) -> Extent {
        self.0.read().extent
    }

    fn digest(&self) -> TableDigest {
        self.0.read().digest
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
