//! When versions get newer versions of their runtimes.

use funclet_validation::{FunctionArn, RuntimeVersionArn, UpdateRuntimeOn};

/// What GetRuntimeManagementConfig and PutRuntimeManagementConfig answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuntimeManagementConfig {
    /// When the version gets a newer version of its runtime.
    pub update_runtime_on: UpdateRuntimeOn,
    /// The ARN of the function, with the qualifier that it was asked for by.
    pub function_arn: FunctionArn,
    /// The version of the runtime, for [`UpdateRuntimeOn::Manual`].
    pub runtime_version_arn: Option<RuntimeVersionArn>,
}
