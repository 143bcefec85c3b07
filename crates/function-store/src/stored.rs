//! The shapes on disk. A shape never changes once it was written; a new one gets a new kind (see docs/format.md).
//!
//! Texts are those of the service. They were valid when they were written, and are parsed again when they are read.

use std::str::FromStr;

use funclet_storage::codec::{self, DecodeError};
use funclet_storage::{BlobDigest, Encoded, Value};
use funclet_validation::{
    CapacityProviderSettings, DeadLetterSettings, DurableSettings, FileSystemSettings, FunctionSettings,
    ImageConfig, LoggingSettings, PackageType, StringMap, VpcSettings,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::answer::{LastUpdateStatus, State};

/// A shape with its kind.
pub(crate) trait Stored: Serialize + DeserializeOwned {
    const KIND: u8;

    fn encode(&self) -> Result<Encoded, DecodeError> {
        codec::encode(Self::KIND, self)
    }

    fn decode(value: &Value) -> Result<Self, DecodeError> {
        codec::decode(Self::KIND, value)
    }
}

/// A function: its head, with `$LATEST`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct StoredFunction {
    /// Drawn at creation, never used again: keeps the children of an earlier function of the same name apart.
    #[serde(with = "text_form::hex")]
    pub(crate) incarnation: [u8; 16],
    /// The number that the next published version gets. Numbers are never used again.
    pub(crate) next_version: u64,
    /// No version below this number has a transition whose end is not stored.
    pub(crate) unsettled_from: u64,
    /// The version that `$LATEST` was published as, if nothing was changed since.
    pub(crate) published_as: Option<u64>,
    /// Bytes that `$LATEST` and all versions count against the quota.
    pub(crate) code_bytes: u64,
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) reserved_concurrent_executions: Option<u32>,
    pub(crate) latest: StoredVersion,
}

impl Stored for StoredFunction {
    const KIND: u8 = 16;
}

impl StoredFunction {
    /// Looks whether its numbers are in order, so that decisions can count on.
    pub(crate) fn check(&self) -> Result<(), BadStored> {
        let next = self.next_version;
        ensure((1..=VERSION_NUMBER_MAX).contains(&next), "the number of the next version")?;
        ensure((1..=next).contains(&self.unsettled_from), "the version from which on some are unsettled")?;
        ensure(
            self.published_as.is_none_or(|number| (1..next).contains(&number)),
            "the version that $LATEST was published as",
        )
    }
}

/// `$LATEST` (inside the head) or a published version (a key of its own).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct StoredVersion {
    #[serde(with = "text_form::revision")]
    pub(crate) revision_id: [u8; 16],
    /// Milliseconds since 1970.
    pub(crate) last_modified_ms: u64,
    pub(crate) code: StoredCode,
    pub(crate) architecture: String,
    pub(crate) settings: StoredSettings,
    pub(crate) status: StoredStatus,
    pub(crate) transition: Option<StoredTransition>,
}

impl Stored for StoredVersion {
    const KIND: u8 = 17;
}

/// A deleted function whose versions are still to be swept away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredGone {
    pub(crate) name: String,
}

impl Stored for StoredGone {
    const KIND: u8 = 18;
}

/// The code of a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum StoredCode {
    /// An archive: a blob that this version holds.
    Zip {
        #[serde(with = "text_form::hex")]
        sha256: [u8; 32],
        size: u64,
        unzipped_size: u64,
        entry_count: u64,
    },
    /// An image in a registry.
    Image {
        #[serde(with = "text_form::hex")]
        digest: [u8; 32],
        image_uri: String,
        resolved_image_uri: String,
    },
}

impl StoredVersion {
    /// The blobs that it holds, each with its length in bytes: its archive and those of its layers.
    pub(crate) fn blobs(&self) -> impl Iterator<Item = (BlobDigest, u64)> {
        let layers = self.settings.layers.iter().map(StoredLayer::blob);
        self.code.blob().into_iter().chain(layers)
    }
}

/// What layers take unzipped together, in bytes.
pub(crate) fn unzipped_size(layers: &[StoredLayer]) -> u64 {
    layers.iter().fold(0, |sum, layer| sum.saturating_add(layer.unzipped_size))
}

impl StoredLayer {
    pub(crate) fn blob(&self) -> (BlobDigest, u64) {
        (BlobDigest::from_bytes(self.code_sha256), self.code_size)
    }
}

impl StoredCode {
    /// The archive, with its length in bytes.
    pub(crate) fn blob(&self) -> Option<(BlobDigest, u64)> {
        match self {
            Self::Zip { sha256, size, .. } => Some((BlobDigest::from_bytes(*sha256), *size)),
            Self::Image { .. } => None,
        }
    }

    pub(crate) fn package_type(&self) -> PackageType {
        match self {
            Self::Zip { .. } => PackageType::Zip,
            Self::Image { .. } => PackageType::Image,
        }
    }

    /// Bytes that count against the quota. Images count nothing.
    pub(crate) fn quota_bytes(&self) -> u64 {
        match self {
            Self::Zip { size, .. } => *size,
            Self::Image { .. } => 0,
        }
    }
}

/// Where a version stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredStatus {
    pub(crate) state: State,
    pub(crate) state_reason: Option<StoredReason>,
    pub(crate) last_update: Option<LastUpdateStatus>,
    pub(crate) last_update_reason: Option<StoredReason>,
}

/// A reason code and its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredReason {
    pub(crate) code: String,
    pub(crate) text: String,
}

/// A creation or update that finishes later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredTransition {
    pub(crate) kind: TransitionKind,
    /// `None`: finished.
    pub(crate) failure: Option<StoredReason>,
    /// Engine time in milliseconds since 1970; `None`: when somebody completes it.
    pub(crate) completes_at_ms: Option<u64>,
    /// The revision that the entity has once it is finished, drawn when it began.
    #[serde(with = "text_form::revision")]
    pub(crate) revision_id: [u8; 16],
}

/// What is going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum TransitionKind {
    Create,
    Update,
}

/// The configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct StoredSettings {
    pub(crate) role: String,
    pub(crate) runtime: Option<String>,
    pub(crate) handler: Option<String>,
    pub(crate) description: String,
    pub(crate) timeout: u32,
    pub(crate) memory_size: u32,
    pub(crate) environment: Option<Vec<(String, String)>>,
    pub(crate) vpc_config: Option<StoredVpcConfig>,
    pub(crate) dead_letter_target_arn: Option<String>,
    pub(crate) kms_key_arn: Option<String>,
    pub(crate) source_kms_key_arn: Option<String>,
    pub(crate) tracing_mode: String,
    pub(crate) file_system_configs: Vec<(String, String)>,
    pub(crate) image_config: Option<StoredImageConfig>,
    pub(crate) ephemeral_storage: u32,
    pub(crate) snap_start: String,
    pub(crate) logging_config: StoredLoggingConfig,
    pub(crate) layers: Vec<StoredLayer>,
    pub(crate) durable_config: Option<(Option<u32>, Option<u32>)>,
    pub(crate) tenancy_config: Option<String>,
    pub(crate) capacity_provider_config: Option<(String, Option<u32>, Option<f64>)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredVpcConfig {
    pub(crate) subnet_ids: Vec<String>,
    pub(crate) security_group_ids: Vec<String>,
    pub(crate) vpc_id: String,
    pub(crate) ipv6_allowed_for_dual_stack: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredImageConfig {
    pub(crate) entry_point: Option<Vec<String>>,
    pub(crate) command: Option<Vec<String>>,
    pub(crate) working_directory: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredLoggingConfig {
    pub(crate) log_format: String,
    pub(crate) application_log_level: Option<String>,
    pub(crate) system_log_level: Option<String>,
    pub(crate) log_group: String,
}

/// A layer that the version uses, held as a blob of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredLayer {
    pub(crate) arn: String,
    #[serde(with = "text_form::hex")]
    pub(crate) code_sha256: [u8; 32],
    pub(crate) code_size: u64,
    pub(crate) unzipped_size: u64,
}

impl StoredSettings {
    /// Takes over a valid configuration.
    pub(crate) fn new(settings: &FunctionSettings, source_kms_key_arn: Option<String>) -> Self {
        Self {
            role: settings.role.to_string(),
            runtime: settings.runtime.as_ref().map(ToString::to_string),
            handler: settings.handler.as_ref().map(ToString::to_string),
            description: settings.description.clone(),
            timeout: settings.timeout,
            memory_size: settings.memory_size,
            environment: settings.environment.as_ref().map(pairs),
            vpc_config: settings.vpc_config.as_ref().map(StoredVpcConfig::new),
            dead_letter_target_arn: settings
                .dead_letter_config
                .as_ref()
                .map(|config| config.target_arn.clone()),
            kms_key_arn: settings.kms_key_arn.as_ref().map(ToString::to_string),
            source_kms_key_arn,
            tracing_mode: settings.tracing_mode.to_string(),
            file_system_configs: settings
                .file_system_configs
                .iter()
                .map(|config| (config.arn.clone(), config.local_mount_path.clone()))
                .collect(),
            image_config: settings.image_config.as_ref().map(StoredImageConfig::new),
            ephemeral_storage: settings.ephemeral_storage,
            snap_start: settings.snap_start.to_string(),
            logging_config: StoredLoggingConfig::new(&settings.logging_config),
            layers: Vec::new(),
            durable_config: settings
                .durable_config
                .as_ref()
                .map(|config| (config.retention_period_in_days, config.execution_timeout)),
            tenancy_config: settings.tenancy_config.map(|mode| mode.to_string()),
            capacity_provider_config: settings.capacity_provider_config.as_ref().map(|config| {
                (
                    config.capacity_provider_arn.clone(),
                    config.per_execution_environment_max_concurrency,
                    config.execution_environment_memory_gib_per_vcpu,
                )
            }),
        }
    }
}

impl StoredVpcConfig {
    fn new(config: &VpcSettings) -> Self {
        Self {
            subnet_ids: config.subnet_ids.clone(),
            security_group_ids: config.security_group_ids.clone(),
            vpc_id: config.vpc_id.clone(),
            ipv6_allowed_for_dual_stack: config.ipv6_allowed_for_dual_stack,
        }
    }

    fn typed(&self) -> VpcSettings {
        VpcSettings {
            subnet_ids: self.subnet_ids.clone(),
            security_group_ids: self.security_group_ids.clone(),
            ipv6_allowed_for_dual_stack: self.ipv6_allowed_for_dual_stack,
            vpc_id: self.vpc_id.clone(),
        }
    }
}

impl StoredImageConfig {
    fn new(config: &ImageConfig) -> Self {
        Self {
            entry_point: config.entry_point.clone(),
            command: config.command.clone(),
            working_directory: config.working_directory.clone(),
        }
    }

    fn typed(&self) -> ImageConfig {
        ImageConfig {
            entry_point: self.entry_point.clone(),
            command: self.command.clone(),
            working_directory: self.working_directory.clone(),
        }
    }
}

impl StoredLoggingConfig {
    fn new(config: &LoggingSettings) -> Self {
        Self {
            log_format: config.log_format.to_string(),
            application_log_level: config.application_log_level.map(|level| level.to_string()),
            system_log_level: config.system_log_level.map(|level| level.to_string()),
            log_group: config.log_group.clone(),
        }
    }

    fn typed(&self) -> Result<LoggingSettings, BadStored> {
        Ok(LoggingSettings {
            log_format: parse(&self.log_format)?,
            application_log_level: parse_option(self.application_log_level.as_ref())?,
            system_log_level: parse_option(self.system_log_level.as_ref())?,
            log_group: self.log_group.clone(),
        })
    }
}

impl StoredSettings {
    /// Reads what was taken over.
    pub(crate) fn typed(&self) -> Result<FunctionSettings, BadStored> {
        Ok(FunctionSettings {
            role: parse(&self.role)?,
            runtime: parse_option(self.runtime.as_ref())?,
            handler: parse_option(self.handler.as_ref())?,
            description: self.description.clone(),
            timeout: self.timeout,
            memory_size: self.memory_size,
            environment: self.environment.as_ref().map(|variables| variables.iter().cloned().collect()),
            vpc_config: self.vpc_config.as_ref().map(StoredVpcConfig::typed),
            dead_letter_config: self
                .dead_letter_target_arn
                .clone()
                .map(|target_arn| DeadLetterSettings { target_arn }),
            kms_key_arn: parse_option(self.kms_key_arn.as_ref())?,
            tracing_mode: parse(&self.tracing_mode)?,
            file_system_configs: self.file_systems(),
            image_config: self.image_config.as_ref().map(StoredImageConfig::typed),
            ephemeral_storage: self.ephemeral_storage,
            snap_start: parse(&self.snap_start)?,
            logging_config: self.logging_config.typed()?,
            durable_config: self.durable_config(),
            tenancy_config: parse_option(self.tenancy_config.as_ref())?,
            capacity_provider_config: self.capacity_provider_config(),
        })
    }

    /// The same with another configuration and other layers. The key of the archive is no part of that.
    pub(crate) fn configured(&self, settings: &FunctionSettings, layers: Vec<StoredLayer>) -> Self {
        Self { layers, ..Self::new(settings, self.source_kms_key_arn.clone()) }
    }

    /// What the layers take unzipped, in bytes.
    pub(crate) fn unzipped_layers(&self) -> u64 {
        unzipped_size(&self.layers)
    }

    fn file_systems(&self) -> Vec<FileSystemSettings> {
        let pair = |(arn, path): &(String, String)| FileSystemSettings {
            arn: arn.clone(),
            local_mount_path: path.clone(),
        };
        self.file_system_configs.iter().map(pair).collect()
    }

    fn durable_config(&self) -> Option<DurableSettings> {
        let (retention_period_in_days, execution_timeout) = self.durable_config?;
        Some(DurableSettings { retention_period_in_days, execution_timeout })
    }

    fn capacity_provider_config(&self) -> Option<CapacityProviderSettings> {
        let (arn, concurrency, memory) = self.capacity_provider_config.as_ref()?;
        Some(CapacityProviderSettings {
            capacity_provider_arn: arn.clone(),
            per_execution_environment_max_concurrency: *concurrency,
            execution_environment_memory_gib_per_vcpu: *memory,
        })
    }
}

/// Copies a map in its order.
pub(crate) fn pairs(map: &StringMap) -> Vec<(String, String)> {
    map.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

/// What is stored is not what this version could have written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadStored {
    #[error("a stored text is not valid: {0:?}")]
    Text(String),
    #[error("a stored value is not valid: {0}")]
    Value(&'static str),
}

pub(crate) fn parse<T: FromStr>(text: &str) -> Result<T, BadStored> {
    text.parse().map_err(|_| BadStored::Text(text.to_owned()))
}

/// Refuses a value that this version could not have written; `what` is wrong with it if it is not so.
pub(crate) fn ensure(is_so: bool, what: &'static str) -> Result<(), BadStored> {
    if is_so { Ok(()) } else { Err(BadStored::Value(what)) }
}

/// The greatest number that a version may get. No store comes near it, and those behind it are there to count on.
pub(crate) const VERSION_NUMBER_MAX: u64 = u64::MAX >> 1;

pub(crate) fn parse_option<T: FromStr>(text: Option<&String>) -> Result<Option<T>, BadStored> {
    text.map(|text| parse(text)).transpose()
}

mod alias;
mod code_signing;
mod event_invoke;
mod event_source_mapping;
mod function_scaling;
mod function_url;
mod layer;
mod package_report;
mod policy;
mod provisioned_concurrency;
mod recursion;
pub(crate) mod resource;
mod runtime_management;
pub(crate) mod text_form;

pub(crate) use alias::{StoredAlias, StoredReferrer};
pub(crate) use code_signing::{
    StoredCodeSigningConfig, StoredCodeSigningUser, StoredFunctionCodeSigning, code_signing_arn,
};
pub(crate) use event_invoke::StoredEventInvokeConfig;
pub(crate) use event_source_mapping::{
    MappingTransition, StoredEventSource, StoredEventSourceMapping, StoredMappingEntry,
    StoredMappingSettings, StoredMappingTransition, Twin, TypedMapping,
};
pub(crate) use function_scaling::StoredFunctionScaling;
pub(crate) use function_url::{StoredCors, StoredFunctionUrl};
pub(crate) use layer::{StoredLayerHead, StoredLayerPolicy, StoredLayerVersion};
pub(crate) use package_report::StoredPackageReport;
pub(crate) use policy::{StoredPolicy, StoredPrincipal, StoredStatement};
pub(crate) use provisioned_concurrency::{
    StoredAllocation, StoredProvisionedConcurrency, StoredProvisionedTotal,
};
pub(crate) use recursion::StoredRecursionConfig;
pub(crate) use runtime_management::StoredRuntimeManagement;

#[cfg(test)]
mod tests;
