//! Code signing configs.

use funclet_validation::{
    AccountId, CodeSigningConfigArn, CodeSigningPolicy, FunctionName, Region, ResourceArn,
};
use serde::{Deserialize, Serialize};

use crate::keys;
use crate::stored::resource::{Resource, belongs};
use crate::stored::{BadStored, Stored, parse};

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

impl StoredCodeSigningConfig {
    pub(crate) fn publishers(&self) -> Result<Vec<ResourceArn>, BadStored> {
        self.allowed_publishers.iter().map(|arn| parse(arn)).collect()
    }

    pub(crate) fn policy(&self) -> Result<CodeSigningPolicy, BadStored> {
        parse(&self.untrusted_artifact_on_deployment)
    }
}

impl Resource for StoredCodeSigningConfig {
    fn fits(&self, key: &str) -> bool {
        key.strip_prefix(keys::CODE_SIGNING).is_some_and(|id| check_id(id).is_ok())
    }

    fn check(&self) -> Result<(), BadStored> {
        self.publishers()?;
        self.policy().map(drop)
    }
}

/// Says, under the key of a code signing config, that a function has it: nothing but its key counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredCodeSigningUser {}

impl Stored for StoredCodeSigningUser {
    const KIND: u8 = 26;
}

impl Resource for StoredCodeSigningUser {
    fn fits(&self, key: &str) -> bool {
        let parts = keys::parts_of_code_signing_user(key);
        parts.is_some_and(|(id, name)| check_id(id).is_ok() && name.parse::<FunctionName>().is_ok())
    }
}

/// The code signing config that a function has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredFunctionCodeSigning {
    pub(crate) code_signing_config_id: String,
}

impl Stored for StoredFunctionCodeSigning {
    const KIND: u8 = 27;
}

impl Resource for StoredFunctionCodeSigning {
    fn fits(&self, key: &str) -> bool {
        belongs(key, keys::FUNCTION_CODE_SIGNING) == Some("")
    }

    fn check(&self) -> Result<(), BadStored> {
        check_id(&self.code_signing_config_id)
    }
}

/// The ARN of a code signing config.
pub(crate) fn code_signing_arn(
    (region, account): (&Region, &AccountId),
    id: &str,
) -> Result<CodeSigningConfigArn, BadStored> {
    parse(&format!("arn:{}:lambda:{region}:{account}:code-signing-config:{id}", region.partition()))
}

/// Looks whether a text is the id of a code signing config, which its ARN tells: in one region as in another.
fn check_id(id: &str) -> Result<(), BadStored> {
    code_signing_arn((&parse("us-east-1")?, &parse("000000000000")?), id).map(drop)
}
