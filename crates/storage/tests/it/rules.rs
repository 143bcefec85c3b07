//! Each bound of a transaction, at it and beyond it, and each rule. Every backend keeps them.

use bytes::Bytes;
use funclet_storage::{
    Abort, Backend, BlobDigest, CommitError, LocalBackend, MemoryBackend, RuleBroken, Scope, Tx, codec,
    limits,
};
use funclet_testkit::SimVfs;

use crate::script::{id, inline, open, scope, text};

type Body<'a> = dyn FnMut(&mut dyn Tx) -> Result<(), Abort> + 'a;

fn stores() -> [Box<dyn Backend>; 2] {
    let local: LocalBackend = open(&SimVfs::new()).unwrap();
    [Box::new(MemoryBackend::new()), Box::new(local)]
}

/// Runs the body on a new store of each kind, and then one that is within all rules.
fn run(body: &mut Body<'_>) -> Result<(), RuleBroken> {
    let ends = stores().map(|store| {
        let ended = store.transact(&scope(), id(1), &mut |tx| body(tx));
        crate::script::put(&*store, 2, "still", "works").unwrap();
        match ended {
            Ok(_) => Ok(()),
            Err(CommitError::Rule(rule)) => Err(rule),
            Err(other) => panic!("{other}"),
        }
    });
    assert_eq!(ends[0], ends[1], "the backends differ");
    ends.into_iter().next().unwrap()
}

/// Puts a value of `length` payload bytes. A text takes 8 bytes for its length.
fn put_long(tx: &mut dyn Tx, key: &[u8], length: usize) -> Result<(), Abort> {
    tx.get(key)?;
    tx.put(key, text(&"x".repeat(length - 8)))
}

fn key(number: usize) -> Vec<u8> {
    format!("k{number:04}").into_bytes()
}

#[test]
fn keys_read() {
    let reads = |count: usize| run(&mut |tx| (0..count).try_for_each(|n| Ok(tx.get(&key(n)).map(drop)?)));
    assert_eq!(reads(limits::KEYS_READ_MAX), Ok(()));
    assert_eq!(reads(limits::KEYS_READ_MAX + 1), Err(RuleBroken::KeysRead(limits::KEYS_READ_MAX)));
}

#[test]
fn pages_count_as_reads() {
    let pages = |count| run(&mut |tx| (0..count).try_for_each(|_| Ok(tx.scan(b"k", None, 9).map(drop)?)));
    assert_eq!(pages(limits::KEYS_READ_MAX), Ok(()));
    assert_eq!(pages(limits::KEYS_READ_MAX + 1), Err(RuleBroken::KeysRead(limits::KEYS_READ_MAX)));
}

#[test]
fn a_plain_read_is_of_any_length() {
    for store in stores() {
        let mut body =
            |view: &dyn funclet_storage::View| (0..1000).try_for_each(|n| view.get(&key(n)).map(drop));
        store.read(&scope(), &mut body).unwrap();
    }
}

#[test]
fn keys_written() {
    let add = |tx: &mut dyn Tx, n| tx.bounded_add(&key(n), 1, 9);
    let writes = |count: usize| run(&mut |tx| (0..count).try_for_each(|n| add(tx, n)));
    assert_eq!(writes(limits::KEYS_WRITTEN_MAX), Ok(()));
    assert_eq!(writes(limits::KEYS_WRITTEN_MAX + 1), Err(RuleBroken::KeysWritten(limits::KEYS_WRITTEN_MAX)));
    // Keys, counters and references count together.
    let mixed = run(&mut |tx| {
        (0..limits::KEYS_WRITTEN_MAX - 1).try_for_each(|n| add(tx, n))?;
        put_long(tx, b"one", 9)?;
        inline(tx, b"and one more")
    });
    assert_eq!(mixed, Err(RuleBroken::KeysWritten(limits::KEYS_WRITTEN_MAX)));
}

#[test]
fn key_length() {
    let max = limits::KEY_BYTES_MAX;
    for (length, expected) in [
        (1, Ok(())),
        (max, Ok(())),
        (0, Err(RuleBroken::KeyLength { max, got: 0 })),
        (max + 1, Err(RuleBroken::KeyLength { max, got: max + 1 })),
    ] {
        let key = vec![b'k'; length];
        assert_eq!(run(&mut |tx| put_long(tx, &key, 9)), expected, "put, {length}");
        assert_eq!(run(&mut |tx| tx.bounded_add(&key, 1, 1)), expected, "bounded_add, {length}");
    }
}

#[test]
fn value_length() {
    let max = limits::VALUE_BYTES_MAX;
    assert_eq!(run(&mut |tx| put_long(tx, b"k", max)), Ok(()));
    let broken = RuleBroken::ValueLength { max, got: max + 1 };
    assert_eq!(run(&mut |tx| put_long(tx, b"k", max + 1)), Err(broken));
}

#[test]
fn transaction_length() {
    let max = limits::TRANSACTION_BYTES_MAX;
    // Four values of the longest kind less their keys are exactly the bound.
    let four = |last: usize| {
        run(&mut |tx| {
            (0..3).try_for_each(|n| put_long(tx, &[b'0' + n], limits::VALUE_BYTES_MAX - 1))?;
            put_long(tx, b"3", last)
        })
    };
    assert_eq!(four(limits::VALUE_BYTES_MAX - 1), Ok(()));
    let broken = RuleBroken::TransactionLength { max, got: max + 1 };
    assert_eq!(four(limits::VALUE_BYTES_MAX), Err(broken));
}

#[test]
fn events_count_with_what_they_need_in_the_record() {
    let max = limits::TRANSACTION_BYTES_MAX;
    assert_eq!(run(&mut |tx| tx.event(vec![0; max - 4])), Ok(()));
    let broken = RuleBroken::TransactionLength { max, got: max + 1 };
    assert_eq!(run(&mut |tx| tx.event(vec![0; max - 3])), Err(broken));
    // Empty ones too: otherwise a record could grow without bound.
    let empty = run(&mut |tx| (0..=max).try_for_each(|_| tx.event(Vec::new())));
    assert!(matches!(empty, Err(RuleBroken::TransactionLength { .. })), "{empty:?}");
}

#[test]
fn inlined_length() {
    let max = limits::INLINED_BYTES_MAX;
    let inlined = |lengths: [usize; 2]| {
        run(&mut |tx| lengths.iter().zip(1..).try_for_each(|(length, seed)| inline(tx, &vec![seed; *length])))
    };
    assert_eq!(inlined([max / 2, max / 2]), Ok(()));
    let broken = RuleBroken::InlinedLength { max, got: max + 1 };
    assert_eq!(inlined([max / 2, max / 2 + 1]), Err(broken));
}

#[test]
fn tiny_inlined_blobs_count_with_what_they_need_in_the_record() {
    let tiny = run(&mut |tx| {
        (0..100_000_u32).try_for_each(|n| {
            let content = Bytes::copy_from_slice(&n.to_le_bytes());
            // The digest is not the content's: only the number of blobs matters here.
            let mut name = [0; 32];
            name[..4].copy_from_slice(&content);
            tx.inline_blob(BlobDigest::from_bytes(name), content)
        })
    });
    assert!(matches!(tiny, Err(RuleBroken::TransactionLength { .. })), "{tiny:?}");
}

#[test]
fn the_largest_transaction_of_all_commits() {
    let all = run(&mut |tx| {
        (0..3).try_for_each(|n| put_long(tx, &[b'0' + n], limits::VALUE_BYTES_MAX - 1))?;
        // 85 bytes are left for the reference to the blob.
        put_long(tx, b"3", limits::VALUE_BYTES_MAX - 1 - 85)?;
        inline(tx, &vec![1; limits::INLINED_BYTES_MAX])
    });
    assert_eq!(all, Ok(()));
}

#[test]
fn blind_writes() {
    let blind = || Err(RuleBroken::BlindWrite("k".into()));
    assert_eq!(run(&mut |tx| tx.put(b"k", text("v"))), blind());
    assert_eq!(run(&mut |tx| tx.delete(b"k")), blind());
    assert_eq!(run(&mut |tx| tx.get(b"other").map(drop).map_err(Into::into)), Ok(()));
    // What a page showed was read.
    for store in stores() {
        crate::script::put(&*store, 1, "k", "v").unwrap();
        let scanned = store.transact(&scope(), id(2), &mut |tx| {
            tx.scan(b"", None, 10)?;
            tx.delete(b"k")
        });
        scanned.unwrap();
        assert_eq!(crate::script::get(&*store, "k"), None);
    }
}

#[test]
fn reserved_keys_and_kinds() {
    let reserved = |key: &str| Err(RuleBroken::Reserved(key.into()));
    let put = |tx: &mut dyn Tx, key: &[u8], kind| {
        tx.get(key)?;
        tx.put(key, codec::encode(kind, &"v").unwrap())
    };
    assert_eq!(run(&mut |tx| put(tx, b"k", codec::CALLER_KIND_MIN - 1)), reserved("k"));
    assert_eq!(run(&mut |tx| put(tx, b"k", codec::CALLER_KIND_MIN)), Ok(()));
    assert_eq!(run(&mut |tx| put(tx, b"b/k", 16)), reserved("b/k"));
    assert_eq!(
        run(&mut |tx| tx.get(b"b/k").map_err(Abort::from).and_then(|_| tx.delete(b"b/k"))),
        reserved("b/k")
    );
    assert_eq!(run(&mut |tx| tx.bounded_add(b"b/k", 1, 9)), reserved("b/k"));
}

#[test]
fn the_store_has_a_scope_of_its_own() {
    let own = Scope::new("_store").unwrap();
    for store in stores() {
        let ended = store.transact(&own, id(1), &mut |tx| {
            tx.get(b"meta")?;
            tx.put(b"meta", text("mine now"))
        });
        assert!(matches!(ended, Err(CommitError::Rule(RuleBroken::Reserved(_)))), "{ended:?}");
        crate::script::put(&*store, 2, "k", "v").unwrap();
        assert_eq!(store.scopes(None, 9).unwrap(), [scope()]);
    }
}

#[test]
fn blobs_are_known_before_they_are_held_and_held_before_they_are_released() {
    let digest = BlobDigest::of(b"blob");
    assert_eq!(run(&mut |tx| tx.hold(digest, 4)), Err(RuleBroken::UnknownBlob(digest)));
    assert_eq!(run(&mut |tx| tx.release(digest)), Err(RuleBroken::NotHeld(digest)));
    let once_too_often = run(&mut |tx| {
        inline(tx, b"blob")?;
        tx.release(digest)?;
        tx.release(digest)
    });
    assert_eq!(once_too_often, Err(RuleBroken::NotHeld(digest)));
}

#[test]
fn another_scopes_blob_is_not_known() {
    let other = Scope::new("b/r").unwrap();
    for store in stores() {
        store.transact(&scope(), id(1), &mut |tx| inline(tx, b"blob")).unwrap();
        let hold = |number| store.transact(&other, id(number), &mut |tx| tx.hold(BlobDigest::of(b"blob"), 4));
        assert!(matches!(hold(2), Err(CommitError::Rule(RuleBroken::UnknownBlob(_)))));
        let pin = crate::script::upload(&*store, b"blob").unwrap();
        hold(3).unwrap();
        drop(pin);
        hold(4).unwrap();
    }
}

#[test]
fn a_body_that_goes_on_after_a_broken_rule_commits_nothing() {
    let stubborn = run(&mut |tx| {
        assert!(tx.put(b"k", text("v")).is_err());
        put_long(tx, b"other", 9)
    });
    assert_eq!(stubborn, Err(RuleBroken::BlindWrite("k".into())));
    let stubborn = run(&mut |tx| {
        for n in 0..=limits::KEYS_WRITTEN_MAX {
            let _ = tx.bounded_add(&key(n), 1, 9);
        }
        Ok(())
    });
    assert_eq!(stubborn, Err(RuleBroken::KeysWritten(limits::KEYS_WRITTEN_MAX)));
}

#[test]
fn pages_end_at_a_mebibyte() {
    for store in stores() {
        for number in 0..20 {
            let put = store.transact(&scope(), id(number), &mut |tx| {
                put_long(tx, &key(number as usize), limits::VALUE_BYTES_MAX)
            });
            put.unwrap();
        }
        let (mut after, mut keys) = (None, Vec::new());
        loop {
            let mut page = funclet_storage::Page::default();
            store
                .read(&scope(), &mut |view| view.scan(b"k", after.as_deref(), 100).map(|found| page = found))
                .unwrap();
            let bytes: usize =
                page.entries.iter().map(|(key, value)| key.len() + value.payload().len()).sum();
            assert!(bytes <= limits::PAGE_BYTES_MAX && !page.entries.is_empty());
            keys.extend(page.entries.into_iter().map(|(key, _)| key));
            if !page.more {
                break;
            }
            after = keys.last().cloned();
        }
        assert_eq!(keys, (0..20).map(key).collect::<Vec<_>>());
    }
}

#[test]
fn pages_may_be_of_any_number_of_entries() {
    for store in stores() {
        for number in 0..4 {
            let put = store.transact(&scope(), id(number), &mut |tx| {
                (0..50).try_for_each(|n| put_long(tx, &key(number as usize * 50 + n), 9))
            });
            put.unwrap();
        }
        for (limit, found, more) in [
            (0, 0, true),
            (63, 63, true),
            (64, 64, true),
            (199, 199, true),
            (200, 200, false),
            (usize::MAX, 200, false),
        ] {
            let mut page = funclet_storage::Page::default();
            store.read(&scope(), &mut |view| view.scan(b"k", None, limit).map(|found| page = found)).unwrap();
            assert_eq!((page.entries.len(), page.more), (found, more), "limit {limit}");
        }
    }
}

#[test]
fn counters_are_bounded_above_when_they_grow_and_never_negative() {
    for store in stores() {
        let mut number = 0;
        let mut add = |delta, max| {
            number += 1;
            store.transact(&scope(), id(number), &mut |tx| tx.bounded_add(b"c", delta, max))
        };
        add(5, 5).unwrap();
        assert!(matches!(add(1, 5), Err(CommitError::Limit(counter)) if counter == b"c"));
        add(-1, 0).unwrap();
        assert!(matches!(add(1, 4), Err(CommitError::Limit(_))));
        add(1, 5).unwrap();
        add(-100, 5).unwrap();
        add(5, 5).unwrap();
        let within = store.transact(&scope(), id(99), &mut |tx| {
            tx.bounded_add(b"c", 3, 5)?;
            tx.bounded_add(b"c", -4, 5)
        });
        within.unwrap();
        add(1, 5).unwrap();
        assert!(matches!(add(1, 5), Err(CommitError::Limit(_))));
    }
}
