//! Files where directories belong, and the other way round: the check and the opening agree, and nothing is removed.

use std::fs;
use std::path::{Path, PathBuf};

use funclet_storage::{Backend as _, CheckReport, LocalBackend, LocalOptions, StoreError, check};

use crate::script::{content, entropy, hold, put};

/// A closed store with a snapshot, a log behind it, and a blob in a file.
fn store() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("store");
    let store = open(&root).unwrap();
    put(&store, 1, "k", "v").unwrap();
    hold(&store, 2, &content(1, 100_000));
    store.checkpoint().unwrap();
    put(&store, 3, "k", "w").unwrap();
    store.close().unwrap();
    (directory, root)
}

fn open(root: &Path) -> Result<LocalBackend, StoreError> {
    LocalBackend::open(&LocalOptions::new(root, entropy()))
}

/// The one file below a directory.
fn only(directory: &Path) -> PathBuf {
    let path = fs::read_dir(directory).unwrap().next().unwrap().unwrap().path();
    if path.is_dir() { only(&path) } else { path }
}

/// Puts something in the place of what is at `path`, has it judged, and puts everything back.
#[track_caller]
fn replaced(root: &Path, path: &Path, put: impl FnOnce(&Path)) {
    let aside = root.with_extension("aside");
    let was_there = fs::rename(path, &aside).is_ok();
    put(path);
    let report = check(root).unwrap();
    let CheckReport { findings, .. } = &report;
    assert!(findings.iter().any(|finding| finding.file == path), "{path:?}: {findings:?}");
    let refused = open(root).map(drop).unwrap_err();
    assert!(path.exists(), "what is not the store's stays");
    let text = format!("{refused:?}");
    assert!(text.contains(path.file_name().unwrap().to_str().unwrap()), "{path:?}: {text}");
    if path.is_dir() {
        fs::remove_dir_all(path).unwrap()
    } else {
        fs::remove_file(path).unwrap()
    }
    if was_there {
        fs::rename(aside, path).unwrap();
    }
    assert_eq!(check(root).unwrap().findings, [], "{path:?}");
}

fn file(path: &Path) {
    fs::write(path, b"somebody's").unwrap();
}

fn directory(path: &Path) {
    fs::create_dir(path).unwrap();
    fs::write(path.join("thesis.tex"), b"somebody's").unwrap();
}

#[test]
fn a_file_in_the_place_of_a_directory() {
    let (_directory, root) = store();
    for name in ["wal", "snap", "blobs", "tmp"] {
        replaced(&root, &root.join(name), file);
    }
    open(&root).unwrap();
}

#[test]
fn a_directory_in_the_place_of_a_file() {
    let (_directory, root) = store();
    for name in ["LOCK", "TABLE", "UNSYNCED", "tmp/x", "tmp/format"] {
        replaced(&root, &root.join(name), directory);
    }
    for name in ["wal", "snap"] {
        replaced(&root, &only(&root.join(name)), directory);
    }
    open(&root).unwrap();
}

/// A package is looked at by the check alone, when no record of the log holds it.
#[test]
fn a_directory_in_the_place_of_a_blob() {
    let (_directory, root) = store();
    let blob = only(&root.join("blobs"));
    fs::remove_file(&blob).unwrap();
    directory(&blob);
    let report = check(&root).unwrap();
    let [finding] = &report.findings[..] else { panic!("{report:?}") };
    assert_eq!(finding.file, blob);
    assert!(finding.problem.starts_with("a referenced blob cannot be read: "), "{finding:?}");
}

/// `FORMAT` says whether this is a store at all; where everything else does, it is damaged.
#[test]
fn a_format_that_is_no_small_file() {
    let (folder, root) = store();
    let format = root.join("FORMAT");
    let overlong = |path: &Path| fs::write(path, [&b"FUNCLET\n"[..], &[0; 5_000]].concat()).unwrap();
    let judged = |put: &dyn Fn(&Path)| {
        let aside = folder.path().join("aside");
        fs::rename(&format, &aside).unwrap();
        put(&format);
        let report = check(&root).unwrap();
        let refused = open(&root).map(drop).unwrap_err();
        if format.is_dir() {
            fs::remove_dir_all(&format).unwrap()
        }
        fs::rename(aside, &format).unwrap();
        assert_eq!(report.findings[0].file, format);
        refused
    };
    assert!(matches!(judged(&overlong), StoreError::Corrupt { file, .. } if file == format));
    assert!(matches!(judged(&directory), StoreError::NotAStore { .. }));
    // Alone, it is somebody else's.
    let alone = folder.path().join("alone");
    fs::create_dir(&alone).unwrap();
    directory(&alone.join("FORMAT"));
    for refused in [check(&alone).map(drop).unwrap_err(), open(&alone).map(drop).unwrap_err()] {
        assert_eq!(
            refused.to_string(),
            format!("{} is not a funclet store: its FORMAT is a directory", alone.display())
        );
    }
}
