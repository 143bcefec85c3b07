//! When versions get newer versions of their runtimes.

use serde::{Deserialize, Serialize};

use crate::keys;
use crate::stored::Stored;
use crate::stored::resource::{Resource, belongs};

/// When a version gets a newer version of its runtime, if that was ever set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredRuntimeManagement {
    pub(crate) update_runtime_on: String,
    /// The version that it is to have for ever, for `Manual`.
    pub(crate) runtime_version_arn: Option<String>,
}

impl Stored for StoredRuntimeManagement {
    const KIND: u8 = 36;
}

impl Resource for StoredRuntimeManagement {
    fn fits(key: &str) -> bool {
        belongs(key, keys::RUNTIME_MANAGEMENT)
    }
}
