//! URLs of functions.

use funclet_validation::{Cors, FunctionArn, FunctionUrlAuthType, InvokeMode};

use crate::answer::Timestamp;

/// What CreateFunctionUrlConfig, GetFunctionUrlConfig and UpdateFunctionUrlConfig answer, and an entry of
/// ListFunctionUrlConfigs (`FunctionUrlConfig`).
#[derive(Debug, Clone, PartialEq)]
pub struct FunctionUrlConfig {
    /// The URL, with a slash at its end.
    pub function_url: String,
    /// The ARN of the function, qualified if the URL is that of an alias.
    pub function_arn: FunctionArn,
    /// Who may call the URL.
    pub auth_type: FunctionUrlAuthType,
    /// What pages of other origins may do, if that was given.
    pub cors: Option<Cors>,
    /// When the URL was made.
    pub creation_time: Timestamp,
    /// When the configuration was changed last; CreateFunctionUrlConfig leaves it out.
    pub last_modified_time: Option<Timestamp>,
    /// How the URL answers.
    pub invoke_mode: InvokeMode,
}

/// One page of ListFunctionUrlConfigs.
#[derive(Debug, Clone, PartialEq)]
pub struct FunctionUrlPage {
    /// The URL of the function, then those of its aliases in byte order of their names.
    pub function_url_configs: Vec<FunctionUrlConfig>,
    /// Where to go on, if there is more.
    pub next_marker: Option<String>,
}
