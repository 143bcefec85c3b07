//! What a request configures.

use crate::capacity_provider::CapacityProviderConfig;
use crate::dead_letter::DeadLetterConfig;
use crate::durable::DurableConfig;
use crate::environment::Environment;
use crate::ephemeral_storage::EphemeralStorage;
use crate::file_system::FileSystemConfig;
use crate::handler::Handler;
use crate::image::ImageConfig;
use crate::logging::LoggingConfig;
use crate::package_type::PackageType;
use crate::rejection::Rejection;
use crate::role::RoleArn;
use crate::snap_start::SnapStart;
use crate::tenancy::TenancyConfig;
use crate::tracing::TracingConfig;
use crate::vpc::VpcSettings;

/// The settings that a request has, admitted by its table: all that CreateFunction and UpdateFunctionConfiguration say
/// about the configuration of a function.
///
/// [`FunctionSettings::apply`](crate::FunctionSettings::apply) carries it out, and judges what no table states. A member
/// that the request does not have leaves its setting as it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SettingsChange {
    pub(crate) runtime: Option<String>,
    pub(crate) environment: Option<Environment>,
    pub(crate) role: Option<RoleArn>,
    pub(crate) handler: Option<Handler>,
    pub(crate) description: Option<String>,
    pub(crate) timeout: Option<u32>,
    pub(crate) memory_size: Option<u32>,
    pub(crate) vpc_config: Option<VpcSettings>,
    pub(crate) dead_letter_config: Option<DeadLetterConfig>,
    /// Empty for no key.
    pub(crate) kms_key_arn: Option<String>,
    pub(crate) tracing_config: Option<TracingConfig>,
    pub(crate) file_system_configs: Option<Vec<FileSystemConfig>>,
    pub(crate) image_config: Option<ImageConfig>,
    pub(crate) ephemeral_storage: Option<EphemeralStorage>,
    pub(crate) snap_start: Option<SnapStart>,
    pub(crate) logging_config: Option<LoggingConfig>,
    pub(crate) durable_config: Option<DurableConfig>,
    pub(crate) tenancy_config: Option<TenancyConfig>,
    pub(crate) capacity_provider_config: Option<CapacityProviderConfig>,
}

/// Takes the settings out of an admitted request of either operation, whose members have the same names and types.
/// `$tenancy_config` is what only CreateFunction has.
macro_rules! settings_of {
    ($request:expr, $tenancy_config:expr) => {
        $crate::settings_change::SettingsChange {
            runtime: $request.runtime.take(),
            environment: $request.environment.take(),
            role: $crate::admitted::admitted_option($request.role.take()),
            handler: $crate::admitted::admitted_option($request.handler.take()),
            description: $request.description.take(),
            timeout: $request.timeout.map($crate::admitted::admitted_number),
            memory_size: $request.memory_size.map($crate::admitted::admitted_number),
            vpc_config: $request.vpc_config.take().map(Into::into),
            dead_letter_config: $request.dead_letter_config.take(),
            kms_key_arn: $request.kms_key_arn.take(),
            tracing_config: $request.tracing_config.take(),
            file_system_configs: $request.file_system_configs.take(),
            image_config: $request.image_config.take(),
            ephemeral_storage: $request.ephemeral_storage.take(),
            snap_start: $request.snap_start.take(),
            logging_config: $request.logging_config.take(),
            durable_config: $request.durable_config.take(),
            tenancy_config: $tenancy_config,
            capacity_provider_config: $request.capacity_provider_config.take(),
        }
    };
}
pub(crate) use settings_of;

impl SettingsChange {
    /// Returns the network, if it changes, so that its id can be filled in.
    pub fn vpc_config_mut(&mut self) -> Option<&mut VpcSettings> {
        self.vpc_config.as_mut()
    }

    /// Refuses settings that functions of a package type do not have. `has_layers`: the request asks for layers, too.
    ///
    /// # Errors
    /// [`Rejection::InvalidParameterValue`]; the text is quoted in public reports (pulumi/pulumi-aws#5439,
    /// aws/aws-cdk#13037).
    pub fn fit(&self, package_type: PackageType, has_layers: bool) -> Result<(), Rejection> {
        let of_zip = self.handler.is_some() || self.runtime.is_some() || has_layers;
        if package_type == PackageType::Image && of_zip {
            return Err(Rejection::invalid(
                "Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image.",
            ));
        }
        Ok(())
    }

    /// Refuses a new zip function that does not say what it runs on.
    ///
    /// # Errors
    /// [`Rejection::InvalidParameterValue`]; the text is quoted in public reports (pipe-cd/pipecd#1400).
    pub(crate) fn complete(&self, package_type: PackageType) -> Result<(), Rejection> {
        let complete = self.handler.is_some() && self.runtime.is_some();
        if package_type == PackageType::Zip && !complete {
            return Err(Rejection::invalid(
                "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
            ));
        }
        Ok(())
    }
}
