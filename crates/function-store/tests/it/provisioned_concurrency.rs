//! Provisioned concurrency of versions and aliases: how it becomes ready, what it takes of the account, and what goes with it.

use std::time::Duration;

use funclet_function_store::{
    ProvisionedConcurrency, ProvisionedConcurrencyStatus, Reason, ResourceChange, ResourceKind, ServiceError,
    Timestamp, Transitions,
};
use funclet_validation::{
    AliasRoutingConfiguration, CreateAliasRequest, DeleteAliasRequest, DeleteFunctionConcurrencyRequest,
    DeleteProvisionedConcurrencyConfigRequest, GetProvisionedConcurrencyConfigRequest,
    ListProvisionedConcurrencyConfigsRequest, PutFunctionConcurrencyRequest,
    PutProvisionedConcurrencyConfigRequest, UpdateAliasRequest,
};

use crate::events::resource_feed;
use crate::world::{Kind, NOON_MS, World, function_arn};

use ProvisionedConcurrencyStatus::{Failed, InProgress, Ready};

on_every_backend!(
    it_is_ready_at_the_next_read,
    it_is_ready_when_its_time_has_come,
    it_is_ready_when_somebody_says_so,
    it_can_fail,
    many_are_completed_together,
    what_is_not_there,
    nothing_of_what_is_unpublished,
    a_reservation_bounds_it,
    the_account_bounds_it,
    a_reservation_takes_its_place,
    an_alias_and_its_version_do_not_both_have_some,
    an_alias_that_has_some_moves_to_a_version_that_has_none,
    every_alias_of_a_version_counts,
    it_goes_with_what_has_it,
    they_are_listed_in_pages,
    nothing_else_of_the_function_changes,
    followers_are_told,
    followers_are_told_once_that_its_time_has_come,
    what_another_process_has_begun_is_settled,
);

type Outcome = Result<(u32, u32, ProvisionedConcurrencyStatus), ServiceError>;

fn short(config: &ProvisionedConcurrency) -> (u32, u32, ProvisionedConcurrencyStatus) {
    let there = config.allocated_provisioned_concurrent_executions;
    assert_eq!(config.available_provisioned_concurrent_executions, there, "nothing runs");
    (config.requested_provisioned_concurrent_executions, there, config.status)
}

/// Asks for so many of `name:qualifier`.
pub(crate) fn put(world: &World, of: &str, executions: i64) -> Outcome {
    let (name, qualifier) = of.split_once(':').unwrap();
    let request = PutProvisionedConcurrencyConfigRequest {
        function_name: Some(name.into()),
        qualifier: Some(qualifier.into()),
        provisioned_concurrent_executions: Some(executions),
    };
    world.run(request.validate(&world.caller).unwrap()).map(|config| short(&config))
}

fn read(world: &World, of: &str) -> Result<ProvisionedConcurrency, ServiceError> {
    let (name, qualifier) = of.split_once(':').unwrap();
    let request = GetProvisionedConcurrencyConfigRequest {
        function_name: Some(name.into()),
        qualifier: Some(qualifier.into()),
    };
    world.look(request.validate(&world.caller).unwrap())
}

fn get(world: &World, of: &str) -> Outcome {
    read(world, of).map(|config| short(&config))
}

fn delete(world: &World, of: &str) -> Result<(), ServiceError> {
    let (name, qualifier) = of.split_once(':').unwrap();
    let request = DeleteProvisionedConcurrencyConfigRequest {
        function_name: Some(name.into()),
        qualifier: Some(qualifier.into()),
    };
    world.run(request.validate(&world.caller).unwrap())
}

fn list(world: &World, marker: Option<String>, max_items: Option<i64>) -> (Vec<String>, Option<String>) {
    let request =
        ListProvisionedConcurrencyConfigsRequest { function_name: Some("f".into()), marker, max_items };
    let page = world.look(request.validate(&world.caller).unwrap()).unwrap();
    let entry = |item: &funclet_function_store::ProvisionedConcurrencyItem| {
        let (requested, ..) = short(&item.config);
        format!("{} {requested}", item.function_arn)
    };
    (page.provisioned_concurrency_configs.iter().map(entry).collect(), page.next_marker)
}

fn reserve(world: &World, name: &str, executions: i64) -> Result<(), ServiceError> {
    let request = PutFunctionConcurrencyRequest {
        function_name: Some(name.into()),
        reserved_concurrent_executions: Some(executions),
    };
    world.run(request.validate(&world.caller).unwrap()).map(drop)
}

fn unreserve(world: &World, name: &str) {
    let request = DeleteFunctionConcurrencyRequest { function_name: Some(name.into()) };
    world.run(request.validate(&world.caller).unwrap()).unwrap();
}

fn alias(world: &World, name: &str, version: &str, other: Option<&str>) {
    let weights = other.map(|version| [(version, 0.5)].into_iter().collect());
    let request = CreateAliasRequest {
        function_name: Some("f".into()),
        name: Some(name.into()),
        function_version: Some(version.into()),
        routing_config: weights
            .map(|weights| AliasRoutingConfiguration { additional_version_weights: Some(weights) }),
        ..CreateAliasRequest::default()
    };
    world.run(request.validate(&world.caller).unwrap()).unwrap();
}

fn delete_alias(world: &World, name: &str) {
    let request = DeleteAliasRequest { function_name: Some("f".into()), name: Some(name.into()) };
    world.run(request.validate(&world.caller).unwrap()).unwrap();
}

const NONE: Outcome = Err(ServiceError::NoProvisionedConcurrency);

fn it_is_ready_at_the_next_read(mut world: World) {
    world.create_published("f", "one");
    assert_eq!(get(&world, "f:1"), NONE);
    assert_eq!(put(&world, "f:1", 5), Ok((5, 0, InProgress)));
    assert_eq!(get(&world, "f:1"), Ok((5, 5, Ready)));
    let config = read(&world, "f:1").unwrap();
    assert_eq!((config.last_modified, config.status_reason), (Timestamp(NOON_MS - NOON_MS % 1000), None));
    assert_eq!(put(&world, "f:1", 3), Ok((3, 0, InProgress)));
    world.reopen(Transitions::Manual);
    assert_eq!(get(&world, "f:1"), Ok((3, 3, Ready)), "what was stored decides");
    delete(&world, "f:1").unwrap();
    assert_eq!(get(&world, "f:1"), NONE);
    delete(&world, "f:1").unwrap();
    assert!(world.dump(b"x/").is_empty(), "nothing is left of it");
}

fn it_is_ready_when_its_time_has_come(mut world: World) {
    world.create_published("f", "one");
    world.reopen(Transitions::After(Duration::from_secs(5)));
    put(&world, "f:1", 5).unwrap();
    for (after_ms, expected) in [(0, (5, 0, InProgress)), (4999, (5, 0, InProgress)), (5000, (5, 5, Ready))] {
        world.clock.set(NOON_MS + after_ms);
        assert_eq!(get(&world, "f:1"), Ok(expected), "{after_ms}");
    }
}

fn it_is_ready_when_somebody_says_so(mut world: World) {
    world.create_published("f", "one");
    world.settle();
    world.reopen(Transitions::Manual);
    put(&world, "f:1", 5).unwrap();
    world.clock.set(NOON_MS + 1_000_000_000);
    assert_eq!(get(&world, "f:1"), Ok((5, 0, InProgress)));
    world.settle();
    assert_eq!(get(&world, "f:1"), Ok((5, 0, InProgress)), "nothing is due");
    assert_eq!(world.complete("f", None), 1);
    assert_eq!(get(&world, "f:1"), Ok((5, 5, Ready)));
    assert_eq!(world.complete("f", None), 0);
}

fn it_can_fail(mut world: World) {
    world.create_published("f", "one");
    world.settle();
    world.reopen(Transitions::Manual);
    put(&world, "f:1", 5).unwrap();
    let reason = Reason { code: "InternalError".into(), text: "No room.".into() };
    assert_eq!(world.complete("f", Some(reason)), 1);
    assert_eq!(get(&world, "f:1"), Ok((5, 0, Failed)));
    assert_eq!(read(&world, "f:1").unwrap().status_reason.as_deref(), Some("No room."));
    put(&world, "f:1", 4).unwrap();
    assert_eq!(get(&world, "f:1"), Ok((4, 0, InProgress)), "it is tried again");
}

/// More than one transaction completes.
fn many_are_completed_together(mut world: World) {
    world.create_published("f", "one");
    world.settle();
    world.reopen(Transitions::Manual);
    for number in 0..60 {
        alias(&world, &format!("a-{number}"), "1", None);
        put(&world, &format!("f:a-{number}"), 1).unwrap();
    }
    // Whoever has to call again is told of the last call alone.
    assert!((1..=60).contains(&world.complete("f", None)));
    for number in 0..60 {
        assert_eq!(get(&world, &format!("f:a-{number}")), Ok((1, 1, Ready)));
    }
}

fn what_is_not_there(world: World) {
    let no_function = |of: &str| ServiceError::FunctionNotFound { arn: function_arn(of).parse().unwrap() };
    let no_alias = |of: &str| ServiceError::AliasNotFound { arn: function_arn(of).parse().unwrap() };
    let check = |of: &str, error: ServiceError| {
        assert_eq!(put(&world, of, 1), Err(error.clone()));
        assert_eq!(get(&world, of), Err(error.clone()));
        assert_eq!(delete(&world, of), Err(error));
    };
    check("f:1", no_function("f:1"));
    check("f:live", no_alias("f:live"));
    let request = ListProvisionedConcurrencyConfigsRequest {
        function_name: Some("f".into()),
        ..ListProvisionedConcurrencyConfigsRequest::default()
    };
    let listed = world.look(request.validate(&world.caller).unwrap());
    assert_eq!(listed, Err(no_function("f")));
    world.create_published("f", "one");
    check("f:2", no_function("f:2"));
    check("f:live", no_alias("f:live"));
    assert_eq!(list(&world, None, None), (vec![], None));
}

fn nothing_of_what_is_unpublished(world: World) {
    world.create("f", "one");
    alias(&world, "latest", "$LATEST", None);
    assert_eq!(put(&world, "f:latest", 1), Err(ServiceError::ProvisionedUnpublished));
    assert_eq!(get(&world, "f:latest"), NONE);
}

fn a_reservation_bounds_it(world: World) {
    world.create_published("f", "one");
    alias(&world, "live", "1", None);
    world.update_published("f", "two");
    reserve(&world, "f", 10).unwrap();
    let above = Err(ServiceError::ProvisionedAboveReserved);
    for executions in [11, 1001, i64::MAX] {
        assert_eq!(put(&world, "f:2", executions), above, "{executions}");
    }
    put(&world, "f:2", 10).unwrap();
    assert_eq!(put(&world, "f:live", 1), above, "all of the function counts");
    put(&world, "f:2", 6).unwrap();
    assert_eq!(put(&world, "f:live", 5), above);
    put(&world, "f:live", 4).unwrap();
    let below = ServiceError::ReservedBelowProvisioned { reserved: 9, provisioned: 10 };
    assert_eq!(
        below.to_string(),
        " ReservedConcurrentExecutions  9 should not be lower than function's total provisioned concurrency [10]."
    );
    assert_eq!(reserve(&world, "f", 9), Err(below));
    delete(&world, "f:live").unwrap();
    reserve(&world, "f", 6).unwrap();
}

fn the_account_bounds_it(world: World) {
    world.create_published("f", "one");
    world.create_published("g", "one");
    let above = ServiceError::ProvisionedAboveAccount { max: 1000 };
    assert_eq!(
        above.to_string(),
        "Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [1000]."
    );
    for executions in [1001, 1 << 32, i64::MAX] {
        assert_eq!(put(&world, "f:1", executions), Err(above.clone()), "{executions}");
    }
    let too_few = ServiceError::TooFewUnreservedToProvision;
    assert_eq!(
        too_few.to_string(),
        "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its \
         minimum value of [100]."
    );
    assert_eq!(put(&world, "f:1", 901), Err(too_few.clone()));
    assert_eq!((get(&world, "f:1"), world.dump(b"x/").len()), (NONE, 0), "refused, so nothing happened");
    put(&world, "f:1", 500).unwrap();
    assert_eq!(put(&world, "g:1", 401), Err(too_few));
    assert_eq!(reserve(&world, "g", 401), Err(ServiceError::TooFewUnreserved), "both take of the same");
    put(&world, "g:1", 400).unwrap();
    put(&world, "f:1", 100).unwrap();
    assert_eq!(world.reserved_concurrency(), 500);
}

/// What is provisioned is a part of what is reserved, if anything is.
fn a_reservation_takes_its_place(world: World) {
    world.create_published("f", "one");
    put(&world, "f:1", 5).unwrap();
    assert_eq!(world.reserved_concurrency(), 5);
    reserve(&world, "f", 8).unwrap();
    assert_eq!(world.reserved_concurrency(), 8);
    put(&world, "f:1", 7).unwrap();
    assert_eq!(world.reserved_concurrency(), 8);
    unreserve(&world, "f");
    assert_eq!(world.reserved_concurrency(), 7);
    delete(&world, "f:1").unwrap();
    assert_eq!(world.reserved_concurrency(), 0);
}

fn an_alias_and_its_version_do_not_both_have_some(world: World) {
    world.create_published("f", "one");
    world.update_published("f", "two");
    alias(&world, "live", "1", Some("2"));
    put(&world, "f:1", 1).unwrap();
    assert_eq!(put(&world, "f:live", 1), Err(ServiceError::VersionProvisioned));
    put(&world, "f:1", 2).unwrap();
    delete(&world, "f:1").unwrap();
    put(&world, "f:live", 1).unwrap();
    assert_eq!(put(&world, "f:1", 1), Err(ServiceError::AliasProvisioned));
    put(&world, "f:live", 2).unwrap();
    put(&world, "f:2", 1).unwrap();
    alias(&world, "other", "1", None);
    put(&world, "f:other", 1).unwrap();
    assert_eq!(world.reserved_concurrency(), 4);
}

fn move_alias(world: &World, name: &str, request: UpdateAliasRequest) -> Result<String, ServiceError> {
    let request = UpdateAliasRequest { function_name: Some("f".into()), name: Some(name.into()), ..request };
    world.run(request.validate(&world.caller).unwrap()).map(|alias| alias.function_version.to_string())
}

fn to(version: &str) -> UpdateAliasRequest {
    UpdateAliasRequest { function_version: Some(version.into()), ..Default::default() }
}

fn an_alias_that_has_some_moves_to_a_version_that_has_none(world: World) {
    world.create_published("f", "one");
    ["two", "three"].iter().for_each(|content| drop(world.update_published("f", content)));
    alias(&world, "live", "1", None);
    put(&world, "f:2", 1).unwrap();
    assert_eq!(move_alias(&world, "live", to("2")).as_deref(), Ok("2"), "it has none itself");
    assert_eq!(move_alias(&world, "live", to("$LATEST")).as_deref(), Ok("$LATEST"));
    move_alias(&world, "live", to("1")).unwrap();
    put(&world, "f:live", 1).unwrap();
    assert_eq!(move_alias(&world, "live", to("2")), Err(ServiceError::VersionProvisioned));
    assert_eq!(move_alias(&world, "live", to("$LATEST")), Err(ServiceError::ProvisionedUnpublished));
    assert_eq!(move_alias(&world, "live", to("3")).as_deref(), Ok("3"));
    let routing =
        AliasRoutingConfiguration { additional_version_weights: Some([("2", 0.5)].into_iter().collect()) };
    let routed = UpdateAliasRequest { routing_config: Some(routing), ..Default::default() };
    assert_eq!(move_alias(&world, "live", routed).as_deref(), Ok("3"), "it does not stand for the other");
    delete(&world, "f:live").unwrap();
    let unrouted = AliasRoutingConfiguration { additional_version_weights: Some(Default::default()) };
    let moved = UpdateAliasRequest { routing_config: Some(unrouted), ..to("2") };
    assert_eq!(move_alias(&world, "live", moved).as_deref(), Ok("2"));
}

/// Wherever it lies among the others, which may have some as well and stand for other versions.
fn every_alias_of_a_version_counts(world: World) {
    world.create_published("f", "one");
    world.update_published("f", "two");
    for number in 0..60 {
        alias(&world, &format!("a-{number:02}"), "1", None);
    }
    alias(&world, "routing", "2", Some("1"));
    put(&world, "f:routing", 1).unwrap();
    assert_eq!(put(&world, "f:2", 1), Err(ServiceError::AliasProvisioned));
    put(&world, "f:1", 1).unwrap();
    delete(&world, "f:1").unwrap();
    for name in ["a-00", "a-30", "a-59"] {
        put(&world, &format!("f:{name}"), 1).unwrap();
        assert_eq!(put(&world, "f:1", 1), Err(ServiceError::AliasProvisioned), "{name}");
        delete(&world, &format!("f:{name}")).unwrap();
    }
    put(&world, "f:1", 1).unwrap();
}

/// Several pages of aliases, and what is provisioned in between.
#[test]
fn every_alias_counts_of_very_many() {
    let world = World::new(Kind::Memory);
    world.create_published("f", "one");
    world.update_published("f", "two");
    for number in 0..1_600 {
        alias(&world, &format!("a-{number:04}"), if number < 1_590 { "2" } else { "1" }, None);
    }
    for number in [0, 1, 499, 500, 501, 1_100, 1_589] {
        put(&world, &format!("f:a-{number:04}"), 1).unwrap();
    }
    put(&world, "f:1", 1).unwrap();
    delete(&world, "f:1").unwrap();
    put(&world, "f:a-1599", 1).unwrap();
    assert_eq!(put(&world, "f:1", 1), Err(ServiceError::AliasProvisioned));
}

/// So many pages of aliases that one transaction cannot read them: all that have some lie apart.
#[test]
fn more_aliases_than_one_transaction_reads_count_as_provisioned() {
    let world = World::new(Kind::Memory);
    world.create_published("f", "one");
    world.update_published("f", "two");
    for number in 0..26_000 {
        alias(&world, &format!("a-{number:05}"), "2", None);
    }
    for number in (0..26_000).step_by(501) {
        put(&world, &format!("f:a-{number:05}"), 1).unwrap();
    }
    assert_eq!(put(&world, "f:1", 1), Err(ServiceError::AliasProvisioned));
}

fn it_goes_with_what_has_it(world: World) {
    world.create_published("f", "one");
    world.update_published("f", "two");
    alias(&world, "live", "2", None);
    put(&world, "f:1", 1).unwrap();
    put(&world, "f:live", 2).unwrap();
    assert_eq!(world.reserved_concurrency(), 3);
    world.delete("f", Some("1")).unwrap();
    assert_eq!(world.reserved_concurrency(), 2);
    delete_alias(&world, "live");
    assert_eq!(world.reserved_concurrency(), 0);
    assert!(world.dump(b"x/").is_empty(), "nothing is left of it");
    alias(&world, "live", "2", None);
    assert_eq!(get(&world, "f:live"), NONE, "another alias");
    put(&world, "f:live", 2).unwrap();
    put(&world, "f:2", 2).unwrap_err();
    world.delete("f", None).unwrap();
    assert_eq!(world.reserved_concurrency(), 0);
    world.settle();
    assert!(world.dump(b"x/").is_empty() && world.dump(b"gone/").is_empty());
    world.create_published("f", "one");
    assert_eq!(get(&world, "f:1"), NONE, "another function");
}

fn they_are_listed_in_pages(world: World) {
    world.create_published("f", "one");
    world.update_published("f", "two");
    alias(&world, "live", "1", None);
    put(&world, "f:live", 3).unwrap();
    put(&world, "f:2", 4).unwrap();
    let expected = [format!("{} 4", function_arn("f:2")), format!("{} 3", function_arn("f:live"))];
    assert_eq!(list(&world, None, None), (expected.to_vec(), None));
    let (first, marker) = list(&world, None, Some(1));
    let (second, end) = list(&world, marker, Some(1));
    assert_eq!([first, second].concat(), expected);
    assert_eq!(end, None);
}

fn nothing_else_of_the_function_changes(mut world: World) {
    world.reopen(Transitions::Manual);
    world.create_published("f", "one");
    let before = [world.get("f"), world.get("f:1")];
    put(&world, "f:1", 1).unwrap();
    delete(&world, "f:1").unwrap();
    assert_eq!([world.get("f"), world.get("f:1")], before, "and it is possible meanwhile");
    world.complete("f", None);
    assert_eq!(world.publish("f").version.to_string(), "1", "`$LATEST` was not touched");
}

fn followers_are_told(mut world: World) {
    world.create_published("f", "one");
    world.settle();
    world.reopen(Transitions::Manual);
    put(&world, "f:1", 1).unwrap();
    world.complete("f", None);
    delete(&world, "f:1").unwrap();
    let expected = [ResourceChange::Created, ResourceChange::Updated, ResourceChange::Deleted];
    assert_eq!(told(&world), expected.map(|change| (change, function_arn("f:1"))));
}

/// What the feed says of provisioned concurrency.
fn told(world: &World) -> Vec<(ResourceChange, String)> {
    let of_provisioned = |event: &funclet_function_store::ResourceEvent| {
        event.resource == ResourceKind::ProvisionedConcurrencyConfig
    };
    resource_feed(world).into_iter().filter(of_provisioned).map(|event| (event.change, event.arn)).collect()
}

fn updated(of: &str) -> (ResourceChange, String) {
    (ResourceChange::Updated, function_arn(of))
}

fn followers_are_told_once_that_its_time_has_come(mut world: World) {
    world.create_published("f", "one");
    world.update_published("f", "two");
    world.reopen(Transitions::After(Duration::from_secs(5)));
    // With that the search for what earlier processes have left is over.
    world.settle();
    put(&world, "f:1", 1).unwrap();
    world.clock.set(NOON_MS + 2_000);
    put(&world, "f:2", 1).unwrap();
    let begun = told(&world).len();
    world.clock.set(NOON_MS + 4_999);
    world.settle();
    assert_eq!(told(&world).len(), begun, "nothing is due");
    world.clock.set(NOON_MS + 5_000);
    let stored = world.dump(b"x/");
    assert_eq!(get(&world, "f:1"), Ok((1, 1, Ready)));
    assert_eq!(world.dump(b"x/"), stored, "reading stores nothing");
    world.settle();
    assert_eq!(told(&world)[begun..], [updated("f:1")]);
    assert_ne!(world.dump(b"x/"), stored);
    world.clock.set(NOON_MS + 7_000);
    let reason = Reason { code: "InternalError".into(), text: "No room.".into() };
    world.complete("f", Some(reason));
    assert_eq!(
        (get(&world, "f:1"), get(&world, "f:2")),
        (Ok((1, 1, Ready)), Ok((1, 1, Ready))),
        "it has come"
    );
    world.settle();
    assert_eq!(told(&world)[begun..], [updated("f:1"), updated("f:2")]);
    put(&world, "f:1", 2).unwrap();
    world.clock.set(NOON_MS + 12_000);
    world.settle();
    assert_eq!(
        told(&world)[begun + 2..],
        [updated("f:1"), updated("f:1")],
        "asked for again, and there again"
    );
}

/// More than one transaction settles, and those that are not due yet are remembered.
fn what_another_process_has_begun_is_settled(mut world: World) {
    world.create_published("f", "one");
    world.settle();
    world.reopen(Transitions::After(Duration::from_secs(5)));
    for number in 0..30 {
        alias(&world, &format!("a-{number}"), "1", None);
        put(&world, &format!("f:a-{number}"), 1).unwrap();
    }
    world.clock.set(NOON_MS + 1_000);
    put(&world, "f:a-7", 2).unwrap();
    world.reopen(Transitions::Manual);
    let begun = told(&world).len();
    world.settle();
    assert_eq!(told(&world).len(), begun, "nothing is due");
    world.clock.set(NOON_MS + 5_000);
    world.settle();
    assert_eq!(told(&world).len(), begun + 29);
    world.clock.set(NOON_MS + 6_000);
    world.settle();
    assert_eq!(told(&world)[begun + 29..], [updated("f:a-7")]);
    world.delete("f", None).unwrap();
    world.settle();
    assert_eq!(told(&world).len(), begun + 30, "what is gone is told of no more");
}
