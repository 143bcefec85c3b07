//! How many environments versions have on instances of their owner's.

use serde::{Deserialize, Serialize};

use crate::keys;
use crate::stored::Stored;
use crate::stored::resource::{Resource, is_nobodys, is_setting_of, is_version};

/// How many environments a version has, if that was set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredFunctionScaling {
    pub(crate) min_execution_environments: Option<u32>,
    pub(crate) max_execution_environments: Option<u32>,
}

impl Stored for StoredFunctionScaling {
    const KIND: u8 = 37;
}

impl Resource for StoredFunctionScaling {
    fn fits(&self, key: &str) -> bool {
        is_setting_of(key, keys::FUNCTION_SCALING, &[is_version, is_nobodys])
    }
}
