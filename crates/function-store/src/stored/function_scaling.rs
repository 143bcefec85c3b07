//! How many environments versions have on instances of their owner's.

use serde::{Deserialize, Serialize};

use crate::keys;
use crate::stored::Stored;
use crate::stored::resource::{Resource, belongs};

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
    fn fits(key: &str) -> bool {
        belongs(key, keys::FUNCTION_SCALING)
    }
}
