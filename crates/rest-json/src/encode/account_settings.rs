//! The account.

use funclet::AccountSettings;

use super::{Answer, json};
use crate::packages::Links;

impl Answer for AccountSettings {
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        let (limit, usage) = (&self.account_limit, &self.account_usage);
        json(&Settings {
            account_limit: Limit {
                total_code_size: limit.total_code_size,
                code_size_unzipped: limit.code_size_unzipped,
                code_size_zipped: limit.code_size_zipped,
                concurrent_executions: limit.concurrent_executions,
                unreserved_concurrent_executions: limit.unreserved_concurrent_executions,
            },
            account_usage: Usage {
                total_code_size: usage.total_code_size,
                function_count: usage.function_count,
            },
        })
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Settings {
    account_limit: Limit,
    account_usage: Usage,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Limit {
    total_code_size: u64,
    code_size_unzipped: u64,
    code_size_zipped: u64,
    concurrent_executions: u32,
    unreserved_concurrent_executions: u32,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Usage {
    total_code_size: u64,
    function_count: u64,
}
