//! The structures inside a `FunctionConfiguration` on the wire.

use funclet::{
    CapacityProviderSettings, DeadLetterSettings, DurableSettings, FileSystemSettings, ImageConfig as Image,
    LayerAnswer, LoggingSettings, SnapStartApplyOn, StringMap, TenantIsolationMode, TracingMode,
    VpcConfigAnswer,
};
use serde::Serialize;

use crate::configuration::Texts;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct VpcConfig<'a> {
    subnet_ids: &'a [String],
    security_group_ids: &'a [String],
    vpc_id: &'a str,
    ipv6_allowed_for_dual_stack: bool,
}

impl<'a> VpcConfig<'a> {
    pub(crate) fn of(vpc: &'a VpcConfigAnswer) -> Self {
        Self {
            subnet_ids: &vpc.subnet_ids,
            security_group_ids: &vpc.security_group_ids,
            vpc_id: &vpc.vpc_id,
            ipv6_allowed_for_dual_stack: vpc.ipv6_allowed_for_dual_stack,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DeadLetterConfig<'a> {
    target_arn: &'a str,
}

impl<'a> DeadLetterConfig<'a> {
    pub(crate) fn of(settings: &'a DeadLetterSettings) -> Self {
        Self { target_arn: &settings.target_arn }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Environment<'a> {
    variables: Texts<'a>,
    /// Told when variables cannot be decrypted; always null here.
    error: (),
}

impl<'a> Environment<'a> {
    pub(crate) fn of(variables: &'a StringMap) -> Self {
        Self { variables: Texts(variables), error: () }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct TracingConfig {
    mode: &'static str,
}

impl TracingConfig {
    pub(crate) fn of(mode: TracingMode) -> Self {
        Self { mode: mode.as_str() }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Layer<'a> {
    arn: &'a str,
    code_size: u64,
}

impl<'a> Layer<'a> {
    pub(crate) fn of(layer: &'a LayerAnswer) -> Self {
        Self { arn: &layer.arn, code_size: layer.code_size }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct FileSystemConfig<'a> {
    arn: &'a str,
    local_mount_path: &'a str,
}

impl<'a> FileSystemConfig<'a> {
    pub(crate) fn of(settings: &'a FileSystemSettings) -> Self {
        Self { arn: &settings.arn, local_mount_path: &settings.local_mount_path }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ImageConfigResponse<'a> {
    image_config: ImageConfig<'a>,
    /// Told when the image's settings cannot be read; always null here.
    error: (),
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ImageConfig<'a> {
    entry_point: Option<&'a [String]>,
    command: Option<&'a [String]>,
    working_directory: Option<&'a str>,
}

impl<'a> ImageConfigResponse<'a> {
    pub(crate) fn of(image: &'a Image) -> Self {
        let image_config = ImageConfig {
            entry_point: image.entry_point.as_deref(),
            command: image.command.as_deref(),
            working_directory: image.working_directory.as_deref(),
        };
        Self { image_config, error: () }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct EphemeralStorage {
    size: u32,
}

impl EphemeralStorage {
    pub(crate) fn of(megabytes: u32) -> Self {
        Self { size: megabytes }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SnapStart {
    apply_on: &'static str,
    optimization_status: &'static str,
}

impl SnapStart {
    pub(crate) fn of(apply_on: SnapStartApplyOn, optimized: bool) -> Self {
        Self { apply_on: apply_on.as_str(), optimization_status: if optimized { "On" } else { "Off" } }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RuntimeVersionConfig<'a> {
    runtime_version_arn: &'a str,
}

impl<'a> RuntimeVersionConfig<'a> {
    pub(crate) fn of(runtime_version_arn: &'a str) -> Self {
        Self { runtime_version_arn }
    }
}

/// Levels are there with JSON only (recorded from AWS).
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct LoggingConfig<'a> {
    log_format: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    application_log_level: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    system_log_level: Option<&'static str>,
    log_group: &'a str,
}

impl<'a> LoggingConfig<'a> {
    pub(crate) fn of(settings: &'a LoggingSettings) -> Self {
        Self {
            log_format: settings.log_format.as_str(),
            application_log_level: settings.application_log_level.map(|level| level.as_str()),
            system_log_level: settings.system_log_level.map(|level| level.as_str()),
            log_group: &settings.log_group,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CapacityProviderConfig<'a> {
    lambda_managed_instances_capacity_provider_config: ManagedInstances<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ManagedInstances<'a> {
    capacity_provider_arn: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    per_execution_environment_max_concurrency: Option<u32>,
    #[serde(rename = "ExecutionEnvironmentMemoryGiBPerVCpu", skip_serializing_if = "Option::is_none")]
    memory_gib_per_vcpu: Option<f64>,
}

impl<'a> CapacityProviderConfig<'a> {
    pub(crate) fn of(settings: &'a CapacityProviderSettings) -> Self {
        Self {
            lambda_managed_instances_capacity_provider_config: ManagedInstances {
                capacity_provider_arn: &settings.capacity_provider_arn,
                per_execution_environment_max_concurrency: settings.per_execution_environment_max_concurrency,
                memory_gib_per_vcpu: settings.execution_environment_memory_gib_per_vcpu,
            },
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DurableConfig {
    #[serde(skip_serializing_if = "Option::is_none")]
    retention_period_in_days: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    execution_timeout: Option<u32>,
}

impl DurableConfig {
    pub(crate) fn of(settings: &DurableSettings) -> Self {
        Self {
            retention_period_in_days: settings.retention_period_in_days,
            execution_timeout: settings.execution_timeout,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct TenancyConfig {
    tenant_isolation_mode: &'static str,
}

impl TenancyConfig {
    pub(crate) fn of(mode: TenantIsolationMode) -> Self {
        Self { tenant_isolation_mode: mode.as_str() }
    }
}
