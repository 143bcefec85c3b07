//! Layers: their versions and numbers, what functions keep of them, and what they count.

use funclet_function_store::{
    FindLayerVersion, ForeignLayer, GetLayer, LayerPackage, LayerVersion, NewCode, PublishLayer,
    ServiceError, UpdateConfiguration,
};
use funclet_storage::BlobDigest;
use funclet_validation::{
    AddLayerVersionPermissionRequest, CreateFunctionRequest, DeleteLayerVersionRequest,
    GetLayerVersionPolicyRequest, GetLayerVersionRequest, LayerVersionContentInput, LayerVersionReference,
    ListLayerVersionsRequest, ListLayersRequest, ListTagsRequest, PublishLayerVersionRequest,
    RemoveLayerVersionPermissionRequest, TagResourceRequest, UntagResourceRequest, UpdateFunctionCodeRequest,
    UpdateFunctionConfigurationRequest,
};

use crate::world::{Kind, World, create_request, update_request, zip};

fn publish_request(name: &str) -> PublishLayerVersionRequest<()> {
    PublishLayerVersionRequest {
        layer_name: Some(name.into()),
        content: Some(LayerVersionContentInput { zip_file: Some(()), ..Default::default() }),
        ..Default::default()
    }
}

fn publish_with(world: &World, request: PublishLayerVersionRequest<()>, code: NewCode) -> LayerVersion {
    let request = request.validate(&world.caller).unwrap();
    world.run(PublishLayer { request, fetched: Ok(code) }).unwrap()
}

pub(crate) fn publish(world: &World, name: &str, content: &str) -> LayerVersion {
    publish_with(world, publish_request(name), zip(content))
}

pub(crate) fn delete(world: &World, name: &str, version: i64) {
    let request = DeleteLayerVersionRequest { layer_name: Some(name.into()), version_number: Some(version) };
    world.run(request.validate(&world.caller).unwrap()).unwrap();
}

fn get(world: &World, name: &str, version: i64) -> Result<LayerVersion, ServiceError> {
    let request = GetLayerVersionRequest { layer_name: Some(name.into()), version_number: Some(version) };
    let version = request.validate(&world.caller).unwrap().version;
    world.look(GetLayer(FindLayerVersion { version, asked_by: world.caller.account.clone() }))
}

fn versions(world: &World, request: ListLayerVersionsRequest) -> (Vec<u64>, Option<String>) {
    let page = world.look(request.validate(&world.caller).unwrap()).unwrap();
    (page.layer_versions.iter().map(|version| version.version).collect(), page.next_marker)
}

fn of_layer(name: &str) -> ListLayerVersionsRequest {
    ListLayerVersionsRequest { layer_name: Some(name.into()), ..Default::default() }
}

fn layers(world: &World, request: ListLayersRequest) -> (Vec<(String, u64)>, Option<String>) {
    let page = world.look(request.validate(&world.caller).unwrap()).unwrap();
    let entry = |layer: &funclet_function_store::LayerSummary| {
        (layer.layer_name.to_string(), layer.latest_matching_version.version)
    };
    (page.layers.iter().map(entry).collect(), page.next_marker)
}

pub(crate) fn use_layers(world: &World, name: &str, arns: &[&str]) -> Result<Vec<String>, ServiceError> {
    let request = UpdateFunctionConfigurationRequest {
        function_name: Some(name.into()),
        layers: Some(arns.iter().map(|arn| (*arn).to_owned()).collect()),
        ..Default::default()
    };
    let configured = world.configure_with(request)?;
    Ok(configured.layers.into_iter().map(|layer| layer.arn).collect())
}

fn references(world: &World, content: &str) -> u64 {
    world.references().get(&BlobDigest::of(content.as_bytes())).copied().unwrap_or(0)
}

#[test]
fn numbers_go_on_whatever_was_deleted() {
    let world = World::new(Kind::Memory);
    let first = publish(&world, "tools", "one");
    assert_eq!(first.layer_arn, "arn:aws:lambda:eu-central-1:111122223333:layer:tools");
    assert_eq!(first.summary.layer_version_arn, format!("{}:1", first.layer_arn));
    assert_eq!(publish(&world, "tools", "one").summary.version, 2);
    assert_eq!(get(&world, "tools", 1).unwrap(), first);
    delete(&world, "tools", 1);
    delete(&world, "tools", 2);
    delete(&world, "tools", 2);
    delete(&world, "other", 7);
    assert_eq!(get(&world, "tools", 1), Err(ServiceError::ResourceNotFound));
    assert_eq!((versions(&world, of_layer("tools")), layers(&world, Default::default())), Default::default());
    assert_eq!(publish(&world, "tools", "two").summary.version, 3);
}

#[test]
fn versions_are_listed_from_the_newest_and_layers_by_name() {
    let world = World::new(Kind::Local);
    for (name, runtimes, architectures) in [
        ("b", vec!["python3.13"], vec!["arm64"]),
        ("a", vec!["nodejs22.x"], vec!["arm64", "x86_64"]),
        ("a", vec!["python3.13"], vec!["arm64"]),
        ("a", vec![], vec![]),
    ] {
        let texts = |list: Vec<&str>| Some(list.into_iter().map(str::to_owned).collect());
        let request = PublishLayerVersionRequest {
            compatible_runtimes: texts(runtimes),
            compatible_architectures: texts(architectures),
            ..publish_request(name)
        };
        publish_with(&world, request, zip(name));
    }
    assert_eq!(versions(&world, of_layer("a")), (vec![3, 2, 1], None));
    let (first, marker) = versions(&world, ListLayerVersionsRequest { max_items: Some(1), ..of_layer("a") });
    assert_eq!(first, [3]);
    publish(&world, "a", "newer");
    assert_eq!(versions(&world, ListLayerVersionsRequest { marker, ..of_layer("a") }), (vec![2, 1], None));
    let python = || Some("python3.13".to_owned());
    let of_python = ListLayerVersionsRequest { compatible_runtime: python(), ..of_layer("a") };
    assert_eq!(versions(&world, of_python).0, [2]);

    let all = [("a".to_owned(), 4), ("b".to_owned(), 1)];
    assert_eq!(layers(&world, Default::default()), (all.to_vec(), None));
    let (first, marker) = layers(&world, ListLayersRequest { max_items: Some(1), ..Default::default() });
    assert_eq!(first, all[..1]);
    assert_eq!(layers(&world, ListLayersRequest { marker, ..Default::default() }), (all[1..].to_vec(), None));
    let filtered = ListLayersRequest { compatible_runtime: python(), ..Default::default() };
    assert_eq!(layers(&world, filtered).0, [("a".to_owned(), 2), ("b".to_owned(), 1)]);
    let x86 = Some("x86_64".to_owned());
    let filtered = ListLayersRequest { compatible_architecture: x86, ..Default::default() };
    assert_eq!(layers(&world, filtered).0, [("a".to_owned(), 1)]);
}

/// A page that a filter leaves empty says where to go on.
#[test]
fn a_filter_that_admits_little_ends_in_the_end() {
    let world = World::new(Kind::Memory);
    (0..1_200).for_each(|number| drop(publish(&world, "l", &format!("{number}"))));
    let python = PublishLayerVersionRequest {
        compatible_runtimes: Some(vec!["python3.13".into()]),
        ..publish_request("l")
    };
    publish_with(&world, python, zip("python"));
    (0..1_200).for_each(|number| drop(publish(&world, "l", &format!("{number}"))));
    let (mut found, mut marker, mut pages) = (Vec::new(), None, 0);
    loop {
        let compatible_runtime = Some("python3.13".to_owned());
        let (page, next) =
            versions(&world, ListLayerVersionsRequest { compatible_runtime, marker, ..of_layer("l") });
        found.extend(page);
        pages += 1;
        marker = next;
        if marker.is_none() {
            break;
        }
    }
    assert_eq!(found, [1_201]);
    assert!((2..10).contains(&pages), "{pages} pages");
}

/// Layers with more versions than one page looks at, or than 1 MiB holds, of which a filter admits the oldest alone.
#[test]
fn a_filter_finds_the_oldest_version_of_every_layer() {
    let world = World::new(Kind::Local);
    for name in ["a", "b", "c"] {
        let python = PublishLayerVersionRequest {
            compatible_runtimes: Some(vec!["python3.13".into()]),
            ..publish_request(name)
        };
        publish_with(&world, python, zip(name));
        for number in 0..if name == "b" { 1_200 } else { 20 } {
            let long = PublishLayerVersionRequest {
                license_info: Some("x".repeat(512)),
                description: Some("y".repeat(256)),
                compatible_runtimes: Some(vec!["nodejs22.x".into(); 15]),
                ..publish_request(name)
            };
            publish_with(&world, long, zip(&format!("{name}{number}")));
        }
    }
    let (mut found, mut marker, mut pages) = (Vec::new(), None, 0);
    loop {
        let compatible_runtime = Some("python3.13".to_owned());
        let (page, next) =
            layers(&world, ListLayersRequest { compatible_runtime, marker, ..Default::default() });
        found.extend(page);
        pages += 1;
        marker = next.filter(|_| pages < 10);
        if marker.is_none() {
            break;
        }
    }
    assert_eq!(found, ["a", "b", "c"].map(|name| (name.to_owned(), 1)));
    assert_eq!(pages, 2);
    let (all, end) = layers(&world, Default::default());
    assert_eq!((all, end), (vec![("a".into(), 21), ("b".into(), 1_201), ("c".into(), 21)], None));
}

#[test]
fn layers_count_against_the_quota_and_functions_that_use_them_do_not() {
    let world = World::new(Kind::Local).with_quota(20);
    let arn = publish(&world, "l", "0123456789").summary.layer_version_arn;
    world.create("f", "01234");
    use_layers(&world, "f", &[&arn]).unwrap();
    assert_eq!(world.code_bytes(), 15);
    let request = publish_request("l").validate(&world.caller).unwrap();
    let refused = world.run(PublishLayer { request, fetched: Ok(zip("0123456789")) });
    assert_eq!(refused, Err(ServiceError::CodeStorageExceeded));
    delete(&world, "l", 1);
    assert_eq!(world.code_bytes(), 5);
    assert_eq!(get(&world, "l", 2), Err(ServiceError::ResourceNotFound), "nothing of it was done");
}

/// Each version of a function holds the layers for itself, until it goes.
#[test]
fn functions_keep_the_layers_that_they_use() {
    for kind in [Kind::Memory, Kind::Local, Kind::Remote] {
        let world = World::new(kind);
        let [a, b] = ["a", "b"].map(|name| publish(&world, name, name).summary.layer_version_arn);
        world.create("f", "code");
        assert_eq!(use_layers(&world, "f", &[&a, &b]).unwrap(), [a.clone(), b.clone()]);
        world.publish("f");
        world.update_published("f", "newer");
        assert_eq!((references(&world, "a"), references(&world, "b")), (4, 4));
        assert_eq!(use_layers(&world, "f", &[&b]).unwrap(), std::slice::from_ref(&b));
        assert_eq!((references(&world, "a"), references(&world, "b")), (3, 4));
        delete(&world, "a", 1);
        delete(&world, "b", 1);
        let shown =
            |name: &str| world.get(name).layers.into_iter().map(|layer| layer.arn).collect::<Vec<_>>();
        assert_eq!((shown("f:1"), shown("f")), (vec![a.clone(), b.clone()], vec![b.clone()]));
        let unknown = use_layers(&world, "f", &[&a]);
        assert_eq!(unknown, Err(ServiceError::LayerNotFound { arn: a.clone() }));
        world.delete("f", Some("2")).unwrap();
        assert_eq!((references(&world, "a"), references(&world, "b")), (1, 2));
        world.delete("f", None).unwrap();
        world.settle();
        assert_eq!(world.references().len(), 0, "{kind:?}");
        assert_eq!(world.code_bytes(), 0);
    }
}

#[test]
fn many_versions_with_many_layers_are_swept_away_in_steps() {
    let world = World::new(Kind::Local);
    let arns: Vec<_> = (0..5)
        .map(|n| publish(&world, &format!("l{n}"), &format!("l{n}")).summary.layer_version_arn)
        .collect();
    world.create("f", "code");
    use_layers(&world, "f", &arns.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
    (0..40).for_each(|number| drop(world.update_published("f", &format!("{number}"))));
    assert_eq!(references(&world, "l4"), 42);
    world.delete("f", None).unwrap();
    world.settle();
    assert_eq!(references(&world, "l4"), 1, "the layer's own");
    assert_eq!(world.references().len(), 5);
}

/// An archive that takes so much unzipped, in bytes.
fn large(content: &str, unzipped: u64) -> NewCode {
    let NewCode::Zip { digest, size, entry_count, inline, inspection, .. } = zip(content) else {
        unreachable!()
    };
    NewCode::Zip { digest, size, unzipped_size: unzipped, entry_count, inline, inspection }
}

#[test]
fn code_and_layers_together_have_a_limit() {
    let told = |refused: Result<Vec<String>, ServiceError>| refused.unwrap_err().to_string();
    let world = World::new(Kind::Memory);
    let [half, more] = [("half", 131_072_000), ("more", 131_072_001)].map(|(name, unzipped)| {
        publish_with(&world, publish_request(name), large(name, unzipped)).summary.layer_version_arn
    });
    world.create_with(create_request("f"), Ok(large("code", 131_071_999))).unwrap();
    use_layers(&world, "f", &[&half]).unwrap();
    assert_eq!(
        told(use_layers(&world, "f", &[&more])),
        "Function code combined with layers exceeds the maximum allowed size of 262144000 bytes. The actual size is \
         262144000 bytes."
    );
    assert_eq!(
        told(use_layers(&world, "f", &[&half, &more])),
        "Layers consume more than the available size of 262144000 bytes"
    );
    let refused = world.update_with(update_request("f"), Ok(large("larger", 131_072_000)));
    assert_eq!(refused.unwrap_err().to_string(), "Unzipped size must be smaller than 131072000 bytes");
    let dry_run = UpdateFunctionCodeRequest { dry_run: Some(true), ..update_request("f") };
    assert!(world.update_with(dry_run, Ok(large("larger", 131_072_000))).is_err());
    world.update_with(update_request("f"), Ok(large("fits", 131_071_999))).unwrap();
    let request = CreateFunctionRequest { layers: Some(vec![more]), ..create_request("g") };
    assert!(world.create_with(request, Ok(large("code", 131_071_999))).is_err());
}

#[test]
fn a_layer_of_another_account_is_what_was_found_there() {
    let world = World::new(Kind::Local);
    world.create("f", "code");
    let arn = "arn:aws:lambda:eu-central-1:444455556666:layer:shared:1";
    let request = || {
        let request = UpdateFunctionConfigurationRequest {
            function_name: Some("f".into()),
            layers: Some(vec![arn.into()]),
            ..Default::default()
        };
        request.validate(&world.caller).unwrap()
    };
    let not_looked_up = world.run(UpdateConfiguration::from(request()));
    assert_eq!(not_looked_up, Err(ServiceError::LayerNotFound { arn: arn.into() }));
    let NewCode::Zip { digest, size, unzipped_size, inline, .. } = zip("shared") else { unreachable!() };
    let package = LayerPackage { digest, size, unzipped_size, inline };
    let foreign = |found| vec![ForeignLayer { arn: arn.parse().unwrap(), found }];
    let refusal = ServiceError::LayerAccessDenied { user: "u".into(), arn: arn.into() };
    let refused = UpdateConfiguration { request: request(), foreign_layers: foreign(Err(refusal.clone())) };
    assert_eq!(world.run(refused), Err(refusal));
    let granted = UpdateConfiguration { request: request(), foreign_layers: foreign(Ok(package)) };
    let layers = world.run(granted).unwrap().layers;
    assert_eq!((layers[0].arn.as_str(), layers[0].code_size), (arn, 6));
    assert_eq!((references(&world, "shared"), world.code_bytes()), (1, 4));
    use_layers(&world, "f", &[]).unwrap();
    assert_eq!(references(&world, "shared"), 0);
}

/// Nobody else may know whether there is a layer.
#[test]
fn layers_are_for_the_account_that_they_belong_to() {
    let world = World::new(Kind::Memory);
    let arn = publish(&world, "l", "l").summary.layer_version_arn;
    for arn in [arn.clone(), format!("{}9", arn)] {
        let version = LayerVersionReference::of_arn(&arn.parse().unwrap()).unwrap();
        let asked_by = "444455556666".parse().unwrap();
        let refused = world.look(FindLayerVersion { version, asked_by }).unwrap_err();
        assert_eq!(
            refused.to_string(),
            format!(
                "User: arn:aws:iam::444455556666:root is not authorized to perform: lambda:GetLayerVersion on resource: \
                 {arn} because no resource-based policy allows the lambda:GetLayerVersion action"
            )
        );
    }
}

#[test]
fn a_layer_has_tags_as_long_as_it_is_known() {
    let world = World::new(Kind::Memory);
    let resource = || Some("arn:aws:lambda:eu-central-1:111122223333:layer:l".to_owned());
    let list = || {
        let found = world.look(ListTagsRequest { resource: resource() }.validate(&world.caller).unwrap())?;
        Ok(found.tags.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>())
    };
    let tag = |tags: &[(&str, &str)]| {
        let tags = Some(tags.iter().copied().collect());
        world.run(TagResourceRequest { resource: resource(), tags }.validate(&world.caller).unwrap())
    };
    assert_eq!(
        (list(), tag(&[("a", "1")])),
        (Err(ServiceError::ResourceNotFound), Err(ServiceError::ResourceNotFound))
    );
    publish(&world, "l", "l");
    tag(&[("a", "1"), ("b", "2")]).unwrap();
    tag(&[("a", "3")]).unwrap();
    publish(&world, "l", "m");
    assert_eq!(list().unwrap(), ["a=3", "b=2"]);
    let untag = UntagResourceRequest { resource: resource(), tag_keys: Some(vec!["a".into(), "x".into()]) };
    world.run(untag.validate(&world.caller).unwrap()).unwrap();
    assert_eq!(list().unwrap(), ["b=2"]);
    let many: Vec<_> = (0..50).map(|n| n.to_string()).collect();
    let refused = tag(&many.iter().map(|key| (key.as_str(), "")).collect::<Vec<_>>());
    assert_eq!(refused.unwrap_err().to_string(), "Number of tags exceeds resource tag limit.");
}

/// The texts are recorded from AWS.
#[test]
fn a_policy_lets_others_use_a_layer() {
    let world = World::new(Kind::Memory);
    let arn = publish(&world, "l", "l").summary.layer_version_arn;
    let add = |sid: &str, principal: &str, version, revision_id: Option<&str>| {
        let request = AddLayerVersionPermissionRequest {
            layer_name: Some("l".into()),
            version_number: Some(version),
            statement_id: Some(sid.into()),
            action: Some("lambda:GetLayerVersion".into()),
            principal: Some(principal.into()),
            revision_id: revision_id.map(Into::into),
            organization_id: None,
        };
        world.run(request.validate(&world.caller).unwrap())
    };
    let policy = |version| {
        let request =
            GetLayerVersionPolicyRequest { layer_name: Some("l".into()), version_number: Some(version) };
        world.look(request.validate(&world.caller).unwrap())
    };
    let remove = |sid: &str, version, revision_id: Option<&str>| {
        let request = RemoveLayerVersionPermissionRequest {
            layer_name: Some("l".into()),
            version_number: Some(version),
            statement_id: Some(sid.into()),
            revision_id: revision_id.map(Into::into),
        };
        world.run(request.validate(&world.caller).unwrap())
    };
    let may_read = |account: &str| {
        let version = LayerVersionReference::of_arn(&arn.parse().unwrap()).unwrap();
        world.look(FindLayerVersion { version, asked_by: account.parse().unwrap() }).is_ok()
    };
    let told = |refused: Result<(), ServiceError>| refused.unwrap_err().to_string();

    assert_eq!(told(policy(1).map(drop)), "No policy is associated with the given resource.");
    assert_eq!(told(remove("a", 1, None)), "No policy is associated with the given resource.");
    let unknown = format!("Layer version {arn}0 does not exist.");
    assert_eq!(told(add("a", "*", 10, None).map(drop)), unknown);
    assert_eq!((told(policy(10).map(drop)), told(remove("a", 10, None))), (unknown.clone(), unknown));

    let added = add("a", "444455556666", 1, None).unwrap();
    assert_eq!(
        added.statement,
        format!(
            r#"{{"Sid":"a","Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::444455556666:root"}},"Action":"lambda:GetLayerVersion","Resource":"{arn}"}}"#
        )
    );
    let shown = policy(1).unwrap();
    assert_eq!(shown.revision_id, added.revision_id);
    assert_eq!(
        shown.policy,
        format!(r#"{{"Version":"2012-10-17","Id":"default","Statement":[{}]}}"#, added.statement)
    );
    assert_eq!((may_read("444455556666"), may_read("777788889999")), (true, false));
    assert_eq!(
        told(add("a", "*", 1, None).map(drop)),
        "The statement id (a) provided already exists. Please provide a new statement id, or remove the existing \
         statement."
    );
    let stale = "The Revision Id provided does not match the latest Revision Id. Call the GetLayerPolicy API to \
                 retrieve the latest Revision Id";
    let revision = added.revision_id.to_string();
    assert_eq!(told(add("b", "*", 1, Some("wrong")).map(drop)), stale);
    let second = add("b", "*", 1, Some(&revision)).unwrap();
    assert!(may_read("777788889999"));
    assert_eq!(told(remove("b", 1, Some(&revision))), stale);
    assert_eq!(told(remove("c", 1, None)), "Statement c is not found in resource policy.");
    remove("b", 1, Some(&second.revision_id.to_string())).unwrap();
    assert_eq!((may_read("444455556666"), may_read("777788889999")), (true, false));
    delete(&world, "l", 1);
    assert_eq!(world.dump(b"layer-policy/").len(), 0, "it goes with the version");
}
