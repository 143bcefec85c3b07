//! Checkpoints in trouble: on a disk that fails or is full, in callbacks, beside each other, on a store that is closed or
//! takes no writes. The store goes on, and nothing that was acknowledged is lost.

use std::path::Path;
use std::sync::{Arc, mpsc};

use funclet_storage::{Backend, CommitError, LocalBackend, StoreError, Vfs};
use funclet_testkit::{Exploration, Keep, Operation, SimVfs, explore};

use crate::concurrency::MAINTENANCE;
use crate::script::{
    ROOT, blob, content, files_in, get, id, inline, open, options, put, scope, segments, snapshots, text,
};
use crate::watchdog::Watchdog;
use crate::watched::Watched;

fn small(vfs: &SimVfs) -> funclet_storage::LocalOptions {
    options(vfs).segment_bytes(4 << 10, 4 << 10).checkpoint_bytes_min(u64::MAX)
}

/// A store with a snapshot, a log behind it, and blobs that ride there: `blobs` of them.
fn begun(vfs: &SimVfs, blobs: u8) -> LocalBackend {
    let store = LocalBackend::open(&small(vfs)).unwrap();
    for round in 0..2 {
        for number in 0..20 {
            put(&store, number, &format!("k{number}"), &format!("{round:0300}")).unwrap();
        }
        if round == 0 {
            store.checkpoint().unwrap();
            for seed in 0..blobs {
                let content = content(seed, 700);
                store.transact(&scope(), id(100 + u64::from(seed)), &mut |tx| inline(tx, &content)).unwrap();
            }
        }
    }
    store
}

fn is_whole(store: &dyn Backend, blobs: u8) -> Result<(), String> {
    for number in 0..20 {
        if get(store, &format!("k{number}")) != Some(format!("{:0300}", 1)) {
            return Err(format!("k{number} is lost"));
        }
    }
    for seed in 0..blobs {
        let content = content(seed, 700);
        if blob(store, &funclet_storage::BlobDigest::of(&content)).as_deref() != Some(&content[..]) {
            return Err(format!("blob {seed} is lost"));
        }
    }
    Ok(())
}

const FAILING: [Operation; 7] = [
    Operation::Create,
    Operation::Write,
    Operation::Rename,
    Operation::Remove,
    Operation::SyncData,
    Operation::SyncDir,
    Operation::SyncAll,
];

/// Each operation of a checkpoint fails, one each time; one blob is synced by itself, several are synced together.
#[test]
fn every_operation_may_fail() {
    let mut failed = 0;
    for (blobs, operation) in [1, 3].into_iter().flat_map(|blobs| FAILING.map(|operation| (blobs, operation)))
    {
        let counted = |vfs: &SimVfs| vfs.counts().of(operation);
        let vfs = SimVfs::new();
        let store = begun(&vfs, blobs);
        let before = counted(&vfs);
        store.checkpoint().unwrap();
        let calls = counted(&vfs) - before;
        failed += calls;
        for nth in 1..=calls {
            fails_at(blobs, operation, nth);
        }
    }
    assert!(failed > 30, "{failed}");
}

fn fails_at(blobs: u8, operation: Operation, nth: u64) {
    let what = format!("{blobs} blobs, {operation:?} {nth}");
    let vfs = SimVfs::new();
    let store = begun(&vfs, blobs);
    vfs.record();
    vfs.fail(operation, nth);
    let ended = store.checkpoint();
    // What cannot be removed is passed over.
    assert_eq!(ended.is_ok(), operation == Operation::Remove, "{what}: {ended:?}");
    put(&store, 200, "after", "it").unwrap();
    vfs.mark(1);
    is_whole(&store, blobs).unwrap();
    if let Err(error) = ended {
        assert!(matches!(error, StoreError::Io { .. }), "{what}: {error:?}");
        let before = vfs.counts().total();
        let again = store.checkpoint();
        assert!(matches!(again, Err(StoreError::Io { .. })), "{what}: {again:?}");
        assert_eq!(vfs.counts().total(), before, "{what}: no other checkpoint is tried");
        store.close().unwrap();
    } else {
        store.checkpoint().unwrap();
        store.close().unwrap();
    }
    drop(store);
    let how = Exploration { images_per_moment: 8, images_max: 60, ..Exploration::default() };
    let explored = explore(&vfs.take_recording(), &how, &|image, marks| {
        let store = LocalBackend::open(&small(image)).map_err(|error| error.to_string())?;
        is_whole(&store, blobs)?;
        if !marks.is_empty() && get(&store, "after").as_deref() != Some("it") {
            return Err("what came after it is lost".into());
        }
        store.checkpoint().map_err(|error| error.to_string())?;
        is_whole(&store, blobs)
    });
    assert!(explored.failure.is_none(), "{what}: {:?}", explored.failure);
    let again = LocalBackend::open(&small(&vfs)).unwrap();
    again.checkpoint().unwrap();
    is_whole(&again, blobs).unwrap();
    assert!(snapshots(&vfs).len() == 1 && segments(&vfs).len() <= 2, "{what}: all is tidy again");
}

/// The blobs that ride in the log are read back.
#[test]
fn a_failing_read_ends_only_the_checkpoint() {
    for nth in 1..=3 {
        let vfs = SimVfs::new();
        let store = begun(&vfs, 3);
        vfs.fail(Operation::Read, nth);
        let ended = store.checkpoint();
        assert!(matches!(ended, Err(StoreError::Io { .. })), "read {nth}: {ended:?}");
        put(&store, 200, "after", "it").unwrap();
        is_whole(&store, 3).unwrap();
        let again = open(&vfs.crash(Keep::Nothing)).unwrap();
        is_whole(&again, 3).unwrap();
        again.checkpoint().unwrap();
    }
}

#[test]
fn a_checkpoint_without_room_is_tried_again() {
    let vfs = SimVfs::new();
    let store = begun(&vfs, 3);
    let used: usize = vfs.files().iter().map(|path| vfs.read_file(path).unwrap().len()).sum();
    for free in [0, 1_000, 5_000] {
        vfs.set_capacity_bytes(Some((used + free) as u64));
        let ended = store.checkpoint();
        assert!(matches!(ended, Err(StoreError::Full { .. })), "{free} bytes free: {ended:?}");
        let left: Vec<_> =
            files_in(&vfs, "tmp").into_iter().filter(|path| !path.ends_with("segment-1")).collect();
        assert!(left.iter().all(|path| path.to_string_lossy().contains("segment-")), "{left:?}");
        is_whole(&store, 3).unwrap();
    }
    vfs.set_capacity_bytes(None);
    store.checkpoint().unwrap();
    assert_eq!(segments(&vfs).len(), 1);
    is_whole(&open(&vfs.crash(Keep::Nothing)).unwrap(), 3).unwrap();
}

/// A power cut while an old store is opened and its first snapshot is written: it is an old store or a new one, never an old
/// one whose log begins in the middle.
#[test]
fn a_store_of_version_1_becomes_version_4_before_anything_is_written_to_it() {
    let vfs = golden_store_1();
    let version = |vfs: &SimVfs| vfs.read_file(Path::new(ROOT).join("FORMAT")).unwrap()[8];
    assert_eq!(version(&vfs), 1);
    vfs.record();
    let store = open(&vfs).unwrap();
    assert_eq!(version(&vfs), 4);
    let before = crate::everything::Everything::of(&store, &[]);
    store.checkpoint().unwrap();
    drop(store);
    let mut versions = std::collections::BTreeSet::new();
    let seen = std::sync::Mutex::new(&mut versions);
    let how = Exploration { images_per_moment: 30, images_max: 1_000, ..Exploration::default() };
    let explored = explore(&vfs.take_recording(), &how, &|image, _| {
        let (version, has_snapshot) = (version(image), !snapshots(image).is_empty());
        seen.lock().unwrap().insert((version, has_snapshot));
        if has_snapshot && version == 1 {
            return Err("a build that knows no snapshots would open it".into());
        }
        let store = open(image).map_err(|error| error.to_string())?;
        store.checkpoint().map_err(|error| error.to_string())?;
        if crate::everything::Everything::of(&store, &[]) == before {
            Ok(())
        } else {
            Err("it differs".into())
        }
    });
    explored.assert_sound();
    assert_eq!(versions.into_iter().collect::<Vec<_>>(), [(1, false), (4, false), (4, true)]);
}

fn golden_store_1() -> SimVfs {
    let vfs = SimVfs::new();
    let origin = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/golden-store-1");
    let mut directories = vec![origin.clone()];
    while let Some(directory) = directories.pop() {
        let to = Path::new(ROOT).join(directory.strip_prefix(&origin).unwrap());
        vfs.create_dir_all(&to).unwrap();
        for entry in std::fs::read_dir(&directory).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                directories.push(entry.path());
            } else {
                let file = vfs.create(&to.join(entry.file_name())).unwrap();
                file.write_at(&std::fs::read(entry.path()).unwrap(), 0).unwrap();
            }
        }
    }
    vfs.crash(Keep::Everything)
}

#[test]
fn a_store_that_is_closed_or_takes_no_writes_writes_no_snapshot() {
    let vfs = SimVfs::new();
    let store = begun(&vfs, 1);
    store.close().unwrap();
    assert!(matches!(store.checkpoint(), Err(StoreError::Closed)));
    let vfs = SimVfs::new();
    let store = begun(&vfs, 1);
    vfs.fail(Operation::SyncData, 1);
    assert!(put(&store, 200, "k", "?").is_err());
    let before = vfs.counts().total();
    assert!(matches!(store.checkpoint(), Err(StoreError::Poisoned { .. })));
    assert_eq!(vfs.counts().total(), before);
    is_whole(&open(&vfs.crash(Keep::Nothing)).unwrap(), 1).unwrap();
}

#[test]
fn two_checkpoints_at_once_are_one() {
    let _watchdog = Watchdog::new("two_checkpoints_at_once_are_one");
    for maintenance in MAINTENANCE {
        let vfs = SimVfs::new();
        drop(begun(&vfs, 3));
        let watched = Watched::new(&vfs);
        let options = small(&vfs).maintenance(maintenance).vfs(Arc::new(watched.clone()));
        let store = LocalBackend::open(&options).unwrap();
        watched.close_for(Some("tmp/snapshot"));
        std::thread::scope(|threads| {
            let both = [(); 2].map(|()| threads.spawn(|| store.checkpoint().unwrap()));
            watched.wait_for_somebody();
            put(&store, 200, "after", "it").unwrap();
            watched.close_for(None);
            let [first, second] = both.map(|thread| thread.join().unwrap());
            assert_eq!(first.to_u64().abs_diff(second.to_u64()), 1, "the second one had one record more");
        });
        is_whole(&open(&vfs.crash(Keep::Nothing)).unwrap(), 3).unwrap();
    }
}

/// Callbacks should not wait. If one does, it gets its checkpoint, also while another one waits for the log.
#[test]
fn a_callback_may_ask_for_a_checkpoint() {
    let _watchdog = Watchdog::new("a_callback_may_ask_for_a_checkpoint");
    for (maintenance, beside) in MAINTENANCE.into_iter().flat_map(|m| [(m, false), (m, true)]) {
        let vfs = SimVfs::new();
        drop(begun(&vfs, 3));
        let store = Arc::new(LocalBackend::open(&small(&vfs).maintenance(maintenance)).unwrap());
        let (sender, ends) = mpsc::channel();
        let (asks, waiting) = (Arc::clone(&store), mpsc::channel::<()>());
        let (is_in_callback, in_callback) = mpsc::channel();
        let done = move |end: Result<_, CommitError>| {
            end.unwrap();
            is_in_callback.send(()).unwrap();
            // Until the other checkpoint is about to wait for a record that only this thread can write.
            waiting.1.recv().unwrap();
            sender.send(asks.checkpoint().map(drop)).unwrap();
        };
        std::thread::scope(|threads| {
            let submits = threads.spawn(|| {
                let body = |tx: &mut dyn funclet_storage::Tx| {
                    tx.get(b"after")?;
                    tx.put(b"after", text("it"))
                };
                store.submit(&scope(), id(200), Box::new(body), Box::new(done));
            });
            in_callback.recv().unwrap();
            if beside {
                store.submit(&scope(), id(201), Box::new(|tx| tx.event(vec![1])), Box::new(|_| ()));
                threads.spawn(|| store.checkpoint().unwrap());
                // It holds what keeps others off when it waits for the record, which is when it has frozen the state.
                while store.events(funclet_storage::Position::START, 1).is_err() {}
                for _ in 0..100 {
                    std::thread::yield_now();
                }
            }
            waiting.0.send(()).unwrap();
            ends.recv().unwrap().unwrap();
            submits.join().unwrap();
        });
        store.close().unwrap();
        is_whole(&open(&vfs.crash(Keep::Nothing)).unwrap(), 3).unwrap();
    }
}
