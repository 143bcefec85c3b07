//! URLs of functions.

use funclet_validation::{Cors, FunctionUrlAuthType, InvokeMode};
use serde::{Deserialize, Serialize};

use crate::keys;
use crate::stored::resource::{Resource, is_alias, is_function, is_setting_of};
use crate::stored::{BadStored, Stored, ensure, parse};

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
    fn fits(&self, key: &str) -> bool {
        is_setting_of(key, keys::FUNCTION_URL, &[is_function, is_alias])
    }

    fn check(&self) -> Result<(), BadStored> {
        self.auth_type()?;
        self.invoke_mode()?;
        let is_id = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let is_id = self.url_id.len() == URL_ID_LENGTH && self.url_id.bytes().all(is_id);
        ensure(is_id, "the id of a URL")
    }
}

/// How many letters and digits the id of a URL has.
pub(crate) const URL_ID_LENGTH: usize = 32;

impl StoredFunctionUrl {
    pub(crate) fn auth_type(&self) -> Result<FunctionUrlAuthType, BadStored> {
        parse(&self.auth_type)
    }

    pub(crate) fn invoke_mode(&self) -> Result<InvokeMode, BadStored> {
        parse(&self.invoke_mode)
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
