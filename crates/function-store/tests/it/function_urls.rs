//! URLs of functions: what they are made of, what they are refused for, and what they go with.

use std::collections::BTreeSet;
use std::time::Duration;

use funclet_function_store::{
    FunctionUrlConfig, FunctionUrlPage, ResourceChange, ResourceKind, ServiceError, Timestamp,
};
use funclet_validation::{
    Cors, CreateAliasRequest, CreateFunctionUrlConfigRequest, DeleteAliasRequest,
    DeleteFunctionUrlConfigRequest, FunctionUrlAuthType, GetFunctionUrlConfigRequest, InvokeMode,
    ListFunctionUrlConfigsRequest, UpdateFunctionUrlConfigRequest,
};

use crate::events::resource_feed;
use crate::world::{NOON_MS, World, function_arn};

on_every_backend!(
    a_url_has_what_was_asked_for,
    what_is_not_sent_stays,
    empty_cors_are_none,
    there_is_one_url_each,
    what_is_not_there,
    versions_have_no_url,
    lists_page_by_page,
    revisions_stay,
    urls_go_with_their_alias,
    urls_go_with_their_function,
    the_feed_tells_of_urls,
);

/// Gives a function an alias.
pub(crate) fn create_alias(world: &World, function: &str, alias: &str, version: &str) {
    let request = CreateAliasRequest {
        function_name: Some(function.into()),
        name: Some(alias.into()),
        function_version: Some(version.into()),
        ..CreateAliasRequest::default()
    };
    world.run(request.validate(&world.caller).unwrap()).unwrap();
}

pub(crate) fn delete_alias(world: &World, function: &str, alias: &str) {
    let request = DeleteAliasRequest { function_name: Some(function.into()), name: Some(alias.into()) };
    world.run(request.validate(&world.caller).unwrap()).unwrap();
}

fn create_request(function: &str) -> CreateFunctionUrlConfigRequest {
    CreateFunctionUrlConfigRequest {
        function_name: Some(function.into()),
        auth_type: Some("NONE".into()),
        ..CreateFunctionUrlConfigRequest::default()
    }
}

fn create_with(
    world: &World,
    request: CreateFunctionUrlConfigRequest,
) -> Result<FunctionUrlConfig, ServiceError> {
    world.run(request.validate(&world.caller).unwrap())
}

/// Creates the URL of a function, or of an alias as `function:alias`.
pub(crate) fn create(world: &World, function: &str) -> Result<FunctionUrlConfig, ServiceError> {
    create_with(world, create_request(function))
}

fn update_request(function: &str) -> UpdateFunctionUrlConfigRequest {
    UpdateFunctionUrlConfigRequest {
        function_name: Some(function.into()),
        ..UpdateFunctionUrlConfigRequest::default()
    }
}

fn update(world: &World, request: UpdateFunctionUrlConfigRequest) -> Result<FunctionUrlConfig, ServiceError> {
    world.run(request.validate(&world.caller).unwrap())
}

fn delete(world: &World, function: &str) -> Result<(), ServiceError> {
    let request = DeleteFunctionUrlConfigRequest { function_name: Some(function.into()), qualifier: None };
    world.run(request.validate(&world.caller).unwrap())
}

fn get(world: &World, function: &str) -> Result<FunctionUrlConfig, ServiceError> {
    let request = GetFunctionUrlConfigRequest { function_name: Some(function.into()), qualifier: None };
    world.look(request.validate(&world.caller).unwrap())
}

fn page(
    world: &World,
    function: &str,
    (max_items, marker): (Option<i64>, Option<String>),
) -> Result<FunctionUrlPage, ServiceError> {
    let function_name = Some(function.into());
    let request = ListFunctionUrlConfigsRequest { function_name, marker, max_items };
    world.look(request.validate(&world.caller).unwrap())
}

fn listed(world: &World, function: &str) -> Vec<FunctionUrlConfig> {
    page(world, function, (None, None)).unwrap().function_url_configs
}

fn cors() -> Cors {
    Cors {
        allow_credentials: Some(false),
        allow_headers: Some(vec!["date".into(), "keep-alive".into()]),
        allow_methods: Some(vec!["*".into()]),
        allow_origins: Some(Vec::new()),
        expose_headers: None,
        max_age: Some(86_400),
    }
}

fn a_url_has_what_was_asked_for(world: World) {
    world.create_published("f", "one");
    create_alias(&world, "f", "live", "1");
    let plain = create(&world, "f").unwrap();
    assert_eq!(plain.function_arn.to_string(), function_arn("f"));
    assert_eq!((plain.auth_type, plain.invoke_mode), (FunctionUrlAuthType::None, InvokeMode::Buffered));
    assert_eq!((&plain.cors, plain.last_modified_time), (&None, None));
    assert!(plain.creation_time >= Timestamp(NOON_MS));
    let (id, rest) = plain.function_url.strip_prefix("https://").unwrap().split_at(32);
    assert_eq!(rest, ".lambda-url.eu-central-1.on.aws/");
    assert!(id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()), "{id}");

    let request = CreateFunctionUrlConfigRequest {
        qualifier: Some("live".into()),
        auth_type: Some("AWS_IAM".into()),
        cors: Some(cors()),
        invoke_mode: Some("RESPONSE_STREAM".into()),
        ..create_request("f")
    };
    let of_alias = create_with(&world, request).unwrap();
    assert_eq!(of_alias.function_arn.to_string(), function_arn("f:live"));
    assert_eq!(of_alias.auth_type, FunctionUrlAuthType::AwsIam);
    assert_eq!((&of_alias.cors, of_alias.invoke_mode), (&Some(cors()), InvokeMode::ResponseStream));
    assert_ne!(of_alias.function_url, plain.function_url);

    for created in [plain, of_alias] {
        let name = created.function_arn.to_string();
        let read = get(&world, &name).unwrap();
        assert_eq!(read.last_modified_time, Some(created.creation_time));
        assert_eq!(FunctionUrlConfig { last_modified_time: None, ..read }, created);
    }
}

fn what_is_not_sent_stays(world: World) {
    world.create("f", "one");
    let request = CreateFunctionUrlConfigRequest { cors: Some(cors()), ..create_request("f") };
    let created = create_with(&world, request).unwrap();
    world.clock.advance(Duration::from_secs(5));
    let with_auth =
        UpdateFunctionUrlConfigRequest { auth_type: Some("AWS_IAM".into()), ..update_request("f") };
    let updated = update(&world, with_auth).unwrap();
    assert!(updated.last_modified_time.unwrap() >= Timestamp(created.creation_time.0 + 5_000));
    let auth_type = FunctionUrlAuthType::AwsIam;
    assert_eq!(
        FunctionUrlConfig { last_modified_time: None, ..updated },
        FunctionUrlConfig { auth_type, ..created.clone() }
    );
    let streaming =
        UpdateFunctionUrlConfigRequest { invoke_mode: Some("RESPONSE_STREAM".into()), ..update_request("f") };
    let other = Cors { max_age: Some(1), ..Cors::default() };
    let with_cors = UpdateFunctionUrlConfigRequest { cors: Some(other.clone()), ..update_request("f") };
    update(&world, streaming).unwrap();
    let last = update(&world, with_cors).unwrap();
    assert_eq!((last.auth_type, last.invoke_mode), (auth_type, InvokeMode::ResponseStream));
    // As a whole: the members that it had before are gone.
    assert_eq!((last.cors.clone(), &last.function_url), (Some(other), &created.function_url));
    assert_eq!(get(&world, "f").unwrap(), last);
}

fn empty_cors_are_none(world: World) {
    world.create("f", "one");
    let request = CreateFunctionUrlConfigRequest { cors: Some(cors()), ..create_request("f") };
    create_with(&world, request).unwrap();
    let empty = UpdateFunctionUrlConfigRequest { cors: Some(Cors::default()), ..update_request("f") };
    assert_eq!(update(&world, empty).unwrap().cors, None);
    assert_eq!(get(&world, "f").unwrap().cors, None);
}

fn there_is_one_url_each(world: World) {
    world.create_published("f", "one");
    create_alias(&world, "f", "live", "1");
    let first = create(&world, "f").unwrap();
    create(&world, "f:live").unwrap();
    for name in ["f", "f:live"] {
        let refused = create(&world, name).unwrap_err();
        assert_eq!(
            refused.to_string(),
            format!(
                "Failed to create function url config for [functionArn = {}]. Error message:  FunctionUrlConfig exists \
                 for this Lambda function",
                function_arn(name)
            )
        );
    }
    delete(&world, "f").unwrap();
    get(&world, "f:live").unwrap();
    // Another one, not the old one again.
    assert_ne!(create(&world, "f").unwrap().function_url, first.function_url);
}

fn what_is_not_there(world: World) {
    world.create("f", "one");
    for name in ["absent", "f:absent"] {
        assert_eq!(create(&world, name).unwrap_err().to_string(), "Function does not exist");
        assert_eq!(update(&world, update_request(name)).unwrap_err(), ServiceError::NoFunctionForUrl);
    }
    for name in ["absent", "f:absent", "f"] {
        assert_eq!(get(&world, name).unwrap_err(), ServiceError::ResourceNotFound);
        assert_eq!(delete(&world, name).unwrap_err(), ServiceError::ResourceNotFound);
    }
    let refused = update(&world, update_request("f")).unwrap_err();
    assert_eq!(refused.to_string(), "The resource you requested does not exist.");
    assert_eq!(page(&world, "absent", (None, None)).unwrap_err(), ServiceError::NoFunctionForUrl);
    assert_eq!(listed(&world, "f"), []);
}

fn versions_have_no_url(world: World) {
    world.create_published("f", "one");
    for name in ["f:1", "f:$LATEST"] {
        assert_eq!(create(&world, name).unwrap_err(), ServiceError::NoFunctionForUrl);
        assert_eq!(get(&world, name).unwrap_err(), ServiceError::ResourceNotFound);
    }
}

fn lists_page_by_page(world: World) {
    world.create_published("f", "one");
    let mut expected = BTreeSet::new();
    for alias in ["c", "a", "b"] {
        create_alias(&world, "f", alias, "1");
        expected.insert(create(&world, &format!("f:{alias}")).unwrap().function_url);
    }
    let own = create(&world, "f").unwrap();
    expected.insert(own.function_url.clone());
    // Of another function, and none of these.
    world.create("f-2", "one");
    create(&world, "f-2").unwrap();

    let (mut found, mut marker) = (Vec::new(), None);
    loop {
        let page = page(&world, "f", (Some(1), marker)).unwrap();
        assert_eq!(page.function_url_configs.len(), 1);
        found.extend(page.function_url_configs);
        marker = page.next_marker;
        if marker.is_none() {
            break;
        }
    }
    assert_eq!(found, listed(&world, "f"));
    let arns: Vec<_> = found.iter().map(|url| url.function_arn.to_string()).collect();
    assert_eq!(arns, ["f", "f:a", "f:b", "f:c"].map(function_arn));
    assert_eq!(found[0].last_modified_time, Some(own.creation_time));
    assert_eq!(found.into_iter().map(|url| url.function_url).collect::<BTreeSet<_>>(), expected);
    assert!(page(&world, "f", (None, Some("no marker".into()))).is_err());
}

fn revisions_stay(world: World) {
    world.create_published("f", "one");
    let revisions = || ["f", "f:1"].map(|name| world.get(name).revision_id);
    let before = revisions();
    create(&world, "f").unwrap();
    update(&world, update_request("f")).unwrap();
    delete(&world, "f").unwrap();
    assert_eq!(revisions(), before);
}

fn urls_go_with_their_alias(world: World) {
    world.create_published("f", "one");
    create(&world, "f").unwrap();
    create_alias(&world, "f", "live", "1");
    create(&world, "f:live").unwrap();
    delete_alias(&world, "f", "live");
    assert_eq!(get(&world, "f:live").unwrap_err(), ServiceError::ResourceNotFound);
    assert_eq!(listed(&world, "f").len(), 1);
    create_alias(&world, "f", "live", "1");
    assert_eq!(get(&world, "f:live").unwrap_err(), ServiceError::ResourceNotFound);
}

fn urls_go_with_their_function(world: World) {
    world.create("f", "one");
    create(&world, "f").unwrap();
    assert_eq!(world.dump(b"x/f/").len(), 1);
    world.delete("f", None).unwrap();
    assert_eq!(get(&world, "f").unwrap_err(), ServiceError::ResourceNotFound);
    world.create("f", "two");
    assert_eq!(get(&world, "f").unwrap_err(), ServiceError::ResourceNotFound);
    world.settle();
    assert!(world.dump(b"x/").is_empty() && world.dump(b"gone/").is_empty());
}

fn the_feed_tells_of_urls(world: World) {
    world.create("f", "one");
    create(&world, "f").unwrap();
    create(&world, "f").unwrap_err();
    update(&world, update_request("f")).unwrap();
    delete(&world, "f").unwrap();
    let told: Vec<_> = resource_feed(&world)
        .into_iter()
        .map(|event| {
            assert_eq!(
                (event.resource, event.arn, event.old_revision, event.new_revision),
                (ResourceKind::FunctionUrlConfig, function_arn("f"), None, None)
            );
            event.change
        })
        .collect();
    assert_eq!(told, [ResourceChange::Created, ResourceChange::Updated, ResourceChange::Deleted]);
}
