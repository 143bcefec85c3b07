//! Random histories on every kind of store, against a model that is simple enough to be believed: maps.
//!
//! There are few names, so that operations meet. After every step all that can be read is compared.

mod kinds;
pub(crate) mod maps;

use std::collections::BTreeMap;

use bytes::Bytes;
use funclet_storage::{
    Abort, Backend, BlobDigest, EventBatch, Events, MemoryBackend, Outcome, Page, Position, Scope, Tx, TxnId,
    codec,
};
use funclet_testkit::{Keep, Mishaps, RemoteLike, SimVfs};
use proptest::prelude::*;

use crate::script::{KIND, blob, content, id};
use kinds::{InMemory, Kind, Simulated};
use maps::{End, Model, ScopeModel, table};

const SCOPES: [&str; 2] = ["a/r", "a/r2"];
const BLOBS: u8 = 3;
const COUNTER: &[u8] = b"c/n";
/// Longer than what rides in a record, here.
const FILE_BYTES: usize = 700;
pub(crate) const INLINE_BYTES_MAX: usize = 600;

#[derive(Debug, Clone)]
pub(crate) enum Action {
    Put {
        key: u8,
        value: u8,
    },
    Delete {
        key: u8,
    },
    Add {
        delta: i64,
        max: u64,
    },
    /// Holds a blob that rides in the record.
    Inline {
        blob: u8,
    },
    /// Holds a blob that was uploaded before.
    Upload {
        blob: u8,
    },
    Release {
        blob: u8,
        uploaded: bool,
    },
    Event {
        event: u8,
    },
}

#[derive(Debug, Clone)]
enum Step {
    Transact { scope: usize, actions: Vec<Action>, refuse: bool },
    Page { scope: usize, prefix: u8, after: Option<u8>, limit: usize },
    Reopen,
    Crash { keep: Keep },
}

pub(crate) fn action() -> impl Strategy<Value = Action> {
    let blob = 0..BLOBS;
    prop_oneof![
        4 => (0..6_u8, any::<u8>()).prop_map(|(key, value)| Action::Put { key, value }),
        2 => (0..6_u8).prop_map(|key| Action::Delete { key }),
        2 => (-3..4_i64, 3..6_u64).prop_map(|(delta, max)| Action::Add { delta, max }),
        1 => blob.clone().prop_map(|blob| Action::Inline { blob }),
        1 => blob.clone().prop_map(|blob| Action::Upload { blob }),
        2 => (blob, any::<bool>()).prop_map(|(blob, uploaded)| Action::Release { blob, uploaded }),
        1 => any::<u8>().prop_map(|event| Action::Event { event }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let transact = (0..2_usize, prop::collection::vec(action(), 0..5), prop::bool::weighted(0.1));
    prop_oneof![
        12 => transact.prop_map(|(scope, actions, refuse)| Step::Transact { scope, actions, refuse }),
        3 => (0..2_usize, 0..3_u8, prop::option::of(0..7_u8), 0..5_usize)
            .prop_map(|(scope, prefix, after, limit)| Step::Page { scope, prefix, after, limit }),
        1 => Just(Step::Reopen),
        1 => prop_oneof![Just(Keep::Nothing), Just(Keep::Everything)].prop_map(|keep| Step::Crash { keep }),
    ]
}

fn history() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 1..25)
}

pub(crate) fn scope(number: usize) -> Scope {
    Scope::new(SCOPES[number]).unwrap()
}

/// Keys of two kinds, so that a prefix can leave some out.
fn key(number: u8) -> Vec<u8> {
    format!("{}/{number}", if number < 4 { "f" } else { "g" }).into_bytes()
}

fn value(number: u8) -> String {
    number.to_string().repeat(usize::from(number % 40))
}

/// The content of a blob; one that is uploaded is another one than that which is inlined.
pub(crate) fn blob_content(number: u8, uploaded: bool) -> Vec<u8> {
    let length = if uploaded { FILE_BYTES } else { usize::from(number) * 100 };
    content(number, length)
}

/// The same transaction on a store.
fn transact(store: &dyn Backend, number: usize, txn: TxnId, actions: &[Action], refuse: bool) -> End {
    // Blobs that were uploaded stay pinned until the transaction is through.
    let pins: Vec<_> = actions
        .iter()
        .filter_map(|action| match action {
            Action::Upload { blob } => {
                Some(crate::script::upload(store, &blob_content(*blob, true)).unwrap())
            }
            _ => None,
        })
        .collect();
    let result = store.transact(&scope(number), txn, &mut |tx| {
        actions.iter().try_for_each(|action| act(tx, action))?;
        if refuse { Err(Abort::Refused) } else { Ok(()) }
    });
    drop(pins);
    End::from(&result)
}

pub(crate) fn act(tx: &mut dyn Tx, action: &Action) -> Result<(), Abort> {
    match action {
        Action::Put { key: k, value: v } => {
            tx.get(&key(*k))?;
            tx.put(&key(*k), codec::encode(KIND, &value(*v)).unwrap())
        }
        Action::Delete { key: k } => {
            tx.get(&key(*k))?;
            tx.delete(&key(*k))
        }
        Action::Add { delta, max } => tx.bounded_add(COUNTER, *delta, *max),
        Action::Inline { blob } => {
            let content = blob_content(*blob, false);
            let (digest, size) = (BlobDigest::of(&content), content.len() as u64);
            tx.inline_blob(digest, Bytes::from(content))?;
            tx.hold(digest, size)
        }
        Action::Upload { blob } => tx.hold(BlobDigest::of(&blob_content(*blob, true)), FILE_BYTES as u64),
        Action::Release { blob, uploaded } => tx.release(BlobDigest::of(&blob_content(*blob, *uploaded))),
        Action::Event { event } => tx.event(vec![*event]),
    }
}

fn page(store: &dyn Backend, number: usize, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Page {
    let mut page = Page::default();
    store
        .read(&scope(number), &mut |view| view.scan(prefix, after, limit).map(|found| page = found))
        .unwrap();
    page
}

/// Compares a page with the model's.
fn compare_page(
    store: &dyn Backend,
    model: &Model,
    number: usize,
    prefix: u8,
    after: Option<u8>,
    limit: usize,
) {
    let prefix = [&b""[..], b"f/", b"g/"][usize::from(prefix)];
    let after = after.map(key);
    let everything = table(&model.scopes[number]);
    let mut expected = everything
        .iter()
        .filter(|(key, _)| key.starts_with(prefix) && after.as_ref().is_none_or(|after| *key > after));
    let entries: Vec<_> =
        expected.by_ref().take(limit).map(|(key, payload)| (key.clone(), payload.clone())).collect();
    let found = page(store, number, prefix, after.as_deref(), limit);
    let payloads: Vec<_> =
        found.entries.iter().map(|(key, value)| (key.clone(), value.payload().to_vec())).collect();
    assert_eq!(payloads, entries);
    assert_eq!(found.more, expected.next().is_some());
}

/// Compares everything that can be read.
pub(crate) fn compare(store: &dyn Backend, model: &Model) {
    for (number, expected) in model.scopes.iter().enumerate() {
        let found = page(store, number, b"", None, 100);
        let found: BTreeMap<_, _> =
            found.entries.into_iter().map(|(key, value)| (key, value.payload().to_vec())).collect();
        assert_eq!(found, table(expected), "scope {number}");
        for (digest, (content, _)) in &expected.held {
            assert!(blob(store, digest).as_ref() == Some(content), "blob {digest}");
        }
    }
    let holding = model.scopes.iter().enumerate().filter(|(_, scope)| **scope != ScopeModel::default());
    let holding: Vec<_> = holding.map(|(number, _)| scope(number)).collect();
    assert_eq!(store.scopes(None, 10).unwrap(), holding);
    assert_eq!(
        store.scopes(Some(&scope(0)), 10).unwrap(),
        holding.iter().filter(|s| **s != scope(0)).cloned().collect::<Vec<_>>()
    );
    compare_events(store, model);
    for (number, txn, committed) in &model.outcomes {
        let outcome = store.resolve(&scope(*number), *txn).unwrap();
        assert_eq!(matches!(outcome, Outcome::Committed(_)), *committed, "{txn}");
    }
}

fn batches(store: &dyn Backend, after: Position, limit: usize) -> Vec<EventBatch> {
    match store.events(after, limit).unwrap() {
        Events::Batches(batches) => batches,
        lost => panic!("{lost:?}"),
    }
}

fn compare_events(store: &dyn Backend, model: &Model) {
    let all = batches(store, Position::START, 1000);
    let found: Vec<_> = all.iter().map(|batch| (batch.scope.clone(), batch.events.clone())).collect();
    let expected: Vec<_> =
        model.events.iter().map(|(number, events)| (scope(*number), events.clone())).collect();
    assert_eq!(found, expected);
    // Two by two, going on where it stopped.
    let (mut paged, mut after) = (Vec::new(), Position::START);
    while let [.., last] = &batches(store, after, 2)[..] {
        paged.extend(batches(store, after, 2));
        after = last.position;
    }
    assert_eq!(paged, all);
}

fn play(kind: &mut dyn Kind, history: &[Step]) {
    let (mut store, mut model) = (kind.open(), Model::default());
    for (number, step) in history.iter().enumerate() {
        let txn = id(number as u64);
        match step {
            Step::Transact { scope, actions, refuse } => {
                let expected = model.transact(*scope, txn, actions, *refuse);
                assert_eq!(
                    transact(&*store, *scope, txn, actions, *refuse),
                    expected,
                    "step {number}: {step:?}"
                );
            }
            Step::Page { scope, prefix, after, limit } => {
                compare_page(&*store, &model, *scope, *prefix, *after, *limit);
            }
            Step::Reopen => store = kind.reopen(store, None),
            Step::Crash { keep } => store = kind.reopen(store, Some(*keep)),
        }
        compare(&*store, &model);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn in_memory(history in history()) {
        play(&mut InMemory(|| Box::new(MemoryBackend::new())), &history);
    }

    #[test]
    fn in_memory_with_bodies_that_run_again(history in history()) {
        let open = || -> Box<dyn Backend> {
            let mishaps = Mishaps { rerun: 0.5, not_at_hand: 0.5, ..Mishaps::default() };
            Box::new(RemoteLike::new(1).with_mishaps(mishaps))
        };
        play(&mut InMemory(open), &history);
    }

    #[test]
    fn on_a_simulated_disk(history in history(), overlay_bytes_max in prop_oneof![Just(0_usize), Just(300), Just(1 << 20)]) {
        play(&mut Simulated { vfs: SimVfs::new(), overlay_bytes_max }, &history);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[cfg(feature = "sled")]
    #[test]
    fn with_sled(history in history()) {
        let directory = tempfile::tempdir().unwrap();
        play(&mut kinds::Sled(directory.path()), &history);
    }
}
