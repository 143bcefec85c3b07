//! A store of functions, with keys and values like those of the real one.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use bytes::Bytes;
use clap::ValueEnum;
use funclet_storage::{
    Abort, Backend, BlobDigest, Encoded, Entropy, LocalBackend, LocalOptions, Maintenance, Scope, TableKind,
    TxnId, codec,
};

use crate::Failure;

/// The length of an encoded function: 8 environment variables, 3 layers, a VPC.
const FUNCTION_BYTES: usize = 1428;
/// Every so many functions one holds a blob of its own.
const FUNCTIONS_PER_BLOB: u64 = 10;
/// What a caller of the feed is told of a change.
const EVENT_BYTES: usize = 120;

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Table {
    Sled,
    Memory,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Keeper {
    Inline,
    Thread,
}

/// An open store of functions, all in one scope.
pub(crate) struct Functions {
    pub(crate) store: LocalBackend,
    scope: Scope,
    /// Tells the transactions of this process from all others.
    process: [u8; 8],
    transactions: AtomicU64,
}

impl Functions {
    pub(crate) fn open(directory: &Path, table: Table, keeper: Keeper) -> Result<Self, Failure> {
        let table = match table {
            Table::Sled => TableKind::Sled { cache_bytes: 16 << 20 },
            Table::Memory => TableKind::Memory,
        };
        let maintenance = match keeper {
            Keeper::Inline => Maintenance::Inline,
            Keeper::Thread => Maintenance::Thread,
        };
        let options = LocalOptions::new(directory, Arc::new(Random)).table(table).maintenance(maintenance);
        let store = LocalBackend::open(&options)?;
        let scope = Scope::new("000000000000/us-east-1")?;
        let process = Random.bytes().first_chunk().copied().unwrap_or_default();
        Ok(Self { store, scope, process, transactions: AtomicU64::new(0) })
    }

    /// Creates the functions 0 to `count`, by `threads` threads.
    pub(crate) fn fill(&self, count: u64, threads: usize) -> Result<(), Failure> {
        let next = AtomicU64::new(0);
        self.on_threads(threads, |_| {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number < count { self.create(number).map(|()| true) } else { Ok(false) }
        })
    }

    /// Updates functions drawn from the first `count`, by `threads` threads, until `stop` or until there were `updates`.
    pub(crate) fn update_at_random(
        &self,
        count: u64,
        updates: u64,
        threads: usize,
        stop: &AtomicBool,
    ) -> Result<(), Failure> {
        let left = AtomicU64::new(updates);
        self.on_threads(threads, |draws| {
            let more = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
            if more.is_err() || stop.load(Ordering::Relaxed) {
                return Ok(false);
            }
            self.update(draws.next() % count).map(|()| true)
        })
    }

    /// Runs `step` on each thread until it returns false.
    fn on_threads(
        &self,
        threads: usize,
        step: impl Fn(&mut Draws) -> Result<bool, Failure> + Sync,
    ) -> Result<(), Failure> {
        std::thread::scope(|scope| {
            let run = |thread| {
                let step = &step;
                scope.spawn(move || -> Result<(), Failure> {
                    let mut draws = Draws::new(thread);
                    while step(&mut draws)? {}
                    Ok(())
                })
            };
            let workers: Vec<_> = (0..threads as u64).map(run).collect();
            workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| "a worker panicked")?)
        })
    }

    fn create(&self, number: u64) -> Result<(), Failure> {
        let key = key(number);
        let value = value(number, 0)?;
        let code =
            number.is_multiple_of(FUNCTIONS_PER_BLOB).then(|| Bytes::from(format!("code of {number:0300}")));
        self.store.transact(&self.scope, self.next_id(), &mut |tx| {
            tx.get(&key)?;
            if let Some(code) = &code {
                let digest = BlobDigest::of(code);
                tx.inline_blob(digest, code.clone())?;
                tx.hold(digest, code.len() as u64)?;
            }
            tx.put(&key, value.clone())?;
            tx.event(vec![b'e'; EVENT_BYTES])
        })?;
        Ok(())
    }

    /// Updates a function that is there.
    pub(crate) fn update(&self, number: u64) -> Result<(), Failure> {
        let id = self.next_id();
        let (key, value) = (key(number), value(number, id.time_ms())?);
        self.store.transact(&self.scope, id, &mut |tx| {
            if tx.get(&key)?.is_none() {
                return Err(Abort::Refused);
            }
            tx.put(&key, value.clone())?;
            tx.event(vec![b'e'; EVENT_BYTES])
        })?;
        Ok(())
    }

    /// Reads the functions 0 to `count`, each by itself. All of them have to be there.
    pub(crate) fn read_each(&self, count: u64) -> Result<(), Failure> {
        for number in 0..count {
            let mut found = None;
            self.store.read(&self.scope, &mut |view| {
                found = view.get(&key(number))?;
                Ok(())
            })?;
            if found.is_none() {
                return Err(format!("function {number} is not there").into());
            }
        }
        Ok(())
    }

    fn next_id(&self) -> TxnId {
        let number = self.transactions.fetch_add(1, Ordering::Relaxed);
        let mut random = [0; 16];
        random[..8].copy_from_slice(&self.process);
        random[8..].copy_from_slice(&number.to_le_bytes());
        TxnId::new(number, random)
    }
}

fn key(number: u64) -> Vec<u8> {
    format!("f/orders-service-{number:08}-handler").into_bytes()
}

/// A function's record: what tells it from others, and the rest as one text.
fn value(number: u64, revision: u64) -> Result<Encoded, Failure> {
    const TEXT: &str =
        "arn:aws:lambda:us-east-1:000000000000:layer:shared-runtime-helpers:17 LOG_LEVEL=info ";
    // Two numbers, and the length of the text.
    let mut text = TEXT.repeat(FUNCTION_BYTES / TEXT.len() + 1);
    text.truncate(FUNCTION_BYTES - 3 * size_of::<u64>());
    Ok(codec::encode(16, &(number, revision, text))?)
}

/// Random bytes of the system.
struct Random;

impl Entropy for Random {
    fn bytes(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        let read = File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes));
        read.expect("the system has random bytes");
        bytes
    }
}

/// Draws numbers; the same ones for the same thread.
pub(crate) struct Draws(u64);

impl Draws {
    pub(crate) fn new(thread: u64) -> Self {
        Self(0x9e37_79b9_7f4a_7c15 ^ (thread + 1))
    }

    /// Xorshift.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}
