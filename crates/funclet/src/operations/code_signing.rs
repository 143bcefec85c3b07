//! Code signing configs. They are kept and shown; signatures of code are not verified.

use funclet_function_store::{
    CodeSigningConfig, CodeSigningConfigPage, FunctionArnPage, FunctionCodeSigning,
};
use funclet_validation::{
    CreateCodeSigningConfig, CreateCodeSigningConfigRequest, DeleteCodeSigningConfig,
    DeleteCodeSigningConfigRequest, DeleteFunctionCodeSigningConfig, DeleteFunctionCodeSigningConfigRequest,
    GetCodeSigningConfig, GetCodeSigningConfigRequest, GetFunctionCodeSigningConfig,
    GetFunctionCodeSigningConfigRequest, ListCodeSigningConfigs, ListCodeSigningConfigsRequest,
    ListFunctionsByCodeSigningConfig, ListFunctionsByCodeSigningConfigRequest, PutFunctionCodeSigningConfig,
    PutFunctionCodeSigningConfigRequest, UpdateCodeSigningConfig, UpdateCodeSigningConfigRequest,
};

use crate::error::Error;
use crate::lambda::Lambda;
use crate::work::{Change, Look};

operations! {
    /// Creates a code signing config, which functions can have.
    ///
    /// # Errors
    /// [`Error`].
    CreateCodeSigningConfigRequest, "CreateCodeSigningConfig", create_code_signing_config,
        Change<CreateCodeSigningConfig> -> CodeSigningConfig;

    /// Returns a code signing config.
    ///
    /// # Errors
    /// [`Error`].
    GetCodeSigningConfigRequest, "GetCodeSigningConfig", get_code_signing_config,
        Look<GetCodeSigningConfig> -> CodeSigningConfig;

    /// Changes a code signing config. What is not given stays.
    ///
    /// # Errors
    /// [`Error`].
    UpdateCodeSigningConfigRequest, "UpdateCodeSigningConfig", update_code_signing_config,
        Change<UpdateCodeSigningConfig> -> CodeSigningConfig;

    /// Deletes a code signing config that no function has.
    ///
    /// # Errors
    /// [`Error`]; [`CodeSigningConfigInUse`](crate::ServiceError::CodeSigningConfigInUse) if a function has it.
    DeleteCodeSigningConfigRequest, "DeleteCodeSigningConfig", delete_code_signing_config,
        Change<DeleteCodeSigningConfig> -> ();

    /// Lists the code signing configs of the account in the region, a page at a time.
    ///
    /// # Errors
    /// [`Error`].
    ListCodeSigningConfigsRequest, "ListCodeSigningConfigs", list_code_signing_configs,
        Look<ListCodeSigningConfigs> -> CodeSigningConfigPage;

    /// Lists the functions that have a code signing config, a page at a time.
    ///
    /// # Errors
    /// [`Error`].
    ListFunctionsByCodeSigningConfigRequest, "ListFunctionsByCodeSigningConfig",
        list_functions_by_code_signing_config, Look<ListFunctionsByCodeSigningConfig> -> FunctionArnPage;

    /// Gives a function a code signing config, in the place of the one that it has.
    ///
    /// # Errors
    /// [`Error`].
    PutFunctionCodeSigningConfigRequest, "PutFunctionCodeSigningConfig", put_function_code_signing_config,
        Change<PutFunctionCodeSigningConfig> -> FunctionCodeSigning;

    /// Returns the code signing config of a function, if one is attached.
    ///
    /// # Errors
    /// [`Error`].
    GetFunctionCodeSigningConfigRequest, "GetFunctionCodeSigningConfig", get_function_code_signing_config,
        Look<GetFunctionCodeSigningConfig> -> FunctionCodeSigning;

    /// Takes its code signing config from a function, if it has one.
    ///
    /// # Errors
    /// [`Error`].
    DeleteFunctionCodeSigningConfigRequest, "DeleteFunctionCodeSigningConfig",
        delete_function_code_signing_config, Change<DeleteFunctionCodeSigningConfig> -> ();
}
