//! A file system in memory that counts, fails on demand, records, and knows what a power cut leaves.

mod content;
mod crash_image;
mod disk;
mod explore;
mod explored;
mod file;
mod images;
mod left_data;
mod left_names;
mod names;
mod plan;
mod recipes;
mod recording;
mod sparse;
mod state;
mod step;
#[cfg(test)]
mod tests;
mod unsynced;
mod vfs;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, MutexGuard};

pub use crash_image::CrashImage;
use disk::Disk;
pub use explore::{CrashCheck, Exploration, explore};
pub use explored::{CrashFailure, Explored};
pub use file::HeldSyncs;
pub use images::Images;
use plan::Rule;
pub use plan::{Counts, Operation};
pub use recording::{Moment, Moments, Recording};
use state::{Shared, State, lock};
use step::Step;

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
/// [`VfsFile::sync_data`](funclet_storage::VfsFile::sync_data), a name only after
/// [`Vfs::sync_dir`](funclet_storage::Vfs::sync_dir) of its directory, and neither makes the other durable. After a failed
/// sync the bytes that it should have written are still read, but no later sync makes them durable.
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
        Self { shared: Arc::new(Shared::new(disk)) }
    }

    /// Returns the disk as a power cut at this moment leaves it.
    ///
    /// It is a disk of its own: nothing on it is un-synced or locked, nothing is planned to fail, and the counts begin at
    /// zero. A limit of the size stays. This disk goes on as if nothing had happened.
    #[must_use]
    pub fn crash(&self, keep: Keep) -> Self {
        let state = self.state();
        Self::with_disk(match keep {
            Keep::Nothing => {
                state.disk.remains(&|_, names| names.durable.clone(), &|_, content| content.synced.clone())
            }
            Keep::Everything => {
                state.disk.remains(&|_, names| names.current.clone(), &|_, content| content.current.clone())
            }
        })
    }

    /// Returns how often each operation was called.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.state().plan.counts
    }

    /// Lets the `nth` call of `operation` from now on fail with an I/O error: 1 is the next one. It fails once; call this
    /// several times for several failures.
    ///
    /// What fails does not happen at all, except that a failed [`Operation::SyncData`] or [`Operation::SyncAll`] also loses
    /// what it should have made durable.
    pub fn fail(&self, operation: Operation, nth: u64) {
        self.fail_matching(operation, "", nth);
    }

    /// Lets a call fail as [`SimVfs::fail`] does, but counts only calls about a path that contains `path_contains`.
    ///
    /// Paths have no leading slash. An open file goes by the name that it has when it is called, and a rename by both names.
    pub fn fail_matching(&self, operation: Operation, path_contains: &str, nth: u64) {
        let path_contains = path_contains.to_owned();
        self.state().plan.fail(Rule { operation, path_contains, nth, bytes_kept: 0 });
    }

    /// Lets the `nth` write from now on into a file whose path contains `path_contains` write only its first `bytes` bytes
    /// and then fail. An empty text is in every path.
    pub fn cut_write(&self, path_contains: &str, nth: u64, bytes: usize) {
        let path_contains = path_contains.to_owned();
        self.state().plan.fail(Rule { operation: Operation::Write, path_contains, nth, bytes_kept: bytes });
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

    /// Makes every sync of a file, or of everything, wait until the returned value is dropped.
    #[must_use]
    pub fn hold_syncs(&self) -> HeldSyncs {
        HeldSyncs::new(Arc::clone(&self.shared))
    }

    /// Begins to record everything that is done from now on. What is on the disk now is the beginning, with all that is not
    /// synced. A recording that runs is dropped.
    pub fn record(&self) {
        let mut state = self.state();
        state.recording = Some(Recording::begin(&state.disk));
    }

    /// Puts a mark into the recording: something that the test knows from now on, as the number of an operation that was
    /// acknowledged. Does nothing if nothing is recorded.
    pub fn mark(&self, mark: u64) {
        if let Some(recording) = &mut self.state().recording {
            recording.mark(mark);
        }
    }

    /// Ends the recording and gives it.
    ///
    /// # Panics
    /// If nothing is recorded.
    #[must_use]
    pub fn take_recording(&self) -> Recording {
        let recording = self.state().recording.take();
        let Some(recording) = recording else { panic!("SimVfs::record was not called") };
        recording
    }

    /// Returns a number that no disk with other names or contents has, as programs see them. What is synced makes no
    /// difference.
    #[must_use]
    pub fn digest(&self) -> u128 {
        self.state().disk.digest()
    }

    /// Cuts a file, or fills it up with zeros, to `length`. Durable after
    /// [`Vfs::sync_file`](funclet_storage::Vfs::sync_file).
    ///
    /// # Errors
    /// [`NotFound`](io::ErrorKind::NotFound) if there is no such file, [`StorageFull`](io::ErrorKind::StorageFull) if it
    /// would not fit, and what is planned to fail.
    pub fn set_len(&self, path: &Path, length: u64) -> io::Result<()> {
        let mut state = self.state();
        let (file, length) = (state.disk.find(path)?, usize::try_from(length).map_err(io::Error::other)?);
        state.attempt(Step::SetLen { file, length })
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
        let state = self.state();
        Ok(state.disk.file(state.disk.find(path.as_ref())?)?.current.to_vec())
    }

    /// Replaces the content of a file, durably and uncounted: what damages a disk is no operation of a program.
    ///
    /// # Errors
    /// [`NotFound`](io::ErrorKind::NotFound) if there is none.
    pub fn overwrite(&self, path: impl AsRef<Path>, content: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        let file = state.disk.find(path.as_ref())?;
        state.perform(Step::Damage { file, bytes: content.into() })
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
}
