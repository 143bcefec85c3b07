//! GetFunction.

use crate::admitted::required;
use crate::caller::Caller;
use crate::check::check;
use crate::function_name::NAMESPACED_FUNCTION_NAME_SHAPE;
use crate::function_reference::FunctionReference;
use crate::qualifier::QUALIFIER_SHAPE;
use crate::rejection::Rejection;
use crate::structure::structure;

structure! {
    /// A GetFunction request as it was received.
    pub struct GetFunctionRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", NAMESPACED_FUNCTION_NAME_SHAPE;
        /// A version or an alias.
        optional qualifier: String = "Qualifier", QUALIFIER_SHAPE;
    }
}

/// A valid GetFunction request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetFunction {
    /// The function, and which of its versions or aliases.
    pub function: FunctionReference,
}

impl GetFunctionRequest {
    /// Makes the request valid.
    ///
    /// ```
    /// use funclet_validation::{Caller, GetFunctionRequest};
    ///
    /// let caller = Caller { account: "111122223333".parse()?, region: "us-east-1".parse()? };
    /// let request = GetFunctionRequest { function_name: Some("hello:7".into()), ..Default::default() };
    /// let function = request.validate(&caller).unwrap().function;
    /// assert_eq!(function.arn(&caller).to_string(), "arn:aws:lambda:us-east-1:111122223333:function:hello:7");
    /// # Ok::<(), funclet_validation::InvalidText>(())
    /// ```
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`].
    pub fn validate(self, caller: &Caller) -> Result<GetFunction, Rejection> {
        check(&self)?;
        let name = required(self.function_name);
        let function = FunctionReference::resolve(caller, &name, self.qualifier.as_deref())?;
        Ok(GetFunction { function })
    }
}
