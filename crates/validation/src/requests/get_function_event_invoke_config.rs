//! GetFunctionEventInvokeConfig.

use crate::admitted::required;
use crate::caller::Caller;
use crate::check::check;
use crate::function_name::NAMESPACED_FUNCTION_NAME_SHAPE;
use crate::function_reference::FunctionReference;
use crate::qualifier::QUALIFIER_SHAPE;
use crate::rejection::Rejection;
use crate::structure::structure;

structure! {
    /// A GetFunctionEventInvokeConfig request as it was received.
    pub struct GetFunctionEventInvokeConfigRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", NAMESPACED_FUNCTION_NAME_SHAPE;
        /// A version or an alias.
        optional qualifier: String = "Qualifier", QUALIFIER_SHAPE;
    }
}

/// A valid GetFunctionEventInvokeConfig request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetFunctionEventInvokeConfig {
    /// The function, and which of its versions or aliases.
    pub function: FunctionReference,
}

impl GetFunctionEventInvokeConfigRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`].
    pub fn validate(self, caller: &Caller) -> Result<GetFunctionEventInvokeConfig, Rejection> {
        check(&self)?;
        let name = required(self.function_name);
        let function = FunctionReference::resolve(caller, &name, self.qualifier.as_deref())?;
        Ok(GetFunctionEventInvokeConfig { function })
    }
}
