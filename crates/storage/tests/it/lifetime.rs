//! Opening and closing: what is a store, who has it, and what is left when it is closed.

use std::path::Path;
use std::sync::Arc;

use funclet_storage::{
    Backend, BlobDigest, CommitError, LocalBackend, LocalOptions, MemoryBackend, Position, ReadError,
    StoreError, TableKind, Vfs, check,
};
use funclet_testkit::{Keep, Operation, SimVfs};

use crate::script::{ROOT, entropy, get, id, open, options, put, refused, scope, segments, texts};

fn format_file() -> std::path::PathBuf {
    Path::new(ROOT).join("FORMAT")
}

/// A disk with a store that was closed.
fn closed_store() -> SimVfs {
    let vfs = SimVfs::new();
    let store = open(&vfs).unwrap();
    put(&store, 1, "k", "v").unwrap();
    store.close().unwrap();
    vfs
}

#[test]
fn a_store_is_open_once() {
    let vfs = SimVfs::new();
    let store = open(&vfs).unwrap();
    assert!(matches!(refused(&vfs), StoreError::Locked { path } if path == Path::new(ROOT)));
    put(&store, 1, "k", "v").unwrap();
    drop(store);
    assert_eq!(get(&open(&vfs).unwrap(), "k").unwrap(), "v");
}

#[test]
fn a_store_on_the_real_file_system_is_open_once() {
    let directory = tempfile::tempdir().unwrap();
    let options = LocalOptions::new(directory.path().join("store"), entropy());
    let store = LocalBackend::open(&options).unwrap();
    put(&store, 1, "k", "v").unwrap();
    assert!(matches!(LocalBackend::open(&options), Err(StoreError::Locked { .. })));
    store.close().unwrap();
    // The closed one is still there, and no longer in the way.
    let again = LocalBackend::open(&options).unwrap();
    assert_eq!(get(&again, "k").unwrap(), "v");
}

#[test]
fn nothing_answers_after_the_close() {
    let local = open(&SimVfs::new()).unwrap();
    let stores: [Box<dyn Backend>; 2] = [Box::new(local), Box::new(MemoryBackend::new())];
    for store in stores {
        put(&*store, 1, "k", "v").unwrap();
        let mut writer = store.blobs().stage().unwrap();
        writer.push(b"blob").unwrap();
        let staged = writer.finish().unwrap();
        store.close().unwrap();
        store.close().unwrap();
        let closed =
            |error: ReadError| assert!(matches!(error, ReadError::Store(StoreError::Closed)), "{error:?}");
        let ended = put(&*store, 2, "k", "w");
        assert!(matches!(ended, Err(CommitError::Failed(StoreError::Closed))), "{ended:?}");
        closed(crate::script::try_get(&*store, "k").unwrap_err());
        closed(store.events(Position::START, 1).unwrap_err());
        closed(store.scopes(None, 1).unwrap_err());
        closed(store.resolve(&scope(), id(1)).unwrap_err());
        assert!(matches!(store.blobs().stage(), Err(StoreError::Closed)));
        assert!(matches!(store.blobs().open(&BlobDigest::of(b"blob")), Err(StoreError::Closed)));
        assert!(matches!(store.blobs().store(staged), Err(StoreError::Closed)));
        let (sender, answers) = std::sync::mpsc::channel();
        store.submit_read(&scope(), Box::new(|_| Ok(())), Box::new(move |end| sender.send(end).unwrap()));
        closed(answers.try_recv().unwrap().unwrap_err());
    }
}

#[test]
fn opening_and_closing_leaves_nothing_behind() {
    let vfs = closed_store();
    let mut most = 0;
    for _ in 0..10 {
        let store = open(&vfs).unwrap();
        assert_eq!(get(&store, "k").unwrap(), "v");
        store.close().unwrap();
        most = most.max(segments(&vfs).len());
    }
    // The empty segment of one opening is replaced by that of the next: both begin with the same record.
    assert_eq!((most, segments(&vfs).len()), (2, 2));
    let store = open(&vfs).unwrap();
    put(&store, 2, "k", "w").unwrap();
    drop(store);
    assert_eq!(get(&open(&vfs.crash(Keep::Nothing)).unwrap(), "k").unwrap(), "w");
}

#[test]
fn a_store_that_was_never_closed_opens_as_often_as_one_likes() {
    let mut vfs = closed_store();
    for n in 0..10 {
        let store = open(&vfs).unwrap();
        assert_eq!(get(&store, "k").unwrap(), "v", "opening {n}");
        vfs = vfs.crash(if n % 2 == 0 { Keep::Nothing } else { Keep::Everything });
    }
    assert!(segments(&vfs).len() <= 2, "{:?}", segments(&vfs));
}

#[test]
fn a_directory_of_somebody_else_is_left_alone() {
    let vfs = SimVfs::new();
    vfs.create_dir_all(Path::new(ROOT)).unwrap();
    vfs.create(&Path::new(ROOT).join("thesis.tex")).unwrap();
    assert!(matches!(refused(&vfs), StoreError::NotAStore { .. }));
    assert_eq!(vfs.files(), [Path::new(ROOT).join("thesis.tex")], "not even a lock");
}

#[test]
fn a_format_of_somebody_else_is_not_ours() {
    let vfs = closed_store();
    vfs.overwrite(format_file(), b"FORMAT of another program").unwrap();
    assert!(matches!(refused(&vfs), StoreError::NotAStore { .. }));
}

#[test]
fn a_newer_format_is_named() {
    let vfs = closed_store();
    let mut content = vfs.read_file(format_file()).unwrap();
    content[8] = 5;
    let end = content.len() - 4;
    let crc = crc32fast::hash(&content[..end]);
    content[end..].copy_from_slice(&crc.to_le_bytes());
    vfs.overwrite(format_file(), &content).unwrap();
    assert!(matches!(refused(&vfs), StoreError::NewerFormat { found: 5, supported: 4, .. }));
}

#[test]
fn a_damaged_format_is_damage() {
    let whole = closed_store();
    let content = whole.read_file(format_file()).unwrap();
    for cut in 8..content.len() {
        let vfs = whole.crash(Keep::Everything);
        vfs.overwrite(format_file(), &content[..cut]).unwrap();
        assert!(matches!(refused(&vfs), StoreError::Corrupt { file, .. } if file == format_file()), "{cut}");
    }
    let vfs = whole.crash(Keep::Everything);
    vfs.remove_file(&format_file()).unwrap();
    assert!(matches!(refused(&vfs), StoreError::Corrupt { file, .. } if file == format_file()));
}

#[test]
fn a_store_without_its_format_is_damaged_and_not_somebody_elses() {
    for (name, is_new) in
        [("TABLE", false), ("table", false), ("REACH", false), ("UNSYNCED", true), ("LOCK", true)]
    {
        let vfs = closed_store();
        vfs.create(&Path::new(ROOT).join(name)).unwrap();
        vfs.remove_file(&format_file()).unwrap();
        let error = refused(&vfs);
        assert!(error.to_string().ends_with("FORMAT is missing"), "{name}: {error}");
        // Alone, some of them are what an interrupted creation leaves.
        let vfs = SimVfs::new();
        vfs.create_dir_all(Path::new(ROOT)).unwrap();
        vfs.create(&Path::new(ROOT).join(name)).unwrap();
        assert_eq!(open(&vfs).is_ok(), is_new, "{name}");
    }
}

#[test]
fn a_file_in_the_place_of_the_store_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    std::fs::write(&path, b"content").unwrap();
    let opened = LocalBackend::open(&LocalOptions::new(&path, entropy())).map(drop);
    for error in [opened.unwrap_err(), check(&path).unwrap_err()] {
        assert!(
            matches!(&error, StoreError::NotAStore { reason, .. } if reason == "it is a file"),
            "{error:?}"
        );
    }
    assert_eq!(std::fs::read(&path).unwrap(), b"content");
}

/// Whoever made the names may have been ended before they were durable: the next one makes up for it.
#[test]
fn a_creation_that_failed_to_sync_is_made_up_for() {
    let path = "/srv/emulator/data/store";
    let open =
        |vfs: &SimVfs| LocalBackend::open(&LocalOptions::new(path, entropy()).vfs(Arc::new(vfs.clone())));
    // Four directories, then the store's own twice, then `wal` with the segment.
    for nth in 1..=7 {
        let vfs = SimVfs::new();
        vfs.fail(Operation::SyncDir, nth);
        assert!(open(&vfs).is_err(), "sync {nth} fails");
        put(&open(&vfs).unwrap(), 1, "k", "v").unwrap();
        let again = open(&vfs.crash(Keep::Nothing)).unwrap();
        assert_eq!(get(&again, "k").as_deref(), Some("v"), "sync {nth}");
    }
}

#[test]
fn a_new_store_is_durable_in_every_directory_above_it() {
    let vfs = SimVfs::new();
    let deep = || {
        let options = LocalOptions::new("/srv/emulator/data/store", entropy());
        options.vfs(Arc::new(vfs.clone()))
    };
    let store = LocalBackend::open(&deep()).unwrap();
    put(&store, 1, "k", "v").unwrap();
    let image = vfs.crash(Keep::Nothing);
    let again = LocalBackend::open(&deep().vfs(Arc::new(image))).unwrap();
    assert_eq!(get(&again, "k").unwrap(), "v");
}

#[test]
fn a_directory_that_somebody_made_before_is_as_good() {
    let vfs = SimVfs::new();
    vfs.create_dir_all(Path::new(ROOT)).unwrap();
    put(&open(&vfs).unwrap(), 1, "k", "v").unwrap();
    assert_eq!(get(&open(&vfs.crash(Keep::Nothing)).unwrap(), "k").unwrap(), "v");
}

#[test]
fn left_over_temporary_files_go() {
    let vfs = closed_store();
    let tmp = Path::new(ROOT).join("tmp");
    let ours = ["blob-7", "segment-0", "snapshot-12", "format", "reach", "table"];
    let others = ["blob-", "blob-x", "notes", "segment-1.bak"];
    ours.iter().chain(&others).for_each(|name| drop(vfs.create(&tmp.join(name)).unwrap()));
    let store = open(&vfs).unwrap();
    let is_there = |name: &str| vfs.exists(&tmp.join(name)).unwrap();
    assert!(!ours.iter().any(|name| is_there(name)));
    assert!(others.iter().all(|name| is_there(name)), "what is not ours stays");
    assert_eq!(get(&store, "k").unwrap(), "v");
}

/// Opening costs what it must: a short-lived store of a test pays for nothing else.
#[test]
fn opening_syncs_little() {
    let vfs = SimVfs::new();
    let store = open(&vfs).unwrap();
    let counts = vfs.counts();
    // FORMAT; the segment zero-filled and then with its first record; REACH.
    assert_eq!(counts.of(Operation::SyncData), 4);
    // The directory above the store, the store's own with its directories, then with FORMAT, `wal` with the segment, the
    // store's own with REACH.
    assert_eq!(counts.of(Operation::SyncDir), 5);
    assert!(counts.bytes_written() < 300 << 10, "{} bytes", counts.bytes_written());
    store.close().unwrap();
}

#[test]
fn the_table_may_be_of_another_kind_each_time() {
    let directory = tempfile::tempdir().unwrap();
    let options = |table| LocalOptions::new(directory.path(), entropy()).table(table);
    let kinds = [
        #[cfg(feature = "sled")]
        TableKind::Sled { cache_bytes: 1 << 20 },
        TableKind::Memory,
    ];
    let mut expected = std::collections::BTreeMap::new();
    for (number, kind) in (1..=7).zip(kinds.into_iter().cycle()) {
        let store = LocalBackend::open(&options(kind)).unwrap();
        assert_eq!(texts(&store).unwrap(), expected);
        let (key, value) = (format!("k{}", number % 3), format!("v{number}"));
        put(&store, number, &key, &value).unwrap();
        expected.insert(key, value);
    }
}

#[cfg(unix)]
#[test]
fn a_directory_that_cannot_be_written_is_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    let set_mode = |mode| {
        std::fs::set_permissions(directory.path(), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    set_mode(0o555);
    let writable_all_the_same = std::fs::write(directory.path().join("probe"), b"").is_ok();
    if writable_all_the_same {
        println!("NOT TESTED: this user (root?) may write everywhere");
        return;
    }
    let opened = LocalBackend::open(&LocalOptions::new(directory.path(), entropy()));
    set_mode(0o755);
    assert!(matches!(opened, Err(StoreError::Io { .. })));
}

/// A closed store gives its directory back at once, whoever still waits for something.
#[test]
fn a_close_among_writers_keeps_what_was_acknowledged_and_writes_nothing_later() {
    for round in 0..50 {
        let vfs = SimVfs::new();
        let store = LocalBackend::open(&options(&vfs)).unwrap();
        let acknowledged = std::sync::Mutex::new(Vec::new());
        let image = std::thread::scope(|threads| {
            for writer in 0..4_u64 {
                let (store, acknowledged) = (&store, &acknowledged);
                threads.spawn(move || {
                    for number in 0.. {
                        let key = format!("{writer}/{number}");
                        match put(store, writer * 1000 + number, &key, "v") {
                            Ok(_) => acknowledged.lock().unwrap().push(key),
                            Err(CommitError::Failed(StoreError::Closed)) => return,
                            Err(other) => panic!("round {round}: {other}"),
                        }
                    }
                });
            }
            while acknowledged.lock().unwrap().len() < 4 {
                std::thread::yield_now();
            }
            store.close().unwrap();
            let written = vfs.counts().total();
            let image = vfs.crash(Keep::Nothing);
            std::thread::yield_now();
            assert_eq!(vfs.counts().total(), written, "round {round}: written after the close");
            image
        });
        let again = open(&image).unwrap();
        for key in acknowledged.into_inner().unwrap() {
            assert!(get(&again, &key).is_some(), "round {round}: {key}");
        }
    }
}
