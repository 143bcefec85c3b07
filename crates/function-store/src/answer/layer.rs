//! Layers.

use funclet_storage::BlobDigest;
use funclet_validation::{CodeSha256, LayerName, RevisionId};

use crate::answer::Timestamp;

/// What PublishLayerVersion, GetLayerVersion and GetLayerVersionByArn answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LayerVersion {
    /// The ARN of the layer, without the version.
    pub layer_arn: String,
    /// Where its archive is.
    pub content: LayerContent,
    /// What lists show of it, too.
    pub summary: LayerVersionSummary,
}

/// The archive of a layer's version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerContent {
    /// The package that this store keeps.
    pub digest: BlobDigest,
    /// The digest as the service prints it.
    pub code_sha256: CodeSha256,
    /// The length in bytes.
    pub code_size: u64,
}

/// What AddLayerVersionPermission answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedLayerPermission {
    /// The new statement as text.
    pub statement: String,
    /// The revision of the policy.
    pub revision_id: RevisionId,
}

/// An entry of ListLayerVersions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerVersionSummary {
    /// The ARN of the version.
    pub layer_version_arn: String,
    /// The number of the version, from 1.
    pub version: u64,
    /// A description, perhaps empty.
    pub description: String,
    /// When it was published.
    pub created_date: Timestamp,
    /// The runtimes that it is meant for, if that was given.
    pub compatible_runtimes: Option<Vec<String>>,
    /// The instruction sets that it is meant for, if that was given.
    pub compatible_architectures: Option<Vec<String>>,
    /// Its licence, if that was given.
    pub license_info: Option<String>,
}

/// An entry of ListLayers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerSummary {
    /// The name.
    pub layer_name: LayerName,
    /// The ARN, without a version.
    pub layer_arn: String,
    /// The newest version that the filters of the request admit.
    pub latest_matching_version: LayerVersionSummary,
}

/// One page of ListLayers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerPage {
    /// The layers, in byte order of their names.
    pub layers: Vec<LayerSummary>,
    /// Where to go on, if there is more.
    pub next_marker: Option<String>,
}

/// One page of ListLayerVersions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerVersionPage {
    /// The versions, the newest first.
    pub layer_versions: Vec<LayerVersionSummary>,
    /// Where to go on, if there is more.
    pub next_marker: Option<String>,
}
