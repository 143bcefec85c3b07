//! Submitted transactions: each callback is called exactly once, whatever it does.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};

use funclet_storage::{Backend, LocalBackend, Tx};
use funclet_testkit::{Keep, SimVfs};

use crate::concurrency::{MAINTENANCE, ROUNDS, THREADS, compare_and_set, store_on, won};
use crate::script::{content, get, id, inline, open, put, scope, text};
use crate::watchdog::Watchdog;

#[test]
fn one_of_many_callbacks_wins_each_round() {
    let _watchdog = Watchdog::new("one_of_many_callbacks_wins_each_round");
    for maintenance in MAINTENANCE {
        let vfs = SimVfs::new();
        let store = store_on(&vfs, maintenance);
        let (wins, calls) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        for round in 0..ROUNDS {
            let (sender, ends) = mpsc::channel();
            std::thread::scope(|threads| {
                for thread in 0..THREADS {
                    let (store, sender) = (&store, sender.clone());
                    let (wins, calls) = (Arc::clone(&wins), Arc::clone(&calls));
                    threads.spawn(move || {
                        let txn = id(round * THREADS + thread);
                        let done = Box::new(move |end| {
                            wins.fetch_add(won(end), Ordering::Relaxed);
                            calls.fetch_add(1, Ordering::Relaxed);
                            sender.send(()).unwrap();
                        });
                        store.submit(&scope(), txn, Box::new(compare_and_set(round)), done);
                    });
                }
            });
            drop(sender);
            // Ends when every callback was called and dropped.
            assert_eq!(ends.iter().count() as u64, THREADS);
        }
        store.close().unwrap();
        let counts = (wins.load(Ordering::Relaxed), calls.load(Ordering::Relaxed));
        assert_eq!(counts, (ROUNDS, ROUNDS * THREADS), "{maintenance:?}");
    }
}

/// Each callback submits the next transaction, in several chains at once, through many segments.
#[test]
fn callbacks_may_submit() {
    let _watchdog = Watchdog::new("callbacks_may_submit");
    for maintenance in MAINTENANCE {
        let vfs = SimVfs::new();
        let store = Arc::new(store_on(&vfs, maintenance));
        let (sender, ends) = mpsc::channel();
        for chain in 0..4 {
            let (store, sender) = (Arc::clone(&store), sender.clone());
            std::thread::spawn(move || link(store, chain, 5_000, sender));
        }
        // The main thread writes, too, so that there is always somebody between two locks.
        for number in 0..40 {
            let blob = content(number, 60 << 10);
            store.transact(&scope(), id(1_000_000 + u64::from(number)), &mut |tx| inline(tx, &blob)).unwrap();
        }
        for _ in 0..4 {
            ends.recv().unwrap();
        }
        store.close().unwrap();
    }
}

fn link(store: Arc<LocalBackend>, chain: u64, left: u64, ended: mpsc::Sender<()>) {
    let key = format!("chain {chain}").into_bytes();
    let body = move |tx: &mut dyn Tx| {
        tx.get(&key)?;
        tx.put(&key, text(&"x".repeat(200)))
    };
    let next = Arc::clone(&store);
    let done = Box::new(move |end: Result<_, _>| {
        end.unwrap();
        if left == 0 { ended.send(()).unwrap() } else { link(next, chain, left - 1, ended) }
    });
    store.submit(&scope(), id(chain * 100_000 + left), Box::new(body), done);
}

/// Callbacks should not wait for the store and should not panic. If they do all the same, nobody else suffers.
#[test]
fn callbacks_that_misbehave_harm_nobody_else() {
    let _watchdog = Watchdog::new("callbacks_that_misbehave_harm_nobody_else");
    for maintenance in MAINTENANCE {
        let vfs = SimVfs::new();
        let store = Arc::new(store_on(&vfs, maintenance));
        let (sender, ends) = mpsc::channel();
        let event = || Box::new(|tx: &mut dyn Tx| tx.event(vec![1]));
        store.submit(
            &scope(),
            id(1),
            event(),
            Box::new(|_| panic!("a panic of the test's own, in a callback")),
        );
        let (inner, told) = (Arc::clone(&store), sender.clone());
        let waits = move |_| told.send(put(&*inner, 3, "waited", "v").is_ok()).unwrap();
        store.submit(&scope(), id(2), event(), Box::new(waits));
        assert!(ends.recv().unwrap());
        let inner = Arc::clone(&store);
        let closes = move |_| sender.send(inner.close().is_ok()).unwrap();
        store.submit(&scope(), id(4), event(), Box::new(closes));
        assert!(ends.recv().unwrap());
        drop(store);
        assert_eq!(get(&open(&vfs.crash(Keep::Nothing)).unwrap(), "waited").as_deref(), Some("v"));
    }
}

#[test]
fn the_last_handle_may_go_in_a_callback() {
    let _watchdog = Watchdog::new("the_last_handle_may_go_in_a_callback");
    for maintenance in MAINTENANCE {
        let vfs = SimVfs::new();
        let store = Arc::new(store_on(&vfs, maintenance));
        let (last, held) = (Arc::clone(&store), vfs.hold_syncs());
        std::thread::scope(|threads| {
            let body = |tx: &mut dyn Tx| tx.event(vec![1]);
            let submits = threads
                .spawn(move || store.submit(&scope(), id(1), Box::new(body), Box::new(|_| drop(last))));
            held.wait_for_a_sync();
            drop(held);
            submits.join().unwrap();
        });
        // With a thread of the log the close goes on beside.
        while let Err(error) = open(&vfs) {
            assert!(matches!(error, funclet_storage::StoreError::Locked { .. }), "{error:?}");
            std::thread::yield_now();
        }
    }
}

/// An answer that rests on nothing is given at once, on the submitting thread.
#[test]
fn what_is_at_rest_needs_no_sync() {
    let vfs = SimVfs::new();
    let store = open(&vfs).unwrap();
    let before = vfs.counts().total();
    let (sender, ends) = mpsc::channel();
    let read = sender.clone();
    store.submit_read(
        &scope(),
        Box::new(|view| view.get(b"k").map(drop)),
        Box::new(move |end| read.send(end.is_ok()).unwrap()),
    );
    store.submit(
        &scope(),
        id(1),
        Box::new(|_| Ok(())),
        Box::new(move |end| sender.send(end.is_ok()).unwrap()),
    );
    assert_eq!(ends.try_iter().collect::<Vec<_>>(), [true, true]);
    assert_eq!(vfs.counts().total(), before);
}
