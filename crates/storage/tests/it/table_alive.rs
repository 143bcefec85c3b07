//! The table in sled while the store is open: a store that is killed, and a table that fails under it.

#![cfg(feature = "sled")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use funclet_storage::{
    Backend, CopyMode, Durability, LocalBackend, LocalOptions, Maintenance, ReadError, StoreError, TableKind,
    check, codec, copy_store,
};

use crate::concurrency::MAINTENANCE;
use crate::script::{KIND, copy, entropy, id, put, scope};
use crate::watchdog::Watchdog;

fn options(path: &Path) -> LocalOptions {
    LocalOptions::new(path, entropy())
        .table(TableKind::Sled { cache_bytes: 1 << 16 })
        .overlay_bytes_max(2_000)
}

fn open(path: &Path) -> LocalBackend {
    LocalBackend::open(&options(path)).unwrap()
}

/// What a store holds.
type Texts = BTreeMap<String, String>;

/// Reads everything, page after page.
fn texts(store: &dyn Backend) -> Result<Texts, ReadError> {
    let (mut found, mut after) = (Texts::new(), None::<Vec<u8>>);
    loop {
        let mut page = funclet_storage::Page::default();
        store.read(&scope(), &mut |view| view.scan(b"", after.as_deref(), 100).map(|read| page = read))?;
        for (key, value) in page.entries {
            let text = codec::decode(KIND, &value).unwrap();
            found.insert(String::from_utf8(key.clone()).unwrap(), text);
            after = Some(key);
        }
        if !page.more {
            return Ok(found);
        }
    }
}

/// Sets and removes keys, in an order that comes from `first`.
fn update(store: &dyn Backend, held: &mut Texts, first: u64, count: u64) {
    for number in first..first + count {
        let key = format!("k{:03}", number * 7 % 150);
        if number % 5 == 0 && held.remove(&key).is_some() {
            let removed = store.transact(&scope(), id(number), &mut |tx| {
                tx.get(key.as_bytes())?;
                tx.delete(key.as_bytes())
            });
            removed.unwrap();
        } else {
            let value = format!("{number:0100}");
            put(store, number, &key, &value).unwrap();
            held.insert(key, value);
        }
    }
}

/// A file that sled does not look at: it goes when its directory is thrown away.
fn watch_table(root: &Path) -> std::path::PathBuf {
    let sentinel = root.join("table/sentinel");
    fs::write(&sentinel, b"").unwrap();
    sentinel
}

/// The directory as a killed process leaves it: in the middle of everything, without the mark of a close.
#[test]
fn a_table_is_kept_after_a_kill_if_it_adds_up() {
    for durability in [Durability::Disk, Durability::Process] {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("store");
        let store = LocalBackend::open(&options(&root).durability(durability)).unwrap();
        let mut held = Texts::new();
        for round in 0..5 {
            update(&store, &mut held, round * 100, 100);
            if round % 2 == 1 {
                // The table is as new as the snapshot, and on the disk.
                store.checkpoint().unwrap();
            }
            let killed = directory.path().join(round.to_string());
            copy(&root, &killed);
            let sentinel = watch_table(&killed);
            let again = LocalBackend::open(&options(&killed).durability(durability)).unwrap();
            let what = format!("{durability:?}, round {round}");
            assert_eq!(texts(&again).unwrap(), held, "{what}");
            assert!(sentinel.exists() || round % 2 == 0, "{what}: the table added up");
            again.checkpoint().unwrap();
            again.close().unwrap();
            assert_eq!(check(&killed).unwrap().findings, [], "{what}");
            assert_eq!(texts(&open(&killed)).unwrap(), held, "{what}, opened again");
        }
    }
}

/// The directory `table` of another time.
#[test]
fn a_table_of_another_time_gives_the_same_answers() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("store");
    let (mut held, mut tables) = (Texts::new(), Vec::new());
    for round in 0..4 {
        let store = open(&root);
        update(&store, &mut held, round * 100, 100);
        if round == 2 {
            store.checkpoint().unwrap();
        }
        store.close().unwrap();
        let kept = directory.path().join(format!("table {round}"));
        copy(&root.join("table"), &kept);
        fs::copy(root.join("TABLE"), directory.path().join(format!("TABLE {round}"))).unwrap();
        tables.push(kept);
    }
    for (round, table) in tables.iter().enumerate() {
        for mark in [None, Some(round), Some(3)] {
            let other = directory.path().join("other");
            copy(&root, &other);
            fs::remove_dir_all(other.join("table")).unwrap();
            copy(table, &other.join("table"));
            fs::remove_file(other.join("TABLE")).unwrap();
            if let Some(mark) = mark {
                fs::copy(directory.path().join(format!("TABLE {mark}")), other.join("TABLE")).unwrap();
            }
            let store = open(&other);
            assert_eq!(texts(&store).unwrap(), held, "table {round}, mark {mark:?}");
            store.checkpoint().unwrap();
            store.close().unwrap();
            fs::remove_dir_all(other).unwrap();
        }
    }
}

/// A table that is newer than the log of an older copy of the store: it holds what that store never heard of.
#[test]
fn a_table_that_knows_more_than_the_log_is_thrown_away() {
    let directory = tempfile::tempdir().unwrap();
    let (root, older) = (directory.path().join("store"), directory.path().join("older"));
    let mut held = Texts::new();
    let store = open(&root);
    update(&store, &mut held, 0, 100);
    store.close().unwrap();
    copy(&root, &older);
    let then = held.clone();
    let store = open(&root);
    update(&store, &mut held, 100, 100);
    store.close().unwrap();
    fs::remove_dir_all(older.join("table")).unwrap();
    copy(&root.join("table"), &older.join("table"));
    let sentinel = watch_table(&older);
    let store = open(&older);
    assert!(!sentinel.exists());
    assert_eq!(texts(&store).unwrap(), then);
}

/// The file of the table is damaged while the store is open. Reads, commits, checkpoints and the close go on.
#[test]
fn a_table_that_fails_is_replaced_under_the_open_store() {
    let _watchdog = Watchdog::new("a_table_that_fails_is_replaced_under_the_open_store");
    type Damage = fn(&Path);
    let damages: [(&str, Damage); 2] = [
        ("overwritten", |db| {
            let garbage = crate::script::content(7, fs::metadata(db).unwrap().len() as usize);
            std::os::unix::fs::FileExt::write_all_at(
                &fs::OpenOptions::new().write(true).open(db).unwrap(),
                &garbage,
                0,
            )
            .unwrap();
        }),
        ("cut", |db| fs::OpenOptions::new().write(true).open(db).unwrap().set_len(100).unwrap()),
    ];
    for ((what, damage), maintenance) in damages.into_iter().flat_map(|d| MAINTENANCE.map(|m| (d, m))) {
        fails_alive(what, damage, maintenance);
    }
}

fn fails_alive(what: &str, damage: fn(&Path), maintenance: Maintenance) {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let options = options(root).overlay_bytes_max(100_000).maintenance(maintenance);
    let store = LocalBackend::open(&options).unwrap();
    let mut held = Texts::new();
    for number in 0..400 {
        let (key, value) = (format!("large{number:03}"), format!("{number:04}").repeat(2_000));
        put(&store, number, &key, &value).unwrap();
        held.insert(key, value);
    }
    store.close().unwrap();
    // Now sled has read nothing of what it will be asked for.
    let store = LocalBackend::open(&options).unwrap();
    update(&store, &mut held, 1_000, 50);
    damage(&root.join("table/db"));
    let what = format!("{what}, {maintenance:?}");
    assert!(texts(&store).unwrap() == held, "{what}: read");
    update(&store, &mut held, 2_000, 200);
    assert!(texts(&store).unwrap() == held, "{what}: read after writes");
    store.checkpoint().unwrap();
    update(&store, &mut held, 3_000, 50);
    assert!(texts(&store).unwrap() == held, "{what}: read after the checkpoint");
    store.close().unwrap();
    assert_eq!(check(root).unwrap().findings, [], "{what}");
    let again = LocalBackend::open(&options).unwrap();
    assert!(texts(&again).unwrap() == held, "{what}: opened again");
    again.close().unwrap();
}

/// A damaged snapshot is replaced also if nothing has happened since it was written, by the close or by a backup.
#[test]
fn a_damaged_snapshot_is_replaced_by_one_of_the_same_state() {
    for by_backup in [false, true] {
        let directory = tempfile::tempdir().unwrap();
        let (root, copy) = (directory.path().join("store"), directory.path().join("copy"));
        let (store, mut held) = (open(&root), Texts::new());
        update(&store, &mut held, 0, 200);
        store.close().unwrap();
        let snapshot = fs::read_dir(root.join("snap")).unwrap().next().unwrap().unwrap().path();
        let mut content = fs::read(&snapshot).unwrap();
        content[500] ^= 1;
        fs::write(&snapshot, content).unwrap();
        if by_backup {
            let refused = copy_store(&root, &copy, CopyMode::Link, &mut |_| {}).unwrap_err();
            assert!(matches!(&refused, StoreError::Corrupt { file, .. } if *file == snapshot), "{refused:?}");
        }
        let store = open(&root);
        if by_backup {
            store.backup(&copy, CopyMode::Link, &mut |_| {}).unwrap();
            assert_eq!(check(&copy).unwrap().findings, []);
            assert!(texts(&open(&copy)).unwrap() == held);
        } else {
            store.verify_snapshot().unwrap_err();
        }
        store.close().unwrap();
        assert_eq!(check(&root).unwrap().findings, [], "by a backup: {by_backup}");
        fs::remove_dir_all(root.join("table")).unwrap();
        assert!(texts(&open(&root)).unwrap() == held);
    }
}

/// A snapshot that is damaged while the table stands in for it: nothing is lost, it is told, and the next checkpoint mends it.
#[test]
fn a_damaged_snapshot_is_told_while_the_table_stands_in_for_it() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let (store, mut held) = (open(root), Texts::new());
    store.verify_snapshot().unwrap();
    update(&store, &mut held, 0, 200);
    store.checkpoint().unwrap();
    store.verify_snapshot().unwrap();
    store.close().unwrap();
    let snapshot = fs::read_dir(root.join("snap")).unwrap().next().unwrap().unwrap().path();
    let mut content = fs::read(&snapshot).unwrap();
    content[500] ^= 1;
    fs::write(&snapshot, content).unwrap();

    let store = open(root);
    assert!(texts(&store).unwrap() == held);
    let told = store.verify_snapshot().unwrap_err();
    assert!(matches!(&told, StoreError::Corrupt { file, .. } if *file == snapshot), "{told:?}");
    update(&store, &mut held, 200, 1);
    store.checkpoint().unwrap();
    store.verify_snapshot().unwrap();
    store.close().unwrap();
    assert!(matches!(store.verify_snapshot(), Err(StoreError::Closed)));
    assert_eq!(check(root).unwrap().findings, []);
    fs::remove_dir_all(root.join("table")).unwrap();
    assert!(texts(&open(root)).unwrap() == held);
}

/// A table that fails before the first checkpoint: there is nothing but the log to make another one of.
#[test]
fn a_table_that_never_saw_a_snapshot_is_replaced_from_the_log() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let begin = || LocalBackend::open(&options(root).checkpoint_bytes_min(u64::MAX)).unwrap();
    let (store, mut held) = (begin(), Texts::new());
    for number in 0..600 {
        let (key, value) = (format!("large{number:03}"), format!("{number:04}").repeat(2_000));
        put(&store, number, &key, &value).unwrap();
        held.insert(key, value);
    }
    store.close().unwrap();
    let store = begin();
    fs::OpenOptions::new().write(true).open(root.join("table/db")).unwrap().set_len(0).unwrap();
    assert!(texts(&store).unwrap() == held);
    update(&store, &mut held, 1_000, 50);
    store.close().unwrap();
    assert!(texts(&open(root)).unwrap() == held);
}
