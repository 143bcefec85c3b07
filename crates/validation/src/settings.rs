//! The configuration of a function.

use crate::capacity_provider::CapacityProviderSettings;
use crate::dead_letter::DeadLetterSettings;
use crate::durable::DurableSettings;
use crate::environment::Environment;
use crate::ephemeral_storage::{DEFAULT_MEGABYTES, megabytes};
use crate::file_system::FileSystemSettings;
use crate::function_name::FunctionName;
use crate::handler::Handler;
use crate::image::ImageConfig;
use crate::kms::KmsKeyArn;
use crate::logging::LoggingSettings;
use crate::rejection::Rejection;
use crate::resources::{DEFAULT_MEMORY_SIZE, DEFAULT_TIMEOUT, MEMORY_SIZE_MAX};
use crate::role::RoleArn;
use crate::runtime::Runtime;
use crate::settings_change::SettingsChange;
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

impl FunctionSettings {
    /// Returns what a new function has that asks for nothing but a role.
    #[must_use]
    pub fn default_of(name: &FunctionName, role: RoleArn) -> Self {
        Self {
            role,
            runtime: None,
            handler: None,
            description: String::new(),
            timeout: DEFAULT_TIMEOUT,
            memory_size: DEFAULT_MEMORY_SIZE,
            environment: None,
            vpc_config: None,
            dead_letter_config: None,
            kms_key_arn: None,
            tracing_mode: TracingMode::default(),
            file_system_configs: Vec::new(),
            image_config: None,
            ephemeral_storage: DEFAULT_MEGABYTES,
            snap_start: SnapStartApplyOn::default(),
            logging_config: LoggingSettings::default_of(name),
            durable_config: None,
            tenancy_config: None,
            capacity_provider_config: None,
        }
    }

    /// Takes over what a request has. Structures and lists are replaced as a whole (recorded from AWS for environment and
    /// image, chosen for the rest), but for logging, of which only what is given changes (recorded from AWS).
    ///
    /// # Errors
    /// [`Rejection::InvalidParameterValue`] about memory, runtime, environment, logging, in this order \[chosen\]. The
    /// settings are of no use then.
    pub fn apply(&mut self, change: SettingsChange) -> Result<(), Rejection> {
        set(&mut self.role, change.role);
        set(&mut self.handler, change.handler);
        set(&mut self.description, change.description);
        set(&mut self.timeout, change.timeout);
        set(&mut self.memory_size, change.memory_size);
        set(&mut self.vpc_config, change.vpc_config);
        set(&mut self.dead_letter_config, change.dead_letter_config.map(DeadLetterSettings::from_member));
        set(&mut self.kms_key_arn, change.kms_key_arn.map(|key| KmsKeyArn::from_member(Some(key))));
        set(&mut self.tracing_mode, change.tracing_config);
        let file_systems = change.file_system_configs;
        set(
            &mut self.file_system_configs,
            file_systems.map(|list| list.into_iter().map(Into::into).collect::<Vec<_>>()),
        );
        let overrides = |config: ImageConfig| Some(config).filter(|config| *config != ImageConfig::default());
        set(&mut self.image_config, change.image_config.map(overrides));
        set(&mut self.ephemeral_storage, change.ephemeral_storage.map(megabytes));
        set(&mut self.snap_start, change.snap_start);
        set(&mut self.durable_config, change.durable_config.map(DurableSettings::from));
        set(&mut self.tenancy_config, change.tenancy_config.map(TenantIsolationMode::from));
        set(
            &mut self.capacity_provider_config,
            change.capacity_provider_config.map(CapacityProviderSettings::from),
        );
        self.check_memory_size()?;
        set(&mut self.runtime, change.runtime.as_deref().map(str::parse::<Runtime>).transpose()?);
        set(&mut self.environment, change.environment.map(Environment::into_variables).transpose()?);
        if let Some(config) = change.logging_config {
            self.logging_config = self.logging_config.merged(config)?;
        }
        Ok(())
    }

    /// Refuses more memory than functions have that run on the service's own instances. The text is quoted, with the
    /// limits of smaller accounts, in many public reports; the number is documented.
    fn check_memory_size(&self) -> Result<(), Rejection> {
        if self.memory_size > MEMORY_SIZE_MAX && self.capacity_provider_config.is_none() {
            return Err(Rejection::invalid(format!(
                "'MemorySize' value failed to satisfy constraint: Member must have value less than or equal to \
                 {MEMORY_SIZE_MAX}"
            )));
        }
        Ok(())
    }
}

/// Takes over what is given.
fn set<T>(setting: &mut T, given: Option<impl Into<T>>) {
    if let Some(given) = given {
        *setting = given.into();
    }
}
