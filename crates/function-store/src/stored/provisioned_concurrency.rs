//! Provisioned concurrency.

use serde::{Deserialize, Serialize};

use crate::keys;
use crate::stored::resource::{Resource, belongs, is_alias, is_setting_of, is_version};
use crate::stored::{BadStored, Stored, ensure};

/// The provisioned concurrency of a version or an alias.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredProvisionedConcurrency {
    pub(crate) executions: u32,
    /// Milliseconds since 1970.
    pub(crate) last_modified_ms: u64,
    pub(crate) allocation: StoredAllocation,
}

impl Stored for StoredProvisionedConcurrency {
    const KIND: u8 = 30;
}

impl Resource for StoredProvisionedConcurrency {
    fn fits(&self, key: &str) -> bool {
        is_setting_of(key, keys::PROVISIONED, &[is_version, is_alias])
    }

    fn check(&self) -> Result<(), BadStored> {
        ensure(self.executions > 0, "no executions that are provisioned")
    }
}

/// How far the allocation of provisioned executions has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum StoredAllocation {
    /// They are there.
    Ready,
    /// They are not there yet.
    InProgress {
        /// Engine time in milliseconds since 1970; `None`: when somebody completes it.
        completes_at_ms: Option<u64>,
    },
    /// They are not coming.
    Failed { reason: String },
}

impl StoredAllocation {
    /// What it counts as now: one that is due is done, whether or not anybody has stored that.
    pub(crate) fn at(&self, now_ms: u64) -> Self {
        match self {
            Self::InProgress { completes_at_ms: Some(at_ms) } if *at_ms <= now_ms => Self::Ready,
            other => other.clone(),
        }
    }
}

/// How many executions are provisioned of all versions and aliases of a function together. Not there if it is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredProvisionedTotal {
    pub(crate) executions: u32,
}

impl Stored for StoredProvisionedTotal {
    const KIND: u8 = 40;
}

impl Resource for StoredProvisionedTotal {
    fn fits(&self, key: &str) -> bool {
        belongs(key, keys::PROVISIONED_TOTAL) == Some("")
    }

    fn provisioned_executions(&self) -> u32 {
        self.executions
    }
}
