//! The storage quota: what counts, and what happens at its bound.

use funclet_function_store::ServiceError;
use funclet_validation::{CreateFunctionRequest, UpdateFunctionCodeRequest};

use crate::world::{
    World, create_image_request, create_request, image, publish_request, update_request, zip,
};

on_every_backend!(
    the_bound_itself_may_be_reached,
    every_way_to_add_code_is_bounded,
    what_is_deleted_gives_its_bytes_back,
    images_and_other_places_do_not_count,
    an_update_counts_the_difference,
    a_lower_quota_stops_growth_only,
);

const FULL: Result<(), ServiceError> = Err(ServiceError::CodeStorageExceeded);

fn bytes(count: usize) -> String {
    "x".repeat(count)
}

fn the_bound_itself_may_be_reached(world: World) {
    let world = world.with_quota(100);
    world.create("f", &bytes(60));
    world.create("g", &bytes(40));
    let before = world.dump(b"");
    assert_eq!(world.create_with(create_request("h"), Ok(zip("x"))).map(drop), FULL);
    assert_eq!(ServiceError::CodeStorageExceeded.to_string(), "Code storage limit exceeded.");
    assert_eq!(world.dump(b""), before, "refused, so nothing happened");
    assert_eq!(world.create_with(create_request("h"), Ok(zip(""))).map(drop), Ok(()));
}

fn every_way_to_add_code_is_bounded(world: World) {
    let world = world.with_quota(100);
    let published = CreateFunctionRequest { publish: Some(true), ..create_request("f") };
    assert_eq!(world.create_with(published.clone(), Ok(zip(&bytes(51)))).map(drop), FULL, "counted twice");
    world.create_with(published, Ok(zip(&bytes(50)))).unwrap();
    let before = world.dump(b"");
    let update = |size, publish| {
        let publish = Some(publish);
        world
            .update_with(UpdateFunctionCodeRequest { publish, ..update_request("f") }, Ok(zip(&bytes(size))))
            .map(drop)
    };
    assert_eq!(update(51, false), FULL);
    assert_eq!(update(26, true), FULL);
    assert_eq!(world.dump(b""), before);
    assert_eq!(update(25, true), Ok(()));
    assert_eq!(world.code_bytes(), 100);
    assert_eq!(update(25, false), Ok(()));
    let before = world.dump(b"");
    assert_eq!(world.publish_with(publish_request("f")).map(drop), FULL);
    assert_eq!(world.dump(b""), before);
    // What does not grow is not looked at.
    assert_eq!(update(0, false), Ok(()));
    assert_eq!(world.publish_with(publish_request("f")).map(drop), Ok(()));
}

fn what_is_deleted_gives_its_bytes_back(world: World) {
    let world = world.with_quota(100);
    world.create_published("f", &bytes(50));
    world.delete("f", Some("1")).unwrap();
    assert_eq!(world.code_bytes(), 50);
    world.publish("f");
    assert_eq!(world.create_with(create_request("g"), Ok(zip("x"))).map(drop), FULL);
    world.delete("f", None).unwrap();
    // Before the sweep already.
    world.create("g", &bytes(100));
    world.settle();
    assert_eq!(world.code_bytes(), 100, "a sweep gives nothing back twice");
}

fn images_and_other_places_do_not_count(world: World) {
    let mut world = world.with_quota(10);
    world.create("f", &bytes(10));
    world.create_with(create_image_request("i"), Ok(image("repo:1", [1; 32]))).unwrap();
    assert_eq!(world.code_bytes(), 10);
    world.caller.region = "us-east-1".parse().unwrap();
    world.create("f", &bytes(10));
    world.caller.account = "444455556666".parse().unwrap();
    world.create("f", &bytes(10));
    assert_eq!(world.create_with(create_request("g"), Ok(zip("x"))).map(drop), FULL);
}

fn an_update_counts_the_difference(world: World) {
    let world = world.with_quota(100);
    world.create("f", &bytes(100));
    world.update("f", &"y".repeat(100));
    assert_eq!(world.code_bytes(), 100, "exchanged at the bound");
    world.update("f", &bytes(30));
    world.update("f", &bytes(99));
    assert_eq!(world.code_bytes(), 99);
}

fn a_lower_quota_stops_growth_only(world: World) {
    world.create_published("f", &bytes(50));
    let world = world.with_quota(60);
    assert_eq!(world.code_bytes(), 100);
    let update = |size| world.update_with(update_request("f"), Ok(zip(&bytes(size)))).map(drop);
    assert_eq!(update(51), FULL);
    assert_eq!(update(50), Ok(()));
    assert_eq!(update(20), Ok(()), "less is always welcome");
    world.delete("f", Some("1")).unwrap();
    assert_eq!(update(60), Ok(()));
}
