//! UpdateFunctionConfiguration.

use crate::accelerator::AcceleratorConfig;
use crate::admitted::required;
use crate::caller::Caller;
use crate::capacity_provider::CapacityProviderConfig;
use crate::check::check;
use crate::constraint::Shape;
use crate::dead_letter::DeadLetterConfig;
use crate::description::DESCRIPTION_SHAPE;
use crate::durable::DurableConfig;
use crate::environment::Environment;
use crate::ephemeral_storage::EphemeralStorage;
use crate::file_system::{FILE_SYSTEM_CONFIGS_SHAPE, FileSystemConfig};
use crate::function_name::FUNCTION_NAME_SHAPE;
use crate::function_reference::FunctionReference;
use crate::handler::HANDLER_SHAPE;
use crate::image::ImageConfig;
use crate::kms::KMS_KEY_ARN_SHAPE;
use crate::layers::{LAYERS_SHAPE, LayerVersionArn, resolve_layers};
use crate::logging::LoggingConfig;
use crate::rejection::Rejection;
use crate::resources::{MEMORY_SIZE_SHAPE, TIMEOUT_SHAPE};
use crate::role::ROLE_SHAPE;
use crate::runtime_config::RuntimeConfig;
use crate::settings_change::{SettingsChange, settings_of};
use crate::snap_start::SnapStart;
use crate::structure::structure;
use crate::tracing::TracingConfig;
use crate::vpc::VpcConfig;

structure! {
    /// An UpdateFunctionConfiguration request as it was received.
    pub struct UpdateFunctionConfigurationRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", FUNCTION_NAME_SHAPE;
        /// The role it runs under.
        optional role: String = "Role", ROLE_SHAPE;
        /// Where in the code it starts.
        optional handler: String = "Handler", HANDLER_SHAPE;
        /// A description, at most 256 characters.
        optional description: String = "Description", DESCRIPTION_SHAPE;
        /// Seconds that an invocation may take, 1 to 900.
        optional timeout: i64 = "Timeout", TIMEOUT_SHAPE;
        /// Memory in megabytes, from 128.
        optional memory_size: i64 = "MemorySize", MEMORY_SIZE_SHAPE;
        /// The network, as a whole; empty lists for none.
        optional vpc_config: VpcConfig = "VpcConfig", Shape::Structure(VpcConfig::MEMBERS);
        /// Environment variables, all of them.
        optional environment: Environment = "Environment", Shape::Structure(Environment::MEMBERS);
        /// What the code runs on, outside of the table as in
        /// [`CreateFunctionRequest`](crate::CreateFunctionRequest) (recorded from AWS).
        optional runtime: String = "Runtime", Shape::STRING;
        /// Where events go that could not be processed; an empty ARN for nowhere.
        optional dead_letter_config: DeadLetterConfig = "DeadLetterConfig",
            Shape::Structure(DeadLetterConfig::MEMBERS);
        /// The key that environment variables are encrypted with; empty for none.
        optional kms_key_arn: String = "KMSKeyArn", KMS_KEY_ARN_SHAPE;
        /// Tracing with X-Ray.
        optional tracing_config: TracingConfig = "TracingConfig", Shape::Structure(TracingConfig::MEMBERS);
        /// The revision that the function must have.
        optional revision_id: String = "RevisionId", Shape::STRING;
        /// ARNs of versions of layers, all of them.
        optional layers: Vec<String> = "Layers", LAYERS_SHAPE;
        /// File systems to mount, all of them.
        optional file_system_configs: Vec<FileSystemConfig> = "FileSystemConfigs", FILE_SYSTEM_CONFIGS_SHAPE;
        /// What overrides the settings of a container image, as a whole; empty for nothing.
        optional image_config: ImageConfig = "ImageConfig", Shape::Structure(ImageConfig::MEMBERS);
        /// The size of `/tmp`.
        optional ephemeral_storage: EphemeralStorage = "EphemeralStorage",
            Shape::Structure(EphemeralStorage::MEMBERS);
        /// SnapStart.
        optional snap_start: SnapStart = "SnapStart", Shape::Structure(SnapStart::MEMBERS);
        /// Where and how it logs; what is not given here stays.
        optional logging_config: LoggingConfig = "LoggingConfig", Shape::Structure(LoggingConfig::MEMBERS);
        /// The instances it runs on.
        optional capacity_provider_config: CapacityProviderConfig = "CapacityProviderConfig",
            Shape::Structure(CapacityProviderConfig::MEMBERS);
        /// How a durable function keeps its progress.
        optional durable_config: DurableConfig = "DurableConfig", Shape::Structure(DurableConfig::MEMBERS);
        /// The runtime, by its ARN.
        optional runtime_config: RuntimeConfig = "RuntimeConfig", Shape::Structure(RuntimeConfig::MEMBERS);
        /// The accelerator it runs beside.
        optional accelerator_config: AcceleratorConfig = "AcceleratorConfig",
            Shape::Structure(AcceleratorConfig::MEMBERS);
    }
}

/// A valid UpdateFunctionConfiguration request.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateFunctionConfiguration {
    /// The function. A qualifier stays here, because the service refuses one only after it has found the function.
    pub function: FunctionReference,
    /// The revision that the function must have, as free text: the service answers any other text with a failed
    /// precondition, whatever its form (recorded from AWS).
    pub revision_id: Option<String>,
    /// What is configured otherwise.
    pub settings: SettingsChange,
    /// At most 5 versions of different layers of the caller's region, in the place of all before; as before if not
    /// given.
    pub layers: Option<Vec<LayerVersionArn>>,
}

impl UpdateFunctionConfigurationRequest {
    /// Makes the request valid.
    ///
    /// ```
    /// use funclet_validation::{Caller, UpdateFunctionConfigurationRequest};
    ///
    /// let caller = Caller { account: "111122223333".parse()?, region: "us-east-1".parse()? };
    /// let request = |timeout| UpdateFunctionConfigurationRequest {
    ///     function_name: Some("hello".into()),
    ///     timeout: Some(timeout),
    ///     ..Default::default()
    /// };
    /// assert_eq!(request(900).validate(&caller).unwrap().function.name.as_str(), "hello");
    /// assert_eq!(
    ///     request(901).validate(&caller).unwrap_err().to_string(),
    ///     "1 validation error detected: Value '901' at 'timeout' failed to satisfy constraint: \
    ///      Member must have value less than or equal to 900",
    /// );
    /// # Ok::<(), funclet_validation::InvalidText>(())
    /// ```
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`], then
    /// [`Rejection::InvalidParameterValue`] about layers. The rest is found out by [`SettingsChange::fit`] and
    /// [`FunctionSettings::apply`](crate::FunctionSettings::apply), when the function has been found.
    pub fn validate(mut self, caller: &Caller) -> Result<UpdateFunctionConfiguration, Rejection> {
        check(&self)?;
        let function = FunctionReference::resolve(caller, &required(self.function_name.take()), None)?;
        Ok(UpdateFunctionConfiguration {
            function,
            revision_id: self.revision_id.take(),
            settings: settings_of!(self, None),
            layers: self.layers.map(|layers| resolve_layers(caller, layers)).transpose()?,
        })
    }
}
