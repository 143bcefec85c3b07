//! Values newer than the table, newest per key.
//!
//! Read first, before the table. A drain moves durable entries to the table and then forgets them here, so a reader who
//! holds the overlay sees each of them in one place or in both, never in none.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::error::StoreError;
use crate::snapshot::Entries;
use crate::table::memory::start;
use crate::table::{Change, Table};
use crate::txn::Lsn;
use crate::value::Value;

#[derive(Default)]
pub(crate) struct Overlay {
    entries: BTreeMap<Arc<[u8]>, Entry>,
    /// Bytes of keys and values, for the bound.
    bytes: usize,
}

#[derive(Clone)]
struct Entry {
    /// `None`: removed.
    value: Option<Value>,
    lsn: Lsn,
}

impl Entry {
    fn bytes(&self, key: &[u8]) -> usize {
        key.len() + self.value.as_ref().map_or(0, |value| value.as_bytes().len())
    }
}

/// A change of the overlay, waiting for its table.
pub(crate) struct Drained {
    pub(crate) changes: Vec<Change>,
    keys: Vec<(Arc<[u8]>, Lsn)>,
    /// Whether the overlay holds nothing else.
    pub(crate) complete: bool,
}

impl Drained {
    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

impl Overlay {
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn insert(&mut self, key: Vec<u8>, value: Option<Value>, lsn: Lsn) {
        let key: Arc<[u8]> = key.into();
        let entry = Entry { value, lsn };
        self.bytes += entry.bytes(&key);
        if let Some(old) = self.entries.insert(Arc::clone(&key), entry) {
            self.bytes -= old.bytes(&key);
        }
    }

    /// Looks a key up in overlay and table; also tells the LSN that wrote (or removed) it, 0 if it is at rest.
    pub(crate) fn get(&self, table: &dyn Table, key: &[u8]) -> Result<(Option<Value>, Lsn), StoreError> {
        match self.entries.get(key) {
            Some(entry) => Ok((entry.value.clone(), entry.lsn)),
            None => Ok((table.get(key)?, 0)),
        }
    }

    /// Merges overlay and table: at most `limit` live entries, and the greatest LSN among the entries looked at.
    pub(crate) fn scan(
        &self,
        table: &dyn Table,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<(Entries, Lsn), StoreError> {
        let mut newer = self
            .entries
            .range::<[u8], _>((start(prefix, after), std::ops::Bound::Unbounded))
            .take_while(|(key, _)| key.starts_with(prefix))
            .peekable();
        let mut found = Vec::new();
        let mut seen = 0;
        let mut older = TablePages::new(table, prefix, after, limit);
        while found.len() < limit {
            let next_old = older.peek()?;
            match (newer.peek(), next_old) {
                (None, None) => break,
                (Some((key, entry)), old) if old.is_none_or(|old| key.as_ref() <= old) => {
                    seen = seen.max(entry.lsn);
                    if old == Some(key.as_ref()) {
                        older.skip();
                    }
                    found.extend(entry.value.clone().map(|value| (key.to_vec(), value)));
                    newer.next();
                }
                _ => found.extend(older.take()),
            }
        }
        Ok((found, seen))
    }

    /// Copies entries that are durable, about `bytes_max` of them.
    pub(crate) fn durable_entries(&self, durable: Lsn, bytes_max: usize) -> Drained {
        let mut drained = Drained { changes: Vec::new(), keys: Vec::new(), complete: true };
        let mut bytes = 0;
        for (key, entry) in &self.entries {
            if bytes > bytes_max {
                drained.complete = false;
                break;
            }
            if entry.lsn > durable {
                drained.complete = false;
                continue;
            }
            bytes += entry.bytes(key);
            drained.changes.push((key.to_vec(), entry.value.clone()));
            drained.keys.push((Arc::clone(key), entry.lsn));
        }
        drained
    }

    /// Forgets what the table now has, but for keys that were written again meanwhile.
    pub(crate) fn forget(&mut self, drained: &Drained) {
        for (key, lsn) in &drained.keys {
            if self.entries.get(key).is_some_and(|entry| entry.lsn == *lsn)
                && let Some(entry) = self.entries.remove(key)
            {
                self.bytes -= entry.bytes(key);
            }
        }
    }
}

/// Reads the table page by page, because entries of the overlay may hide some of each.
struct TablePages<'a> {
    table: &'a dyn Table,
    prefix: &'a [u8],
    after: Option<Vec<u8>>,
    limit: usize,
    page: std::iter::Peekable<std::vec::IntoIter<(Vec<u8>, Value)>>,
    exhausted: bool,
}

impl<'a> TablePages<'a> {
    fn new(table: &'a dyn Table, prefix: &'a [u8], after: Option<&[u8]>, limit: usize) -> Self {
        let page = Vec::new().into_iter().peekable();
        Self { table, prefix, after: after.map(<[u8]>::to_vec), limit, page, exhausted: false }
    }

    fn peek(&mut self) -> Result<Option<&[u8]>, StoreError> {
        if self.page.peek().is_none() && !self.exhausted {
            let entries = self.table.scan(self.prefix, self.after.as_deref(), self.limit)?;
            self.exhausted = entries.len() < self.limit;
            if let Some((last, _)) = entries.last() {
                self.after = Some(last.clone());
            }
            self.page = entries.into_iter().peekable();
        }
        Ok(self.page.peek().map(|(key, _)| key.as_slice()))
    }

    fn take(&mut self) -> Option<(Vec<u8>, Value)> {
        self.page.next()
    }

    fn skip(&mut self) {
        self.page.next();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::MemoryTable;

    fn value(text: &str, lsn: Lsn) -> Option<Value> {
        Some(Value::from_parts(1, 16, text.as_bytes(), lsn))
    }

    #[test]
    fn only_what_is_durable_is_drained_and_only_what_was_drained_is_forgotten() {
        let (mut overlay, table) = (Overlay::default(), MemoryTable::default());
        for (key, lsn) in [("a", 1), ("b", 2), ("c", 3)] {
            overlay.insert(key.into(), value(key, lsn), lsn);
        }
        let drained = overlay.durable_entries(2, 1 << 20);
        assert_eq!(drained.changes, [(b"a".to_vec(), value("a", 1)), (b"b".to_vec(), value("b", 2))]);
        assert!(!drained.complete);
        // Written again while the table takes the old value.
        overlay.insert(b"a".to_vec(), value("newer", 4), 4);
        overlay.forget(&drained);
        assert_eq!(overlay.get(&table, b"a").unwrap(), (value("newer", 4), 4));
        assert_eq!(overlay.get(&table, b"b").unwrap(), (None, 0));
        assert_eq!(overlay.get(&table, b"c").unwrap(), (value("c", 3), 3));
        let rest = overlay.durable_entries(4, 1 << 20);
        assert!(rest.complete);
        overlay.forget(&rest);
        assert_eq!(overlay.bytes(), 0);
    }

    #[test]
    fn a_drain_goes_on_where_its_bound_stopped_it() {
        let mut overlay = Overlay::default();
        for key in 0..10 {
            overlay.insert(vec![key], value("x", 1), 1);
        }
        let mut keys = Vec::new();
        loop {
            let drained = overlay.durable_entries(1, 40);
            if drained.is_empty() {
                break;
            }
            keys.extend(drained.changes.iter().map(|(key, _)| key[0]));
            overlay.forget(&drained);
        }
        assert_eq!(keys, (0..10).collect::<Vec<_>>());
    }
}
