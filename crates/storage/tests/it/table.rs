//! The table in sled may be missing, old, foreign or garbage: the answers are the same.

#![cfg(feature = "sled")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use funclet_storage::{Backend, LocalBackend, LocalOptions, ReadError, StoreError, TableKind, check};

use crate::script::{content, copy, entropy, id, inline, put, scope, text, texts};

fn options(path: &Path) -> LocalOptions {
    LocalOptions::new(path, entropy()).table(TableKind::Sled { cache_bytes: 1 << 20 })
}

fn open(path: &Path) -> LocalBackend {
    LocalBackend::open(&options(path)).unwrap()
}

/// A store of a few hundred records, closed; and what it holds.
fn closed_store(path: &Path) -> BTreeMap<String, String> {
    let store = open(path);
    for number in 0..300 {
        let (key, value) = (format!("k{:03}", number * 7 % 200), format!("value {number}"));
        put(&store, number, &key, &value.repeat(10)).unwrap();
    }
    store.transact(&scope(), id(999), &mut |tx| inline(tx, &content(1, 1000))).unwrap();
    let held = texts(&store).unwrap();
    store.close().unwrap();
    held
}

#[test]
fn a_table_that_adds_up_is_kept_after_any_end() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let held = closed_store(root);
    // A file that sled does not look at tells whether its directory was thrown away.
    let sentinel = root.join("table/sentinel");
    fs::write(&sentinel, b"").unwrap();
    assert!(root.join("TABLE").exists());
    let store = open(root);
    assert!(sentinel.exists(), "the table was kept");
    assert!(!root.join("TABLE").exists(), "and is not trusted a second time");
    assert_eq!(texts(&store).unwrap(), held);
    store.close().unwrap();
    fs::remove_file(root.join("TABLE")).unwrap();
    let store = open(root);
    assert!(sentinel.exists(), "it adds up, so it was kept");
    assert_eq!(texts(&store).unwrap(), held);
}

#[test]
fn any_state_of_the_table_gives_the_same_answers() {
    type Damage = fn(&Path);
    let damages: [(&str, Damage); 9] = [
        ("absent", |table| fs::remove_dir_all(table).unwrap()),
        ("empty directory", |table| {
            fs::remove_dir_all(table).unwrap();
            fs::create_dir(table).unwrap();
        }),
        ("a file", |table| {
            fs::remove_dir_all(table).unwrap();
            fs::write(table, b"not a directory").unwrap();
        }),
        ("garbage for its file", |table| fs::write(table.join("db"), content(7, 100_000)).unwrap()),
        ("garbage for its configuration", |table| fs::write(table.join("conf"), content(7, 100)).unwrap()),
        ("an empty file", |table| fs::write(table.join("db"), b"").unwrap()),
        ("half a file", |table| {
            let file = fs::OpenOptions::new().write(true).open(table.join("db")).unwrap();
            file.set_len(file.metadata().unwrap().len() / 2).unwrap();
        }),
        ("another store's", |table| {
            let other = tempfile::tempdir().unwrap();
            let store = open(other.path());
            put(&store, 1, "foreign", "value").unwrap();
            store.close().unwrap();
            fs::remove_dir_all(table).unwrap();
            copy(&other.path().join("table"), table);
        }),
        ("another store's with its marker", |table| {
            let other = tempfile::tempdir().unwrap();
            closed_store(other.path());
            fs::remove_dir_all(table).unwrap();
            copy(&other.path().join("table"), table);
            fs::copy(other.path().join("TABLE"), table.with_file_name("TABLE")).unwrap();
        }),
    ];
    let directory = tempfile::tempdir().unwrap();
    let origin = directory.path().join("origin");
    let held = closed_store(&origin);
    for (what, damage) in damages {
        let root = directory.path().join(what);
        copy(&origin, &root);
        damage(&root.join("table"));
        let store = open(&root);
        assert_eq!(texts(&store).unwrap(), held, "{what}");
        put(&store, 1000, "more", what).unwrap();
        store.close().unwrap();
        assert_eq!(texts(&open(&root)).unwrap().get("more").map(String::as_str), Some(what));
    }
}

/// Two copies of one store have one id, and their records the same numbers.
#[test]
fn the_table_of_a_diverged_copy_is_not_believed() {
    for (with_snapshot, more) in [(false, 0), (false, 3), (true, 0), (true, 3)] {
        let directory = tempfile::tempdir().unwrap();
        let (ours, theirs) = (directory.path().join("ours"), directory.path().join("theirs"));
        drop(closed_store(&ours));
        copy(&ours, &theirs);
        for (root, key, first) in [(&theirs, "theirs", 1_000), (&ours, "ours", 2_000)] {
            let store = open(root);
            put(&store, first, key, "value").unwrap();
            if with_snapshot {
                store.checkpoint().unwrap();
            }
            for number in 0..if key == "ours" { more } else { 0 } {
                put(&store, first + 1 + number, "more", "value").unwrap();
            }
            store.close().unwrap();
        }
        let store = open(&ours);
        let held = texts(&store).unwrap();
        store.close().unwrap();
        fs::remove_dir_all(ours.join("table")).unwrap();
        copy(&theirs.join("table"), &ours.join("table"));
        assert_eq!(texts(&open(&ours)).unwrap(), held, "{with_snapshot} {more}");
    }
}

#[test]
fn an_old_table_is_brought_up_to_date() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("store");
    let held = closed_store(&root);
    let kept = directory.path().join("kept");
    copy(&root.join("table"), &kept);
    let store = open(&root);
    for key in held.keys().take(50) {
        put(&store, 2000, key, "changed").unwrap();
    }
    let changed = texts(&store).unwrap();
    store.close().unwrap();
    fs::remove_dir_all(root.join("table")).unwrap();
    copy(&kept, &root.join("table"));
    assert_eq!(texts(&open(&root)).unwrap(), changed);
}

#[test]
fn a_log_that_lost_its_end_is_noticed_by_the_table() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    closed_store(root);
    let store = open(root);
    put(&store, 2000, "late", "value").unwrap();
    store.close().unwrap();
    fs::remove_file(segments(root).last().unwrap()).unwrap();
    refused_again_and_again(root, "the last segment removed");
}

fn segments(root: &Path) -> Vec<PathBuf> {
    let mut segments: Vec<_> =
        fs::read_dir(root.join("wal")).unwrap().map(|entry| entry.unwrap().path()).collect();
    segments.sort();
    segments
}

/// A store that is refused stays as it is, and is refused whatever its table is to be.
fn refused_again_and_again(root: &Path, what: &str) {
    let names = |root: &Path| {
        let names = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().file_name());
        names.collect::<BTreeSet<_>>()
    };
    let before = (names(root), fs::read(root.join("table/db")).unwrap());
    for table in [TableKind::Sled { cache_bytes: 1 << 20 }, TableKind::Memory].repeat(2) {
        let opened = LocalBackend::open(&options(root).table(table)).map(drop);
        assert!(matches!(opened, Err(StoreError::Corrupt { .. })), "{what}, {table:?}: {opened:?}");
    }
    let findings = check(root).unwrap().findings;
    assert_eq!(findings.len(), 1, "{what}: {findings:?}");
    assert!(findings[0].file.starts_with(root.join("wal")), "{what}: {findings:?}");
    assert!((names(root), fs::read(root.join("table/db")).unwrap()) == before, "{what}: something changed");
}

#[test]
fn a_store_that_lost_its_log_is_refused_until_the_log_is_back() {
    type Loss = fn(&Path);
    let losses: [(&str, Loss); 3] = [
        ("no log", |root| segments(root).iter().for_each(|path| fs::remove_file(path).unwrap())),
        ("the last segment emptied of frames", |root| {
            let path = segments(root).pop().unwrap();
            fs::OpenOptions::new().write(true).open(path).unwrap().set_len(512).unwrap();
        }),
        ("the last segment cut", |root| {
            let path = segments(root).pop().unwrap();
            let file = fs::OpenOptions::new().write(true).open(path).unwrap();
            file.set_len(20_000).unwrap();
        }),
    ];
    let directory = tempfile::tempdir().unwrap();
    let origin = directory.path().join("origin");
    let held = closed_store(&origin);
    for (what, lose) in losses {
        for without_table in [false, true] {
            let root = directory.path().join(format!("{what} {without_table}"));
            copy(&origin, &root);
            if without_table {
                // Then nothing but the marker knows.
                fs::remove_dir_all(root.join("table")).unwrap();
                fs::create_dir(root.join("table")).unwrap();
                fs::write(root.join("table/db"), b"").unwrap();
            }
            lose(&root);
            refused_again_and_again(&root, what);
            fs::remove_dir_all(root.join("wal")).unwrap();
            copy(&origin.join("wal"), &root.join("wal"));
            assert_eq!(texts(&open(&root)).unwrap(), held, "{what}");
        }
    }
}

/// Flips bits in the kept table. sled checks its own pages and every value has a checksum: an answer is right, or there is
/// none and the reason is the table; the log is untouched, so without the marker everything is back.
#[test]
fn a_damaged_table_gives_right_answers_or_none() {
    let directory = tempfile::tempdir().unwrap();
    let origin = directory.path().join("origin");
    let held = closed_store(&origin);
    let database = fs::read(origin.join("table/db")).unwrap();
    let used = database.iter().rposition(|byte| *byte != 0).unwrap();
    for n in 0..40 {
        let root = directory.path().join(n.to_string());
        copy(&origin, &root);
        let mut damaged = database.clone();
        damaged[used * n / 40 + n % 7] ^= 1 << (n % 8);
        fs::write(root.join("table/db"), damaged).unwrap();
        let store = open(&root);
        match texts(&store) {
            Ok(found) => assert_eq!(found, held, "flip {n}"),
            Err(ReadError::Store(StoreError::Table { .. })) => {}
            Err(other) => panic!("flip {n}: {other}"),
        }
        drop(store);
        let _ = fs::remove_file(root.join("TABLE"));
        assert_eq!(texts(&open(&root)).unwrap(), held, "flip {n}, rebuilt");
        fs::remove_dir_all(root).unwrap();
    }
}

#[test]
fn an_overlay_of_any_size_gives_the_same_answers() {
    for overlay_bytes in [0, 100, 10_000] {
        let directory = tempfile::tempdir().unwrap();
        let store = LocalBackend::open(&options(directory.path()).overlay_bytes_max(overlay_bytes)).unwrap();
        let mut expected = BTreeMap::new();
        for number in 0..100 {
            let (key, value) = (format!("k{:02}", number * 7 % 30), format!("value {number}"));
            if number % 5 == 4 {
                let removed = store.transact(&scope(), id(number), &mut |tx| {
                    tx.get(key.as_bytes())?;
                    tx.delete(key.as_bytes())
                });
                removed.unwrap();
                expected.remove(&key);
            } else {
                store
                    .transact(&scope(), id(number), &mut |tx| {
                        tx.get(key.as_bytes())?;
                        tx.put(key.as_bytes(), text(&value))
                    })
                    .unwrap();
                expected.insert(key, value);
            }
            assert_eq!(texts(&store).unwrap(), expected, "overlay of {overlay_bytes} bytes");
        }
        drop(store);
        assert_eq!(texts(&open(directory.path())).unwrap(), expected);
    }
}
