//! Configs of asynchronous invocations.

use std::convert::Infallible;

use funclet_validation::{GetFunctionEventInvokeConfig, GetFunctionEventInvokeConfigRequest};

use crate::error::Error;
use crate::lambda::Lambda;
use crate::work::Look;

operations! {
    /// Answers that nothing is configured about asynchronous invocations of a function: nothing can be here.
    ///
    /// # Errors
    /// [`Error`], always.
    GetFunctionEventInvokeConfigRequest, "GetFunctionEventInvokeConfig", get_function_event_invoke_config,
        Look<GetFunctionEventInvokeConfig> -> Infallible;
}
