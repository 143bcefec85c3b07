//! CreateFunction.

use crate::accelerator::AcceleratorConfig;
use crate::admitted::{admitted, admitted_option, required};
use crate::architecture::{ARCHITECTURES_SHAPE, Architecture, only};
use crate::caller::Caller;
use crate::capacity_provider::CapacityProviderConfig;
use crate::check::check;
use crate::code::{CodeSource, FunctionCode, SourceMembers};
use crate::code_signing::{CODE_SIGNING_CONFIG_ARN_SHAPE, CodeSigningConfigArn};
use crate::constraint::Shape;
use crate::dead_letter::DeadLetterConfig;
use crate::description::DESCRIPTION_SHAPE;
use crate::durable::DurableConfig;
use crate::environment::Environment;
use crate::ephemeral_storage::EphemeralStorage;
use crate::file_system::{FILE_SYSTEM_CONFIGS_SHAPE, FileSystemConfig};
use crate::function_name::{FUNCTION_NAME_SHAPE, FunctionName};
use crate::function_reference::FunctionReference;
use crate::handler::HANDLER_SHAPE;
use crate::image::ImageConfig;
use crate::kms::{KMS_KEY_ARN_SHAPE, KmsKeyArn};
use crate::layers::{LAYERS_SHAPE, LayerVersionArn, resolve_layers};
use crate::logging::LoggingConfig;
use crate::package_type::{PACKAGE_TYPE_SHAPE, PackageType};
use crate::publish_to::{PUBLISH_TO_SHAPE, PublishTo};
use crate::rejection::Rejection;
use crate::resources::{MEMORY_SIZE_SHAPE, TIMEOUT_SHAPE};
use crate::role::ROLE_SHAPE;
use crate::runtime_config::RuntimeConfig;
use crate::s3::S3ObjectStorageMode;
use crate::settings::FunctionSettings;
use crate::settings_change::settings_of;
use crate::snap_start::SnapStart;
use crate::string_map::StringMap;
use crate::structure::structure;
use crate::tags::{TAGS_SHAPE, check_tags};
use crate::tenancy::TenancyConfig;
use crate::tracing::TracingConfig;
use crate::vpc::VpcConfig;

structure! {
    /// A CreateFunction request as it was received.
    ///
    /// `P` is the type of a deployment package, which is only present or absent here.
    pub struct CreateFunctionRequest<P> {
        /// The name of the new function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", FUNCTION_NAME_SHAPE;
        /// What the code runs on. The model lists the values here, but the service answers others outside of its
        /// table, as [`Runtime`](crate::Runtime) does (recorded from AWS).
        optional runtime: String = "Runtime", Shape::STRING;
        /// The role it runs under.
        required role: String = "Role", ROLE_SHAPE;
        /// Where in the code it starts.
        optional handler: String = "Handler", HANDLER_SHAPE;
        /// Where the code comes from.
        required code: FunctionCode<P> = "Code", Shape::Structure(FunctionCode::<P>::MEMBERS);
        /// A description, at most 256 characters.
        optional description: String = "Description", DESCRIPTION_SHAPE;
        /// Seconds that an invocation may take, 1 to 900.
        optional timeout: i64 = "Timeout", TIMEOUT_SHAPE;
        /// Memory in megabytes, from 128.
        optional memory_size: i64 = "MemorySize", MEMORY_SIZE_SHAPE;
        /// Whether version 1 is published at once.
        optional publish: bool = "Publish", Shape::Boolean;
        /// Where the version is published to.
        optional publish_to: String = "PublishTo", PUBLISH_TO_SHAPE;
        /// The network.
        optional vpc_config: VpcConfig = "VpcConfig", Shape::Structure(VpcConfig::MEMBERS);
        /// One of [`PackageType::VALUES`].
        optional package_type: String = "PackageType", PACKAGE_TYPE_SHAPE;
        /// Where events go that could not be processed.
        optional dead_letter_config: DeadLetterConfig = "DeadLetterConfig",
            Shape::Structure(DeadLetterConfig::MEMBERS);
        /// Environment variables.
        optional environment: Environment = "Environment", Shape::Structure(Environment::MEMBERS);
        /// The key that environment variables are encrypted with.
        optional kms_key_arn: String = "KMSKeyArn", KMS_KEY_ARN_SHAPE;
        /// Tracing with X-Ray.
        optional tracing_config: TracingConfig = "TracingConfig", Shape::Structure(TracingConfig::MEMBERS);
        /// Tags, in the order of the request.
        optional tags: StringMap = "Tags", TAGS_SHAPE;
        /// ARNs of versions of layers.
        optional layers: Vec<String> = "Layers", LAYERS_SHAPE;
        /// File systems to mount.
        optional file_system_configs: Vec<FileSystemConfig> = "FileSystemConfigs", FILE_SYSTEM_CONFIGS_SHAPE;
        /// The code signing configuration to enforce.
        optional code_signing_config_arn: String = "CodeSigningConfigArn", CODE_SIGNING_CONFIG_ARN_SHAPE;
        /// What overrides the settings of a container image.
        optional image_config: ImageConfig = "ImageConfig", Shape::Structure(ImageConfig::MEMBERS);
        /// The one instruction set.
        optional architectures: Vec<String> = "Architectures", ARCHITECTURES_SHAPE;
        /// The size of `/tmp`.
        optional ephemeral_storage: EphemeralStorage = "EphemeralStorage",
            Shape::Structure(EphemeralStorage::MEMBERS);
        /// SnapStart.
        optional snap_start: SnapStart = "SnapStart", Shape::Structure(SnapStart::MEMBERS);
        /// Where and how it logs.
        optional logging_config: LoggingConfig = "LoggingConfig", Shape::Structure(LoggingConfig::MEMBERS);
        /// How tenants are kept apart.
        optional tenancy_config: TenancyConfig = "TenancyConfig", Shape::Structure(TenancyConfig::MEMBERS);
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

/// A valid CreateFunction request.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateFunction<P> {
    /// The bare name, at most 64 characters.
    pub function_name: FunctionName,
    /// Where the code comes from; it fits the package type.
    pub code: CodeSource<P>,
    /// The kind of deployment package.
    pub package_type: PackageType,
    /// The instruction set.
    pub architecture: Architecture,
    /// Whether version 1 is published at once.
    pub publish: bool,
    /// Where the version is published to.
    pub publish_to: Option<PublishTo>,
    /// At most 50 tags.
    pub tags: StringMap,
    /// The code signing configuration to enforce.
    pub code_signing_config_arn: Option<CodeSigningConfigArn>,
    /// At most 5 versions of different layers of the caller's region.
    pub layers: Vec<LayerVersionArn>,
    /// The key that the archive is encrypted with.
    pub source_kms_key_arn: Option<KmsKeyArn>,
    /// Whether the object in S3 is copied or referred to.
    pub s3_object_storage_mode: Option<S3ObjectStorageMode>,
    /// The configuration, with the defaults of the service filled in.
    pub configuration: FunctionSettings,
}

impl<P> CreateFunctionRequest<P> {
    /// Makes the request valid. A qualifier in the name is dropped: what the service does with one is not recorded.
    ///
    /// ```
    /// use funclet_validation::{Caller, CreateFunctionRequest, FunctionCode};
    ///
    /// let caller = Caller { account: "111122223333".parse()?, region: "us-east-1".parse()? };
    /// let request = CreateFunctionRequest {
    ///     function_name: Some("hello".into()),
    ///     role: Some("arn:aws:iam::111122223333:role/hello".into()),
    ///     runtime: Some("python3.12".into()),
    ///     handler: Some("index.handler".into()),
    ///     code: Some(FunctionCode { zip_file: Some(b"PK".to_vec()), ..Default::default() }),
    ///     ..Default::default()
    /// };
    /// let settings = request.validate(&caller).unwrap().configuration;
    /// assert_eq!((settings.timeout, settings.memory_size), (3, 128));
    /// assert_eq!(settings.logging_config.log_group, "/aws/lambda/hello");
    /// # Ok::<(), funclet_validation::InvalidText>(())
    /// ```
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`], then
    /// [`Rejection::InvalidParameterValue`] about the length of the name, members that do not go with the package
    /// type, memory, runtime, environment, logging, source of the code, tags, layers. This order is chosen, as none is
    /// recorded.
    pub fn validate(mut self, caller: &Caller) -> Result<CreateFunction<P>, Rejection> {
        check(&self)?;
        let function_name = resolve_name(caller, &required(self.function_name.take()))?;
        let package_type = admitted_option(self.package_type.take()).unwrap_or_default();
        let role = admitted(required(self.role.as_deref()));
        let tenancy_config = self.tenancy_config.take();
        let settings = settings_of!(self, tenancy_config);
        settings.fit(package_type, self.layers.as_ref().is_some_and(|layers| !layers.is_empty()))?;
        settings.complete(package_type)?;
        let mut configuration = FunctionSettings::default_of(&function_name, role);
        configuration.apply(settings)?;
        let code = required(self.code);
        let source = SourceMembers::from_admitted(
            code.zip_file,
            [code.s3_bucket, code.s3_key, code.s3_object_version, code.image_uri],
        );
        let source = fitting(source.single()?, package_type)?;
        let tags = self.tags.unwrap_or_default();
        check_tags(&tags)?;
        Ok(CreateFunction {
            function_name,
            code: source,
            package_type,
            architecture: only(self.architectures).unwrap_or_default(),
            publish: self.publish.unwrap_or_default(),
            publish_to: admitted_option(self.publish_to),
            tags,
            code_signing_config_arn: admitted_option(self.code_signing_config_arn),
            layers: resolve_layers(caller, self.layers.unwrap_or_default())?,
            source_kms_key_arn: KmsKeyArn::from_member(code.source_kms_key_arn),
            s3_object_storage_mode: admitted_option(code.s3_object_storage_mode),
            configuration,
        })
    }
}

/// Resolves the name and applies the rule that only this operation has (recorded from AWS, as an
/// `InvalidParameterValueException` that reads like a `ValidationException`).
fn resolve_name(caller: &Caller, name: &str) -> Result<FunctionName, Rejection> {
    let name = FunctionReference::resolve(caller, name, None)?.name;
    if name.as_str().len() > FunctionName::CREATED_LENGTH_MAX {
        return Err(Rejection::invalid(format!(
            "1 validation error detected: Value '{name}' at 'functionName' failed to satisfy constraint: Member must \
             have length less than or equal to {}",
            FunctionName::CREATED_LENGTH_MAX
        )));
    }
    Ok(name)
}

/// Refuses a source that does not go with the package type. Chosen after the texts of UpdateFunctionCode.
fn fitting<P>(source: CodeSource<P>, package_type: PackageType) -> Result<CodeSource<P>, Rejection> {
    match (&source, package_type) {
        (CodeSource::Image(_), PackageType::Zip) => Err(Rejection::invalid(
            "Please don't provide ImageUri when creating a function with packageType Zip.",
        )),
        (CodeSource::ZipFile(_) | CodeSource::S3(_), PackageType::Image) => Err(Rejection::invalid(
            "Please provide ImageUri when creating a function with packageType Image.",
        )),
        _ => Ok(source),
    }
}
