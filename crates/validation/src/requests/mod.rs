//! The requests, one file each: the raw form with its table, and the valid form that it comes to.

mod create_function;
mod delete_function;
mod get_function;
mod get_function_configuration;
mod list_functions;
mod list_versions_by_function;
mod publish_version;
mod update_function_code;
mod update_function_configuration;

pub use create_function::{CreateFunction, CreateFunctionRequest};
pub use delete_function::{DeleteFunction, DeleteFunctionRequest, DeletionTarget};
pub use get_function::{GetFunction, GetFunctionRequest};
pub use get_function_configuration::{GetFunctionConfiguration, GetFunctionConfigurationRequest};
pub use list_functions::{ListFunctions, ListFunctionsRequest};
pub use list_versions_by_function::{ListVersionsByFunction, ListVersionsByFunctionRequest};
pub use publish_version::{PublishVersion, PublishVersionRequest};
pub use update_function_code::{UpdateFunctionCode, UpdateFunctionCodeRequest};
pub use update_function_configuration::{UpdateFunctionConfiguration, UpdateFunctionConfigurationRequest};
