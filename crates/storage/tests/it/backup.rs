//! Copies of a store: whole, durable, and no store at all if they did not come to their end.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use funclet_storage::{
    Backend, CopyMode, Durability, LocalBackend, LocalOptions, StoreError, TableKind, Vfs as _, check,
    copy_store, read_log,
};
use funclet_testkit::{Keep, Operation, SimVfs};

use crate::concurrency::MAINTENANCE;
use crate::everything::{Everything, write_everything};
use crate::script::{content, entropy, get, hold, id, inline, options, put, release, scope};

const MODES: [CopyMode; 2] = [CopyMode::Link, CopyMode::Bytes];
/// On a simulated disk.
const COPY: &str = "backups/2026/november/copy";

fn real(path: &Path) -> LocalOptions {
    LocalOptions::new(path, entropy()).table(TableKind::Memory).segment_bytes(64 << 10, 64 << 10)
}

fn simulated(vfs: &SimVfs, path: &str) -> LocalOptions {
    let options = LocalOptions::new(path, entropy()).vfs(Arc::new(vfs.clone()));
    options.segment_bytes(4 << 10, 4 << 10).checkpoint_bytes_min(u64::MAX)
}

/// A flag that is raised in the end.
struct Raised<'a>(&'a AtomicBool);

impl Drop for Raised<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The copy opens, is healthy, and what was acknowledged when it was asked for is there, whoever writes meanwhile.
#[test]
fn a_store_is_copied_while_it_is_written_to() {
    for (maintenance, mode) in MAINTENANCE.into_iter().flat_map(|m| MODES.map(|mode| (m, mode))) {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("store");
        let options = real(&root).maintenance(maintenance).checkpoint_bytes_min(100_000);
        let store = LocalBackend::open(&options).unwrap();
        let (done, acknowledged) = (AtomicBool::new(false), AtomicU64::new(0));
        std::thread::scope(|threads| {
            // Also if a check fails.
            let _done = Raised(&done);
            threads.spawn(|| {
                for number in 1.. {
                    put(&store, number, "count", &format!("{number}")).unwrap();
                    let (riding, in_file) = (content(number as u8, 900), content(number as u8, 70_000));
                    let inlined = store.transact(&scope(), id(number), &mut |tx| inline(tx, &riding));
                    inlined.unwrap();
                    hold(&store, number, &in_file);
                    acknowledged.store(number, Ordering::Release);
                    release(&store, number, &riding);
                    release(&store, number, &in_file);
                    if done.load(Ordering::Relaxed) && number > 20 {
                        return;
                    }
                }
            });
            for nth in 0..6 {
                let to = directory.path().join(format!("copy{nth}"));
                let before = acknowledged.load(Ordering::Acquire);
                let mut told = 0;
                let copied = store.backup(&to, mode, &mut |progress| told = progress.files.0).unwrap();
                assert_eq!((copied.files.0, copied.files.1), (told, told));
                let what = format!("{maintenance:?}, {mode:?}, copy {nth}");
                assert_eq!(check(&to).unwrap().findings, [], "{what}");
                let copy = LocalBackend::open(&real(&to)).unwrap();
                let there = get(&copy, "count").map_or(0, |count| count.parse::<u64>().unwrap());
                assert!(there >= before, "{what}: {there} of {before}");
                // The copy is a store of its own, whatever it shares with the original.
                put(&copy, 1 << 40, "only", "here").unwrap();
                copy.checkpoint().unwrap();
                copy.close().unwrap();
                assert_eq!(get(&store, "only"), None);
            }
        });
        store.close().unwrap();
        assert_eq!(check(&root).unwrap().findings, []);
    }
}

#[test]
fn a_closed_store_is_copied_and_comes_back() {
    for mode in MODES {
        let directory = tempfile::tempdir().unwrap();
        let [root, to, back] = ["store", "copy", "back"].map(|name| directory.path().join(name));
        let store = LocalBackend::open(&real(&root)).unwrap();
        let txns = write_everything(&store);
        let before = Everything::of(&store, &txns);
        assert!(matches!(copy_store(&root, &to, mode, &mut |_| ()), Err(StoreError::Locked { .. })));
        store.close().unwrap();
        let copied = copy_store(&root, &to, mode, &mut |_| ()).unwrap();
        assert_eq!(copied.linked > 0, mode == CopyMode::Link, "{copied:?}");
        // The original is lost.
        std::fs::remove_dir_all(&root).unwrap();
        assert_eq!(check(&to).unwrap().findings, []);
        copy_store(&to, &back, mode, &mut |_| ()).unwrap();
        for path in [to, back] {
            let store = LocalBackend::open(&real(&path)).unwrap();
            assert!(Everything::of(&store, &txns) == before, "{mode:?}, {}", path.display());
        }
    }
}

#[test]
fn nothing_is_copied_over_anything() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("store");
    let store = LocalBackend::open(&real(&root)).unwrap();
    put(&store, 1, "k", "v").unwrap();
    let [file, full, free] = ["file", "full", "free"].map(|name| directory.path().join(name));
    std::fs::write(&file, b"content").unwrap();
    std::fs::create_dir_all(full.join("somebody's")).unwrap();
    std::fs::create_dir(&free).unwrap();
    for to in [&file, &full, &root] {
        assert!(store.backup(to, CopyMode::Link, &mut |_| ()).is_err(), "{}", to.display());
    }
    assert_eq!(std::fs::read(&file).unwrap(), b"content");
    assert_eq!(std::fs::read_dir(&full).unwrap().count(), 1);
    store.backup(&free, CopyMode::Link, &mut |_| ()).unwrap();
    store.close().unwrap();
    for to in [&file, &full, &root, &free] {
        assert!(copy_store(&root, to, CopyMode::Bytes, &mut |_| ()).is_err(), "{}", to.display());
    }
    let gone = directory.path().join("nothing");
    assert!(matches!(
        copy_store(&gone, &full, CopyMode::Bytes, &mut |_| ()),
        Err(StoreError::NotAStore { .. })
    ));
    let mut records = 0;
    read_log(&root, &mut |_| records += 1).unwrap();
    assert_eq!(records, 2);
    assert!(matches!(
        store.backup(&directory.path().join("late"), CopyMode::Link, &mut |_| ()),
        Err(StoreError::Closed)
    ));
}

/// What the copy says after it was told to be done is there after a power cut, however deep its directory is, and also if the
/// store that it is of survives only its process.
#[test]
fn a_copy_is_durable() {
    for (durability, mode) in
        [Durability::Disk, Durability::Process].into_iter().flat_map(|d| MODES.map(|mode| (d, mode)))
    {
        let vfs = SimVfs::new();
        let store = LocalBackend::open(&simulated(&vfs, "store").durability(durability)).unwrap();
        let txns = write_everything(&store);
        store.checkpoint().unwrap();
        put(&store, 9_000, "later", "than the snapshot").unwrap();
        let before = Everything::of(&store, &txns);
        let copied = store.backup(Path::new(COPY), mode, &mut |_| ()).unwrap();
        assert_eq!(copied.linked > 0, mode == CopyMode::Link, "{copied:?}");
        let image = vfs.crash(Keep::Nothing);
        let what = format!("{durability:?}, {mode:?}");
        let copy =
            LocalBackend::open(&simulated(&image, COPY)).map_err(|error| format!("{what}: {error}")).unwrap();
        assert!(Everything::of(&copy, &txns) == before, "{what}");
        put(&copy, 9_001, "k", "v").unwrap();
        let again = LocalBackend::open(&simulated(&image.crash(Keep::Nothing), COPY)).unwrap();
        assert_eq!(get(&again, "k").as_deref(), Some("v"), "{what}");
    }
}

/// Each operation of a copy fails, one each time: what is left then is no store, and the original goes on.
#[test]
fn a_copy_that_failed_is_no_store() {
    let begun = || {
        let vfs = SimVfs::new();
        let store = LocalBackend::open(&simulated(&vfs, "store")).unwrap();
        hold(&store, 1, &content(1, 70_000));
        for number in 2..30 {
            put(&store, number, "k", &"x".repeat(300)).unwrap();
        }
        (vfs, store)
    };
    let failing = [
        Operation::Create,
        Operation::Write,
        Operation::Rename,
        Operation::CreateDir,
        Operation::SyncData,
        Operation::SyncDir,
    ];
    let mut failed = 0;
    for (mode, operation) in MODES.into_iter().flat_map(|mode| failing.map(|operation| (mode, operation))) {
        for nth in 1.. {
            let (vfs, store) = begun();
            vfs.fail(operation, nth);
            let ended = store.backup(Path::new(COPY), mode, &mut |_| ());
            let what = format!("{mode:?}, {operation:?} {nth}");
            if ended.is_ok() {
                break;
            }
            failed += 1;
            assert!(matches!(ended, Err(StoreError::Io { .. })), "{what}: {ended:?}");
            put(&store, 100, "after", "it").unwrap();
            store.checkpoint().unwrap();
            for keep in [Keep::Nothing, Keep::Everything] {
                let image = vfs.crash(keep);
                let format = PathBuf::from(COPY).join("FORMAT");
                // The very last sync may fail when all is done.
                let whole = image.exists(&format).unwrap();
                assert!(!whole || operation == Operation::SyncDir, "{what}: a half copy is a store");
                assert_eq!(
                    get(&LocalBackend::open(&simulated(&image, "store")).unwrap(), "after").unwrap(),
                    "it"
                );
            }
        }
    }
    assert!(failed > 60, "{failed}");
}

/// A callback should not wait. If it copies the store all the same, it gets its copy.
#[test]
fn a_callback_may_copy_the_store() {
    let _watchdog = crate::watchdog::Watchdog::new("a_callback_may_copy_the_store");
    for maintenance in MAINTENANCE {
        let vfs = SimVfs::new();
        let store = Arc::new(LocalBackend::open(&options(&vfs).maintenance(maintenance)).unwrap());
        let (sender, ends) = std::sync::mpsc::channel();
        let copies = Arc::clone(&store);
        let done = move |_| {
            sender.send(copies.backup(Path::new(COPY), CopyMode::Link, &mut |_| ()).is_ok()).unwrap()
        };
        let body = |tx: &mut dyn funclet_storage::Tx| {
            tx.get(b"k")?;
            tx.put(b"k", crate::script::text("v"))
        };
        store.submit(&scope(), id(1), Box::new(body), Box::new(done));
        assert!(ends.recv().unwrap());
        let copy = LocalBackend::open(&simulated(&vfs.crash(Keep::Nothing), COPY)).unwrap();
        assert_eq!(get(&copy, "k").as_deref(), Some("v"), "{maintenance:?}");
    }
}
