//! The golden store that has one of everything beside functions, and what it answers.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use funclet::{
    AddLayerVersionPermissionRequest, AddPermissionRequest, AllowedPublishers, BlobDigest, Cors,
    CreateAliasRequest, CreateCodeSigningConfigRequest, CreateEventSourceMappingRequest,
    CreateFunctionUrlConfigRequest, DeleteFunctionRequest, DestinationConfig,
    EventSourceMappingConfiguration, FunctionArnPage, FunctionScalingConfig, GetAccountSettingsRequest,
    GetAliasRequest, GetFunctionCodeSigningConfigRequest, GetFunctionConcurrencyRequest,
    GetFunctionEventInvokeConfigRequest, GetFunctionRecursionConfigRequest, GetFunctionRequest,
    GetFunctionScalingConfigRequest, GetFunctionUrlConfigRequest, GetLayerVersionPolicyRequest,
    GetLayerVersionRequest, GetPolicyRequest, GetProvisionedConcurrencyConfigRequest,
    GetRuntimeManagementConfigRequest, Inspection, Lambda, LayerVersionContentInput, ListAliasesRequest,
    ListCodeSigningConfigsRequest, ListEventSourceMappingsRequest, ListFunctionsByCodeSigningConfigRequest,
    ListLayersRequest, ListTagsRequest, OnFailure, PublishLayerVersionRequest, PublishVersionRequest,
    PutFunctionCodeSigningConfigRequest, PutFunctionConcurrencyRequest, PutFunctionEventInvokeConfigRequest,
    PutFunctionRecursionConfigRequest, PutFunctionScalingConfigRequest,
    PutProvisionedConcurrencyConfigRequest, PutRuntimeManagementConfigRequest, SelfManagedEventSource,
    TagResourceRequest, UpdateFunctionConfigurationRequest,
};
use funclet_storage::{Backend as _, LocalBackend, LocalOptions, Scope};
use funclet_testkit::{SeededEntropy, zip_of, zip_with_content};

use crate::golden::{copy, create, files, open, testdata};

const QUEUE: &str = "arn:aws:sqs:us-east-1:000000000000:queue";
const TOPIC: &str = "arn:aws:sns:us-east-1:000000000000:topic";
const LAYER: &str = "arn:aws:lambda:us-east-1:000000000000:layer:tools";
const PROFILE: &str = "arn:aws:signer:us-east-1:000000000000:/signing-profiles/golden";
const RUNTIME: &str =
    "arn:aws:lambda:us-east-1::runtime:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn alpha() -> Option<String> {
    text("alpha")
}

/// A function with two versions and an alias, and everything that they can have; a function of which only what is to be
/// swept away is left.
pub(crate) fn write(path: &Path) {
    let engine = open(path);
    let lambda = engine.lambda();
    functions(&lambda);
    layer(&lambda);
    engine.close().unwrap();

    let engine = open(path);
    let lambda = engine.lambda();
    lambda.clone().with_inspection(Inspection::default()).call(create("native", native())).unwrap();
    settings(&lambda);
    mappings(&lambda);
    let gone = DeleteFunctionRequest { function_name: text("beta"), ..Default::default() };
    lambda.call(gone).unwrap();
    engine.close().unwrap();
}

fn functions(lambda: &Lambda) {
    for name in ["alpha", "beta"] {
        lambda.call(create(name, zip_with_content("one"))).unwrap();
        for description in ["first", "second"] {
            let configuration = UpdateFunctionConfigurationRequest {
                function_name: text(name),
                description: text(description),
                ..Default::default()
            };
            lambda.call(configuration).unwrap();
            lambda.call(PublishVersionRequest { function_name: text(name), ..Default::default() }).unwrap();
        }
        let weights = [("2".to_owned(), 0.25)].into_iter().collect();
        let alias = CreateAliasRequest {
            function_name: text(name),
            name: text("live"),
            function_version: text("1"),
            description: text("golden"),
            routing_config: Some(funclet::AliasRoutingConfiguration {
                additional_version_weights: Some(weights),
            }),
        };
        lambda.call(alias).unwrap();
    }
}

/// A package of which something is told.
fn native() -> Vec<u8> {
    let mut library = [&b"\x7fELF\x02\x01\x01"[..], &[0; 9], &[3, 0, 243, 0, 1]].concat();
    library.resize(64, 0);
    zip_of(&[("index.py", b"x = 1\n"), ("lib/native.so", &library)])
}

fn layer(lambda: &Lambda) {
    let package = zip_with_content("tools").into();
    let published = PublishLayerVersionRequest {
        layer_name: text("tools"),
        description: text("golden"),
        license_info: text("MIT"),
        compatible_runtimes: Some(vec!["python3.13".into()]),
        compatible_architectures: Some(vec!["arm64".into()]),
        content: Some(LayerVersionContentInput { zip_file: Some(package), ..Default::default() }),
    };
    lambda.call(published).unwrap();
    let permission = AddLayerVersionPermissionRequest {
        layer_name: text("tools"),
        version_number: Some(1),
        statement_id: text("all"),
        action: text("lambda:GetLayerVersion"),
        principal: text("*"),
        organization_id: text("o-0123456789"),
        ..Default::default()
    };
    lambda.call(permission).unwrap();
    tag(lambda, LAYER);
    let used = UpdateFunctionConfigurationRequest {
        function_name: alpha(),
        layers: Some(vec![format!("{LAYER}:1")]),
        ..Default::default()
    };
    lambda.call(used).unwrap();
}

fn tag(lambda: &Lambda, resource: &str) {
    let tags = Some([("team", "golden")].into_iter().collect());
    lambda.call(TagResourceRequest { resource: text(resource), tags }).unwrap();
}

fn settings(lambda: &Lambda) {
    let config = CreateCodeSigningConfigRequest {
        description: text("golden"),
        allowed_publishers: Some(AllowedPublishers {
            signing_profile_version_arns: Some(vec![PROFILE.into()]),
        }),
        ..Default::default()
    };
    let config = lambda.call(config).unwrap().code_signing_config_arn.to_string();
    tag(lambda, &config);
    let attached =
        PutFunctionCodeSigningConfigRequest { function_name: alpha(), code_signing_config_arn: Some(config) };
    lambda.call(attached).unwrap();
    let reserved =
        PutFunctionConcurrencyRequest { function_name: alpha(), reserved_concurrent_executions: Some(9) };
    lambda.call(reserved).unwrap();
    let provisioned = PutProvisionedConcurrencyConfigRequest {
        function_name: alpha(),
        qualifier: text("2"),
        provisioned_concurrent_executions: Some(4),
    };
    lambda.call(provisioned).unwrap();
    let recursion =
        PutFunctionRecursionConfigRequest { function_name: alpha(), recursive_loop: text("Allow") };
    lambda.call(recursion).unwrap();
    let permission = AddPermissionRequest {
        function_name: text("alpha:live"),
        statement_id: text("bucket"),
        action: text("lambda:InvokeFunction"),
        principal: text("s3.amazonaws.com"),
        source_arn: text("arn:aws:s3:::bucket"),
        source_account: text("111122223333"),
        ..Default::default()
    };
    lambda.call(permission).unwrap();
    let url = CreateFunctionUrlConfigRequest {
        function_name: alpha(),
        auth_type: text("AWS_IAM"),
        invoke_mode: text("RESPONSE_STREAM"),
        cors: Some(Cors { allow_origins: Some(vec!["https://example.org".into()]), ..Default::default() }),
        ..Default::default()
    };
    lambda.call(url).unwrap();
    let asynchronous = PutFunctionEventInvokeConfigRequest {
        function_name: alpha(),
        maximum_retry_attempts: Some(1),
        destination_config: Some(to_topic()),
        ..Default::default()
    };
    lambda.call(asynchronous).unwrap();
    let runtime = PutRuntimeManagementConfigRequest {
        function_name: alpha(),
        update_runtime_on: text("Manual"),
        runtime_version_arn: text(RUNTIME),
        ..Default::default()
    };
    lambda.call(runtime).unwrap();
    let scaling = PutFunctionScalingConfigRequest {
        function_name: alpha(),
        qualifier: text("1"),
        function_scaling_config: Some(FunctionScalingConfig {
            min_execution_environments: Some(1),
            max_execution_environments: Some(5),
        }),
    };
    lambda.call(scaling).unwrap();
}

fn to_topic() -> DestinationConfig {
    DestinationConfig { on_success: None, on_failure: Some(OnFailure { destination: text(TOPIC) }) }
}

fn mappings(lambda: &Lambda) {
    let queue = CreateEventSourceMappingRequest {
        function_name: text("alpha:live"),
        event_source_arn: text(QUEUE),
        batch_size: Some(7),
        ..Default::default()
    };
    let queue = lambda.call(queue).unwrap();
    tag(lambda, &queue.event_source_mapping_arn);
    let endpoints = [("KAFKA_BOOTSTRAP_SERVERS".to_owned(), vec!["example.org:9092".to_owned()])];
    let kafka = CreateEventSourceMappingRequest {
        function_name: alpha(),
        topics: Some(vec!["topic".into()]),
        starting_position: text("LATEST"),
        destination_config: Some(to_topic()),
        self_managed_event_source: Some(SelfManagedEventSource {
            endpoints: Some(endpoints.into_iter().collect()),
        }),
        ..Default::default()
    };
    lambda.call(kafka).unwrap();
}

/// Reads everything back.
pub(crate) fn check(path: &Path) {
    let engine = open(path);
    let lambda = engine.lambda();
    check_functions(&lambda);
    check_layer(&lambda);
    check_code_signing(&lambda);
    check_settings(&lambda);
    check_mappings(&lambda);
    check_reports(&lambda);
    engine.close().unwrap();
}

fn tags(lambda: &Lambda, resource: &str) -> Option<String> {
    let tags = lambda.call(ListTagsRequest { resource: text(resource) }).unwrap().tags;
    tags.get("team").map(str::to_owned)
}

fn check_functions(lambda: &Lambda) {
    let get = |name: &str| GetFunctionRequest { function_name: text(name), ..Default::default() };
    let alpha_2 = lambda.call(get("alpha:2")).unwrap().configuration;
    assert_eq!((alpha_2.description.as_str(), alpha_2.layers.len()), ("second", 0));
    let latest = lambda.call(get("alpha")).unwrap();
    assert_eq!(latest.configuration.layers[0].arn, format!("{LAYER}:1"));
    assert_eq!(latest.reserved_concurrent_executions, Some(9));
    assert!(lambda.call(get("beta")).is_err());
    let alias = lambda.call(GetAliasRequest { function_name: alpha(), name: text("live") }).unwrap();
    assert_eq!((alias.function_version.to_string().as_str(), alias.description.as_str()), ("1", "golden"));
    assert_eq!((alias.routing[0].version.to_string().as_str(), alias.routing[0].weight), ("2", 0.25));
    let by_version =
        ListAliasesRequest { function_name: alpha(), function_version: text("2"), ..Default::default() };
    assert_eq!(lambda.call(by_version).unwrap().aliases, [alias]);
    let usage = lambda.call(GetAccountSettingsRequest {}).unwrap();
    assert_eq!(
        (usage.account_usage.function_count, usage.account_limit.unreserved_concurrent_executions),
        (2, 991)
    );
}

fn check_layer(lambda: &Lambda) {
    let version = || (text("tools"), Some(1));
    let (layer_name, version_number) = version();
    let layer = lambda.call(GetLayerVersionRequest { layer_name, version_number }).unwrap();
    assert_eq!(layer.content.code_size, zip_with_content("tools").len() as u64);
    assert_eq!(
        (layer.summary.description.as_str(), layer.summary.license_info.as_deref()),
        ("golden", Some("MIT"))
    );
    assert_eq!(layer.summary.compatible_runtimes.as_deref(), Some(&["python3.13".to_owned()][..]));
    assert_eq!(layer.summary.compatible_architectures.as_deref(), Some(&["arm64".to_owned()][..]));
    let layers = lambda.call(ListLayersRequest::default()).unwrap().layers;
    assert_eq!((layers.len(), &layers[0].latest_matching_version), (1, &layer.summary));
    let (layer_name, version_number) = version();
    let policy = lambda.call(GetLayerVersionPolicyRequest { layer_name, version_number }).unwrap().policy;
    assert!(policy.contains("o-0123456789") && policy.contains("\"all\""), "{policy}");
    assert_eq!(tags(lambda, LAYER).as_deref(), Some("golden"));
}

fn check_code_signing(lambda: &Lambda) {
    let configs = lambda.call(ListCodeSigningConfigsRequest::default()).unwrap().code_signing_configs;
    let [config] = &configs[..] else { panic!("{configs:?}") };
    assert_eq!((config.description.as_str(), config.allowed_publishers[0].as_str()), ("golden", PROFILE));
    let arn = config.code_signing_config_arn.as_str();
    assert_eq!(tags(lambda, arn).as_deref(), Some("golden"));
    let of_function = lambda.call(GetFunctionCodeSigningConfigRequest { function_name: alpha() }).unwrap();
    assert_eq!(of_function.code_signing_config_arn.as_ref(), Some(&config.code_signing_config_arn));
    let users =
        ListFunctionsByCodeSigningConfigRequest { code_signing_config_arn: text(arn), ..Default::default() };
    let FunctionArnPage { function_arns, .. } = lambda.call(users).unwrap();
    assert_eq!(function_arns.iter().map(|arn| arn.name().as_str()).collect::<Vec<_>>(), ["alpha"]);
}

fn check_settings(lambda: &Lambda) {
    let reserved = lambda.call(GetFunctionConcurrencyRequest { function_name: alpha() }).unwrap();
    assert_eq!(reserved.reserved_concurrent_executions, Some(9));
    let provisioned = GetProvisionedConcurrencyConfigRequest { function_name: alpha(), qualifier: text("2") };
    let provisioned = lambda.call(provisioned).unwrap();
    assert_eq!(provisioned.allocated_provisioned_concurrent_executions, 4);
    let recursion = lambda.call(GetFunctionRecursionConfigRequest { function_name: alpha() }).unwrap();
    assert_eq!(recursion.recursive_loop.as_str(), "Allow");
    let policy = GetPolicyRequest { function_name: text("alpha:live"), ..Default::default() };
    let policy = lambda.call(policy).unwrap().policy;
    assert!(policy.contains("arn:aws:s3:::bucket") && policy.contains("111122223333"), "{policy}");
    let url = GetFunctionUrlConfigRequest { function_name: alpha(), ..Default::default() };
    let url = lambda.call(url).unwrap();
    assert_eq!((url.auth_type.as_str(), url.invoke_mode.as_str()), ("AWS_IAM", "RESPONSE_STREAM"));
    assert_eq!(url.cors.unwrap().allow_origins.unwrap(), ["https://example.org"]);
    assert_eq!(url.function_url.len(), "https://.lambda-url.us-east-1.on.aws/".len() + 32);
    let asynchronous = GetFunctionEventInvokeConfigRequest { function_name: alpha(), ..Default::default() };
    let asynchronous = lambda.call(asynchronous).unwrap();
    assert_eq!(asynchronous.maximum_retry_attempts, Some(1));
    assert_eq!(asynchronous.destinations.on_failure.unwrap().as_str(), TOPIC);
    let runtime = GetRuntimeManagementConfigRequest { function_name: alpha(), ..Default::default() };
    let runtime = lambda.call(runtime).unwrap();
    assert_eq!(runtime.runtime_version_arn.unwrap().as_str(), RUNTIME);
    let scaling = GetFunctionScalingConfigRequest { function_name: alpha(), qualifier: text("1") };
    let scaling = lambda.call(scaling).unwrap().scaling.unwrap();
    assert_eq!((scaling.min_execution_environments, scaling.max_execution_environments), (Some(1), Some(5)));
}

fn check_reports(lambda: &Lambda) {
    let report = lambda.package_report(&BlobDigest::of(&native())).unwrap().unwrap();
    let report = String::from_utf8(report.to_vec()).unwrap();
    assert!(report.contains("lib/native.so (riscv)"), "{report}");
}

fn check_mappings(lambda: &Lambda) {
    let list = |function: Option<&str>, source: Option<&str>| -> Vec<EventSourceMappingConfiguration> {
        let request = ListEventSourceMappingsRequest {
            function_name: function.map(str::to_owned),
            event_source_arn: source.map(str::to_owned),
            ..Default::default()
        };
        lambda.call(request).unwrap().event_source_mappings
    };
    assert_eq!(list(None, None).len(), 2);
    let by_function = list(Some("alpha:live"), None);
    let [queue] = &by_function[..] else { panic!("{by_function:?}") };
    assert_eq!(
        (list(None, Some(QUEUE)), list(Some("alpha:live"), Some(QUEUE))),
        (by_function.clone(), by_function.clone())
    );
    assert_eq!(queue.settings.batch_size, Some(7));
    assert_eq!(tags(lambda, &queue.event_source_mapping_arn).as_deref(), Some("golden"));
    let by_function = list(Some("alpha"), None);
    let [kafka] = &by_function[..] else { panic!("{by_function:?}") };
    assert_eq!(kafka.topics.as_deref(), Some(&["topic".to_owned()][..]));
    let destinations = kafka.settings.destinations.clone().unwrap();
    assert_eq!(destinations.on_failure.unwrap().as_str(), TOPIC);
}

/// Functions, versions, what deleted ones leave, and all resources (docs/format.md). A build that does not know one of them must
/// not open the store, so a kind more is a version of the format more.
const KINDS: [u8; 22] =
    [16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 30, 31, 34, 35, 36, 37, 38, 39, 40, 41];

/// What is deleted is swept away when a store is opened as an engine, so the entries are looked at before that.
#[test]
fn the_golden_store_has_every_kind() {
    let work = tempfile::tempdir().unwrap();
    copy(&files(&testdata("golden-store-4-resources")), work.path());
    let version = std::fs::read(work.path().join("FORMAT")).unwrap()[8];
    let backend =
        LocalBackend::open(&LocalOptions::new(work.path(), Arc::new(SeededEntropy::new(1)))).unwrap();
    let mut kinds = BTreeSet::new();
    let scope = Scope::new("000000000000/us-east-1").unwrap();
    backend
        .read(&scope, &mut |view| {
            let page = view.scan(b"", None, 1000)?;
            assert!(!page.more);
            kinds.extend(page.entries.iter().map(|(_, value)| value.kind()).filter(|kind| *kind >= 16));
            Ok(())
        })
        .unwrap();
    backend.close().unwrap();
    assert_eq!((version, kinds), (4, KINDS.into()));
}
