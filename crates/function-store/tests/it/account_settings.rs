//! What an account can have and what it has, counted over however many functions.

use funclet_function_store::{AccountLimit, AccountSettings, AccountUsage};
use funclet_validation::{Caller, GetAccountSettingsRequest, PutFunctionConcurrencyRequest};

use crate::world::{CONCURRENT_EXECUTIONS, Kind, QUOTA_BYTES, World, create_image_request, image};

on_every_backend!(
    an_empty_account,
    every_version_counts_in_full,
    what_is_reserved_is_not_left,
    the_limits_are_those_of_the_host,
);

fn settings_of(world: &World, caller: &Caller) -> AccountSettings {
    let request = GetAccountSettingsRequest::default().validate(caller).unwrap();
    world.store.look(caller, request).unwrap()
}

fn settings(world: &World) -> AccountSettings {
    settings_of(world, &world.caller)
}

fn reserve(world: &World, name: &str, executions: i64) {
    let request = PutFunctionConcurrencyRequest {
        function_name: Some(name.into()),
        reserved_concurrent_executions: Some(executions),
    };
    world.run(request.validate(&world.caller).unwrap()).unwrap();
}

fn an_empty_account(world: World) {
    let expected = AccountSettings {
        account_limit: AccountLimit {
            total_code_size: QUOTA_BYTES,
            code_size_unzipped: 262_144_000,
            code_size_zipped: 52_428_800,
            concurrent_executions: CONCURRENT_EXECUTIONS,
            unreserved_concurrent_executions: CONCURRENT_EXECUTIONS,
        },
        account_usage: AccountUsage { total_code_size: 0, function_count: 0 },
    };
    assert_eq!(settings(&world), expected);
}

fn every_version_counts_in_full(world: World) {
    let usage = |world: &World| {
        let usage = settings(world).account_usage;
        (usage.total_code_size, usage.function_count)
    };
    world.create("f", "123");
    assert_eq!(usage(&world), (3, 1));
    world.publish("f");
    assert_eq!(usage(&world), (6, 1));
    world.update_published("f", "123");
    assert_eq!(usage(&world), (9, 1), "the same bytes");
    world.create_with(create_image_request("image"), Ok(image("repo:1", [9; 32]))).unwrap();
    assert_eq!(usage(&world), (9, 2), "images are kept elsewhere");
    world.delete("f", Some("1")).unwrap();
    assert_eq!(usage(&world), (6, 2));
    world.delete("f", None).unwrap();
    assert_eq!(usage(&world), (0, 1), "what is left of it to be swept counts nothing");
    let elsewhere = Caller { region: "us-east-1".parse().unwrap(), ..world.caller.clone() };
    assert_eq!(settings_of(&world, &elsewhere).account_usage.function_count, 0);
}

fn what_is_reserved_is_not_left(world: World) {
    for (name, executions) in [("f", 0), ("g", 10), ("h", 300)] {
        world.create(name, "one");
        reserve(&world, name, executions);
    }
    let limit = settings(&world).account_limit;
    assert_eq!((limit.concurrent_executions, limit.unreserved_concurrent_executions), (1000, 690));
    world.delete("h", None).unwrap();
    assert_eq!(settings(&world).account_limit.unreserved_concurrent_executions, 990);
}

fn the_limits_are_those_of_the_host(world: World) {
    world.create("f", "one");
    reserve(&world, "f", 200);
    let world = world.with_quota(5).with_concurrent_executions(150);
    let limit = settings(&world).account_limit;
    assert_eq!((limit.total_code_size, limit.concurrent_executions), (5, 150));
    assert_eq!(limit.unreserved_concurrent_executions, 0, "not less than none");
}

/// More functions than one page has.
#[test]
fn every_page_counts() {
    let world = World::new(Kind::Memory);
    for number in 0..600_u64 {
        world.create(&format!("f-{number}"), "12");
    }
    let usage = settings(&world).account_usage;
    assert_eq!((usage.function_count, usage.total_code_size), (600, 1200));
}
