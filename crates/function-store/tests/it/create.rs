//! CreateFunction: what it is refused for, in its order, and what it answers.

use funclet_function_store::{CodeLocation, ServiceError};
use funclet_validation::{CreateFunctionRequest, StringMap};

use crate::world::{World, create_image_request, create_request, digest, image, zip};

on_every_backend!(
    refusals_come_in_their_order,
    a_refused_creation_changes_nothing,
    a_function_has_what_was_asked_for,
    a_function_of_an_image,
    the_largest_configuration_can_be_created_published_and_settled,
    a_configuration_that_is_too_large_to_store_is_refused,
);

fn bad_code() -> ServiceError {
    ServiceError::InvalidParameterValue("Uploaded file must be a non-empty zip".into())
}

/// Each cause with all that come after it: the earlier one is told.
fn refusals_come_in_their_order(world: World) {
    let config = "arn:aws:lambda:eu-central-1:111122223333:code-signing-config:csc-0123456789abcdef0";
    let layer = "arn:aws:lambda:eu-central-1:111122223333:layer:l:1";
    let all = |name| CreateFunctionRequest {
        code_signing_config_arn: Some(config.into()),
        layers: Some(vec![layer.into()]),
        ..create_request(name)
    };
    let told = |request, fetched| world.create_with(request, fetched).unwrap_err().to_string();
    world.create("taken", "one");
    assert_eq!(told(all("taken"), Err(bad_code())), "Function already exist: taken");
    let unknown_config = format!(
        "The code signing configuration cannot be found. Check that the provided configuration is not deleted: \
         {config}."
    );
    assert_eq!(told(all("f"), Err(bad_code())), unknown_config);
    let layers = CreateFunctionRequest { code_signing_config_arn: None, ..all("f") };
    assert_eq!(told(layers, Err(bad_code())), format!("Layer version {layer} does not exist."));
    assert_eq!(told(create_request("f"), Err(bad_code())), bad_code().to_string());
}

fn a_refused_creation_changes_nothing(world: World) {
    world.create("taken", "one");
    let before = world.dump(b"");
    world.create_with(create_request("taken"), Ok(zip("two"))).unwrap_err();
    world.create_with(create_request("f"), Err(bad_code())).unwrap_err();
    assert_eq!(world.dump(b""), before);
}

fn a_function_has_what_was_asked_for(world: World) {
    let tags: StringMap = [("team", "blue"), ("stage", "test")].into_iter().collect();
    let request = CreateFunctionRequest {
        description: Some("what it does".into()),
        timeout: Some(30),
        memory_size: Some(512),
        architectures: Some(vec!["arm64".into()]),
        tags: Some(tags.clone()),
        environment: Some(funclet_validation::Environment {
            variables: Some([("BB", "1"), ("AA", "2")].into_iter().collect()),
        }),
        ..create_request("f")
    };
    let created = world.create_with(request, Ok(zip("one"))).unwrap();
    let detail = world.detail("f").unwrap();
    let configuration = &detail.configuration;
    assert_eq!((configuration.timeout, configuration.memory_size), (30, 512));
    assert_eq!(configuration.description, "what it does");
    assert_eq!(configuration.architecture.to_string(), "arm64");
    let variables = configuration.environment.clone().unwrap();
    assert_eq!(
        variables.iter().collect::<Vec<_>>(),
        [("BB", "1"), ("AA", "2")],
        "in the order of the request"
    );
    assert_eq!((&detail.tags, detail.reserved_concurrent_executions), (&tags, None));
    let package = CodeLocation::Package { digest: digest("one"), size: 3, source_kms_key_arn: None };
    assert_eq!(detail.code, package);
    assert_eq!((configuration.code_size, configuration.code_sha256), (3, created.code_sha256));
    assert_eq!(world.backend.blobs().open(&digest("one")).unwrap().unwrap().read_whole().unwrap(), "one");
}

fn a_function_of_an_image(world: World) {
    let created = world.create_with(create_image_request("f"), Ok(image("repo:1", [0xab; 32]))).unwrap();
    assert_eq!((created.code_size, created.code_sha256.to_string()), (0, "ab".repeat(32)));
    assert_eq!((created.runtime, created.runtime_version_arn, created.handler), (None, None, None));
    let expected = CodeLocation::Image {
        image_uri: "repo:1".into(),
        resolved_image_uri: format!("repo:1@sha256:{}", "ab".repeat(32)),
    };
    assert_eq!(world.detail("f").unwrap().code, expected);
    assert_eq!((world.references().len(), world.code_bytes()), (0, 0), "images are kept elsewhere");
}

/// Everything as long as it may be fits the bounds of a transaction, with its version beside it.
fn the_largest_configuration_can_be_created_published_and_settled(world: World) {
    let long = |length: usize| "x".repeat(length);
    let tags: StringMap = (0..50).map(|n| (format!("{n:03}{}", long(125)), long(256))).collect();
    let request = || CreateFunctionRequest {
        description: Some(long(256)),
        tags: Some(tags.clone()),
        environment: Some(funclet_validation::Environment {
            variables: Some([("VV", long(4096 - 9))].into_iter().collect()),
        }),
        vpc_config: Some(funclet_validation::VpcConfig {
            subnet_ids: Some((0..16).map(|n| format!("subnet-{n:08x}")).collect()),
            security_group_ids: Some((0..5).map(|n| format!("sg-{n:08x}")).collect()),
            ..Default::default()
        }),
        image_config: Some(funclet_validation::ImageConfig {
            entry_point: Some(vec![long(8); 1500]),
            ..Default::default()
        }),
        publish: Some(true),
        ..create_request(&long(64))
    };
    world.create_with(request(), Ok(zip("one"))).unwrap();
    for number in 2..=30 {
        world.update_published(&long(64), &format!("code {number}"));
    }
    world.settle();
    assert_eq!(world.get(&format!("{}:30", long(64))).version.to_string(), "30");
    world.delete(&long(64), None).unwrap();
    world.settle();
    assert_eq!(world.references().len(), 0);
}

/// The service bounds the number of an image's words, not their lengths.
fn a_configuration_that_is_too_large_to_store_is_refused(world: World) {
    let words = Some(vec!["x".repeat(100); 1500]);
    let image_config = Some(funclet_validation::ImageConfig { command: words, ..Default::default() });
    let request = CreateFunctionRequest { image_config, ..create_request("f") };
    let refused = world.create_with(request, Ok(zip("one"))).unwrap_err();
    assert_eq!(refused.to_string(), "The configuration of the function takes more than 65536 bytes.");
    assert_eq!(world.dump(b"").len(), 0);
}
