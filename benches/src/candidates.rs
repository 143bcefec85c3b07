//! What is compared.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use funclet_storage::{
    Backend, Encoded, Entropy, LocalBackend, LocalOptions, Maintenance, Scope, TableKind, TxnId, codec,
};

use redb::ReadableTable as _;

use crate::Failure;

pub(crate) const RAW: &str = "raw append and fdatasync";
pub(crate) const REDB: &str = "redb 4";

/// The length of a value: that of a typical function's record.
const VALUE_BYTES: usize = 1500;
/// How many keys each thread writes in turn.
const KEYS: u64 = 1000;

/// A store that acknowledges single writes.
pub(crate) trait Store: Sync {
    /// Writes one value; it is durable when this returns.
    fn commit(&self, thread: u64, number: u64) -> Result<(), Failure>;
}

/// Something to be measured.
pub(crate) struct Candidate {
    pub(crate) name: &'static str,
    /// The bare disk: one thread, whatever is asked for.
    pub(crate) is_raw: bool,
    pub(crate) open: fn(&Path) -> Result<Box<dyn Store>, Failure>,
}

pub(crate) const CANDIDATES: &[Candidate] = &[
    Candidate { name: RAW, is_raw: true, open: raw },
    Candidate {
        name: "funclet, memory, inline",
        is_raw: false,
        open: |dir| funclet(dir, TableKind::Memory, Maintenance::Inline),
    },
    Candidate {
        name: "funclet, memory, thread",
        is_raw: false,
        open: |dir| funclet(dir, TableKind::Memory, Maintenance::Thread),
    },
    Candidate {
        name: "funclet, sled, inline",
        is_raw: false,
        open: |dir| funclet(dir, SLED, Maintenance::Inline),
    },
    Candidate {
        name: "funclet, sled, thread",
        is_raw: false,
        open: |dir| funclet(dir, SLED, Maintenance::Thread),
    },
    Candidate { name: REDB, is_raw: false, open: redb },
    Candidate { name: "sqlite, WAL, FULL", is_raw: false, open: sqlite },
];

const SLED: TableKind = TableKind::Sled { cache_bytes: 16 << 20 };

fn key(thread: u64, number: u64) -> Vec<u8> {
    format!("{thread:04}/{:06}", number % KEYS).into_bytes()
}

/// A value that differs from write to write.
fn value(number: u64) -> Vec<u8> {
    let mut value = vec![0xa5; VALUE_BYTES];
    for (to, from) in value.iter_mut().zip(number.to_le_bytes()) {
        *to = from;
    }
    value
}

struct Raw {
    file: File,
    at: AtomicU64,
}

/// How much is zero-filled ahead for the bare disk; longer runs begin again at the front.
const RAW_BYTES: u64 = 64 << 20;

fn raw(directory: &Path) -> Result<Box<dyn Store>, Failure> {
    let file = OpenOptions::new().write(true).create_new(true).open(directory.join("raw"))?;
    let zeros = vec![0; 1 << 20];
    for at in (0..RAW_BYTES).step_by(zeros.len()) {
        file.write_all_at(&zeros, at)?;
    }
    file.sync_all()?;
    Ok(Box::new(Raw { file, at: AtomicU64::new(0) }))
}

impl Store for Raw {
    fn commit(&self, _thread: u64, number: u64) -> Result<(), Failure> {
        let at = self.at.fetch_add(VALUE_BYTES as u64, Ordering::Relaxed) % (RAW_BYTES - VALUE_BYTES as u64);
        self.file.write_all_at(&value(number), at)?;
        Ok(self.file.sync_data()?)
    }
}

struct Funclet {
    store: LocalBackend,
    scope: Scope,
}

/// Salts need not be random here.
struct Counter(AtomicU64);

impl Entropy for Counter {
    fn bytes(&self) -> [u8; 16] {
        u128::from(self.0.fetch_add(1, Ordering::Relaxed)).to_le_bytes()
    }
}

fn funclet(directory: &Path, table: TableKind, maintenance: Maintenance) -> Result<Box<dyn Store>, Failure> {
    let options = LocalOptions::new(directory.join("store"), Arc::new(Counter(AtomicU64::new(1))));
    let store = LocalBackend::open(&options.table(table).maintenance(maintenance))?;
    Ok(Box::new(Funclet { store, scope: Scope::new("000000000000/us-east-1")? }))
}

impl Store for Funclet {
    fn commit(&self, thread: u64, number: u64) -> Result<(), Failure> {
        let key = key(thread, number);
        // The length is written before the bytes, so that the payload is as long as the others' value.
        let mut bytes = value(number);
        bytes.truncate(VALUE_BYTES - 8);
        let encoded: Encoded = codec::encode(16, &bytes)?;
        let mut random = [0; 16];
        random[..8].copy_from_slice(&number.to_le_bytes());
        random[8..].copy_from_slice(&thread.to_le_bytes());
        self.store.transact(&self.scope, TxnId::new(number, random), &mut |tx| {
            tx.get(&key)?;
            tx.put(&key, encoded.clone())
        })?;
        Ok(())
    }
}

const REDB_TABLE: redb::TableDefinition<'_, &[u8], &[u8]> = redb::TableDefinition::new("t");

fn redb(directory: &Path) -> Result<Box<dyn Store>, Failure> {
    Ok(Box::new(redb::Database::create(directory.join("redb"))?))
}

impl Store for redb::Database {
    fn commit(&self, thread: u64, number: u64) -> Result<(), Failure> {
        // Durable at once is redb's default.
        let transaction = self.begin_write()?;
        {
            let mut table = transaction.open_table(REDB_TABLE)?;
            let key = key(thread, number);
            table.get(key.as_slice())?;
            table.insert(key.as_slice(), value(number).as_slice())?;
        }
        Ok(transaction.commit()?)
    }
}

struct Sqlite(Mutex<rusqlite::Connection>);

fn sqlite(directory: &Path) -> Result<Box<dyn Store>, Failure> {
    let connection = rusqlite::Connection::open(directory.join("sqlite"))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute("CREATE TABLE t (k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID", [])?;
    Ok(Box::new(Sqlite(Mutex::new(connection))))
}

impl Store for Sqlite {
    fn commit(&self, thread: u64, number: u64) -> Result<(), Failure> {
        let connection = self.0.lock().map_err(|_| "a worker panicked")?;
        let mut put = connection.prepare_cached("INSERT OR REPLACE INTO t VALUES (?1, ?2)")?;
        put.execute((key(thread, number), value(number)))?;
        Ok(())
    }
}
