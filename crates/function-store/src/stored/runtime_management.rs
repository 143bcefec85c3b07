//! When versions get newer versions of their runtimes.

use funclet_validation::{RuntimeVersionArn, UpdateRuntimeOn};
use serde::{Deserialize, Serialize};

use crate::keys;
use crate::stored::resource::{Resource, is_latest, is_setting_of, is_version};
use crate::stored::{BadStored, Stored, parse, parse_option};

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
    fn fits(&self, key: &str) -> bool {
        is_setting_of(key, keys::RUNTIME_MANAGEMENT, &[is_latest, is_version])
    }

    fn check(&self) -> Result<(), BadStored> {
        self.typed().map(drop)
    }
}

impl StoredRuntimeManagement {
    /// When the version gets a newer version of its runtime, and which one it has for ever.
    pub(crate) fn typed(&self) -> Result<(UpdateRuntimeOn, Option<RuntimeVersionArn>), BadStored> {
        Ok((parse(&self.update_runtime_on)?, parse_option(self.runtime_version_arn.as_ref())?))
    }
}
