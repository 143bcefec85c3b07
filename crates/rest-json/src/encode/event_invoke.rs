//! Configs of asynchronous invocations.

use funclet::{Destination, FunctionEventInvokeConfig, FunctionEventInvokeConfigPage};

use super::{Answer, json};
use crate::packages::Links;
use crate::timestamp::EpochTime;

impl Answer for FunctionEventInvokeConfig {
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        json(&Config::of(self))
    }
}

impl Answer for FunctionEventInvokeConfigPage {
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        let function_event_invoke_configs =
            self.function_event_invoke_configs.iter().map(Config::of).collect();
        json(&Configs { next_marker: self.next_marker.as_deref(), function_event_invoke_configs })
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Config<'a> {
    last_modified: EpochTime,
    function_arn: String,
    maximum_retry_attempts: Option<u32>,
    maximum_event_age_in_seconds: Option<u32>,
    destination_config: Destinations<'a>,
}

impl<'a> Config<'a> {
    fn of(config: &'a FunctionEventInvokeConfig) -> Self {
        Self {
            last_modified: EpochTime(config.last_modified),
            function_arn: config.function_arn.to_string(),
            maximum_retry_attempts: config.maximum_retry_attempts,
            maximum_event_age_in_seconds: config.maximum_event_age_in_seconds,
            destination_config: Destinations {
                on_success: Place::of(config.destinations.on_success.as_ref()),
                on_failure: Place::of(config.destinations.on_failure.as_ref()),
            },
        }
    }
}

/// Both are always there, empty where nothing is set (documented by example).
#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Destinations<'a> {
    on_success: Place<'a>,
    on_failure: Place<'a>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Place<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    destination: Option<&'a str>,
}

impl<'a> Place<'a> {
    fn of(destination: Option<&'a Destination>) -> Self {
        Self { destination: destination.map(Destination::as_str) }
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Configs<'a> {
    next_marker: Option<&'a str>,
    function_event_invoke_configs: Vec<Config<'a>>,
}
