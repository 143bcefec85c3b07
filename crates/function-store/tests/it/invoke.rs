//! What an invocation comes to: which version, and whether it may run.

use std::collections::BTreeMap;
use std::sync::Arc;

use funclet_function_store::{
    Chance, CheckInvocation, FindInvocable, Invocable, Reason, ServiceError, State, Transitions,
};
use funclet_storage::Entropy;
use funclet_testkit::SeededEntropy;
use funclet_validation::{
    AliasRoutingConfiguration, CreateAliasRequest, CreateFunctionRequest, FunctionReference, TenancyConfig,
};

use crate::world::{World, create_request, digest, function_arn, publish_request, zip};

on_every_backend!(
    without_a_qualifier_latest_is_looked_for,
    the_configuration_is_the_one_that_runs,
    an_alias_is_followed_by_its_weights,
    what_is_not_ready_does_not_run,
    tenants_are_asked_for,
);

fn reference(world: &World, name: &str) -> FunctionReference {
    FunctionReference::resolve(&world.caller, name, None).unwrap()
}

fn target(world: &World, name: &str, chance: [u8; 16]) -> FindInvocable {
    FindInvocable { function: reference(world, name), chance: Chance::from_random(chance) }
}

fn find(world: &World, name: &str) -> Result<Invocable, ServiceError> {
    world.look(target(world, name, [0; 16]))
}

fn check(world: &World, name: &str) -> Result<Invocable, ServiceError> {
    let invoked = target(world, name, [0; 16]);
    world.look(CheckInvocation { invoked, has_tenant: false, waits: true })
}

fn alias(world: &World, name: &str, version: &str, weight: Option<(&str, f64)>) {
    let request = CreateAliasRequest {
        function_name: Some("f".into()),
        name: Some(name.into()),
        function_version: Some(version.into()),
        routing_config: weight.map(|(version, weight)| AliasRoutingConfiguration {
            additional_version_weights: Some([(version.to_owned(), weight)].into_iter().collect()),
        }),
        ..Default::default()
    };
    world.run(request.validate(&world.caller).unwrap()).unwrap();
}

fn without_a_qualifier_latest_is_looked_for(world: World) {
    world.create_published("f", "one");
    for name in ["f", "f:$LATEST", "f:1"] {
        assert!(find(&world, name).is_ok() && check(&world, name).is_ok(), "{name}");
    }
    // Recorded from AWS.
    for (name, missing) in [("g", "g:$LATEST"), ("f:7", "f:7"), ("f:live", "f:live")] {
        for found in [find(&world, name), check(&world, name)] {
            assert_eq!(
                found.unwrap_err().to_string(),
                format!("Function not found: {}", function_arn(missing))
            );
        }
    }
}

fn the_configuration_is_the_one_that_runs(world: World) {
    world.create_published("f", "one");
    world.update("f", "two");
    alias(&world, "live", "1", None);
    for (name, version, content) in [("f", "$LATEST", "two"), ("f:1", "1", "one"), ("f:live", "1", "one")] {
        let found = check(&world, name).unwrap();
        assert_eq!(found.configuration.function_arn.to_string(), function_arn(name));
        assert_eq!(found.configuration.version.to_string(), version, "{name}");
        let funclet_function_store::CodeLocation::Package { digest: found, .. } = found.code else {
            panic!("{name} is an image")
        };
        assert_eq!(found, digest(content), "{name}");
    }
}

/// Goal: each version gets the share of its weight, all or nothing included. Method: chances drawn from seeded ids.
fn an_alias_is_followed_by_its_weights(world: World) {
    world.create_published("f", "one");
    world.update_published("f", "two");
    let ids = Arc::new(SeededEntropy::new(11));
    let draws = 200;
    for (name, weight, least, most) in
        [("never", 0.0, 0, 0), ("always", 1.0, draws, draws), ("often", 0.3, draws / 5, draws * 2 / 5)]
    {
        alias(&world, name, "1", Some(("2", weight)));
        let mut counts = BTreeMap::new();
        for _ in 0..draws {
            let found = world.look(target(&world, &format!("f:{name}"), ids.bytes())).unwrap();
            *counts.entry(found.configuration.version.to_string()).or_insert(0) += 1;
        }
        let second = counts.get("2").copied().unwrap_or(0);
        assert!((least..=most).contains(&second), "{name}: {counts:?}");
        assert_eq!(counts.values().sum::<i32>(), draws);
    }
    // The ends of what is drawn: all bits clear is the least chance, all bits set the greatest.
    for (bytes, version) in [([0; 16], "2"), ([0xff; 16], "1")] {
        let found = world.look(target(&world, "f:often", bytes)).unwrap();
        assert_eq!(found.configuration.version.to_string(), version);
    }
    let last = world.look(target(&world, "f:always", [0xff; 16])).unwrap();
    assert_eq!(last.configuration.version.to_string(), "2");
}

fn what_is_not_ready_does_not_run(world: World) {
    let world = world.with(Transitions::Manual);
    let refused = |name: &str| match check(&world, name) {
        Err(ServiceError::NotInvocable { state }) => state,
        other => panic!("{name}: {other:?}"),
    };
    world.create("f", "one");
    assert_eq!(refused("f"), State::Pending);
    assert_eq!(
        check(&world, "f").unwrap_err().to_string(),
        "The operation cannot be performed at this time. The function is currently in the following state: Pending"
    );
    assert!(find(&world, "f").is_ok(), "a dry run only asks whether it is there");
    world.complete("f", None);
    assert!(check(&world, "f").is_ok());
    // During an update it runs, a version that is being published does not.
    world.update("f", "two");
    assert!(check(&world, "f").is_ok());
    world.complete("f", None);
    world.publish_with(publish_request("f")).unwrap();
    let states = [check(&world, "f").is_ok(), check(&world, "f:1").is_ok()];
    world.complete("f", None);
    assert!(states[0] && check(&world, "f:1").is_ok(), "{states:?}");

    world.create("broken", "one");
    world.complete("broken", Some(Reason { code: "InvalidSubnet".into(), text: "No.".into() }));
    assert_eq!(refused("broken"), State::Failed);
}

fn tenants_are_asked_for(world: World) {
    let request = CreateFunctionRequest {
        tenancy_config: Some(TenancyConfig { tenant_isolation_mode: Some("PER_TENANT".into()) }),
        ..create_request("f")
    };
    world.create_with(request, Ok(zip("one"))).unwrap();
    world.create("g", "one");
    let ask = |name: &str, has_tenant| {
        let invoked = target(&world, name, [0; 16]);
        world.look(CheckInvocation { invoked, has_tenant, waits: true }).map(drop)
    };
    assert_eq!(
        ask("f", false).unwrap_err().to_string(),
        "The invoked function is enabled with tenancy configuration. Add a valid tenant ID in your request and try again."
    );
    assert_eq!([ask("f", true), ask("g", false), ask("g", true)], [Ok(()), Ok(()), Ok(())]);
}
