//! Reports of inspected packages.

use funclet_storage::BlobDigest;
use serde::{Deserialize, Serialize};

use crate::keys;
use crate::stored::resource::Resource;
use crate::stored::{Stored, text_form};

/// Where the report of a package is, that was worth keeping: as long as the account holds the package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredPackageReport {
    /// The digest of the report, a document.
    #[serde(with = "text_form::hex")]
    pub(crate) sha256: [u8; 32],
    /// Its length in bytes.
    pub(crate) size: u64,
}

impl Stored for StoredPackageReport {
    const KIND: u8 = 41;
}

impl StoredPackageReport {
    pub(crate) fn digest(&self) -> BlobDigest {
        BlobDigest::from_bytes(self.sha256)
    }
}

impl Resource for StoredPackageReport {
    fn fits(&self, key: &str) -> bool {
        keys::package_of_report(key).is_some()
    }

    fn blobs(&self) -> Vec<(BlobDigest, u64)> {
        vec![(self.digest(), self.size)]
    }
}
