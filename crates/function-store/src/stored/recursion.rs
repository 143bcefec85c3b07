//! How recursive loops are treated.

use serde::{Deserialize, Serialize};

use crate::stored::Stored;

/// What happens to a function that calls itself without end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredRecursionConfig {
    /// `Terminate` or `Allow`.
    pub(crate) recursive_loop: String,
}

impl Stored for StoredRecursionConfig {
    const KIND: u8 = 31;
}
