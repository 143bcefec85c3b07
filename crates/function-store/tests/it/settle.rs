//! Storing what is due: nothing depends on it but events and space.

use std::sync::Arc;
use std::time::Duration;

use funclet_function_store::{Failure, Transitions};
use funclet_storage::MemoryBackend;

use crate::front::Front;
use crate::world::{World, line_of};

on_every_backend!(
    settling_changes_no_answer,
    what_another_process_began_is_settled_when_it_is_due,
    every_version_is_settled,
    a_version_that_is_never_due_holds_nothing_up,
    settling_twice_does_nothing,
);

const READY: &str = "Active - Successful -";

/// The functions and versions as they are stored: with a settlement those change whose transition was not stored as
/// finished.
fn stored_entities(world: &World) -> Vec<(Vec<u8>, Vec<u8>)> {
    let entities = [&b"f/"[..], b"v/"].map(|prefix| world.dump(prefix));
    entities.into_iter().flatten().map(|(key, value)| (key, value.payload().to_vec())).collect()
}

fn settling_changes_no_answer(world: World) {
    world.create_published("f", "one");
    world.update_published("f", "two");
    world.create("g", "one");
    let answers = |world: &World| ["f", "f:1", "f:2", "g"].map(|name| world.get(name));
    let (before, stored) = (answers(&world), stored_entities(&world));
    world.settle();
    assert_eq!(answers(&world), before);
    let changed = stored_entities(&world).iter().zip(&stored).filter(|(new, old)| new != old).count();
    assert_eq!(changed, 4, "every one of them had a transition");
}

fn settling_twice_does_nothing(world: World) {
    world.create_published("f", "one");
    world.settle();
    let stored = world.dump(b"");
    assert_eq!(world.store.settle().unwrap(), 0);
    assert_eq!(world.dump(b""), stored);
}

fn what_another_process_began_is_settled_when_it_is_due(world: World) {
    let mut world = world.with(Transitions::After(Duration::from_secs(60)));
    world.create_published("f", "one");
    world.reopen(Transitions::Manual);
    let stored = stored_entities(&world);
    world.settle();
    assert_eq!(stored_entities(&world), stored, "not due yet");
    // The search for what others have left is over now; what it found is remembered.
    world.clock.advance(Duration::from_secs(60));
    world.settle();
    let changed = stored_entities(&world).iter().zip(&stored).filter(|(new, old)| new != old).count();
    assert_eq!(changed, 2);
    assert_eq!(line_of(&world.get("f:1")), READY);
}

/// More than one transaction may write.
fn every_version_is_settled(world: World) {
    let mut world = world;
    world.create_published("f", "one");
    for number in 2..=70 {
        world.update_published("f", &format!("code {number}"));
    }
    let stored = stored_entities(&world);
    world.reopen(Transitions::Immediate);
    world.settle();
    let changed = stored_entities(&world).iter().zip(&stored).filter(|(new, old)| new != old).count();
    assert_eq!(changed, 71, "$LATEST and all versions");
}

fn a_version_that_is_never_due_holds_nothing_up(world: World) {
    let mut world = world.with(Transitions::Manual);
    world.create_published("f", "one");
    world.reopen(Transitions::Immediate);
    // $LATEST and version 1 wait for somebody; only a failure of both lets the function go on.
    world.settle();
    let reason = funclet_function_store::Reason { code: "InternalError".into(), text: "x".into() };
    assert_eq!(world.complete("f", Some(reason)), 2);
    world.reopen(Transitions::Manual);
    world.update_published("f", "two");
    world.delete("f", Some("1")).unwrap();
    world.complete("f", None);
    world.reopen(Transitions::Immediate);
    for number in 3..=40 {
        world.update_published("f", &format!("code {number}"));
    }
    world.settle();
    let stored = stored_entities(&world);
    world.reopen(Transitions::Immediate);
    world.settle();
    assert_eq!(stored_entities(&world), stored, "nothing was left");
}

/// A conflict or an unknown outcome in the middle: the next call does the rest.
#[test]
fn what_failed_is_tried_again() {
    let front = Arc::new(Front::new(Arc::new(MemoryBackend::new())));
    let world = World::on_backend(front.clone());
    for name in ["a", "b", "c"] {
        world.create_published(name, "one");
    }
    world.delete("c", None).unwrap();
    for trouble in [Front::refuse, Front::forget] {
        trouble(&front, 1);
        assert!(world.store.settle().is_err());
    }
    assert!(world.store.settle().is_ok());
    assert!(world.dump(b"gone/").is_empty() && world.dump(b"v/").len() == 2);
    let stored = world.dump(b"");
    let second = world.front_end(Transitions::Immediate, Arc::clone(&world.clock));
    assert!(matches!(second.settle(), Ok(0)), "another process finds nothing to do");
    assert_eq!(world.dump(b""), stored);
}

/// An operation that happened although nobody could say so leaves its duties behind all the same.
#[test]
fn an_unknown_outcome_is_settled_too() {
    let front = Arc::new(Front::new(Arc::new(MemoryBackend::new())));
    let world = World::on_backend(front.clone());
    // Whatever earlier processes left has been looked for.
    while world.store.settle().unwrap() > 0 {}
    assert_eq!(world.store.settle().unwrap(), 0);
    world.create_published("f", "one");
    world.settle();
    front.forget(1);
    let delete =
        funclet_validation::DeleteFunctionRequest { function_name: Some("f".into()), qualifier: None };
    let outcome = world.store.run(&world.caller, delete.validate(&world.caller).unwrap());
    assert!(matches!(outcome, Err(Failure::OutcomeUnknown { .. })), "{outcome:?}");
    world.settle();
    assert_eq!(world.references().len(), 0);
}
