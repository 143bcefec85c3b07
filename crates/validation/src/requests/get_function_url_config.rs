//! GetFunctionUrlConfig.

use crate::admitted::required;
use crate::caller::Caller;
use crate::check::check;
use crate::function_name::FUNCTION_NAME_SHAPE;
use crate::function_reference::FunctionReference;
use crate::function_url::FUNCTION_URL_QUALIFIER_SHAPE;
use crate::rejection::Rejection;
use crate::structure::structure;

structure! {
    /// A GetFunctionUrlConfig request as it was received.
    pub struct GetFunctionUrlConfigRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", FUNCTION_NAME_SHAPE;
        /// An alias; no version.
        optional qualifier: String = "Qualifier", FUNCTION_URL_QUALIFIER_SHAPE;
    }
}

/// A valid GetFunctionUrlConfig request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetFunctionUrlConfig {
    /// The function, and which of its aliases.
    pub function: FunctionReference,
}

impl GetFunctionUrlConfigRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`].
    pub fn validate(self, caller: &Caller) -> Result<GetFunctionUrlConfig, Rejection> {
        check(&self)?;
        let name = required(self.function_name);
        let function = FunctionReference::resolve(caller, &name, self.qualifier.as_deref())?;
        Ok(GetFunctionUrlConfig { function })
    }
}
