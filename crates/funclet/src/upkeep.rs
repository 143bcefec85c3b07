//! What is done with the store as a whole while the engine is open.

use std::path::Path;

use funclet_storage::{CopyMode, CopyProgress, LocalBackend, Position, StoreError};

use crate::engine::Funclet;

/// Why a store was not copied, or no snapshot written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UpkeepError {
    /// The engine keeps its data in memory, or on a backend of the caller's.
    #[error("the engine does not keep its data in a directory of its own")]
    NotOnDisk,
    /// The store failed, or something is in the way.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Funclet {
    /// Copies the store to the directory `target`, which is empty or not there: everything that is acknowledged when this
    /// is called, and perhaps more. Operations go on meanwhile; checkpoints wait. The copy opens like any store.
    ///
    /// ```
    /// use funclet::{CopyMode, Funclet, UpkeepError};
    ///
    /// let nowhere = Funclet::in_memory().backup("backup".as_ref(), CopyMode::Link, &mut |_| {});
    /// assert!(matches!(nowhere, Err(UpkeepError::NotOnDisk)));
    /// ```
    ///
    /// # Errors
    /// [`UpkeepError`]; what was copied then is no store.
    pub fn backup(
        &self,
        target: &Path,
        mode: CopyMode,
        progress: &mut dyn FnMut(CopyProgress),
    ) -> Result<CopyProgress, UpkeepError> {
        Ok(self.local()?.backup(target, mode, progress)?)
    }

    /// Writes a snapshot of the whole state now and lets go of the log before it. The engine does so by itself when the log
    /// has grown, and when it is closed. Operations go on meanwhile.
    ///
    /// # Errors
    /// [`UpkeepError`]; the engine goes on as before.
    pub fn checkpoint(&self) -> Result<Position, UpkeepError> {
        Ok(self.local()?.checkpoint()?)
    }

    /// Reads all of the newest snapshot. Opening does not where the table stands in for it, so that damage would come out
    /// only when the table is lost, too. The next checkpoint replaces a damaged snapshot, also if
    /// nothing has changed since. Operations go on meanwhile.
    ///
    /// # Errors
    /// [`UpkeepError`], in one sentence that names the file.
    pub fn verify_snapshot(&self) -> Result<(), UpkeepError> {
        Ok(self.local()?.verify_snapshot()?)
    }

    fn local(&self) -> Result<&LocalBackend, UpkeepError> {
        self.engine.local.as_deref().ok_or(UpkeepError::NotOnDisk)
    }
}
