//! The requests, one file each: the raw form with its table, and the valid form that it comes to.

mod account_settings;
mod aliases;
mod code_signing_configs;
mod concurrency;
mod create_function;
mod delete_function;
mod event_invoke_configs;
mod event_source_mappings;
mod function_scaling;
mod function_urls;
mod get_function;
mod get_function_code_signing_config;
mod get_function_concurrency;
mod get_function_configuration;
mod get_function_event_invoke_config;
mod get_function_url_config;
mod invoke;
mod layers;
mod list_functions;
mod list_tags;
mod list_versions_by_function;
mod policies;
mod provisioned_concurrency;
mod publish_version;
mod recursion;
mod runtime_management;
mod tag_resource;
mod untag_resource;
mod update_function_code;
mod update_function_configuration;

pub use account_settings::{GetAccountSettings, GetAccountSettingsRequest};
pub use aliases::{
    CreateAlias, CreateAliasRequest, DeleteAlias, DeleteAliasRequest, GetAlias, GetAliasRequest, ListAliases,
    ListAliasesRequest, UpdateAlias, UpdateAliasRequest,
};
pub use code_signing_configs::{
    CreateCodeSigningConfig, CreateCodeSigningConfigRequest, DeleteCodeSigningConfig,
    DeleteCodeSigningConfigRequest, DeleteFunctionCodeSigningConfig, DeleteFunctionCodeSigningConfigRequest,
    GetCodeSigningConfig, GetCodeSigningConfigRequest, ListCodeSigningConfigs, ListCodeSigningConfigsRequest,
    ListFunctionsByCodeSigningConfig, ListFunctionsByCodeSigningConfigRequest, PutFunctionCodeSigningConfig,
    PutFunctionCodeSigningConfigRequest, UpdateCodeSigningConfig, UpdateCodeSigningConfigRequest,
};
pub use concurrency::{
    DeleteFunctionConcurrency, DeleteFunctionConcurrencyRequest, PutFunctionConcurrency,
    PutFunctionConcurrencyRequest,
};
pub use create_function::{CreateFunction, CreateFunctionRequest};
pub use delete_function::{DeleteFunction, DeleteFunctionRequest, DeletionTarget};
pub use event_invoke_configs::{
    DeleteFunctionEventInvokeConfig, DeleteFunctionEventInvokeConfigRequest, ListFunctionEventInvokeConfigs,
    ListFunctionEventInvokeConfigsRequest, PutFunctionEventInvokeConfig, PutFunctionEventInvokeConfigRequest,
    UpdateFunctionEventInvokeConfig, UpdateFunctionEventInvokeConfigRequest,
};
pub use event_source_mappings::{
    CreateEventSourceMapping, CreateEventSourceMappingRequest, DeleteEventSourceMapping,
    DeleteEventSourceMappingRequest, EventSource, EventSourceMappingSettings, GetEventSourceMapping,
    GetEventSourceMappingRequest, ListEventSourceMappings, ListEventSourceMappingsRequest,
    UpdateEventSourceMapping, UpdateEventSourceMappingRequest,
};
pub use function_scaling::{
    FunctionScaling, FunctionScalingConfig, GetFunctionScalingConfig, GetFunctionScalingConfigRequest,
    PutFunctionScalingConfig, PutFunctionScalingConfigRequest,
};
pub use function_urls::{
    CreateFunctionUrlConfig, CreateFunctionUrlConfigRequest, DeleteFunctionUrlConfig,
    DeleteFunctionUrlConfigRequest, ListFunctionUrlConfigs, ListFunctionUrlConfigsRequest,
    UpdateFunctionUrlConfig, UpdateFunctionUrlConfigRequest,
};
pub use get_function::{GetFunction, GetFunctionRequest};
pub use get_function_code_signing_config::{
    GetFunctionCodeSigningConfig, GetFunctionCodeSigningConfigRequest,
};
pub use get_function_concurrency::{GetFunctionConcurrency, GetFunctionConcurrencyRequest};
pub use get_function_configuration::{GetFunctionConfiguration, GetFunctionConfigurationRequest};
pub use get_function_event_invoke_config::{
    GetFunctionEventInvokeConfig, GetFunctionEventInvokeConfigRequest,
};
pub use get_function_url_config::{GetFunctionUrlConfig, GetFunctionUrlConfigRequest};
pub use invoke::{
    InvocationType, Invoke, InvokeAsyncRequest, InvokeRequest, InvokeWithResponseStreamRequest, LogType,
};
pub use layers::{
    AddLayerVersionPermission, AddLayerVersionPermissionRequest, DeleteLayerVersion,
    DeleteLayerVersionRequest, GetLayerVersion, GetLayerVersionByArn, GetLayerVersionByArnRequest,
    GetLayerVersionPolicy, GetLayerVersionPolicyRequest, GetLayerVersionRequest, ListLayerVersions,
    ListLayerVersionsRequest, ListLayers, ListLayersRequest, PublishLayerVersion, PublishLayerVersionRequest,
    RemoveLayerVersionPermission, RemoveLayerVersionPermissionRequest,
};
pub use list_functions::{ListFunctions, ListFunctionsRequest};
pub use list_tags::{ListTags, ListTagsRequest};
pub use list_versions_by_function::{ListVersionsByFunction, ListVersionsByFunctionRequest};
pub use policies::{
    AddPermission, AddPermissionRequest, GetPolicy, GetPolicyRequest, RemovePermission,
    RemovePermissionRequest,
};
pub use provisioned_concurrency::{
    DeleteProvisionedConcurrencyConfig, DeleteProvisionedConcurrencyConfigRequest,
    GetProvisionedConcurrencyConfig, GetProvisionedConcurrencyConfigRequest,
    ListProvisionedConcurrencyConfigs, ListProvisionedConcurrencyConfigsRequest,
    PutProvisionedConcurrencyConfig, PutProvisionedConcurrencyConfigRequest,
};
pub use publish_version::{PublishVersion, PublishVersionRequest};
pub use recursion::{
    GetFunctionRecursionConfig, GetFunctionRecursionConfigRequest, PutFunctionRecursionConfig,
    PutFunctionRecursionConfigRequest,
};
pub use runtime_management::{
    GetRuntimeManagementConfig, GetRuntimeManagementConfigRequest, PutRuntimeManagementConfig,
    PutRuntimeManagementConfigRequest,
};
pub use tag_resource::{TagResource, TagResourceRequest};
pub use untag_resource::{UntagResource, UntagResourceRequest};
pub use update_function_code::{UpdateFunctionCode, UpdateFunctionCodeRequest};
pub use update_function_configuration::{UpdateFunctionConfiguration, UpdateFunctionConfigurationRequest};
