//! Function URLs.

use funclet_function_store::{FunctionUrlConfig, FunctionUrlPage};
use funclet_validation::{
    CreateFunctionUrlConfig, CreateFunctionUrlConfigRequest, DeleteFunctionUrlConfig,
    DeleteFunctionUrlConfigRequest, GetFunctionUrlConfig, GetFunctionUrlConfigRequest,
    ListFunctionUrlConfigs, ListFunctionUrlConfigsRequest, UpdateFunctionUrlConfig,
    UpdateFunctionUrlConfigRequest,
};

use crate::error::Error;
use crate::lambda::Lambda;
use crate::work::{Change, Look};

operations! {
    /// Gives a function or an alias a URL. Nothing answers there.
    ///
    /// # Errors
    /// [`Error`].
    CreateFunctionUrlConfigRequest, "CreateFunctionUrlConfig", create_function_url_config,
        Change<CreateFunctionUrlConfig> -> FunctionUrlConfig;

    /// Returns the URL of a function or an alias.
    ///
    /// # Errors
    /// [`Error`].
    GetFunctionUrlConfigRequest, "GetFunctionUrlConfig", get_function_url_config,
        Look<GetFunctionUrlConfig> -> FunctionUrlConfig;

    /// Changes what is configured about a URL, which stays the same.
    ///
    /// # Errors
    /// [`Error`].
    UpdateFunctionUrlConfigRequest, "UpdateFunctionUrlConfig", update_function_url_config,
        Change<UpdateFunctionUrlConfig> -> FunctionUrlConfig;

    /// Takes the URL of a function or an alias away.
    ///
    /// # Errors
    /// [`Error`].
    DeleteFunctionUrlConfigRequest, "DeleteFunctionUrlConfig", delete_function_url_config,
        Change<DeleteFunctionUrlConfig> -> ();

    /// Lists the URLs of a function and its aliases, a page at a time.
    ///
    /// # Errors
    /// [`Error`].
    ListFunctionUrlConfigsRequest, "ListFunctionUrlConfigs", list_function_url_configs,
        Look<ListFunctionUrlConfigs> -> FunctionUrlPage;
}
