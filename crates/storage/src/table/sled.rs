//! The table in sled. Only this file names it.
//!
//! sled 0.34 does not make data durable when it is flushed and may panic on a damaged file. Neither matters here: it is
//! used only where it adds up, and whatever goes wrong with it is answered by making it anew from snapshot and log.

use std::any::Any;
use std::fs::{self, File};
use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::StoreError;
use crate::full_view::Entries;
use crate::identity::StoreId;
use crate::sync::Mutex;
use crate::table::memory::start;
use crate::table::{Change, Extent, Table, TableDigest, each_entry};
use crate::txn::{Lsn, RecordId, TxnId};
use crate::value::Value;

/// What the table is: which store's, up to which record, and what it adds up to. Written in each batch that changes it.
/// Scopes are not empty, so no full key begins with NUL.
const MARK_KEY: &[u8] = b"\0mark";

pub(crate) struct SledTable {
    db: sled::Db,
    path: PathBuf,
    store_id: StoreId,
    mark: Mutex<Mark>,
}

#[derive(Clone, Copy)]
struct Mark {
    extent: Extent,
    digest: TableDigest,
}

impl Mark {
    fn encode(self, store_id: StoreId) -> Vec<u8> {
        let Extent { applied, reached } = self.extent;
        let lsns = [applied.to_le_bytes(), reached.lsn.to_le_bytes()].concat();
        [&lsns[..], reached.txn.as_bytes(), &self.digest.encode(), &store_id].concat()
    }

    /// `None` if it is no mark, or that of another store's table.
    fn decode(bytes: &[u8], store_id: StoreId) -> Option<Self> {
        let (applied, rest) = bytes.split_first_chunk()?;
        let (reached, rest) = rest.split_first_chunk()?;
        let (txn, rest) = rest.split_first_chunk()?;
        let (digest, of) = rest.split_at_checked(TableDigest::BYTES)?;
        let reached = RecordId { lsn: Lsn::from_le_bytes(*reached), txn: TxnId::from_bytes(*txn) };
        let extent = Extent { applied: Lsn::from_le_bytes(*applied), reached };
        (of == store_id).then_some(Self { extent, digest: TableDigest::decode(digest)? })
    }
}

impl SledTable {
    /// Opens the table in `path`, creating it if nothing is there.
    ///
    /// # Errors
    /// [`StoreError::Table`] also if the table is that of another store, or of another version.
    pub(crate) fn open(path: &Path, store_id: StoreId, cache_bytes: u64) -> Result<Self, StoreError> {
        let config = sled::Config::new().path(path).cache_capacity(cache_bytes).flush_every_ms(None);
        let db = Self::open_unlocked(|| contain(|| config.open()))?;
        let mark = match contain(|| db.get(MARK_KEY))? {
            Some(bytes) => {
                Mark::decode(&bytes, store_id).ok_or_else(|| failed("it is not the table of this store"))?
            }
            None if contain(|| db.iter().next().transpose())?.is_none() => {
                Mark { extent: Extent::EMPTY, digest: TableDigest::default() }
            }
            None => return Err(failed("it has no mark")),
        };
        Ok(Self { db, path: path.into(), store_id, mark: Mutex::new(mark) })
    }

    /// Reads all of the table and checks that it adds up and holds nothing beyond the record `last`.
    ///
    /// # Errors
    /// [`StoreError::Table`].
    pub(crate) fn verify(&self, last: Lsn) -> Result<(), StoreError> {
        let mut found = TableDigest::default();
        let mut newest = 0;
        each_entry(self, |key, value| {
            found.add(key, value);
            newest = newest.max(value.lsn());
            Ok(())
        })?;
        if found != self.digest() {
            return Err(failed("its entries do not add up"));
        }
        if newest > last { Err(failed("it holds a record that the log does not have")) } else { Ok(()) }
    }

    /// Opens, waiting a moment for the lock of a handle that is just going away: sled gives it back a little after the
    /// handle was dropped, when its own threads are done.
    fn open_unlocked(open: impl Fn() -> Result<sled::Db, StoreError>) -> Result<sled::Db, StoreError> {
        const TRIES: u32 = 20;
        const PAUSE: Duration = Duration::from_millis(5);
        let locked = |error: &StoreError| error.to_string().contains("could not acquire lock");
        for _ in 1..TRIES {
            match open() {
                Err(error) if locked(&error) => std::thread::sleep(PAUSE),
                opened => return opened,
            }
        }
        open()
    }

    /// Removes the table in `path`, whatever it is.
    pub(crate) fn remove(path: &Path) -> Result<(), StoreError> {
        match fs::symlink_metadata(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Ok(found) if found.is_dir() => fs::remove_dir_all(path).map_err(StoreError::io("remove", path)),
            _ => fs::remove_file(path).map_err(StoreError::io("remove", path)),
        }
    }
}

impl Table for SledTable {
    fn get(&self, key: &[u8]) -> Result<Option<Value>, StoreError> {
        contain(|| self.db.get(key))?.map(|bytes| value(key, &bytes)).transpose()
    }

    /// Steps from key to key: an iterator of sled keeps all that it has passed in memory, whatever the cache may hold.
    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Entries, StoreError> {
        let mut entries = Entries::new();
        let mut next = contain(|| {
            self.db.range::<&[u8], _>((start(prefix, after), Bound::Unbounded)).next().transpose()
        })?;
        while let Some((key, bytes)) =
            next.take().filter(|(key, _)| key.starts_with(prefix) && entries.len() < limit)
        {
            next = contain(|| self.db.get_gt(&key))?;
            if key != MARK_KEY {
                entries.push((key.to_vec(), value(&key, &bytes)?));
            }
        }
        Ok(entries)
    }

    fn apply(&self, changes: Vec<Change>, extent: Extent) -> Result<(), StoreError> {
        let mut mark = self.mark.lock();
        let mut digest = mark.digest;
        let mut batch = sled::Batch::default();
        for (key, new) in changes {
            // A value that is damaged and about to go matters no more; without it the digest will not add up.
            let old = contain(|| self.db.get(&key))?.and_then(|bytes| Value::from_table(&bytes));
            digest.replace(&key, old.as_ref(), new.as_ref());
            match new {
                Some(value) => batch.insert(key, value.as_bytes()),
                None => batch.remove(key),
            }
        }
        let next = Mark { extent, digest };
        batch.insert(MARK_KEY, next.encode(self.store_id));
        contain(|| self.db.apply_batch(batch))?;
        *mark = next;
        Ok(())
    }

    fn extent(&self) -> Extent {
        self.mark.lock().extent
    }

    fn digest(&self) -> TableDigest {
        self.mark.lock().digest
    }

    fn sync(&self) -> Result<(), StoreError> {
        contain(|| self.db.flush())?;
        // sled's own flush leaves the bytes in the page cache; its file is synced through a handle of ours.
        let file = self.path.join("db");
        File::open(&file).and_then(|file| file.sync_all()).map_err(StoreError::io("sync", &file))
    }

    fn is_persistent(&self) -> bool {
        true
    }
}

/// Checks a stored value.
fn value(key: &[u8], bytes: &[u8]) -> Result<Value, StoreError> {
    Value::from_table(bytes)
        .ok_or_else(|| failed(format!("key {:?} has a damaged value", String::from_utf8_lossy(key))))
}

fn failed(reason: impl Into<String>) -> StoreError {
    StoreError::Table { reason: reason.into() }
}

/// Turns sled's errors and panics into ours.
fn contain<T>(call: impl FnOnce() -> sled::Result<T>) -> Result<T, StoreError> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(result) => result.map_err(|error| failed(error.to_string())),
        Err(panic) => Err(failed(panic_text(&*panic))),
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("panicked: {}", text.unwrap_or("unknown"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever a table has lost, kept or mixed up: it no longer adds up.
    #[test]
    fn a_table_that_forgot_something_does_not_add_up() {
        type Damage = fn(&sled::Db);
        let damages: [(&str, Damage); 4] = [
            ("an entry less", |db| drop(db.remove(b"s\0a").unwrap())),
            ("an entry more", |db| {
                db.insert(b"s\0z", Value::from_parts(1, 16, b"z", 2).as_bytes()).unwrap();
            }),
            ("an older value", |db| {
                db.insert(b"s\0a", Value::from_parts(1, 16, b"older", 1).as_bytes()).unwrap();
            }),
            ("no value at all", |db| drop(db.insert(b"s\0a", b"garbage").unwrap())),
        ];
        for (what, damage) in damages {
            let directory = tempfile::tempdir().unwrap();
            let table = SledTable::open(directory.path(), [1; 16], 1 << 20).unwrap();
            let second = Extent { applied: 1, reached: RecordId { lsn: 2, txn: TxnId::new(3, [4; 16]) } };
            let change = |key: &[u8], lsn| (key.to_vec(), Some(Value::from_parts(1, 16, key, lsn)));
            table.apply(vec![change(b"s\0a", 1), change(b"s\0b", 2)], second).unwrap();
            assert_eq!(
                Mark::decode(&table.db.get(MARK_KEY).unwrap().unwrap(), [1; 16]).unwrap().extent,
                second
            );
            table.verify(2).unwrap();
            assert!(table.verify(1).is_err(), "it holds a record that the log does not have");
            damage(&table.db);
            assert!(table.verify(2).is_err(), "{what}");
        }
    }
}
