//! A full disk takes what makes the store smaller, and grows again when that has made room.

use std::path::Path;
use std::sync::Arc;

use funclet_storage::{Backend, BlobDigest, CommitError, LocalBackend, LocalOptions, Maintenance};
use funclet_testkit::{Keep, SimVfs};

use crate::concurrency::MAINTENANCE;
use crate::script::{
    ROOT, blob_file, content, files_in, get, hold, id, open, options, put, release, scope, segments, text,
};
use crate::watched::Watched;

const LARGE_BYTES: usize = 30_000;

fn small(vfs: &SimVfs) -> LocalOptions {
    options(vfs).segment_bytes(64 << 10, 64 << 10)
}

fn used(vfs: &SimVfs) -> u64 {
    vfs.files().iter().map(|path| vfs.read_file(path).unwrap().len() as u64).sum()
}

/// Puts large values until there is no room. Returns how many were acknowledged.
fn fill_up(store: &dyn Backend, first: u64) -> u64 {
    for number in first.. {
        match put(store, number, &format!("large{number}"), &"x".repeat(LARGE_BYTES)) {
            Ok(_) => {}
            Err(CommitError::Full) => return number - first,
            Err(other) => panic!("{other}"),
        }
    }
    unreachable!("the numbers do not end");
}

/// What deleting a function does: its entry goes, a small one comes, its package is let go of.
fn delete(store: &dyn Backend, number: u64, key: &str, package: &[u8]) -> Result<(), CommitError> {
    let deleted = store.transact(&scope(), id(number), &mut |tx| {
        tx.get(key.as_bytes())?;
        tx.delete(key.as_bytes())?;
        tx.get(b"gone")?;
        tx.put(b"gone", text(key))?;
        tx.bounded_add(b"c/n", -1, 9)?;
        tx.event(b"deleted".to_vec())?;
        tx.release(BlobDigest::of(package))
    });
    deleted.map(drop)
}

/// Tries until it works: with threads of the store, room is made beside.
fn eventually(maintenance: Maintenance, mut what: impl FnMut(u64) -> Result<(), CommitError>) {
    let begun = std::time::Instant::now();
    for attempt in 0.. {
        match what(attempt) {
            Ok(()) => return,
            Err(CommitError::Full) if maintenance == Maintenance::Thread => {
                assert!(begun.elapsed().as_secs() < 30, "still full");
                std::thread::yield_now();
            }
            Err(other) => panic!("{maintenance:?}, attempt {attempt}: {other}"),
        }
    }
}

#[test]
fn a_full_disk_takes_deletions_and_grows_again() {
    for maintenance in MAINTENANCE {
        let vfs = SimVfs::new();
        let store = LocalBackend::open(&small(&vfs).maintenance(maintenance)).unwrap();
        let package = content(1, 400_000);
        hold(&store, 1, &package);
        vfs.set_capacity_bytes(Some(1 << 20));
        let filled = fill_up(&store, 100);
        assert!(filled >= 8, "{filled}");
        eventually(maintenance, |attempt| delete(&store, 1_000 + attempt, "large100", &package));
        // What the deletion freed is free at once, although nobody has written anything since.
        eventually(maintenance, |attempt| {
            put(&store, 2_000 + attempt, "again", &"y".repeat(LARGE_BYTES)).map(drop)
        });
        assert!(!files_in(&vfs, "blobs").contains(&blob_file("store".as_ref(), &package)));
        // The package had the room of six segments, each with one value, and one of them is taken. Without threads there is
        // time for a checkpoint as well; with them, the first refusal may come before all of the room is made.
        let mut more = 0;
        eventually(maintenance, |_| {
            more += fill_up(&store, 3_000 + more);
            let expected = if maintenance == Maintenance::Inline { 8 } else { 5 };
            if more >= expected { Ok(()) } else { Err(CommitError::Full) }
        });
        assert!(used(&vfs) <= 1 << 20);
        vfs.set_capacity_bytes(None);
        for image in [vfs.crash(Keep::Nothing), vfs.crash(Keep::Everything)] {
            let again = open(&image).unwrap();
            assert_eq!((get(&again, "large100"), get(&again, "gone").as_deref()), (None, Some("large100")));
            assert_eq!(get(&again, "again").unwrap().len(), LARGE_BYTES);
            let there = (3_000..3_000 + more).filter(|n| get(&again, &format!("large{n}")).is_some());
            assert_eq!(there.count() as u64, more);
        }
    }
}

/// Letting go of a package alone makes a store smaller, too.
#[test]
fn a_full_disk_takes_a_release() {
    let vfs = SimVfs::new();
    let store = LocalBackend::open(&small(&vfs).checkpoint_bytes_min(u64::MAX)).unwrap();
    let package = content(1, 400_000);
    hold(&store, 1, &package);
    vfs.set_capacity_bytes(Some(1 << 20));
    fill_up(&store, 100);
    // Up to the last byte that growth may take.
    while put(&store, 500, "k", "v").is_ok() {}
    release(&store, 501, &package);
    put(&store, 502, "again", &"y".repeat(LARGE_BYTES)).unwrap();
    assert!(files_in(&vfs, "blobs").is_empty());
}

/// What goes on by itself rewrites values a little shorter; a store that must not grow does not spend its last room on that.
#[test]
fn a_full_disk_keeps_its_room_from_values_that_only_get_shorter() {
    let vfs = SimVfs::new();
    let store = LocalBackend::open(&small(&vfs).checkpoint_bytes_min(u64::MAX)).unwrap();
    let package = content(1, 400_000);
    hold(&store, 1, &package);
    put(&store, 2, "pending", &"y".repeat(900)).unwrap();
    vfs.set_capacity_bytes(Some(1 << 20));
    fill_up(&store, 100);
    while put(&store, 500, "k", "v").is_ok() {}
    for length in (0..900).rev() {
        let shorter = put(&store, 10_000 + length, "pending", &"y".repeat(length as usize));
        assert!(matches!(shorter, Err(CommitError::Full)), "{shorter:?}");
    }
    delete(&store, 501, "large100", &package).unwrap();
}

/// The state is small, the log is long: a checkpoint alone makes the room, if there is room for its snapshot.
#[test]
fn a_log_that_fills_the_disk_is_let_go_of() {
    for maintenance in MAINTENANCE {
        let vfs = SimVfs::new();
        let store = LocalBackend::open(&small(&vfs).maintenance(maintenance)).unwrap();
        // Nine segments, the last snapshot and the next one.
        vfs.set_capacity_bytes(Some((9 * 64 + 2 * 30) << 10));
        for number in 0..200 {
            eventually(maintenance, |attempt| {
                let (number, value) = (number * 1_000_000 + attempt, format!("{number:020000}"));
                put(&store, number, "k", &value).map(drop)
            });
        }
        store.close().unwrap();
        vfs.set_capacity_bytes(None);
        assert_eq!(get(&open(&vfs.crash(Keep::Nothing)).unwrap(), "k"), Some(format!("{:020000}", 199)));
    }
}

/// A checkpoint is tried once for each state, not for each transaction that is refused.
#[test]
fn a_disk_that_stays_full_is_not_kept_busy() {
    let vfs = SimVfs::new();
    let store = LocalBackend::open(&small(&vfs)).unwrap();
    vfs.set_capacity_bytes(Some(600 << 10));
    fill_up(&store, 100);
    let before = vfs.counts();
    for number in 0..50 {
        let ended = put(&store, 1_000 + number, "no", &"x".repeat(LARGE_BYTES));
        assert!(matches!(ended, Err(CommitError::Full)), "{ended:?}");
    }
    let written = vfs.counts().bytes_written() - before.bytes_written();
    assert!(written < 64 << 10, "{written} bytes were written for nothing");
    put(&store, 2_000, "small", "fits").unwrap();
}

/// An older build that opened a store with something new in it would not know what that is.
#[test]
fn a_store_of_an_older_format_grows_only_once_it_is_of_the_newest() {
    let format = Path::new(ROOT).join("FORMAT");
    for maintenance in MAINTENANCE {
        let disk = SimVfs::new();
        let store = open(&disk).unwrap();
        put(&store, 1, "old", &"x".repeat(LARGE_BYTES)).unwrap();
        put(&store, 2, "other", "x").unwrap();
        store.close().unwrap();
        let mut content = disk.read_file(&format).unwrap();
        content[8] = 2;
        let crc = crc32fast::hash(&content[..32]).to_le_bytes();
        content[32..].copy_from_slice(&crc);
        disk.overwrite(&format, &content).unwrap();
        let version = |disk: &SimVfs| disk.read_file(&format).unwrap()[8];

        let watched = Watched::new(&disk);
        watched.have_no_room_for(Some("tmp/format"));
        let store = small(&disk).maintenance(maintenance).vfs(Arc::new(watched.clone()));
        let store = LocalBackend::open(&store).unwrap();
        assert_eq!(version(&disk), 2, "it opens all the same");
        for attempt in 3..6 {
            let ended = put(&store, attempt, "new", "y");
            assert!(matches!(ended, Err(CommitError::Full)), "{ended:?}");
        }
        let deleted = store.transact(&scope(), id(6), &mut |tx| {
            tx.get(b"old")?;
            tx.delete(b"old")
        });
        deleted.unwrap();
        assert_eq!((get(&store, "old"), get(&store, "new"), version(&disk)), (None, None, 2));
        watched.have_no_room_for(None);
        put(&store, 7, "new", "y").unwrap();
        assert_eq!(version(&disk), 4);
        let image = disk.crash(Keep::Nothing);
        assert_eq!(version(&image), 4, "durable before what is new is");
        assert_eq!(get(&open(&image).unwrap(), "new").as_deref(), Some("y"));
    }
}

#[test]
fn a_store_opens_on_a_disk_that_is_almost_full_and_takes_a_deletion() {
    for maintenance in MAINTENANCE {
        let vfs = SimVfs::new();
        let store = LocalBackend::open(&small(&vfs).checkpoint_bytes_min(u64::MAX)).unwrap();
        let package = content(1, 400_000);
        hold(&store, 1, &package);
        for number in 100..110 {
            put(&store, number, &format!("large{number}"), &"x".repeat(LARGE_BYTES)).unwrap();
        }
        store.close().unwrap();
        vfs.set_capacity_bytes(Some(used(&vfs) + (4 << 10)));
        let store = LocalBackend::open(&small(&vfs).maintenance(maintenance)).unwrap();
        let tail = segments(&vfs).pop().unwrap();
        assert_eq!(vfs.read_file(&tail).unwrap().len(), 4 << 10, "the smallest segment");
        assert!(matches!(put(&store, 500, "k", &"x".repeat(LARGE_BYTES)), Err(CommitError::Full)));
        delete(&store, 1_000, "large100", &package).unwrap();
        eventually(maintenance, |attempt| {
            put(&store, 2_000 + attempt, "again", &"y".repeat(LARGE_BYTES)).map(drop)
        });
        store.close().unwrap();
        let again = open(&vfs.crash(Keep::Nothing)).unwrap();
        assert_eq!((get(&again, "large100"), get(&again, "again").unwrap().len()), (None, LARGE_BYTES));
    }
}
