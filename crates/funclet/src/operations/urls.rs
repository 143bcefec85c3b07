//! Function URLs.

use std::convert::Infallible;

use funclet_validation::{GetFunctionUrlConfig, GetFunctionUrlConfigRequest};

use crate::error::Error;
use crate::lambda::Lambda;
use crate::work::Look;

operations! {
    /// Answers that a function has no URL: none can be set here.
    ///
    /// # Errors
    /// [`Error`], always.
    GetFunctionUrlConfigRequest, "GetFunctionUrlConfig", get_function_url_config,
        Look<GetFunctionUrlConfig> -> Infallible;
}
