//! How recursive loops are treated.

use funclet_validation::RecursiveLoop;
use serde::{Deserialize, Serialize};

use crate::keys;
use crate::stored::resource::{Resource, belongs};
use crate::stored::{BadStored, Stored, parse};

/// What happens to a function that calls itself without end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredRecursionConfig {
    /// `Terminate` or `Allow`.
    pub(crate) recursive_loop: String,
}

impl Stored for StoredRecursionConfig {
    const KIND: u8 = 31;
}

impl Resource for StoredRecursionConfig {
    fn fits(&self, key: &str) -> bool {
        belongs(key, keys::RECURSION) == Some("")
    }

    fn check(&self) -> Result<(), BadStored> {
        self.typed().map(drop)
    }
}

impl StoredRecursionConfig {
    pub(crate) fn typed(&self) -> Result<RecursiveLoop, BadStored> {
        parse(&self.recursive_loop)
    }
}
