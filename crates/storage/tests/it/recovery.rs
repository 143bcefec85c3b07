//! What the log says after a crash. Most tests run on a simulated disk and cut its power.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use bytes::Bytes;
use funclet_storage::{Backend, BlobDigest, CommitError, Outcome, StoreError, Vfs};
use funclet_testkit::{Keep, Operation, SimVfs};

use crate::script::{
    ROOT, blob, content, get, id, inline, last_byte, open, open_keeping_log, put, refused, scope, segments,
    text, texts, upload,
};

/// A disk on which `a` is acknowledged and `b` was written but never synced.
fn with_unsynced_tail() -> SimVfs {
    let vfs = SimVfs::new();
    let store = open(&vfs).unwrap();
    put(&store, 1, "a", "1").unwrap();
    vfs.fail(Operation::SyncData, 1);
    let ended = put(&store, 2, "b", "2");
    assert!(matches!(ended, Err(CommitError::OutcomeUnknown { id: of, .. }) if of == id(2)), "{ended:?}");
    vfs
}

#[test]
fn a_tail_that_got_lost_is_not_missed() {
    let image = with_unsynced_tail().crash(Keep::Nothing);
    let store = open(&image).unwrap();
    assert_eq!((get(&store, "a").as_deref(), get(&store, "b")), (Some("1"), None));
    assert_eq!(store.resolve(&scope(), id(2)).unwrap(), Outcome::NeverWill);
}

#[test]
fn a_tail_that_survived_is_written_again() {
    let image = with_unsynced_tail().crash(Keep::Everything);
    let store = open(&image).unwrap();
    assert_eq!(get(&store, "b").as_deref(), Some("2"));
    assert!(matches!(store.resolve(&scope(), id(2)).unwrap(), Outcome::Committed(_)));
    // Told once, it stays, even if the old segment had never reached the disk.
    let again = open(&image.crash(Keep::Nothing)).unwrap();
    assert_eq!(get(&again, "b").as_deref(), Some("2"));
}

#[test]
fn a_torn_tail_is_cut_at_any_byte() {
    let whole = with_unsynced_tail().crash(Keep::Everything);
    let synced = with_unsynced_tail().crash(Keep::Nothing);
    let segment = &segments(&whole)[0];
    let (bytes, before) = (whole.read_file(segment).unwrap(), synced.read_file(segment).unwrap());
    // The frame begins where the synced bytes end, at a multiple of 8.
    let (begin, end) = (last_byte(&before) + 1, last_byte(&bytes) + 1);
    assert!(end - begin > 50);
    for cut in begin..end {
        let vfs = whole.crash(Keep::Everything);
        let mut torn = bytes.clone();
        torn[cut..].fill(0);
        vfs.overwrite(segment, &torn).unwrap();
        let store = open(&vfs).unwrap();
        assert_eq!((get(&store, "a").as_deref(), get(&store, "b")), (Some("1"), None), "cut at {cut}");
        put(&store, 3, "b", "3").unwrap();
        assert_eq!(get(&open(&vfs.crash(Keep::Nothing)).unwrap(), "b").as_deref(), Some("3"), "cut at {cut}");
    }
}

#[test]
fn an_old_segment_is_never_edited() {
    let image = with_unsynced_tail().crash(Keep::Everything);
    let segment = &segments(&image)[0];
    let before = image.read_file(segment).unwrap();
    let store = open(&image).unwrap();
    put(&store, 3, "c", "3").unwrap();
    assert_eq!(image.read_file(segment).unwrap(), before);
    assert_eq!(segments(&image).len(), 2);
}

/// Fills several segments with blobs of 60 KiB that ride in their records.
fn fill(store: &dyn Backend, records: u8) {
    for seed in 0..records {
        let content = content(seed, 60 << 10);
        let put = store.transact(&scope(), id(seed.into()), &mut |tx| {
            tx.get(b"count")?;
            tx.put(b"count", text(&seed.to_string()))?;
            inline(tx, &content)
        });
        put.unwrap();
    }
}

fn assert_filled(store: &dyn Backend, records: u8) {
    assert_eq!(get(store, "count"), Some((records - 1).to_string()));
    for seed in 0..records {
        let content = content(seed, 60 << 10);
        assert!(blob(store, &BlobDigest::of(&content)).as_deref() == Some(&content), "blob {seed}");
    }
}

#[test]
fn the_log_goes_on_in_larger_and_larger_segments() {
    let vfs = SimVfs::new();
    let store = open(&vfs).unwrap();
    fill(&store, 100);
    assert_filled(&store, 100);
    let sizes =
        segments(&vfs).iter().map(|path| vfs.read_file(path).unwrap().len() >> 10).collect::<Vec<_>>();
    assert_eq!(sizes, [256, 1024, 2048, 4096]);
    for keep in [Keep::Nothing, Keep::Everything] {
        assert_filled(&open(&vfs.crash(keep)).unwrap(), 100);
    }
    drop(store);
    assert_filled(&open(&vfs).unwrap(), 100);
}

#[test]
fn a_close_leaves_no_segment_that_was_made_ahead() {
    let vfs = SimVfs::new();
    let store = open(&vfs).unwrap();
    fill(&store, 3);
    let temporary = || vfs.files().into_iter().filter(|path| path.starts_with("store/tmp")).count();
    assert_eq!((segments(&vfs).len(), temporary()), (1, 1));
    store.close().unwrap();
    assert_eq!((segments(&vfs).len(), temporary()), (1, 0));
    assert_filled(&open(&vfs).unwrap(), 3);
}

/// Records that were queued during one sync are written together, into two segments: when the second is synced, the end
/// of the first must be, too.
#[test]
fn a_batch_may_go_on_in_the_next_segment() {
    let vfs = SimVfs::new();
    let store = open(&vfs).unwrap();
    // The first segment is more than half full, so that the second is prepared; one more record fits.
    fill(&store, 3);
    let (held, (sender, ends)) = (vfs.hold_syncs(), std::sync::mpsc::channel());
    std::thread::scope(|threads| {
        let first = threads.spawn(|| put(&store, 100, "first", "v"));
        held.wait_for_a_sync();
        for seed in 3..7 {
            let (sender, content) = (sender.clone(), content(seed, 60 << 10));
            let body = move |tx: &mut dyn funclet_storage::Tx| {
                tx.get(b"count")?;
                tx.put(b"count", text(&seed.to_string()))?;
                inline(tx, &content)
            };
            let done = Box::new(move |end| sender.send(end).unwrap());
            store.submit(&scope(), id(seed.into()), Box::new(body), done);
        }
        drop(held);
        first.join().unwrap().unwrap();
    });
    assert_eq!(segments(&vfs).len(), 2);
    assert!((3..7).all(|_| ends.recv().unwrap().is_ok()));
    assert_filled(&open(&vfs.crash(Keep::Nothing)).unwrap(), 7);
}

#[test]
fn a_segment_that_is_missing_or_foreign_is_damage() {
    let vfs = SimVfs::new();
    fill(&open_keeping_log(&vfs), 60);
    let paths = segments(&vfs);
    assert_eq!(paths.len(), 4, "three and one for the opening's sake");
    let other = SimVfs::new();
    fill(&open_keeping_log(&other), 60);
    let corrupt = |image: &SimVfs, what: &str| {
        let error = refused(image);
        let wal = Path::new(ROOT).join("wal");
        assert!(
            matches!(&error, StoreError::Corrupt { file, .. } if file.starts_with(&wal)),
            "{what}: {error:?}"
        );
    };
    for (n, path) in paths.iter().enumerate().take(3) {
        let image = vfs.crash(Keep::Everything);
        image.remove_file(path).unwrap();
        corrupt(&image, &format!("segment {n} is missing"));
        let image = vfs.crash(Keep::Everything);
        image.overwrite(path, &other.read_file(&segments(&other)[n]).unwrap()).unwrap();
        corrupt(&image, &format!("segment {n} is of another store"));
        let image = vfs.crash(Keep::Everything);
        image.overwrite(path, &vfs.read_file(path).unwrap()[..100]).unwrap();
        corrupt(&image, &format!("segment {n} is cut within its header"));
        let image = vfs.crash(Keep::Everything);
        image.overwrite(path, &vfs.read_file(path).unwrap()[..1000]).unwrap();
        corrupt(&image, &format!("segment {n} is cut"));
    }
    let image = vfs.crash(Keep::Everything);
    image.rename(&paths[1], &Path::new(ROOT).join("wal/00000000000000000009.log")).unwrap();
    corrupt(&image, "a segment has the name of another");
    let image = vfs.crash(Keep::Everything);
    image.create(&Path::new(ROOT).join("wal/notes.txt")).unwrap();
    corrupt(&image, "the log holds another file");
}

/// One step of the history that is cut at every moment.
type Step = fn(&dyn Backend) -> bool;

const LARGE: usize = 100 << 10;

/// The blobs of the steps that have one, made once: the history is played some hundred times.
static BLOBS: LazyLock<[(Vec<u8>, BlobDigest); 4]> = LazyLock::new(|| {
    let contents = [b"small".to_vec(), content(2, LARGE), content(3, 2 * LARGE), content(4, LARGE)];
    contents.map(|content| (content.clone(), BlobDigest::of(&content)))
});

/// Each step leaves the text of its own key, so that what is recovered can be compared with what was acknowledged. The
/// history has a small and a large inlined blob, a rotation, and a blob in a file.
const HISTORY: [Step; 6] = [
    |store| put(store, 0, "0", "x").is_ok(),
    |store| transact(store, 1),
    |store| transact(store, 2),
    |store| transact(store, 3),
    |store| {
        let Ok(_pin) = upload(store, &BLOBS[3].0) else { return false };
        let ended = store.transact(&scope(), id(4), &mut |tx| {
            tx.hold(BLOBS[3].1, LARGE as u64)?;
            tx.get(b"4")?;
            tx.put(b"4", text("x"))
        });
        ended.is_ok()
    },
    |store| put(store, 5, "5", "x").is_ok(),
];

fn transact(store: &dyn Backend, number: u64) -> bool {
    let key = number.to_string();
    let (content, digest) = &BLOBS[number as usize - 1];
    let ended = store.transact(&scope(), id(number), &mut |tx| {
        tx.get(key.as_bytes())?;
        tx.put(key.as_bytes(), text("x"))?;
        tx.inline_blob(*digest, Bytes::from_static(content))?;
        tx.hold(*digest, content.len() as u64)
    });
    ended.is_ok()
}

/// Plays the history, closing and opening the store in the middle, until the power goes. Returns how many steps were
/// acknowledged.
fn play(vfs: &SimVfs) -> usize {
    let mut acknowledged = 0;
    for half in HISTORY.chunks(3) {
        let Ok(store) = open(vfs) else { return acknowledged };
        for step in half {
            if !step(&store) {
                return acknowledged;
            }
            acknowledged += 1;
        }
        let _ = store.close();
    }
    acknowledged
}

/// Checks what is there against what was acknowledged, and returns how many steps are there.
fn recovered(store: &dyn Backend, acknowledged: usize, what: &str) -> usize {
    let keys: BTreeSet<String> = texts(store).unwrap().into_keys().collect();
    let prefix: BTreeSet<String> = (0..keys.len()).map(|step| step.to_string()).collect();
    assert_eq!(keys, prefix, "{what}: a prefix of the history, {acknowledged} steps acknowledged");
    assert!(keys.len() >= acknowledged, "{what}: {acknowledged} steps acknowledged, {} there", keys.len());
    for (step, (expected, digest)) in (1..keys.len()).zip(BLOBS.iter()) {
        assert!(blob(store, digest).as_ref() == Some(expected), "{what}: the blob of step {step}");
    }
    for step in 0..HISTORY.len() {
        let outcome = store.resolve(&scope(), id(step as u64)).unwrap();
        assert_eq!(matches!(outcome, Outcome::Committed(_)), step < keys.len(), "{what}: outcome of {step}");
    }
    keys.len()
}

/// Cuts the power after every single operation, twice: what was acknowledged is there, whole and in order, whatever the
/// cut left of the rest. Then cuts the power of the recovery itself, which must change nothing.
#[test]
fn the_power_may_go_at_any_moment() {
    let vfs = SimVfs::new();
    assert_eq!(play(&vfs), HISTORY.len());
    let operations = vfs.counts().total();
    assert!(operations > 50, "{operations}");
    for cut in 0..=operations {
        let vfs = SimVfs::new();
        vfs.cut_power_after(cut);
        let acknowledged = play(&vfs);
        for keep in [Keep::Nothing, Keep::Everything] {
            let image = vfs.crash(keep);
            let what = format!("cut after {cut}, kept {keep:?}");
            let there = recovered(&open(&image).unwrap(), acknowledged, &what);
            // Every fifth moment has its recovery interrupted, too.
            if cut % 5 == 0 {
                recovery_may_be_cut(&vfs.crash(keep), there, &what);
            }
            let store = open(&image.crash(Keep::Nothing)).unwrap();
            assert_eq!(recovered(&store, there, &what), there, "{what}: recovered twice");
        }
    }
}

fn recovery_may_be_cut(image: &SimVfs, there: usize, what: &str) {
    for cut in 0.. {
        let first = image.crash(Keep::Everything);
        first.cut_power_after(cut);
        let finished = open(&first).is_ok();
        for keep in [Keep::Nothing, Keep::Everything] {
            let what = format!("{what}; recovery cut after {cut}, kept {keep:?}");
            assert_eq!(recovered(&open(&first.crash(keep)).unwrap(), there, &what), there, "{what}");
        }
        if finished {
            return;
        }
    }
}

#[test]
fn history_and_time_are_recovered() {
    let vfs = SimVfs::new();
    let store = open(&vfs).unwrap();
    for number in 1..=5 {
        let ended = store.transact(&scope(), id(number * 1000), &mut |tx| tx.event(vec![number as u8]));
        ended.unwrap();
    }
    let events = store.events(funclet_storage::Position::START, 10).unwrap();
    let again = open(&vfs.crash(Keep::Nothing)).unwrap();
    assert_eq!(again.events(funclet_storage::Position::START, 10).unwrap(), events);
    assert_eq!(again.time_ms_max(), 5000);
}
