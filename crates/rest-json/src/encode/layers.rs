//! Layers.

use funclet::{
    AddedLayerPermission, LayerPage, LayerSummary, LayerVersion, LayerVersionPage, LayerVersionSummary,
};

use super::{Answer, json};
use crate::packages::Links;
use crate::timestamp::WireTime;

impl Answer for LayerVersion {
    fn to_json(&self, links: &Links<'_>) -> Vec<u8> {
        let content = &self.content;
        json(&Detail {
            content: Content {
                location: links.url(&content.digest),
                code_sha256: content.code_sha256.to_string(),
                code_size: content.code_size,
            },
            layer_arn: &self.layer_arn,
            version: Version { description: Some(&self.summary.description), ..Version::of(&self.summary) },
        })
    }
}

impl Answer for AddedLayerPermission {
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        json(&Added { statement: &self.statement, revision_id: self.revision_id.to_string() })
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Added<'a> {
    statement: &'a str,
    revision_id: String,
}

impl Answer for LayerPage {
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        let layers = self.layers.iter().map(Layer::of).collect();
        json(&Layers { next_marker: self.next_marker.as_deref(), layers })
    }
}

impl Answer for LayerVersionPage {
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        let layer_versions = self.layer_versions.iter().map(Version::of).collect();
        json(&LayerVersions { next_marker: self.next_marker.as_deref(), layer_versions })
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Detail<'a> {
    content: Content,
    layer_arn: &'a str,
    #[serde(flatten)]
    version: Version<'a>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Content {
    location: String,
    code_sha256: String,
    code_size: u64,
}

/// What was not given is left out; an empty list that was given is shown (recorded from AWS).
#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Version<'a> {
    layer_version_arn: &'a str,
    version: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    created_date: WireTime,
    #[serde(skip_serializing_if = "Option::is_none")]
    compatible_runtimes: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    compatible_architectures: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    license_info: Option<&'a str>,
}

impl<'a> Version<'a> {
    /// As lists have it: without an empty description (recorded from AWS).
    fn of(summary: &'a LayerVersionSummary) -> Self {
        Self {
            layer_version_arn: &summary.layer_version_arn,
            version: summary.version,
            description: Some(summary.description.as_str()).filter(|text| !text.is_empty()),
            created_date: WireTime(summary.created_date),
            compatible_runtimes: summary.compatible_runtimes.as_deref(),
            compatible_architectures: summary.compatible_architectures.as_deref(),
            license_info: summary.license_info.as_deref(),
        }
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Layers<'a> {
    next_marker: Option<&'a str>,
    layers: Vec<Layer<'a>>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Layer<'a> {
    layer_name: &'a str,
    layer_arn: &'a str,
    latest_matching_version: Version<'a>,
}

impl<'a> Layer<'a> {
    fn of(layer: &'a LayerSummary) -> Self {
        Self {
            layer_name: layer.layer_name.as_str(),
            layer_arn: &layer.layer_arn,
            latest_matching_version: Version::of(&layer.latest_matching_version),
        }
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct LayerVersions<'a> {
    next_marker: Option<&'a str>,
    layer_versions: Vec<Version<'a>>,
}
