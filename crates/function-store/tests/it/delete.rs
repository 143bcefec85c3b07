//! DeleteFunction, and what is left until it is swept away.

use funclet_function_store::ServiceError;
use funclet_validation::DeleteFunctionRequest;

use crate::world::{NOON_MS, World, digest};

on_every_backend!(
    a_function_goes_with_all_it_has,
    what_is_not_there_is_named_without_qualifier,
    only_the_named_version_goes,
    what_no_function_has_is_no_complaint,
    latest_and_aliases_are_refused_before_anything_is_looked_at,
    a_function_of_two_hundred_versions_is_swept_away,
    what_another_process_left_is_swept_away,
    a_function_without_versions_leaves_nothing,
);

fn not_found(world: &World) -> Result<(), ServiceError> {
    Err(ServiceError::FunctionNotFound { arn: world.caller.function_arn(&"f".parse().unwrap()) })
}

fn a_function_goes_with_all_it_has(world: World) {
    world.create_published("f", "one");
    world.update_published("f", "two");
    world.delete("f", None).unwrap();
    for name in ["f", "f:1", "f:2", "f:$LATEST"] {
        let expected =
            format!("Function not found: arn:aws:lambda:eu-central-1:111122223333:function:{name}");
        assert_eq!(world.detail(name).unwrap_err().to_string(), expected);
    }
    assert_eq!(world.code_bytes(), 0, "the quota comes back at once");
    // A new function of the name is not the old one, even before the sweep.
    let new = world.create("f", "three");
    assert_eq!(new.last_modified.0, NOON_MS);
    assert!(world.detail("f:1").is_err());
    world.settle();
    assert_eq!(world.references(), [(digest("three"), 1)].into());
}

fn what_is_not_there_is_named_without_qualifier(world: World) {
    for qualifier in [None, Some("1"), Some("007"), Some("$latest")] {
        assert_eq!(world.delete("f", qualifier), not_found(&world), "{qualifier:?}");
    }
    world.create("f", "one");
    world.delete("f", None).unwrap();
    assert_eq!(world.delete("f", None), not_found(&world));
}

fn only_the_named_version_goes(world: World) {
    world.create_published("f", "one");
    world.update_published("f", "two");
    let rest = ["f", "f:2"].map(|name| world.get(name));
    world.delete("f", Some("1")).unwrap();
    assert_eq!(["f", "f:2"].map(|name| world.get(name)), rest, "their revisions stay");
    let gone = world.detail("f:1").unwrap_err().to_string();
    assert_eq!(gone, "Function not found: arn:aws:lambda:eu-central-1:111122223333:function:f:1");
    assert_eq!((world.references(), world.code_bytes()), ([(digest("two"), 2)].into(), 6));
    world.delete("f:2", None).unwrap();
    assert_eq!((world.references(), world.code_bytes()), ([(digest("two"), 1)].into(), 3));
}

fn what_no_function_has_is_no_complaint(world: World) {
    world.create_published("f", "one");
    let before = world.dump(b"");
    for qualifier in ["2", "007", "0", "99999999999999999999999", "$latest", "18446744073709551615"] {
        world.delete("f", Some(qualifier)).unwrap();
        assert_eq!(world.dump(b""), before, "{qualifier}");
    }
    world.delete("f", Some("1")).unwrap();
    let before = world.dump(b"");
    world.delete("f", Some("1")).unwrap();
    assert_eq!(world.dump(b""), before, "deleted before");
}

fn latest_and_aliases_are_refused_before_anything_is_looked_at(world: World) {
    for (qualifier, text) in [
        ("$LATEST", "$LATEST version cannot be deleted without deleting the function."),
        ("live", "Deletion of aliases is not currently supported."),
    ] {
        let request =
            DeleteFunctionRequest { function_name: Some("absent".into()), qualifier: Some(qualifier.into()) };
        assert_eq!(request.validate(&world.caller).unwrap_err().to_string(), text);
    }
}

fn with_two_hundred_versions(world: &World) {
    world.create_published("f", "code 1");
    for number in 2..=200 {
        // Some share their code.
        world.update_published("f", &format!("code {}", number - number % 3));
    }
    world.create("kept", "code 3");
}

fn is_swept(world: &World) {
    let keys: Vec<_> = world.dump(b"").into_keys().collect();
    let counted = [&b"b/"[..], digest("code 3").as_bytes()].concat();
    assert_eq!(keys, [counted, b"c/code-bytes".to_vec(), b"f/kept".to_vec()]);
    assert_eq!((world.references(), world.code_bytes()), ([(digest("code 3"), 1)].into(), 6));
}

/// No transaction grows with the function: the backends refuse one of more than 64 keys.
fn a_function_of_two_hundred_versions_is_swept_away(world: World) {
    with_two_hundred_versions(&world);
    assert!(world.code_bytes() > 1000 && world.references().len() > 60);
    world.delete("f", None).unwrap();
    assert_eq!(world.code_bytes(), 6);
    world.settle();
    is_swept(&world);
}

fn what_another_process_left_is_swept_away(world: World) {
    let mut world = world;
    with_two_hundred_versions(&world);
    world.delete("f", None).unwrap();
    for number in 0..70 {
        world.create_published("short-lived", &format!("short {number}"));
        world.delete("short-lived", None).unwrap();
    }
    world.reopen(funclet_function_store::Transitions::Immediate);
    world.settle();
    is_swept(&world);
}

fn a_function_without_versions_leaves_nothing(world: World) {
    world.create("f", "one");
    world.delete("f", None).unwrap();
    let keys: Vec<_> = world.dump(b"").into_keys().collect();
    assert_eq!(keys, [b"c/code-bytes"]);
}
