//! PutFunctionConcurrency, DeleteFunctionConcurrency.

use crate::admitted::{admitted_count, required};
use crate::caller::Caller;
use crate::check::check;
use crate::constraint::{Bounds, Shape};
use crate::function_name::{FUNCTION_NAME_SHAPE, FunctionName};
use crate::function_reference::FunctionReference;
use crate::rejection::Rejection;
use crate::structure::structure;

structure! {
    /// A PutFunctionConcurrency request as it was received.
    pub struct PutFunctionConcurrencyRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", FUNCTION_NAME_SHAPE;
        /// How many executions at a time are reserved, from 0.
        required reserved_concurrent_executions: i64 = "ReservedConcurrentExecutions", Shape::Integer(Bounds::at_least(0));
    }
}

/// A valid PutFunctionConcurrency request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutFunctionConcurrency {
    /// The function.
    pub function_name: FunctionName,
    /// How many executions at a time are reserved; with 0 the function does not run. Whether the account has as many is
    /// for others to say.
    pub reserved_concurrent_executions: u64,
}

impl PutFunctionConcurrencyRequest {
    /// Makes the request valid.
    ///
    /// ```
    /// use funclet_validation::{Caller, PutFunctionConcurrencyRequest};
    ///
    /// let caller = Caller { account: "111122223333".parse()?, region: "us-east-1".parse()? };
    /// let request = |name: &str| PutFunctionConcurrencyRequest {
    ///     function_name: Some(name.into()),
    ///     reserved_concurrent_executions: Some(0),
    /// };
    /// assert_eq!(request("hello").validate(&caller).unwrap().reserved_concurrent_executions, 0);
    /// let rejection = request("hello:$LATEST").validate(&caller).unwrap_err();
    /// assert!(rejection.to_string().starts_with("This operation is permitted on Lambda functions only."));
    /// # Ok::<(), funclet_validation::InvalidText>(())
    /// ```
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`], then
    /// [`Rejection::InvalidParameterValue`] for a qualifier (recorded from AWS).
    pub fn validate(self, caller: &Caller) -> Result<PutFunctionConcurrency, Rejection> {
        check(&self)?;
        let function = FunctionReference::resolve(caller, &required(self.function_name), None)?;
        Ok(PutFunctionConcurrency {
            function_name: function.unqualified()?,
            reserved_concurrent_executions: admitted_count(required(self.reserved_concurrent_executions)),
        })
    }
}

structure! {
    /// A DeleteFunctionConcurrency request as it was received.
    pub struct DeleteFunctionConcurrencyRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", FUNCTION_NAME_SHAPE;
    }
}

/// A valid DeleteFunctionConcurrency request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteFunctionConcurrency {
    /// The function, which need not have reserved anything.
    pub function_name: FunctionName,
}

impl DeleteFunctionConcurrencyRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`], then
    /// [`Rejection::InvalidParameterValue`] for a qualifier. The text is recorded from AWS for PutFunctionConcurrency.
    pub fn validate(self, caller: &Caller) -> Result<DeleteFunctionConcurrency, Rejection> {
        check(&self)?;
        let function = FunctionReference::resolve(caller, &required(self.function_name), None)?;
        Ok(DeleteFunctionConcurrency { function_name: function.unqualified()? })
    }
}
