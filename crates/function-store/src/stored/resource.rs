//! Everything that is stored beside functions and versions, as one type: what exports, imports and checks of a whole store
//! go by.

use funclet_storage::codec::DecodeError;
use funclet_storage::{BlobDigest, Encoded, Value};
use funclet_validation::Version;
use funclet_validation::{CodeSigningConfigArn, FunctionName};
use serde::{Deserialize, Serialize};

use crate::keys;
use crate::stored::{
    BadStored, Stored, StoredAlias, StoredCodeSigningConfig, StoredCodeSigningUser, StoredEventInvokeConfig,
    StoredEventSourceMapping, StoredFunctionCodeSigning, StoredFunctionScaling, StoredFunctionUrl,
    StoredLayerHead, StoredLayerPolicy, StoredLayerVersion, StoredMappingEntry, StoredPolicy,
    StoredProvisionedConcurrency, StoredProvisionedTotal, StoredRecursionConfig, StoredReferrer,
    StoredRuntimeManagement, parse,
};

/// What a resource says about itself to whoever moves it as a whole.
pub(crate) trait Resource: Stored {
    /// Whether the resource can lie under a key.
    fn fits(key: &str) -> bool;

    /// Reads its texts, as answers do.
    fn check(&self) -> Result<(), BadStored> {
        Ok(())
    }

    /// The blobs that it holds, each with its length in bytes.
    fn blobs(&self) -> Vec<(BlobDigest, u64)> {
        Vec::new()
    }

    /// Bytes that it counts against the storage quota.
    fn code_bytes(&self) -> u64 {
        0
    }

    /// Executions of the account that its function takes because of it, unless some are reserved for the function.
    fn provisioned_executions(&self) -> u32 {
        0
    }
}

/// States every kind of resource once, with its name in exports.
macro_rules! resources {
    ($( $(#[$attr:meta])* $name:ident($stored:ty) = $tag:literal, )+) => {
        /// A resource of any kind.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "resource")]
        #[expect(clippy::large_enum_variant, reason = "short-lived, and boxed where many are kept")]
        pub(crate) enum StoredResource {
            $( $(#[$attr])* #[serde(rename = $tag)] $name($stored), )+
        }

        impl StoredResource {
            /// Tells whether values of a kind are resources.
            pub(crate) fn is_kind(kind: u8) -> bool {
                [$( <$stored>::KIND, )+].contains(&kind)
            }

            /// Reads a value; `None` if it is of another kind.
            pub(crate) fn decode(value: &Value) -> Result<Option<Self>, DecodeError> {
                match value.kind() {
                    $( <$stored>::KIND => <$stored>::decode(value).map(Self::$name).map(Some), )+
                    _ => Ok(None),
                }
            }

            pub(crate) fn encode(&self) -> Result<Encoded, DecodeError> {
                match self { $( Self::$name(value) => value.encode(), )+ }
            }

            /// Whether it can lie under a key.
            pub(crate) fn fits(&self, key: &str) -> bool {
                match self { $( Self::$name(_) => <$stored as Resource>::fits(key), )+ }
            }

            /// Whether every text of it is one that the service could have put there.
            pub(crate) fn check(&self) -> Result<(), BadStored> {
                match self { $( Self::$name(value) => value.check(), )+ }
            }

            pub(crate) fn blobs(&self) -> Vec<(BlobDigest, u64)> {
                match self { $( Self::$name(value) => value.blobs(), )+ }
            }

            pub(crate) fn code_bytes(&self) -> u64 {
                match self { $( Self::$name(value) => value.code_bytes(), )+ }
            }

            pub(crate) fn provisioned_executions(&self) -> u32 {
                match self { $( Self::$name(value) => value.provisioned_executions(), )+ }
            }
        }
    };
}

resources! {
    Alias(StoredAlias) = "alias",
    Referrer(StoredReferrer) = "alias-of",
    Layer(StoredLayerHead) = "layer",
    LayerVersion(StoredLayerVersion) = "layer-version",
    LayerPolicy(StoredLayerPolicy) = "layer-policy",
    CodeSigningConfig(StoredCodeSigningConfig) = "code-signing-config",
    CodeSigningUser(StoredCodeSigningUser) = "code-signing-user",
    FunctionCodeSigning(StoredFunctionCodeSigning) = "function-code-signing-config",
    ProvisionedConcurrency(StoredProvisionedConcurrency) = "provisioned-concurrency",
    ProvisionedTotal(StoredProvisionedTotal) = "provisioned-total",
    RecursionConfig(StoredRecursionConfig) = "recursion-config",
    Policy(StoredPolicy) = "policy",
    FunctionUrl(StoredFunctionUrl) = "function-url",
    EventInvokeConfig(StoredEventInvokeConfig) = "event-invoke-config",
    RuntimeManagement(StoredRuntimeManagement) = "runtime-management-config",
    FunctionScaling(StoredFunctionScaling) = "function-scaling-config",
    EventSourceMapping(StoredEventSourceMapping) = "event-source-mapping",
    EventSourceMappingEntry(StoredMappingEntry) = "event-source-mapping-by",
}

/// Whether a key is one of a belonging of some kind.
pub(super) fn belongs(key: &str, kind: &str) -> bool {
    keys::owner(key).is_some_and(|(.., found)| found == kind)
}

impl Resource for StoredAlias {
    fn fits(key: &str) -> bool {
        belongs(key, keys::ALIAS)
    }

    fn check(&self) -> Result<(), BadStored> {
        parse::<Version>(&self.function_version).map(drop)
    }
}

impl Resource for StoredReferrer {
    fn fits(key: &str) -> bool {
        belongs(key, keys::ALIAS_OF)
    }
}

impl Resource for StoredRecursionConfig {
    fn fits(key: &str) -> bool {
        belongs(key, keys::RECURSION)
    }
}

impl Resource for StoredPolicy {
    fn fits(key: &str) -> bool {
        belongs(key, keys::POLICY)
    }

    fn check(&self) -> Result<(), BadStored> {
        self.statements.iter().try_for_each(|statement| statement.typed().map(drop))
    }
}

/// Whether a text is the id of a code signing config.
fn is_code_signing_id(id: &str) -> bool {
    format!("arn:aws:lambda:us-east-1:000000000000:code-signing-config:{id}")
        .parse::<CodeSigningConfigArn>()
        .is_ok()
}

impl Resource for StoredCodeSigningConfig {
    fn fits(key: &str) -> bool {
        key.strip_prefix("code-signing/").is_some_and(is_code_signing_id)
    }
}

impl Resource for StoredCodeSigningUser {
    fn fits(key: &str) -> bool {
        let parts = key.strip_prefix("code-signing-user/").and_then(|rest| rest.split_once('/'));
        parts.is_some_and(|(id, name)| is_code_signing_id(id) && name.parse::<FunctionName>().is_ok())
    }
}

impl Resource for StoredFunctionCodeSigning {
    fn fits(key: &str) -> bool {
        belongs(key, keys::FUNCTION_CODE_SIGNING)
    }
}

impl Resource for StoredProvisionedConcurrency {
    fn fits(key: &str) -> bool {
        belongs(key, keys::PROVISIONED)
    }
}

impl Resource for StoredProvisionedTotal {
    fn fits(key: &str) -> bool {
        belongs(key, keys::PROVISIONED_TOTAL)
    }

    fn provisioned_executions(&self) -> u32 {
        self.executions
    }
}
