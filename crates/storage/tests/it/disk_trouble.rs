//! Full disks and failing syncs: what is refused, what is unknown, and what can still be read.

use std::sync::mpsc;

use funclet_storage::{
    Backend, BlobDigest, CommitError, LocalBackend, Maintenance, Outcome, ReadError, StoreError,
};
use funclet_testkit::{Keep, Operation, SimVfs};

use crate::script::{
    blob, content, get, id, inline, open, options, put, refused, scope, segments, text, try_get, upload,
};

/// Writes records with blobs until the disk is full. Returns how many were acknowledged.
fn fill_up(store: &dyn Backend) -> u8 {
    for seed in 0..u8::MAX {
        let content = content(seed, 50 << 10);
        match store.transact(&scope(), id(seed.into()), &mut |tx| inline(tx, &content)) {
            Ok(_) => {}
            Err(CommitError::Full) => return seed,
            Err(other) => panic!("{other}"),
        }
    }
    panic!("the disk never filled up");
}

fn assert_filled(store: &dyn Backend, acknowledged: u8) {
    for seed in 0..acknowledged {
        let content = content(seed, 50 << 10);
        assert!(blob(store, &BlobDigest::of(&content)).as_deref() == Some(&content), "blob {seed}");
    }
}

#[test]
fn a_full_disk_refuses_and_harms_nothing() {
    for maintenance in [Maintenance::Inline, Maintenance::Thread] {
        let vfs = SimVfs::new();
        let store = LocalBackend::open(&options(&vfs).maintenance(maintenance)).unwrap();
        vfs.set_capacity_bytes(Some(4 << 20));
        let acknowledged = fill_up(&store);
        assert!(acknowledged > 20, "{acknowledged}");
        assert_filled(&store, acknowledged);
        // What still fits is still taken, and nothing has failed for good.
        put(&store, 900, "small", "fits").unwrap();
        vfs.set_capacity_bytes(None);
        put(&store, 901, "k", &"x".repeat(60 << 10)).unwrap();
        for keep in [Keep::Nothing, Keep::Everything] {
            let again = open(&vfs.crash(keep)).unwrap();
            assert_filled(&again, acknowledged);
            assert_eq!(get(&again, "small").as_deref(), Some("fits"));
        }
    }
}

#[test]
fn a_refused_segment_gives_its_room_back() {
    let vfs = SimVfs::new();
    let store = open(&vfs).unwrap();
    vfs.set_capacity_bytes(Some(4 << 20));
    fill_up(&store);
    let left: Vec<_> = vfs.files().into_iter().filter(|path| path.starts_with("store/tmp")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_full_disk_takes_no_blob() {
    let vfs = SimVfs::new();
    let store = open(&vfs).unwrap();
    vfs.set_capacity_bytes(Some(300 << 10));
    let files = vfs.files();
    let large = content(1, 200 << 10);
    let full = upload(&store, &large).unwrap_err();
    assert!(matches!(full, StoreError::Full { .. }), "{full:?}");
    assert!(full.to_string().starts_with("no space left for store/tmp/blob-"), "{full}");
    assert_eq!(vfs.files(), files, "nothing is left of it");
    put(&store, 1, "k", "v").unwrap();
    vfs.set_capacity_bytes(None);
    assert_eq!(upload(&store, &large).unwrap().digest(), BlobDigest::of(&large));
    assert!(blob(&store, &BlobDigest::of(&large)).as_deref() == Some(&large));
}

#[test]
fn a_store_does_not_open_on_a_full_disk_and_is_none_the_worse() {
    let vfs = SimVfs::new();
    put(&open(&vfs).unwrap(), 1, "k", "v").unwrap();
    vfs.set_capacity_bytes(Some(1));
    assert!(matches!(refused(&vfs), StoreError::Full { .. }));
    vfs.set_capacity_bytes(None);
    assert_eq!(get(&open(&vfs).unwrap(), "k").as_deref(), Some("v"));
}

/// One transaction is being synced when the disk fails; five more wait for the next sync.
#[test]
fn a_failing_sync_leaves_everybody_who_waits_in_doubt() {
    for maintenance in [Maintenance::Inline, Maintenance::Thread] {
        let vfs = SimVfs::new();
        let store = LocalBackend::open(&options(&vfs).maintenance(maintenance)).unwrap();
        put(&store, 1, "durable", "yes").unwrap();
        vfs.fail(Operation::SyncData, 1);
        let held = vfs.hold_syncs();
        let (sender, answers) = mpsc::channel();
        std::thread::scope(|threads| {
            let first = threads.spawn(|| put(&store, 2, "first", "?"));
            held.wait_for_a_sync();
            for number in 3..8 {
                let sender = sender.clone();
                let body = Box::new(move |tx: &mut dyn funclet_storage::Tx| {
                    tx.get(b"more")?;
                    tx.put(b"more", text("?"))
                });
                store.submit(&scope(), id(number), body, Box::new(move |end| sender.send(end).unwrap()));
            }
            drop(held);
            let ended = first.join().unwrap();
            assert!(
                matches!(ended, Err(CommitError::OutcomeUnknown { id: of, .. }) if of == id(2)),
                "{ended:?}"
            );
        });
        let mut in_doubt: Vec<_> = (3..8)
            .map(|_| match answers.recv().unwrap() {
                Err(CommitError::OutcomeUnknown { id, .. }) => id.time_ms(),
                other => panic!("{other:?}"),
            })
            .collect();
        in_doubt.sort_unstable();
        assert_eq!(in_doubt, [3, 4, 5, 6, 7]);
        poisoned(&store, &vfs);
        drop(store);
        for (keep, landed) in [(Keep::Nothing, 0), (Keep::Everything, 1)] {
            let again = open(&vfs.crash(keep)).unwrap();
            assert_eq!(get(&again, "durable").as_deref(), Some("yes"));
            let committed =
                |number| matches!(again.resolve(&scope(), id(number)).unwrap(), Outcome::Committed(_));
            // Only what had been written can have landed.
            assert_eq!((2..8).filter(|number| committed(*number)).count(), landed, "{keep:?}");
            assert_eq!(get(&again, "first").is_some(), landed == 1);
            put(&again, 10, "first", "now").unwrap();
        }
    }
}

/// Nothing can be written any more, what is durable can be read, and of the rest nobody is told anything.
fn poisoned(store: &LocalBackend, vfs: &SimVfs) {
    let before = vfs.counts().total();
    for _ in 0..2 {
        let ended = put(store, 8, "k", "v");
        assert!(matches!(ended, Err(CommitError::Failed(StoreError::Poisoned { .. }))), "{ended:?}");
    }
    let (sender, answers) = mpsc::channel();
    store.submit(
        &scope(),
        id(9),
        Box::new(|tx| tx.event(vec![1])),
        Box::new(move |end| sender.send(end).unwrap()),
    );
    let ended = answers.try_recv().unwrap();
    assert!(matches!(ended, Err(CommitError::Failed(StoreError::Poisoned { .. }))), "{ended:?}");
    assert_eq!(get(store, "durable").as_deref(), Some("yes"));
    let in_doubt = try_get(store, "first");
    assert!(matches!(in_doubt, Err(ReadError::Store(StoreError::Poisoned { .. }))), "{in_doubt:?}");
    for number in [2, 3, 99] {
        let resolved = store.resolve(&scope(), id(number));
        assert!(matches!(resolved, Err(ReadError::Store(StoreError::Poisoned { .. }))), "{resolved:?}");
    }
    assert!(matches!(store.resolve(&scope(), id(1)).unwrap(), Outcome::Committed(_)));
    assert!(store.close().is_err());
    assert_eq!(vfs.counts().total(), before, "nothing was written after the failure");
}

#[test]
fn a_failing_write_is_as_bad_as_a_failing_sync() {
    let vfs = SimVfs::new();
    let store = open(&vfs).unwrap();
    put(&store, 1, "durable", "yes").unwrap();
    vfs.fail(Operation::Write, 1);
    let ended = put(&store, 2, "first", "?");
    assert!(matches!(ended, Err(CommitError::OutcomeUnknown { .. })), "{ended:?}");
    let ended = put(&store, 3, "k", "v");
    assert!(matches!(ended, Err(CommitError::Failed(StoreError::Poisoned { .. }))), "{ended:?}");
    drop(store);
    let again = open(&vfs).unwrap();
    assert_eq!(again.resolve(&scope(), id(2)).unwrap(), Outcome::NeverWill);
}

/// The operations of a rotation fail, one each time.
#[test]
fn a_failing_rotation_loses_nothing() {
    let failing = [
        (Operation::Write, 1),
        (Operation::SyncData, 1),
        (Operation::SyncData, 2),
        (Operation::Rename, 1),
        (Operation::SyncDir, 1),
        (Operation::SyncData, 3),
    ];
    for (operation, nth) in failing {
        let vfs = SimVfs::new();
        let store = LocalBackend::open(&options(&vfs).inline_bytes_max(256 << 10)).unwrap();
        let (first, second) = (content(1, 200 << 10), content(2, 200 << 10));
        store.transact(&scope(), id(1), &mut |tx| inline(tx, &first)).unwrap();
        // Only the second record needs another segment.
        vfs.fail(operation, nth);
        let ended = store.transact(&scope(), id(2), &mut |tx| inline(tx, &second));
        let acknowledged = ended.is_ok();
        drop(store);
        for keep in [Keep::Nothing, Keep::Everything] {
            let again = open(&vfs.crash(keep)).unwrap();
            let what = format!("{operation:?} {nth}, {keep:?}, {ended:?}");
            assert!(blob(&again, &BlobDigest::of(&first)).as_deref() == Some(&first), "{what}");
            let there = blob(&again, &BlobDigest::of(&second)).is_some();
            assert!(there || !acknowledged, "{what}");
            let committed = matches!(again.resolve(&scope(), id(2)).unwrap(), Outcome::Committed(_));
            assert_eq!(there, committed, "{what}");
            if let Err(CommitError::Failed(_) | CommitError::Full) = ended {
                assert!(!committed, "{what}: surely not done");
            }
        }
    }
}

#[test]
fn a_failing_opening_can_be_tried_again() {
    let vfs = SimVfs::new();
    put(&open(&vfs).unwrap(), 1, "k", "v").unwrap();
    let before = vfs.counts().total();
    let image = vfs.crash(Keep::Everything);
    drop(open(&image).unwrap());
    let operations = image.counts().total();
    assert!(before > 0 && operations > 4);
    for operation in
        [Operation::Create, Operation::Write, Operation::SyncData, Operation::SyncDir, Operation::Rename]
    {
        let image = vfs.crash(Keep::Everything);
        image.fail(operation, 1);
        assert!(matches!(refused(&image), StoreError::Io { .. }), "{operation:?}");
        assert_eq!(get(&open(&image).unwrap(), "k").as_deref(), Some("v"), "{operation:?}");
        assert!(segments(&image).len() <= 3);
    }
}

/// The log thread writes a watermark when it is idle. Should that fail, nobody may be forgotten.
#[test]
fn a_failing_watermark_answers_who_came_meanwhile() {
    let vfs = SimVfs::new();
    let store = LocalBackend::open(&options(&vfs).maintenance(Maintenance::Thread)).unwrap();
    put(&store, 1, "k", "v").unwrap();
    vfs.fail(Operation::SyncData, 1);
    let held = vfs.hold_syncs();
    // Nobody writes, so this is the watermark's.
    held.wait_for_a_sync();
    let (sender, answers) = mpsc::channel();
    store.submit(
        &scope(),
        id(2),
        Box::new(|tx| tx.event(vec![1])),
        Box::new(move |end| sender.send(end).unwrap()),
    );
    drop(held);
    let ended = answers.recv_timeout(std::time::Duration::from_secs(30)).expect("an answer");
    assert!(matches!(ended, Err(CommitError::OutcomeUnknown { .. })), "{ended:?}");
}
