//! GetRuntimeManagementConfig, PutRuntimeManagementConfig.

use crate::admitted::{admitted, admitted_option, required};
use crate::caller::Caller;
use crate::check::check;
use crate::function_name::NAMESPACED_FUNCTION_NAME_SHAPE;
use crate::function_reference::FunctionReference;
use crate::qualifier::QUALIFIER_SHAPE;
use crate::rejection::Rejection;
use crate::runtime_management::{
    RUNTIME_VERSION_ARN_SHAPE, RuntimeVersionArn, UPDATE_RUNTIME_ON_SHAPE, UpdateRuntimeOn,
};
use crate::structure::structure;

structure! {
    /// A GetRuntimeManagementConfig request as it was received.
    pub struct GetRuntimeManagementConfigRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", NAMESPACED_FUNCTION_NAME_SHAPE;
        /// A version; `$LATEST` if not given.
        optional qualifier: String = "Qualifier", QUALIFIER_SHAPE;
    }
}

/// A valid GetRuntimeManagementConfig request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetRuntimeManagementConfig {
    /// The function, and which of its versions.
    pub function: FunctionReference,
}

impl GetRuntimeManagementConfigRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`].
    pub fn validate(self, caller: &Caller) -> Result<GetRuntimeManagementConfig, Rejection> {
        check(&self)?;
        let name = required(self.function_name);
        let function = FunctionReference::resolve(caller, &name, self.qualifier.as_deref())?;
        Ok(GetRuntimeManagementConfig { function })
    }
}

structure! {
    /// A PutRuntimeManagementConfig request as it was received.
    pub struct PutRuntimeManagementConfigRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", NAMESPACED_FUNCTION_NAME_SHAPE;
        /// A version; `$LATEST` if not given.
        optional qualifier: String = "Qualifier", QUALIFIER_SHAPE;
        /// One of [`UpdateRuntimeOn::VALUES`].
        required update_runtime_on: String = "UpdateRuntimeOn", UPDATE_RUNTIME_ON_SHAPE;
        /// The version of the runtime, for `Manual`.
        optional runtime_version_arn: String = "RuntimeVersionArn", RUNTIME_VERSION_ARN_SHAPE;
    }
}

/// A valid PutRuntimeManagementConfig request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutRuntimeManagementConfig {
    /// The function, and which of its versions.
    pub function: FunctionReference,
    /// When the function gets a newer version of its runtime.
    pub update_runtime_on: UpdateRuntimeOn,
    /// The version of the runtime, which is there for [`UpdateRuntimeOn::Manual`] and for nothing else.
    pub runtime_version_arn: Option<RuntimeVersionArn>,
}

impl PutRuntimeManagementConfigRequest {
    /// Makes the request valid.
    ///
    /// ```
    /// use funclet_validation::{Caller, PutRuntimeManagementConfigRequest};
    ///
    /// let caller = Caller { account: "111122223333".parse()?, region: "us-east-1".parse()? };
    /// let request = |update_runtime_on: &str| PutRuntimeManagementConfigRequest {
    ///     function_name: Some("hello".into()),
    ///     update_runtime_on: Some(update_runtime_on.into()),
    ///     ..Default::default()
    /// };
    /// assert!(request("Auto").validate(&caller).is_ok());
    /// assert!(request("Manual").validate(&caller).is_err());
    /// # Ok::<(), funclet_validation::InvalidText>(())
    /// ```
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`], then
    /// [`Rejection::InvalidParameterValue`] for `Manual` without a version, which is documented to need one, and for a
    /// version beside anything else \[both texts and the second rule are chosen\].
    pub fn validate(self, caller: &Caller) -> Result<PutRuntimeManagementConfig, Rejection> {
        check(&self)?;
        let name = required(self.function_name);
        let function = FunctionReference::resolve(caller, &name, self.qualifier.as_deref())?;
        let update_runtime_on = admitted(&required(self.update_runtime_on));
        let runtime_version_arn = admitted_option(self.runtime_version_arn);
        match (update_runtime_on, &runtime_version_arn) {
            (UpdateRuntimeOn::Manual, None) => {
                Err(Rejection::invalid("RuntimeVersionArn is required when UpdateRuntimeOn is Manual."))
            }
            (UpdateRuntimeOn::Auto | UpdateRuntimeOn::FunctionUpdate, Some(_)) => {
                Err(Rejection::invalid("RuntimeVersionArn is only supported when UpdateRuntimeOn is Manual."))
            }
            _ => Ok(PutRuntimeManagementConfig { function, update_runtime_on, runtime_version_arn }),
        }
    }
}
