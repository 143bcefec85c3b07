//! What is configured about asynchronous invocations.

use serde::{Deserialize, Serialize};

use crate::keys;
use crate::stored::Stored;
use crate::stored::resource::{Resource, belongs};

/// How asynchronous invocations of a version or an alias are treated; what was not given is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredEventInvokeConfig {
    /// Milliseconds since 1970.
    pub(crate) last_modified_ms: u64,
    pub(crate) maximum_retry_attempts: Option<u32>,
    /// Seconds.
    pub(crate) maximum_event_age: Option<u32>,
    pub(crate) on_success: Option<String>,
    pub(crate) on_failure: Option<String>,
}

impl Stored for StoredEventInvokeConfig {
    const KIND: u8 = 34;
}

impl Resource for StoredEventInvokeConfig {
    fn fits(key: &str) -> bool {
        belongs(key, keys::EVENT_INVOKE_CONFIG)
    }
}
