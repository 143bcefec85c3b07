//! URLs of functions.

use funclet_validation::Cors;
use serde::{Deserialize, Serialize};

use crate::keys;
use crate::stored::Stored;
use crate::stored::resource::{Resource, belongs};

/// The URL of a function or an alias.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredFunctionUrl {
    /// What the name of the host begins with.
    pub(crate) url_id: String,
    pub(crate) auth_type: String,
    pub(crate) cors: Option<StoredCors>,
    pub(crate) invoke_mode: String,
    /// Milliseconds since 1970, as all times.
    pub(crate) created_ms: u64,
    pub(crate) last_modified_ms: u64,
}

/// What pages of other origins may do; what was not given is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredCors {
    pub(crate) allow_credentials: Option<bool>,
    pub(crate) allow_headers: Option<Vec<String>>,
    pub(crate) allow_methods: Option<Vec<String>>,
    pub(crate) allow_origins: Option<Vec<String>>,
    pub(crate) expose_headers: Option<Vec<String>>,
    /// Seconds.
    pub(crate) max_age: Option<i64>,
}

impl Stored for StoredFunctionUrl {
    const KIND: u8 = 35;
}

impl Resource for StoredFunctionUrl {
    fn fits(key: &str) -> bool {
        belongs(key, keys::FUNCTION_URL)
    }
}

impl From<&Cors> for StoredCors {
    fn from(cors: &Cors) -> Self {
        Self {
            allow_credentials: cors.allow_credentials,
            allow_headers: cors.allow_headers.clone(),
            allow_methods: cors.allow_methods.clone(),
            allow_origins: cors.allow_origins.clone(),
            expose_headers: cors.expose_headers.clone(),
            max_age: cors.max_age,
        }
    }
}

impl From<&StoredCors> for Cors {
    fn from(cors: &StoredCors) -> Self {
        Self {
            allow_credentials: cors.allow_credentials,
            allow_headers: cors.allow_headers.clone(),
            allow_methods: cors.allow_methods.clone(),
            allow_origins: cors.allow_origins.clone(),
            expose_headers: cors.expose_headers.clone(),
            max_age: cors.max_age,
        }
    }
}
