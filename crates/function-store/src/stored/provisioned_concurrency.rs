//! Provisioned concurrency.

use serde::{Deserialize, Serialize};

use crate::stored::Stored;

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
