//! Blobs go when nobody holds them, durably; not earlier, and not much later.

use std::path::Path;
use std::sync::Arc;

use funclet_storage::{
    Abort, Backend, BlobDigest, LocalBackend, LocalOptions, MemoryBackend, Scope, Vfs as _,
};
use funclet_testkit::{Keep, SimVfs};

use crate::concurrency::MAINTENANCE;
use crate::script::{
    ROOT, blob, blob_file, content, entropy, files_in, hold, id, inline, open, options, put, release, scope,
    upload,
};

const BYTES: usize = 100_000;

fn other_scope() -> Scope {
    Scope::new("b/r").unwrap()
}

fn is_there(store: &dyn Backend, content: &[u8]) -> bool {
    blob(store, &BlobDigest::of(content)).as_deref() == Some(content)
}

/// Says in the log that what comes before is durable, and gives the store a moment to tidy up.
fn prove(store: &dyn Backend, number: u64) {
    put(store, number, "proof", "x").unwrap();
    put(store, number, "proof", "y").unwrap();
}

/// Every test of what goes and stays runs on a disk and in memory.
fn stores() -> [Box<dyn Backend>; 2] {
    [Box::new(open(&SimVfs::new()).unwrap()), Box::new(MemoryBackend::new())]
}

#[test]
fn a_blob_stays_until_the_last_scope_lets_go() {
    for store in stores() {
        let content = content(1, BYTES);
        let pin = upload(&*store, &content).unwrap();
        for (number, scope) in [scope(), scope(), other_scope()].iter().enumerate() {
            store.transact(scope, id(number as u64), &mut |tx| tx.hold(pin.digest(), pin.size())).unwrap();
        }
        drop(pin);
        let release = |number: u64, scope: &Scope| {
            store.transact(scope, id(number), &mut |tx| tx.release(BlobDigest::of(&content))).unwrap();
            prove(&*store, number);
        };
        release(10, &scope());
        release(20, &other_scope());
        assert!(is_there(&*store, &content), "the first scope still counts one");
        release(30, &scope());
        assert!(!is_there(&*store, &content));
    }
}

#[test]
fn a_pin_keeps_a_blob_and_a_blob_that_nobody_came_to_hold_goes_with_it() {
    for store in stores() {
        let (unheld, held) = (content(1, BYTES), content(2, BYTES));
        let pins = [upload(&*store, &unheld).unwrap(), upload(&*store, &held).unwrap()];
        let refused = store.transact(&scope(), id(1), &mut |tx| {
            tx.hold(pins[0].digest(), pins[0].size())?;
            Err(Abort::Refused)
        });
        assert!(refused.is_err());
        store.transact(&scope(), id(2), &mut |tx| tx.hold(pins[1].digest(), pins[1].size())).unwrap();
        release(&*store, 3, &held);
        prove(&*store, 4);
        assert!(is_there(&*store, &unheld) && is_there(&*store, &held), "both are pinned");
        drop(pins);
        prove(&*store, 5);
        assert!(!is_there(&*store, &unheld) && !is_there(&*store, &held));
    }
}

/// How a scope comes to hold what another one holds, without its content.
#[test]
fn a_blob_that_is_pinned_by_its_digest_can_be_held_by_another_scope() {
    for store in stores() {
        let content = content(1, BYTES);
        let digest = BlobDigest::of(&content);
        assert!(store.blobs().pin(&digest).unwrap().is_none());
        let uploaded = upload(&*store, &content).unwrap();
        store.transact(&scope(), id(1), &mut |tx| tx.hold(digest, uploaded.size())).unwrap();
        drop(uploaded);
        let pin = store.blobs().pin(&digest).unwrap().unwrap();
        assert_eq!((pin.digest(), pin.size()), (digest, BYTES as u64));
        store.transact(&scope(), id(2), &mut |tx| tx.release(digest)).unwrap();
        prove(&*store, 3);
        store.transact(&other_scope(), id(4), &mut |tx| tx.hold(digest, BYTES as u64)).unwrap();
        drop(pin);
        prove(&*store, 5);
        assert!(is_there(&*store, &content));
        store.transact(&other_scope(), id(6), &mut |tx| tx.release(digest)).unwrap();
        prove(&*store, 7);
        assert!(store.blobs().pin(&digest).unwrap().is_none());
    }
}

#[test]
fn a_blob_that_comes_back_stays() {
    for store in stores() {
        let content = content(1, BYTES);
        for round in 0..3 {
            hold(&*store, 10 * round, &content);
            // Within one transaction it goes and comes.
            let digest = BlobDigest::of(&content);
            let both = store.transact(&scope(), id(10 * round + 1), &mut |tx| {
                tx.release(digest)?;
                tx.hold(digest, BYTES as u64)
            });
            both.unwrap();
            prove(&*store, 10 * round + 2);
            assert!(is_there(&*store, &content), "round {round}");
            release(&*store, 10 * round + 3, &content);
            if round < 2 {
                // Before it is proven that it was let go of.
                hold(&*store, 10 * round + 4, &content);
                prove(&*store, 10 * round + 5);
                assert!(is_there(&*store, &content), "round {round}");
                release(&*store, 10 * round + 6, &content);
            }
            prove(&*store, 10 * round + 7);
            assert!(!is_there(&*store, &content), "round {round}");
        }
    }
}

#[test]
fn a_blob_stays_for_as_long_as_it_is_asked_to() {
    let vfs = SimVfs::new();
    let stores: [Box<dyn Backend>; 2] = [
        Box::new(LocalBackend::open(&options(&vfs).blob_grace_ms(1_000)).unwrap()),
        Box::new(MemoryBackend::new().blob_grace_ms(1_000)),
    ];
    let content = content(1, BYTES);
    for store in &stores {
        hold(&**store, 10_000, &content);
        release(&**store, 10_500, &content);
        prove(&**store, 11_499);
        assert!(is_there(&**store, &content));
        prove(&**store, 11_500);
        assert!(!is_there(&**store, &content));
        hold(&**store, 12_000, &content);
        release(&**store, 12_000, &content);
    }
    stores[0].close().unwrap();
    assert_eq!(files_in(&vfs, "blobs").len(), 0, "closing the store ends the wait");
}

#[test]
fn who_reads_a_blob_reads_it_to_its_end() {
    use std::io::Read as _;
    for store in stores() {
        let content = content(1, BYTES);
        hold(&*store, 1, &content);
        let mut reader = store.blobs().open(&BlobDigest::of(&content)).unwrap().unwrap();
        let mut read = vec![0; 1000];
        reader.read_exact(&mut read).unwrap();
        release(&*store, 2, &content);
        prove(&*store, 3);
        assert!(!is_there(&*store, &content));
        reader.read_to_end(&mut read).unwrap();
        assert!(read == content);
    }
}

/// A blob that rode in the log becomes a file with the first checkpoint, and goes like any other. Its reader goes on.
#[test]
fn a_blob_that_rode_in_the_log_goes_too() {
    use std::io::Read as _;
    let vfs = SimVfs::new();
    let store = LocalBackend::open(&options(&vfs).segment_bytes(4 << 10, 4 << 10)).unwrap();
    let content = content(1, 3_000);
    store.transact(&scope(), id(1), &mut |tx| inline(tx, &content)).unwrap();
    let mut reader = store.blobs().open(&BlobDigest::of(&content)).unwrap().unwrap();
    for number in 2..40 {
        put(&store, number, "k", &"x".repeat(300)).unwrap();
    }
    assert_eq!(files_in(&vfs, "blobs").len(), 0);
    store.checkpoint().unwrap();
    assert_eq!(files_in(&vfs, "blobs"), [blob_file(Path::new(ROOT), &content)]);
    assert!(is_there(&store, &content));
    let mut read = Vec::new();
    reader.read_to_end(&mut read).unwrap();
    assert!(read == content, "from the segment that is gone");
    release(&store, 40, &content);
    prove(&store, 41);
    assert_eq!(files_in(&vfs, "blobs").len(), 0);
}

/// Who ends without a close may leave a blob behind. It goes with the next checkpoint; what is not ours stays.
#[test]
fn what_a_power_cut_left_is_swept_away_and_nothing_else() {
    let vfs = SimVfs::new();
    let store = open(&vfs).unwrap();
    let (held, unheld) = (content(1, BYTES), content(2, BYTES));
    hold(&store, 1, &held);
    let _pin = upload(&store, &unheld).unwrap();
    let vfs = vfs.crash(Keep::Everything);
    let foreign = ["blobs/README", "blobs/ab/note.txt"].map(|name| Path::new(ROOT).join(name));
    vfs.create_dir_all(foreign[1].parent().unwrap()).unwrap();
    foreign.iter().for_each(|path| drop(vfs.create(path).unwrap()));
    // One that has the name of a blob, in the directory of another.
    let misplaced = foreign[1].with_file_name(BlobDigest::of(b"elsewhere").to_string());
    drop(vfs.create(&misplaced).unwrap());
    let store = open(&vfs).unwrap();
    assert!(files_in(&vfs, "blobs").contains(&blob_file(Path::new(ROOT), &unheld)));
    store.checkpoint().unwrap();
    store.close().unwrap();
    let mut expected = vec![foreign[0].clone(), foreign[1].clone(), misplaced];
    expected.push(blob_file(Path::new(ROOT), &held));
    expected.sort();
    let mut left = files_in(&vfs, "blobs");
    left.sort();
    assert_eq!(left, expected);
}

/// A blob whose holder a crash could bring back stays, whatever is lost: here, the record that let go of it.
#[test]
fn a_blob_does_not_go_before_it_is_proven_that_nobody_holds_it() {
    let vfs = SimVfs::new();
    let store = open(&vfs).unwrap();
    let content = content(1, BYTES);
    hold(&store, 1, &content);
    release(&store, 2, &content);
    assert!(is_there(&store, &content), "the record is durable, and nothing says so yet");
    put(&store, 3, "k", "v").unwrap();
    assert!(!is_there(&store, &content));
}

/// A callback may close the store and open it anew. What the old one still has to do harms the new one in nothing.
#[test]
fn a_closed_store_removes_nothing() {
    let vfs = SimVfs::new();
    let store = Arc::new(open(&vfs).unwrap());
    let content = content(1, BYTES);
    let pin = upload(&*store, &content).unwrap();
    let again = Arc::new(std::sync::Mutex::new(None));
    let (old, new, disk, bytes) = (Arc::clone(&store), Arc::clone(&again), vfs.clone(), content.clone());
    let done = move |end: Result<_, funclet_storage::CommitError>| {
        end.unwrap();
        old.close().unwrap();
        let opened = open(&disk).unwrap();
        hold(&opened, 2, &bytes);
        drop(pin);
        *new.lock().unwrap() = Some(opened);
    };
    store.submit(&scope(), id(1), Box::new(|tx| tx.event(vec![1])), Box::new(done));
    drop(store);
    let again = again.lock().unwrap().take().unwrap();
    assert!(is_there(&again, &content), "removed by a store that was closed");
}

/// A blob that is still pinned when the store is closed stays then. The next process finds it, also after a clean close.
#[test]
fn a_blob_that_is_pinned_when_the_store_closes_goes_in_the_end() {
    let directory = tempfile::tempdir().unwrap();
    let begin = || LocalBackend::open(&LocalOptions::new(directory.path(), entropy())).unwrap();
    let store = begin();
    let content = content(1, BYTES);
    let pin = upload(&store, &content).unwrap();
    put(&store, 1, "k", "v").unwrap();
    store.close().unwrap();
    drop((store, pin));
    let store = begin();
    put(&store, 2, "k", "w").unwrap();
    store.checkpoint().unwrap();
    store.close().unwrap();
    assert!(!blob_file(directory.path(), &content).exists());
}

/// A copy in memory has every blob that it names, whatever goes meanwhile from what it was copied of.
#[test]
fn a_fork_misses_no_blob() {
    let (store, content) = (MemoryBackend::new(), content(1, 1_000));
    let digest = BlobDigest::of(&content);
    let missed = std::thread::scope(|threads| {
        let churn = threads.spawn(|| {
            for number in 0..20_000 {
                hold(&store, 2 * number, &content);
                release(&store, 2 * number + 1, &content);
            }
        });
        let mut missed = 0;
        while !churn.is_finished() {
            let fork = store.fork();
            // Whoever holds a blob may hold it once more without bringing it along.
            let held = fork.transact(&scope(), id(0), &mut |tx| tx.hold(digest, 1_000)).is_ok();
            missed += u32::from(held && !is_there(&fork, &content));
        }
        missed
    });
    assert_eq!(missed, 0);
}

/// A few blobs that several threads take in, hold and let go of, each in a scope of its own.
#[test]
fn every_blob_that_is_held_is_there_whoever_lets_go_of_it_meanwhile() {
    for maintenance in MAINTENANCE {
        let vfs = SimVfs::new();
        let settings = options(&vfs).maintenance(maintenance).segment_bytes(16 << 10, 64 << 10);
        let store = LocalBackend::open(&settings.checkpoint_bytes_min(30_000).inline_bytes_max(800)).unwrap();
        let blobs: Vec<_> = [100, 700, 900, 2_000].map(|bytes| content(bytes as u8, bytes)).to_vec();
        std::thread::scope(|threads| {
            for thread in 0..4_u64 {
                let (store, blobs) = (&store, &blobs);
                threads.spawn(move || churn(store, blobs, thread));
            }
        });
        store.close().unwrap();
        let again = LocalBackend::open(&options(&vfs).inline_bytes_max(800)).unwrap();
        // The last round of each thread ended with two blobs held.
        let held = [0, 1, 2, 3].map(|thread: usize| [thread % 4, (thread + 1) % 4]);
        for content in held.iter().flatten().map(|at| &blobs[*at]) {
            assert!(is_there(&again, content), "{maintenance:?}");
        }
        again.close().unwrap();
        let files = files_in(&vfs, "blobs");
        assert!(files.iter().all(|file| blobs.iter().any(|blob| *file == blob_file(Path::new(ROOT), blob))));
        for (thread, held) in held.iter().enumerate() {
            let store = LocalBackend::open(&options(&vfs)).unwrap();
            for at in held {
                let digest = BlobDigest::of(&blobs[*at]);
                store.transact(&of_thread(thread as u64), id(90_000), &mut |tx| tx.release(digest)).unwrap();
            }
            store.close().unwrap();
        }
        assert_eq!(files_in(&vfs, "blobs").len(), 0, "{maintenance:?}: nobody holds any");
    }
}

fn of_thread(thread: u64) -> Scope {
    Scope::new(&format!("t{thread}/r")).unwrap()
}

fn churn(store: &LocalBackend, blobs: &[Vec<u8>], thread: u64) {
    let scope = of_thread(thread);
    let mut held = [false; 4];
    for round in 0..400_u64 {
        let at = (round * (thread + 3) % 4) as usize;
        let wanted = if round < 396 {
            !held[at]
        } else {
            // In the end, two of the four.
            let at = (round - 396) as usize;
            at as u64 == thread % 4 || at as u64 == (thread + 1) % 4
        };
        let at = if round < 396 { at } else { (round - 396) as usize };
        if held[at] == wanted {
            continue;
        }
        let (content, txn) = (&blobs[at], id(thread * 10_000 + round));
        let digest = BlobDigest::of(content);
        if !wanted {
            store.transact(&scope, txn, &mut |tx| tx.release(digest)).unwrap();
        } else if content.len() <= 800 && round % 2 == 0 {
            store.transact(&scope, txn, &mut |tx| inline(tx, content)).unwrap();
        } else {
            let there = if round % 3 == 0 { store.blobs().pin(&digest).unwrap() } else { None };
            let pin = there.unwrap_or_else(|| upload(store, content).unwrap());
            store.transact(&scope, txn, &mut |tx| tx.hold(digest, pin.size())).unwrap();
        }
        held[at] = wanted;
        if wanted {
            assert!(is_there(store, content), "thread {thread}, round {round}");
        }
    }
}
