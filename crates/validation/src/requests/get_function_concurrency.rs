//! GetFunctionConcurrency.

use crate::admitted::required;
use crate::caller::Caller;
use crate::check::check;
use crate::function_name::{FUNCTION_NAME_SHAPE, FunctionName};
use crate::function_reference::FunctionReference;
use crate::rejection::Rejection;
use crate::structure::structure;

structure! {
    /// A GetFunctionConcurrency request as it was received.
    pub struct GetFunctionConcurrencyRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", FUNCTION_NAME_SHAPE;
    }
}

/// A valid GetFunctionConcurrency request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetFunctionConcurrency {
    /// The function.
    pub function_name: FunctionName,
}

impl GetFunctionConcurrencyRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`], then
    /// [`Rejection::InvalidParameterValue`] for a qualifier. The text is recorded from AWS for PutFunctionConcurrency.
    pub fn validate(self, caller: &Caller) -> Result<GetFunctionConcurrency, Rejection> {
        check(&self)?;
        let function = FunctionReference::resolve(caller, &required(self.function_name), None)?;
        Ok(GetFunctionConcurrency { function_name: function.unqualified()? })
    }
}
