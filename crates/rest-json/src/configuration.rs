//! `FunctionConfiguration` on the wire.

use funclet::{FunctionConfiguration, StringMap};
use serde::ser::{Serialize, Serializer};

use crate::settings::{
    CapacityProviderConfig, DeadLetterConfig, DurableConfig, Environment, EphemeralStorage, FileSystemConfig,
    ImageConfigResponse, Layer, LoggingConfig, RuntimeVersionConfig, SnapStart, TenancyConfig, TracingConfig,
    VpcConfig,
};
use crate::timestamp::WireTime;

/// `FunctionConfiguration`. Which members are null when unset is recorded from the raw wire; which have defaults, from
/// AWS's answers.
#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Configuration<'a> {
    function_name: &'a str,
    function_arn: String,
    runtime: Option<&'a str>,
    role: &'a str,
    handler: Option<&'a str>,
    code_size: u64,
    description: &'a str,
    timeout: u32,
    memory_size: u32,
    last_modified: WireTime,
    code_sha256: String,
    version: String,
    vpc_config: Option<VpcConfig<'a>>,
    dead_letter_config: Option<DeadLetterConfig<'a>>,
    environment: Option<Environment<'a>>,
    #[serde(rename = "KMSKeyArn")]
    kms_key_arn: Option<&'a str>,
    tracing_config: TracingConfig,
    /// Only functions that are replicated from another region have one.
    master_arn: Option<&'a str>,
    revision_id: String,
    layers: Option<Vec<Layer<'a>>>,
    state: Option<&'static str>,
    state_reason: Option<&'a str>,
    state_reason_code: Option<&'a str>,
    last_update_status: Option<&'static str>,
    last_update_status_reason: Option<&'a str>,
    last_update_status_reason_code: Option<&'a str>,
    file_system_configs: Option<Vec<FileSystemConfig<'a>>>,
    package_type: &'static str,
    image_config_response: Option<ImageConfigResponse<'a>>,
    /// Signed packages are not verified yet.
    signing_profile_version_arn: Option<&'a str>,
    signing_job_arn: Option<&'a str>,
    architectures: [&'static str; 1],
    ephemeral_storage: EphemeralStorage,
    snap_start: SnapStart,
    runtime_version_config: Option<RuntimeVersionConfig<'a>>,
    logging_config: LoggingConfig<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    capacity_provider_config: Option<CapacityProviderConfig<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    durable_config: Option<DurableConfig>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenancy_config: Option<TenancyConfig>,
}

impl<'a> Configuration<'a> {
    pub(crate) fn of(answer: &'a FunctionConfiguration) -> Self {
        let status = answer.status.as_ref();
        let state_reason = status.and_then(|status| status.state_reason.as_ref());
        let last_update_reason = status.and_then(|status| status.last_update_reason.as_ref());
        Self {
            function_name: answer.function_name.as_str(),
            function_arn: answer.function_arn.to_string(),
            runtime: answer.runtime.as_ref().map(|runtime| runtime.as_str()),
            role: answer.role.as_str(),
            handler: answer.handler.as_ref().map(|handler| handler.as_str()),
            code_size: answer.code_size,
            description: &answer.description,
            timeout: answer.timeout,
            memory_size: answer.memory_size,
            last_modified: WireTime(answer.last_modified),
            code_sha256: answer.code_sha256.to_string(),
            version: answer.version.to_string(),
            vpc_config: answer.vpc_config.as_ref().map(VpcConfig::of),
            dead_letter_config: answer.dead_letter_config.as_ref().map(DeadLetterConfig::of),
            environment: answer.environment.as_ref().map(Environment::of),
            kms_key_arn: answer.kms_key_arn.as_ref().map(|arn| arn.as_str()),
            tracing_config: TracingConfig::of(answer.tracing_mode),
            master_arn: None,
            revision_id: answer.revision_id.to_string(),
            layers: unless_empty(&answer.layers, Layer::of),
            state: status.map(|status| status.state.as_str()),
            state_reason: state_reason.map(|reason| reason.text.as_str()),
            state_reason_code: state_reason.map(|reason| reason.code.as_str()),
            last_update_status: status.and_then(|status| status.last_update).map(|last| last.as_str()),
            last_update_status_reason: last_update_reason.map(|reason| reason.text.as_str()),
            last_update_status_reason_code: last_update_reason.map(|reason| reason.code.as_str()),
            file_system_configs: unless_empty(&answer.file_system_configs, FileSystemConfig::of),
            package_type: answer.package_type.as_str(),
            image_config_response: answer.image_config.as_ref().map(ImageConfigResponse::of),
            signing_profile_version_arn: None,
            signing_job_arn: None,
            architectures: [answer.architecture.as_str()],
            ephemeral_storage: EphemeralStorage::of(answer.ephemeral_storage),
            snap_start: SnapStart::of(answer.snap_start, answer.snap_start_optimized),
            runtime_version_config: answer.runtime_version_arn.as_deref().map(RuntimeVersionConfig::of),
            logging_config: LoggingConfig::of(&answer.logging_config),
            capacity_provider_config: answer
                .capacity_provider_config
                .as_ref()
                .map(CapacityProviderConfig::of),
            durable_config: answer.durable_config.as_ref().map(DurableConfig::of),
            tenancy_config: answer.tenancy_config.map(TenancyConfig::of),
        }
    }
}

/// The service shows an empty list that was never set as null.
fn unless_empty<'a, T, W>(items: &'a [T], wire: impl Fn(&'a T) -> W) -> Option<Vec<W>> {
    if items.is_empty() { None } else { Some(items.iter().map(wire).collect()) }
}

/// A map from texts to texts, in the order of the request that set it.
pub(crate) struct Texts<'a>(pub(crate) &'a StringMap);

impl Serialize for Texts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter())
    }
}
