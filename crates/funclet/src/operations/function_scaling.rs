//! How many environments versions have on instances of their owner's.

use funclet_function_store::{FunctionScalingAccepted, FunctionScalingAnswer};
use funclet_validation::{
    GetFunctionScalingConfig, GetFunctionScalingConfigRequest, PutFunctionScalingConfig,
    PutFunctionScalingConfigRequest,
};

use crate::error::Error;
use crate::lambda::Lambda;
use crate::work::{Change, Look};

operations! {
    /// Returns how many environments a version of a function has.
    ///
    /// # Errors
    /// [`Error`].
    GetFunctionScalingConfigRequest, "GetFunctionScalingConfig", get_function_scaling_config,
        Look<GetFunctionScalingConfig> -> FunctionScalingAnswer;

    /// Sets how many environments a version of a function has. It is kept and shown.
    ///
    /// # Errors
    /// [`Error`].
    PutFunctionScalingConfigRequest, "PutFunctionScalingConfig", put_function_scaling_config,
        Change<PutFunctionScalingConfig> -> FunctionScalingAccepted;
}
