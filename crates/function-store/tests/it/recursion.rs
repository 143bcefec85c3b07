//! How recursive loops are treated: a setting of the function alone.

use funclet_function_store::{ResourceChange, ResourceKind, ServiceError, Transitions};
use funclet_validation::{
    GetFunctionRecursionConfigRequest, PutFunctionRecursionConfigRequest, RecursiveLoop,
};

use crate::events::resource_feed;
use crate::world::{World, function_arn};

on_every_backend!(
    it_is_kept,
    functions_that_are_not_there,
    nothing_else_of_the_function_changes,
    it_goes_with_the_function,
    followers_are_told,
);

fn put(world: &World, name: &str, recursive_loop: RecursiveLoop) -> Result<RecursiveLoop, ServiceError> {
    let request = PutFunctionRecursionConfigRequest {
        function_name: Some(name.into()),
        recursive_loop: Some(recursive_loop.to_string()),
    };
    world.run(request.validate(&world.caller).unwrap()).map(|answer| answer.recursive_loop)
}

fn get(world: &World, name: &str) -> Result<RecursiveLoop, ServiceError> {
    let request = GetFunctionRecursionConfigRequest { function_name: Some(name.into()) };
    world.look(request.validate(&world.caller).unwrap()).map(|answer| answer.recursive_loop)
}

fn it_is_kept(mut world: World) {
    world.create("f", "one");
    assert_eq!(get(&world, "f"), Ok(RecursiveLoop::Terminate), "the default");
    assert_eq!(put(&world, "f", RecursiveLoop::Allow), Ok(RecursiveLoop::Allow));
    world.reopen(Transitions::Immediate);
    assert_eq!(get(&world, "f"), Ok(RecursiveLoop::Allow));
    assert_eq!(put(&world, "f", RecursiveLoop::Terminate), Ok(RecursiveLoop::Terminate));
    assert_eq!(get(&world, "f"), Ok(RecursiveLoop::Terminate));
}

fn functions_that_are_not_there(world: World) {
    let not_found = || ServiceError::FunctionNotFound { arn: function_arn("f").parse().unwrap() };
    assert_eq!(get(&world, "f"), Err(not_found()));
    assert_eq!(put(&world, "f", RecursiveLoop::Allow), Err(not_found()));
}

fn nothing_else_of_the_function_changes(mut world: World) {
    world.reopen(Transitions::Manual);
    world.create_published("f", "one");
    let before = [world.get("f"), world.get("f:1")];
    put(&world, "f", RecursiveLoop::Allow).unwrap();
    assert_eq!([world.get("f"), world.get("f:1")], before, "and it is possible meanwhile");
    world.complete("f", None);
    assert_eq!(world.publish("f").version.to_string(), "1", "`$LATEST` was not touched");
}

fn it_goes_with_the_function(world: World) {
    world.create("f", "one");
    put(&world, "f", RecursiveLoop::Allow).unwrap();
    world.delete("f", None).unwrap();
    world.create("f", "one");
    assert_eq!(get(&world, "f"), Ok(RecursiveLoop::Terminate), "another function");
    assert_eq!(world.dump(b"x/").len(), 1);
    world.settle();
    assert!(world.dump(b"x/").is_empty() && world.dump(b"gone/").is_empty());
}

fn followers_are_told(world: World) {
    world.create("f", "one");
    put(&world, "f", RecursiveLoop::Allow).unwrap();
    put(&world, "f", RecursiveLoop::Allow).unwrap();
    let told: Vec<_> =
        resource_feed(&world).into_iter().map(|event| (event.resource, event.change, event.arn)).collect();
    let kind = ResourceKind::FunctionRecursionConfig;
    let expected = [ResourceChange::Created, ResourceChange::Updated];
    assert_eq!(told, expected.map(|change| (kind, change, function_arn("f"))));
}
