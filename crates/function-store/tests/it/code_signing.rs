//! Code signing configs, and the functions that have them.

use funclet_function_store::{
    CodeSigningConfig, ResourceChange, ResourceKind, ServiceError, Timestamp, Transitions,
};
use funclet_validation::{
    AllowedPublishers, CodeSigningConfigArn, CodeSigningPolicies, CodeSigningPolicy,
    CreateCodeSigningConfigRequest, CreateFunctionRequest, DeleteCodeSigningConfigRequest,
    DeleteFunctionCodeSigningConfigRequest, GetCodeSigningConfigRequest, GetFunctionCodeSigningConfigRequest,
    ListCodeSigningConfigsRequest, ListFunctionsByCodeSigningConfigRequest, ListTagsRequest,
    PutFunctionCodeSigningConfigRequest, StringMap, TagResourceRequest, UntagResourceRequest,
    UpdateCodeSigningConfigRequest,
};

use crate::events::resource_feed;
use crate::world::{NOON_MS, World, create_request, function_arn, zip};

on_every_backend!(
    a_config_is_created_read_changed_and_deleted,
    an_update_without_members_changes_nothing,
    configs_that_are_not_there,
    configs_are_listed_in_pages,
    a_function_has_one_at_most,
    the_config_is_looked_for_before_the_function,
    a_function_can_be_created_with_one,
    functions_are_listed_in_pages,
    a_config_in_use_stays,
    a_deleted_function_uses_none,
    nothing_else_of_the_function_changes,
    configs_have_tags,
    followers_are_told,
);

const PROFILE: &str = "arn:aws:signer:eu-central-1:111122223333:/signing-profiles/one";

fn publishers(names: &[&str]) -> Option<AllowedPublishers> {
    let arns = names.iter().map(|name| (*name).to_owned()).collect();
    Some(AllowedPublishers { signing_profile_version_arns: Some(arns) })
}

pub(crate) fn create(world: &World) -> CodeSigningConfig {
    let request = CreateCodeSigningConfigRequest {
        allowed_publishers: publishers(&[PROFILE]),
        ..CreateCodeSigningConfigRequest::default()
    };
    world.run(request.validate(&world.caller).unwrap()).unwrap()
}

fn get(world: &World, arn: &str) -> Result<CodeSigningConfig, ServiceError> {
    let request = GetCodeSigningConfigRequest { code_signing_config_arn: Some(arn.into()) };
    world.look(request.validate(&world.caller).unwrap())
}

fn update(
    world: &World,
    arn: &str,
    change: impl FnOnce(&mut UpdateCodeSigningConfigRequest),
) -> Result<CodeSigningConfig, ServiceError> {
    let mut request = UpdateCodeSigningConfigRequest {
        code_signing_config_arn: Some(arn.into()),
        ..UpdateCodeSigningConfigRequest::default()
    };
    change(&mut request);
    world.run(request.validate(&world.caller).unwrap())
}

fn delete(world: &World, arn: &str) -> Result<(), ServiceError> {
    let request = DeleteCodeSigningConfigRequest { code_signing_config_arn: Some(arn.into()) };
    world.run(request.validate(&world.caller).unwrap())
}

pub(crate) fn attach(world: &World, name: &str, arn: &str) -> Result<(), ServiceError> {
    let request = PutFunctionCodeSigningConfigRequest {
        code_signing_config_arn: Some(arn.into()),
        function_name: Some(name.into()),
    };
    let answer = world.run(request.validate(&world.caller).unwrap())?;
    assert_eq!(answer.function_name.as_str(), name);
    assert_eq!(answer.code_signing_config_arn.unwrap().as_str(), arn);
    Ok(())
}

fn detach(world: &World, name: &str) -> Result<(), ServiceError> {
    let request = DeleteFunctionCodeSigningConfigRequest { function_name: Some(name.into()) };
    world.run(request.validate(&world.caller).unwrap())
}

fn attached(world: &World, name: &str) -> Result<Option<String>, ServiceError> {
    let request = GetFunctionCodeSigningConfigRequest { function_name: Some(name.into()) };
    let answer = world.look(request.validate(&world.caller).unwrap())?;
    Ok(answer.code_signing_config_arn.map(|arn| arn.to_string()))
}

fn users_page(
    world: &World,
    arn: &str,
    marker: Option<String>,
    max_items: Option<i64>,
) -> Result<(Vec<String>, Option<String>), ServiceError> {
    let request = ListFunctionsByCodeSigningConfigRequest {
        code_signing_config_arn: Some(arn.into()),
        marker,
        max_items,
    };
    let page = world.look(request.validate(&world.caller).unwrap())?;
    Ok((page.function_arns.iter().map(ToString::to_string).collect(), page.next_marker))
}

fn users(world: &World, arn: &str) -> Vec<String> {
    users_page(world, arn, None, None).unwrap().0
}

/// The ARN of a config that nobody has created.
const ABSENT: &str = "arn:aws:lambda:eu-central-1:111122223333:code-signing-config:csc-0123456789abcdefg";

fn absent() -> CodeSigningConfigArn {
    ABSENT.parse().unwrap()
}

fn a_config_is_created_read_changed_and_deleted(mut world: World) {
    let created = create(&world);
    let arn = created.code_signing_config_arn.to_string();
    let id = &created.code_signing_config_id;
    assert_eq!(arn, format!("arn:aws:lambda:eu-central-1:111122223333:code-signing-config:{id}"));
    assert_eq!((created.description.as_str(), created.last_modified), ("", Timestamp(NOON_MS)));
    assert_eq!(created.untrusted_artifact_on_deployment, CodeSigningPolicy::Warn, "the default");
    world.reopen(Transitions::Immediate);
    assert_eq!(get(&world, &arn), Ok(created.clone()));

    world.clock.set(NOON_MS + 5000);
    let updated = update(&world, &arn, |request| request.description = Some("new".into())).unwrap();
    let mut expected = created.clone();
    expected.description = "new".into();
    expected.last_modified = Timestamp(NOON_MS + 5000);
    assert_eq!(updated, expected);
    let updated = update(&world, &arn, |request| {
        let policy = Some("Enforce".into());
        request.code_signing_policies =
            Some(CodeSigningPolicies { untrusted_artifact_on_deployment: policy });
        request.allowed_publishers =
            publishers(&["arn:aws:signer:eu-central-1:111122223333:/signing-profiles/two"]);
    })
    .unwrap();
    assert_eq!((updated.description.as_str(), updated.allowed_publishers.len()), ("new", 1));
    assert!(updated.allowed_publishers[0].as_str().ends_with("/two"));
    assert_eq!(updated.untrusted_artifact_on_deployment, CodeSigningPolicy::Enforce);
    assert_eq!(get(&world, &arn), Ok(updated));

    let other = create(&world);
    assert_ne!(other.code_signing_config_id, created.code_signing_config_id);
    delete(&world, &arn).unwrap();
    let gone = ServiceError::NoCodeSigningConfig { arn: created.code_signing_config_arn };
    assert_eq!((get(&world, &arn), delete(&world, &arn)), (Err(gone.clone()), Err(gone)));
    assert_eq!(get(&world, other.code_signing_config_arn.as_str()), Ok(other));
}

fn an_update_without_members_changes_nothing(world: World) {
    let created = create(&world);
    world.clock.set(NOON_MS + 5000);
    let before = world.dump(b"");
    let updated = update(&world, created.code_signing_config_arn.as_str(), |_| {});
    assert_eq!((updated, world.dump(b"")), (Ok(created), before));
}

fn configs_that_are_not_there(world: World) {
    let not_found = || ServiceError::NoCodeSigningConfig { arn: absent() };
    let text = format!("The Lambda code signing configuration {ABSENT} can not be found.");
    assert_eq!(not_found().to_string(), text);
    assert_eq!(get(&world, ABSENT), Err(not_found()));
    assert_eq!(update(&world, ABSENT, |_| {}), Err(not_found()));
    assert_eq!(delete(&world, ABSENT), Err(not_found()));
    assert_eq!(users_page(&world, ABSENT, None, None), Err(not_found()));
    let here = create(&world).code_signing_config_arn.to_string();
    for (from, to) in
        [("eu-central-1", "us-east-1"), ("111122223333", "000000000000"), ("arn:aws:", "arn:aws-cn:")]
    {
        let elsewhere = here.replacen(from, to, 1);
        let not_found = ServiceError::NoCodeSigningConfig { arn: elsewhere.parse().unwrap() };
        assert_eq!(get(&world, &elsewhere), Err(not_found));
    }
}

fn configs_are_listed_in_pages(world: World) {
    let page = |marker, max_items| {
        let request = ListCodeSigningConfigsRequest { marker, max_items };
        world.look(request.validate(&world.caller).unwrap()).unwrap()
    };
    assert_eq!((page(None, None).code_signing_configs, page(None, None).next_marker), (vec![], None));
    let mut expected: Vec<_> = (0..3).map(|_| create(&world)).collect();
    world.create("f", "one");
    attach(&world, "f", expected[0].code_signing_config_arn.as_str()).unwrap();
    expected.sort_by_key(|config| config.code_signing_config_id.clone());
    assert_eq!(page(None, None).code_signing_configs, expected, "and not who has them");
    let first = page(None, Some(2));
    let second = page(first.next_marker, Some(2));
    assert_eq!([first.code_signing_configs, second.code_signing_configs].concat(), expected);
    assert_eq!(second.next_marker, None);
}

fn a_function_has_one_at_most(mut world: World) {
    world.create("f", "one");
    let [one, two] =
        [create(&world), create(&world)].map(|config| config.code_signing_config_arn.to_string());
    assert_eq!(attached(&world, "f"), Ok(None));
    detach(&world, "f").unwrap();
    attach(&world, "f", &one).unwrap();
    attach(&world, "f", &one).unwrap();
    world.reopen(Transitions::Immediate);
    assert_eq!(attached(&world, "f"), Ok(Some(one.clone())));
    assert_eq!((users(&world, &one), users(&world, &two)), (vec![function_arn("f")], vec![]));
    attach(&world, "f", &two).unwrap();
    assert_eq!(attached(&world, "f"), Ok(Some(two.clone())));
    assert_eq!((users(&world, &one), users(&world, &two)), (vec![], vec![function_arn("f")]));
    detach(&world, "f").unwrap();
    assert_eq!((attached(&world, "f"), users(&world, &two)), (Ok(None), vec![]));
}

fn the_config_is_looked_for_before_the_function(world: World) {
    let arn = create(&world).code_signing_config_arn.to_string();
    let no_function = || ServiceError::FunctionNotFound { arn: function_arn("f").parse().unwrap() };
    assert_eq!(attach(&world, "f", &arn), Err(no_function()));
    let no_config = ServiceError::CodeSigningConfigNotFound { arn: ABSENT.into() };
    assert_eq!(attach(&world, "f", ABSENT), Err(no_config.clone()));
    assert_eq!(attached(&world, "f"), Err(no_function()));
    assert_eq!(detach(&world, "f"), Err(no_function()));
    world.create("f", "one");
    assert_eq!(attach(&world, "f", ABSENT), Err(no_config));
}

fn a_function_can_be_created_with_one(world: World) {
    let arn = create(&world).code_signing_config_arn.to_string();
    let with = |name: &str, arn: &str| CreateFunctionRequest {
        code_signing_config_arn: Some(arn.into()),
        publish: Some(true),
        ..create_request(name)
    };
    let not_found = Err(ServiceError::CodeSigningConfigNotFound { arn: ABSENT.into() });
    assert_eq!(world.create_with(with("f", ABSENT), Ok(zip("one"))).map(drop), not_found);
    assert_eq!(
        world.detail("f").map(drop).unwrap_err().to_string(),
        format!("Function not found: {}", function_arn("f"))
    );
    world.create_with(with("f", &arn), Ok(zip("one"))).unwrap();
    assert_eq!(
        (attached(&world, "f"), users(&world, &arn)),
        (Ok(Some(arn.clone())), vec![function_arn("f")])
    );
}

fn functions_are_listed_in_pages(world: World) {
    let [one, two] =
        [create(&world), create(&world)].map(|config| config.code_signing_config_arn.to_string());
    for name in ["b", "a", "other", "c"] {
        world.create(name, "one");
        attach(&world, name, if name == "other" { &two } else { &one }).unwrap();
    }
    let (first, marker) = users_page(&world, &one, None, Some(2)).unwrap();
    let (second, end) = users_page(&world, &one, marker, Some(2)).unwrap();
    assert_eq!([first, second].concat(), ["a", "b", "c"].map(function_arn));
    assert_eq!(end, None);
}

fn a_config_in_use_stays(world: World) {
    let arn = create(&world).code_signing_config_arn;
    for name in ["f", "g"] {
        world.create(name, "one");
        attach(&world, name, arn.as_str()).unwrap();
    }
    let in_use = Err(ServiceError::CodeSigningConfigInUse { arn: arn.clone() });
    assert_eq!(delete(&world, arn.as_str()), in_use);
    detach(&world, "f").unwrap();
    assert_eq!(delete(&world, arn.as_str()), in_use);
    detach(&world, "g").unwrap();
    assert_eq!(delete(&world, arn.as_str()), Ok(()));
}

fn a_deleted_function_uses_none(world: World) {
    let arn = create(&world).code_signing_config_arn.to_string();
    world.create_published("f", "one");
    attach(&world, "f", &arn).unwrap();
    world.delete("f", Some("1")).unwrap();
    assert_eq!(users(&world, &arn), [function_arn("f")], "only a version is gone");
    world.delete("f", None).unwrap();
    assert_eq!(users(&world, &arn), Vec::<String>::new());
    world.create("f", "one");
    assert_eq!(attached(&world, "f"), Ok(None), "another function");
    // What is left is swept, and the other function keeps what it got meanwhile.
    attach(&world, "f", &arn).unwrap();
    world.settle();
    assert_eq!(
        (attached(&world, "f"), users(&world, &arn)),
        (Ok(Some(arn.clone())), vec![function_arn("f")])
    );
    assert_eq!((world.dump(b"x/").len(), world.dump(b"gone/").len()), (1, 0));
    world.delete("f", None).unwrap();
    delete(&world, &arn).unwrap();
}

fn nothing_else_of_the_function_changes(mut world: World) {
    world.reopen(Transitions::Manual);
    world.create_published("f", "one");
    let before = [world.get("f"), world.get("f:1")];
    let arn = create(&world).code_signing_config_arn.to_string();
    attach(&world, "f", &arn).unwrap();
    assert_eq!([world.get("f"), world.get("f:1")], before, "and it is possible meanwhile");
    detach(&world, "f").unwrap();
    assert_eq!([world.get("f"), world.get("f:1")], before);
    world.complete("f", None);
    assert_eq!(world.publish("f").version.to_string(), "1", "`$LATEST` was not touched");
}

fn configs_have_tags(world: World) {
    let request = CreateCodeSigningConfigRequest {
        allowed_publishers: publishers(&[PROFILE]),
        tags: Some([("a", "1")].into_iter().collect()),
        ..CreateCodeSigningConfigRequest::default()
    };
    let config = world.run(request.validate(&world.caller).unwrap()).unwrap();
    let arn = config.code_signing_config_arn.to_string();
    let tag = |arn: &str, tags: StringMap| {
        let request = TagResourceRequest { resource: Some(arn.into()), tags: Some(tags) };
        world.run(request.validate(&world.caller).unwrap())
    };
    let untag = |arn: &str, keys: &[&str]| {
        let tag_keys = Some(keys.iter().map(|key| (*key).to_owned()).collect());
        let request = UntagResourceRequest { resource: Some(arn.into()), tag_keys };
        world.run(request.validate(&world.caller).unwrap())
    };
    let tags = |arn: &str| {
        let request = ListTagsRequest { resource: Some(arn.into()) };
        world.look(request.validate(&world.caller).unwrap()).map(|answer| answer.tags)
    };
    world.clock.set(NOON_MS + 5000);
    tag(&arn, [("a", "2"), ("b", "3")].into_iter().collect()).unwrap();
    assert_eq!(tags(&arn), Ok([("a", "2"), ("b", "3")].into_iter().collect()));
    untag(&arn, &["a", "unknown"]).unwrap();
    assert_eq!(tags(&arn), Ok([("b", "3")].into_iter().collect()));
    assert_eq!(get(&world, &arn), Ok(config), "nothing else changes");

    let many: StringMap = (0..50).map(|number| (format!("k{number}"), String::new())).collect();
    let too_many = ServiceError::InvalidParameterValue("Number of tags exceeds resource tag limit.".into());
    assert_eq!(tag(&arn, many), Err(too_many));
    let not_found = || ServiceError::NoCodeSigningConfig { arn: absent() };
    assert_eq!(tag(ABSENT, [("a", "1")].into_iter().collect()), Err(not_found()));
    assert_eq!(untag(ABSENT, &["a"]), Err(not_found()));
    assert_eq!(tags(ABSENT), Err(not_found()));
}

fn followers_are_told(world: World) {
    use ResourceChange::{Created, Deleted, Updated};
    use ResourceKind::{CodeSigningConfig, FunctionCodeSigningConfig};
    world.create("f", "one");
    let arn = create(&world).code_signing_config_arn.to_string();
    update(&world, &arn, |_| {}).unwrap();
    update(&world, &arn, |request| request.description = Some("new".into())).unwrap();
    attach(&world, "f", &arn).unwrap();
    detach(&world, "f").unwrap();
    delete(&world, &arn).unwrap();
    let told: Vec<_> =
        resource_feed(&world).into_iter().map(|event| (event.resource, event.change, event.arn)).collect();
    let expected = [
        (CodeSigningConfig, Created, arn.clone()),
        (CodeSigningConfig, Updated, arn.clone()),
        (FunctionCodeSigningConfig, Created, function_arn("f")),
        (FunctionCodeSigningConfig, Deleted, function_arn("f")),
        (CodeSigningConfig, Deleted, arn),
    ];
    assert_eq!(told, expected);
}
