//! What is wrong with a store, as people are told of it.

use std::io::ErrorKind;
use std::path::PathBuf;

use crate::error::{StoreError, wrong_kind};
use crate::places::Misplaced;

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
/// What can be done where something lies in the place of what can be made again.
const MOVE_AWAY: &str = "move it away: nothing of the store is in it";
/// What can be done where what says how far the log reaches is damaged.
const MOVE_REACH_AWAY: &str = "bring this file back from a backup, or move it away: the log is whole without, but should it have lost its end, \
     nobody will notice";
/// What can be done where a package is damaged.
pub(super) const UPLOAD: &str = "upload the package again, or bring this file back from a backup";
/// What can be done where the store contradicts itself.
pub(super) const REPORT: &str = "the store was not damaged but written like that; please report it";

impl Finding {
    /// What damage is in a report. Other failures are failures of the check.
    pub(super) fn of(error: StoreError) -> Result<Self, StoreError> {
        match error {
            StoreError::Corrupt { file, offset, reason, .. } => {
                let advice = if file.ends_with("REACH") { MOVE_REACH_AWAY } else { RESTORE };
                Ok(Self { file, offset: Some(offset), problem: reason, advice })
            }
            StoreError::Io { path, source, .. } if source.kind() == ErrorKind::IsADirectory => {
                Ok(Self { file: path, offset: None, problem: is(true), advice: RESTORE })
            }
            other => Err(other),
        }
    }
}

impl From<Misplaced> for Finding {
    fn from(Misplaced { path, is_directory, hides_data }: Misplaced) -> Self {
        let advice = if hides_data { RESTORE } else { MOVE_AWAY };
        Self { file: path, offset: None, problem: is(is_directory), advice }
    }
}

fn is(directory: bool) -> String {
    format!("it is {}", wrong_kind(directory))
}
