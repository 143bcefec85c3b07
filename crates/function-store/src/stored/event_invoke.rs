//! What is configured about asynchronous invocations.

use funclet_validation::Destinations;
use serde::{Deserialize, Serialize};

use crate::keys;
use crate::stored::resource::{Resource, is_alias, is_latest, is_setting_of, is_version};
use crate::stored::{BadStored, Stored, parse_option};

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
    fn fits(&self, key: &str) -> bool {
        is_setting_of(key, keys::EVENT_INVOKE_CONFIG, &[is_latest, is_version, is_alias])
    }

    fn check(&self) -> Result<(), BadStored> {
        self.destinations().map(drop)
    }
}

impl StoredEventInvokeConfig {
    pub(crate) fn destinations(&self) -> Result<Destinations, BadStored> {
        Ok(Destinations {
            on_success: parse_option(self.on_success.as_ref())?,
            on_failure: parse_option(self.on_failure.as_ref())?,
        })
    }
}
