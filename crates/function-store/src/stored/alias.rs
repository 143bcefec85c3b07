//! Aliases.

use funclet_validation::{AliasName, Version};
use serde::{Deserialize, Serialize};

use crate::keys;
use crate::stored::resource::{Resource, belongs};
use crate::stored::{BadStored, Stored, ensure, parse, text_form};

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

impl Resource for StoredAlias {
    fn fits(&self, key: &str) -> bool {
        belongs(key, keys::ALIAS).is_some_and(is_alias)
    }

    fn check(&self) -> Result<(), BadStored> {
        self.version()?;
        let is_route = |(number, weight): &(u64, f64)| *number > 0 && (0.0..=1.0).contains(weight);
        let routes = self.routing.len() <= 1 && self.routing.iter().all(is_route);
        ensure(routes, "the other version of an alias")
    }
}

impl Resource for StoredReferrer {
    fn fits(&self, key: &str) -> bool {
        let parts = belongs(key, keys::ALIAS_OF).and_then(|rest| rest.split_once('/'));
        parts.is_some_and(|(version, alias)| version.parse::<Version>().is_ok() && is_alias(alias))
    }
}

fn is_alias(text: &str) -> bool {
    text.parse::<AliasName>().is_ok()
}

impl StoredAlias {
    /// The version that it points to.
    pub(crate) fn version(&self) -> Result<Version, BadStored> {
        parse(&self.function_version)
    }

    /// The versions that it refers to.
    pub(crate) fn versions(&self) -> impl Iterator<Item = String> {
        let others = self.routing.iter().map(|(number, _)| number.to_string());
        std::iter::once(self.function_version.clone()).chain(others)
    }
}
