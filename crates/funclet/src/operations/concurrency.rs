//! How many invocations of a function may run at once.

use funclet_function_store::FunctionConcurrency;
use funclet_validation::{
    DeleteFunctionConcurrency, DeleteFunctionConcurrencyRequest, GetFunctionConcurrency,
    GetFunctionConcurrencyRequest, PutFunctionConcurrency, PutFunctionConcurrencyRequest,
};

use crate::error::Error;
use crate::lambda::Lambda;
use crate::work::{Change, Look};

operations! {
    /// Returns the reserved concurrency of a function, if it is set.
    ///
    /// # Errors
    /// [`Error`].
    GetFunctionConcurrencyRequest, "GetFunctionConcurrency", get_function_concurrency,
        Look<GetFunctionConcurrency> -> FunctionConcurrency;

    /// Reserves concurrent executions for a function alone.
    ///
    /// # Errors
    /// [`Error`]; of an account's executions 100 always stay unreserved
    /// ([`TooFewUnreserved`](crate::ServiceError::TooFewUnreserved)).
    PutFunctionConcurrencyRequest, "PutFunctionConcurrency", put_function_concurrency,
        Change<PutFunctionConcurrency> -> FunctionConcurrency;

    /// Gives back what a function has reserved, if anything.
    ///
    /// # Errors
    /// [`Error`].
    DeleteFunctionConcurrencyRequest, "DeleteFunctionConcurrency", delete_function_concurrency,
        Change<DeleteFunctionConcurrency> -> ();
}
