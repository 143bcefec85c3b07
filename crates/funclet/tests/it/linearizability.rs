//! Goal: however many threads call at once, and whatever fails meanwhile, what they are told is what one order of their
//! calls gives. Method: threads call an engine at random and record what they are told; function by function testkit
//! looks for an order that the model explains. That the check can fail is shown with a client that loses updates, and
//! with answers that were falsified.

use std::collections::BTreeMap;
use std::sync::{Arc, Barrier};
use std::thread;

use funclet::{Builder, CodeSha256, Funclet, Lambda, Maintenance, Version};
use funclet_storage::{LocalBackend, LocalOptions};
use funclet_testkit::linearizability::{Call, End, History, Outcome, Recorder, Unexplained, check};
use funclet_testkit::model::{Answer, Model, Observation, Operation};
use funclet_testkit::{Keep, Operation as DiskOperation, SeededEntropy, SimVfs, zip_with_content};

use crate::workload::{Known, NAMES, Workload};

const PROCESSES: usize = 4;
const CALLS: usize = 75;

type Calls = Recorder<Operation, Answer>;

fn builder(seed: u64) -> Builder {
    Funclet::builder().ids(Arc::new(SeededEntropy::new(seed)))
}

fn on_disk(seed: u64, vfs: &SimVfs, maintenance: Maintenance) -> Funclet {
    let options = LocalOptions::new("store", Arc::new(SeededEntropy::new(!seed)));
    let options = options.vfs(Arc::new(vfs.clone())).maintenance(maintenance);
    builder(seed).open_on(Arc::new(LocalBackend::open(&options).unwrap())).unwrap()
}

/// Calls the engine until everything is asked for, or until the engine fails, and tells whether it was the former.
fn call(recorder: &Calls, lambda: &Lambda, seed: u64, process: usize, known: &Known) -> bool {
    let mut workload = Workload::new(seed, process, known);
    for _ in 0..CALLS {
        let operation = workload.next();
        let pause = workload.below(4);
        let outcome = recorder.call(process, operation.clone(), |operation| {
            // Within the call, so that more of them overlap.
            (0..pause).for_each(|_| thread::yield_now());
            operation.outcome(lambda)
        });
        let Outcome::Answered(answer) = outcome else { return false };
        known.note(&operation, &answer);
    }
    true
}

/// Lets all processes call at once, then reads what there is, and tells whether everything was answered.
#[must_use]
fn call_from_all(recorder: &Calls, lambda: &Lambda, seed: u64) -> bool {
    let (known, barrier) = (Known::default(), Barrier::new(PROCESSES));
    let mut answered = thread::scope(|scope| {
        let process = |process| {
            let (known, barrier) = (&known, &barrier);
            scope.spawn(move || {
                barrier.wait();
                call(recorder, lambda, seed, process, known)
            })
        };
        let processes: Vec<_> = (0..PROCESSES).map(process).collect();
        processes.into_iter().all(|process| process.join().unwrap())
    });
    for function in NAMES.map(String::from) {
        let latest = Operation::GetFunction { function: function.clone(), version: Version::Latest };
        let versions = Operation::ListVersionsByFunction { function, max_items: None };
        for operation in [latest, versions] {
            let outcome = recorder.call(0, operation, |operation| operation.outcome(lambda));
            answered &= matches!(outcome, Outcome::Answered(_));
        }
    }
    answered
}

/// The same on a disk whose syncs take their time, so that several calls wait for one.
#[must_use]
fn call_on_slow_disk(recorder: &Calls, funclet: &Funclet, seed: u64, vfs: &SimVfs) -> bool {
    // Dropped when all is called, also by a panic.
    let calling = Arc::new(());
    let is_calling = Arc::downgrade(&calling);
    thread::scope(|scope| {
        scope.spawn(move || {
            while is_calling.strong_count() > 0 {
                let held = vfs.hold_syncs();
                (0..10).for_each(|_| thread::yield_now());
                drop(held);
                thread::yield_now();
            }
        });
        let _calling = calling;
        call_from_all(recorder, &funclet.lambda(), seed)
    })
}

fn by_function(recorder: Calls) -> BTreeMap<String, History<Operation, Answer>> {
    recorder.into_history().partition(|operation| operation.function().to_owned())
}

#[track_caller]
fn assert_linearizable(recorder: Calls, run: &str) {
    for (function, history) in by_function(recorder) {
        let verdict = check(&Model::default(), &history);
        verdict.unwrap_or_else(|unexplained| panic!("{run}, function {function}: {unexplained}"));
    }
}

#[test]
fn in_memory() {
    for seed in 0..4 {
        let recorder = Recorder::new();
        assert!(call_from_all(&recorder, &builder(seed).open_in_memory().lambda(), seed));
        assert_linearizable(recorder, &format!("seed {seed}"));
    }
}

#[test]
fn on_a_disk() {
    for seed in 0..4 {
        for maintenance in [Maintenance::Inline, Maintenance::Thread] {
            let (recorder, vfs) = (Recorder::new(), SimVfs::new());
            assert!(call_on_slow_disk(&recorder, &on_disk(seed, &vfs, maintenance), seed, &vfs));
            assert_linearizable(recorder, &format!("seed {seed}, {maintenance:?}"));
        }
    }
}

/// A failed sync leaves calls of which nobody knows whether they happened. After the power cut that is decided, and what
/// was acknowledged, or read, is there.
#[test]
fn on_a_disk_that_fails_and_loses_its_power() {
    for seed in 0..4 {
        for maintenance in [Maintenance::Inline, Maintenance::Thread] {
            for keep in [Keep::Nothing, Keep::Everything] {
                let (recorder, vfs) = (Recorder::new(), SimVfs::new());
                let funclet = on_disk(seed, &vfs, maintenance);
                vfs.fail(DiskOperation::SyncData, 5 + 6 * seed);
                assert!(!call_on_slow_disk(&recorder, &funclet, seed, &vfs), "no sync failed");
                let vfs = vfs.crash(keep);
                recorder.settle();
                let funclet = on_disk(seed + 100, &vfs, maintenance);
                assert!(call_on_slow_disk(&recorder, &funclet, seed + 100, &vfs));
                assert_linearizable(recorder, &format!("seed {seed}, {maintenance:?}, {keep:?}"));
            }
        }
    }
}

/// A client that compares the RevisionId itself, and then updates: between the two somebody else does the same.
#[test]
fn lost_updates_are_found() {
    let (lambda, recorder) = (Funclet::in_memory().lambda(), Calls::new());
    let function = String::from("f");
    let package = zip_with_content("one").into();
    let create = Operation::CreateFunction { function: function.clone(), package, publish: false };
    recorder.call(0, create, |operation| operation.outcome(&lambda));
    let get = Operation::GetFunction { function: function.clone(), version: Version::Latest };
    let told = recorder.call(0, get.clone(), |operation| operation.outcome(&lambda));
    let Outcome::Answered(Answer::Configuration(told)) = told else { panic!("{told:?}") };
    let barrier = Barrier::new(2);
    let update = |process: usize| {
        let update = |revision_id| Operation::UpdateFunctionCode {
            function: function.clone(),
            package: zip_with_content(&process.to_string()).into(),
            publish: false,
            dry_run: false,
            revision_id,
        };
        recorder.call(process, update(Some(told.revision_id.to_string())), |_| {
            let compared = get.outcome(&lambda);
            barrier.wait();
            assert_eq!(compared, Outcome::Answered(Answer::Configuration(told.clone())));
            update(None).outcome(&lambda)
        });
    };
    thread::scope(|scope| {
        scope.spawn(|| update(0));
        scope.spawn(|| update(1));
    });
    let history = recorder.into_history();
    let Err(Unexplained::Violation(violation)) = check(&Model::default(), &history) else { panic!() };
    // Who was told last cannot have won.
    let ends = history.calls().iter().map(|call| match call.end {
        End::Answered { at, .. } => at,
        End::Unknown { .. } => panic!("all were answered"),
    });
    assert_eq!(ends.enumerate().max_by_key(|(_, at)| *at).unwrap().0, violation.culprit(), "{violation}");
}

type Recorded = Call<Operation, Answer>;

fn shown(call: &Recorded) -> Option<&Observation> {
    match call.answer() {
        Some(Answer::Configuration(told)) => Some(told),
        _ => None,
    }
}

fn is_over_before(call: &Recorded, later: &Recorded) -> bool {
    matches!(call.end, End::Answered { at, .. } if at < later.invoked)
}

/// The same history, but for what one call showed.
fn falsified(
    history: &History<Operation, Answer>,
    index: usize,
    falsify: impl FnOnce(&mut Observation),
) -> History<Operation, Answer> {
    let mut calls = history.calls().to_vec();
    match &mut calls[index].end {
        End::Answered { answer: Answer::Configuration(told), .. } => falsify(told),
        other => panic!("{other:?} shows nothing"),
    }
    History::new(calls)
}

#[track_caller]
fn assert_culprit(history: &History<Operation, Answer>, index: usize) {
    match check(&Model::default(), history) {
        Err(Unexplained::Violation(violation)) => assert_eq!(violation.culprit(), index, "{violation}"),
        other => panic!("call {index} was falsified: {other:?}"),
    }
}

#[test]
fn false_answers_are_found() {
    let recorder = Recorder::new();
    assert!(call_from_all(&recorder, &builder(9).open_in_memory().lambda(), 9));
    for history in by_function(recorder).into_values() {
        check(&Model::default(), &history).unwrap();
        let showing = history.calls().iter().enumerate().filter(|(_, call)| shown(call).is_some());
        for (index, _) in showing.step_by(30) {
            let never_written = CodeSha256::from_zip_digest([7; 32]);
            assert_culprit(&falsified(&history, index, |told| told.code_sha256 = never_written), index);
            assert_culprit(&falsified(&history, index, |told| told.version = Version::Number(1000)), index);
        }
    }
}

/// Some read shows once more what was no longer there when an earlier read had ended.
#[test]
fn stale_reads_are_found() {
    let recorder = Recorder::new();
    assert!(call_from_all(&recorder, &builder(10).open_in_memory().lambda(), 10));
    let mut found = 0;
    for history in by_function(recorder).into_values() {
        let is_read = |call: &Recorded| {
            matches!(call.operation, Operation::GetFunction { version: Version::Latest, .. })
        };
        let reads = history.calls().iter().enumerate().filter(|(_, call)| is_read(call));
        let reads: Vec<_> = reads.filter_map(|(index, call)| Some((index, call, shown(call)?))).collect();
        for three in reads.windows(3).step_by(4) {
            let [(_, first, old), (_, second, newer), (index, last, _)] = three else { continue };
            let in_turn = is_over_before(first, second) && is_over_before(second, last);
            if in_turn && old.revision_id != newer.revision_id {
                let stale = falsified(&history, *index, |told| *told = (*old).clone());
                let verdict = check(&Model::default(), &stale);
                assert!(matches!(verdict, Err(Unexplained::Violation(_))), "call {index}: {verdict:?}");
                found += 1;
            }
        }
    }
    assert!(found > 0, "the run has no such reads");
}
