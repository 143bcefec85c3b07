//! A file system in memory that counts, fails on demand and knows what a power cut leaves.

mod disk;
mod plan;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use funclet_storage::{Vfs, VfsFile};

use disk::{Disk, File, lock, normal};
use plan::Plan;
pub use plan::{Counts, Operation};

/// What a power cut leaves of what was not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Keep {
    /// Nothing: files have the bytes of their last sync, directories the names of theirs.
    Nothing,
    /// Everything, as if the disk had just had the time for it.
    Everything,
}

/// A simulated file system for [`LocalOptions::vfs`](funclet_storage::LocalOptions::vfs).
///
/// It is as strict as the standards allow a file system to be: a file's bytes are durable only after
/// [`VfsFile::sync_data`], a name only after [`Vfs::sync_dir`] of its directory, and neither makes the other durable.
/// After a failed sync the bytes that it should have written are still read, but no later sync makes them durable.
///
/// Clones are handles of the same disk. Paths begin at the root, which is also the working directory: `store` and
/// `/store` are the same.
///
/// ```
/// use std::path::Path;
///
/// use funclet_storage::Vfs;
/// use funclet_testkit::{Keep, SimVfs};
///
/// let vfs = SimVfs::new();
/// let file = vfs.create(Path::new("note")).unwrap();
/// file.write_at(b"durable", 0).unwrap();
/// file.sync_data().unwrap();
/// vfs.sync_dir(Path::new("/")).unwrap();
/// file.write_at(b"DUR", 0).unwrap();
///
/// assert_eq!(vfs.crash(Keep::Nothing).read_file("note").unwrap(), b"durable");
/// assert_eq!(vfs.crash(Keep::Everything).read_file("note").unwrap(), b"DURable");
/// ```
#[derive(Clone)]
pub struct SimVfs {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    /// Signalled when a sync begins to wait, and when held syncs may go on.
    syncs: Condvar,
}

struct State {
    disk: Disk,
    plan: Plan,
    /// The paths that somebody has locked.
    locks: BTreeSet<PathBuf>,
    /// How many [`HeldSyncs`] there are.
    holders: usize,
    /// How many syncs wait for them.
    held: usize,
}

impl Default for SimVfs {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for SimVfs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SimVfs").field("files", &self.files()).finish_non_exhaustive()
    }
}

impl SimVfs {
    /// Makes an empty disk of unlimited size, on which nothing fails.
    #[must_use]
    pub fn new() -> Self {
        Self::with_disk(Disk::new())
    }

    fn with_disk(disk: Disk) -> Self {
        let (plan, locks) = (Plan::default(), BTreeSet::new());
        let state = Mutex::new(State { disk, plan, locks, holders: 0, held: 0 });
        Self { shared: Arc::new(Shared { state, syncs: Condvar::new() }) }
    }

    /// Returns the disk as a power cut at this moment leaves it.
    ///
    /// It is a disk of its own: nothing on it is un-synced or locked, nothing is planned to fail, and the counts begin at
    /// zero. A limit of the size stays. This disk goes on as if nothing had happened.
    #[must_use]
    pub fn crash(&self, keep: Keep) -> Self {
        Self::with_disk(self.state().disk.crash(keep))
    }

    /// Returns how often each operation was called.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.state().plan.counts
    }

    /// Lets the `nth` call of `operation` from now on fail with an I/O error: 1 is the next one. It fails once; call this
    /// several times for several failures.
    ///
    /// What fails does not happen at all, except that a failed [`Operation::SyncData`] also loses what it should have
    /// made durable.
    pub fn fail(&self, operation: Operation, nth: u64) {
        self.state().plan.fail(operation, nth);
    }

    /// Cuts the power after so many more [`Operation`]s: later ones fail and do nothing. [`SimVfs::crash`] then tells what
    /// is left, and with 0, 1, 2, ... a test sees every moment of a history.
    pub fn cut_power_after(&self, operations: u64) {
        self.state().plan.cut_power_after(operations);
    }

    /// Limits the sum of the lengths of all files. A write that would exceed it fails with
    /// [`StorageFull`](io::ErrorKind::StorageFull) and does nothing; what is there already may be overwritten. `None`
    /// lifts the limit.
    pub fn set_capacity_bytes(&self, capacity: Option<u64>) {
        self.state().disk.capacity_bytes = capacity;
    }

    /// Makes every sync of a file wait until the returned value is dropped.
    #[must_use]
    pub fn hold_syncs(&self) -> HeldSyncs {
        self.state().holders += 1;
        HeldSyncs { shared: Arc::clone(&self.shared) }
    }

    /// Returns the paths of all files, in order, without the leading slash.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        self.state().disk.files()
    }

    /// Returns the content of a file as programs see it.
    ///
    /// # Errors
    /// [`NotFound`](io::ErrorKind::NotFound) if there is none.
    pub fn read_file(&self, path: impl AsRef<Path>) -> io::Result<Vec<u8>> {
        let file = self.state().disk.find(path.as_ref())?;
        let content = lock(&file).current.clone();
        Ok(content)
    }

    /// Replaces the content of a file, durably and uncounted: what damages a disk is no operation of a program.
    ///
    /// # Errors
    /// [`NotFound`](io::ErrorKind::NotFound) if there is none.
    pub fn overwrite(&self, path: impl AsRef<Path>, content: &[u8]) -> io::Result<()> {
        let file = self.state().disk.find(path.as_ref())?;
        lock(&file).replace_durably(content.to_vec());
        Ok(())
    }

    /// Flips the bits of one byte that are set in `mask`, durably and uncounted.
    ///
    /// # Errors
    /// [`NotFound`](io::ErrorKind::NotFound) if there is no such file, [`InvalidInput`](io::ErrorKind::InvalidInput) if
    /// it has no byte there.
    pub fn flip(&self, path: impl AsRef<Path>, offset: usize, mask: u8) -> io::Result<()> {
        let mut content = self.read_file(path.as_ref())?;
        *content.get_mut(offset).ok_or(io::ErrorKind::InvalidInput)? ^= mask;
        self.overwrite(path, &content)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.shared.state)
    }

    /// Counts an operation on names and does it, unless it is to fail.
    fn change<T>(
        &self,
        operation: Operation,
        change: impl FnOnce(&mut Disk) -> io::Result<T>,
    ) -> io::Result<T> {
        let mut state = self.state();
        state.plan.begin(operation)?;
        change(&mut state.disk)
    }

    fn handle(&self, file: File) -> Box<dyn VfsFile> {
        Box::new(SimFile { shared: Arc::clone(&self.shared), file })
    }
}

impl Vfs for SimVfs {
    fn open(&self, path: &Path) -> io::Result<Box<dyn VfsFile>> {
        let file = self.state().disk.find(path)?;
        Ok(self.handle(file))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn VfsFile>> {
        let file = self.change(Operation::Create, |disk| disk.create(path))?;
        Ok(self.handle(file))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.change(Operation::Rename, |disk| disk.rename(from, to))
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.change(Operation::Remove, |disk| disk.remove(path))
    }

    fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        self.change(Operation::CreateDir, |disk| disk.create_directories(path))
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        self.state().disk.list(dir)
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        self.state().disk.exists(path)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.change(Operation::SyncDir, |disk| disk.sync_directory(dir))
    }

    /// The file that a lock creates is not counted: it holds nothing that matters after a crash.
    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Send + Sync>>> {
        let mut state = self.state();
        if state.disk.find(path).is_err() {
            state.disk.create(path)?;
        }
        let path = normal(path)?;
        if !state.locks.insert(path.clone()) {
            return Ok(None);
        }
        Ok(Some(Box::new(HeldLock { shared: Arc::clone(&self.shared), path })))
    }
}

struct HeldLock {
    shared: Arc<Shared>,
    path: PathBuf,
}

impl Drop for HeldLock {
    fn drop(&mut self) {
        lock(&self.shared.state).locks.remove(&self.path);
    }
}

struct SimFile {
    shared: Arc<Shared>,
    file: File,
}

impl VfsFile for SimFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let content = lock(&self.file);
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let rest = content.current.get(start..).unwrap_or_default();
        let read = rest.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..read), rest.get(..read)) {
            to.copy_from_slice(from);
        }
        Ok(read)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut state = lock(&self.shared.state);
        state.plan.begin(Operation::Write)?;
        let offset = usize::try_from(offset).map_err(io::Error::other)?;
        let end = offset.checked_add(bytes.len()).ok_or(io::ErrorKind::FileTooLarge)?;
        let growth = end.saturating_sub(lock(&self.file).current.len());
        if growth > 0 {
            state.disk.check_room(growth)?;
        }
        state.plan.wrote(bytes.len());
        lock(&self.file).write(bytes, offset);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = lock(&self.shared.state);
        state.held += 1;
        self.shared.syncs.notify_all();
        while state.holders > 0 {
            state = self.shared.syncs.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.held -= 1;
        let result = state.plan.begin(Operation::SyncData);
        let mut content = lock(&self.file);
        if result.is_ok() {
            content.sync()
        } else {
            content.fail_to_sync()
        }
        result
    }

    fn len(&self) -> io::Result<u64> {
        Ok(lock(&self.file).current.len() as u64)
    }
}

/// Makes syncs wait while it lives; given by [`SimVfs::hold_syncs`].
pub struct HeldSyncs {
    shared: Arc<Shared>,
}

impl HeldSyncs {
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
