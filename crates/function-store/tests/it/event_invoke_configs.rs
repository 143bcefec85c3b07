//! What is configured about asynchronous invocations: how Put and Update differ, where records may go, and what is refused.

use funclet_function_store::{
    FunctionEventInvokeConfig, FunctionEventInvokeConfigPage, ResourceChange, ResourceKind, ServiceError,
    Timestamp,
};
use funclet_validation::{
    DeleteFunctionEventInvokeConfigRequest, DestinationConfig, GetFunctionEventInvokeConfigRequest,
    ListFunctionEventInvokeConfigsRequest, OnFailure, OnSuccess, PutFunctionEventInvokeConfigRequest,
    UpdateFunctionEventInvokeConfigRequest,
};
use std::time::Duration;

use crate::events::resource_feed;
use crate::function_urls::{create_alias, delete_alias};
use crate::world::{NOON_MS, World, function_arn};

on_every_backend!(
    what_is_put_replaces_everything,
    what_is_not_updated_stays,
    the_function_is_its_latest,
    what_is_not_there,
    where_records_may_go,
    lists_page_by_page,
    revisions_stay,
    configs_go_with_versions_and_aliases,
    configs_go_with_their_function,
    the_feed_tells_of_configs,
);

const QUEUE: &str = "arn:aws:sqs:eu-central-1:111122223333:queue";
const TOPIC: &str = "arn:aws:sns:eu-central-1:111122223333:topic";

fn retries(function: &str, retries: i64) -> PutFunctionEventInvokeConfigRequest {
    PutFunctionEventInvokeConfigRequest {
        function_name: Some(function.into()),
        maximum_retry_attempts: Some(retries),
        ..PutFunctionEventInvokeConfigRequest::default()
    }
}

fn put_with(
    world: &World,
    request: PutFunctionEventInvokeConfigRequest,
) -> Result<FunctionEventInvokeConfig, ServiceError> {
    world.run(request.validate(&world.caller).unwrap())
}

/// Configures a function, or a version or alias as `function:qualifier`.
pub(crate) fn put(world: &World, function: &str) -> Result<FunctionEventInvokeConfig, ServiceError> {
    put_with(world, retries(function, 1))
}

fn update(
    world: &World,
    request: UpdateFunctionEventInvokeConfigRequest,
) -> Result<FunctionEventInvokeConfig, ServiceError> {
    world.run(request.validate(&world.caller).unwrap())
}

fn age(function: &str, seconds: i64) -> UpdateFunctionEventInvokeConfigRequest {
    UpdateFunctionEventInvokeConfigRequest {
        function_name: Some(function.into()),
        maximum_event_age_in_seconds: Some(seconds),
        ..UpdateFunctionEventInvokeConfigRequest::default()
    }
}

fn get(world: &World, function: &str) -> Result<FunctionEventInvokeConfig, ServiceError> {
    let request =
        GetFunctionEventInvokeConfigRequest { function_name: Some(function.into()), qualifier: None };
    world.look(request.validate(&world.caller).unwrap())
}

fn delete(world: &World, function: &str) -> Result<(), ServiceError> {
    let request =
        DeleteFunctionEventInvokeConfigRequest { function_name: Some(function.into()), qualifier: None };
    world.run(request.validate(&world.caller).unwrap())
}

fn page(
    world: &World,
    function: &str,
    (max_items, marker): (Option<i64>, Option<String>),
) -> Result<FunctionEventInvokeConfigPage, ServiceError> {
    let function_name = Some(function.into());
    let request = ListFunctionEventInvokeConfigsRequest { function_name, marker, max_items };
    world.look(request.validate(&world.caller).unwrap())
}

fn arns(configs: &[FunctionEventInvokeConfig]) -> Vec<String> {
    configs.iter().map(|config| config.function_arn.to_string()).collect()
}

fn destinations(success: Option<&str>, failure: Option<&str>) -> DestinationConfig {
    DestinationConfig {
        on_success: success.map(|arn| OnSuccess { destination: Some(arn.into()) }),
        on_failure: failure.map(|arn| OnFailure { destination: Some(arn.into()) }),
    }
}

fn with_destinations(destinations: DestinationConfig) -> PutFunctionEventInvokeConfigRequest {
    PutFunctionEventInvokeConfigRequest {
        function_name: Some("f".into()),
        destination_config: Some(destinations),
        ..PutFunctionEventInvokeConfigRequest::default()
    }
}

/// Retries, age, and both destinations.
fn shown(config: &FunctionEventInvokeConfig) -> (Option<u32>, Option<u32>, Option<&str>, Option<&str>) {
    let text = |destination: &'_ Option<funclet_validation::Destination>| {
        destination.as_ref().map(|destination| destination.to_string())
    };
    let known = |destination: &Option<funclet_validation::Destination>| match text(destination).as_deref() {
        None => None,
        Some(QUEUE) => Some(QUEUE),
        Some(TOPIC) => Some(TOPIC),
        Some(other) => panic!("{other}"),
    };
    (
        config.maximum_retry_attempts,
        config.maximum_event_age_in_seconds,
        known(&config.destinations.on_success),
        known(&config.destinations.on_failure),
    )
}

fn what_is_put_replaces_everything(world: World) {
    world.create("f", "one");
    let first = put_with(&world, retries("f", 0)).unwrap();
    assert_eq!(shown(&first), (Some(0), None, None, None));
    assert!(first.last_modified >= Timestamp(NOON_MS));
    assert_eq!(get(&world, "f").unwrap(), first);
    world.clock.advance(Duration::from_secs(5));
    let second = put_with(&world, with_destinations(destinations(Some(QUEUE), Some(TOPIC)))).unwrap();
    assert_eq!(shown(&second), (None, None, Some(QUEUE), Some(TOPIC)));
    assert!(second.last_modified >= Timestamp(first.last_modified.0 + 5_000));
    assert_eq!(get(&world, "f").unwrap(), second);
    assert_eq!(shown(&put(&world, "f").unwrap()), (Some(1), None, None, None));
}

fn what_is_not_updated_stays(world: World) {
    world.create("f", "one");
    let all = PutFunctionEventInvokeConfigRequest {
        destination_config: Some(destinations(Some(QUEUE), None)),
        ..retries("f", 0)
    };
    put_with(&world, all).unwrap();
    assert_eq!(shown(&update(&world, age("f", 60)).unwrap()), (Some(0), Some(60), Some(QUEUE), None));
    let elsewhere = UpdateFunctionEventInvokeConfigRequest {
        destination_config: Some(destinations(None, Some(TOPIC))),
        ..age("f", 61)
    };
    let updated = update(&world, elsewhere).unwrap();
    assert_eq!(shown(&updated), (Some(0), Some(61), None, Some(TOPIC)));
    let nowhere = UpdateFunctionEventInvokeConfigRequest {
        destination_config: Some(destinations(None, Some(""))),
        maximum_retry_attempts: Some(2),
        maximum_event_age_in_seconds: None,
        ..age("f", 60)
    };
    let updated = update(&world, nowhere).unwrap();
    assert_eq!(shown(&updated), (Some(2), Some(61), None, None));
    assert_eq!(get(&world, "f").unwrap(), updated);
}

fn the_function_is_its_latest(world: World) {
    world.create_published("f", "one");
    let config = put(&world, "f").unwrap();
    assert_eq!(config.function_arn.to_string(), function_arn("f:$LATEST"));
    assert_eq!(get(&world, "f:$LATEST").unwrap(), config);
    put_with(&world, retries("f:$LATEST", 2)).unwrap();
    assert_eq!(get(&world, "f").unwrap().maximum_retry_attempts, Some(2));
    assert!(get(&world, "f:1").is_err());
    delete(&world, "f:$LATEST").unwrap();
    assert!(get(&world, "f").is_err());
}

fn what_is_not_there(world: World) {
    world.create("f", "one");
    for name in ["absent", "f:1", "f:absent"] {
        let refused = put(&world, name).unwrap_err();
        assert_eq!(refused.to_string(), "The function doesn't exist.");
        assert_eq!(update(&world, age(name, 60)).unwrap_err(), refused);
    }
    for (name, named) in
        [("absent", "absent:$LATEST"), ("f", "f:$LATEST"), ("f:1", "f:1"), ("f:absent", "f:absent")]
    {
        let expected = format!("The function {} doesn't have an EventInvokeConfig", function_arn(named));
        assert_eq!(get(&world, name).unwrap_err().to_string(), expected);
        assert_eq!(delete(&world, name).unwrap_err().to_string(), expected);
    }
    let refused = update(&world, age("f", 60)).unwrap_err();
    assert!(matches!(refused, ServiceError::NoEventInvokeConfig { .. }), "{refused}");
    let refused = page(&world, "absent", (None, None)).unwrap_err();
    assert_eq!(refused, ServiceError::NoFunctionForEventInvokeConfig);
    assert_eq!(page(&world, "f", (None, None)).unwrap().function_event_invoke_configs, []);
}

fn where_records_may_go(world: World) {
    world.create("f", "one");
    world.create("g", "one");
    let refusal = |success, failure| {
        put_with(&world, with_destinations(destinations(success, failure))).err().map(|error| {
            assert!(matches!(error, ServiceError::InvalidParameterValue(_)), "{error}");
            error.to_string()
        })
    };
    let (own, other, absent) = (function_arn("f:1"), function_arn("g"), function_arn("absent"));
    assert_eq!(refusal(Some(&other), None), None);
    assert_eq!(refusal(Some("arn:aws:lambda:us-east-1:111122223333:function:absent"), None), None);
    assert_eq!(refusal(None, Some("arn:aws:events:eu-central-1:111122223333:event-bus/b")), None);
    assert_eq!(refusal(None, Some("arn:aws:s3:::bucket")), None);
    assert_eq!(
        refusal(None, Some(&own)).as_deref(),
        Some("You can't specify the function as a destination for itself.")
    );
    assert_eq!(refusal(Some(&absent), None), Some(format!("The destination ARN {absent} is invalid.")));
    assert_eq!(
        refusal(Some("arn:aws:s3:::bucket"), Some(QUEUE)),
        Some(format!(
            "The provided destination config DestinationConfig(onSuccess=OnSuccess(destination=arn:aws:s3:::bucket), \
             onFailure=OnFailure(destination={QUEUE})) is invalid."
        ))
    );
    let role = "arn:aws:iam::111122223333:role/r";
    assert_eq!(
        refusal(None, Some(role)),
        Some(format!(
            "The provided destination config DestinationConfig(onSuccess=null, onFailure=OnFailure(destination={role})) \
             is invalid."
        ))
    );
    let kept = get(&world, "f").unwrap();
    assert_eq!(kept.destinations.on_failure.unwrap().as_str(), "arn:aws:s3:::bucket");
}

fn lists_page_by_page(world: World) {
    world.create_published("f", "one");
    create_alias(&world, "f", "live", "1");
    world.create("f-2", "one");
    for name in ["f:live", "f:1", "f", "f-2"] {
        put(&world, name).unwrap();
    }
    let (mut found, mut marker) = (Vec::new(), None);
    loop {
        let page = page(&world, "f", (Some(1), marker)).unwrap();
        assert_eq!(page.function_event_invoke_configs.len(), 1);
        found.extend(page.function_event_invoke_configs);
        marker = page.next_marker;
        if marker.is_none() {
            break;
        }
    }
    assert_eq!(found, page(&world, "f", (None, None)).unwrap().function_event_invoke_configs);
    assert_eq!(arns(&found), ["f:$LATEST", "f:1", "f:live"].map(function_arn));
}

fn revisions_stay(world: World) {
    world.create_published("f", "one");
    let revisions = || ["f", "f:1"].map(|name| world.get(name).revision_id);
    let before = revisions();
    for name in ["f", "f:1"] {
        put(&world, name).unwrap();
        update(&world, age(name, 60)).unwrap();
        delete(&world, name).unwrap();
    }
    assert_eq!(revisions(), before);
}

fn configs_go_with_versions_and_aliases(world: World) {
    world.create_published("f", "one");
    world.update_published("f", "two");
    create_alias(&world, "f", "live", "1");
    for name in ["f", "f:live", "f:2"] {
        put(&world, name).unwrap();
    }
    delete_alias(&world, "f", "live");
    world.delete("f", Some("2")).unwrap();
    let left = page(&world, "f", (None, None)).unwrap().function_event_invoke_configs;
    assert_eq!(arns(&left), [function_arn("f:$LATEST")]);
    create_alias(&world, "f", "live", "1");
    assert!(get(&world, "f:live").is_err() && get(&world, "f:2").is_err());
}

fn configs_go_with_their_function(world: World) {
    world.create_published("f", "one");
    put(&world, "f").unwrap();
    put(&world, "f:1").unwrap();
    world.delete("f", None).unwrap();
    world.create("f", "two");
    assert!(get(&world, "f").is_err());
    world.settle();
    assert!(world.dump(b"x/").is_empty() && world.dump(b"gone/").is_empty());
}

fn the_feed_tells_of_configs(world: World) {
    world.create("f", "one");
    put(&world, "f").unwrap();
    put(&world, "f").unwrap();
    update(&world, age("f", 60)).unwrap();
    delete(&world, "f").unwrap();
    delete(&world, "f").unwrap_err();
    let told: Vec<_> = resource_feed(&world)
        .into_iter()
        .map(|event| {
            assert_eq!(
                (event.resource, event.arn),
                (ResourceKind::FunctionEventInvokeConfig, function_arn("f:$LATEST"))
            );
            event.change
        })
        .collect();
    use ResourceChange::{Created, Deleted, Updated};
    assert_eq!(told, [Created, Updated, Updated, Deleted]);
}
