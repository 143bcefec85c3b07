//! How many invocations of a function may run at once.

use funclet::FunctionConcurrency;

use super::{Answer, json};
use crate::packages::Links;

impl Answer for FunctionConcurrency {
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        json(&Concurrency { executions: self.reserved_concurrent_executions })
    }
}

#[derive(serde::Serialize)]
pub(super) struct Concurrency {
    #[serde(rename = "ReservedConcurrentExecutions", skip_serializing_if = "Option::is_none")]
    pub(super) executions: Option<u32>,
}
