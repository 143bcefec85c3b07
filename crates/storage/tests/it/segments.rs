//! Segments that are made ahead: they are used in turn, none is left over, and a record that fits none gets a larger one.

use funclet_storage::{Backend, BlobDigest, LocalBackend, LocalOptions, check};
use funclet_testkit::{Keep, SimVfs};

use crate::concurrency::MAINTENANCE;
use crate::script::{
    blob, content, entropy, files_in, get, id, inline, last_byte, open, options, put, scope, segments, texts,
};

fn small(vfs: &SimVfs) -> LocalOptions {
    options(vfs).segment_bytes(4 << 10, 16 << 10).checkpoint_bytes_min(u64::MAX)
}

/// What is set aside in a segment and what is written into it are the same, however many segments there are.
#[test]
fn no_segments_pile_up_ahead_of_their_use() {
    for maintenance in MAINTENANCE {
        let vfs = SimVfs::new();
        let store = LocalBackend::open(&small(&vfs).maintenance(maintenance)).unwrap();
        for number in 0..2_000 {
            put(&store, number, "k", &"x".repeat(200)).unwrap();
            let ahead = files_in(&vfs, "tmp").len();
            // The one that is waiting, and one that is just being made.
            assert!(ahead <= 2, "{maintenance:?}: {ahead} segments wait after {number} records");
        }
        assert!(segments(&vfs).len() > 20);
    }
}

/// A segment was made ahead, and then comes a record that is longer than it.
#[test]
fn a_record_may_be_longer_than_the_segment_that_waits() {
    for (before, after) in (0..12).flat_map(|before| [(before, 0), (before, 1)]) {
        let vfs = SimVfs::new();
        let store = LocalBackend::open(&small(&vfs)).unwrap();
        for number in 0..before {
            put(&store, number, &format!("k{number}"), &"x".repeat(250)).unwrap();
        }
        let long = [content(1, 60 << 10), content(2, 50 << 10)];
        for (number, content) in long.iter().enumerate() {
            store.transact(&scope(), id(100 + number as u64), &mut |tx| inline(tx, content)).unwrap();
            for number in 0..after {
                put(&store, 200 + number, "after", "v").unwrap();
            }
        }
        let what = format!("{before} records before, {after} after");
        for image in [vfs.crash(Keep::Nothing), vfs.crash(Keep::Everything)] {
            let store = open(&image).map_err(|error| format!("{what}: {error}")).unwrap();
            assert_eq!(texts(&store).unwrap().len(), before as usize + after as usize, "{what}");
            for content in &long {
                assert!(blob(&store, &BlobDigest::of(content)).as_ref() == Some(content), "{what}");
            }
            store.checkpoint().unwrap();
            assert!(blob(&store, &BlobDigest::of(&long[0])).as_ref() == Some(&long[0]), "{what}");
        }
    }
}

/// After a clean close the log says that all of it was durable, however full its last segment is: damage to the very last
/// record is not taken for a torn tail.
#[test]
fn a_clean_close_vouches_for_the_last_record() {
    // The last record is made longer and longer, until it no longer fits the first segment.
    for length in (0..1_200).step_by(8) {
        let vfs = SimVfs::new();
        let store = LocalBackend::open(&small(&vfs)).unwrap();
        for number in 0..7 {
            put(&store, number, "k", &"x".repeat(250)).unwrap();
        }
        put(&store, 8, "last", &"y".repeat(length)).unwrap();
        store.close().unwrap();
        let path = segments(&vfs).pop().unwrap();
        let in_use = last_byte(&vfs.read_file(&path).unwrap());
        if in_use < 600 {
            // Nothing of it is in this segment.
            continue;
        }
        // Well within the last record, before what was written behind it.
        let at = vfs.read_file(&path).unwrap().windows(4).rposition(|bytes| bytes == b"last").unwrap();
        vfs.flip(&path, at, 1).unwrap();
        let opened = open(&vfs).map(|store| get(&store, "last"));
        assert!(opened.is_err(), "a value of {length} bytes is gone without a word: {opened:?}");
    }
}

/// The smallest segments hold the longest transactions.
#[test]
fn the_check_knows_segments_of_any_length() {
    let directory = tempfile::tempdir().unwrap();
    let options = LocalOptions::new(directory.path(), entropy()).segment_bytes(4 << 10, 4 << 10);
    let store = LocalBackend::open(&options).unwrap();
    for number in 0..20 {
        let content = content(number, 1 << (number % 18));
        store.transact(&scope(), id(number.into()), &mut |tx| inline(tx, &content)).unwrap();
    }
    store.checkpoint().unwrap();
    put(&store, 30, "k", "v").unwrap();
    store.close().unwrap();
    assert_eq!(check(directory.path()).unwrap().findings, []);
}
