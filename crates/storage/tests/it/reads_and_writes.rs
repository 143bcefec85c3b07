//! Reads that fail or give less than was asked for, and writes that stop in the middle: told, and nothing is lost.

use std::sync::Arc;

use funclet_storage::{Backend, BlobDigest, CommitError, LocalBackend, LocalOptions, Outcome, StoreError};
use funclet_testkit::{Keep, Operation, SimVfs};

use crate::everything::{Everything, write_everything};
use crate::script::{
    blob, content, files_in, get, hold, id, inline, last_byte, open, options, put, scope, segments, upload,
};
use crate::watched::Watched;

fn small(vfs: &SimVfs) -> LocalOptions {
    options(vfs).segment_bytes(4 << 10, 4 << 10).checkpoint_bytes_min(u64::MAX)
}

/// A store with a snapshot and several segments behind it.
fn with_everything() -> (SimVfs, Everything) {
    let vfs = SimVfs::new();
    let store = LocalBackend::open(&small(&vfs)).unwrap();
    write_everything(&store);
    store.checkpoint().unwrap();
    for number in 0..30 {
        put(&store, 9_000 + number, &format!("k{number}"), &"x".repeat(500)).unwrap();
    }
    let riding = content(7, 700);
    store.transact(&scope(), id(9_100), &mut |tx| inline(tx, &riding)).unwrap();
    let everything = Everything::of(&store, &[id(9_001)]);
    drop(store);
    (vfs, everything)
}

#[test]
fn an_opening_that_cannot_read_is_refused_and_works_later() {
    let (vfs, everything) = with_everything();
    let mut failed = 0;
    for nth in 1.. {
        let image = vfs.crash(Keep::Everything);
        image.fail(Operation::Read, nth);
        match LocalBackend::open(&small(&image)) {
            Err(StoreError::Io { op: "read", .. }) => failed += 1,
            Err(other) => panic!("read {nth}: {other:?}"),
            // It needs no more reads than that.
            Ok(_) => break,
        }
        let store = LocalBackend::open(&small(&image)).unwrap();
        assert!(Everything::of(&store, &[id(9_001)]) == everything, "read {nth}");
    }
    assert!(failed > 20, "{failed}");
}

#[test]
fn a_read_may_give_less_than_was_asked_for() {
    let (vfs, everything) = with_everything();
    for bytes in [1, 7, 500] {
        let image = vfs.crash(Keep::Everything);
        let watched = Arc::new(Watched::new(&image).reading_at_most(bytes));
        let store = LocalBackend::open(&small(&image).vfs(watched.clone())).unwrap();
        assert!(Everything::of(&store, &[id(9_001)]) == everything, "{bytes} bytes at once");
        put(&store, 9_200, "k0", "later").unwrap();
        store.checkpoint().unwrap();
        store.backup("copy".as_ref(), funclet_storage::CopyMode::Bytes, &mut |_| ()).unwrap();
        let before = Everything::of(&store, &[id(9_001)]);
        store.close().unwrap();
        for path in [crate::script::ROOT, "copy"] {
            let options = LocalOptions::new(path, crate::script::entropy()).vfs(watched.clone());
            let again = LocalBackend::open(&options).unwrap();
            assert!(Everything::of(&again, &[id(9_001)]) == before, "{bytes} bytes at once, {path}");
        }
    }
}

#[test]
fn a_blob_that_cannot_be_read_is_told_and_is_there_later() {
    let vfs = SimVfs::new();
    let store = LocalBackend::open(&small(&vfs)).unwrap();
    let (in_file, riding) = (content(1, 100_000), content(2, 700));
    hold(&store, 1, &in_file);
    store.transact(&scope(), id(2), &mut |tx| inline(tx, &riding)).unwrap();
    for content in [&in_file, &riding] {
        let digest = BlobDigest::of(content);
        vfs.fail(Operation::Read, 1);
        let read = store.blobs().open(&digest).map(|found| found.unwrap().read_whole());
        assert!(!matches!(read, Ok(Ok(_))));
        assert!(blob(&store, &digest).as_ref() == Some(content));
    }
    put(&store, 3, "k", "v").unwrap();
    store.close().unwrap();
}

/// The record is there whole or not at all, and whoever waited knows that it is unknown which.
#[test]
fn a_record_that_was_written_in_part_never_was() {
    // The last bytes of a record are zeros, as is what is not written.
    let zeros = 16;
    let whole = {
        let vfs = SimVfs::new();
        let store = open(&vfs).unwrap();
        put(&store, 1, "durable", "yes").unwrap();
        let before = last_byte(&vfs.read_file(&segments(&vfs)[0]).unwrap());
        put(&store, 2, "cut", &"x".repeat(600)).unwrap();
        last_byte(&vfs.read_file(&segments(&vfs)[0]).unwrap()) - before - zeros
    };
    for bytes in (0..whole).step_by(13) {
        let vfs = SimVfs::new();
        let store = open(&vfs).unwrap();
        put(&store, 1, "durable", "yes").unwrap();
        vfs.cut_write("wal/", 1, bytes);
        let ended = put(&store, 2, "cut", &"x".repeat(600));
        assert!(matches!(ended, Err(CommitError::OutcomeUnknown { .. })), "{bytes} bytes: {ended:?}");
        assert_eq!(get(&store, "durable").as_deref(), Some("yes"));
        drop(store);
        let again = open(&vfs.crash(Keep::Everything)).unwrap();
        assert_eq!(again.resolve(&scope(), id(2)).unwrap(), Outcome::NeverWill, "{bytes} bytes");
        assert_eq!((get(&again, "durable").as_deref(), get(&again, "cut")), (Some("yes"), None));
    }
}

/// The other files that are written: what was written of them in part gets no name.
#[test]
fn what_was_written_in_part_gets_no_name() {
    for (nth, bytes) in (1..=5).flat_map(|nth| [0, 1, 600].map(|bytes| (nth, bytes))) {
        let vfs = SimVfs::new();
        let store = LocalBackend::open(&small(&vfs)).unwrap();
        write_everything(&store);
        let everything = Everything::of(&store, &[]);
        vfs.cut_write("tmp/snapshot", nth, bytes);
        let ended = store.checkpoint();
        let what = format!("write {nth} after {bytes} bytes");
        assert!(matches!(ended, Err(StoreError::Io { .. })), "{what}: {ended:?}");
        assert!(files_in(&vfs, "snap").is_empty() && Everything::of(&store, &[]) == everything, "{what}");
        let large = content(1, 300_000);
        vfs.cut_write("tmp/blob", 1, bytes);
        assert!(upload(&store, &large).is_err(), "{what}");
        assert!(blob(&store, &BlobDigest::of(&large)).is_none(), "{what}");
        assert_eq!(upload(&store, &large).unwrap().size(), 300_000);
        let again = open(&vfs.crash(Keep::Everything)).unwrap();
        assert!(Everything::of(&again, &[]) == everything, "{what}");
        again.checkpoint().unwrap();
    }
}
