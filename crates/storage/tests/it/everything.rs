//! Everything that can be read of a store, to be compared.

use std::collections::BTreeMap;

use funclet_storage::{Backend, BlobDigest, EventBatch, Events, Outcome, Position, Scope, TxnId, Value};

use crate::script::{blob, content, id, inline, put, text, upload};

/// Everything that a store answers.
#[derive(PartialEq)]
pub(crate) struct Everything {
    entries: BTreeMap<(String, Vec<u8>), Value>,
    /// The last position that is lost, and everything after it.
    events: (Position, Vec<EventBatch>),
    outcomes: Vec<(TxnId, Outcome)>,
    blobs: Vec<Option<Vec<u8>>>,
    time_ms_max: u64,
}

impl Everything {
    /// Reads all of it; `txns` are the transactions that are asked for.
    pub(crate) fn of(store: &dyn Backend, txns: &[TxnId]) -> Self {
        let scopes = store.scopes(None, 100).unwrap();
        let mut entries = BTreeMap::new();
        for scope in &scopes {
            store
                .read(scope, &mut |view| {
                    let page = view.scan(b"", None, 10_000)?;
                    assert!(!page.more);
                    for (key, value) in page.entries {
                        entries.insert((scope.to_string(), key), value);
                    }
                    Ok(())
                })
                .unwrap();
        }
        let references = entries.keys().filter_map(|(_, key)| key.strip_prefix(b"b/"));
        let digests = references.map(|digest| BlobDigest::from_bytes(digest.try_into().unwrap()));
        let blobs = digests.map(|digest| blob(store, &digest)).collect();
        let outcome = |txn: &TxnId| (*txn, store.resolve(&scopes[0], *txn).unwrap());
        let outcomes = txns.iter().map(outcome).collect();
        Self { blobs, events: events(store), outcomes, time_ms_max: store.time_ms_max(), entries }
    }
}

fn events(store: &dyn Backend) -> (Position, Vec<EventBatch>) {
    let (mut lost, mut all) = (Position::START, Vec::new());
    loop {
        let after = all.last().map_or(lost, |batch: &EventBatch| batch.position);
        match store.events(after, 7).unwrap() {
            Events::Lost { oldest } => lost = oldest,
            Events::Batches(batches) if batches.is_empty() => return (lost, all),
            Events::Batches(batches) => all.extend(batches),
        }
    }
}

/// Writes something of every kind in two scopes, so much that events get lost. Returns the transactions, and one that never
/// was.
pub(crate) fn write_everything(store: &dyn Backend) -> Vec<TxnId> {
    let scopes = ["a/r", "b/r"].map(|name| Scope::new(name).unwrap());
    let mut next = 1_000;
    let mut txns = Vec::new();
    let mut draw = || {
        next += 1;
        txns.push(id(next));
        id(next)
    };
    for number in 0..40 {
        let txn = draw();
        put(store, txn.time_ms(), &format!("k{}", number % 15), &format!("{number:0500}")).unwrap();
    }
    for (number, scope) in scopes.iter().enumerate() {
        let (riding, in_file) = (content(1, 5_000), content(2, 100_000));
        let gone = content(3 + number as u8, 5_000);
        let pin = upload(store, &in_file).unwrap();
        store
            .transact(scope, draw(), &mut |tx| {
                inline(tx, &riding)?;
                inline(tx, &gone)?;
                tx.hold(pin.digest(), pin.size())?;
                tx.bounded_add(b"c/n", 3 + number as i64, 9)?;
                tx.get(b"gone")?;
                tx.put(b"gone", text("soon"))
            })
            .unwrap();
        store
            .transact(scope, draw(), &mut |tx| {
                tx.release(BlobDigest::of(&gone))?;
                tx.bounded_add(b"c/n", -1, 9)?;
                tx.get(b"gone")?;
                tx.delete(b"gone")
            })
            .unwrap();
        for _ in 0..3 {
            let many =
                |tx: &mut dyn funclet_storage::Tx| (0..2_500).try_for_each(|n| tx.event(vec![n as u8; 3]));
            store.transact(scope, draw(), &mut |tx| many(tx)).unwrap();
        }
    }
    txns.push(id(5_000));
    txns
}
