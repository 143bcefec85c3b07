//! When versions get newer versions of their runtimes.

use funclet_function_store::RuntimeManagementConfig;
use funclet_validation::{
    GetRuntimeManagementConfig, GetRuntimeManagementConfigRequest, PutRuntimeManagementConfig,
    PutRuntimeManagementConfigRequest,
};

use crate::error::Error;
use crate::lambda::Lambda;
use crate::work::{Change, Look};

operations! {
    /// Returns when a version of a function gets a newer version of its runtime.
    ///
    /// # Errors
    /// [`Error`].
    GetRuntimeManagementConfigRequest, "GetRuntimeManagementConfig", get_runtime_management_config,
        Look<GetRuntimeManagementConfig> -> RuntimeManagementConfig;

    /// Sets when a version of a function gets a newer version of its runtime. It is kept and shown.
    ///
    /// # Errors
    /// [`Error`].
    PutRuntimeManagementConfigRequest, "PutRuntimeManagementConfig", put_runtime_management_config,
        Change<PutRuntimeManagementConfig> -> RuntimeManagementConfig;
}
