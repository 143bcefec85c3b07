//! Open files of a simulated disk, its locks, and syncs that are made to wait.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};

use funclet_storage::VfsFile;

use super::names::FileId;
use super::state::{Shared, lock};
use super::step::Step;

pub(super) struct SimFile {
    shared: Arc<Shared>,
    file: FileId,
}

impl SimFile {
    /// Makes a handle; the caller has told the state of it.
    pub(super) fn new(shared: Arc<Shared>, file: FileId) -> Self {
        Self { shared, file }
    }
}

impl Drop for SimFile {
    fn drop(&mut self) {
        lock(&self.shared.state).close(self.file);
    }
}

impl VfsFile for SimFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut state = lock(&self.shared.state);
        state.begin_read(self.file)?;
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        Ok(state.disk.file(self.file)?.current.read(buffer, offset))
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut state = lock(&self.shared.state);
        let offset = usize::try_from(offset).map_err(io::Error::other)?;
        let step = |bytes: &[u8]| Step::Write { file: self.file, offset, bytes: bytes.into() };
        let write = step(bytes);
        let (write, written, result) = match state.begin(&write) {
            Ok(()) => (write, bytes.len(), Ok(())),
            Err(fault) => {
                let kept = bytes.get(..fault.bytes_kept).unwrap_or(bytes);
                (step(kept), kept.len(), Err(fault.error))
            }
        };
        if written > 0 {
            state.perform(write)?;
            state.plan.wrote(written);
        }
        result
    }

    fn sync_data(&self) -> io::Result<()> {
        self.shared.sync(Step::SyncFile(self.file), Step::FailToSyncFile(self.file))
    }

    fn len(&self) -> io::Result<u64> {
        Ok(lock(&self.shared.state).disk.file(self.file)?.current.len() as u64)
    }
}

pub(super) struct HeldLock {
    pub(super) shared: Arc<Shared>,
    pub(super) path: PathBuf,
}

impl Drop for HeldLock {
    fn drop(&mut self) {
        lock(&self.shared.state).locks.remove(&self.path);
    }
}

/// Makes syncs wait while it lives; given by [`SimVfs::hold_syncs`](super::SimVfs::hold_syncs).
pub struct HeldSyncs {
    shared: Arc<Shared>,
}

impl HeldSyncs {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        lock(&shared.state).holders += 1;
        Self { shared }
    }

    /// Blocks until at least one sync waits.
    pub fn wait_for_a_sync(&self) {
        let mut state = lock(&self.shared.state);
        while state.held == 0 {
            state = self.shared.syncs.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for HeldSyncs {
    fn drop(&mut self) {
        lock(&self.shared.state).holders -= 1;
        self.shared.syncs.notify_all();
    }
}
