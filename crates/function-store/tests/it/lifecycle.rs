//! States, reasons and RevisionIds from the begin to the end of creations, updates and publications.

use std::collections::BTreeSet;
use std::time::Duration;

use funclet_function_store::{FunctionConfiguration, Reason, ServiceError, Transitions};
use funclet_validation::{CreateFunctionRequest, RevisionId, SnapStart};

use crate::world::{
    NOON_MS, World, create_request, is_conflict, line_of, publish_request, update_request, zip,
};

on_every_backend!(
    the_states_of_a_function_by_hand,
    immediate_transitions_are_finished_at_the_next_read,
    delayed_transitions_are_finished_when_they_are_due,
    nothing_else_begins_while_something_is_in_progress,
    a_version_has_a_transition_of_its_own,
    versions_published_with_a_creation_and_an_update,
    a_failed_creation_fails_its_version_too,
    what_was_stored_decides_not_the_mode,
    a_version_of_a_function_that_was_ready_is_ready,
    a_version_that_takes_a_snapshot_is_pending,
    completing_finishes_what_is_pending_and_nothing_else,
    completing_reaches_every_version,
    what_is_pending_can_be_deleted,
);

const READY: &str = "Active - Successful -";
const UPDATING: &str = "Active - InProgress Creating";
const CREATING: &str = "Pending Creating - -";

fn bad_zip() -> Reason {
    Reason { code: "InvalidZipFileException".into(), text: "Failed to unzip archive".into() }
}

/// Checks that each revision is another one than all before.
#[derive(Default)]
struct Revisions(BTreeSet<RevisionId>);

impl Revisions {
    fn is_new(&mut self, configuration: &FunctionConfiguration) {
        let revision = configuration.revision_id;
        assert!(self.0.insert(revision), "{revision} came twice");
        let text = revision.to_string();
        assert_eq!(
            (&text[14..15], "89ab".contains(&text[19..20])),
            ("4", true),
            "{text} is no UUID version 4"
        );
    }
}

enum Step {
    Create,
    Update,
    Publish,
    Complete,
    Fail,
}

fn the_states_of_a_function_by_hand(world: World) {
    let world = world.with(Transitions::Manual);
    let failed = "Active - Failed InvalidZipFileException";
    let mut revisions = Revisions::default();
    let steps = [
        (Step::Create, CREATING),
        (Step::Complete, READY),
        (Step::Update, UPDATING),
        (Step::Complete, READY),
        (Step::Update, UPDATING),
        (Step::Fail, failed),
        (Step::Update, UPDATING),
        (Step::Complete, READY),
        (Step::Publish, READY),
        (Step::Update, UPDATING),
    ];
    for (number, (step, expected)) in steps.into_iter().enumerate() {
        match step {
            // The code is the same every time: an update without a difference is an update.
            Step::Create => drop(world.create("f", "same")),
            Step::Update => drop(world.update("f", "same")),
            Step::Publish => drop(world.publish("f")),
            Step::Complete => assert_eq!(world.complete("f", None), 1),
            Step::Fail => assert_eq!(world.complete("f", Some(bad_zip())), 1),
        }
        let now = world.get("f");
        assert_eq!(line_of(&now), expected, "step {number}");
        revisions.is_new(&now);
        assert_eq!(world.get("f"), now, "a read changes nothing");
    }
}

fn immediate_transitions_are_finished_at_the_next_read(world: World) {
    let mut revisions = Revisions::default();
    let told = world.create("f", "one");
    assert_eq!(line_of(&told), CREATING);
    assert_eq!(
        told.status.as_ref().unwrap().state_reason.as_ref().unwrap().text,
        "The function is being created."
    );
    revisions.is_new(&told);
    let read = world.get("f");
    assert_eq!(line_of(&read), READY);
    revisions.is_new(&read);

    let told = world.update("f", "two");
    assert_eq!(line_of(&told), UPDATING);
    let reason = told.status.as_ref().unwrap().last_update_reason.clone().unwrap();
    assert_eq!((reason.code.as_str(), reason.text.as_str()), ("Creating", "The function is being created."));
    revisions.is_new(&told);
    let read = world.get("f");
    assert_eq!(line_of(&read), READY);
    revisions.is_new(&read);
    // The revision in the answer is already superseded.
    let with = |revision: RevisionId| funclet_validation::UpdateFunctionCodeRequest {
        revision_id: Some(revision.to_string()),
        ..update_request("f")
    };
    let stale = world.update_with(with(told.revision_id), Ok(zip("three")));
    assert_eq!(stale, Err(ServiceError::RevisionMismatch));
    assert!(world.update_with(with(read.revision_id), Ok(zip("three"))).is_ok());
}

fn delayed_transitions_are_finished_when_they_are_due(world: World) {
    let world = world.with(Transitions::After(Duration::from_millis(1500)));
    let stored = |world: &World| world.dump(b"");
    let created = world.create("f", "one");
    let before = stored(&world);
    world.clock.advance(Duration::from_millis(1499));
    assert_eq!(world.get("f"), created);
    world.clock.advance(Duration::from_millis(1));
    let ready = world.get("f");
    assert_eq!(line_of(&ready), READY);
    assert_ne!(ready.revision_id, created.revision_id);
    assert_eq!(stored(&world), before, "a read never writes");
    // Whoever stores it, the end is the one that was drawn at the begin.
    world.settle();
    assert_ne!(stored(&world), before);
    assert_eq!(world.get("f"), ready);
}

fn nothing_else_begins_while_something_is_in_progress(world: World) {
    let world = world.with(Transitions::Manual);
    let busy = |world: &World| {
        let arn = world.caller.function_arn(&"f".parse().unwrap());
        let expected = ServiceError::UpdateInProgress { arn };
        assert_eq!(
            expected.to_string(),
            "The operation cannot be performed at this time. An update is in progress for resource: \
             arn:aws:lambda:eu-central-1:111122223333:function:f"
        );
        let before = world.dump(b"");
        assert_eq!(world.update_with(update_request("f"), Ok(zip("two"))), Err(expected.clone()));
        let dry =
            funclet_validation::UpdateFunctionCodeRequest { dry_run: Some(true), ..update_request("f") };
        assert_eq!(world.update_with(dry, Ok(zip("two"))), Err(expected.clone()));
        assert_eq!(world.publish_with(publish_request("f")), Err(expected));
        assert_eq!(world.dump(b""), before, "a refusal changes nothing");
    };
    world.create("f", "one");
    busy(&world);
    world.complete("f", None);
    world.update("f", "two");
    busy(&world);
    world.complete("f", Some(bad_zip()));
    world.update("f", "two");
}

fn a_version_has_a_transition_of_its_own(world: World) {
    let world = world.with(Transitions::After(Duration::from_secs(1)));
    let mut revisions = Revisions::default();
    revisions.is_new(&world.create("f", "one"));
    world.clock.advance(Duration::from_secs(1));
    revisions.is_new(&world.get("f"));
    let version = world.update_published("f", "two");
    assert_eq!(
        (line_of(&version).as_str(), version.function_arn.to_string().as_str()),
        (CREATING, "arn:aws:lambda:eu-central-1:111122223333:function:f:1")
    );
    revisions.is_new(&version);
    let latest = world.get("f");
    assert_eq!(line_of(&latest), UPDATING);
    revisions.is_new(&latest);
    assert_eq!(world.get("f:1"), version);
    world.clock.advance(Duration::from_secs(1));
    let (latest, version) = (world.get("f"), world.get("f:1"));
    assert_eq!((line_of(&latest).as_str(), line_of(&version).as_str()), (READY, READY));
    revisions.is_new(&latest);
    revisions.is_new(&version);
}

fn versions_published_with_a_creation_and_an_update(world: World) {
    let created = world.create_published("f", "one");
    assert_eq!((created.version.to_string().as_str(), line_of(&created).as_str()), ("1", CREATING));
    let arn = created.function_arn.to_string();
    assert_eq!(arn, "arn:aws:lambda:eu-central-1:111122223333:function:f", "unqualified, unlike an update's");
    assert_eq!(created.last_modified.0, NOON_MS);
    assert_eq!(world.get("f:1").last_modified.0, NOON_MS);

    let updated = world.update_published("f", "one");
    assert_eq!(updated.version.to_string(), "2", "also of identical code");
    assert_eq!(updated.last_modified.0, NOON_MS - NOON_MS % 1000, "whole seconds");
    // $LATEST counts as published.
    let latest = world.get("f");
    assert_eq!(world.publish("f").version.to_string(), "2");
    assert_eq!(world.get("f"), latest);
}

fn a_failed_creation_fails_its_version_too(world: World) {
    let world = world.with(Transitions::Manual);
    world.create_published("f", "one");
    assert_eq!(world.complete("f", Some(bad_zip())), 2);
    for name in ["f", "f:1"] {
        assert_eq!(line_of(&world.get(name)), "Failed InvalidZipFileException - -", "{name}");
    }
}

fn what_was_stored_decides_not_the_mode(world: World) {
    let mut world = world.with(Transitions::Manual);
    world.create("by-hand", "one");
    world.reopen(Transitions::After(Duration::from_secs(10)));
    world.create("later", "one");
    world.reopen(Transitions::Immediate);
    world.create("at-once", "one");
    let states = |world: &World| ["by-hand", "later", "at-once"].map(|name| line_of(&world.get(name)));
    assert_eq!(states(&world), [CREATING, CREATING, READY]);
    world.reopen(Transitions::Manual);
    assert_eq!(states(&world), [CREATING, CREATING, READY]);
    world.clock.advance(Duration::from_secs(10));
    assert_eq!(states(&world), [CREATING, READY, READY]);
    world.settle();
    world.reopen(Transitions::Immediate);
    world.settle();
    assert_eq!(states(&world), [CREATING, READY, READY]);
    assert_eq!(world.complete("by-hand", None), 1);
    assert_eq!(states(&world), [READY, READY, READY]);
}

fn a_version_of_a_function_that_was_ready_is_ready(world: World) {
    let world = world.with(Transitions::Manual);
    world.create("f", "one");
    world.complete("f", None);
    let before = world.get("f");
    let version = world.publish("f");
    assert_eq!(line_of(&version), READY);
    assert_eq!(world.get("f:1"), version, "its revision is stable from the begin");
    let ids = BTreeSet::from([before.revision_id, version.revision_id, world.get("f").revision_id]);
    assert_eq!(ids.len(), 3, "a third id for the version, and a new one for $LATEST");
}

fn a_version_that_takes_a_snapshot_is_pending(world: World) {
    let world = world.with(Transitions::Manual);
    let snap_start = Some(SnapStart { apply_on: Some("PublishedVersions".into()) });
    let request = CreateFunctionRequest { snap_start, ..create_request("f") };
    world.create_with(request, Ok(zip("one"))).unwrap();
    world.complete("f", None);
    let version = world.publish("f");
    assert_eq!((line_of(&version).as_str(), version.snap_start_optimized), (CREATING, true));
    assert_eq!((line_of(&world.get("f")).as_str(), world.get("f").snap_start_optimized), (READY, false));
    assert_eq!(world.complete("f", None), 1);
    assert_eq!(line_of(&world.get("f:1")), READY);
}

fn completing_finishes_what_is_pending_and_nothing_else(world: World) {
    let world = world.with(Transitions::Manual);
    let name = "f".parse().unwrap();
    let absent = loop {
        match world.store.complete_transitions(&world.caller, &name, None) {
            Err(failure) if is_conflict(&failure) => {}
            other => break other,
        }
    };
    assert!(matches!(
        absent,
        Err(funclet_function_store::Failure::Refused(ServiceError::FunctionNotFound { .. }))
    ));
    world.create("f", "one");
    world.complete("f", None);
    let (ready, stored) = (world.get("f"), world.dump(b""));
    assert_eq!(world.complete("f", None), 0);
    assert_eq!(world.complete("f", Some(bad_zip())), 0);
    assert_eq!((world.get("f"), world.dump(b"")), (ready, stored));
}

/// More versions than one transaction may write, each of them pending.
fn completing_reaches_every_version(world: World) {
    let mut world = world;
    let snap_start = Some(SnapStart { apply_on: Some("PublishedVersions".into()) });
    let request = CreateFunctionRequest { snap_start, ..create_request("f") };
    world.create_with(request, Ok(zip("one"))).unwrap();
    for number in 1..=60 {
        // The update is finished at once, the version by hand.
        world.reopen(Transitions::Immediate);
        world.update("f", &format!("code {number}"));
        world.reopen(Transitions::Manual);
        assert_eq!(world.publish("f").version.to_string(), number.to_string());
    }
    let pending = |world: &World| {
        let pending = |number: &u64| line_of(&world.get(&format!("f:{number}"))) == CREATING;
        (1..=60).filter(pending).count()
    };
    assert_eq!(pending(&world), 60);
    world.complete("f", None);
    assert_eq!(pending(&world), 0);
    assert_eq!(world.complete("f", None), 0);
}

fn what_is_pending_can_be_deleted(world: World) {
    let world = world.with(Transitions::Manual);
    world.create_published("f", "one");
    world.delete("f", Some("1")).unwrap();
    assert_eq!(world.complete("f", None), 1, "$LATEST alone");
    world.update_published("f", "two");
    world.delete("f", None).unwrap();
    world.settle();
    assert!(world.dump(b"").keys().all(|key| key == b"c/code-bytes"));
}
