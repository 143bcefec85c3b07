//! The table in sled. Only this file names it.
//!
//! sled 0.34 does not make data durable when it is flushed and may panic on a damaged file. Neither matters here: it is
//! used only after a clean close, and whatever goes wrong with it is answered by rebuilding it from the log.

use std::any::Any;
use std::fs::{self, File};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::error::StoreError;
use crate::snapshot::Entries;
use crate::table::memory::start;
use crate::table::{Change, Table};
use crate::txn::Lsn;
use crate::value::Value;

/// The LSN up to which the table is applied, written in the batch that applies it. Scopes are not empty, so no full key
/// begins with NUL.
const APPLIED_KEY: &[u8] = b"\0applied";

pub(crate) struct SledTable {
    db: sled::Db,
    path: PathBuf,
    applied: AtomicU64,
}

impl SledTable {
    /// Opens the table in `path`, creating it if nothing is there.
    pub(crate) fn open(path: &Path, cache_bytes: u64) -> Result<Self, StoreError> {
        let config = sled::Config::new().path(path).cache_capacity(cache_bytes).flush_every_ms(None);
        let db = Self::open_unlocked(|| contain(|| config.open()))?;
        let applied = contain(|| db.get(APPLIED_KEY))?;
        let applied = match applied {
            None => 0,
            Some(bytes) => {
                Lsn::from_le_bytes(bytes.as_ref().try_into().map_err(|_| failed("applied has no LSN"))?)
            }
        };
        Ok(Self { db, path: path.into(), applied: AtomicU64::new(applied) })
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

    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Entries, StoreError> {
        let range = (start(prefix, after), std::ops::Bound::Unbounded);
        let entries = contain(|| {
            let within = self.db.range::<&[u8], _>(range);
            within
                .filter(|entry| !entry.as_ref().is_ok_and(|(key, _)| key == APPLIED_KEY))
                .take_while(|entry| entry.as_ref().map_or(true, |(key, _)| key.starts_with(prefix)))
                .take(limit)
                .collect::<Result<Vec<_>, _>>()
        })?;
        entries.into_iter().map(|(key, bytes)| Ok((key.to_vec(), value(&key, &bytes)?))).collect()
    }

    fn apply(&self, changes: Vec<Change>, applied: Lsn) -> Result<(), StoreError> {
        let mut batch = sled::Batch::default();
        for (key, value) in changes {
            match value {
                Some(value) => batch.insert(key, value.as_bytes()),
                None => batch.remove(key),
            }
        }
        batch.insert(APPLIED_KEY, &applied.to_le_bytes());
        contain(|| self.db.apply_batch(batch))?;
        self.applied.store(applied, Ordering::Release);
        Ok(())
    }

    fn applied(&self) -> Lsn {
        self.applied.load(Ordering::Acquire)
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
