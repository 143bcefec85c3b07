//! Provisioned concurrency.

use funclet::{ProvisionedConcurrency, ProvisionedConcurrencyPage};

use super::{Answer, json};
use crate::packages::Links;
use crate::timestamp::WireSeconds;

impl Answer for ProvisionedConcurrency {
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        json(&Config::of(self, None))
    }
}

impl Answer for ProvisionedConcurrencyPage {
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        let items = self.provisioned_concurrency_configs.iter();
        let configs = items.map(|item| Config::of(&item.config, Some(item.function_arn.to_string())));
        json(&Configs {
            next_marker: self.next_marker.as_deref(),
            provisioned_concurrency_configs: configs.collect(),
        })
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Configs<'a> {
    next_marker: Option<&'a str>,
    provisioned_concurrency_configs: Vec<Config<'a>>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Config<'a> {
    /// In lists only.
    #[serde(skip_serializing_if = "Option::is_none")]
    function_arn: Option<String>,
    requested_provisioned_concurrent_executions: u32,
    available_provisioned_concurrent_executions: u32,
    allocated_provisioned_concurrent_executions: u32,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_reason: Option<&'a str>,
    last_modified: WireSeconds,
}

impl<'a> Config<'a> {
    fn of(config: &'a ProvisionedConcurrency, function_arn: Option<String>) -> Self {
        Self {
            function_arn,
            requested_provisioned_concurrent_executions: config.requested_provisioned_concurrent_executions,
            available_provisioned_concurrent_executions: config.available_provisioned_concurrent_executions,
            allocated_provisioned_concurrent_executions: config.allocated_provisioned_concurrent_executions,
            status: config.status.as_str(),
            status_reason: config.status_reason.as_deref(),
            last_modified: WireSeconds(config.last_modified),
        }
    }
}
