//! Whatever operations have made of a store goes out and into another one, and comes out the same again.
//!
//! Random operations on few names, so that functions are updated, published, deleted and half swept; then every entry is
//! written as JSON, read again and imported. Entries, references, quota and packages have to be the same.

use std::collections::BTreeMap;

use funclet_function_store::{ExportedEntry, ImportError, Importer, Transitions, exported_entries};
use funclet_storage::{Backend, BlobDigest, MemoryBackend, StagedBlob};
use funclet_testkit::SeededEntropy;
use proptest::prelude::*;

use crate::world::{Kind, NOON_MS, World, create_image_request, create_request, image, zip};
use crate::{aliases, policies};

#[derive(Debug, Clone)]
enum Step {
    Create(u8, u8),
    CreateImage(u8),
    Update(u8, u8),
    UpdatePublished(u8, u8),
    Publish(u8),
    Delete(u8),
    DeleteVersion(u8, u8),
    PublishLayer(u8, u8),
    DeleteLayer(u8, u8),
    UseLayer(u8, u8, u8),
    Reserve(u8, u8),
    Recursion(u8),
    CreateAlias(u8, u8, u8),
    MoveAlias(u8, u8, u8),
    DeleteAlias(u8, u8),
    AddPermission(u8, u8, u8),
    RemovePermission(u8, u8, u8),
    Provision(u8, u8, u8),
    CreateCodeSigning,
    AttachCodeSigning(u8, usize),
    DetachCodeSigning(u8),
    ShareLayer(u8, u8, u8),
    TagLayer(u8),
    /// Of the function, its version 1 or one of its aliases.
    Configure(u8, u8, u8),
    Map(u8, u8),
    Unmap,
    Settle,
}

fn step() -> impl Strategy<Value = Step> {
    let (name, content) = (0..3_u8, 0..4_u8);
    prop_oneof![
        3 => (name.clone(), content.clone()).prop_map(|(name, content)| Step::Create(name, content)),
        1 => name.clone().prop_map(Step::CreateImage),
        2 => (name.clone(), content.clone()).prop_map(|(name, content)| Step::Update(name, content)),
        3 => (name.clone(), content).prop_map(|(name, content)| Step::UpdatePublished(name, content)),
        2 => name.clone().prop_map(Step::Publish),
        2 => name.clone().prop_map(Step::Delete),
        1 => (name.clone(), 1..4_u8).prop_map(|(name, number)| Step::DeleteVersion(name, number)),
        2 => (name.clone(), 0..4_u8).prop_map(|(layer, content)| Step::PublishLayer(layer, content)),
        1 => (name.clone(), 1..4_u8).prop_map(|(layer, number)| Step::DeleteLayer(layer, number)),
        2 => (name.clone(), name.clone(), 1..4_u8).prop_map(|(name, layer, number)| Step::UseLayer(name, layer, number)),
        1 => name.clone().prop_map(Step::Recursion),
        1 => (name.clone(), 0..4_u8).prop_map(|(name, executions)| Step::Reserve(name, executions)),
        2 => (name.clone(), 0..2_u8, 0..4_u8)
            .prop_map(|(name, alias, number)| Step::CreateAlias(name, alias, number)),
        1 => (name.clone(), 0..2_u8, 1..4_u8)
            .prop_map(|(name, alias, number)| Step::MoveAlias(name, alias, number)),
        1 => (name.clone(), 0..2_u8).prop_map(|(name, alias)| Step::DeleteAlias(name, alias)),
        3 => (name.clone(), 0..4_u8, 0..3_u8)
            .prop_map(|(name, holder, sid)| Step::AddPermission(name, holder, sid)),
        1 => (name.clone(), 0..4_u8, 0..3_u8)
            .prop_map(|(name, holder, sid)| Step::RemovePermission(name, holder, sid)),
        3 => (name.clone(), 1..4_u8, 1..4_u8).prop_map(|(name, version, executions)| {
            Step::Provision(name, version, executions)
        }),
        1 => Just(Step::CreateCodeSigning),
        2 => (name.clone(), 0..3_usize).prop_map(|(name, config)| Step::AttachCodeSigning(name, config)),
        1 => (name.clone(), 0..4_u8).prop_map(|(name, executions)| Step::Reserve(name, executions)),
        2 => (name.clone(), name.clone(), 1..4_u8).prop_map(|(name, layer, number)| Step::UseLayer(name, layer, number)),
        1 => name.clone().prop_map(Step::DetachCodeSigning),
        2 => (name.clone(), 1..4_u8, 0..3_u8).prop_map(|(layer, number, sid)| Step::ShareLayer(layer, number, sid)),
        1 => name.clone().prop_map(Step::TagLayer),
        4 => (0..3_u8, 0..4_u8, 0..5_u8).prop_map(|(name, holder, kind)| Step::Configure(name, holder, kind)),
        2 => (name.clone(), name, 1..4_u8).prop_map(|(name, layer, number)| Step::UseLayer(name, layer, number)),
        2 => (0..3_u8, 0..2_u8).prop_map(|(name, queue)| Step::Map(name, queue)),
        1 => Just(Step::Unmap),
        1 => Just(Step::Settle),
    ]
}

fn name(number: u8) -> String {
    format!("f-{number}")
}

fn alias(number: u8) -> String {
    format!("a{number}")
}

/// What has a policy: the function, its version 1 or one of its aliases.
fn holder(function: u8, number: u8) -> String {
    match number {
        0 => name(function),
        1 => format!("{}:1", name(function)),
        alias_number => format!("{}:{}", name(function), alias(alias_number - 2)),
    }
}

fn content(number: u8) -> String {
    format!("content {number}").repeat(1 + usize::from(number))
}

/// Refusals are as good as anything: the state is what counts.
fn take(world: &World, step: &Step) {
    use funclet_validation::{
        AddLayerVersionPermissionRequest, AddPermissionRequest, DeleteFunctionCodeSigningConfigRequest,
        ListCodeSigningConfigsRequest, PublishVersionRequest, PutFunctionConcurrencyRequest,
        PutFunctionRecursionConfigRequest, TagResourceRequest, UpdateAliasRequest, UpdateFunctionCodeRequest,
    };
    let update = |number: &u8, publish: bool| UpdateFunctionCodeRequest {
        publish: Some(publish),
        ..crate::world::update_request(&name(*number))
    };
    match step {
        Step::Create(number, code) => {
            drop(world.create_with(create_request(&name(*number)), Ok(zip(&content(*code)))));
        }
        Step::CreateImage(number) => {
            drop(world.create_with(create_image_request(&name(*number)), Ok(image("repo:1", [9; 32]))));
        }
        Step::Update(number, code) => {
            drop(world.update_with(update(number, false), Ok(zip(&content(*code)))));
        }
        Step::UpdatePublished(number, code) => {
            drop(world.update_with(update(number, true), Ok(zip(&content(*code)))));
        }
        Step::Publish(number) => {
            let request = PublishVersionRequest {
                function_name: Some(name(*number)),
                ..PublishVersionRequest::default()
            };
            drop(world.publish_with(request));
        }
        Step::Delete(number) => drop(world.delete(&name(*number), None)),
        Step::DeleteVersion(number, version) => {
            drop(world.delete(&name(*number), Some(&version.to_string())));
        }
        Step::PublishLayer(layer, code) => {
            drop(crate::layers::publish(world, &name(*layer), &content(*code)));
        }
        Step::DeleteLayer(layer, number) => crate::layers::delete(world, &name(*layer), (*number).into()),
        Step::UseLayer(number, layer, version) => {
            let arn = format!("arn:aws:lambda:eu-central-1:111122223333:layer:{}:{version}", name(*layer));
            drop(crate::layers::use_layers(world, &name(*number), &[&arn]));
        }
        Step::Reserve(number, executions) => {
            let request = PutFunctionConcurrencyRequest {
                function_name: Some(name(*number)),
                reserved_concurrent_executions: Some((*executions).into()),
            };
            drop(world.run(request.validate(&world.caller).unwrap()));
        }
        Step::Recursion(number) => {
            let request = PutFunctionRecursionConfigRequest {
                function_name: Some(name(*number)),
                recursive_loop: Some("Allow".into()),
            };
            drop(world.run(request.validate(&world.caller).unwrap()));
        }
        Step::CreateAlias(number, of, version) => {
            let version = if *version == 0 { "$LATEST".to_owned() } else { version.to_string() };
            drop(aliases::create(world, &name(*number), &alias(*of), &version));
        }
        Step::MoveAlias(number, of, version) => {
            let request = UpdateAliasRequest {
                function_version: Some(version.to_string()),
                routing_config: aliases::routing(Some((&(version + 1).to_string(), 0.5))),
                ..aliases::update_request(&name(*number), &alias(*of))
            };
            drop(aliases::update(world, request));
        }
        Step::DeleteAlias(number, of) => drop(aliases::delete(world, &name(*number), &alias(*of))),
        Step::AddPermission(number, of, sid) => {
            let request = AddPermissionRequest {
                source_arn: Some("arn:aws:s3:::bucket".into()),
                ..policies::add_request(&holder(*number, *of), &format!("s{sid}"))
            };
            drop(policies::add_with(world, request));
        }
        Step::RemovePermission(number, of, sid) => {
            drop(policies::remove_with(world, &holder(*number, *of), &format!("s{sid}"), None));
        }
        Step::CreateCodeSigning => drop(crate::code_signing::create(world)),
        Step::AttachCodeSigning(number, config) => {
            let request = ListCodeSigningConfigsRequest::default().validate(&world.caller).unwrap();
            if let Some(config) = world.look(request).unwrap().code_signing_configs.get(*config) {
                drop(crate::code_signing::attach(
                    world,
                    &name(*number),
                    config.code_signing_config_arn.as_str(),
                ));
            }
        }
        Step::Provision(number, version, executions) => {
            let of = format!("{}:{version}", name(*number));
            drop(crate::provisioned_concurrency::put(world, &of, (*executions).into()));
        }
        Step::DetachCodeSigning(number) => {
            let request = DeleteFunctionCodeSigningConfigRequest { function_name: Some(name(*number)) };
            drop(world.run(request.validate(&world.caller).unwrap()));
        }
        Step::ShareLayer(layer, number, sid) => {
            let request = AddLayerVersionPermissionRequest {
                layer_name: Some(name(*layer)),
                version_number: Some((*number).into()),
                statement_id: Some(format!("s{sid}")),
                action: Some("lambda:GetLayerVersion".into()),
                principal: Some("*".into()),
                revision_id: None,
                organization_id: None,
            };
            drop(world.run(request.validate(&world.caller).unwrap()));
        }
        Step::TagLayer(layer) => {
            let resource = Some(format!("arn:aws:lambda:eu-central-1:111122223333:layer:{}", name(*layer)));
            let request = TagResourceRequest { resource, tags: Some([("a", "b")].into_iter().collect()) };
            drop(world.run(request.validate(&world.caller).unwrap()));
        }
        Step::Configure(number, of, setting) => configure(world, *number, *of, *setting),
        Step::Map(number, queue) => {
            let queue = format!("arn:aws:sqs:eu-central-1:111122223333:q{queue}");
            drop(crate::event_source_mappings::create(world, &name(*number), &queue));
        }
        Step::Unmap => {
            let found = crate::event_source_mappings::list(world, None, None, 50);
            if let Some(uuid) = found.first() {
                drop(crate::event_source_mappings::delete(world, uuid));
            }
        }
        Step::Settle => world.settle(),
    }
}

/// Gives a function, its version 1 or one of its aliases one of the settings that it can have beside its configuration.
fn configure(world: &World, number: u8, of: u8, setting: u8) {
    let holder = holder(number, of);
    match setting {
        // A version has no URL, and an alias no runtime.
        0 if of == 1 => drop(crate::function_scaling::put(world, &name(number), "1")),
        0 => drop(crate::function_urls::create(world, &holder)),
        1 => drop(crate::event_invoke_configs::put(world, &holder)),
        2 => drop(crate::runtime_management::put(world, &holder)),
        3 if of > 0 => drop(crate::provisioned_concurrency::put(world, &holder, 2)),
        _ => drop(crate::function_scaling::put(world, &name(number), "$LATEST.PUBLISHED")),
    }
}

pub(crate) fn lines(backend: &dyn Backend) -> Vec<String> {
    exported_entries(backend).map(|entry| serde_json::to_string(&entry.unwrap()).unwrap()).collect()
}

pub(crate) fn packages(backend: &dyn Backend) -> BTreeMap<BlobDigest, Vec<u8>> {
    let held = exported_entries(backend).flat_map(|entry| entry.unwrap().packages());
    held.map(|(digest, _)| {
        (digest, backend.blobs().open(&digest).unwrap().unwrap().read_whole().unwrap().to_vec())
    })
    .collect()
}

fn import(
    lines: &[String],
    packages: impl IntoIterator<Item = Vec<u8>>,
) -> Result<MemoryBackend, ImportError> {
    let backend = MemoryBackend::new();
    let ids = SeededEntropy::new(8);
    let mut importer = Importer::new(&backend, &ids, NOON_MS);
    for content in packages {
        let mut writer = importer.stage().unwrap();
        writer.push(&content).unwrap();
        importer.add_package(writer.finish().unwrap()).unwrap();
    }
    for (number, line) in lines.iter().enumerate() {
        importer.add(number as u64, serde_json::from_str(line).unwrap())?;
    }
    importer.finish()?;
    Ok(backend)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn a_store_goes_round(steps in prop::collection::vec(step(), 0..60), manual: bool) {
        let transitions = if manual { Transitions::Manual } else { Transitions::Immediate };
        let world = World::new(Kind::Memory).with(transitions);
        for step in &steps {
            take(&world, step);
        }
        crate::import::assert_agrees(&world);
        let (exported, packages) = (lines(&*world.backend), packages(&*world.backend));
        let imported = World::on_backend(std::sync::Arc::new(import(&exported, packages.into_values()).unwrap()));
        prop_assert_eq!(lines(&*imported.backend), exported);
        prop_assert_eq!(imported.references(), world.references());
        prop_assert_eq!(imported.code_bytes(), world.code_bytes());
        prop_assert_eq!(imported.reserved_concurrency(), world.reserved_concurrency());
        // What was left to do is done there as here.
        world.settle();
        imported.settle();
        prop_assert_eq!(lines(&*imported.backend).len(), lines(&*world.backend).len());
    }

    /// One line is left out, there twice, or changed somewhere: that is refused, or makes a store that agrees with itself.
    #[test]
    fn a_store_that_lost_something_on_the_way(
        steps in prop::collection::vec(step(), 20..80),
        manual in any::<bool>(),
        (line, change) in any::<(prop::sample::Index, prop::sample::Index)>(),
    ) {
        let transitions = if manual { Transitions::Manual } else { Transitions::Immediate };
        let world = World::new(Kind::Memory).with(transitions);
        for step in &steps {
            take(&world, step);
        }
        let (mut exported, packages) = (lines(&*world.backend), packages(&*world.backend));
        if !exported.is_empty() {
            let packages: Vec<_> = packages.into_values().collect();
            let line = line.index(exported.len());
            crate::import::change(&mut exported, line, change);
            crate::import::is_refused(&exported, &packages, "");
        }
    }
}

/// A store with one function and a version of it, and what is left of a deleted one: its lines and its package.
fn small() -> (Vec<String>, Vec<u8>) {
    let world = World::new(Kind::Memory);
    world.create_published("gone", "x");
    world.delete("gone", None).unwrap();
    world.create_published("f", "x");
    (lines(&*world.backend), b"x".to_vec())
}

#[test]
fn lines_are_for_people() {
    let (lines, _) = small();
    let values: Vec<serde_json::Value> =
        lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<_> = values.iter().map(|value| value["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["function", "gone", "version", "version"]);
    let function = &values[0];
    assert_eq!((&function["scope"], &function["key"]), (&"111122223333/eu-central-1".into(), &"f".into()));
    let latest = &function["value"]["latest"];
    assert_eq!(latest["code"]["Zip"]["sha256"], BlobDigest::of(b"x").to_string());
    assert_eq!(latest["revision_id"].as_str().unwrap().len(), 36);
    assert_eq!(values[2]["key"]["incarnation"], function["value"]["incarnation"]);
    assert_eq!(values[2]["key"]["number"], 1);
}

#[test]
fn lines_of_aliases_and_policies() {
    let world = World::new(Kind::Memory);
    world.create_published("f", "x");
    aliases::create(&world, "f", "live", "1").unwrap();
    policies::add(&world, "f", "s3").unwrap();
    policies::add(&world, "f:live", "s3").unwrap();
    let exported = lines(&*world.backend);
    let imported = World::on_backend(std::sync::Arc::new(import(&exported, [b"x".to_vec()]).unwrap()));
    assert_eq!(
        policies::get(&imported, "f:live").unwrap().policy,
        policies::get(&world, "f:live").unwrap().policy
    );
    assert_eq!(aliases::get(&imported, "f", "live").unwrap(), aliases::get(&world, "f", "live").unwrap());

    let place = |part: &str| exported.iter().position(|line| line.contains(part)).unwrap();
    let policy: serde_json::Value = serde_json::from_str(&exported[place("/policy/live")]).unwrap();
    assert_eq!(policy["value"]["resource"], "policy");
    assert_eq!(policy["value"]["statements"][0]["principal"]["Service"], "s3.amazonaws.com");
    let refused = |part: &str, from: &str, to: &str, complaint: &str| {
        let mut lines = exported.clone();
        let line = &mut lines[place(part)];
        assert!(line.contains(from), "{line}");
        *line = line.replace(from, to);
        refused(&lines, complaint);
    };
    refused("/policy/live", "\"sid\":\"s3\"", "\"sid\":\"no id\"", "a stored text is not valid");
    refused("/policy/live", "/policy/", "/alias/", "a value lies under a key that is not one of its kind");
    refused(
        "/alias/live",
        "\"function_version\":\"1\"",
        "\"function_version\":\"one\"",
        "a stored text is not valid",
    );
}

/// Takes the good lines, changes one, and expects the complaint about it.
#[track_caller]
fn refused(lines: &[String], complaint: &str) {
    let error = import(lines, [b"x".to_vec()]).err().expect("a refusal");
    assert!(error.to_string().contains(complaint), "{error}");
    assert!(error.to_string().starts_with("line "), "{error}");
}

#[test]
fn lines_that_do_not_fit() {
    let (lines, package) = small();
    import(&lines, [package]).unwrap();
    let without_packages = import(&lines, []).err().unwrap().to_string();
    assert!(without_packages.starts_with("line 0: the package "), "{without_packages}");

    let change = |line: usize, from: &str, to: &str| {
        let mut lines = lines.clone();
        assert!(lines[line].contains(from), "{}", lines[line]);
        lines[line] = lines[line].replace(from, to);
        lines
    };
    let same = "line 4: a line before this one has a function of the same incarnation";
    refused(&[&lines[..], &lines[..1]].concat(), same);
    refused(&[&lines[..3], &lines[2..3]].concat(), "line 3: the same entry");
    refused(&lines[2..], "the function that this belongs to is in no line before this one");
    refused(&change(2, "\"number\":1", "\"number\":9"), "the function that this belongs to");
    refused(&change(0, "arn:aws:iam", "arn:nobody"), "a stored text is not valid");
    refused(&change(0, "\"size\":1", "\"size\":2"), "has 1 bytes, not 2");
    refused(&change(0, "\"key\":\"f\"", "\"key\":\"no name\""), "a stored text is not valid");
    refused(&change(0, "111122223333/eu-central-1", "somewhere"), "somewhere");
    refused(&change(0, "111122223333/eu-central-1", "_store"), "belongs to each store alone");
    let long = format!("\"description\":\"{}\"", "x".repeat(70_000));
    refused(&change(0, "\"description\":\"\"", &long), "a value has at most");
    for (from, to) in [("\"kind\":\"function\"", "\"kind\":\"other\""), ("\"value\"", "\"valeu\"")] {
        assert!(serde_json::from_str::<ExportedEntry>(&change(0, from, to)[0]).is_err());
    }
}

/// Kinds of a later version pass through, but not as a way around the rules.
#[test]
fn bytes_of_unknown_kinds_go_round() {
    let raw = |key: &str, kind: u8| {
        format!(
            r#"{{"scope":"any","kind":"raw","key":"{key}","value":{{"kind":{kind},"codec":7,"payload":"AAEC"}}}}"#
        )
    };
    let line = [raw("YS9i", 99)];
    assert_eq!(lines(&import(&line, []).unwrap()), line);
    // A function; a kind of storage's own; a counter; a count of references.
    for (key, kind) in [("YS9i", 16), ("YS9i", 2), ("Yy9jb2RlLWJ5dGVz", 99), ("Yi94", 99)] {
        refused(&[raw(key, kind)], "line 0: ");
    }
}

#[test]
fn staged_packages_are_kept_until_they_are_held() {
    let backend = MemoryBackend::new();
    let ids = SeededEntropy::new(8);
    let mut importer = Importer::new(&backend, &ids, NOON_MS);
    importer.add_package(StagedBlob::from(bytes::Bytes::from_static(b"x"))).unwrap();
    let (lines, _) = small();
    for line in &lines {
        importer.add(1, serde_json::from_str(line).unwrap()).unwrap();
    }
    importer.finish().unwrap();
    assert_eq!(packages(&backend).len(), 1);
    assert_eq!(backend.time_ms_max(), NOON_MS);
}
