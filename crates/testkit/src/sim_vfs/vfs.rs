//! A simulated disk as a file system.

use std::io;
use std::path::Path;
use std::sync::Arc;

use funclet_storage::{Vfs, VfsFile};

use super::SimVfs;
use super::disk::normal;
use super::file::{HeldLock, SimFile};
use super::names::FileId;
use super::state::State;
use super::step::Step;

impl SimVfs {
    /// Makes a handle, in the same critical section in which the file was found.
    fn handle(&self, state: &mut State, file: FileId) -> Box<dyn VfsFile> {
        state.open(file);
        Box::new(SimFile::new(Arc::clone(&self.shared), file))
    }
}

impl Vfs for SimVfs {
    fn open(&self, path: &Path) -> io::Result<Box<dyn VfsFile>> {
        let mut state = self.state();
        let file = state.disk.find(path)?;
        Ok(self.handle(&mut state, file))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn VfsFile>> {
        let mut state = self.state();
        state.attempt(Step::Create(path.to_path_buf()))?;
        let file = state.disk.find(path)?;
        Ok(self.handle(&mut state, file))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.state().attempt(Step::Rename { from: from.to_path_buf(), to: to.to_path_buf() })
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.state().attempt(Step::Remove(path.to_path_buf()))
    }

    /// In two pieces, so that a name which comes back after a power cut may lead to a part of the file.
    fn remove_unread(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        let file = state.disk.find(path)?;
        let length = state.disk.file(file)?.current.len();
        state.attempt(Step::Remove(path.to_path_buf()))?;
        // Another name is another owner; without one that comes back, nobody sees the content again.
        if state.disk.path_of(file).is_none() && state.disk.file(file).is_ok() {
            state.attempt(Step::SetLen { file, length: length / 2 })?;
            state.attempt(Step::SetLen { file, length: 0 })?;
        }
        Ok(())
    }

    fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        self.state().attempt(Step::CreateDirectories(path.to_path_buf()))
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        self.state().disk.list(dir)
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        self.state().disk.exists(path)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.state().attempt(Step::SyncDirectory(dir.to_path_buf()))
    }

    fn sync_all(&self, root: &Path) -> io::Result<bool> {
        let steps = (Step::SyncAll(root.to_path_buf()), Step::FailToSyncAll(root.to_path_buf()));
        self.shared.sync(steps.0, steps.1).map(|()| true)
    }

    fn hard_link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.state().attempt(Step::HardLink { from: from.to_path_buf(), to: to.to_path_buf() })
    }

    /// The file that a lock creates is not counted: it holds nothing that matters after a crash.
    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Send + Sync>>> {
        let mut state = self.state();
        if state.disk.find(path).is_err() {
            state.perform(Step::Create(path.to_path_buf()))?;
        }
        let path = normal(path)?;
        if !state.locks.insert(path.clone()) {
            return Ok(None);
        }
        Ok(Some(Box::new(HeldLock { shared: Arc::clone(&self.shared), path })))
    }
}
