//! Answers to JSON.
//!
//! The structs are the wire's own. A member that the service sends as an explicit null is a plain `Option`; one that it
//! leaves out says so.

use std::convert::Infallible;

use funclet::{
    CodeLocation, FunctionCodeSigning, FunctionConcurrency, FunctionConfiguration, FunctionDetail,
    FunctionPage, ResourceTags, VersionPage,
};
use serde::ser::Serialize;

use crate::configuration::{Configuration, Texts};
use crate::packages::Links;

/// An answer that has a body.
pub(crate) trait Answer {
    /// Writes the body. `links` makes links to packages.
    fn to_json(&self, links: &Links<'_>) -> Vec<u8>;
}

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

impl Answer for VersionPage {
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        let versions = self.versions.iter().map(Configuration::of).collect();
        json(&Versions { versions, next_marker: self.next_marker.as_deref() })
    }
}

impl Answer for ResourceTags {
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        json(&Tags { tags: Texts(&self.tags) })
    }
}

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

impl Answer for FunctionConcurrency {
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        json(&Concurrency { executions: self.reserved_concurrent_executions })
    }
}

/// Of an operation that only refuses.
impl Answer for Infallible {
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        match *self {}
    }
}

impl Answer for () {
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        Vec::new()
    }
}

/// Writes compact JSON, as the service does. Texts, numbers and maps with text keys always serialize.
fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
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

/// Both or none are there.
#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct CodeSigning<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    code_signing_config_arn: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_name: Option<&'a str>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Tags<'a> {
    tags: Texts<'a>,
}

#[derive(serde::Serialize)]
struct Concurrency {
    #[serde(rename = "ReservedConcurrentExecutions", skip_serializing_if = "Option::is_none")]
    executions: Option<u32>,
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

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Versions<'a> {
    next_marker: Option<&'a str>,
    versions: Vec<Configuration<'a>>,
}
