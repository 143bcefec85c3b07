//! Code signing configs.

use serde::{Deserialize, Serialize};

use crate::stored::Stored;

/// A code signing config. Its id stands in its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredCodeSigningConfig {
    pub(crate) description: String,
    /// The ARNs of versions of signing profiles.
    pub(crate) allowed_publishers: Vec<String>,
    /// `Warn` or `Enforce`.
    pub(crate) untrusted_artifact_on_deployment: String,
    /// Milliseconds since 1970.
    pub(crate) last_modified_ms: u64,
    pub(crate) tags: Vec<(String, String)>,
}

impl Stored for StoredCodeSigningConfig {
    const KIND: u8 = 25;
}

/// Says, under the key of a code signing config, that a function has it: nothing but its key counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredCodeSigningUser {}

impl Stored for StoredCodeSigningUser {
    const KIND: u8 = 26;
}

/// The code signing config that a function has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredFunctionCodeSigning {
    pub(crate) code_signing_config_id: String,
}

impl Stored for StoredFunctionCodeSigning {
    const KIND: u8 = 27;
}
