//! CreateCodeSigningConfig, GetCodeSigningConfig, UpdateCodeSigningConfig, DeleteCodeSigningConfig, ListCodeSigningConfigs,
//! ListFunctionsByCodeSigningConfig, PutFunctionCodeSigningConfig, DeleteFunctionCodeSigningConfig.
//!
//! The ARN of a configuration of another account or region is as good as any: no such configuration is found \[chosen\].

use crate::admitted::{admitted, admitted_number, admitted_option, required};
use crate::caller::Caller;
use crate::check::check;
use crate::code_signing::{
    AllowedPublishers, CODE_SIGNING_CONFIG_ARN_SHAPE, CodeSigningConfigArn, CodeSigningPolicies,
    CodeSigningPolicy,
};
use crate::constraint::Shape;
use crate::description::DESCRIPTION_SHAPE;
use crate::function_name::{FunctionName, NAMESPACED_FUNCTION_NAME_SHAPE};
use crate::function_reference::FunctionReference;
use crate::paging::MAX_ITEMS_SHAPE;
use crate::rejection::Rejection;
use crate::resource_arn::ResourceArn;
use crate::string_map::StringMap;
use crate::structure::structure;
use crate::tags::{TAGS_SHAPE, check_tags};

/// Takes an admitted member.
fn publishers(member: AllowedPublishers) -> Vec<ResourceArn> {
    required(member.signing_profile_version_arns).iter().map(|arn| admitted(arn)).collect()
}

/// Takes an admitted member.
fn policy(member: Option<CodeSigningPolicies>) -> Option<CodeSigningPolicy> {
    admitted_option(member.and_then(|policies| policies.untrusted_artifact_on_deployment))
}

structure! {
    /// A CreateCodeSigningConfig request as it was received.
    pub struct CreateCodeSigningConfigRequest {
        /// A description, at most 256 characters.
        optional description: String = "Description", DESCRIPTION_SHAPE;
        /// Whose signatures are accepted.
        required allowed_publishers: AllowedPublishers = "AllowedPublishers",
            Shape::Structure(AllowedPublishers::MEMBERS);
        /// What happens to other code.
        optional code_signing_policies: CodeSigningPolicies = "CodeSigningPolicies",
            Shape::Structure(CodeSigningPolicies::MEMBERS);
        /// Tags, in the order of the request.
        optional tags: StringMap = "Tags", TAGS_SHAPE;
    }
}

/// A valid CreateCodeSigningConfig request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateCodeSigningConfig {
    /// The description; empty if not given \[chosen\].
    pub description: String,
    /// The versions of signing profiles whose signatures are accepted, 1 to 20.
    pub allowed_publishers: Vec<ResourceArn>,
    /// What happens to other code.
    pub untrusted_artifact_on_deployment: CodeSigningPolicy,
    /// At most 50 tags.
    pub tags: StringMap,
}

impl CreateCodeSigningConfigRequest {
    /// Makes the request valid.
    ///
    /// ```
    /// use funclet_validation::{AllowedPublishers, Caller, CodeSigningPolicy, CreateCodeSigningConfigRequest};
    ///
    /// let caller = Caller { account: "111122223333".parse()?, region: "us-east-1".parse()? };
    /// let profile = "arn:aws:signer:us-east-1:111122223333:/signing-profiles/release";
    /// let request = CreateCodeSigningConfigRequest {
    ///     allowed_publishers: Some(AllowedPublishers {
    ///         signing_profile_version_arns: Some(vec![profile.into()]),
    ///     }),
    ///     ..Default::default()
    /// };
    /// let config = request.validate(&caller).unwrap();
    /// assert_eq!(config.allowed_publishers[0].as_str(), profile);
    /// assert_eq!(config.untrusted_artifact_on_deployment, CodeSigningPolicy::Warn);
    /// # Ok::<(), funclet_validation::InvalidText>(())
    /// ```
    ///
    /// # Errors
    /// [`Rejection::Validation`], then [`Rejection::InvalidParameterValue`] for more than 50 tags.
    pub fn validate(self, _caller: &Caller) -> Result<CreateCodeSigningConfig, Rejection> {
        check(&self)?;
        let tags = self.tags.unwrap_or_default();
        check_tags(&tags)?;
        Ok(CreateCodeSigningConfig {
            description: self.description.unwrap_or_default(),
            allowed_publishers: publishers(required(self.allowed_publishers)),
            untrusted_artifact_on_deployment: policy(self.code_signing_policies).unwrap_or_default(),
            tags,
        })
    }
}

structure! {
    /// A GetCodeSigningConfig request as it was received.
    pub struct GetCodeSigningConfigRequest {
        /// The ARN of the configuration.
        required code_signing_config_arn: String = "CodeSigningConfigArn", CODE_SIGNING_CONFIG_ARN_SHAPE;
    }
}

/// A valid GetCodeSigningConfig request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetCodeSigningConfig {
    /// The ARN of the configuration.
    pub code_signing_config_arn: CodeSigningConfigArn,
}

impl GetCodeSigningConfigRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`].
    pub fn validate(self, _caller: &Caller) -> Result<GetCodeSigningConfig, Rejection> {
        check(&self)?;
        Ok(GetCodeSigningConfig {
            code_signing_config_arn: admitted(&required(self.code_signing_config_arn)),
        })
    }
}

structure! {
    /// An UpdateCodeSigningConfig request as it was received.
    pub struct UpdateCodeSigningConfigRequest {
        /// The ARN of the configuration.
        required code_signing_config_arn: String = "CodeSigningConfigArn", CODE_SIGNING_CONFIG_ARN_SHAPE;
        /// A description, at most 256 characters.
        optional description: String = "Description", DESCRIPTION_SHAPE;
        /// Whose signatures are accepted, all of them.
        optional allowed_publishers: AllowedPublishers = "AllowedPublishers",
            Shape::Structure(AllowedPublishers::MEMBERS);
        /// What happens to other code.
        optional code_signing_policies: CodeSigningPolicies = "CodeSigningPolicies",
            Shape::Structure(CodeSigningPolicies::MEMBERS);
    }
}

/// A valid UpdateCodeSigningConfig request. What is not given stays as it was; it may be everything (recorded from AWS).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateCodeSigningConfig {
    /// The ARN of the configuration.
    pub code_signing_config_arn: CodeSigningConfigArn,
    /// The description.
    pub description: Option<String>,
    /// The versions of signing profiles whose signatures are accepted, 1 to 20, in the place of all before.
    pub allowed_publishers: Option<Vec<ResourceArn>>,
    /// What happens to other code.
    pub untrusted_artifact_on_deployment: Option<CodeSigningPolicy>,
}

impl UpdateCodeSigningConfigRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`].
    pub fn validate(self, _caller: &Caller) -> Result<UpdateCodeSigningConfig, Rejection> {
        check(&self)?;
        Ok(UpdateCodeSigningConfig {
            code_signing_config_arn: admitted(&required(self.code_signing_config_arn)),
            description: self.description,
            allowed_publishers: self.allowed_publishers.map(publishers),
            untrusted_artifact_on_deployment: policy(self.code_signing_policies),
        })
    }
}

structure! {
    /// A DeleteCodeSigningConfig request as it was received.
    pub struct DeleteCodeSigningConfigRequest {
        /// The ARN of the configuration.
        required code_signing_config_arn: String = "CodeSigningConfigArn", CODE_SIGNING_CONFIG_ARN_SHAPE;
    }
}

/// A valid DeleteCodeSigningConfig request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteCodeSigningConfig {
    /// The ARN of the configuration.
    pub code_signing_config_arn: CodeSigningConfigArn,
}

impl DeleteCodeSigningConfigRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`].
    pub fn validate(self, _caller: &Caller) -> Result<DeleteCodeSigningConfig, Rejection> {
        check(&self)?;
        let code_signing_config_arn = admitted(&required(self.code_signing_config_arn));
        Ok(DeleteCodeSigningConfig { code_signing_config_arn })
    }
}

structure! {
    /// A ListCodeSigningConfigs request as it was received.
    pub struct ListCodeSigningConfigsRequest {
        /// Where to go on, from an earlier answer.
        optional marker: String = "Marker", Shape::STRING;
        /// How many entries to return, 1 to 10000.
        optional max_items: i64 = "MaxItems", MAX_ITEMS_SHAPE;
    }
}

/// A valid ListCodeSigningConfigs request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListCodeSigningConfigs {
    /// Where to go on, from an earlier answer.
    pub marker: Option<String>,
    /// How many entries are asked for.
    pub max_items: Option<u32>,
}

impl ListCodeSigningConfigsRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`].
    pub fn validate(self, _caller: &Caller) -> Result<ListCodeSigningConfigs, Rejection> {
        check(&self)?;
        Ok(ListCodeSigningConfigs { marker: self.marker, max_items: self.max_items.map(admitted_number) })
    }
}

structure! {
    /// A ListFunctionsByCodeSigningConfig request as it was received.
    pub struct ListFunctionsByCodeSigningConfigRequest {
        /// The ARN of the configuration.
        required code_signing_config_arn: String = "CodeSigningConfigArn", CODE_SIGNING_CONFIG_ARN_SHAPE;
        /// Where to go on, from an earlier answer.
        optional marker: String = "Marker", Shape::STRING;
        /// How many entries to return, 1 to 10000.
        optional max_items: i64 = "MaxItems", MAX_ITEMS_SHAPE;
    }
}

/// A valid ListFunctionsByCodeSigningConfig request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListFunctionsByCodeSigningConfig {
    /// The ARN of the configuration.
    pub code_signing_config_arn: CodeSigningConfigArn,
    /// Where to go on, from an earlier answer.
    pub marker: Option<String>,
    /// How many entries are asked for.
    pub max_items: Option<u32>,
}

impl ListFunctionsByCodeSigningConfigRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`].
    pub fn validate(self, _caller: &Caller) -> Result<ListFunctionsByCodeSigningConfig, Rejection> {
        check(&self)?;
        Ok(ListFunctionsByCodeSigningConfig {
            code_signing_config_arn: admitted(&required(self.code_signing_config_arn)),
            marker: self.marker,
            max_items: self.max_items.map(admitted_number),
        })
    }
}

structure! {
    /// A PutFunctionCodeSigningConfig request as it was received.
    pub struct PutFunctionCodeSigningConfigRequest {
        /// The ARN of the configuration.
        required code_signing_config_arn: String = "CodeSigningConfigArn", CODE_SIGNING_CONFIG_ARN_SHAPE;
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", NAMESPACED_FUNCTION_NAME_SHAPE;
    }
}

/// A valid PutFunctionCodeSigningConfig request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutFunctionCodeSigningConfig {
    /// The ARN of the configuration, which is looked for before the function (recorded from AWS).
    pub code_signing_config_arn: CodeSigningConfigArn,
    /// The function.
    pub function_name: FunctionName,
}

impl PutFunctionCodeSigningConfigRequest {
    /// Makes the request valid. A qualifier in the name is dropped: what the service does with one is not recorded.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`].
    pub fn validate(self, caller: &Caller) -> Result<PutFunctionCodeSigningConfig, Rejection> {
        check(&self)?;
        let function = FunctionReference::resolve(caller, &required(self.function_name), None)?;
        Ok(PutFunctionCodeSigningConfig {
            code_signing_config_arn: admitted(&required(self.code_signing_config_arn)),
            function_name: function.name,
        })
    }
}

structure! {
    /// A DeleteFunctionCodeSigningConfig request as it was received.
    pub struct DeleteFunctionCodeSigningConfigRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", NAMESPACED_FUNCTION_NAME_SHAPE;
    }
}

/// A valid DeleteFunctionCodeSigningConfig request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteFunctionCodeSigningConfig {
    /// The function, which need not have a configuration (recorded from AWS).
    pub function_name: FunctionName,
}

impl DeleteFunctionCodeSigningConfigRequest {
    /// Makes the request valid. A qualifier in the name is dropped: what the service does with one is not recorded.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`].
    pub fn validate(self, caller: &Caller) -> Result<DeleteFunctionCodeSigningConfig, Rejection> {
        check(&self)?;
        let function = FunctionReference::resolve(caller, &required(self.function_name), None)?;
        Ok(DeleteFunctionCodeSigningConfig { function_name: function.name })
    }
}
