//! From a store that survives only its process to one that survives a power cut.

use std::path::Path;
use std::sync::Arc;

use funclet_storage::{Backend, BlobDigest, Durability, LocalBackend, LocalOptions, StoreError, Vfs as _};
use funclet_testkit::{Exploration, Keep, Operation, SimVfs, explore};

use crate::script::{blob, content, entropy, get, id, inline, put, scope, upload};

const DEEP: &str = "/srv/emulator/store";
const MARKER: &str = "srv/emulator/store/UNSYNCED";

fn open(vfs: &SimVfs, durability: Durability) -> Result<LocalBackend, StoreError> {
    let options = LocalOptions::new(DEEP, entropy()).vfs(Arc::new(vfs.clone()));
    LocalBackend::open(&options.durability(durability))
}

/// Several segments and a blob in a file, nothing of it synced.
fn written_without_syncs() -> SimVfs {
    let vfs = SimVfs::new();
    for half in 0..2 {
        let store = open(&vfs, Durability::Process).unwrap();
        for number in 0..6 {
            put(&store, half * 10 + number, &format!("k{number}"), &format!("{half}")).unwrap();
            let inlined = content(number as u8, 60 << 10);
            store.transact(&scope(), id(100 + half * 10 + number), &mut |tx| inline(tx, &inlined)).unwrap();
        }
        let pin = upload(&store, &content(9, 100_000)).unwrap();
        store.transact(&scope(), id(200 + half), &mut |tx| tx.hold(pin.digest(), pin.size())).unwrap();
    }
    vfs
}

fn assert_whole(store: &dyn Backend, what: &str) {
    for number in 0..6 {
        assert_eq!(get(store, &format!("k{number}")).as_deref(), Some("1"), "{what}");
        let inlined = content(number, 60 << 10);
        assert!(blob(store, &BlobDigest::of(&inlined)).as_deref() == Some(&inlined), "{what}");
    }
    let in_file = content(9, 100_000);
    assert!(blob(store, &BlobDigest::of(&in_file)).as_deref() == Some(&in_file), "{what}");
}

#[test]
fn what_was_not_synced_is_synced_before_more_is_promised() {
    let vfs = written_without_syncs();
    let lost = vfs.crash(Keep::Nothing);
    assert!(lost.exists(Path::new(MARKER)).unwrap(), "the marker is durable");
    assert!(lost.files().iter().all(|path| path.parent() == Path::new(MARKER).parent()), "{lost:?}");
    let store = open(&vfs, Durability::Disk).unwrap();
    put(&store, 300, "after", "x").unwrap();
    let image = vfs.crash(Keep::Nothing);
    assert!(!image.exists(Path::new(MARKER)).unwrap());
    let again = open(&image, Durability::Disk).unwrap();
    assert_whole(&again, "after a power cut");
    assert_eq!(get(&again, "after").as_deref(), Some("x"));
}

#[test]
fn an_opening_that_failed_to_sync_leaves_it_to_the_next() {
    let mut failed = 0;
    for nth in 1.. {
        let vfs = written_without_syncs();
        vfs.fail(Operation::SyncDir, nth);
        if open(&vfs, Durability::Disk).is_ok() {
            break;
        }
        failed = nth;
        drop(open(&vfs, Durability::Disk).unwrap());
        let again = open(&vfs.crash(Keep::Nothing), Durability::Disk).unwrap();
        assert_whole(&again, &format!("sync {nth} of a directory failed"));
    }
    assert!(failed > 4, "only {failed} syncs of directories");
}

/// For throw-away stores: what is acknowledged is with the operating system.
#[test]
fn a_store_that_survives_only_its_process_syncs_nothing_but_its_marker() {
    let vfs = SimVfs::new();
    // Wherever the power goes while it is opened, nothing is there without the marker.
    for operations in 0.. {
        let vfs = SimVfs::new();
        vfs.cut_power_after(operations);
        let opened = open(&vfs, Durability::Process).is_ok();
        let left = vfs.crash(Keep::Everything).files();
        let only_the_lock = left.iter().all(|path| path.ends_with("LOCK"));
        assert!(only_the_lock || left.contains(&MARKER.into()), "{left:?}");
        if opened {
            break;
        }
    }
    let store = open(&vfs, Durability::Process).unwrap();
    let syncs = || (vfs.counts().of(Operation::SyncData), vfs.counts().of(Operation::SyncDir));
    // The marker; its name and those of the three directories.
    assert_eq!(syncs(), (1, 4));
    put(&store, 1, "k", "v").unwrap();
    upload(&store, &content(9, 100_000)).unwrap();
    store.close().unwrap();
    assert_eq!(syncs(), (1, 4));
    let image = vfs.crash(Keep::Everything);
    assert_eq!(get(&open(&image, Durability::Disk).unwrap(), "k").as_deref(), Some("v"));
}

/// Nothing is written into a directory that is not ours.
#[test]
fn the_marker_is_not_left_with_somebody_else() {
    let vfs = SimVfs::new();
    vfs.create_dir_all(Path::new(DEEP)).unwrap();
    vfs.create(&Path::new(DEEP).join("FORMAT")).unwrap().write_at(b"of another program", 0).unwrap();
    assert!(matches!(open(&vfs, Durability::Process), Err(StoreError::NotAStore { .. })));
    assert!(!vfs.exists(Path::new(MARKER)).unwrap());
}

/// After a power cut a store that survives only its process may be damaged, which is told, or have lost its end. It never has
/// something without what came before, also with checkpoints in between.
#[test]
fn a_power_cut_leaves_a_beginning_or_damage_that_is_told() {
    let vfs = SimVfs::new();
    vfs.record();
    let begin = |vfs: &SimVfs, durability| {
        let options = LocalOptions::new(DEEP, entropy()).vfs(Arc::new(vfs.clone())).durability(durability);
        LocalBackend::open(&options.segment_bytes(4 << 10, 4 << 10).checkpoint_bytes_min(9_000))
    };
    for half in 0..2 {
        let store = begin(&vfs, Durability::Process).unwrap();
        for number in 40 * half..40 * (half + 1) {
            put(&store, number, &format!("k{number:02}"), &"x".repeat(200)).unwrap();
        }
        store.close().unwrap();
    }
    let opened = std::sync::atomic::AtomicU64::new(0);
    let how = Exploration { images_per_moment: 20, images_max: 3_000, ..Exploration::default() };
    let explored = explore(&vfs.take_recording(), &how, &|image, _| {
        let store = match begin(image, Durability::Disk) {
            Ok(store) => store,
            Err(StoreError::Corrupt { .. } | StoreError::NotAStore { .. }) => return Ok(()),
            // A directory of the store is gone.
            Err(StoreError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
                return Ok(());
            }
            Err(other) => return Err(other.to_string()),
        };
        opened.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let there: Vec<_> = crate::script::texts(&store).unwrap().into_keys().collect();
        let beginning: Vec<_> = (0..there.len()).map(|number| format!("k{number:02}")).collect();
        if there != beginning {
            return Err(format!("not a beginning: {there:?}"));
        }
        put(&store, 1_000, "after", "x").map_err(|error| error.to_string())?;
        let again =
            begin(&image.crash(Keep::Nothing), Durability::Disk).map_err(|error| error.to_string())?;
        if get(&again, "after").is_some() { Ok(()) } else { Err("the promise after it is not kept".into()) }
    });
    explored.assert_sound();
    assert!(opened.into_inner() > 100);
}
