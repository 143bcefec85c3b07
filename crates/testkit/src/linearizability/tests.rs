use std::sync::Barrier;
use std::thread;

use proptest::collection::vec;
use proptest::prelude::*;

use super::history::Moment;
use super::*;

/// A register that is read (`None`) and written; it answers what it holds afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Register(u64);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Access(Option<u64>);

const READ: Access = Access(None);

fn write(value: u64) -> Access {
    Access(Some(value))
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(value) => write!(f, "write {value}"),
            None => f.write_str("read"),
        }
    }
}

impl Specification for Register {
    type Operation = Access;
    type Answer = u64;

    fn after(&self, access: &Access, answer: Option<&u64>) -> Option<Self> {
        let holds = access.0.unwrap_or(self.0);
        answer.is_none_or(|told| *told == holds).then_some(Self(holds))
    }
}

type AccessCall = Call<Access, u64>;

fn call(times: std::ops::Range<u64>, access: Access, answer: u64) -> AccessCall {
    Call::answered(0, times, access, answer)
}

/// A call whose outcome is unknown, but decided before a time.
fn settled(invoked: u64, before: u64, access: Access) -> AccessCall {
    Call { end: End::Unknown { before: Some(before) }, ..Call::unknown(0, invoked, access) }
}

fn verdict(calls: impl IntoIterator<Item = AccessCall>) -> Result<(), Unexplained> {
    check(&Register::default(), &History::new(calls))
}

#[track_caller]
fn culprit(calls: impl IntoIterator<Item = AccessCall>) -> usize {
    match verdict(calls) {
        Err(Unexplained::Violation(violation)) => violation.culprit(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_overlaps_may_come_in_any_order() {
    for (first, second) in [(0, 0), (0, 1), (1, 1)] {
        let reads = [call(1..2, READ, first), call(3..4, READ, second)];
        assert_eq!(verdict(reads.into_iter().chain([call(0..5, write(1), 1)])), Ok(()));
    }
    // But not backwards.
    assert_eq!(culprit([call(0..5, write(1), 1), call(1..2, READ, 1), call(3..4, READ, 0)]), 2);
}

#[test]
fn what_was_acknowledged_is_read() {
    assert_eq!(verdict([]), Ok(()));
    assert_eq!(verdict([call(0..1, write(1), 1), call(2..3, READ, 1)]), Ok(()));
    assert_eq!(culprit([call(0..1, write(1), 1), call(2..3, READ, 0)]), 1);
    assert_eq!(culprit([call(0..1, READ, 7)]), 0);
}

#[test]
fn what_is_unknown_may_have_happened_or_not() {
    let lost = |reads: [u64; 2]| {
        let [first, second] = reads;
        verdict([Call::unknown(0, 0, write(1)), call(1..2, READ, first), call(3..4, READ, second)])
    };
    assert!(lost([0, 0]).is_ok() && lost([0, 1]).is_ok() && lost([1, 1]).is_ok());
    assert!(lost([1, 0]).is_err());
}

#[test]
fn what_is_unknown_happens_before_it_is_settled_or_never() {
    let after_reading = |before| [settled(0, before, write(1)), call(1..2, READ, 0), call(5..7, READ, 1)];
    assert_eq!(verdict(after_reading(4)), Ok(()));
    // Settled while the first read went on: before it, or at least before the second.
    assert_eq!(verdict([settled(0, 2, write(1)), call(1..4, READ, 0), call(5..7, READ, 1)]), Ok(()));
    // Settled before the first read began, which saw nothing of it.
    assert_eq!(culprit([settled(0, 2, write(1)), call(3..4, READ, 0), call(5..7, READ, 1)]), 2);
    // A long call may come after that read, but takes nothing back to before it.
    let long = call(5..30, write(2), 2);
    assert_eq!(culprit([settled(0, 7, write(1)), long, call(10..11, READ, 0), call(31..32, READ, 1)]), 3);
}

#[test]
fn the_first_wrong_answer_is_told() {
    let mut calls: Vec<_> = (0..50).map(|n| call(10 * n..10 * n + 15, write(n), n)).collect();
    calls.push(call(406..407, READ, 37));
    calls.push(call(450..451, READ, 1));
    let history = History::new(calls);
    let Err(Unexplained::Violation(violation)) = check(&Register::default(), &history) else { panic!() };
    assert_eq!(history.calls()[violation.culprit()].operation, READ);
    let report = violation.to_string();
    assert!(report.contains(">    -  process 0   406..407   read -> 37"), "{report}");
    // Overlapping it, the one invoked before it is not over yet.
    assert!(report.contains("     -  process 0   400..?     write 40 -> ?"), "{report}");
    assert!(report.contains("    38  process 0   370..385   write 37 -> 37"), "{report}");
    assert!(report.contains("(2 earlier calls are left out)") && !report.contains("read -> 1\n"), "{report}");
}

#[test]
fn a_search_has_an_end() {
    // Nothing tells which of them came first, and none of them explains the read.
    let writes = (0..8).map(|n| call(n..100 + n, write(n), n));
    let history = History::new(writes.chain([call(200..201, READ, 99)]));
    let verdict = check_within(&Register::default(), &history, 100);
    assert_eq!(verdict, Err(Unexplained::Undecided { steps: 100 }));
    assert_eq!(culprit(history.calls().to_vec()), 8);
}

#[test]
fn a_history_is_taken_apart_by_object() {
    let history = History::new([call(2..3, write(2), 2), call(0..5, write(1), 1), call(6..7, write(2), 2)]);
    let parts = history.partition(|access| access.0);
    assert_eq!(parts.values().map(|part| part.calls().len()).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(parts[&Some(2)].calls()[1].invoked, 6);
}

#[test]
fn what_threads_do_is_recorded() {
    let (recorder, barrier) = (Recorder::new(), Barrier::new(4));
    thread::scope(|scope| {
        for process in 0..4 {
            let (recorder, barrier) = (&recorder, &barrier);
            scope.spawn(move || {
                let outcome = recorder.call(process, write(1), |_| {
                    barrier.wait();
                    [Outcome::Answered(1), Outcome::Unknown, Outcome::NotDone][process.min(2)].clone()
                });
                assert_eq!(outcome == Outcome::NotDone, process >= 2);
            });
        }
    });
    recorder.settle();
    recorder.call(0, READ, |_| Outcome::Unknown);
    let history = recorder.into_history();
    let [first, second, last] = history.calls() else { panic!("{history:?}") };
    // They overlap, for both were begun when the barrier opened.
    let settled = [first, second].iter().find(|call| call.answer().is_none()).unwrap().end.clone();
    assert!(matches!(settled, End::Unknown { before: Some(at) } if at < last.invoked));
    assert_eq!(last.end, End::Unknown { before: None });
    assert!(first.invoked < 4 && second.invoked < 4);
}

/// Whether any order explains the rest, found by trying all.
fn can_be_explained(state: &Register, left: &[&Moment<'_, Access, u64>]) -> bool {
    let may_be_next = |next: &Moment<'_, Access, u64>| {
        left.iter().all(|other| other.answer.is_none() || other.deadline > next.invoked)
    };
    left.iter().all(|moment| moment.answer.is_none())
        || (0..left.len()).filter(|index| may_be_next(left[*index])).any(|index| {
            // Whoever had to take effect before this one does so never.
            let next = left[index];
            let mut rest = left.to_vec();
            rest.remove(index);
            rest.retain(|other| other.deadline > next.invoked);
            let after = state.after(next.operation, next.answer);
            after.is_some_and(|after| can_be_explained(&after, &rest))
        })
}

/// A few calls with times of their own, each answered, lost, or lost and settled.
fn calls() -> impl Strategy<Value = Vec<AccessCall>> {
    let access = proptest::option::weighted(0.5, 0..3_u64).prop_map(Access);
    let call = (0..20_u64, 1..12_u64, access, 0..3_u64, 0..8_u8);
    vec(call, 1..7).prop_map(|drawn| {
        let call = |(number, (start, length, access, told, end)): (usize, (u64, u64, Access, u64, u8))| {
            // Spread, so that no two events have the same time.
            let (number, invoked) = (number as u64, 2 * start);
            let (invoked, at) = (10 * invoked + number, 10 * (invoked + 2 * length) + 10 + number);
            match end {
                0 => Call::unknown(0, invoked, access),
                1 => settled(invoked, at, access),
                _ => self::call(invoked..at, access, access.0.unwrap_or(told)),
            }
        };
        drawn.into_iter().enumerate().map(call).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    /// The search finds an order exactly if there is one, and the shortest beginning is the shortest.
    #[test]
    fn nothing_is_missed(calls in calls()) {
        let history = History::new(calls);
        let explained = |until| {
            let moments = history.moments(until);
            can_be_explained(&Register::default(), &moments.iter().collect::<Vec<_>>())
        };
        match check(&Register::default(), &history) {
            Ok(()) => prop_assert!(explained(u64::MAX)),
            Err(Unexplained::Violation(violation)) => {
                let end = history.calls()[violation.culprit()].answered_at().unwrap();
                prop_assert!(!explained(end) && explained(end - 1), "{}", violation);
            }
            Err(undecided) => prop_assert!(false, "{}", undecided),
        }
    }
}
