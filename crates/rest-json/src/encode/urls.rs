//! Function URLs.

use funclet::{Cors, FunctionUrlConfig, FunctionUrlPage};

use super::{Answer, json};
use crate::packages::Links;
use crate::timestamp::IsoTime;

impl Answer for FunctionUrlConfig {
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        json(&Url::of(self))
    }
}

impl Answer for FunctionUrlPage {
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        let function_url_configs = self.function_url_configs.iter().map(Url::of).collect();
        json(&Urls { next_marker: self.next_marker.as_deref(), function_url_configs })
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Url<'a> {
    function_url: &'a str,
    function_arn: String,
    auth_type: String,
    cors: Option<WireCors<'a>>,
    creation_time: IsoTime,
    /// No member of the answer to a creation.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_modified_time: Option<IsoTime>,
    invoke_mode: String,
}

impl<'a> Url<'a> {
    fn of(url: &'a FunctionUrlConfig) -> Self {
        Self {
            function_url: &url.function_url,
            function_arn: url.function_arn.to_string(),
            auth_type: url.auth_type.to_string(),
            cors: url.cors.as_ref().map(WireCors::of),
            creation_time: IsoTime(url.creation_time),
            last_modified_time: url.last_modified_time.map(IsoTime),
            invoke_mode: url.invoke_mode.to_string(),
        }
    }
}

/// As it was sent: what was not given is left out \[chosen\].
#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct WireCors<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    allow_credentials: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allow_headers: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allow_methods: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allow_origins: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expose_headers: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_age: Option<i64>,
}

impl<'a> WireCors<'a> {
    fn of(cors: &'a Cors) -> Self {
        Self {
            allow_credentials: cors.allow_credentials,
            allow_headers: cors.allow_headers.as_deref(),
            allow_methods: cors.allow_methods.as_deref(),
            allow_origins: cors.allow_origins.as_deref(),
            expose_headers: cors.expose_headers.as_deref(),
            max_age: cors.max_age,
        }
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Urls<'a> {
    next_marker: Option<&'a str>,
    function_url_configs: Vec<Url<'a>>,
}
