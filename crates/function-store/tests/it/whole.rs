//! A store that has at least one of every kind, and every question that can be asked about a store.

use std::fmt::Debug;

use funclet_function_store::{
    Chance, FindInvocable, FindLayerVersion, GetLayer, PublishLayer, Query, ServiceError,
};
use funclet_validation::{
    AddLayerVersionPermissionRequest, AddPermissionRequest, AllowedPublishers, Cors,
    CreateCodeSigningConfigRequest, CreateEventSourceMappingRequest, CreateFunctionRequest,
    CreateFunctionUrlConfigRequest, DeadLetterConfig, DestinationConfig, Environment, FunctionReference,
    GetAccountSettingsRequest, GetAliasRequest, GetCodeSigningConfigRequest, GetEventSourceMappingRequest,
    GetFunctionCodeSigningConfigRequest, GetFunctionConcurrencyRequest, GetFunctionEventInvokeConfigRequest,
    GetFunctionRecursionConfigRequest, GetFunctionRequest, GetFunctionScalingConfigRequest,
    GetFunctionUrlConfigRequest, GetLayerVersionPolicyRequest, GetLayerVersionRequest, GetPolicyRequest,
    GetProvisionedConcurrencyConfigRequest, GetRuntimeManagementConfigRequest, LayerVersionContentInput,
    ListAliasesRequest, ListCodeSigningConfigsRequest, ListEventSourceMappingsRequest,
    ListFunctionEventInvokeConfigsRequest, ListFunctionUrlConfigsRequest,
    ListFunctionsByCodeSigningConfigRequest, ListFunctionsRequest, ListLayerVersionsRequest,
    ListLayersRequest, ListProvisionedConcurrencyConfigsRequest, ListTagsRequest,
    ListVersionsByFunctionRequest, OnFailure, OnSuccess, PublishLayerVersionRequest,
    PutFunctionConcurrencyRequest, PutFunctionEventInvokeConfigRequest, PutFunctionRecursionConfigRequest,
    SelfManagedEventSource, SourceAccessConfiguration, UpdateAliasRequest,
    UpdateFunctionConfigurationRequest,
};

use crate::world::{Kind, World, create_image_request, create_request, function_arn, image, zip};
use crate::{
    aliases, code_signing, event_source_mappings, function_scaling, layers, package_reports, policies,
    provisioned_concurrency, runtime_management,
};

const QUEUE: &str = "arn:aws:sqs:eu-central-1:111122223333:q";
const TOPIC: &str = "arn:aws:sns:eu-central-1:111122223333:t";
const KEY: &str = "arn:aws:kms:eu-central-1:111122223333:key/k";
const PROFILE: &str = "arn:aws:signer:eu-central-1:111122223333:/signing-profiles/one";

/// The names of all kinds of resources, as exports have them.
pub(crate) const RESOURCES: [&str; 19] = [
    "alias",
    "alias-of",
    "code-signing-config",
    "code-signing-user",
    "event-invoke-config",
    "event-source-mapping",
    "event-source-mapping-by",
    "function-code-signing-config",
    "function-scaling-config",
    "function-url",
    "layer",
    "layer-policy",
    "layer-version",
    "package-report",
    "policy",
    "provisioned-concurrency",
    "provisioned-total",
    "recursion-config",
    "runtime-management-config",
];

/// A function with two versions, an alias, and everything that these can have; a function of an image, one that is deleted
/// and not swept yet, a layer with versions and one without, a code signing config, and mappings of both kinds of sources.
pub(crate) fn everything() -> World {
    let world = World::new(Kind::Memory);
    let layer = layer(&world);
    function(&world, &layer);
    world.create_with(create_image_request("image"), Ok(image("repo:1", [9; 32]))).unwrap();
    world.create_with(create_request("reported"), Ok(package_reports::warned("native", "a report"))).unwrap();
    world.create_published("gone", "x");
    aliases::create(&world, "gone", "live", "1").unwrap();
    world.delete("gone", None).unwrap();
    settings(&world);
    mappings(&world);
    world
}

fn texts<const N: usize>(texts: [&str; N]) -> Option<Vec<String>> {
    Some(texts.map(str::to_owned).into())
}

fn layer(world: &World) -> String {
    layers::publish(world, "tools", "old");
    layers::publish(world, "empty", "old");
    layers::delete(world, "empty", 1);
    let request = PublishLayerVersionRequest {
        layer_name: Some("tools".into()),
        description: Some("for work".into()),
        license_info: Some("MIT".into()),
        compatible_runtimes: texts(["python3.13"]),
        compatible_architectures: texts(["x86_64"]),
        content: Some(LayerVersionContentInput { zip_file: Some(()), ..Default::default() }),
    };
    let request = request.validate(&world.caller).unwrap();
    let published = world.run(PublishLayer { request, fetched: Ok(zip("tools")) }).unwrap();
    let permission = AddLayerVersionPermissionRequest {
        layer_name: Some("tools".into()),
        version_number: Some(2),
        statement_id: Some("all".into()),
        action: Some("lambda:GetLayerVersion".into()),
        principal: Some("*".into()),
        revision_id: None,
        organization_id: Some("o-0123456789".into()),
    };
    world.run(permission.validate(&world.caller).unwrap()).unwrap();
    published.summary.layer_version_arn
}

fn function(world: &World, layer: &str) {
    let mut request = create_request("f");
    request.code.as_mut().unwrap().source_kms_key_arn = Some(KEY.into());
    let request = CreateFunctionRequest { publish: Some(true), ..request };
    world.create_with(request, Ok(zip("one"))).unwrap();
    let configuration = UpdateFunctionConfigurationRequest {
        function_name: Some("f".into()),
        environment: Some(Environment { variables: Some([("STAGE", "test")].into_iter().collect()) }),
        dead_letter_config: Some(DeadLetterConfig { target_arn: Some(QUEUE.into()) }),
        kms_key_arn: Some(KEY.into()),
        layers: Some(vec![layer.to_owned()]),
        ..UpdateFunctionConfigurationRequest::default()
    };
    world.configure_with(configuration).unwrap();
    world.publish("f");
    world.tag("f", [("team", "blue")]).unwrap();
    aliases::create(world, "f", "live", "1").unwrap();
    let routed = UpdateAliasRequest {
        routing_config: aliases::routing(Some(("2", 0.25))),
        ..aliases::update_request("f", "live")
    };
    aliases::update(world, routed).unwrap();
}

fn settings(world: &World) {
    let caller = &world.caller;
    let name = || Some("f".to_owned());
    let config = CreateCodeSigningConfigRequest {
        allowed_publishers: Some(AllowedPublishers { signing_profile_version_arns: texts([PROFILE]) }),
        tags: Some([("team", "blue")].into_iter().collect()),
        ..CreateCodeSigningConfigRequest::default()
    };
    let config = world.run(config.validate(caller).unwrap()).unwrap();
    code_signing::attach(world, "f", config.code_signing_config_arn.as_str()).unwrap();
    let reserved =
        PutFunctionConcurrencyRequest { function_name: name(), reserved_concurrent_executions: Some(9) };
    world.run(reserved.validate(caller).unwrap()).unwrap();
    provisioned_concurrency::put(world, "f:2", 4).unwrap();
    let recursion =
        PutFunctionRecursionConfigRequest { function_name: name(), recursive_loop: Some("Allow".into()) };
    world.run(recursion.validate(caller).unwrap()).unwrap();
    for function in ["f", "f:1", "f:live"] {
        let permission = AddPermissionRequest {
            source_arn: Some("arn:aws:s3:::bucket".into()),
            source_account: Some("444455556666".into()),
            principal_org_id: Some("o-0123456789".into()),
            ..policies::add_request(function, "s3")
        };
        policies::add_with(world, permission).unwrap();
    }
    for qualifier in [None, Some("live".to_owned())] {
        let url = CreateFunctionUrlConfigRequest {
            function_name: name(),
            qualifier: qualifier.clone(),
            auth_type: Some("AWS_IAM".into()),
            invoke_mode: Some("RESPONSE_STREAM".into()),
            cors: Some(Cors { allow_origins: texts(["https://a.b"]), ..Cors::default() }),
        };
        world.run(url.validate(caller).unwrap()).unwrap();
        let asynchronous = PutFunctionEventInvokeConfigRequest {
            function_name: name(),
            qualifier,
            destination_config: Some(DestinationConfig {
                on_success: Some(OnSuccess { destination: Some(QUEUE.into()) }),
                on_failure: Some(OnFailure { destination: Some(TOPIC.into()) }),
            }),
            ..PutFunctionEventInvokeConfigRequest::default()
        };
        world.run(asynchronous.validate(caller).unwrap()).unwrap();
    }
    runtime_management::put(world, "f").unwrap();
    function_scaling::put(world, "f", "1").unwrap();
    function_scaling::put(world, "f", "$LATEST.PUBLISHED").unwrap();
}

fn mappings(world: &World) {
    event_source_mappings::create(world, "f:live", QUEUE).unwrap();
    let kafka = CreateEventSourceMappingRequest {
        function_name: Some("f".into()),
        starting_position: Some("LATEST".into()),
        topics: texts(["topic"]),
        tags: Some([("team", "blue")].into_iter().collect()),
        self_managed_event_source: Some(SelfManagedEventSource {
            endpoints: Some(
                [("KAFKA_BOOTSTRAP_SERVERS".to_owned(), vec!["a.b:9092".to_owned()])].into_iter().collect(),
            ),
        }),
        source_access_configurations: Some(vec![SourceAccessConfiguration {
            kind: Some("SASL_SCRAM_512_AUTH".into()),
            uri: Some("arn:aws:secretsmanager:eu-central-1:111122223333:secret:s".into()),
        }]),
        destination_config: Some(DestinationConfig {
            on_success: None,
            on_failure: Some(OnFailure { destination: Some(TOPIC.into()) }),
        }),
        ..CreateEventSourceMappingRequest::default()
    };
    world.run(kafka.validate(&world.caller).unwrap()).unwrap();
}

/// Everything that a store answers, found from its lists. Refusals are answers; what fails is told by the query.
pub(crate) struct Answers<'a> {
    world: &'a World,
    pub(crate) told: Vec<String>,
}

impl Answers<'_> {
    fn ask<Q: Query + Clone>(&mut self, query: Q) -> Result<Q::Answer, ServiceError>
    where
        Q::Answer: Debug,
    {
        let answer = self.world.look(query);
        self.told.push(format!("{answer:?}"));
        answer
    }
}

/// Asks a request that the service would take.
macro_rules! ask {
    ($answers:ident, $request:ident { $($field:ident: $value:expr),* $(,)? }) => {{
        #[allow(clippy::needless_update)]
        let request = $request { $($field: Some($value.into()),)* ..Default::default() };
        $answers.ask(request.validate(&$answers.world.caller).unwrap())
    }};
}

/// Asks everything.
pub(crate) fn answers(world: &World) -> Vec<String> {
    let mut answers = Answers { world, told: Vec::new() };
    drop(ask!(answers, GetAccountSettingsRequest {}));
    drop(ask!(answers, ListFunctionsRequest { function_version: "ALL" }));
    for function in ask!(answers, ListFunctionsRequest {}).unwrap().functions {
        of_function(&mut answers, function.function_name.as_str());
    }
    of_layers(&mut answers);
    for config in ask!(answers, ListCodeSigningConfigsRequest {}).unwrap().code_signing_configs {
        let arn = config.code_signing_config_arn.as_str();
        drop(ask!(answers, GetCodeSigningConfigRequest { code_signing_config_arn: arn }));
        drop(ask!(answers, ListFunctionsByCodeSigningConfigRequest { code_signing_config_arn: arn }));
        drop(ask!(answers, ListTagsRequest { resource: arn }));
    }
    for mapping in ask!(answers, ListEventSourceMappingsRequest {}).unwrap().event_source_mappings {
        drop(ask!(answers, GetEventSourceMappingRequest { uuid: mapping.uuid }));
        drop(ask!(answers, ListTagsRequest { resource: mapping.event_source_mapping_arn }));
        let function = mapping.function_arn.to_string();
        drop(ask!(
            answers,
            ListEventSourceMappingsRequest { function_name: function.as_str(), event_source_arn: QUEUE }
        ));
        drop(ask!(answers, ListEventSourceMappingsRequest { function_name: function }));
    }
    drop(ask!(answers, ListEventSourceMappingsRequest { event_source_arn: QUEUE }));
    answers.told
}

fn of_function(answers: &mut Answers<'_>, name: &str) {
    drop(ask!(answers, ListTagsRequest { resource: function_arn(name) }));
    drop(ask!(answers, GetFunctionConcurrencyRequest { function_name: name }));
    drop(ask!(answers, GetFunctionRecursionConfigRequest { function_name: name }));
    drop(ask!(answers, GetFunctionCodeSigningConfigRequest { function_name: name }));
    drop(ask!(answers, ListProvisionedConcurrencyConfigsRequest { function_name: name }));
    drop(ask!(answers, ListFunctionEventInvokeConfigsRequest { function_name: name }));
    drop(ask!(answers, ListFunctionUrlConfigsRequest { function_name: name }));
    drop(ask!(
        answers,
        GetFunctionScalingConfigRequest { function_name: name, qualifier: "$LATEST.PUBLISHED" }
    ));
    let versions = ask!(answers, ListVersionsByFunctionRequest { function_name: name }).unwrap().versions;
    let mut qualifiers: Vec<_> = versions.iter().map(|version| version.version.to_string()).collect();
    let aliases = ask!(answers, ListAliasesRequest { function_name: name }).unwrap().aliases;
    for version in &qualifiers {
        drop(ask!(answers, ListAliasesRequest { function_name: name, function_version: version.as_str() }));
    }
    for alias in aliases {
        drop(ask!(answers, GetAliasRequest { function_name: name, name: alias.name.as_str() }));
        qualifiers.push(alias.name.to_string());
    }
    drop(ask!(answers, GetFunctionRequest { function_name: name }));
    drop(ask!(answers, GetPolicyRequest { function_name: name }));
    drop(ask!(answers, GetFunctionUrlConfigRequest { function_name: name }));
    for qualifier in qualifiers {
        of_qualifier(answers, name, &qualifier);
    }
}

fn of_qualifier(answers: &mut Answers<'_>, name: &str, qualifier: &str) {
    drop(ask!(answers, GetFunctionRequest { function_name: name, qualifier: qualifier }));
    drop(ask!(answers, GetPolicyRequest { function_name: name, qualifier: qualifier }));
    drop(ask!(answers, GetFunctionEventInvokeConfigRequest { function_name: name, qualifier: qualifier }));
    drop(ask!(answers, GetRuntimeManagementConfigRequest { function_name: name, qualifier: qualifier }));
    let is_number = qualifier.parse::<u64>().is_ok();
    if is_number {
        drop(ask!(answers, GetFunctionScalingConfigRequest { function_name: name, qualifier: qualifier }));
    }
    if qualifier != "$LATEST" {
        drop(ask!(
            answers,
            GetProvisionedConcurrencyConfigRequest { function_name: name, qualifier: qualifier }
        ));
        if !is_number {
            drop(ask!(answers, GetFunctionUrlConfigRequest { function_name: name, qualifier: qualifier }));
        }
    }
    let function = FunctionReference::resolve(&answers.world.caller, name, Some(qualifier)).unwrap();
    for chance in [[0; 16], [255; 16]] {
        drop(answers.ask(FindInvocable { function: function.clone(), chance: Chance::from_random(chance) }));
    }
}

fn of_layers(answers: &mut Answers<'_>) {
    for layer in ask!(answers, ListLayersRequest {}).unwrap().layers {
        let name = layer.layer_name.as_str();
        drop(ask!(answers, ListTagsRequest { resource: layer.layer_arn.as_str() }));
        for version in ask!(answers, ListLayerVersionsRequest { layer_name: name }).unwrap().layer_versions {
            let number = version.version as i64;
            drop(ask!(answers, GetLayerVersionPolicyRequest { layer_name: name, version_number: number }));
            let request =
                GetLayerVersionRequest { layer_name: Some(name.into()), version_number: Some(number) };
            let version = request.validate(&answers.world.caller).unwrap().version;
            for asked_by in ["111122223333", "444455556666"] {
                let asked_by = asked_by.parse().unwrap();
                drop(answers.ask(GetLayer(FindLayerVersion { version: version.clone(), asked_by })));
            }
        }
    }
}
