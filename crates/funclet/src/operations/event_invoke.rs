//! Configs of asynchronous invocations.

use funclet_function_store::{FunctionEventInvokeConfig, FunctionEventInvokeConfigPage};
use funclet_validation::{
    DeleteFunctionEventInvokeConfig, DeleteFunctionEventInvokeConfigRequest, GetFunctionEventInvokeConfig,
    GetFunctionEventInvokeConfigRequest, ListFunctionEventInvokeConfigs,
    ListFunctionEventInvokeConfigsRequest, PutFunctionEventInvokeConfig, PutFunctionEventInvokeConfigRequest,
    UpdateFunctionEventInvokeConfig, UpdateFunctionEventInvokeConfigRequest,
};

use crate::error::Error;
use crate::lambda::Lambda;
use crate::work::{Change, Look};

operations! {
    /// Configures asynchronous invocations of a function, version or alias, in the place of what was configured before.
    ///
    /// # Errors
    /// [`Error`].
    PutFunctionEventInvokeConfigRequest, "PutFunctionEventInvokeConfig", put_function_event_invoke_config,
        Change<PutFunctionEventInvokeConfig> -> FunctionEventInvokeConfig;

    /// Changes what is configured about asynchronous invocations of a function, version or alias.
    ///
    /// # Errors
    /// [`Error`].
    UpdateFunctionEventInvokeConfigRequest, "UpdateFunctionEventInvokeConfig", update_function_event_invoke_config,
        Change<UpdateFunctionEventInvokeConfig> -> FunctionEventInvokeConfig;

    /// Returns what is configured about asynchronous invocations of a function, version or alias.
    ///
    /// # Errors
    /// [`Error`].
    GetFunctionEventInvokeConfigRequest, "GetFunctionEventInvokeConfig", get_function_event_invoke_config,
        Look<GetFunctionEventInvokeConfig> -> FunctionEventInvokeConfig;

    /// Takes away what is configured about asynchronous invocations of a function, version or alias.
    ///
    /// # Errors
    /// [`Error`].
    DeleteFunctionEventInvokeConfigRequest, "DeleteFunctionEventInvokeConfig", delete_function_event_invoke_config,
        Change<DeleteFunctionEventInvokeConfig> -> ();

    /// Lists what is configured about asynchronous invocations of a function, its versions and its aliases.
    ///
    /// # Errors
    /// [`Error`].
    ListFunctionEventInvokeConfigsRequest, "ListFunctionEventInvokeConfigs", list_function_event_invoke_configs,
        Look<ListFunctionEventInvokeConfigs> -> FunctionEventInvokeConfigPage;
}
