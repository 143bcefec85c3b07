//! GetFunctionCodeSigningConfig.

use crate::admitted::required;
use crate::caller::Caller;
use crate::check::check;
use crate::function_name::{FunctionName, NAMESPACED_FUNCTION_NAME_SHAPE};
use crate::function_reference::FunctionReference;
use crate::rejection::Rejection;
use crate::structure::structure;

structure! {
    /// A GetFunctionCodeSigningConfig request as it was received.
    pub struct GetFunctionCodeSigningConfigRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", NAMESPACED_FUNCTION_NAME_SHAPE;
    }
}

/// A valid GetFunctionCodeSigningConfig request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetFunctionCodeSigningConfig {
    /// The function.
    pub function_name: FunctionName,
}

impl GetFunctionCodeSigningConfigRequest {
    /// Makes the request valid. A qualifier in the name is dropped: what the service does with one is not recorded.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`].
    pub fn validate(self, caller: &Caller) -> Result<GetFunctionCodeSigningConfig, Rejection> {
        check(&self)?;
        let function = FunctionReference::resolve(caller, &required(self.function_name), None)?;
        Ok(GetFunctionCodeSigningConfig { function_name: function.name })
    }
}
