//! Aliases.

use serde::{Deserialize, Serialize};

use crate::stored::{Stored, text_form};

/// An alias of a function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct StoredAlias {
    #[serde(with = "text_form::revision")]
    pub(crate) revision_id: [u8; 16],
    /// `$LATEST` or a number.
    pub(crate) function_version: String,
    pub(crate) description: String,
    /// Other versions, each with the share of the invocations that it gets, from 0 to 1.
    pub(crate) routing: Vec<(u64, f64)>,
}

impl Stored for StoredAlias {
    const KIND: u8 = 19;
}

/// Says, under the key of a version, that an alias refers to it: nothing but its key counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredReferrer {}

impl Stored for StoredReferrer {
    const KIND: u8 = 20;
}

impl StoredAlias {
    /// The versions that it refers to.
    pub(crate) fn versions(&self) -> impl Iterator<Item = String> {
        let others = self.routing.iter().map(|(number, _)| number.to_string());
        std::iter::once(self.function_version.clone()).chain(others)
    }
}
