//! Histories that are known to be good or wrong, and sequences that the model accepts or not.

use std::ops::Range;

use funclet::{Funclet, LastUpdateStatus, Package, State, Version};

use super::function::code_sha256;
use super::*;
use crate::linearizability::{Call, History, Unexplained, check};
use crate::zip_with_content;

fn revision(number: u8) -> RevisionId {
    RevisionId::from_bytes([number; 16])
}

fn package(content: &str) -> Package {
    zip_with_content(content).into()
}

fn create(content: &str) -> Operation {
    Operation::CreateFunction { function: "f".into(), package: package(content), publish: false }
}

fn update(content: &str, current: Option<u8>) -> Operation {
    Operation::UpdateFunctionCode {
        function: "f".into(),
        package: package(content),
        publish: false,
        dry_run: false,
        revision_id: current.map(|number| revision(number).to_string()),
    }
}

fn publish() -> Operation {
    let function = "f".into();
    Operation::PublishVersion { function, description: None, code_sha256: None, revision_id: None }
}

fn get(version: Version) -> Operation {
    Operation::GetFunction { function: "f".into(), version }
}

/// What an answer shows when nothing is in progress.
fn shown(version: Version, content: &str, number: u8) -> Answer {
    Answer::Configuration(Observation {
        version,
        revision_id: revision(number),
        code_sha256: code_sha256(&package(content)),
        description: String::new(),
        state: Some(State::Active),
        last_update: Some(LastUpdateStatus::Successful),
    })
}

fn latest(content: &str, number: u8) -> Answer {
    shown(Version::Latest, content, number)
}

fn in_progress(answer: Answer, state: State, last_update: Option<LastUpdateStatus>) -> Answer {
    match answer {
        Answer::Configuration(told) => {
            Answer::Configuration(Observation { state: Some(state), last_update, ..told })
        }
        other => other,
    }
}

fn updating(content: &str, number: u8) -> Answer {
    in_progress(latest(content, number), State::Active, Some(LastUpdateStatus::InProgress))
}

type Called = (Range<u64>, Operation, Answer);

/// A function of the code `one`, whose revision is 2.
fn created() -> [Called; 2] {
    let creating = in_progress(latest("one", 1), State::Pending, None);
    [(0..1, create("one"), creating), (2..3, get(Version::Latest), latest("one", 2))]
}

fn history(calls: impl IntoIterator<Item = Called>) -> History<Operation, Answer> {
    let calls = created().into_iter().chain(calls);
    History::new(calls.map(|(times, operation, answer)| Call::answered(0, times, operation, answer)))
}

#[track_caller]
fn accepted(calls: impl IntoIterator<Item = Called>) {
    check(&Model::default(), &history(calls)).unwrap();
}

/// Asserts that the history is wrong, and which of `calls` shows it.
#[track_caller]
fn wrong_at(culprit: usize, calls: impl IntoIterator<Item = Called>) {
    match check(&Model::default(), &history(calls)) {
        Err(Unexplained::Violation(violation)) => {
            assert_eq!(violation.culprit(), culprit + created().len(), "{violation}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn of_two_writers_with_one_revision_one_wins() {
    let refused = Answer::Refused(Refusal::RevisionMismatch);
    let first = (10..20, update("two", Some(2)), updating("two", 3));
    let read = (30..31, get(Version::Latest), latest("two", 4));
    accepted([first.clone(), (11..19, update("three", Some(2)), refused.clone()), read.clone()]);
    // Who loses may be told before the other one is.
    accepted([(11..12, update("three", Some(2)), refused.clone()), first.clone(), read.clone()]);
    // The lost update: both win.
    wrong_at(0, [first.clone(), (11..19, update("three", Some(2)), updating("three", 5))]);
    wrong_at(1, [first.clone(), (21..22, update("three", Some(2)), updating("three", 5))]);
    // Nobody wins.
    wrong_at(0, [(10..20, update("two", Some(2)), refused)]);
}

#[test]
fn an_acknowledged_write_is_read() {
    let write = (10..20, update("two", None), updating("two", 3));
    accepted([write.clone(), (21..22, get(Version::Latest), latest("two", 4))]);
    for old in [latest("one", 2), latest("one", 4), latest("two", 2), latest("two", 3)] {
        wrong_at(1, [write.clone(), (21..22, get(Version::Latest), old)]);
    }
    // While it is going on both states are right, but only forwards.
    let (old, new) = (latest("one", 2), latest("two", 4));
    let reads = |first: &Answer, second: &Answer| {
        let get = || get(Version::Latest);
        [write.clone(), (11..12, get(), first.clone()), (13..14, get(), second.clone())]
    };
    accepted(reads(&old, &old));
    accepted(reads(&old, &new));
    accepted(reads(&new, &new));
    wrong_at(2, reads(&new, &old));
}

#[test]
fn an_update_in_progress_is_never_read() {
    let write = (10..20, update("two", None), updating("two", 3));
    wrong_at(1, [write.clone(), (21..22, get(Version::Latest), updating("two", 3))]);
    wrong_at(1, [write, (21..22, get(Version::Latest), updating("two", 4))]);
}

#[test]
fn what_was_never_written_is_not_read() {
    let write = (10..20, update("two", None), updating("two", 3));
    wrong_at(0, [(4..5, get(Version::Latest), latest("three", 2)), write.clone()]);
    wrong_at(1, [write, (11..12, get(Version::Latest), latest("three", 4))]);
    // Nor what nobody has begun to write.
    wrong_at(
        0,
        [(4..5, get(Version::Latest), latest("two", 4)), (10..20, update("two", None), updating("two", 3))],
    );
}

#[test]
fn a_version_has_its_number_alone_and_stays_as_it_is() {
    let version = |number, content, revision| shown(Version::Number(number), content, revision);
    let first = (10..11, publish(), version(1, "one", 3));
    let write = (12..13, update("two", None), updating("two", 4));
    let second = (14..15, publish(), version(2, "two", 5));
    let get_first = || get(Version::Number(1));
    accepted([
        first.clone(),
        write.clone(),
        second.clone(),
        (16..17, get_first(), version(1, "one", 3)),
        // Without a change there is no new one.
        (18..19, publish(), version(2, "two", 5)),
    ]);
    // The number twice, one after the other and at the same time.
    wrong_at(2, [first.clone(), write.clone(), (14..15, publish(), version(1, "two", 5))]);
    let beside = (10..20, update("two", None), updating("two", 4));
    wrong_at(
        2,
        [beside, (11..12, publish(), version(1, "one", 3)), (13..19, publish(), version(1, "two", 5))],
    );
    // A number left out.
    wrong_at(0, [(10..11, publish(), version(2, "one", 3))]);
    // A revision or other code for what was published.
    wrong_at(2, [first.clone(), write.clone(), (14..15, get_first(), version(1, "one", 6))]);
    wrong_at(2, [first.clone(), write.clone(), (14..15, get_first(), version(1, "two", 3))]);
    // Publishing renews the revision of `$LATEST`.
    wrong_at(1, [first, (12..13, get(Version::Latest), latest("one", 2))]);
}

#[test]
fn no_revision_comes_twice() {
    for old in [1, 2] {
        wrong_at(0, [(10..11, update("two", None), updating("two", old))]);
        wrong_at(0, [(10..11, publish(), shown(Version::Number(1), "one", old))]);
    }
    // Not even after the function was deleted.
    let delete = Operation::DeleteFunction { function: "f".into(), version: None };
    let creating = |number| in_progress(latest("two", number), State::Pending, None);
    accepted([(10..11, delete.clone(), Answer::Deleted), (12..13, create("two"), creating(3))]);
    wrong_at(1, [(10..11, delete, Answer::Deleted), (12..13, create("two"), creating(2))]);
}

#[test]
fn an_update_that_nobody_heard_of_may_be_seen_or_not() {
    let with_lost = |answers: [Answer; 2]| {
        let reads = (10..).step_by(2).zip(answers);
        let reads = reads.map(|(at, answer)| (at..at + 1, get(Version::Latest), answer));
        let lost = Call::unknown(1, 5, update("two", Some(2)));
        check(&Model::default(), &History::new(history(reads).calls().iter().cloned().chain([lost])))
    };
    let (old, new) = (latest("one", 2), latest("two", 4));
    assert!(with_lost([old.clone(), old.clone()]).is_ok());
    assert!(with_lost([old.clone(), new.clone()]).is_ok());
    assert!(with_lost([new.clone(), new.clone()]).is_ok());
    assert!(with_lost([new, old]).is_err());
}

#[test]
fn a_mismatch_says_what_was_expected() {
    let mut model = Model::default();
    let mismatch = model.step(&get(Version::Latest), &latest("one", 1)).unwrap_err();
    assert_eq!(*mismatch.expectation(), Expectation::Refused(Refusal::FunctionNotFound));
    let text = mismatch.to_string();
    assert!(
        text.starts_with("GetFunction f:$LATEST answers another kind of answer: $LATEST revision 01010101")
    );
    assert!(text.ends_with(" Active Successful, expected refused: not found"), "{text}");
}

#[test]
fn everything_is_compared() {
    let lambda = Funclet::in_memory().lambda();
    let mut model = Model::default();
    // More than a page.
    let run = |model: &mut Model, operation: Operation| {
        model.step(&operation, &operation.run(&lambda).unwrap()).unwrap();
    };
    run(&mut model, create("one"));
    for number in 0..60 {
        run(&mut model, update(&format!("x = {number}"), None));
        run(&mut model, publish());
    }
    let list = |max_items| Operation::ListVersionsByFunction { function: "f".into(), max_items };
    for max_items in [None, Some(3), Some(61)] {
        run(&mut model, list(max_items));
    }
    model.compare(&lambda).unwrap();

    let mut other = model.clone();
    other.apply(&Operation::DeleteFunction { function: "f".into(), version: Some(60) });
    let complaint = other.compare(&lambda).unwrap_err();
    assert!(complaint.contains("GetFunction f:60 answers another kind of answer"), "{complaint}");
    let mut other = model.clone();
    other.apply(&update("x = 1", None));
    let complaint = other.compare(&lambda).unwrap_err();
    assert!(complaint.contains("GetFunction f:$LATEST answers other code"), "{complaint}");
    let complaint = Model::default().compare(&lambda).unwrap_err();
    assert_eq!(complaint, r#"there are the functions ["f"], expected []"#);
}
