//! Code signing configs.

use funclet::FunctionCodeSigning;

use super::{Answer, json};
use crate::packages::Links;

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
