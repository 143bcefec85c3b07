//! Code signing configs.

use funclet_function_store::FunctionCodeSigning;
use funclet_validation::{GetFunctionCodeSigningConfig, GetFunctionCodeSigningConfigRequest};

use crate::error::Error;
use crate::lambda::Lambda;
use crate::work::Look;

operations! {
    /// Returns the code signing config of a function, if one is attached.
    ///
    /// # Errors
    /// [`Error`].
    GetFunctionCodeSigningConfigRequest, "GetFunctionCodeSigningConfig", get_function_code_signing_config,
        Look<GetFunctionCodeSigningConfig> -> FunctionCodeSigning;
}
