//! PublishVersion: when a version comes of it, and under which number.

use funclet_function_store::ServiceError;
use funclet_validation::{CreateFunctionRequest, PublishVersionRequest, Qualifier};

use crate::world::{World, create_request, digest, publish_request, zip};

on_every_backend!(
    a_version_comes_of_every_change_and_of_nothing_else,
    the_description_of_a_version,
    numbers_are_never_used_again,
    refusals_come_in_their_order,
    publishing_changes_the_revision_of_latest_once,
    each_version_holds_its_code,
);

fn published(world: &World) -> String {
    world.publish("f").version.to_string()
}

fn a_version_comes_of_every_change_and_of_nothing_else(world: World) {
    world.create("f", "one");
    assert_eq!(published(&world), "1");
    let (latest, stored) = (world.get("f"), world.dump(b""));
    let first = world.get("f:1");
    assert_eq!(world.publish("f"), first, "nothing was changed");
    assert_eq!((world.get("f"), world.dump(b"")), (latest, stored));

    world.update("f", "one");
    assert_eq!(published(&world), "2", "an update is a change, whatever it brings");
    assert_eq!(world.update_published("f", "two").version.to_string(), "3");
    assert_eq!(published(&world), "3", "published with the update");
    assert_eq!(world.get("f:1"), first);
}

fn the_description_of_a_version(world: World) {
    let request = CreateFunctionRequest { description: Some("of latest".into()), ..create_request("f") };
    world.create_with(request, Ok(zip("one"))).unwrap();
    assert_eq!(world.publish("f").description, "of latest");
    world.update("f", "two");
    let described = |text: &str| {
        let request = PublishVersionRequest { description: Some(text.into()), ..publish_request("f") };
        world.publish_with(request).unwrap().description
    };
    assert_eq!(described("of version 2"), "of version 2");
    assert_eq!(described("another"), "of version 2", "no new version, so its own description wins");
    assert_eq!(world.get("f").description, "of latest");
    world.update("f", "three");
    assert_eq!(described(""), "", "an empty one was given too");
}

fn numbers_are_never_used_again(world: World) {
    world.create("f", "one");
    assert_eq!(published(&world), "1");
    assert_eq!(world.update_published("f", "two").version.to_string(), "2");
    world.delete("f", Some("2")).unwrap();
    assert_eq!(published(&world), "3", "its version is gone, so it is published once more");
    world.delete("f", Some("3")).unwrap();
    world.delete("f", Some("1")).unwrap();
    assert_eq!(world.update_published("f", "two").version.to_string(), "4");
    world.delete("f", None).unwrap();
    world.create("f", "one");
    assert_eq!(published(&world), "1", "another function");
    world.settle();
    assert_eq!(world.get("f:1").version.to_string(), "1", "the sweep takes only what was deleted");
}

fn refusals_come_in_their_order(world: World) {
    let world = world.with(funclet_function_store::Transitions::Manual);
    let wrong = || PublishVersionRequest {
        revision_id: Some("wrong".into()),
        code_sha256: Some("no digest".into()),
        ..publish_request("f")
    };
    let arn = world.caller.function_arn(&"f".parse().unwrap());
    assert_eq!(world.publish_with(wrong()), Err(ServiceError::FunctionNotFound { arn: arn.clone() }));
    let of_version = || PublishVersionRequest { function_name: Some("f:1".into()), ..wrong() };
    let unknown = ServiceError::FunctionNotFound { arn: arn.qualified(Qualifier::Version(1)) };
    assert_eq!(world.publish_with(of_version()), Err(unknown));
    world.create("f", "one");
    assert_eq!(world.publish_with(of_version()), Err(ServiceError::NotLatest));
    assert_eq!(world.publish_with(wrong()), Err(ServiceError::RevisionMismatch));
    let with_revision = |world: &World| PublishVersionRequest {
        revision_id: Some(world.get("f").revision_id.to_string()),
        ..wrong()
    };
    assert_eq!(world.publish_with(with_revision(&world)), Err(ServiceError::UpdateInProgress { arn }));
    world.complete("f", None);
    let current = world.get("f").code_sha256;
    assert_eq!(
        world.publish_with(with_revision(&world)).unwrap_err().to_string(),
        format!(
            "CodeSHA256 (no digest) is different from current CodeSHA256 in $LATEST ({current}). Please try again with \
             the CodeSHA256 in $LATEST."
        )
    );
    let right = PublishVersionRequest { code_sha256: Some(current.to_string()), ..with_revision(&world) };
    assert_eq!(world.publish_with(right).unwrap().version.to_string(), "1");
    // The checks come before it is found out that nothing was changed.
    assert_eq!(world.publish_with(wrong()), Err(ServiceError::RevisionMismatch));
}

fn publishing_changes_the_revision_of_latest_once(world: World) {
    world.create("f", "one");
    let before = world.get("f");
    let version = world.publish("f");
    let after = world.get("f");
    assert_ne!(before.revision_id, after.revision_id);
    assert_ne!(version.revision_id, after.revision_id);
    assert_eq!(version.last_modified, before.last_modified);
    let mut same = after;
    same.revision_id = before.revision_id;
    assert_eq!(same, before, "nothing else of it changes");
    assert_eq!(
        (version.function_arn.to_string().as_str(), version.version.to_string().as_str()),
        ("arn:aws:lambda:eu-central-1:111122223333:function:f:1", "1")
    );
}

fn each_version_holds_its_code(world: World) {
    world.create_published("f", "one");
    world.update("f", "two");
    assert_eq!(world.references(), [(digest("one"), 1), (digest("two"), 1)].into());
    world.publish("f");
    world.publish("f");
    assert_eq!(world.references(), [(digest("one"), 1), (digest("two"), 2)].into());
    assert_eq!(world.code_bytes(), 9, "every version counts in full");
    world.update_published("f", "one");
    assert_eq!(world.references(), [(digest("one"), 3), (digest("two"), 1)].into());
}
