//! A log that has lost its end is told from one that a power cut left.
//!
//! Method: a store is left open, as by `kill -9`, so that no clean close vouches for anything; then something is taken from
//! the end of its log, in every way in which a file system or a person may do it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use funclet_storage::{
    Backend as _, CopyMode, Durability, LocalBackend, LocalOptions, Maintenance, StoreError, TableKind,
    Vfs as _, check, copy_store,
};
use funclet_testkit::{Keep, Operation, SimVfs};

use crate::script::{entropy, get, last_byte, open, open_keeping_log, options, put, refused, segments};

fn reach() -> PathBuf {
    Path::new(crate::script::ROOT).join("REACH")
}

/// A disk after a power cut that kept everything, with a log of `segments` segments at least.
fn left_open(at_least: usize) -> SimVfs {
    let vfs = SimVfs::new();
    let small = options(&vfs).segment_bytes(4 << 10, 8 << 10).checkpoint_bytes_min(u64::MAX);
    let store = LocalBackend::open(&small).unwrap();
    for number in 1.. {
        put(&store, number, "count", &format!("{number}")).unwrap();
        if segments(&vfs).len() >= at_least && number % 5 == 0 {
            break;
        }
    }
    vfs.crash(Keep::Everything)
}

fn last_segment(vfs: &SimVfs) -> PathBuf {
    segments(vfs).pop().unwrap()
}

/// Refused, however often it is tried, and nothing is changed meanwhile.
fn assert_refused(vfs: &SimVfs, file: &Path, what: &str) {
    let before: Vec<_> = vfs.files().into_iter().map(|path| vfs.read_file(&path).unwrap()).collect();
    for _ in 0..2 {
        let error = refused(vfs);
        assert!(matches!(&error, StoreError::Corrupt { file: at, .. } if at == file), "{what}: {error}");
    }
    let after: Vec<_> = vfs.files().into_iter().map(|path| vfs.read_file(&path).unwrap()).collect();
    assert_eq!(before, after, "{what}");
}

#[test]
fn a_last_segment_that_was_cut_is_damage() {
    for at_least in [1, 3] {
        let whole = left_open(at_least);
        let path = last_segment(&whole);
        let content = whole.read_file(&path).unwrap();
        let end = last_byte(&content) + 1;
        for cut in [512, 513, end / 2, end - 1, end, end + 1, content.len() - 1] {
            let vfs = whole.crash(Keep::Everything);
            vfs.overwrite(&path, &content[..cut]).unwrap();
            assert_refused(&vfs, &path, &format!("{at_least} segments, {cut} bytes"));
        }
        assert!(open(&whole).is_ok());
    }
}

#[test]
fn a_last_segment_that_is_gone_is_damage() {
    let vfs = left_open(3);
    vfs.remove_file(&last_segment(&vfs)).unwrap();
    assert_refused(&vfs, Path::new("store/wal"), "the last of three");
    // It was said when the segment was begun, not only at the opening.
    vfs.remove_file(&last_segment(&vfs)).unwrap();
    assert_refused(&vfs, Path::new("store/wal"), "the last two of three");
}

#[test]
fn a_log_that_is_gone_is_damage() {
    let vfs = left_open(1);
    vfs.remove_file(&last_segment(&vfs)).unwrap();
    assert_refused(&vfs, Path::new("store/wal"), "all of it");
    // A store of an older build does not say how far its log goes.
    vfs.remove_file(&reach()).unwrap();
    assert_eq!(get(&open(&vfs).unwrap(), "count"), None);
}

#[test]
fn what_was_there_at_the_opening_is_not_lost_silently() {
    let vfs = left_open(1);
    // Writes again what no later record vouches for.
    let store = open_keeping_log(&vfs);
    let vfs = vfs.crash(Keep::Everything);
    drop(store);
    // Zeros look like room that was never used.
    let path = last_segment(&vfs);
    let mut content = vfs.read_file(&path).unwrap();
    content[512..].fill(0);
    vfs.overwrite(&path, &content).unwrap();
    assert_refused(&vfs, &path, "zeros");
}

#[test]
fn what_says_so_is_itself_looked_at() {
    let whole = left_open(1);
    let content = whole.read_file(reach()).unwrap();
    for cut in 0..content.len() {
        let vfs = whole.crash(Keep::Everything);
        vfs.overwrite(reach(), &content[..cut]).unwrap();
        assert_refused(&vfs, &reach(), &format!("{cut} bytes"));
    }
    for at in 0..content.len() {
        let (vfs, mut flipped) = (whole.crash(Keep::Everything), content.clone());
        flipped[at] ^= 0x10;
        vfs.overwrite(reach(), &flipped).unwrap();
        assert_refused(&vfs, &reach(), &format!("byte {at}"));
    }
    let vfs = whole.crash(Keep::Everything);
    vfs.overwrite(reach(), &left_open(1).read_file(reach()).unwrap()).unwrap();
    assert_refused(&vfs, &reach(), "that of another store");
}

/// What has lost its witness is still looked at itself.
#[test]
fn a_damaged_witness_hides_no_damage() {
    let vfs = left_open(1);
    let (path, content) = (last_segment(&vfs), vfs.read_file(reach()).unwrap());
    vfs.overwrite(reach(), &content[..20]).unwrap();
    vfs.flip(&path, 700, 1).unwrap();
    assert_refused(&vfs, &path, "the log first");
}

/// A log that failed ends where it was written, and so does its copy.
#[test]
fn a_copy_of_a_failed_store_is_whole() {
    for (operation, is_rotation) in [
        (Operation::Write, false),
        (Operation::SyncData, false),
        (Operation::Rename, true),
        (Operation::SyncDir, true),
    ] {
        let vfs = SimVfs::new();
        let small = options(&vfs).segment_bytes(4 << 10, 4 << 10).checkpoint_bytes_min(u64::MAX);
        let store = LocalBackend::open(&small).unwrap();
        put(&store, 1, "count", "1").unwrap();
        vfs.fail_matching(operation, "wal", 1);
        let failed = (2..200).find(|number| put(&store, *number, "count", &format!("{number}")).is_err());
        let failed = failed.expect("the failure is met");
        assert_eq!(failed > 2, is_rotation, "{operation:?} at {failed}");
        store.backup(Path::new("copy"), CopyMode::Bytes, &mut |_| {}).unwrap();
        let copy = LocalOptions::new("copy", entropy()).vfs(Arc::new(vfs.clone()));
        let there: u64 = get(&LocalBackend::open(&copy).unwrap(), "count").unwrap().parse().unwrap();
        assert!(there + 1 == failed || there == failed, "{operation:?}: {there} of {failed}");
    }
}

/// Callers that are still about when the store is closed write nothing behind its back.
#[test]
fn a_store_is_closed_while_others_commit() {
    for _ in 0..40 {
        let directory = tempfile::tempdir().unwrap();
        let options = LocalOptions::new(directory.path(), entropy()).table(TableKind::Memory);
        let small = options.segment_bytes(4 << 10, 4 << 10).checkpoint_bytes_min(u64::MAX);
        let store = LocalBackend::open(&small).unwrap();
        let acknowledged = AtomicU64::new(0);
        std::thread::scope(|threads| {
            for thread in 0..3_u64 {
                let (store, acknowledged) = (&store, &acknowledged);
                threads.spawn(move || {
                    let mut number = thread << 32;
                    while put(store, number, &format!("key {thread}"), &"x".repeat(900)).is_ok() {
                        number += 1;
                        acknowledged.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
            while acknowledged.load(Ordering::Relaxed) < 30 {
                std::thread::yield_now();
            }
            store.close().unwrap();
        });
        drop(store);
        assert_eq!(check(directory.path()).unwrap().findings, []);
        assert!(!directory.path().join("tmp/reach").exists());
    }
}

/// Without syncs a power cut may shorten any file, so that a short one proves nothing.
#[test]
fn a_store_without_syncs_says_nothing_of_its_end() {
    let vfs = SimVfs::new();
    let store = LocalBackend::open(&options(&vfs).durability(Durability::Process)).unwrap();
    put(&store, 1, "k", "v").unwrap();
    let vfs = vfs.crash(Keep::Everything);
    drop(store);
    assert!(!vfs.exists(&reach()).unwrap());
    let path = last_segment(&vfs);
    let content = vfs.read_file(&path).unwrap();
    vfs.overwrite(&path, &content[..content.len() / 2]).unwrap();
    let store = open(&vfs).unwrap();
    assert_eq!(get(&store, "k").unwrap(), "v");
    assert!(vfs.exists(&reach()).unwrap(), "from now on it does");
}

/// The threads of the store say it, too.
#[test]
fn a_copy_says_how_far_it_goes() {
    for maintenance in [Maintenance::Inline, Maintenance::Thread] {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        let real = |path: &Path| {
            let options = LocalOptions::new(path, entropy()).table(TableKind::Memory);
            options.checkpoint_bytes_min(u64::MAX).maintenance(maintenance)
        };
        let store = LocalBackend::open(&real(&at("store"))).unwrap();
        for number in 1..=40 {
            put(&store, number, "count", &format!("{number}")).unwrap();
        }
        store.backup(&at("copy"), CopyMode::Link, &mut |_| {}).unwrap();
        copy_store(&at("copy"), &at("copy of the copy"), CopyMode::Bytes, &mut |_| {}).unwrap();
        for copy in [at("copy"), at("copy of the copy")] {
            assert_eq!(check(&copy).unwrap().findings, []);
            let path = copy.join("wal/00000000000000000001.log");
            let content = std::fs::read(&path).unwrap();
            let mut zeroed = content.clone();
            // The last record, as if it had never been written.
            let end = last_byte(&content) + 1;
            zeroed[end - 40..].fill(0);
            for (damaged, what) in [(&zeroed[..], "zeros"), (&content[..end], "cut")] {
                std::fs::write(&path, damaged).unwrap();
                let findings = check(&copy).unwrap().findings;
                let files: Vec<_> = findings.into_iter().map(|finding| finding.file).collect();
                assert_eq!(files, std::slice::from_ref(&path), "{maintenance:?}, {what}");
                assert!(LocalBackend::open(&real(&copy)).is_err(), "{maintenance:?}, {what}");
            }
            std::fs::write(&path, &content).unwrap();
            assert_eq!(get(&LocalBackend::open(&real(&copy)).unwrap(), "count").unwrap(), "40");
        }
    }
}
