//! How recursive loops are treated.

use funclet_function_store::FunctionRecursion;
use funclet_validation::{
    GetFunctionRecursionConfig, GetFunctionRecursionConfigRequest, PutFunctionRecursionConfig,
    PutFunctionRecursionConfigRequest,
};

use crate::error::Error;
use crate::lambda::Lambda;
use crate::work::{Change, Look};

operations! {
    /// Returns what happens to a function that calls itself without end.
    ///
    /// # Errors
    /// [`Error`].
    GetFunctionRecursionConfigRequest, "GetFunctionRecursionConfig", get_function_recursion_config,
        Look<GetFunctionRecursionConfig> -> FunctionRecursion;

    /// Says what happens to a function that calls itself without end. It is kept and shown; nothing runs here.
    ///
    /// # Errors
    /// [`Error`].
    PutFunctionRecursionConfigRequest, "PutFunctionRecursionConfig", put_function_recursion_config,
        Change<PutFunctionRecursionConfig> -> FunctionRecursion;
}
