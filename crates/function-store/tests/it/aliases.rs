//! Aliases: what they point to, what they are refused for, and what they keep from being deleted.

use funclet_function_store::{AliasConfiguration, AliasPage, ResourceChange, ResourceKind, ServiceError};
use funclet_validation::{
    AliasRoutingConfiguration, CreateAliasRequest, DeleteAliasRequest, GetAliasRequest, ListAliasesRequest,
    TextMap, UpdateAliasRequest,
};

use crate::events::resource_feed;
use crate::world::{World, function_arn};

on_every_backend!(
    an_alias_has_what_was_asked_for,
    what_is_not_sent_stays,
    every_update_renews_the_revision,
    aliases_have_revisions_of_their_own,
    what_is_not_there,
    names_are_taken_once,
    what_routes_are_refused_for,
    deleting_what_is_not_there_is_no_complaint,
    a_version_that_aliases_stand_for_stays,
    functions_are_read_by_alias,
    lists_page_by_page,
    lists_of_one_version,
    markers,
    aliases_go_with_their_function,
    the_feed_tells_of_aliases,
);

pub(crate) fn create_request(function: &str, name: &str, version: &str) -> CreateAliasRequest {
    CreateAliasRequest {
        function_name: Some(function.into()),
        name: Some(name.into()),
        function_version: Some(version.into()),
        ..CreateAliasRequest::default()
    }
}

pub(crate) fn create_with(
    world: &World,
    request: CreateAliasRequest,
) -> Result<AliasConfiguration, ServiceError> {
    world.run(request.validate(&world.caller).unwrap())
}

pub(crate) fn create(
    world: &World,
    function: &str,
    name: &str,
    version: &str,
) -> Result<AliasConfiguration, ServiceError> {
    create_with(world, create_request(function, name, version))
}

pub(crate) fn update_request(function: &str, name: &str) -> UpdateAliasRequest {
    UpdateAliasRequest {
        function_name: Some(function.into()),
        name: Some(name.into()),
        ..UpdateAliasRequest::default()
    }
}

pub(crate) fn update(world: &World, request: UpdateAliasRequest) -> Result<AliasConfiguration, ServiceError> {
    world.run(request.validate(&world.caller).unwrap())
}

pub(crate) fn delete(world: &World, function: &str, name: &str) -> Result<(), ServiceError> {
    let request = DeleteAliasRequest { function_name: Some(function.into()), name: Some(name.into()) };
    world.run(request.validate(&world.caller).unwrap())
}

pub(crate) fn get(world: &World, function: &str, name: &str) -> Result<AliasConfiguration, ServiceError> {
    let request = GetAliasRequest { function_name: Some(function.into()), name: Some(name.into()) };
    world.look(request.validate(&world.caller).unwrap())
}

/// `None` for no weights at all.
pub(crate) fn routing(route: Option<(&str, f64)>) -> Option<AliasRoutingConfiguration> {
    let weights = route.into_iter().map(|(version, weight)| (version.to_owned(), weight));
    let weights: TextMap<f64> = weights.collect();
    Some(AliasRoutingConfiguration { additional_version_weights: Some(weights) })
}

fn page(
    world: &World,
    function: &str,
    version: Option<&str>,
    (max_items, marker): (Option<i64>, Option<String>),
) -> Result<AliasPage, ServiceError> {
    let request = ListAliasesRequest {
        function_name: Some(function.into()),
        function_version: version.map(Into::into),
        marker,
        max_items,
    };
    world.look(request.validate(&world.caller).unwrap())
}

/// Follows the markers to the end.
pub(crate) fn list(
    world: &World,
    function: &str,
    version: Option<&str>,
    max_items: Option<i64>,
) -> Vec<AliasConfiguration> {
    let (mut found, mut marker) = (Vec::new(), None);
    loop {
        let AliasPage { aliases, next_marker } = page(world, function, version, (max_items, marker)).unwrap();
        assert!(aliases.len() as i64 <= max_items.unwrap_or(50));
        found.extend(aliases);
        if next_marker.is_none() {
            return found;
        }
        marker = next_marker;
    }
}

fn names(aliases: &[AliasConfiguration]) -> Vec<&str> {
    aliases.iter().map(|alias| alias.name.as_str()).collect()
}

/// The version of an alias, and the one beside it with its weight.
fn shown(alias: &AliasConfiguration) -> (String, Vec<(String, f64)>) {
    let routes = alias.routing.iter().map(|route| (route.version.to_string(), route.weight));
    (alias.function_version.to_string(), routes.collect())
}

/// A function with versions 1 and 2.
fn with_versions(world: &World) {
    world.create_published("f", "one");
    world.update_published("f", "two");
}

fn an_alias_has_what_was_asked_for(world: World) {
    with_versions(&world);
    let plain = create(&world, "f", "plain", "1").unwrap();
    assert_eq!(plain.alias_arn.to_string(), function_arn("f:plain"));
    assert_eq!((plain.name.as_str(), plain.description.as_str()), ("plain", ""));
    assert_eq!(shown(&plain), ("1".into(), vec![]));
    let latest = create(&world, "f", "latest", "$LATEST").unwrap();
    assert_eq!(shown(&latest), ("$LATEST".into(), vec![]));
    let empty =
        CreateAliasRequest { routing_config: routing(None), ..create_request("f", "empty", "$LATEST") };
    assert_eq!(shown(&create_with(&world, empty).unwrap()), ("$LATEST".into(), vec![]));
    let routed = create_with(
        &world,
        CreateAliasRequest {
            description: Some("both".into()),
            routing_config: routing(Some(("2", 0.25))),
            ..create_request("f", "routed", "1")
        },
    )
    .unwrap();
    assert_eq!(shown(&routed), ("1".into(), vec![("2".into(), 0.25)]));
    assert_eq!(routed.description, "both");
    for alias in [plain, latest, routed] {
        assert_eq!(get(&world, "f", alias.name.as_str()).unwrap(), alias);
    }
}

fn what_is_not_sent_stays(world: World) {
    with_versions(&world);
    let request = CreateAliasRequest {
        description: Some("both".into()),
        routing_config: routing(Some(("2", 0.25))),
        ..create_request("f", "live", "1")
    };
    let created = create_with(&world, request).unwrap();
    let updated = update(&world, update_request("f", "live")).unwrap();
    assert_ne!(updated.revision_id, created.revision_id);
    let mut expected = created.clone();
    expected.revision_id = updated.revision_id;
    assert_eq!(updated, expected);

    let described = UpdateAliasRequest { description: Some(String::new()), ..update_request("f", "live") };
    let described = update(&world, described).unwrap();
    assert_eq!((described.description.as_str(), shown(&described)), ("", shown(&created)));
    let removed = UpdateAliasRequest { routing_config: routing(None), ..update_request("f", "live") };
    assert_eq!(shown(&update(&world, removed).unwrap()), ("1".into(), vec![]));
    let moved = UpdateAliasRequest { function_version: Some("2".into()), ..update_request("f", "live") };
    let moved = update(&world, moved).unwrap();
    assert_eq!(shown(&moved), ("2".into(), vec![]));
    assert_eq!(get(&world, "f", "live").unwrap(), moved);
}

fn every_update_renews_the_revision(world: World) {
    with_versions(&world);
    let mut known = vec![create(&world, "f", "live", "1").unwrap().revision_id];
    for _ in 0..3 {
        let sent = known.last().map(ToString::to_string);
        let request = UpdateAliasRequest { revision_id: sent, ..update_request("f", "live") };
        let revision = update(&world, request).unwrap().revision_id;
        assert!(!known.contains(&revision));
        known.push(revision);
    }
    let before = world.dump(b"x/");
    let stale = known[..3].iter().map(ToString::to_string);
    for sent in stale.chain(["wrong".into(), String::new(), world.get("f:1").revision_id.to_string()]) {
        let request = UpdateAliasRequest { revision_id: Some(sent), ..update_request("f", "live") };
        let text = update(&world, request).unwrap_err().to_string();
        assert_eq!(
            text,
            "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to \
             retrieve the latest Revision Id"
        );
    }
    assert_eq!(world.dump(b"x/"), before);
}

fn aliases_have_revisions_of_their_own(world: World) {
    with_versions(&world);
    let rest = || ["f", "f:1", "f:2"].map(|name| world.get(name).revision_id);
    let before = rest();
    let (live, other) =
        (create(&world, "f", "live", "1").unwrap(), create(&world, "f", "other", "1").unwrap());
    update(&world, update_request("f", "live")).unwrap();
    delete(&world, "f", "live").unwrap();
    assert_eq!(rest(), before);
    assert_eq!(get(&world, "f", "other").unwrap(), other);
    let again = create(&world, "f", "live", "1").unwrap();
    assert_ne!(again.revision_id, live.revision_id);
    world.update("f", "three");
    world.tag("f", [("team", "a")]).unwrap();
    assert_eq!(get(&world, "f", "live").unwrap(), again);
}

fn what_is_not_there(world: World) {
    let missing = |name: &str| format!("Function not found: {}", function_arn(name));
    let text = |outcome: Result<AliasConfiguration, ServiceError>| outcome.unwrap_err().to_string();
    assert_eq!(text(create(&world, "f", "live", "1")), missing("f:1"), "the ARN has the version (recorded)");
    assert_eq!(text(get(&world, "f", "live")), missing("f"));
    assert_eq!(
        text(update(&world, update_request("f", "live"))),
        format!("Alias not found: {}", function_arn("f:live"))
    );
    assert_eq!(delete(&world, "f", "live").unwrap_err().to_string(), missing("f"));
    assert_eq!(page(&world, "f", None, (None, None)).unwrap_err().to_string(), missing("f"));

    with_versions(&world);
    let before = world.dump(b"");
    for version in ["10", "007", "99999999999999999999999"] {
        let arn = missing(&format!("f:{version}"));
        assert_eq!(text(create(&world, "f", "live", version)), arn);
        let routed = CreateAliasRequest {
            routing_config: routing(Some((version, 0.5))),
            ..create_request("f", "live", "1")
        };
        assert_eq!(text(create_with(&world, routed)), arn);
    }
    assert_eq!(text(get(&world, "f", "live")), format!("Cannot find alias arn: {}", function_arn("f:live")));
    assert_eq!(
        text(update(&world, update_request("f", "live"))),
        format!("Alias not found: {}", function_arn("f:live"))
    );
    assert_eq!(world.dump(b""), before);
    create(&world, "f", "live", "1").unwrap();
    for (target, route) in [(Some("10"), None), (None, Some(("10", 0.5)))] {
        let request = UpdateAliasRequest {
            function_version: target.map(Into::into),
            routing_config: route.and_then(|route| routing(Some(route))),
            ..update_request("f", "live")
        };
        assert_eq!(text(update(&world, request)), missing("f:10"));
    }
}

fn names_are_taken_once(world: World) {
    with_versions(&world);
    let first = create(&world, "f", "live", "1").unwrap();
    assert_eq!(
        create(&world, "f", "live", "2").unwrap_err().to_string(),
        format!("Alias already exists: {}", function_arn("f:live"))
    );
    assert_eq!(get(&world, "f", "live").unwrap(), first);
    // Those of another function are others.
    world.create_published("g", "one");
    create(&world, "g", "live", "1").unwrap();
}

/// What a request alone tells is refused by validation.
fn what_routes_are_refused_for(world: World) {
    with_versions(&world);
    create(&world, "f", "live", "1").unwrap();
    let route = |request: UpdateAliasRequest| update(&world, request).unwrap_err().to_string();
    let same = "Invalid function version 1. Function version 1 is already included in routing configuration.";
    let to_itself =
        UpdateAliasRequest { routing_config: routing(Some(("1", 0.5))), ..update_request("f", "live") };
    assert_eq!(route(to_itself), same);
    update(
        &world,
        UpdateAliasRequest { routing_config: routing(Some(("2", 0.5))), ..update_request("f", "live") },
    )
    .unwrap();
    let to = |version: &str| UpdateAliasRequest {
        function_version: Some(version.into()),
        ..update_request("f", "live")
    };
    assert_eq!(route(to("2")), same.replace('1', "2"));
    assert_eq!(route(to("$LATEST")), "$LATEST is not supported for an alias pointing to more than 1 version");
    let swapped = UpdateAliasRequest { routing_config: routing(Some(("1", 0.5))), ..to("2") };
    assert_eq!(shown(&update(&world, swapped).unwrap()), ("2".into(), vec![("1".into(), 0.5)]));
}

fn deleting_what_is_not_there_is_no_complaint(world: World) {
    with_versions(&world);
    let before = world.dump(b"");
    delete(&world, "f", "live").unwrap();
    assert_eq!(world.dump(b""), before);
    create(&world, "f", "live", "1").unwrap();
    assert_ne!(world.dump(b""), before);
    delete(&world, "f", "live").unwrap();
    assert_eq!(world.dump(b""), before, "nothing is left of it");
    delete(&world, "f", "live").unwrap();
}

fn a_version_that_aliases_stand_for_stays(world: World) {
    with_versions(&world);
    for name in ["b", "a"] {
        create(&world, "f", name, "1").unwrap();
    }
    create_with(
        &world,
        CreateAliasRequest { routing_config: routing(Some(("1", 0.0))), ..create_request("f", "c", "2") },
    )
    .unwrap();
    let refusal = |number: &str| world.delete("f", Some(number)).unwrap_err().to_string();
    let text = |names: &str| {
        format!("Unable to delete version because the following aliases reference it: [{names}]")
    };
    assert_eq!(refusal("1"), text("a, b, c"));
    assert_eq!(refusal("2"), text("c"));
    let moved = |name: &str| UpdateAliasRequest {
        function_version: Some("2".into()),
        routing_config: routing(None),
        ..update_request("f", name)
    };
    for name in ["b", "c"] {
        update(&world, moved(name)).unwrap();
    }
    assert_eq!(refusal("1"), text("a"));
    delete(&world, "f", "a").unwrap();
    world.delete("f", Some("1")).unwrap();
    assert_eq!(refusal("2"), text("b, c"));
}

fn functions_are_read_by_alias(world: World) {
    with_versions(&world);
    create(&world, "f", "live", "1").unwrap();
    create(&world, "f", "next", "$LATEST").unwrap();
    let (live, one) = (world.get("f:live"), world.get("f:1"));
    assert_eq!(live.function_arn.to_string(), function_arn("f:live"));
    assert_eq!((live.version.to_string(), live.revision_id), ("1".into(), one.revision_id));
    assert_eq!(world.get("f:next").version.to_string(), "$LATEST");
    update(&world, UpdateAliasRequest { function_version: Some("2".into()), ..update_request("f", "live") })
        .unwrap();
    assert_eq!(world.get("f:live").revision_id, world.get("f:2").revision_id);
    delete(&world, "f", "live").unwrap();
    let text = world.detail("f:live").unwrap_err().to_string();
    assert_eq!(text, format!("Function not found: {}", function_arn("f:live")));
}

fn lists_page_by_page(world: World) {
    with_versions(&world);
    assert_eq!(list(&world, "f", None, None), []);
    let expected: Vec<_> = (0..53).map(|number| format!("a{number:02}")).collect();
    for name in expected.iter().rev() {
        create(&world, "f", name, "1").unwrap();
    }
    world.create_published("g", "one");
    create(&world, "g", "other", "1").unwrap();
    for max_items in [None, Some(1), Some(7), Some(53), Some(50)] {
        let limit = max_items.map(|max_items: i64| max_items.min(50));
        assert_eq!(names(&list(&world, "f", None, limit)), expected, "{max_items:?}");
    }
    let first = page(&world, "f", None, (Some(10_000), None)).unwrap();
    assert_eq!((first.aliases.len(), first.next_marker.is_some()), (50, true));
    assert_eq!(first.aliases[7], get(&world, "f", "a07").unwrap());
}

fn lists_of_one_version(world: World) {
    with_versions(&world);
    for number in 0..30 {
        create(&world, "f", &format!("one-{number:02}"), "1").unwrap();
        create(&world, "f", &format!("two-{number:02}"), "2").unwrap();
    }
    create(&world, "f", "latest", "$LATEST").unwrap();
    create_with(
        &world,
        CreateAliasRequest { routing_config: routing(Some(("1", 0.5))), ..create_request("f", "both", "2") },
    )
    .unwrap();
    for max_items in [None, Some(1), Some(4)] {
        let of = |version: &str| list(&world, "f", Some(version), max_items);
        let starts = |name: &str, start: &str| name.starts_with(start) || name == "both";
        for (version, start, count) in [("1", "one-", 31), ("2", "two-", 31)] {
            let found = of(version);
            assert_eq!(found.len(), count, "{version}, {max_items:?}");
            assert!(names(&found).is_sorted() && names(&found).iter().all(|name| starts(name, start)));
        }
        assert_eq!(names(&of("$LATEST")), ["latest"]);
        for version in ["3", "007", "99999999999999999999999"] {
            assert_eq!(of(version), [], "{version}");
        }
    }
    let moved = UpdateAliasRequest { function_version: Some("2".into()), ..update_request("f", "latest") };
    update(&world, moved).unwrap();
    assert_eq!(list(&world, "f", Some("$LATEST"), None), []);
    assert_eq!(list(&world, "f", Some("2"), None).len(), 32);
}

fn markers(world: World) {
    with_versions(&world);
    for name in ["a", "b", "c", "d"] {
        create(&world, "f", name, "1").unwrap();
    }
    let first = page(&world, "f", None, (Some(2), None)).unwrap();
    delete(&world, "f", "b").unwrap();
    delete(&world, "f", "c").unwrap();
    let rest = page(&world, "f", None, (Some(2), first.next_marker)).unwrap();
    assert_eq!((names(&rest.aliases), rest.next_marker), (vec!["d"], None));
    let foreign = page(&world, "f", None, (None, Some("of somebody else".into())));
    assert!(matches!(foreign, Err(ServiceError::InvalidParameterValue(_))));
}

fn aliases_go_with_their_function(world: World) {
    with_versions(&world);
    for number in 0..150 {
        create(&world, "f", &format!("a{number}"), ["1", "2"][number % 2]).unwrap();
    }
    world.delete("f", None).unwrap();
    world.create_published("f", "one");
    assert_eq!(list(&world, "f", None, None), [], "an earlier function of the name had them");
    assert!(get(&world, "f", "a1").is_err());
    world.settle();
    assert_eq!(world.dump(b"x/"), [].into());
    assert_eq!(world.dump(b"gone/"), [].into());
    // Also without versions.
    world.create("g", "one");
    create(&world, "g", "latest", "$LATEST").unwrap();
    world.delete("g", None).unwrap();
    world.settle();
    assert_eq!((world.dump(b"x/"), world.dump(b"gone/")), ([].into(), [].into()));
}

fn the_feed_tells_of_aliases(world: World) {
    use ResourceChange as Change;
    with_versions(&world);
    let created = create(&world, "f", "live", "1").unwrap();
    let updated = update(&world, update_request("f", "live")).unwrap();
    delete(&world, "f", "live").unwrap();
    delete(&world, "f", "live").unwrap();
    let (first, second) = (Some(*created.revision_id.as_bytes()), Some(*updated.revision_id.as_bytes()));
    let told = resource_feed(&world);
    assert!(
        told.iter().all(|event| event.resource == ResourceKind::Alias && event.arn == function_arn("f:live"))
    );
    let told: Vec<_> =
        told.into_iter().map(|event| (event.change, event.old_revision, event.new_revision)).collect();
    assert_eq!(
        told,
        [(Change::Created, None, first), (Change::Updated, first, second), (Change::Deleted, second, None)]
    );
}
