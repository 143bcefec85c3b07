//! An entry of a store as people and other engines read it, whatever text format it is written in.

use funclet_storage::{BlobDigest, Encoded, Scope, Value};
use serde::{Deserialize, Serialize};

use crate::keys;
use crate::stored::resource::StoredResource;
use crate::stored::text_form::{base64, hex};
use crate::stored::{BadStored, Stored, StoredFunction, StoredGone, StoredVersion};

/// One entry of a store: a function, a version, what is left of a deleted function, a resource beside them, or bytes of a kind
/// that this version does not know.
///
/// Made for formats that describe themselves, such as JSON, where it is an object with `scope`, `kind`, `key` and `value`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExportedEntry {
    pub(crate) scope: String,
    #[serde(flatten)]
    pub(crate) content: Content,
}

/// Key and value. Each kind is a shape on disk, and as little to be changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum Content {
    Function {
        key: String,
        value: Box<StoredFunction>,
    },
    Version {
        key: VersionKey,
        value: Box<StoredVersion>,
    },
    Gone {
        #[serde(with = "hex")]
        key: [u8; 16],
        value: StoredGone,
    },
    Resource {
        key: String,
        value: Box<StoredResource>,
    },
    Raw {
        #[serde(with = "base64")]
        key: Vec<u8>,
        value: RawValue,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct VersionKey {
    pub(crate) function: String,
    #[serde(with = "hex")]
    pub(crate) incarnation: [u8; 16],
    pub(crate) number: u64,
}

/// A value that is handed on as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RawValue {
    kind: u8,
    codec: u8,
    #[serde(with = "base64")]
    payload: Vec<u8>,
}

impl Content {
    /// The key within the scope.
    pub(crate) fn key(&self) -> Vec<u8> {
        match self {
            Self::Function { key, .. } => keys::function(key),
            Self::Version { key, .. } => keys::version(&key.function, &key.incarnation, key.number),
            Self::Gone { key, .. } => keys::gone(key),
            Self::Resource { key, .. } => key.as_bytes().to_vec(),
            Self::Raw { key, .. } => key.clone(),
        }
    }
}

impl ExportedEntry {
    /// Takes an entry out of a scope.
    pub(crate) fn new(scope: &Scope, key: &[u8], value: &Value) -> Result<Self, BadEntry> {
        let misplaced = || BadEntry::Misplaced(key.escape_ascii().to_string());
        let content = match value.kind() {
            StoredFunction::KIND => {
                let name = keys::name_of(key).ok_or_else(misplaced)?;
                Content::Function { key: name.to_string(), value: StoredFunction::decode(value)?.into() }
            }
            StoredVersion::KIND => {
                let (function, incarnation, number) = keys::parts_of_version(key).ok_or_else(misplaced)?;
                let key = VersionKey { function: function.to_string(), incarnation, number };
                Content::Version { key, value: StoredVersion::decode(value)?.into() }
            }
            StoredGone::KIND => {
                let key = keys::incarnation_of(key).ok_or_else(misplaced)?;
                Content::Gone { key, value: StoredGone::decode(value)? }
            }
            kind if StoredResource::is_kind(kind) => {
                let key = std::str::from_utf8(key).map_err(|_| misplaced())?;
                let value = StoredResource::decode(value)?.filter(|value| value.fits(key));
                Content::Resource { key: key.to_owned(), value: value.ok_or_else(misplaced)?.into() }
            }
            kind => {
                let value = RawValue { kind, codec: value.codec(), payload: value.payload().to_vec() };
                Content::Raw { key: key.to_vec(), value }
            }
        };
        Ok(Self { scope: scope.as_str().to_owned(), content })
    }

    /// Returns what people call the function or version that the entry is: `hello` or `hello:7`. `None` for the rest.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        match &self.content {
            Content::Function { key, .. } => Some(key.clone()),
            Content::Version { key, .. } => Some(format!("{}:{}", key.function, key.number)),
            Content::Gone { .. } | Content::Resource { .. } | Content::Raw { .. } => None,
        }
    }

    /// Returns where the entry lies: `<account>/<region>`.
    #[must_use]
    pub fn scope(&self) -> &str {
        &self.scope
    }

    /// Returns the packages that the entry holds, each with its length in bytes.
    #[must_use]
    pub fn packages(&self) -> Vec<(BlobDigest, u64)> {
        match &self.content {
            Content::Function { value, .. } => value.latest.blobs().collect(),
            Content::Version { value, .. } => value.blobs().collect(),
            Content::Resource { value, .. } => value.blobs(),
            Content::Gone { .. } | Content::Raw { .. } => Vec::new(),
        }
    }
}

impl RawValue {
    /// Whether this version knows the kind, so that bytes of it may not pass unseen.
    pub(crate) fn is_known(&self) -> bool {
        [StoredFunction::KIND, StoredVersion::KIND, StoredGone::KIND].contains(&self.kind)
            || StoredResource::is_kind(self.kind)
    }

    pub(crate) fn encoded(&self) -> Encoded {
        Encoded::from_parts(self.codec, self.kind, self.payload.clone())
    }
}

/// An entry is not what this version could have written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadEntry {
    #[error("a value lies under a key that is not one of its kind: {0}")]
    Misplaced(String),
    #[error(transparent)]
    Value(#[from] funclet_storage::codec::DecodeError),
    #[error(transparent)]
    Text(#[from] BadStored),
}
