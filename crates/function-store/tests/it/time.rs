//! Engine time: it is the clock's, but never runs backwards.

use std::sync::Arc;
use std::time::Duration;

use funclet_function_store::{LastUpdateStatus, Transitions};
use funclet_testkit::ManualClock;
use funclet_validation::GetFunctionRequest;

use crate::world::{NOON_MS, World, line_of, zip};

on_every_backend!(
    a_clock_that_runs_backwards_changes_nothing,
    what_was_stored_is_not_later_than_a_new_process,
    two_processes_with_different_clocks_never_see_an_immediate_update_in_progress,
);

fn a_clock_that_runs_backwards_changes_nothing(world: World) {
    let world = world.with(Transitions::After(Duration::from_secs(1)));
    world.create("f", "one");
    world.clock.advance(Duration::from_secs(1));
    let ready = world.get("f");
    assert_eq!(line_of(&ready), "Active - Successful -");
    world.clock.set(5);
    assert_eq!(world.get("f"), ready, "it stays ready");
    assert_eq!(world.store.now_ms(), NOON_MS + 1000);
    let updated = world.update("f", "two");
    assert_eq!(updated.last_modified.0, (NOON_MS + 1000) / 1000 * 1000);
    // Time stands until the clock has caught up.
    world.clock.set(NOON_MS + 1500);
    assert_eq!(world.get("f").status.unwrap().last_update, Some(LastUpdateStatus::InProgress));
    world.clock.set(NOON_MS + 2000);
    assert_eq!(world.get("f").status.unwrap().last_update, Some(LastUpdateStatus::Successful));
}

fn what_was_stored_is_not_later_than_a_new_process(world: World) {
    let mut world = world.with(Transitions::After(Duration::from_secs(1)));
    world.create("f", "one");
    world.clock.set(NOON_MS - 3_600_000);
    world.reopen(Transitions::Immediate);
    assert_eq!(world.store.now_ms(), NOON_MS, "the greatest time stored");
    assert_eq!(world.get("f").last_modified.0, NOON_MS);
    assert_eq!(world.create("g", "one").last_modified.0, NOON_MS);
}

fn two_processes_with_different_clocks_never_see_an_immediate_update_in_progress(world: World) {
    let ahead = Arc::new(ManualClock::at(NOON_MS + 3_600_000));
    // Both processes are open before anything is stored.
    let fast = world.front_end(Transitions::Immediate, ahead);
    assert_eq!(world.store.now_ms(), NOON_MS);
    let request = crate::world::create_request("f").validate(&world.caller).unwrap();
    let create = funclet_function_store::CreateFunctionWith {
        request,
        fetched: Ok(zip("one")),
        foreign_layers: Vec::new(),
    };
    while fast.run(&world.caller, create.clone()).is_err() {}
    for round in 0..5 {
        world.update("f", &format!("slow {round}"));
        let read = GetFunctionRequest { function_name: Some("f".into()), qualifier: None };
        let seen = fast.look(&world.caller, read.validate(&world.caller).unwrap()).unwrap().configuration;
        assert_eq!(seen, world.get("f"));
        assert_eq!(line_of(&seen), "Active - Successful -");
        let request = crate::world::update_request("f").validate(&world.caller).unwrap();
        let update = funclet_function_store::UpdateCode { request, fetched: Ok(zip("fast")) };
        while fast.run(&world.caller, update.clone()).is_err() {}
    }
}
