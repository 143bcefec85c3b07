use funclet_storage::codec;

use super::*;

fn scope() -> Scope {
    Scope::new("a/r").unwrap()
}

fn id(number: u8) -> TxnId {
    TxnId::new(0, [number; 16])
}

fn with(mishaps: Mishaps) -> RemoteLike {
    RemoteLike::new(1).with_mishaps(mishaps)
}

/// Adds one to the number at `n` and counts the runs of the body.
fn increment(store: &RemoteLike, id: TxnId, runs: &mut u32) -> Result<Position, CommitError> {
    store.transact(&scope(), id, &mut |tx| {
        *runs += 1;
        let old = tx.get(b"n")?.map_or(0, |value| codec::decode::<u64>(16, &value).unwrap());
        tx.put(b"n", codec::encode(16, &(old + 1)).unwrap())
    })
}

fn number(store: &RemoteLike) -> u64 {
    let mut found = None;
    store.read(&scope(), &mut |view| view.get(b"n").map(|value| found = value)).unwrap();
    found.map_or(0, |value| codec::decode(16, &value).unwrap())
}

#[test]
fn without_mishaps_it_is_a_memory_backend() {
    let (store, mut runs) = (RemoteLike::new(1), 0);
    for n in 1..=20 {
        increment(&store, id(n), &mut runs).unwrap();
    }
    assert_eq!((number(&store), runs), (20, 20));
}

#[test]
fn a_body_that_runs_again_commits_once() {
    let (store, mut runs) = (with(Mishaps { rerun: 1.0, ..Mishaps::default() }), 0);
    increment(&store, id(1), &mut runs).unwrap();
    assert_eq!((number(&store), runs), (1, 2));
}

#[test]
fn a_conflict_is_surely_not_done() {
    let (store, mut runs) = (with(Mishaps { conflict: 1.0, ..Mishaps::default() }), 0);
    assert!(matches!(increment(&store, id(1), &mut runs), Err(CommitError::Conflict)));
    assert_eq!((number(&store), runs), (0, 1));
    assert_eq!(store.resolve(&scope(), id(1)).unwrap(), Outcome::NeverWill);
}

#[test]
fn a_refusal_comes_before_a_mishap() {
    for mishaps in [
        Mishaps { conflict: 1.0, ..Mishaps::default() },
        Mishaps { unknown_landed: 1.0, ..Mishaps::default() },
        Mishaps { unknown_lost: 1.0, ..Mishaps::default() },
    ] {
        let result = with(mishaps).transact(&scope(), id(1), &mut |_| Err(Abort::Refused));
        assert!(matches!(result, Err(CommitError::Refused)), "{result:?}");
    }
}

#[test]
fn an_unknown_outcome_is_resolved_for_good() {
    let mut runs = 0;
    let landed = with(Mishaps { unknown_landed: 1.0, ..Mishaps::default() });
    let lost = with(Mishaps { unknown_lost: 1.0, ..Mishaps::default() });
    for store in [&landed, &lost] {
        let result = increment(store, id(1), &mut runs);
        assert!(matches!(result, Err(CommitError::OutcomeUnknown { id: of, .. }) if of == id(1)));
    }
    assert!(matches!(landed.resolve(&scope(), id(1)).unwrap(), Outcome::Committed(_)));
    assert_eq!(lost.resolve(&scope(), id(1)).unwrap(), Outcome::NeverWill);
    assert_eq!((number(&landed), number(&lost)), (1, 0));
    // Never again, whatever comes.
    let lost = lost.with_mishaps(Mishaps::default());
    assert!(matches!(increment(&lost, id(1), &mut runs), Err(CommitError::Conflict)));
    assert_eq!((number(&lost), lost.resolve(&scope(), id(1)).unwrap()), (0, Outcome::NeverWill));
    increment(&lost, id(2), &mut runs).unwrap();
    assert_eq!(number(&lost), 1);
}

#[test]
fn what_only_reads_is_never_unknown() {
    let store = with(Mishaps { unknown_landed: 1.0, ..Mishaps::default() });
    store.transact(&scope(), id(1), &mut |tx| Ok(tx.get(b"n").map(drop)?)).unwrap();
}

#[test]
fn a_value_that_is_not_at_hand_ends_a_run_and_not_the_transaction() {
    let store = with(Mishaps { not_at_hand: 1.0, ..Mishaps::default() });
    let (mut cut, mut runs) = (0, 0);
    for n in 1..=20 {
        let result = store.transact(&scope(), id(n), &mut |tx| {
            runs += 1;
            for key in [&b"a"[..], b"b", b"c", b"d"] {
                if let Err(ReadError::Again) = tx.get(key) {
                    cut += 1;
                    return Err(ReadError::Again.into());
                }
            }
            tx.put(b"a", codec::encode(16, &n).unwrap())
        });
        result.unwrap();
    }
    assert_eq!((cut, runs), (20, 40));
}

#[test]
fn in_chaos_nothing_is_lost_that_was_told_and_nothing_done_twice() {
    for seed in 0..50 {
        let (store, mut runs, mut expected) = (RemoteLike::chaotic(seed), 0, 0);
        for n in 0..100 {
            let done = match increment(&store, id(n), &mut runs) {
                Ok(_) => true,
                Err(CommitError::OutcomeUnknown { id, .. }) => {
                    matches!(store.resolve(&scope(), id).unwrap(), Outcome::Committed(_))
                }
                Err(CommitError::Conflict) => false,
                Err(other) => panic!("seed {seed}: {other}"),
            };
            expected += u64::from(done);
        }
        assert_eq!(number(&store), expected, "seed {seed}");
        assert!((50..100).contains(&expected) && runs > 100, "seed {seed}: {expected} of 100, {runs} runs");
    }
}

#[test]
fn equal_seeds_give_equal_moods() {
    let moods = |seed| {
        let (store, mut runs) = (RemoteLike::chaotic(seed), 0);
        let ends: Vec<_> = (0..50).map(|n| increment(&store, id(n), &mut runs).is_ok()).collect();
        (ends, runs)
    };
    assert_eq!(moods(7), moods(7));
    assert_ne!(moods(7), moods(8));
}
