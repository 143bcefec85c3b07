//! What is configured about asynchronous invocations.

use funclet_validation::{Destinations, FunctionArn};

use crate::answer::Timestamp;

/// What PutFunctionEventInvokeConfig, UpdateFunctionEventInvokeConfig and GetFunctionEventInvokeConfig answer, and an entry
/// of ListFunctionEventInvokeConfigs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionEventInvokeConfig {
    /// When it was changed last.
    pub last_modified: Timestamp,
    /// The ARN of the function with a qualifier, which is `$LATEST` for the function itself.
    pub function_arn: FunctionArn,
    /// How often a failed invocation is tried again, if that was given.
    pub maximum_retry_attempts: Option<u32>,
    /// After how many seconds an event is given up, if that was given.
    pub maximum_event_age_in_seconds: Option<u32>,
    /// Where records of invocations go.
    pub destinations: Destinations,
}

/// One page of ListFunctionEventInvokeConfigs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionEventInvokeConfigPage {
    /// The configurations, in byte order of their qualifiers.
    pub function_event_invoke_configs: Vec<FunctionEventInvokeConfig>,
    /// Where to go on, if there is more.
    pub next_marker: Option<String>,
}
