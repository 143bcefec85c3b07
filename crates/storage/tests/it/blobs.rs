//! Files of blobs that are damaged or left without a log.

use std::fs;
use std::path::Path;

use funclet_storage::{BlobDigest, LocalBackend, LocalOptions, StoreError, TableKind, Vfs as _, check};
use funclet_testkit::{Keep, SimVfs};

use crate::script::{
    ROOT, blob, blob_file, content, entropy, hold, open, open_keeping_log, refused, segments,
};

const BYTES: usize = 100_000;

/// The bytes of an upload are known to be right; those of an old file are not.
#[test]
fn an_upload_mends_a_damaged_file() {
    let content = content(3, BYTES);
    let digest = BlobDigest::of(&content);
    let path = blob_file(Path::new(ROOT), &content);
    let mut flipped = content.clone();
    flipped[BYTES / 2] ^= 1;
    for damaged in [&[][..], &content[..BYTES / 2], &flipped] {
        let vfs = SimVfs::new();
        let store = open(&vfs).unwrap();
        hold(&store, 1, &content);
        vfs.overwrite(&path, damaged).unwrap();
        hold(&store, 2, &content);
        assert!(blob(&store, &digest).as_deref() == Some(&content[..]), "{} bytes", damaged.len());
        let again = open(&vfs.crash(Keep::Nothing)).unwrap();
        assert!(blob(&again, &digest).as_deref() == Some(&content[..]), "and durably");
    }
}

#[test]
fn a_blob_of_another_length_is_noticed_when_the_store_is_opened() {
    let content = content(3, BYTES);
    let path = blob_file(Path::new(ROOT), &content);
    let vfs = SimVfs::new();
    hold(&open_keeping_log(&vfs), 1, &content);
    let longer = [&content[..], b"x"].concat();
    for damaged in [&[][..], &content[1..], &longer] {
        vfs.overwrite(&path, damaged).unwrap();
        let error = refused(&vfs);
        assert!(matches!(&error, StoreError::Corrupt { file, .. } if *file == path), "{error:?}");
    }
    vfs.overwrite(&path, &content).unwrap();
    drop(open_keeping_log(&vfs));
}

#[test]
fn blobs_without_a_log_are_no_new_store() {
    let vfs = SimVfs::new();
    hold(&open_keeping_log(&vfs), 1, &content(3, BYTES));
    segments(&vfs).iter().for_each(|path| vfs.remove_file(path).unwrap());
    for _ in 0..2 {
        let error = refused(&vfs);
        assert!(matches!(&error, StoreError::Corrupt { file, .. } if file.ends_with("wal")), "{error:?}");
    }
}

#[test]
fn the_check_finds_blobs_without_a_log() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("store");
    let options = LocalOptions::new(&root, entropy()).table(TableKind::Memory).checkpoint_bytes_min(u64::MAX);
    hold(&LocalBackend::open(&options).unwrap(), 1, &content(3, BYTES));
    for entry in fs::read_dir(root.join("wal")).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    let findings = check(&root).unwrap().findings;
    assert_eq!(findings.iter().map(|finding| finding.file.as_path()).collect::<Vec<_>>(), [root.join("wal")]);
    // Nor does anything else need to say that there was a log.
    fs::remove_file(root.join("REACH")).unwrap();
    let findings = check(&root).unwrap().findings;
    assert_eq!(findings.iter().map(|finding| finding.file.as_path()).collect::<Vec<_>>(), [root.join("wal")]);
    // A store whose creation was interrupted has neither.
    fs::remove_dir_all(root.join("blobs")).unwrap();
    assert_eq!(check(&root).unwrap().findings, []);
}
