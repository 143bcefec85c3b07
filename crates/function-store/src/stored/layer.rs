//! Layers and their versions.

use funclet_storage::BlobDigest;
use funclet_validation::{Architecture, LayerName};
use serde::{Deserialize, Serialize};

use crate::decide::LAYER_NAME_LENGTH_MAX;
use crate::keys;
use crate::stored::resource::Resource;
use crate::stored::{
    BadStored, Stored, StoredLayer, StoredPolicy, VERSION_NUMBER_MAX, ensure, parse, text_form,
};

/// A layer, also one all of whose versions were deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredLayerHead {
    /// The number that the next version gets. Numbers are never used again.
    pub(crate) next_version: u64,
    /// Bytes that all versions count against the quota.
    pub(crate) code_bytes: u64,
    pub(crate) tags: Vec<(String, String)>,
}

impl Stored for StoredLayerHead {
    const KIND: u8 = 22;
}

impl Resource for StoredLayerHead {
    fn fits(&self, key: &str) -> bool {
        key.strip_prefix(keys::LAYERS).is_some_and(is_layer)
    }

    fn check(&self) -> Result<(), BadStored> {
        let is_number = (1..=VERSION_NUMBER_MAX).contains(&self.next_version);
        ensure(is_number, "the number of the next version")
    }

    fn code_bytes(&self) -> u64 {
        self.code_bytes
    }
}

/// A version of a layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredLayerVersion {
    /// Milliseconds since 1970.
    pub(crate) created_ms: u64,
    #[serde(with = "text_form::hex")]
    pub(crate) sha256: [u8; 32],
    pub(crate) size: u64,
    pub(crate) unzipped_size: u64,
    pub(crate) description: String,
    pub(crate) license_info: Option<String>,
    /// `None` if not given, which shows another than an empty list.
    pub(crate) compatible_runtimes: Option<Vec<String>>,
    pub(crate) compatible_architectures: Option<Vec<String>>,
}

impl Stored for StoredLayerVersion {
    const KIND: u8 = 23;
}

impl Resource for StoredLayerVersion {
    fn fits(&self, key: &str) -> bool {
        keys::parts_of_layer_version(key).is_some_and(|(name, number)| is_layer(name) && number > 0)
    }

    fn check(&self) -> Result<(), BadStored> {
        let architectures = self.compatible_architectures.iter().flatten();
        architectures.map(|name| parse::<Architecture>(name)).try_for_each(|parsed| parsed.map(drop))
    }

    fn blobs(&self) -> Vec<(BlobDigest, u64)> {
        vec![(self.digest(), self.size)]
    }
}

/// The policy of a layer's version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredLayerPolicy(pub(crate) StoredPolicy);

impl Stored for StoredLayerPolicy {
    const KIND: u8 = 24;
}

impl Resource for StoredLayerPolicy {
    fn fits(&self, key: &str) -> bool {
        keys::parts_of_layer_policy(key).is_some_and(|(name, number)| is_layer(name) && number > 0)
    }

    fn check(&self) -> Result<(), BadStored> {
        self.0.check()
    }
}

/// Whether a text is a name that a layer can be published under.
fn is_layer(name: &str) -> bool {
    name.len() <= LAYER_NAME_LENGTH_MAX && name.parse::<LayerName>().is_ok()
}

impl StoredLayerVersion {
    pub(crate) fn digest(&self) -> BlobDigest {
        BlobDigest::from_bytes(self.sha256)
    }

    /// The layer as a function refers to it.
    pub(crate) fn of_function(&self, arn: String) -> StoredLayer {
        StoredLayer { arn, code_sha256: self.sha256, code_size: self.size, unzipped_size: self.unzipped_size }
    }
}
