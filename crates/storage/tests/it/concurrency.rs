//! Many callers at once: one winner, one sync for many, no answer before its time, nobody forgotten.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Barrier, mpsc};

use funclet_storage::{Abort, Backend, CommitError, LocalBackend, Maintenance, Tx, View, codec};
use funclet_testkit::{Keep, Operation, SimVfs};

use crate::script::{KIND, get, id, open, options, put, scope, text};
use crate::watchdog::Watchdog;

pub(crate) const THREADS: u64 = 8;
pub(crate) const ROUNDS: u64 = 200;
pub(crate) const MAINTENANCE: [Maintenance; 2] = [Maintenance::Inline, Maintenance::Thread];

pub(crate) fn store_on(vfs: &SimVfs, maintenance: Maintenance) -> LocalBackend {
    LocalBackend::open(&options(vfs).maintenance(maintenance)).unwrap()
}

/// Sets the round's number if it is still the one before: one of all who try gets through.
pub(crate) fn compare_and_set(round: u64) -> impl FnMut(&mut dyn Tx) -> Result<(), Abort> + Send + 'static {
    move |tx| {
        let found = tx.get(b"round")?.map_or(0, |value| codec::decode::<u64>(KIND, &value).unwrap());
        if found != round {
            return Err(Abort::Refused);
        }
        tx.put(b"round", codec::encode(KIND, &(round + 1)).unwrap())
    }
}

pub(crate) fn won(end: Result<funclet_storage::Position, CommitError>) -> u64 {
    match end {
        Ok(_) => 1,
        Err(CommitError::Refused) => 0,
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn one_of_many_wins_each_round() {
    let _watchdog = Watchdog::new("one_of_many_wins_each_round");
    for maintenance in MAINTENANCE {
        let vfs = SimVfs::new();
        let (store, start, wins) = (store_on(&vfs, maintenance), Barrier::new(8), AtomicU64::new(0));
        std::thread::scope(|threads| {
            for thread in 0..THREADS {
                let (store, start, wins) = (&store, &start, &wins);
                threads.spawn(move || {
                    for round in 0..ROUNDS {
                        start.wait();
                        let txn = id(round * THREADS + thread);
                        let end = store.transact(&scope(), txn, &mut compare_and_set(round));
                        wins.fetch_add(won(end), Ordering::Relaxed);
                    }
                });
            }
        });
        assert_eq!(wins.into_inner(), ROUNDS, "{maintenance:?}");
        let again = open(&vfs.crash(Keep::Nothing)).unwrap();
        assert!(again.transact(&scope(), id(0), &mut compare_and_set(ROUNDS)).is_ok());
    }
}

/// While one sync runs, all others queue up and share the next.
#[test]
fn many_commits_share_a_sync() {
    let _watchdog = Watchdog::new("many_commits_share_a_sync");
    for maintenance in MAINTENANCE {
        let vfs = SimVfs::new();
        let store = store_on(&vfs, maintenance);
        let before = vfs.counts().of(Operation::SyncData);
        let held = vfs.hold_syncs();
        let (sender, ends) = mpsc::channel();
        std::thread::scope(|threads| {
            let first = threads.spawn(|| put(&store, 1, "first", "v"));
            held.wait_for_a_sync();
            for number in 2..102 {
                let (sender, key) = (sender.clone(), format!("k{number}").into_bytes());
                let body = move |tx: &mut dyn Tx| {
                    tx.get(&key)?;
                    tx.put(&key, text("v"))
                };
                let done = Box::new(move |end| sender.send(end).unwrap());
                store.submit(&scope(), id(number), Box::new(body), done);
            }
            drop(held);
            first.join().unwrap().unwrap();
        });
        for _ in 2..102 {
            ends.recv().unwrap().unwrap();
        }
        let syncs = vfs.counts().of(Operation::SyncData) - before;
        assert!((2..=2 + watermarks(maintenance)).contains(&syncs), "{maintenance:?}: {syncs} syncs");
    }
}

/// The same with threads that block: those who come while a sync runs all share the next one.
#[test]
fn threads_that_wait_share_a_sync() {
    let _watchdog = Watchdog::new("threads_that_wait_share_a_sync");
    for maintenance in MAINTENANCE {
        let vfs = SimVfs::new();
        let store = store_on(&vfs, maintenance);
        for round in 0..50 {
            let before = vfs.counts().of(Operation::SyncData);
            let held = vfs.hold_syncs();
            std::thread::scope(|threads| {
                for thread in 0..THREADS {
                    let store = &store;
                    threads.spawn(move || {
                        put(store, round * THREADS + thread, &format!("{round}/{thread}"), "v").unwrap();
                    });
                }
                held.wait_for_a_sync();
                while visible(&store, round) < THREADS {
                    std::thread::yield_now();
                }
                drop(held);
            });
            let syncs = vfs.counts().of(Operation::SyncData) - before;
            assert!(
                syncs <= 2 + watermarks(maintenance),
                "{maintenance:?}: {syncs} syncs for {THREADS} commits"
            );
        }
    }
}

/// How many syncs may come on top, because the thread of the log found itself idle before and after and said so.
fn watermarks(maintenance: Maintenance) -> u64 {
    if maintenance == Maintenance::Thread { 2 } else { 0 }
}

/// A drain of the overlay leaves what is not durable where readers know that they have to wait for it.
#[test]
fn a_drain_does_not_hide_that_something_is_not_durable() {
    let _watchdog = Watchdog::new("a_drain_does_not_hide_that_something_is_not_durable");
    for maintenance in MAINTENANCE {
        let vfs = SimVfs::new();
        let options = options(&vfs).maintenance(maintenance).overlay_bytes_max(0);
        let store = LocalBackend::open(&options).unwrap();
        let held = vfs.hold_syncs();
        std::thread::scope(|threads| {
            let write = threads.spawn(|| put(&store, 1, "new", "value"));
            held.wait_for_a_sync();
            // Whoever submits drains an overlay that is over its bound.
            let other = |tx: &mut dyn Tx| {
                tx.get(b"other")?;
                tx.put(b"other", text("value"))
            };
            store.submit(&scope(), id(2), Box::new(other), Box::new(|_| ()));
            let (sender, answers) = mpsc::channel();
            let body = |view: &dyn View| view.get(b"new").map(drop);
            store.submit_read(&scope(), Box::new(body), Box::new(move |_| sender.send(()).unwrap()));
            assert!(answers.try_recv().is_err(), "{maintenance:?}: the answer came early");
            drop(held);
            answers.recv().unwrap();
            write.join().unwrap().unwrap();
        });
    }
}

/// How many keys of a round are there, durable or not. The body of a read sees them at once; only its answer waits.
fn visible(store: &LocalBackend, round: u64) -> u64 {
    let count = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&count);
    let body = move |view: &dyn View| {
        let page = view.scan(format!("{round}/").as_bytes(), None, 100)?;
        counted.store(page.entries.len() as u64, Ordering::Relaxed);
        Ok(())
    };
    store.submit_read(&scope(), Box::new(body), Box::new(|_| ()));
    count.load(Ordering::Relaxed)
}

/// A new value is seen by readers at once, but they get no answer before it is durable; nor does who is refused because
/// of it.
#[test]
fn an_answer_waits_until_what_it_rests_on_is_durable() {
    let _watchdog = Watchdog::new("an_answer_waits_until_what_it_rests_on_is_durable");
    for maintenance in MAINTENANCE {
        let vfs = SimVfs::new();
        let store = &store_on(&vfs, maintenance);
        put(store, 1, "old", "value").unwrap();
        let held = vfs.hold_syncs();
        let durable = &AtomicBool::new(false);
        std::thread::scope(|threads| {
            let write = threads.spawn(|| put(store, 2, "new", "value"));
            held.wait_for_a_sync();
            let after = move |what: &str| {
                assert!(durable.load(Ordering::Acquire), "{maintenance:?}: {what} came early")
            };
            let readers = [
                threads.spawn(move || {
                    assert_eq!(get(store, "new").as_deref(), Some("value"));
                    after("the value");
                }),
                threads.spawn(move || {
                    crate::script::texts(store).unwrap();
                    after("the page");
                }),
                threads.spawn(move || {
                    let refused = store.transact(&scope(), id(3), &mut |tx| {
                        tx.get(b"new")?.map_or(Ok(()), |_| Err(Abort::Refused))
                    });
                    assert!(matches!(refused, Err(CommitError::Refused)));
                    after("the refusal");
                }),
                threads.spawn(move || {
                    store.resolve(&scope(), id(2)).unwrap();
                    after("the outcome");
                }),
            ];
            // What is at rest is answered meanwhile, and what is not there is not.
            assert_eq!(get(store, "old").as_deref(), Some("value"));
            assert_eq!(get(store, "never"), None);
            durable.store(true, Ordering::Release);
            drop(held);
            write.join().unwrap().unwrap();
            readers.into_iter().for_each(|reader| reader.join().unwrap());
        });
    }
}

#[test]
fn events_are_told_only_when_they_are_durable() {
    let _watchdog = Watchdog::new("events_are_told_only_when_they_are_durable");
    let vfs = SimVfs::new();
    let store = store_on(&vfs, Maintenance::Inline);
    let events = || match store.events(funclet_storage::Position::START, 10).unwrap() {
        funclet_storage::Events::Batches(batches) => batches.len(),
        lost => panic!("{lost:?}"),
    };
    let held = vfs.hold_syncs();
    std::thread::scope(|threads| {
        let write = threads.spawn(|| store.transact(&scope(), id(1), &mut |tx| tx.event(vec![1])));
        held.wait_for_a_sync();
        assert_eq!(events(), 0);
        drop(held);
        write.join().unwrap().unwrap();
    });
    assert_eq!(events(), 1);
}

#[test]
fn a_body_that_panics_harms_nobody_else() {
    let _watchdog = Watchdog::new("a_body_that_panics_harms_nobody_else");
    let store = open(&SimVfs::new()).unwrap();
    let panics = std::panic::AssertUnwindSafe(|| {
        store.transact(&scope(), id(1), &mut |_| panic!("a panic of the test's own, in a body"))
    });
    assert!(std::panic::catch_unwind(panics).is_err());
    put(&store, 2, "k", "v").unwrap();
    assert_eq!(get(&store, "k").as_deref(), Some("v"));
}

/// Reads and writes go on while the overlay is drained all the time.
#[test]
fn a_small_overlay_is_drained_under_load() {
    let _watchdog = Watchdog::new("a_small_overlay_is_drained_under_load");
    for maintenance in MAINTENANCE {
        let vfs = SimVfs::new();
        let options = options(&vfs).maintenance(maintenance).overlay_bytes_max(1000);
        let store = LocalBackend::open(&options).unwrap();
        std::thread::scope(|threads| {
            for thread in 0..4_u64 {
                let store = &store;
                threads.spawn(move || {
                    for number in 0..300 {
                        let (key, value) = (format!("{thread}/{}", number % 10), number.to_string());
                        put(store, thread * 1000 + number, &key, &value).unwrap();
                        assert_eq!(get(store, &key), Some(value));
                    }
                });
            }
        });
        assert_eq!(crate::script::texts(&store).unwrap().len(), 40);
    }
}
