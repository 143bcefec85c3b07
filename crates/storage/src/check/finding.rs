//! What is wrong with a store, as people are told of it.

use std::path::PathBuf;

use crate::error::StoreError;

/// What is wrong with a store, with the file and what can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file.
    pub file: PathBuf,
    /// Where in the file, in bytes, as far as that can be said.
    pub offset: Option<u64>,
    /// What is wrong, in one sentence.
    pub problem: String,
    /// What can be done, in one sentence.
    pub advice: &'static str,
}

/// What can be done where the log, a snapshot or the store's identity is damaged.
const RESTORE: &str = "bring this file back from a backup, or restore the whole store";
/// What can be done where a package is damaged.
pub(super) const UPLOAD: &str = "upload the package again, or bring this file back from a backup";
/// What can be done where the store contradicts itself.
pub(super) const REPORT: &str = "the store was not damaged but written like that; please report it";

impl Finding {
    /// What damage is in a report. Other failures are failures of the check.
    pub(super) fn of(error: StoreError) -> Result<Self, StoreError> {
        match error {
            StoreError::Corrupt { file, offset, reason, .. } => {
                Ok(Self { file, offset: Some(offset), problem: reason, advice: RESTORE })
            }
            other => Err(other),
        }
    }
}
