//! Everything that is stored beside functions and versions, as one type: what exports, imports and checks of a whole store
//! go by.

use funclet_storage::codec::DecodeError;
use funclet_storage::{BlobDigest, Encoded, Value};
use funclet_validation::Qualifier;
use serde::{Deserialize, Serialize};

use crate::keys;
use crate::stored::{
    BadStored, Stored, StoredAlias, StoredCodeSigningConfig, StoredCodeSigningUser, StoredEventInvokeConfig,
    StoredEventSourceMapping, StoredFunctionCodeSigning, StoredFunctionScaling, StoredFunctionUrl,
    StoredLayerHead, StoredLayerPolicy, StoredLayerVersion, StoredMappingEntry, StoredPackageReport,
    StoredPolicy, StoredProvisionedConcurrency, StoredProvisionedTotal, StoredRecursionConfig,
    StoredReferrer, StoredRuntimeManagement,
};

/// What a resource says about itself to whoever moves it as a whole.
pub(crate) trait Resource: Stored {
    /// Whether the resource can lie under a key: whether all parts of that are what they stand for.
    fn fits(&self, key: &str) -> bool;

    /// Reads its texts with what answers read them with, and looks whether its numbers are some that it can have.
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
                match self { $( Self::$name(value) => value.fits(key), )+ }
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
    PackageReport(StoredPackageReport) = "package-report",
}

/// What the key of a belonging says behind its kind, if it is one of that kind.
pub(super) fn belongs<'a>(key: &'a str, kind: &str) -> Option<&'a str> {
    keys::parts_of_belonging(key).filter(|parts| parts.kind == kind).map(|parts| parts.rest)
}

/// Who can have a setting, as the qualifier tells.
type Holders = fn(Option<&Qualifier>) -> bool;

/// Whether a key is that of a setting of one kind, and of somebody who can have it.
pub(super) fn is_setting_of(key: &str, kind: &str, holders: &[Holders]) -> bool {
    let Some(qualifier) = belongs(key, kind) else { return false };
    let qualifier = match qualifier {
        "" => None,
        text => match text.parse() {
            Ok(qualifier) => Some(qualifier),
            Err(_) => return false,
        },
    };
    holders.iter().any(|can_have| can_have(qualifier.as_ref()))
}

/// The function itself.
pub(super) fn is_function(qualifier: Option<&Qualifier>) -> bool {
    qualifier.is_none()
}

pub(super) fn is_latest(qualifier: Option<&Qualifier>) -> bool {
    qualifier == Some(&Qualifier::Latest)
}

pub(super) fn is_version(qualifier: Option<&Qualifier>) -> bool {
    matches!(qualifier, Some(Qualifier::Version(1..)))
}

pub(super) fn is_alias(qualifier: Option<&Qualifier>) -> bool {
    matches!(qualifier, Some(Qualifier::Other(other)) if other.alias_name().is_some())
}

/// What is neither version nor alias, such as `$LATEST.PUBLISHED`.
pub(super) fn is_nobodys(qualifier: Option<&Qualifier>) -> bool {
    matches!(qualifier, Some(Qualifier::Other(other)) if other.alias_name().is_none())
}
