//! UpdateFunctionConfiguration: the order of its refusals, and what it changes and does not change.

use funclet_function_store::{FunctionConfiguration, ServiceError, Transitions};
use funclet_validation::{
    CapacityProviderConfig, DeadLetterConfig, Environment, EphemeralStorage, ImageConfig,
    LambdaManagedInstancesCapacityProviderConfig, LoggingConfig, SnapStart, TracingConfig,
    UpdateFunctionCodeRequest, UpdateFunctionConfigurationRequest, VpcConfig,
};

use crate::world::{
    NOON_MS, World, configure_request, create_image_request, image, line_of, publish_request, update_request,
    zip,
};

on_every_backend!(
    the_earlier_of_two_causes_is_told,
    a_refused_update_changes_nothing,
    only_what_is_sent_changes,
    what_is_removed_is_gone,
    nothing_changed_is_an_update,
    an_update_goes_on_until_its_end,
    what_was_configured_is_published,
    zip_and_image_have_settings_of_their_own,
    memory_depends_on_where_it_runs,
);

const STALE: &str = "00000000-0000-4000-8000-000000000000";
const LAYER: &str = "arn:aws:lambda:eu-central-1:111122223333:layer:none:1";

/// The causes for a refusal, in the order in which they are told.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Cause {
    Unknown,
    VersionAddressed,
    StaleRevision,
    TooMuchMemory,
    UnknownRuntime,
    LevelWithoutJson,
    UnknownLayer,
    InProgress,
}

const ORDER: [Cause; 8] = [
    Cause::Unknown,
    Cause::VersionAddressed,
    Cause::StaleRevision,
    Cause::TooMuchMemory,
    Cause::UnknownRuntime,
    Cause::LevelWithoutJson,
    Cause::UnknownLayer,
    Cause::InProgress,
];

impl Cause {
    fn text(self) -> &'static str {
        match self {
            Self::Unknown => "Function not found: arn:aws:lambda:eu-central-1:111122223333:function:",
            Self::VersionAddressed => "Current operation does not support versions other than $LATEST.",
            Self::StaleRevision => "The Revision Id provided does not match the latest Revision Id.",
            Self::TooMuchMemory => "'MemorySize' value failed to satisfy constraint",
            Self::UnknownRuntime => "Value cobol at 'runtime' failed to satisfy constraint",
            Self::LevelWithoutJson => "LogLevel is not supported when LogFormat is set to \"Text\".",
            Self::UnknownLayer => {
                "Layer version arn:aws:lambda:eu-central-1:111122223333:layer:none:1 does not exist."
            }
            Self::InProgress => {
                "The operation cannot be performed at this time. An update is in progress for resource: \
                 arn:aws:lambda:eu-central-1:111122223333:function:busy"
            }
        }
    }
}

/// A request that has all of `causes`. `busy` is in the middle of a creation, `ready` is not.
fn having(causes: &[Cause]) -> UpdateFunctionConfigurationRequest {
    let has = |cause| causes.contains(&cause);
    let name = match (has(Cause::Unknown), has(Cause::InProgress)) {
        (true, _) => "absent",
        (false, true) => "busy",
        (false, false) => "ready",
    };
    let qualifier = if has(Cause::VersionAddressed) { ":1" } else { "" };
    let level = LoggingConfig { system_log_level: Some("WARN".into()), ..LoggingConfig::default() };
    UpdateFunctionConfigurationRequest {
        revision_id: has(Cause::StaleRevision).then(|| STALE.into()),
        memory_size: has(Cause::TooMuchMemory).then_some(10_241),
        runtime: has(Cause::UnknownRuntime).then(|| "cobol".into()),
        logging_config: has(Cause::LevelWithoutJson).then_some(level),
        layers: has(Cause::UnknownLayer).then(|| vec![LAYER.into()]),
        ..configure_request(&format!("{name}{qualifier}"))
    }
}

fn world_with_both(mut world: World) -> World {
    world.create("ready", "one");
    world.reopen(Transitions::Manual);
    world.create("busy", "one");
    world
}

fn the_earlier_of_two_causes_is_told(world: World) {
    let world = world_with_both(world);
    for (index, cause) in ORDER.into_iter().enumerate() {
        let later = &ORDER[index + 1..];
        let beside =
            later.iter().map(|other| vec![cause, *other]).chain([vec![cause], ORDER[index..].to_vec()]);
        for causes in beside {
            let told = world.configure_with(having(&causes)).unwrap_err().to_string();
            assert!(told.starts_with(cause.text()), "{causes:?}: {told}");
        }
    }
    world.configure_with(having(&[])).unwrap();
}

fn a_refused_update_changes_nothing(world: World) {
    let world = world_with_both(world);
    let before = world.dump(b"");
    for cause in ORDER {
        world.configure_with(having(&[cause])).unwrap_err();
        assert_eq!(world.dump(b""), before, "{cause:?}");
    }
}

/// A request that sets everything that a zip function has.
fn everything(name: &str) -> UpdateFunctionConfigurationRequest {
    UpdateFunctionConfigurationRequest {
        runtime: Some("java21".into()),
        handler: Some("other.handler".into()),
        role: Some("arn:aws:iam::111122223333:role/other".into()),
        description: Some("described".into()),
        timeout: Some(30),
        memory_size: Some(512),
        environment: Some(Environment { variables: Some([("KEY", "value")].into_iter().collect()) }),
        vpc_config: Some(VpcConfig {
            subnet_ids: Some(vec!["subnet-1".into()]),
            security_group_ids: Some(vec!["sg-1".into()]),
            ipv6_allowed_for_dual_stack: Some(true),
        }),
        dead_letter_config: Some(DeadLetterConfig {
            target_arn: Some("arn:aws:sqs:eu-central-1:111122223333:queue".into()),
        }),
        kms_key_arn: Some("arn:aws:kms:eu-central-1:111122223333:key/1".into()),
        tracing_config: Some(TracingConfig { mode: Some("Active".into()) }),
        ephemeral_storage: Some(EphemeralStorage { size: Some(1024) }),
        snap_start: Some(SnapStart { apply_on: Some("PublishedVersions".into()) }),
        logging_config: Some(LoggingConfig {
            log_format: Some("JSON".into()),
            log_group: Some("mine".into()),
            ..LoggingConfig::default()
        }),
        ..configure_request(name)
    }
}

/// Without what every update changes.
fn settings_of(configuration: FunctionConfiguration) -> FunctionConfiguration {
    let revision_id = funclet_validation::RevisionId::from_bytes([0; 16]);
    let last_modified = funclet_function_store::Timestamp(0);
    let mut settings = configuration;
    (settings.revision_id, settings.last_modified, settings.status) = (revision_id, last_modified, None);
    settings
}

fn only_what_is_sent_changes(world: World) {
    world.create("f", "one");
    world.configure_with(everything("f")).unwrap();
    let before = world.get("f");
    assert_eq!(before.runtime.as_ref().unwrap().as_str(), "java21");
    assert_eq!(before.environment.as_ref().unwrap().get("KEY"), Some("value"));
    assert_eq!((before.timeout, before.memory_size, before.ephemeral_storage), (30, 512, 1024));
    assert_eq!(before.vpc_config.as_ref().unwrap().subnet_ids, ["subnet-1"]);
    assert_eq!(before.logging_config.log_group, "mine");

    world.configure_with(configure_request("f")).unwrap();
    assert_eq!(settings_of(world.get("f")), settings_of(before.clone()));

    let timeout = UpdateFunctionConfigurationRequest { timeout: Some(31), ..configure_request("f") };
    world.configure_with(timeout).unwrap();
    let mut expected = settings_of(before);
    expected.timeout = 31;
    assert_eq!(settings_of(world.get("f")), expected);

    // The code has nothing to do with it, nor has the configuration with the code.
    let key = "arn:aws:kms:eu-central-1:111122223333:key/2";
    let code = UpdateFunctionCodeRequest { source_kms_key_arn: Some(key.into()), ..update_request("f") };
    world.update_with(code, Ok(zip("two"))).unwrap();
    let updated = world.get("f");
    world.configure_with(configure_request("f")).unwrap();
    assert_eq!(settings_of(world.get("f")), settings_of(updated));
}

fn what_is_removed_is_gone(world: World) {
    world.create("f", "one");
    world.configure_with(everything("f")).unwrap();
    let removal = UpdateFunctionConfigurationRequest {
        description: Some(String::new()),
        environment: Some(Environment::default()),
        vpc_config: Some(VpcConfig {
            subnet_ids: Some(Vec::new()),
            security_group_ids: Some(Vec::new()),
            ..VpcConfig::default()
        }),
        dead_letter_config: Some(DeadLetterConfig { target_arn: Some(String::new()) }),
        kms_key_arn: Some(String::new()),
        file_system_configs: Some(Vec::new()),
        layers: Some(Vec::new()),
        logging_config: Some(LoggingConfig { log_format: Some("Text".into()), ..LoggingConfig::default() }),
        ..configure_request("f")
    };
    let told = world.configure_with(removal).unwrap();
    // Empty as before, but not absent (recorded from AWS).
    assert!(told.environment.unwrap().is_empty());
    let vpc = told.vpc_config.unwrap();
    assert!(
        vpc.subnet_ids.is_empty() && vpc.security_group_ids.is_empty() && !vpc.ipv6_allowed_for_dual_stack
    );
    assert_eq!((told.description.as_str(), told.dead_letter_config, told.kms_key_arn), ("", None, None));
    assert_eq!(told.logging_config.system_log_level, None);
    assert_eq!(told.logging_config.log_group, "mine");
}

fn nothing_changed_is_an_update(world: World) {
    world.create("f", "one");
    let before = world.get("f");
    let begun = world.configure_with(configure_request("f")).unwrap();
    assert_eq!(line_of(&begun), "Active - InProgress Creating");
    let after = world.get("f");
    assert_eq!(line_of(&after), "Active - Successful -");
    let mut revisions = vec![before.revision_id, begun.revision_id, after.revision_id];
    revisions.dedup();
    assert_eq!(revisions.len(), 3);
    assert_eq!(settings_of(after), settings_of(before));
}

fn an_update_goes_on_until_its_end(world: World) {
    let world = world.with(Transitions::Manual);
    world.create("f", "one");
    world.complete("f", None);
    let request = UpdateFunctionConfigurationRequest { timeout: Some(9), ..configure_request("f") };
    let begun = world.configure_with(request.clone()).unwrap();
    assert_eq!(begun.last_modified.0, NOON_MS - NOON_MS % 1000, "whole seconds");
    assert_eq!(world.get("f"), begun, "the new configuration is shown at once");

    let busy = |refused| matches!(refused, Err(ServiceError::UpdateInProgress { .. }));
    assert!(busy(world.configure_with(request.clone())));
    assert!(busy(world.update_with(update_request("f"), Ok(zip("two")))));
    assert!(busy(world.publish_with(publish_request("f"))));
    let stale = UpdateFunctionConfigurationRequest { revision_id: Some(STALE.into()), ..request.clone() };
    assert_eq!(world.configure_with(stale), Err(ServiceError::RevisionMismatch));

    world.complete("f", None);
    let current = world.get("f").revision_id;
    assert_ne!(current, begun.revision_id);
    let revision_id = Some(current.to_string());
    let with = UpdateFunctionConfigurationRequest { revision_id, ..request };
    world.configure_with(with.clone()).unwrap();
    assert_eq!(world.configure_with(with), Err(ServiceError::RevisionMismatch), "one wins");
}

fn what_was_configured_is_published(world: World) {
    world.create_published("f", "one");
    assert_eq!(world.publish("f").version.to_string(), "1", "nothing was changed since");
    let described = |text: &str| UpdateFunctionConfigurationRequest {
        description: Some(text.into()),
        ..configure_request("f")
    };
    world.configure_with(described("second")).unwrap();
    let second = world.publish("f");
    assert_eq!((second.version.to_string().as_str(), second.description.as_str()), ("2", "second"));
    assert_eq!(world.publish("f"), second);
    world.configure_with(described("second")).unwrap();
    assert_eq!(world.publish("f").version.to_string(), "3", "touched, if not changed");
    // Every version counts its package, and no update of the configuration does.
    assert_eq!(world.code_bytes(), 4 * "one".len() as u64);
    assert_eq!(world.get("f:1").description, "");
}

fn zip_and_image_have_settings_of_their_own(world: World) {
    world.create_with(create_image_request("image"), Ok(image("repo:1", [1; 32]))).unwrap();
    let request = || configure_request("image");
    for refused in [
        UpdateFunctionConfigurationRequest { handler: Some("index.handler".into()), ..request() },
        UpdateFunctionConfigurationRequest { runtime: Some("python3.13".into()), ..request() },
        UpdateFunctionConfigurationRequest { layers: Some(vec![LAYER.into()]), ..request() },
    ] {
        assert_eq!(
            world.configure_with(refused).unwrap_err().to_string(),
            "Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image."
        );
    }
    let overriding = |config| UpdateFunctionConfigurationRequest { image_config: Some(config), ..request() };
    let words = |text: &str| Some(vec![text.to_owned()]);
    let first = ImageConfig { entry_point: words("sh"), command: words("-c"), working_directory: None };
    assert_eq!(world.configure_with(overriding(first.clone())).unwrap().image_config, Some(first));
    // Replaced as a whole, and removed by an empty one (recorded from AWS).
    let second = ImageConfig { command: words("-x"), ..ImageConfig::default() };
    assert_eq!(world.configure_with(overriding(second.clone())).unwrap().image_config, Some(second));
    assert_eq!(world.configure_with(overriding(ImageConfig::default())).unwrap().image_config, None);
}

fn memory_depends_on_where_it_runs(world: World) {
    world.create("f", "one");
    let sized = |megabytes, provider| UpdateFunctionConfigurationRequest {
        memory_size: Some(megabytes),
        capacity_provider_config: provider,
        ..configure_request("f")
    };
    world.configure_with(sized(10_240, None)).unwrap();
    world.configure_with(sized(10_241, None)).unwrap_err();
    let instances = LambdaManagedInstancesCapacityProviderConfig {
        capacity_provider_arn: Some("arn:aws:lambda:eu-central-1:111122223333:capacity-provider:p".into()),
        ..Default::default()
    };
    let provider =
        CapacityProviderConfig { lambda_managed_instances_capacity_provider_config: Some(instances) };
    world.configure_with(sized(10_241, Some(provider))).unwrap();
    // What the function has by now counts.
    world.configure_with(sized(32_768, None)).unwrap();
}
