//! A store on every disk that a power cut may leave: what was acknowledged is there.

use std::sync::Arc;

use funclet_storage::{Backend, LocalBackend, LocalOptions, Scope, StoreError, TxnId, codec};

use super::*;
use crate::SeededEntropy;

fn open(vfs: &SimVfs, seed: u64) -> Result<LocalBackend, StoreError> {
    LocalBackend::open(
        &LocalOptions::new("store", Arc::new(SeededEntropy::new(seed))).vfs(Arc::new(vfs.clone())),
    )
}

fn scope() -> Scope {
    Scope::new("account/region").unwrap()
}

/// Commits the numbers from 1, a large blob among them, opens the store again in between, and marks what is acknowledged.
fn recorded(numbers: u64) -> Recording {
    let vfs = SimVfs::new();
    let mut store = open(&vfs, 1).unwrap();
    vfs.record();
    for number in 1..=numbers {
        if number == numbers / 2 {
            drop(store);
            store = open(&vfs, 2).unwrap();
            let mut blob = store.blobs().stage().unwrap();
            blob.push(&[7; 100 << 10]).unwrap();
            drop(store.blobs().store(blob.finish().unwrap()).unwrap());
        }
        let body = &mut |tx: &mut dyn funclet_storage::Tx| {
            tx.get(&number.to_be_bytes())?;
            tx.put(&number.to_be_bytes(), codec::encode(16, &number).unwrap())
        };
        store.transact(&scope(), TxnId::new(number, [1; 16]), body).unwrap();
        vfs.mark(number);
    }
    vfs.take_recording()
}

fn check(vfs: &SimVfs, marks: &[u64]) -> Result<(), String> {
    let store = open(vfs, 3).map_err(|error| error.to_string())?;
    for number in marks {
        let mut found = None;
        let read =
            store.read(&scope(), &mut |view| view.get(&number.to_be_bytes()).map(|value| found = value));
        read.map_err(|error| error.to_string())?;
        if found.is_none() {
            return Err(format!("{number} was acknowledged and is not there"));
        }
    }
    Ok(())
}

#[test]
fn a_store_keeps_what_it_acknowledged() {
    let how = Exploration { images_per_moment: 10, threads: 2, ..Exploration::default() };
    let explored = explore(&recorded(4), &how, &check);
    explored.assert_sound();
    assert!(explored.images > 50, "{explored:?}");
}
