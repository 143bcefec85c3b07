//! When versions get newer versions of their runtimes.

use funclet::RuntimeManagementConfig;

use super::{Answer, json};
use crate::packages::Links;

impl Answer for RuntimeManagementConfig {
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        json(&Config {
            update_runtime_on: self.update_runtime_on.to_string(),
            function_arn: self.function_arn.to_string(),
            runtime_version_arn: self.runtime_version_arn.as_ref().map(|arn| arn.as_str()),
        })
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Config<'a> {
    update_runtime_on: String,
    function_arn: String,
    /// Null for everything but `Manual` (documented).
    runtime_version_arn: Option<&'a str>,
}
