//! AWS Lambda's vocabulary, always valid: names, ARNs, qualifiers, enums and requests.
//!
//! A raw request (`...Request`: every member as it was sent, or absent) comes to a valid one, or to the exact complaints
//! of the service. Each request states its members, their types and their rules in one table
//! ([`Structure::MEMBERS`]); decoders and tests walk the same table.
//!
//! This crate does no input or output, has no clock and no randomness, and knows neither JSON nor HTTP. It knows
//! nothing that is stored: whether a function exists is for others to say. A deployment package is an opaque `P`.
//!
//! ```
//! use funclet_validation::{Caller, UpdateFunctionCodeRequest};
//!
//! let caller = Caller { account: "111122223333".parse()?, region: "eu-central-1".parse()? };
//! let request = UpdateFunctionCodeRequest {
//!     function_name: Some("hello".into()),
//!     zip_file: Some(b"PK".to_vec()),
//!     architectures: Some(vec!["sparc".into()]),
//!     ..Default::default()
//! };
//! assert_eq!(
//!     request.validate(&caller).unwrap_err().to_string(),
//!     "1 validation error detected: Value '[sparc]' at 'architectures' failed to satisfy constraint: \
//!      Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], \
//!      Member must not be null]",
//! );
//! # Ok::<(), funclet_validation::InvalidText>(())
//! ```
//!
//! # Limits
//!
//! The texts are those of the service as far as they are recorded or quoted; where they are not, the documentation of
//! the item says that they are chosen. Lengths count Unicode scalar values.

mod accelerator;
mod account;
mod admitted;
mod alias;
mod architecture;
mod arn;
mod caller;
mod capacity_provider;
mod check;
mod code;
mod code_sha256;
mod code_signing;
mod compatible_runtime;
mod complaint;
mod constraint;
mod dead_letter;
mod description;
mod destination;
mod document;
mod durable;
mod enumeration;
mod environment;
mod ephemeral_storage;
mod event_source;
mod file_system;
mod function_name;
mod function_reference;
mod function_url;
mod handler;
mod image;
mod kms;
mod layer;
mod layers;
mod logging;
mod package_type;
mod paging;
mod pattern;
mod payload;
mod policy;
mod policy_text;
mod printing;
mod publish_to;
mod qualifier;
mod quoted;
mod recursion;
mod region;
mod rejection;
mod requests;
mod resource_arn;
mod resources;
mod revision_id;
mod role;
mod rule;
mod runtime;
mod runtime_config;
mod runtime_management;
mod s3;
mod settings;
mod settings_change;
mod snap_start;
mod string_map;
mod structure;
mod tags;
mod tenancy;
mod text;
mod text_map;
mod tracing;
mod version;
mod vpc;

pub use accelerator::AcceleratorConfig;
pub use account::AccountId;
pub use alias::{AliasName, AliasRoute, AliasRoutingConfiguration};
pub use architecture::Architecture;
pub use arn::FunctionArn;
pub use caller::Caller;
pub use capacity_provider::{
    CapacityProviderConfig, CapacityProviderSettings, LambdaManagedInstancesCapacityProviderConfig,
};
pub use code::{CodeSource, FunctionCode, SourceMembers};
pub use code_sha256::CodeSha256;
pub use code_signing::{AllowedPublishers, CodeSigningConfigArn, CodeSigningPolicies, CodeSigningPolicy};
pub use complaint::{Complaint, ValidationError};
pub use constraint::{Bounds, ItemWords, ListRules, MapRules, Member, Shape, TextRules};
pub use dead_letter::{DeadLetterConfig, DeadLetterSettings};
pub use destination::{Destination, DestinationConfig, Destinations, OnFailure, OnSuccess};
pub use document::{Document, FromDocument, Kind, WrongType};
pub use durable::{DurableConfig, DurableSettings};
pub use enumeration::UnknownValue;
pub use environment::Environment;
pub use ephemeral_storage::EphemeralStorage;
pub use event_source::{
    AmazonManagedKafkaEventSourceConfig, DocumentDbEventSourceConfig, EventSourceMappingLoggingConfig,
    EventSourceMappingMetricsConfig, EventSourcePosition, Filter, FilterCriteria,
    KafkaSchemaRegistryAccessConfig, KafkaSchemaRegistryConfig, KafkaSchemaValidationConfig,
    ProvisionedPollerConfig, ScalingConfig, SelfManagedEventSource, SelfManagedKafkaEventSourceConfig,
    SourceAccessConfiguration,
};
pub use file_system::{FileSystemConfig, FileSystemSettings, S3FilesConfig};
pub use function_name::FunctionName;
pub use function_reference::FunctionReference;
pub use function_url::{Cors, InvokeMode};
pub use handler::Handler;
pub use image::{ImageConfig, ImageUri};
pub use kms::KmsKeyArn;
pub use layer::{LayerName, LayerReference, LayerVersionContentInput, LayerVersionReference};
pub use layers::{LAYERS_MAX, LayerVersionArn};
pub use logging::{ApplicationLogLevel, LogFormat, LoggingConfig, LoggingSettings, SystemLogLevel};
pub use package_type::PackageType;
pub use pattern::Pattern;
pub use payload::Payload;
pub use policy::{Condition, FunctionUrlAuthType, OrganizationId, Principal, Statement, StatementId};
pub use policy_text::policy_text;
pub use publish_to::PublishTo;
pub use qualifier::{OtherQualifier, Qualifier};
pub use recursion::RecursiveLoop;
pub use region::Region;
pub use rejection::Rejection;
pub use requests::*;
pub use resource_arn::ResourceArn;
pub use revision_id::RevisionId;
pub use role::RoleArn;
pub use runtime::Runtime;
pub use runtime_config::RuntimeConfig;
pub use runtime_management::{RuntimeVersionArn, UpdateRuntimeOn};
pub use s3::{S3Bucket, S3Key, S3Object, S3ObjectStorageMode, S3ObjectVersion};
pub use settings::FunctionSettings;
pub use settings_change::SettingsChange;
pub use snap_start::{SnapStart, SnapStartApplyOn};
pub use string_map::StringMap;
pub use structure::{Entries, Items, Structure, Value, View};
pub use tags::{TAGS_MAX, TaggableResource, merge_tags};
pub use tenancy::{TenancyConfig, TenantIsolationMode};
pub use text::InvalidText;
pub use text_map::TextMap;
pub use tracing::{TracingConfig, TracingMode};
pub use version::Version;
pub use vpc::{VpcConfig, VpcSettings};
