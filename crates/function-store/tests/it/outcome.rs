//! Outcomes that nobody knows: what a caller can do about them.

use std::sync::Arc;

use funclet_function_store::{CreateFunctionWith, Failure, ServiceError, UpdateCode};
use funclet_storage::{Backend, MemoryBackend, Outcome, TxnId};
use funclet_testkit::{Mishaps, RemoteLike};
use funclet_validation::UpdateFunctionCodeRequest;

use crate::front::Front;
use crate::world::{World, create_request, is_conflict, publish_request, update_request, zip};

fn update(world: &World, revision: &str) -> UpdateCode<()> {
    let revision_id = Some(revision.to_owned());
    let request = UpdateFunctionCodeRequest { revision_id, ..update_request("f") };
    UpdateCode { request: request.validate(&world.caller).unwrap(), fetched: Ok(zip("two")) }
}

fn unknown<T: std::fmt::Debug>(outcome: Result<T, Failure>) -> TxnId {
    match outcome {
        Err(Failure::OutcomeUnknown { id, .. }) => id,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_update_that_landed_is_told_by_resolve_and_safe_to_try_again() {
    let front = Arc::new(Front::new(Arc::new(MemoryBackend::new())));
    let world = World::on_backend(front.clone());
    world.create("f", "one");
    let revision = world.get("f").revision_id.to_string();
    front.forget(1);
    let id = unknown(world.store.run(&world.caller, update(&world, &revision)));
    assert!(matches!(front.resolve(&world.scope(), id).unwrap(), Outcome::Committed(_)));
    let again = world.store.run(&world.caller, update(&world, &revision));
    assert!(matches!(again, Err(Failure::Refused(ServiceError::RevisionMismatch))), "{again:?}");
    assert_eq!(world.get("f").code_sha256.digest(), crate::world::digest("two").as_bytes());
}

#[test]
fn an_update_that_did_not_land_never_will() {
    let remote: Arc<dyn Backend> =
        Arc::new(RemoteLike::new(1).with_mishaps(Mishaps { unknown_lost: 1.0, ..Mishaps::default() }));
    let world = World::on_backend(remote);
    let request = create_request("f").validate(&world.caller).unwrap();
    let create = CreateFunctionWith { request, fetched: Ok(zip("one")), foreign_layers: Vec::new() };
    let id = unknown(world.store.run(&world.caller, create));
    assert_eq!(world.backend.resolve(&world.scope(), id).unwrap(), Outcome::NeverWill);
    assert!(world.detail("f").is_err() && world.dump(b"").is_empty());
    // A refusal is never unknown: there is nothing to be unsure about.
    let refused = world.store.run(&world.caller, publish_request("f").validate(&world.caller).unwrap());
    assert!(matches!(refused, Err(Failure::Refused(ServiceError::FunctionNotFound { .. }))), "{refused:?}");
}

/// Whoever resolves what is unknown, and tries again what surely did not happen, does everything exactly once.
#[test]
fn in_chaos_every_update_happens_exactly_once() {
    for seed in 0..20 {
        let world = World::on_backend(Arc::new(RemoteLike::chaotic(seed)));
        let exactly_once = |command: &dyn Fn() -> Result<(), Failure>| loop {
            match command() {
                Ok(()) => return,
                Err(Failure::OutcomeUnknown { id, .. }) => {
                    if let Outcome::Committed(_) = world.backend.resolve(&world.scope(), id).unwrap() {
                        return;
                    }
                }
                Err(failure) => assert!(is_conflict(&failure), "seed {seed}: {failure:?}"),
            }
        };
        let request = create_request("f").validate(&world.caller).unwrap();
        let create = CreateFunctionWith { request, fetched: Ok(zip("one")), foreign_layers: Vec::new() };
        exactly_once(&|| world.store.run(&world.caller, create.clone()).map(drop));
        for _ in 0..30 {
            let request = UpdateFunctionCodeRequest { publish: Some(true), ..update_request("f") };
            let request = request.validate(&world.caller).unwrap();
            let update = UpdateCode { request, fetched: Ok(zip("one")) };
            exactly_once(&|| world.store.run(&world.caller, update.clone()).map(drop));
        }
        assert_eq!(world.get("f:30").version.to_string(), "30", "seed {seed}");
        assert!(world.detail("f:31").is_err(), "seed {seed}");
        assert_eq!(world.references().into_values().sum::<u64>(), 31, "seed {seed}");
    }
}
