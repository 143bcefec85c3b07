//! Reserved concurrency: what is kept of it, and what all functions of an account can reserve together.

use funclet_function_store::{
    FunctionEventKind, ResourceChange, ResourceEvent, ResourceKind, ServiceError, Transitions,
};
use funclet_validation::{
    DeleteFunctionConcurrencyRequest, GetFunctionConcurrencyRequest, PutFunctionConcurrencyRequest,
};

use crate::events::{feed, resource_feed};
use crate::world::{World, function_arn};

on_every_backend!(
    it_comes_and_goes,
    a_hundred_stay_unreserved,
    what_is_deleted_gives_its_executions_back,
    a_lower_limit_stops_growth_only,
    functions_that_are_not_there,
    nothing_else_of_the_function_changes,
    a_due_transition_is_stored_with_it,
    followers_are_told,
);

fn put(world: &World, name: &str, executions: i64) -> Result<Option<u32>, ServiceError> {
    let request = PutFunctionConcurrencyRequest {
        function_name: Some(name.into()),
        reserved_concurrent_executions: Some(executions),
    };
    let answer = world.run(request.validate(&world.caller).unwrap());
    answer.map(|answer| answer.reserved_concurrent_executions)
}

fn get(world: &World, name: &str) -> Result<Option<u32>, ServiceError> {
    let request = GetFunctionConcurrencyRequest { function_name: Some(name.into()) };
    let answer = world.look(request.validate(&world.caller).unwrap())?.reserved_concurrent_executions;
    assert_eq!(world.detail(name)?.reserved_concurrent_executions, answer, "GetFunction shows the same");
    Ok(answer)
}

fn delete(world: &World, name: &str) -> Result<(), ServiceError> {
    let request = DeleteFunctionConcurrencyRequest { function_name: Some(name.into()) };
    world.run(request.validate(&world.caller).unwrap())
}

fn it_comes_and_goes(mut world: World) {
    world.create("f", "one");
    assert_eq!(get(&world, "f"), Ok(None));
    assert_eq!(put(&world, "f", 0), Ok(Some(0)));
    assert_eq!(get(&world, "f"), Ok(Some(0)), "nothing is not the same as none");
    assert_eq!(put(&world, "f", 7), Ok(Some(7)));
    world.reopen(Transitions::Immediate);
    assert_eq!((get(&world, "f"), world.reserved_concurrency()), (Ok(Some(7)), 7));
    delete(&world, "f").unwrap();
    assert_eq!((get(&world, "f"), world.reserved_concurrency()), (Ok(None), 0));
    delete(&world, "f").unwrap();
}

fn a_hundred_stay_unreserved(world: World) {
    world.create("f", "one");
    world.create("g", "one");
    let too_few = Err(ServiceError::TooFewUnreserved);
    assert_eq!(
        ServiceError::TooFewUnreserved.to_string(),
        "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution \
         below its minimum value of [100]."
    );
    for executions in [901, 1000, 1001, 1 << 32, i64::MAX] {
        assert_eq!(put(&world, "f", executions), too_few, "{executions}");
    }
    assert_eq!((get(&world, "f"), world.reserved_concurrency()), (Ok(None), 0));
    assert_eq!(put(&world, "f", 900), Ok(Some(900)), "the bound itself");
    assert_eq!(put(&world, "g", 1), too_few);
    assert_eq!(put(&world, "g", 0), Ok(Some(0)));
    assert_eq!(put(&world, "f", 600), Ok(Some(600)), "the difference counts");
    assert_eq!(put(&world, "g", 301), too_few);
    assert_eq!(put(&world, "g", 300), Ok(Some(300)));
    let world = world.with_concurrent_executions(50);
    assert_eq!(put(&world, "h", 1), Err(not_found(&world, "h:$LATEST")), "the function comes first");
}

fn what_is_deleted_gives_its_executions_back(world: World) {
    for name in ["f", "g"] {
        world.create_published(name, "one");
        put(&world, name, 450).unwrap();
    }
    world.delete("f", Some("1")).unwrap();
    assert_eq!(world.reserved_concurrency(), 900, "a version has reserved nothing");
    world.delete("f", None).unwrap();
    assert_eq!(world.reserved_concurrency(), 450);
    world.create("f", "one");
    assert_eq!(get(&world, "f"), Ok(None), "another function");
    assert_eq!(put(&world, "f", 450), Ok(Some(450)));
}

fn a_lower_limit_stops_growth_only(world: World) {
    world.create("f", "one");
    put(&world, "f", 500).unwrap();
    let world = world.with_concurrent_executions(10);
    assert_eq!(put(&world, "f", 501), Err(ServiceError::TooFewUnreserved));
    assert_eq!(put(&world, "f", 500), Ok(Some(500)));
    assert_eq!(put(&world, "f", 499), Ok(Some(499)));
    delete(&world, "f").unwrap();
    assert_eq!(put(&world, "f", 1), Err(ServiceError::TooFewUnreserved));
}

fn not_found(_: &World, name: &str) -> ServiceError {
    ServiceError::FunctionNotFound { arn: function_arn(name).parse().unwrap() }
}

fn functions_that_are_not_there(world: World) {
    assert_eq!(put(&world, "f", 1), Err(not_found(&world, "f:$LATEST")));
    assert_eq!(put(&world, "f", i64::MAX), Err(not_found(&world, "f:$LATEST")));
    assert_eq!(get(&world, "f"), Err(not_found(&world, "f")));
    assert_eq!(delete(&world, "f"), Err(not_found(&world, "f")));
}

fn nothing_else_of_the_function_changes(world: World) {
    world.create_published("f", "one");
    let before = [world.get("f"), world.get("f:1")];
    put(&world, "f", 1).unwrap();
    put(&world, "f", 2).unwrap();
    delete(&world, "f").unwrap();
    assert_eq!([world.get("f"), world.get("f:1")], before);
    assert_eq!(world.publish("f").version.to_string(), "1", "`$LATEST` was not touched");
}

/// The reservation may come while an update is in progress, and when its end is due and not stored.
fn a_due_transition_is_stored_with_it(mut world: World) {
    world.reopen(Transitions::Manual);
    world.create("f", "one");
    put(&world, "f", 1).unwrap();
    assert_eq!(world.complete("f", None), 1, "it goes on");
    world.reopen(Transitions::Immediate);
    world.update("f", "two");
    let after = world.get("f").revision_id;
    put(&world, "f", 2).unwrap();
    assert_eq!(world.get("f").revision_id, after);
    let last = feed(&world).pop().unwrap();
    assert_eq!(last.kind, FunctionEventKind::TransitionCompleted);
    assert_eq!(last.new_revision, Some(*after.as_bytes()));
}

fn followers_are_told(world: World) {
    world.create("f", "one");
    for executions in [1, 2] {
        put(&world, "f", executions).unwrap();
    }
    delete(&world, "f").unwrap();
    delete(&world, "f").unwrap();
    let told = |change| ResourceEvent {
        resource: ResourceKind::FunctionConcurrency,
        change,
        arn: function_arn("f"),
        old_revision: None,
        new_revision: None,
    };
    let expected = [ResourceChange::Created, ResourceChange::Updated, ResourceChange::Deleted].map(told);
    assert_eq!(resource_feed(&world), expected);
}
