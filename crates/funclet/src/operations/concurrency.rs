//! How many invocations of a function may run at once.

use funclet_function_store::FunctionConcurrency;
use funclet_validation::{GetFunctionConcurrency, GetFunctionConcurrencyRequest};

use crate::error::Error;
use crate::lambda::Lambda;
use crate::work::Look;

operations! {
    /// Returns the reserved concurrency of a function, if it is set.
    ///
    /// # Errors
    /// [`Error`].
    GetFunctionConcurrencyRequest, "GetFunctionConcurrency", get_function_concurrency,
        Look<GetFunctionConcurrency> -> FunctionConcurrency;
}
