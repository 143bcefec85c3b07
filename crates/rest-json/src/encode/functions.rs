//! Functions: their code and their configuration.

use funclet::{CodeLocation, FunctionConfiguration, FunctionDetail, FunctionPage};

use super::concurrency::Concurrency;
use super::{Answer, json};
use crate::configuration::{Configuration, Texts};
use crate::packages::Links;

impl Answer for FunctionConfiguration {
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        json(&Configuration::of(self))
    }
}

impl Answer for FunctionDetail {
    fn to_json(&self, links: &Links<'_>) -> Vec<u8> {
        json(&Detail {
            code: Code::of(&self.code, links),
            configuration: Configuration::of(&self.configuration),
            tags: Some(Texts(&self.tags)).filter(|tags| !tags.0.is_empty()),
            concurrency: self
                .reserved_concurrent_executions
                .map(|executions| Concurrency { executions: Some(executions) }),
        })
    }
}

impl Answer for FunctionPage {
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        let functions = self.functions.iter().map(Configuration::of).collect();
        json(&Functions { functions, next_marker: self.next_marker.as_deref() })
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Detail<'a> {
    code: Code<'a>,
    configuration: Configuration<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Texts<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    concurrency: Option<Concurrency>,
}

#[derive(serde::Serialize)]
#[serde(untagged, rename_all_fields = "PascalCase")]
enum Code<'a> {
    Package {
        repository_type: &'static str,
        location: String,
        #[serde(rename = "SourceKMSKeyArn", skip_serializing_if = "Option::is_none")]
        source_kms_key_arn: Option<&'a str>,
    },
    Image {
        repository_type: &'static str,
        image_uri: &'a str,
        resolved_image_uri: &'a str,
    },
}

impl<'a> Code<'a> {
    fn of(code: &'a CodeLocation, links: &Links<'_>) -> Self {
        match code {
            CodeLocation::Package { digest, source_kms_key_arn, .. } => Self::Package {
                repository_type: "S3",
                location: links.url(digest),
                source_kms_key_arn: source_kms_key_arn.as_ref().map(|arn| arn.as_str()),
            },
            CodeLocation::Image { image_uri, resolved_image_uri } => {
                Self::Image { repository_type: "ECR", image_uri, resolved_image_uri }
            }
        }
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Functions<'a> {
    next_marker: Option<&'a str>,
    functions: Vec<Configuration<'a>>,
}
