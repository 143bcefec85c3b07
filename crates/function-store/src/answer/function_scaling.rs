//! How many environments versions have on instances of their owner's.

use funclet_validation::{FunctionArn, FunctionScaling};

use crate::answer::State;

/// What GetFunctionScalingConfig answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionScalingAnswer {
    /// The ARN of the function, with the qualifier.
    pub function_arn: FunctionArn,
    /// What was asked for, if anything was; it counts at once.
    pub scaling: Option<FunctionScaling>,
}

/// What PutFunctionScalingConfig answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FunctionScalingAccepted {
    /// The state of the version.
    pub function_state: State,
}
