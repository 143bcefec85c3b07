//! The configuration of a function.

use crate::admitted::{admitted, admitted_number, admitted_option, required};
use crate::capacity_provider::CapacityProviderSettings;
use crate::dead_letter::DeadLetterSettings;
use crate::durable::DurableSettings;
use crate::environment::Environment;
use crate::ephemeral_storage::megabytes;
use crate::file_system::FileSystemSettings;
use crate::function_name::FunctionName;
use crate::handler::Handler;
use crate::image::ImageConfig;
use crate::kms::KmsKeyArn;
use crate::logging::LoggingSettings;
use crate::rejection::Rejection;
use crate::requests::CreateFunctionRequest;
use crate::role::RoleArn;
use crate::runtime::Runtime;
use crate::snap_start::SnapStartApplyOn;
use crate::string_map::StringMap;
use crate::tenancy::TenantIsolationMode;
use crate::tracing::TracingMode;
use crate::vpc::VpcSettings;

/// What a function is configured to, with the defaults of the service filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct FunctionSettings {
    /// The role it runs under.
    pub role: RoleArn,
    /// What its code runs on; images have none.
    pub runtime: Option<Runtime>,
    /// Where it starts; images have none.
    pub handler: Option<Handler>,
    /// A description of at most 256 characters; empty if none was given.
    pub description: String,
    /// Seconds that an invocation may take, 1 to 900; 3 if none was given.
    pub timeout: u32,
    /// Memory in megabytes, from 128; 128 if none was given.
    pub memory_size: u32,
    /// Environment variables; none if the request had no `Environment`, empty if it had an empty one.
    pub environment: Option<StringMap>,
    /// The network.
    pub vpc_config: Option<VpcSettings>,
    /// Where events go that could not be processed.
    pub dead_letter_config: Option<DeadLetterSettings>,
    /// The key that environment variables are encrypted with.
    pub kms_key_arn: Option<KmsKeyArn>,
    /// Whether invocations are sampled for X-Ray.
    pub tracing_mode: TracingMode,
    /// File systems that it mounts.
    pub file_system_configs: Vec<FileSystemSettings>,
    /// What overrides the settings of its image; none if nothing is overridden.
    pub image_config: Option<ImageConfig>,
    /// The size of `/tmp` in megabytes, 512 to 10240; 512 if none was given.
    pub ephemeral_storage: u32,
    /// Which versions start from a snapshot.
    pub snap_start: SnapStartApplyOn,
    /// Where and how it logs.
    pub logging_config: LoggingSettings,
    /// How it keeps its progress, if it is a durable function.
    pub durable_config: Option<DurableSettings>,
    /// How its tenants are kept apart, if it has any.
    pub tenancy_config: Option<TenantIsolationMode>,
    /// The instances it runs on, if they are its owner's.
    pub capacity_provider_config: Option<CapacityProviderSettings>,
}

/// Seconds that an invocation may take if the request does not say (recorded from AWS).
const DEFAULT_TIMEOUT: u32 = 3;

/// Megabytes of memory if the request does not say (recorded from AWS).
const DEFAULT_MEMORY_SIZE: u32 = 128;

impl FunctionSettings {
    /// Takes the configuration out of an admitted request.
    ///
    /// # Errors
    /// Those of the runtime, the environment and logging.
    pub(crate) fn take_from<P>(
        request: &mut CreateFunctionRequest<P>,
        name: &FunctionName,
    ) -> Result<Self, Rejection> {
        let runtime = request.runtime.take().as_deref().map(str::parse).transpose()?;
        let environment = request.environment.take().map(Environment::into_variables).transpose()?;
        let logging_config = LoggingSettings::resolve(name, request.logging_config.take())?;
        let file_systems = request.file_system_configs.take().unwrap_or_default();
        Ok(Self {
            role: admitted(&required(request.role.take())),
            runtime,
            handler: admitted_option(request.handler.take()),
            description: request.description.take().unwrap_or_default(),
            timeout: request.timeout.map_or(DEFAULT_TIMEOUT, admitted_number),
            memory_size: request.memory_size.map_or(DEFAULT_MEMORY_SIZE, admitted_number),
            environment,
            vpc_config: request.vpc_config.take().map(Into::into),
            dead_letter_config: DeadLetterSettings::from_member(request.dead_letter_config.take()),
            kms_key_arn: KmsKeyArn::from_member(request.kms_key_arn.take()),
            tracing_mode: request.tracing_config.take().map(Into::into).unwrap_or_default(),
            file_system_configs: file_systems.into_iter().map(Into::into).collect(),
            image_config: request.image_config.take().filter(|config| *config != ImageConfig::default()),
            ephemeral_storage: megabytes(request.ephemeral_storage.take()),
            snap_start: request.snap_start.take().map(Into::into).unwrap_or_default(),
            logging_config,
            durable_config: request.durable_config.take().map(Into::into),
            tenancy_config: request.tenancy_config.take().map(Into::into),
            capacity_provider_config: request.capacity_provider_config.take().map(Into::into),
        })
    }
}
