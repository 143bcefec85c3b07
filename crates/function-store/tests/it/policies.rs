//! Policies of functions, versions and aliases.

use funclet_function_store::{ResourceChange, ResourceKind, ResourcePolicy, ServiceError};
use funclet_validation::{AddPermissionRequest, GetPolicyRequest, RemovePermissionRequest};

use crate::aliases;
use crate::events::resource_feed;
use crate::world::{World, function_arn};

on_every_backend!(
    a_policy_grows_and_goes,
    each_qualifier_has_a_policy_of_its_own,
    what_is_not_there,
    a_statement_id_is_taken_once,
    the_revision_is_that_of_the_policy,
    an_alias_without_a_policy_lends_its_revision,
    a_policy_has_an_end,
    the_densest_policy_is_stored_whole,
    policies_go_with_what_has_them,
    the_feed_tells_of_policies,
);

const MISMATCH: &str = "The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to \
                        retrieve the latest Revision Id";

pub(crate) fn add_request(function: &str, sid: &str) -> AddPermissionRequest {
    AddPermissionRequest {
        function_name: Some(function.into()),
        statement_id: Some(sid.into()),
        action: Some("lambda:InvokeFunction".into()),
        principal: Some("s3.amazonaws.com".into()),
        ..AddPermissionRequest::default()
    }
}

/// Returns the text of the statement.
pub(crate) fn add_with(world: &World, request: AddPermissionRequest) -> Result<String, ServiceError> {
    world.run(request.validate(&world.caller).unwrap()).map(|added| added.statement)
}

pub(crate) fn add(world: &World, function: &str, sid: &str) -> Result<String, ServiceError> {
    add_with(world, add_request(function, sid))
}

pub(crate) fn remove_with(
    world: &World,
    function: &str,
    sid: &str,
    revision_id: Option<String>,
) -> Result<(), ServiceError> {
    let request = RemovePermissionRequest {
        function_name: Some(function.into()),
        statement_id: Some(sid.into()),
        revision_id,
        ..RemovePermissionRequest::default()
    };
    world.run(request.validate(&world.caller).unwrap())
}

fn remove(world: &World, function: &str, sid: &str) -> Result<(), ServiceError> {
    remove_with(world, function, sid, None)
}

/// Reads the policy of `f`, `f:1` or `f:live`.
pub(crate) fn get(world: &World, function: &str) -> Result<ResourcePolicy, ServiceError> {
    let request = GetPolicyRequest { function_name: Some(function.into()), qualifier: None };
    world.look(request.validate(&world.caller).unwrap())
}

/// A function with version 1 and the alias `live`.
fn with_alias(world: &World) {
    world.create_published("f", "one");
    aliases::create(world, "f", "live", "1").unwrap();
}

fn texts<T: std::fmt::Debug>(outcome: Result<T, ServiceError>) -> String {
    outcome.unwrap_err().to_string()
}

fn a_policy_grows_and_goes(world: World) {
    world.create("f", "one");
    let request = AddPermissionRequest {
        source_arn: Some("arn:aws:s3:::bucket".into()),
        source_account: Some("444455556666".into()),
        ..add_request("f", "one")
    };
    let one = add_with(&world, request).unwrap();
    assert_eq!(
        one,
        r#"{"Sid":"one","Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:eu-central-1:111122223333:function:f","Condition":{"StringEquals":{"AWS:SourceAccount":"444455556666"},"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::bucket"}}}"#
    );
    let everybody = AddPermissionRequest {
        action: Some("lambda:InvokeFunctionUrl".into()),
        principal: Some("*".into()),
        function_url_auth_type: Some("NONE".into()),
        event_source_token: Some("token".into()),
        principal_org_id: Some("o-1234567890".into()),
        invoked_via_function_url: Some(false),
        ..add_request("f", "two")
    };
    let two = add_with(&world, everybody).unwrap();
    let account =
        AddPermissionRequest { principal: Some("444455556666".into()), ..add_request("f", "three") };
    let three = add_with(&world, account).unwrap();
    let policy = |statements: &[&String]| {
        let statements: Vec<_> = statements.iter().map(|statement| statement.as_str()).collect();
        format!(r#"{{"Version":"2012-10-17","Id":"default","Statement":[{}]}}"#, statements.join(","))
    };
    assert_eq!(get(&world, "f").unwrap().policy, policy(&[&one, &two, &three]));
    remove(&world, "f", "two").unwrap();
    assert_eq!(get(&world, "f").unwrap().policy, policy(&[&one, &three]));
    remove(&world, "f", "one").unwrap();
    remove(&world, "f", "three").unwrap();
    assert_eq!(texts(get(&world, "f")), "The resource you requested does not exist.");
    assert_eq!(world.dump(b"x/"), [].into(), "nothing is left of it");
    add(&world, "f", "two").unwrap();
}

fn each_qualifier_has_a_policy_of_its_own(world: World) {
    with_alias(&world);
    for name in ["f", "f:1", "f:live"] {
        let statement = add(&world, name, "s3").unwrap();
        assert!(statement.contains(&format!(r#""Resource":"{}""#, function_arn(name))), "{statement}");
    }
    let revisions = ["f", "f:1", "f:live"].map(|name| get(&world, name).unwrap().revision_id);
    assert!(revisions[0] != revisions[1] && revisions[1] != revisions[2] && revisions[0] != revisions[2]);
    add(&world, "f:1", "more").unwrap();
    remove(&world, "f", "s3").unwrap();
    assert!(get(&world, "f").is_err());
    assert_eq!(get(&world, "f:1").unwrap().policy.matches("Sid").count(), 2);
    assert_eq!(get(&world, "f:live").unwrap().revision_id, revisions[2]);
    // An alias has its own, not that of its version.
    remove(&world, "f:live", "s3").unwrap();
    assert!(get(&world, "f:live").is_err());
}

fn what_is_not_there(world: World) {
    let nothing = "The resource you requested does not exist.";
    for name in ["f", "f:1", "f:live", "f:$LATEST"] {
        assert_eq!(texts(get(&world, name)), nothing, "{name}");
        assert_eq!(texts(remove(&world, name, "s3")), format!("No policy found for: {}", function_arn("f")));
    }
    let missing = |name: &str| format!("Function not found: {}", function_arn(name));
    let no_alias = |name: &str| format!("Cannot find alias arn: {}", function_arn(name));
    assert_eq!(texts(add(&world, "f", "s3")), missing("f"));
    with_alias(&world);
    let before = world.dump(b"");
    for name in ["f:42", "f:007", "f:other", "f", "f:1", "f:live", "f:$LATEST"] {
        assert_eq!(texts(get(&world, name)), nothing, "{name}");
    }
    for name in ["f:42", "f:007"] {
        assert_eq!(texts(add(&world, name, "s3")), missing(name));
        assert_eq!(texts(remove(&world, name, "s3")), missing(name));
    }
    assert_eq!(texts(add(&world, "f:other", "s3")), no_alias("f:other"));
    assert_eq!(texts(remove(&world, "f:other", "s3")), no_alias("f:other"));
    let odd = AddPermissionRequest { qualifier: Some("with-$".into()), ..add_request("f", "s3") };
    assert_eq!(texts(add_with(&world, odd)), missing("f:with-$"));
    for name in ["f", "f:1", "f:live", "f:$LATEST"] {
        assert_eq!(texts(remove(&world, name, "s3")), "No policy is associated with the given resource.");
    }
    assert_eq!(world.dump(b""), before);
    add(&world, "f", "s3").unwrap();
    for sid in ["non-existent", "S3", "s", "with.dot"] {
        let expected = format!("Statement {sid} is not found in resource policy.");
        assert_eq!(texts(remove(&world, "f", sid)), expected);
    }
}

fn a_statement_id_is_taken_once(world: World) {
    world.create("f", "one");
    add(&world, "f", "s3").unwrap();
    let before = get(&world, "f").unwrap();
    let other = AddPermissionRequest { principal: Some("*".into()), ..add_request("f", "s3") };
    assert_eq!(
        texts(add_with(&world, other)),
        "The statement id (s3) provided already exists. Please provide a new statement id, or remove the existing \
         statement."
    );
    assert_eq!(get(&world, "f").unwrap(), before);
    add(&world, "f", "S3").unwrap();
}

fn the_revision_is_that_of_the_policy(world: World) {
    with_alias(&world);
    let of_policy = |name: &str| get(&world, name).unwrap().revision_id.to_string();
    for name in ["f", "f:1"] {
        let of_function = world.get(name).revision_id;
        for revision in [of_function.to_string(), "wrong".into(), String::new()] {
            let request = AddPermissionRequest { revision_id: Some(revision), ..add_request(name, "s3") };
            assert_eq!(texts(add_with(&world, request)), MISMATCH, "there is none that could be right");
        }
        add(&world, name, "s3").unwrap();
        let first = of_policy(name);
        let with = |sid: &str, revision: &str| {
            let revision_id = Some(revision.to_owned());
            add_with(&world, AddPermissionRequest { revision_id, ..add_request(name, sid) })
        };
        with("more", &first).unwrap();
        let second = of_policy(name);
        assert_ne!(first, second);
        for revision in [&first, &of_function.to_string(), "wrong", ""] {
            assert_eq!(texts(with("third", revision)), MISMATCH);
            // A wrong revision is told before a wrong statement.
            assert_eq!(texts(with("s3", revision)), MISMATCH);
            assert_eq!(texts(remove_with(&world, name, "s3", Some(revision.to_string()))), MISMATCH);
            assert_eq!(texts(remove_with(&world, name, "absent", Some(revision.to_string()))), MISMATCH);
        }
        assert_eq!(of_policy(name), second);
        remove_with(&world, name, "s3", Some(second.clone())).unwrap();
        let third = of_policy(name);
        assert_ne!(second, third);
        world.update("f", "new");
        world.publish("f");
        world.tag("f", [("team", "a")]).unwrap();
        assert_eq!(of_policy(name), third, "what happens to the function is nothing to the policy");
        let before = ["f", "f:1"].map(|name| world.get(name).revision_id);
        add(&world, name, "again").unwrap();
        remove_with(&world, name, "again", None).unwrap();
        assert_eq!(["f", "f:1"].map(|name| world.get(name).revision_id), before);
    }
}

/// Recorded from AWS; with a policy, only that of the policy is right.
fn an_alias_without_a_policy_lends_its_revision(world: World) {
    with_alias(&world);
    let alias = aliases::get(&world, "f", "live").unwrap();
    let revision_id = Some(alias.revision_id.to_string());
    let with = |sid: &str, revision_id: Option<String>| {
        add_with(&world, AddPermissionRequest { revision_id, ..add_request("f:live", sid) })
    };
    assert_eq!(texts(with("s3", Some("wrong".into()))), MISMATCH);
    assert_eq!(texts(with("s3", Some(world.get("f:1").revision_id.to_string()))), MISMATCH);
    with("s3", revision_id.clone()).unwrap();
    assert_eq!(texts(with("more", revision_id)), MISMATCH);
    with("more", Some(get(&world, "f:live").unwrap().revision_id.to_string())).unwrap();
    assert_eq!(aliases::get(&world, "f", "live").unwrap(), alias);
}

fn a_policy_has_an_end(world: World) {
    world.create("f", "one");
    let arn = |length: usize| format!("arn:aws:s3:::{}", "x".repeat(length - "arn:aws:s3:::".len()));
    let with = |sid: &str, length: usize| {
        let source_arn = Some(arn(length));
        add_with(&world, AddPermissionRequest { source_arn, ..add_request("f", sid) })
    };
    with("one", 10_000).unwrap();
    with("two", 1_000).unwrap();
    let used = get(&world, "f").unwrap().policy.len();
    let overhead = get(&world, "f").unwrap().policy.len() - 10_000 - 1_000;
    // The third statement with its comma: the others have two frames of the policy between them.
    let frame = r#"{"Version":"2012-10-17","Id":"default","Statement":[]}"#.len();
    let of_statement = (overhead - frame - 1) / 2 + 1 + "three".len() - "one".len();
    let room = 20_480 - used - of_statement;
    let before = world.dump(b"");
    assert_eq!(
        texts(with("three", room + 1)),
        "The final policy size (20481) is bigger than the limit (20480)."
    );
    assert_eq!(world.dump(b""), before);
    with("three", room).unwrap();
    assert_eq!(get(&world, "f").unwrap().policy.len(), 20_480);
    // What JSON writes longer counts as it is written.
    remove(&world, "f", "three").unwrap();
    let quoted = AddPermissionRequest {
        source_arn: Some(format!("{}\"", arn(room - 1))),
        ..add_request("f", "three")
    };
    assert!(matches!(add_with(&world, quoted), Err(ServiceError::PolicyTooLong { bytes: 20_481, .. })));
}

/// As many statements as fit, each with as little text and as much structure as there can be.
fn the_densest_policy_is_stored_whole(world: World) {
    world.create("f", "one");
    let refusal = (0..).find_map(|number: u32| {
        let request = AddPermissionRequest {
            principal: Some("*".into()),
            action: Some("*".into()),
            event_source_token: Some("t".into()),
            invoked_via_function_url: Some(true),
            ..add_request("f", &format!("{number}"))
        };
        add_with(&world, request).err()
    });
    assert!(matches!(refusal, Some(ServiceError::PolicyTooLong { .. })));
    let policy = get(&world, "f").unwrap().policy;
    assert!((20_000..=20_480).contains(&policy.len()));
    for (_, value) in world.dump(b"x/") {
        assert!(value.payload().len() < policy.len());
    }
}

fn policies_go_with_what_has_them(world: World) {
    with_alias(&world);
    for name in ["f", "f:1", "f:live"] {
        add(&world, name, "s3").unwrap();
    }
    aliases::delete(&world, "f", "live").unwrap();
    aliases::create(&world, "f", "live", "1").unwrap();
    assert!(get(&world, "f:live").is_err(), "an earlier alias of the name had it");
    aliases::delete(&world, "f", "live").unwrap();
    world.delete("f", Some("1")).unwrap();
    assert_eq!(world.dump(b"x/").len(), 1, "that of the function alone");
    get(&world, "f").unwrap();

    world.publish("f");
    for number in 0..70 {
        let alias = format!("a{number}");
        aliases::create(&world, "f", &alias, "2").unwrap();
        add(&world, &format!("f:{alias}"), "s3").unwrap();
    }
    world.delete("f", None).unwrap();
    world.create_published("f", "one");
    assert!(get(&world, "f").is_err() && get(&world, "f:1").is_err());
    world.settle();
    assert_eq!((world.dump(b"x/"), world.dump(b"gone/")), ([].into(), [].into()));
    // A function with a policy and nothing else leaves something, too.
    world.create("g", "one");
    add(&world, "g", "s3").unwrap();
    world.delete("g", None).unwrap();
    world.settle();
    assert_eq!((world.dump(b"x/"), world.dump(b"gone/")), ([].into(), [].into()));
}

fn the_feed_tells_of_policies(world: World) {
    use ResourceChange as Change;
    world.create_published("f", "one");
    let revision = || Some(*get(&world, "f:1").unwrap().revision_id.as_bytes());
    add(&world, "f:1", "one").unwrap();
    let first = revision();
    add(&world, "f:1", "two").unwrap();
    let second = revision();
    add(&world, "f:1", "two").unwrap_err();
    remove(&world, "f:1", "one").unwrap();
    let third = revision();
    remove(&world, "f:1", "two").unwrap();
    let told = resource_feed(&world);
    assert!(
        told.iter().all(|event| event.resource == ResourceKind::Policy && event.arn == function_arn("f:1"))
    );
    let told: Vec<_> =
        told.into_iter().map(|event| (event.change, event.old_revision, event.new_revision)).collect();
    assert_eq!(
        told,
        [
            (Change::Created, None, first),
            (Change::Updated, first, second),
            (Change::Updated, second, third),
            (Change::Deleted, third, None),
        ]
    );
}
