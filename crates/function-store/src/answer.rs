//! What operations answer: Lambda's own members, typed.

mod event_invoke;
mod event_source_mapping;
mod function_scaling;
mod function_url;
mod invocable;
mod layer;
mod runtime_management;

pub use event_invoke::{FunctionEventInvokeConfig, FunctionEventInvokeConfigPage};
pub use event_source_mapping::{
    EventSourceMappingConfiguration, EventSourceMappingPage, EventSourceMappingState,
};
pub use function_scaling::{FunctionScalingAccepted, FunctionScalingAnswer};
pub use function_url::{FunctionUrlConfig, FunctionUrlPage};
pub use invocable::{Invocable, InvocableLayer};
pub use layer::{
    AddedLayerPermission, LayerContent, LayerPage, LayerSummary, LayerVersion, LayerVersionPage,
    LayerVersionSummary,
};
pub use runtime_management::RuntimeManagementConfig;

use funclet_validation::{
    AliasName, AliasRoute, Architecture, CapacityProviderSettings, CodeSha256, CodeSigningConfigArn,
    CodeSigningPolicy, DeadLetterSettings, DurableSettings, FileSystemSettings, FunctionArn, FunctionName,
    Handler, ImageConfig, KmsKeyArn, LoggingSettings, PackageType, RecursiveLoop, ResourceArn, RevisionId,
    RoleArn, Runtime, SnapStartApplyOn, StringMap, TenantIsolationMode, TracingMode, Version,
};

use funclet_storage::BlobDigest;

/// Milliseconds since 1970-01-01 00:00 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// Drops the milliseconds, as the service does for updates.
    #[must_use]
    pub fn whole_seconds(self) -> Self {
        Self(self.0 - self.0 % 1000)
    }
}

/// The configuration of a function or of one of its versions (`FunctionConfiguration`).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FunctionConfiguration {
    /// The bare name.
    pub function_name: FunctionName,
    /// The ARN, with the qualifier that the function was addressed by.
    pub function_arn: FunctionArn,
    /// What its code runs on; images have none.
    pub runtime: Option<Runtime>,
    /// The exact version of the runtime; lists leave it out.
    pub runtime_version_arn: Option<String>,
    /// The role it runs under.
    pub role: RoleArn,
    /// Where it starts; images have none.
    pub handler: Option<Handler>,
    /// The length of the archive in bytes; 0 for images.
    pub code_size: u64,
    /// The digest of archive or image.
    pub code_sha256: CodeSha256,
    /// A description, perhaps empty.
    pub description: String,
    /// Seconds that an invocation may take.
    pub timeout: u32,
    /// Memory in megabytes.
    pub memory_size: u32,
    /// When code or configuration were changed last.
    pub last_modified: Timestamp,
    /// `$LATEST` or a number.
    pub version: Version,
    /// The network.
    pub vpc_config: Option<VpcConfigAnswer>,
    /// Where events go that could not be processed.
    pub dead_letter_config: Option<DeadLetterSettings>,
    /// Environment variables; none if never given, empty if given empty.
    pub environment: Option<StringMap>,
    /// The key that environment variables are encrypted with.
    pub kms_key_arn: Option<KmsKeyArn>,
    /// Whether invocations are sampled for X-Ray.
    pub tracing_mode: TracingMode,
    /// The revision; every change makes a new one.
    pub revision_id: RevisionId,
    /// Layers with their sizes.
    pub layers: Vec<LayerAnswer>,
    /// Where the function stands in its life; lists leave it out.
    pub status: Option<Status>,
    /// Zip or image.
    pub package_type: PackageType,
    /// What overrides the settings of the image.
    pub image_config: Option<ImageConfig>,
    /// File systems that it mounts.
    pub file_system_configs: Vec<FileSystemSettings>,
    /// The instruction set.
    pub architecture: Architecture,
    /// The size of `/tmp` in megabytes.
    pub ephemeral_storage: u32,
    /// Which versions start from a snapshot.
    pub snap_start: SnapStartApplyOn,
    /// Whether this one does.
    pub snap_start_optimized: bool,
    /// Where and how it logs.
    pub logging_config: LoggingSettings,
    /// How it keeps its progress, if it is a durable function.
    pub durable_config: Option<DurableSettings>,
    /// How its tenants are kept apart, if it has any.
    pub tenancy_config: Option<TenantIsolationMode>,
    /// The instances it runs on, if they are its owner's.
    pub capacity_provider_config: Option<CapacityProviderSettings>,
}

/// A layer as a function shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerAnswer {
    /// The ARN of the layer's version.
    pub arn: String,
    /// The length of its archive in bytes.
    pub code_size: u64,
}

/// The network of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VpcConfigAnswer {
    /// Subnets.
    pub subnet_ids: Vec<String>,
    /// Security groups.
    pub security_group_ids: Vec<String>,
    /// The network that the subnets belong to; empty while no network service was asked.
    pub vpc_id: String,
    /// Whether IPv6 is allowed.
    pub ipv6_allowed_for_dual_stack: bool,
}

/// Where a function or version stands in its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// `State`.
    pub state: State,
    /// `StateReasonCode` and `StateReason`.
    pub state_reason: Option<Reason>,
    /// `LastUpdateStatus`; none while the function is being created.
    pub last_update: Option<LastUpdateStatus>,
    /// `LastUpdateStatusReasonCode` and `LastUpdateStatusReason`.
    pub last_update_reason: Option<Reason>,
}

/// A reason in AWS's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The code, for example `Creating`.
    pub code: String,
    /// The sentence, for example `The function is being created.`
    pub text: String,
}

impl Reason {
    /// The code of what fails because a package cannot be extracted. That stays so until there is other code: an update of
    /// the configuration fails for it again.
    pub const INVALID_ZIP_FILE: &str = "InvalidZipFileException";
}

/// The state of a function or version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum State {
    /// Being created.
    Pending,
    /// Ready.
    Active,
    /// Reclaimed after long idleness.
    Inactive,
    /// Creation failed.
    Failed,
}

impl State {
    /// Returns the text on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Active => "Active",
            Self::Inactive => "Inactive",
            Self::Failed => "Failed",
        }
    }
}

/// How the last update of a function went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum LastUpdateStatus {
    /// It is done.
    Successful,
    /// It is in progress.
    InProgress,
    /// It failed.
    Failed,
}

impl LastUpdateStatus {
    /// Returns the text on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Successful => "Successful",
            Self::InProgress => "InProgress",
            Self::Failed => "Failed",
        }
    }
}

/// What GetFunction answers.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FunctionDetail {
    /// The configuration.
    pub configuration: FunctionConfiguration,
    /// Where the code is.
    pub code: CodeLocation,
    /// Tags of the function; empty if there are none.
    pub tags: StringMap,
    /// The reserved concurrency, if it is set.
    pub reserved_concurrent_executions: Option<u32>,
}

/// What ListTags answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceTags {
    /// The tags, in the order in which their keys came; empty if there are none.
    pub tags: StringMap,
}

/// An alias of a function (`AliasConfiguration`).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct AliasConfiguration {
    /// The ARN of the function, qualified by the alias.
    pub alias_arn: FunctionArn,
    /// The name of the alias.
    pub name: AliasName,
    /// The version that it points to.
    pub function_version: Version,
    /// A description, perhaps empty.
    pub description: String,
    /// Other versions that get a share of the invocations; at most one so far.
    pub routing: Vec<AliasRoute>,
    /// The revision; every update makes a new one.
    pub revision_id: RevisionId,
}

/// One page of ListAliases.
#[derive(Debug, Clone, PartialEq)]
pub struct AliasPage {
    /// The aliases, in byte order of their names.
    pub aliases: Vec<AliasConfiguration>,
    /// Where to go on, if there is more.
    pub next_marker: Option<String>,
}

/// What AddPermission answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedPermission {
    /// The new statement as text, as [`Statement::to_text`](funclet_validation::Statement::to_text) writes it.
    pub statement: String,
}

/// What GetPolicy answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourcePolicy {
    /// The policy as text, as [`policy_text`](funclet_validation::policy_text) writes it; at most 20,480 bytes.
    pub policy: String,
    /// The revision of the policy; every change makes a new one.
    pub revision_id: RevisionId,
}

/// What GetFunctionCodeSigningConfig answers.
/// A code signing config (`CodeSigningConfig`).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CodeSigningConfig {
    /// `csc-` and 17 letters and digits.
    pub code_signing_config_id: String,
    /// Its ARN.
    pub code_signing_config_arn: CodeSigningConfigArn,
    /// A description, perhaps empty.
    pub description: String,
    /// The versions of signing profiles whose signatures are accepted.
    pub allowed_publishers: Vec<ResourceArn>,
    /// What happens to other code.
    pub untrusted_artifact_on_deployment: CodeSigningPolicy,
    /// When it was created or changed last.
    pub last_modified: Timestamp,
}

/// One page of ListCodeSigningConfigs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeSigningConfigPage {
    /// The code signing configs, in byte order of their ids.
    pub code_signing_configs: Vec<CodeSigningConfig>,
    /// Where to go on, if there is more.
    pub next_marker: Option<String>,
}

/// One page of ListFunctionsByCodeSigningConfig.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionArnPage {
    /// The ARNs of functions, without qualifiers, in byte order of their names.
    pub function_arns: Vec<FunctionArn>,
    /// Where to go on, if there is more.
    pub next_marker: Option<String>,
}

/// What PutFunctionCodeSigningConfig and GetFunctionCodeSigningConfig answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionCodeSigning {
    /// The bare name.
    pub function_name: FunctionName,
    /// The code signing config that is attached to the function, if there is one.
    pub code_signing_config_arn: Option<CodeSigningConfigArn>,
}

/// What PutFunctionConcurrency and GetFunctionConcurrency answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FunctionConcurrency {
    /// The reserved concurrency, if it is set.
    pub reserved_concurrent_executions: Option<u32>,
}

/// The provisioned concurrency of a version or an alias.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProvisionedConcurrency {
    /// How many executions are asked for.
    pub requested_provisioned_concurrent_executions: u32,
    /// How many are free: those that are there, since nothing runs here.
    pub available_provisioned_concurrent_executions: u32,
    /// How many are there.
    pub allocated_provisioned_concurrent_executions: u32,
    /// How far the allocation has come.
    pub status: ProvisionedConcurrencyStatus,
    /// Why it failed.
    pub status_reason: Option<String>,
    /// When it was asked for, in whole seconds.
    pub last_modified: Timestamp,
}

/// How far the allocation of provisioned concurrency has come (`ProvisionedConcurrencyStatusEnum`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProvisionedConcurrencyStatus {
    /// It is in progress.
    InProgress,
    /// It is done.
    Ready,
    /// It failed.
    Failed,
}

impl ProvisionedConcurrencyStatus {
    /// Returns the text on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InProgress => "IN_PROGRESS",
            Self::Ready => "READY",
            Self::Failed => "FAILED",
        }
    }
}

/// An entry of ListProvisionedConcurrencyConfigs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvisionedConcurrencyItem {
    /// The ARN of the version or alias.
    pub function_arn: FunctionArn,
    /// What it has.
    pub config: ProvisionedConcurrency,
}

/// One page of ListProvisionedConcurrencyConfigs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvisionedConcurrencyPage {
    /// Versions and aliases with provisioned concurrency, in byte order of their qualifiers.
    pub provisioned_concurrency_configs: Vec<ProvisionedConcurrencyItem>,
    /// Where to go on, if there is more.
    pub next_marker: Option<String>,
}

/// What PutFunctionRecursionConfig and GetFunctionRecursionConfig answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FunctionRecursion {
    /// What happens to the function if it calls itself without end.
    pub recursive_loop: RecursiveLoop,
}

/// What GetAccountSettings answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountSettings {
    /// What the account can have in the region.
    pub account_limit: AccountLimit,
    /// What it has.
    pub account_usage: AccountUsage,
}

/// What an account can have in a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountLimit {
    /// The storage quota, in bytes.
    pub total_code_size: u64,
    /// The longest sum of what is in a package and its layers, in bytes.
    pub code_size_unzipped: u64,
    /// The longest package, in bytes.
    pub code_size_zipped: u64,
    /// How many executions there can be at a time.
    pub concurrent_executions: u32,
    /// Those of them that no function has reserved.
    pub unreserved_concurrent_executions: u32,
}

/// What an account has in a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountUsage {
    /// The bytes of the packages of all functions and their versions, each in full, however many are the same.
    pub total_code_size: u64,
    /// How many functions there are.
    pub function_count: u64,
}

/// Where the code of a function is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeLocation {
    /// An archive that this store keeps.
    Package {
        /// Its digest.
        digest: BlobDigest,
        /// Its length in bytes.
        size: u64,
        /// The key that the request encrypted it with, if it named one.
        source_kms_key_arn: Option<KmsKeyArn>,
    },
    /// An image in a registry.
    Image {
        /// The URI as it was given.
        image_uri: String,
        /// The URI with the digest that the function was pinned to.
        resolved_image_uri: String,
    },
}

/// One page of ListFunctions.
#[derive(Debug, Clone, PartialEq)]
pub struct FunctionPage {
    /// The functions, in byte order of their names.
    pub functions: Vec<FunctionConfiguration>,
    /// Where to go on, if there is more.
    pub next_marker: Option<String>,
}

/// One page of ListVersionsByFunction.
#[derive(Debug, Clone, PartialEq)]
pub struct VersionPage {
    /// `$LATEST`, then the versions by number.
    pub versions: Vec<FunctionConfiguration>,
    /// Where to go on, if there is more.
    pub next_marker: Option<String>,
}
