//! When versions get newer versions of their runtimes: what is kept, of what, and for how long.

use funclet_function_store::{ResourceChange, ResourceKind, RuntimeManagementConfig, ServiceError};
use funclet_validation::{
    GetRuntimeManagementConfigRequest, PutRuntimeManagementConfigRequest, UpdateRuntimeOn,
};

use crate::events::resource_feed;
use crate::function_urls::create_alias;
use crate::world::{World, function_arn};

on_every_backend!(
    automatic_unless_set,
    each_version_has_its_own,
    the_function_is_its_latest,
    what_is_not_there,
    revisions_stay,
    it_goes_with_versions_and_functions,
    the_feed_tells_of_it,
);

const RUNTIME: &str = "arn:aws:lambda:eu-central-1::runtime:0a1b";

/// Sets `Manual`, or what is given.
fn set(
    world: &World,
    function: &str,
    update_runtime_on: &str,
) -> Result<RuntimeManagementConfig, ServiceError> {
    let manual = update_runtime_on == "Manual";
    let request = PutRuntimeManagementConfigRequest {
        function_name: Some(function.into()),
        update_runtime_on: Some(update_runtime_on.into()),
        runtime_version_arn: manual.then(|| RUNTIME.into()),
        qualifier: None,
    };
    world.run(request.validate(&world.caller).unwrap())
}

/// Sets `Manual` for a function, or a version as `function:version`.
pub(crate) fn put(world: &World, function: &str) -> Result<RuntimeManagementConfig, ServiceError> {
    set(world, function, "Manual")
}

fn get(world: &World, function: &str) -> Result<RuntimeManagementConfig, ServiceError> {
    let request = GetRuntimeManagementConfigRequest { function_name: Some(function.into()), qualifier: None };
    world.look(request.validate(&world.caller).unwrap())
}

fn automatic_unless_set(world: World) {
    world.create("f", "one");
    let config = get(&world, "f").unwrap();
    assert_eq!((config.update_runtime_on, config.runtime_version_arn), (UpdateRuntimeOn::Auto, None));
    assert_eq!(config.function_arn.to_string(), function_arn("f"));
    let manual = put(&world, "f").unwrap();
    assert_eq!(manual.update_runtime_on, UpdateRuntimeOn::Manual);
    assert_eq!(manual.runtime_version_arn.as_ref().unwrap().as_str(), RUNTIME);
    assert_eq!(manual.function_arn.to_string(), function_arn("f"));
    assert_eq!(get(&world, "f").unwrap(), manual);
    let with_function = set(&world, "f", "FunctionUpdate").unwrap();
    assert_eq!(with_function.update_runtime_on, UpdateRuntimeOn::FunctionUpdate);
    assert_eq!(with_function.runtime_version_arn, None);
    assert_eq!(get(&world, "f").unwrap(), with_function);
}

fn each_version_has_its_own(world: World) {
    world.create_published("f", "one");
    assert_eq!(put(&world, "f:1").unwrap().function_arn.to_string(), function_arn("f:1"));
    assert_eq!(get(&world, "f:1").unwrap().update_runtime_on, UpdateRuntimeOn::Manual);
    assert_eq!(get(&world, "f").unwrap().update_runtime_on, UpdateRuntimeOn::Auto);
}

fn the_function_is_its_latest(world: World) {
    world.create("f", "one");
    put(&world, "f").unwrap();
    let latest = get(&world, "f:$LATEST").unwrap();
    assert_eq!(latest.update_runtime_on, UpdateRuntimeOn::Manual);
    assert_eq!(latest.function_arn.to_string(), function_arn("f:$LATEST"));
}

fn what_is_not_there(world: World) {
    world.create_published("f", "one");
    create_alias(&world, "f", "live", "1");
    for (name, named) in
        [("absent", "absent"), ("f:2", "f:2"), ("f:live", "f:live"), ("f:absent", "f:absent")]
    {
        let expected = ServiceError::FunctionNotFound { arn: function_arn(named).parse().unwrap() };
        assert_eq!(get(&world, name).unwrap_err(), expected);
        assert_eq!(put(&world, name).unwrap_err(), expected);
    }
}

fn revisions_stay(world: World) {
    world.create_published("f", "one");
    let seen = || ["f", "f:1"].map(|name| world.get(name));
    let before = seen();
    put(&world, "f").unwrap();
    put(&world, "f:1").unwrap();
    assert_eq!(seen(), before);
}

fn it_goes_with_versions_and_functions(world: World) {
    world.create_published("f", "one");
    put(&world, "f").unwrap();
    put(&world, "f:1").unwrap();
    assert_eq!(world.dump(b"x/").len(), 2);
    world.delete("f", Some("1")).unwrap();
    assert_eq!(world.dump(b"x/").len(), 1);
    world.delete("f", None).unwrap();
    world.create("f", "two");
    assert_eq!(get(&world, "f").unwrap().update_runtime_on, UpdateRuntimeOn::Auto);
    world.settle();
    assert!(world.dump(b"x/").is_empty() && world.dump(b"gone/").is_empty());
}

fn the_feed_tells_of_it(world: World) {
    world.create("f", "one");
    put(&world, "f").unwrap();
    put(&world, "f").unwrap();
    let told: Vec<_> = resource_feed(&world)
        .into_iter()
        .map(|event| {
            assert_eq!(event.resource, ResourceKind::RuntimeManagementConfig);
            (event.change, event.arn)
        })
        .collect();
    let arn = function_arn("f:$LATEST");
    assert_eq!(told, [(ResourceChange::Created, arn.clone()), (ResourceChange::Updated, arn)]);
}
