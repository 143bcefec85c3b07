//! How many environments versions have: what is kept, of what, and for how long.

use funclet_function_store::{
    FunctionScalingAccepted, FunctionScalingAnswer, ResourceChange, ResourceKind, ServiceError, State,
    Transitions,
};
use funclet_validation::{
    FunctionScaling, FunctionScalingConfig, GetFunctionScalingConfigRequest, PutFunctionScalingConfigRequest,
};

use crate::events::resource_feed;
use crate::world::{World, function_arn};

on_every_backend!(
    what_was_asked_for_counts,
    the_state_is_that_of_the_version,
    what_is_not_there,
    it_goes_with_versions_and_functions,
    the_feed_tells_of_it,
);

const PUBLISHED: &str = "$LATEST.PUBLISHED";

fn set(
    world: &World,
    (function, qualifier): (&str, &str),
    bounds: Option<(Option<i64>, Option<i64>)>,
) -> Result<FunctionScalingAccepted, ServiceError> {
    let config = |(min_execution_environments, max_execution_environments)| FunctionScalingConfig {
        min_execution_environments,
        max_execution_environments,
    };
    let request = PutFunctionScalingConfigRequest {
        function_name: Some(function.into()),
        qualifier: Some(qualifier.into()),
        function_scaling_config: bounds.map(config),
    };
    world.run(request.validate(&world.caller).unwrap())
}

/// Sets numbers for a version.
pub(crate) fn put(
    world: &World,
    function: &str,
    qualifier: &str,
) -> Result<FunctionScalingAccepted, ServiceError> {
    set(world, (function, qualifier), Some((Some(1), Some(5))))
}

fn get(world: &World, function: &str, qualifier: &str) -> Result<FunctionScalingAnswer, ServiceError> {
    let request = GetFunctionScalingConfigRequest {
        function_name: Some(function.into()),
        qualifier: Some(qualifier.into()),
    };
    world.look(request.validate(&world.caller).unwrap())
}

fn what_was_asked_for_counts(world: World) {
    world.create_published("f", "one");
    for qualifier in ["1", PUBLISHED] {
        let none = get(&world, "f", qualifier).unwrap();
        assert_eq!(none.function_arn.to_string(), function_arn(&format!("f:{qualifier}")));
        assert_eq!(none.scaling, None);
    }
    put(&world, "f", "1").unwrap();
    let scaling =
        |min, max| Some(FunctionScaling { min_execution_environments: min, max_execution_environments: max });
    assert_eq!(get(&world, "f", "1").unwrap().scaling, scaling(Some(1), Some(5)));
    assert_eq!(get(&world, "f", PUBLISHED).unwrap().scaling, None);
    set(&world, ("f", "1"), Some((None, Some(7)))).unwrap();
    assert_eq!(get(&world, "f", "1").unwrap().scaling, scaling(None, Some(7)));
    set(&world, ("f", "1"), None).unwrap();
    assert_eq!(get(&world, "f", "1").unwrap().scaling, None);
    put(&world, "f", PUBLISHED).unwrap();
    assert_eq!(get(&world, "f", PUBLISHED).unwrap().scaling, scaling(Some(1), Some(5)));
}

fn the_state_is_that_of_the_version(world: World) {
    let world = world.with(Transitions::Manual);
    world.create("f", "one");
    assert_eq!(put(&world, "f", PUBLISHED).unwrap().function_state, State::Pending);
    world.complete("f", None);
    assert_eq!(put(&world, "f", PUBLISHED).unwrap().function_state, State::Active);
    world.update_published("f", "two");
    assert_eq!(put(&world, "f", "1").unwrap().function_state, State::Pending);
}

fn what_is_not_there(world: World) {
    world.create("f", "one");
    for (name, qualifier) in
        [("absent", PUBLISHED), ("absent", "1"), ("f", "1"), ("f", "007"), ("f", "18446744073709551616")]
    {
        let arn = function_arn(&format!("{name}:{qualifier}")).parse().unwrap();
        let expected = ServiceError::FunctionNotFound { arn };
        assert_eq!(get(&world, name, qualifier).unwrap_err(), expected);
        assert_eq!(put(&world, name, qualifier).unwrap_err(), expected);
    }
}

fn it_goes_with_versions_and_functions(world: World) {
    world.create_published("f", "one");
    put(&world, "f", "1").unwrap();
    put(&world, "f", PUBLISHED).unwrap();
    assert_eq!(world.dump(b"x/").len(), 2);
    world.delete("f", Some("1")).unwrap();
    assert_eq!(world.dump(b"x/").len(), 1);
    world.delete("f", None).unwrap();
    world.create("f", "two");
    assert_eq!(get(&world, "f", PUBLISHED).unwrap().scaling, None);
    world.settle();
    assert!(world.dump(b"x/").is_empty() && world.dump(b"gone/").is_empty());
}

fn the_feed_tells_of_it(world: World) {
    world.create_published("f", "one");
    // Nothing is no change.
    set(&world, ("f", "1"), None).unwrap();
    put(&world, "f", "1").unwrap();
    put(&world, "f", "1").unwrap();
    set(&world, ("f", "1"), None).unwrap();
    let told: Vec<_> = resource_feed(&world)
        .into_iter()
        .map(|event| {
            assert_eq!(
                (event.resource, event.arn),
                (ResourceKind::FunctionScalingConfig, function_arn("f:1"))
            );
            event.change
        })
        .collect();
    assert_eq!(told, [ResourceChange::Created, ResourceChange::Updated, ResourceChange::Deleted]);
}
