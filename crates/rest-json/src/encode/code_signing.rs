//! Code signing configs.

use funclet::{CodeSigningConfig, CodeSigningConfigPage, FunctionArnPage, FunctionCodeSigning};

use super::{Answer, json};
use crate::packages::Links;
use crate::timestamp::WireTime;

impl Answer for FunctionCodeSigning {
    /// Without a config the service leaves out the name as well (recorded from AWS).
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        let arn = self.code_signing_config_arn.as_ref();
        json(&CodeSigning {
            code_signing_config_arn: arn.map(|arn| arn.as_str()),
            function_name: arn.map(|_| self.function_name.as_str()),
        })
    }
}

/// Both or none are there.
#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct CodeSigning<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    code_signing_config_arn: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_name: Option<&'a str>,
}

impl Answer for CodeSigningConfig {
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        json(&One { code_signing_config: Config::of(self) })
    }
}

impl Answer for CodeSigningConfigPage {
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        let code_signing_configs = self.code_signing_configs.iter().map(Config::of).collect();
        json(&Configs { next_marker: self.next_marker.as_deref(), code_signing_configs })
    }
}

impl Answer for FunctionArnPage {
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        let function_arns = self.function_arns.iter().map(ToString::to_string).collect();
        json(&FunctionArns { next_marker: self.next_marker.as_deref(), function_arns })
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct One<'a> {
    code_signing_config: Config<'a>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Configs<'a> {
    next_marker: Option<&'a str>,
    code_signing_configs: Vec<Config<'a>>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct FunctionArns<'a> {
    next_marker: Option<&'a str>,
    function_arns: Vec<String>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Config<'a> {
    code_signing_config_id: &'a str,
    code_signing_config_arn: &'a str,
    description: &'a str,
    allowed_publishers: Publishers<'a>,
    code_signing_policies: Policies,
    last_modified: WireTime,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Publishers<'a> {
    signing_profile_version_arns: Vec<&'a str>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Policies {
    untrusted_artifact_on_deployment: &'static str,
}

impl<'a> Config<'a> {
    fn of(config: &'a CodeSigningConfig) -> Self {
        let publishers = config.allowed_publishers.iter().map(|arn| arn.as_str());
        Self {
            code_signing_config_id: &config.code_signing_config_id,
            code_signing_config_arn: config.code_signing_config_arn.as_str(),
            description: &config.description,
            allowed_publishers: Publishers { signing_profile_version_arns: publishers.collect() },
            code_signing_policies: Policies {
                untrusted_artifact_on_deployment: config.untrusted_artifact_on_deployment.as_str(),
            },
            last_modified: WireTime(config.last_modified),
        }
    }
}
