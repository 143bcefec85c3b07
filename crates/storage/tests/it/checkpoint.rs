//! Checkpoints: the log goes, nothing else does, and nobody waits for them.

use std::sync::Arc;

use funclet_storage::{Backend, BlobDigest, LocalBackend, LocalOptions, Maintenance};
use funclet_testkit::{Keep, SimVfs};

use crate::concurrency::MAINTENANCE;
use crate::everything::{Everything, write_everything};
use crate::script::{
    blob, content, files_in, get, hold, id, inline, open, options, put, release, scope, segments, snapshots,
};
use crate::watchdog::Watchdog;
use crate::watched::Watched;

/// Small segments, and a checkpoint whenever so many bytes of log have come together.
fn small(vfs: &SimVfs, checkpoint_bytes_min: u64) -> LocalOptions {
    options(vfs).segment_bytes(4 << 10, 16 << 10).checkpoint_bytes_min(checkpoint_bytes_min)
}

/// Overwrites ten keys again and again, each time with about 300 bytes of log.
fn update(store: &dyn Backend, numbers: std::ops::Range<u64>) {
    for number in numbers {
        put(store, number, &format!("k{}", number % 10), &format!("{number:0200}")).unwrap();
    }
}

fn disk_bytes(vfs: &SimVfs) -> usize {
    vfs.files().iter().map(|path| vfs.read_file(path).unwrap().len()).sum()
}

#[test]
fn a_store_that_is_updated_does_not_grow() {
    for maintenance in MAINTENANCE {
        let vfs = SimVfs::new();
        let store = LocalBackend::open(&small(&vfs, 20_000).maintenance(maintenance)).unwrap();
        let mut most = 0;
        for round in 0..100 {
            update(&store, round * 50..(round + 1) * 50);
            if maintenance == Maintenance::Inline {
                most = most.max(disk_bytes(&vfs));
                assert!(snapshots(&vfs).len() <= 1 && files_in(&vfs, "tmp").len() <= 1, "{vfs:?}");
            }
        }
        store.close().unwrap();
        // Two megabytes of log were written; the last 5,000 transactions are known by their ids. With threads only the
        // end is certain.
        assert!(vfs.counts().bytes_written() > 2 << 20);
        assert!(most.max(disk_bytes(&vfs)) < 350 << 10, "{maintenance:?}: {most}, {}", disk_bytes(&vfs));
        let again = open(&vfs.crash(Keep::Nothing)).unwrap();
        assert_eq!(get(&again, "k9"), Some(format!("{:0200}", 4999)));
    }
}

#[test]
fn a_snapshot_takes_the_place_of_the_log_and_of_the_older_one() {
    let vfs = SimVfs::new();
    let store = LocalBackend::open(&small(&vfs, u64::MAX)).unwrap();
    let mut older = Vec::new();
    for round in 0..3 {
        update(&store, round * 100..(round + 1) * 100);
        assert!(segments(&vfs).len() > 2);
        let position = store.checkpoint().unwrap();
        assert_eq!(position.to_u64(), (round + 1) * 100 + 1, "the last record");
        let now = snapshots(&vfs);
        assert!(now.len() == 1 && now != older, "{now:?}");
        assert!(segments(&vfs).len() == 1 && files_in(&vfs, "tmp").len() <= 1, "{vfs:?}");
        older = now;
        let before = vfs.counts().total();
        assert_eq!(store.checkpoint().unwrap(), position);
        assert_eq!(vfs.counts().total(), before, "there was nothing to do");
    }
}

#[test]
fn a_checkpoint_comes_when_the_log_is_longer_than_it_may_and_than_the_last_snapshot() {
    let vfs = SimVfs::new();
    let store = LocalBackend::open(&small(&vfs, 10_000)).unwrap();
    update(&store, 0..30);
    assert_eq!(snapshots(&vfs).len(), 0, "30 times 300 bytes");
    update(&store, 30..40);
    let first = snapshots(&vfs);
    assert_eq!(first.len(), 1);
    // The state is made larger than the least log.
    let large = "x".repeat(40_000);
    put(&store, 100, "large", &large).unwrap();
    let second = snapshots(&vfs);
    assert_ne!(second, first);
    assert!(vfs.read_file(&second[0]).unwrap().len() > 40_000);
    update(&store, 200..310);
    assert_eq!(snapshots(&vfs), second, "33,000 bytes are less than the last snapshot");
    update(&store, 310..360);
    assert_ne!(snapshots(&vfs), second);
}

#[test]
fn a_close_writes_a_snapshot_if_that_is_worth_its_cost() {
    let vfs = SimVfs::new();
    let begin = || LocalBackend::open(&small(&vfs, 1 << 20)).unwrap();
    let store = begin();
    put(&store, 1, "large", &"x".repeat(16_000)).unwrap();
    store.close().unwrap();
    let first = snapshots(&vfs);
    assert_eq!(first.len(), 1);
    for (updates, is_worth_it) in [(0..0, false), (0..6, false), (6..12, true)] {
        let store = begin();
        update(&store, updates.clone());
        store.close().unwrap();
        assert_eq!(snapshots(&vfs) != first, is_worth_it, "{updates:?}");
    }
    assert_eq!(get(&begin(), "k5"), Some(format!("{:0200}", 5)));
}

#[test]
fn a_store_that_keeps_its_log_never_writes_a_snapshot() {
    for maintenance in MAINTENANCE {
        let vfs = SimVfs::new();
        let store = LocalBackend::open(&small(&vfs, u64::MAX).maintenance(maintenance)).unwrap();
        update(&store, 0..1000);
        // Not even to make room: somebody wants to see all of the log.
        vfs.set_capacity_bytes(Some(disk_bytes(&vfs) as u64 + (12 << 10)));
        for number in 1000.. {
            match put(&store, number, "more", &"x".repeat(1000)) {
                Ok(_) => {}
                Err(funclet_storage::CommitError::Full) => break,
                Err(other) => panic!("{other}"),
            }
        }
        store.close().unwrap();
        assert_eq!(snapshots(&vfs), [""; 0].map(std::path::PathBuf::from), "{maintenance:?}");
    }
}

#[test]
fn everything_is_as_it_was_before() {
    let kinds: [fn(&std::path::Path, &SimVfs) -> LocalOptions; 2] = [
        |_, vfs| options(vfs),
        |directory, _| LocalOptions::new(directory.join("store"), crate::script::entropy()),
    ];
    for (kind, maintenance) in kinds.iter().zip([0, 1]).flat_map(|kind| MAINTENANCE.map(|m| (kind, m))) {
        let (directory, vfs) = (tempfile::tempdir().unwrap(), SimVfs::new());
        let begin = || {
            let options = kind.0(directory.path(), &vfs).segment_bytes(64 << 10, 64 << 10);
            LocalBackend::open(&options.maintenance(maintenance)).unwrap()
        };
        let what = format!("kind {}, {maintenance:?}", kind.1);
        let store = begin();
        let txns = write_everything(&store);
        let before = Everything::of(&store, &txns);
        store.checkpoint().unwrap();
        assert!(Everything::of(&store, &txns) == before, "{what}: after the checkpoint");
        for _ in 0..2 {
            // One opening reads the snapshot alone, the next one what the first one has closed.
            if kind.1 == 0 {
                let again = open(&vfs.crash(Keep::Nothing)).unwrap();
                assert!(Everything::of(&again, &txns) == before, "{what}: after a power cut");
            }
            let again = {
                store.close().unwrap();
                begin()
            };
            assert!(Everything::of(&again, &txns) == before, "{what}: opened again");
            again.close().unwrap();
        }
    }
}

/// The table stands still while a snapshot is written, and the snapshot gets its name later: nobody waits for either.
#[test]
fn commits_go_on_meanwhile() {
    let _watchdog = Watchdog::new("commits_go_on_meanwhile");
    for (maintenance, at) in MAINTENANCE.into_iter().flat_map(|m| [(m, "tmp/snapshot"), (m, ".snap")]) {
        let vfs = SimVfs::new();
        let watched = Watched::new(&vfs);
        let options = small(&vfs, u64::MAX).maintenance(maintenance).vfs(Arc::new(watched.clone()));
        let store = LocalBackend::open(&options).unwrap();
        // Looks for what the last process has left, so that what this one leaves is not found by chance.
        store.checkpoint().unwrap();
        let (riding, in_file, freed) = (content(1, 900), content(2, 900), content(3, 900));
        store.transact(&scope(), id(60), &mut |tx| inline(tx, &riding)).unwrap();
        store.transact(&scope(), id(61), &mut |tx| inline(tx, &freed)).unwrap();
        // Into the next segments, so that the blobs have to become files.
        update(&store, 0..50);
        watched.close_for(Some(at));
        std::thread::scope(|threads| {
            let checkpoint = threads.spawn(|| store.checkpoint().unwrap());
            watched.wait_for_somebody();
            // Through several segments.
            update(&store, 100..300);
            hold(&store, 300, &in_file);
            release(&store, 301, &freed);
            // Which is proven by the next ones: there is no file yet that could go.
            update(&store, 297..300);
            assert!(blob(&store, &BlobDigest::of(&riding)).as_deref() == Some(&riding));
            assert_eq!(get(&store, "k9"), Some(format!("{:0200}", 299)));
            watched.close_for(None);
            assert_eq!(checkpoint.join().unwrap().to_u64(), 53, "what was there when it began");
        });
        assert_eq!(snapshots(&vfs).len(), 1);
        let image = vfs.crash(Keep::Nothing);
        for (store, disk) in [(store, &vfs), (LocalBackend::open(&small(&image, u64::MAX)).unwrap(), &image)]
        {
            assert_eq!(get(&store, "k9"), Some(format!("{:0200}", 299)), "{maintenance:?}, {at}");
            assert!(blob(&store, &BlobDigest::of(&riding)).as_deref() == Some(&riding));
            assert!(blob(&store, &BlobDigest::of(&in_file)).as_deref() == Some(&in_file));
            store.checkpoint().unwrap();
            store.close().unwrap();
            let left = files_in(disk, "blobs");
            assert_eq!(left.len(), 2, "what was let go of meanwhile is gone: {left:?}");
        }
    }
}

/// Every small package since the last snapshot may ride in the log; a process has a thousand files or so.
#[test]
fn riding_blobs_do_not_take_a_file_handle_each() {
    let vfs = SimVfs::new();
    let watched = Watched::new(&vfs);
    let options = small(&vfs, u64::MAX).vfs(Arc::new(watched.clone()));
    let store = LocalBackend::open(&options).unwrap();
    for number in 0..200 {
        let content = content(number as u8, 300 + number);
        store.transact(&scope(), id(number as u64), &mut |tx| inline(tx, &content)).unwrap();
    }
    store.checkpoint().unwrap();
    assert!(files_in(&vfs, "blobs").len() > 150);
    assert!(watched.most_open_files() < 20, "{} files were open at once", watched.most_open_files());
}
