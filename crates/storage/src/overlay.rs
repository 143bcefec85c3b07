//! Values newer than the table, newest per key.
//!
//! Read before the table. A layer is filled, then frozen as a whole, and goes to the table when all of it is durable; what
//! is written meanwhile goes into the next layer. So the table only ever moves from one whole state to the next, and a
//! reader finds each value in one place or in two, never in none.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::ops::Bound;

use crate::error::StoreError;
use crate::full_view::Entries;
use crate::table::memory::start;
use crate::table::{Change, Table};
use crate::txn::Lsn;
use crate::value::Value;

/// One layer of values.
#[derive(Default)]
pub(crate) struct Overlay {
    entries: BTreeMap<Vec<u8>, Entry>,
    /// Bytes of keys and values, for the bound.
    bytes: usize,
}

/// A value, and the record that wrote or removed it.
#[derive(Clone)]
pub(crate) struct Entry {
    /// `None`: removed.
    pub(crate) value: Option<Value>,
    pub(crate) lsn: Lsn,
}

impl Entry {
    fn bytes(&self, key: &[u8]) -> usize {
        key.len() + self.value.as_ref().map_or(0, |value| value.as_bytes().len())
    }
}

impl Overlay {
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn insert(&mut self, key: Vec<u8>, value: Option<Value>, lsn: Lsn) {
        let entry = Entry { value, lsn };
        self.bytes += entry.bytes(&key);
        // The key of an entry that is there stays; its bytes are counted once.
        let length = key.len();
        if let Some(old) = self.entries.insert(key, entry) {
            self.bytes -= length + old.bytes(&[]);
        }
    }

    pub(crate) fn get(&self, key: &[u8]) -> Option<&Entry> {
        self.entries.get(key)
    }

    fn range(&self, prefix: &[u8], after: Option<&[u8]>) -> impl Iterator<Item = (&[u8], &Entry)> {
        let range = self.entries.range::<[u8], _>((start(prefix, after), Bound::Unbounded));
        range.map(|(key, entry)| (key.as_slice(), entry))
    }

    /// Hands all entries to `apply` as changes of the table, about `bytes_max` at once, and says which part is the last.
    ///
    /// # Errors
    /// The first error of `apply`.
    pub(crate) fn in_parts(
        &self,
        bytes_max: usize,
        mut apply: impl FnMut(Vec<Change>, bool) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut entries = self.entries.iter().peekable();
        while entries.peek().is_some() {
            let (mut part, mut bytes) = (Vec::new(), 0);
            while let Some((key, entry)) = entries.next_if(|_| bytes <= bytes_max) {
                bytes += entry.bytes(key);
                part.push((key.clone(), entry.value.clone()));
            }
            apply(part, entries.peek().is_none())?;
        }
        Ok(())
    }
}

/// Merges layers, the newer ones first, and the table: at most `limit` live entries, and the greatest LSN among the
/// entries looked at.
pub(crate) fn scan(
    layers: &[&Overlay],
    table: &dyn Table,
    prefix: &[u8],
    after: Option<&[u8]>,
    limit: usize,
) -> Result<(Entries, Lsn), StoreError> {
    let mut newer: Vec<_> = layers
        .iter()
        .map(|layer| layer.range(prefix, after).take_while(|(key, _)| key.starts_with(prefix)).peekable())
        .collect();
    let mut older = TablePages::new(table, prefix, after, limit);
    let (mut found, mut seen) = (Vec::new(), 0);
    while found.len() < limit {
        let next_old = older.peek()?;
        let next_new = newer.iter_mut().filter_map(|layer| layer.peek().map(|(key, _)| *key)).min();
        match next_new {
            Some(key) if next_old.is_none_or(|old| key <= old) => {
                if next_old == Some(key) {
                    older.skip();
                }
                if let Some(entry) = newest(&mut newer, key) {
                    seen = seen.max(entry.lsn);
                    found.extend(entry.value.clone().map(|value| (key.to_vec(), value)));
                }
            }
            _ => match older.take() {
                Some(entry) => found.push(entry),
                None => break,
            },
        }
    }
    Ok((found, seen))
}

/// Takes `key` out of every layer that has it next, and returns what the first of them says.
fn newest<'a>(
    layers: &mut [Peekable<impl Iterator<Item = (&'a [u8], &'a Entry)>>],
    key: &[u8],
) -> Option<&'a Entry> {
    let mut newest = None;
    for layer in layers {
        let entry = layer.next_if(|(next, _)| *next == key).map(|(_, entry)| entry);
        newest = newest.or(entry);
    }
    newest
}

/// Reads the table page by page, because layers above may hide some of each.
struct TablePages<'a> {
    table: &'a dyn Table,
    prefix: &'a [u8],
    after: Option<Vec<u8>>,
    limit: usize,
    page: Peekable<std::vec::IntoIter<(Vec<u8>, Value)>>,
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
    use crate::table::{Extent, MemoryTable};

    fn value(text: &str, lsn: Lsn) -> Option<Value> {
        Some(Value::from_parts(1, 16, text.as_bytes(), lsn))
    }

    fn overlay(entries: &[(&str, Option<&str>, Lsn)]) -> Overlay {
        let mut overlay = Overlay::default();
        for (key, text, lsn) in entries {
            overlay.insert((*key).into(), text.and_then(|text| value(text, *lsn)), *lsn);
        }
        overlay
    }

    #[test]
    fn the_newest_layer_hides_the_others() {
        let table = MemoryTable::default();
        let old = |key: &str| (key.as_bytes().to_vec(), value("old", 1));
        table.apply(vec![old("a"), old("b"), old("c"), old("d"), old("x")], Extent::EMPTY).unwrap();
        let frozen = overlay(&[("b", Some("frozen"), 2), ("c", None, 3), ("e", Some("frozen"), 4)]);
        let active = overlay(&[("a", Some("active"), 5), ("c", Some("active"), 6), ("e", None, 7)]);
        let scan = |after: Option<&str>, limit| {
            let (found, seen) =
                scan(&[&active, &frozen], &table, b"", after.map(str::as_bytes), limit).unwrap();
            let text = |(key, value): &(Vec<u8>, Value)| {
                format!("{} {}", String::from_utf8_lossy(key), String::from_utf8_lossy(value.payload()))
            };
            (found.iter().map(text).collect::<Vec<_>>(), seen)
        };
        let all = ["a active", "b frozen", "c active", "d old", "x old"];
        assert_eq!(scan(None, 10), (all.map(str::to_owned).to_vec(), 7));
        assert_eq!(scan(None, 2), (all[..2].iter().map(|s| (*s).to_owned()).collect(), 5));
        // What hides an entry counts as read, too.
        assert_eq!(scan(Some("d"), 1), (vec!["x old".to_owned()], 7));
    }

    #[test]
    fn bytes_are_counted_once() {
        let mut overlay = overlay(&[("key", Some("a"), 1), ("key", Some("longer"), 2), ("key", None, 3)]);
        assert_eq!(overlay.bytes(), 3);
        overlay.insert(b"key".to_vec(), None, 4);
        assert_eq!(overlay.bytes(), 3);
    }

    #[test]
    fn parts_are_bounded_and_the_last_one_is_known() {
        let mut overlay = Overlay::default();
        for key in 0..10 {
            overlay.insert(vec![key], value("x", 1), 1);
        }
        let (mut keys, mut parts, mut ended) = (Vec::new(), 0, false);
        let apply = |part: Vec<Change>, is_last| {
            assert!(!ended);
            (parts, ended) = (parts + 1, is_last);
            keys.extend(part.iter().map(|(key, _)| key[0]));
            Ok(())
        };
        overlay.in_parts(40, apply).unwrap();
        assert_eq!((keys, ended), ((0..10).collect(), true));
        assert!(parts > 2, "{parts}");
    }
}
