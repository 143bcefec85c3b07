//! The state that all handles of a simulated disk share.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::disk::Disk;
use super::names::FileId;
use super::plan::{Fault, Operation, Plan};
use super::recording::Recording;
use super::step::Step;

/// Locks, also after a panic of another thread: a test that fails should say so once, not everywhere.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) struct Shared {
    pub(super) state: Mutex<State>,
    /// Signalled when a sync begins to wait, and when held syncs may go on.
    pub(super) syncs: Condvar,
}

pub(super) struct State {
    pub(super) disk: Disk,
    pub(super) plan: Plan,
    /// What is being recorded.
    pub(super) recording: Option<Recording>,
    /// The paths that somebody has locked.
    pub(super) locks: BTreeSet<PathBuf>,
    /// How many handles each file has that has any.
    open: BTreeMap<FileId, usize>,
    /// How many [`HeldSyncs`](super::HeldSyncs) there are.
    pub(super) holders: usize,
    /// How many syncs wait for them.
    pub(super) held: usize,
}

impl Shared {
    pub(super) fn new(disk: Disk) -> Self {
        let state = State {
            disk,
            plan: Plan::default(),
            recording: None,
            locks: BTreeSet::new(),
            open: BTreeMap::new(),
            holders: 0,
            held: 0,
        };
        Self { state: Mutex::new(state), syncs: Condvar::new() }
    }

    /// Does a sync, or what is left of it if it fails, once nobody holds syncs.
    pub(super) fn sync(&self, sync: Step, failed: Step) -> io::Result<()> {
        let mut state = lock(&self.state);
        state.held += 1;
        self.syncs.notify_all();
        while state.holders > 0 {
            state = self.syncs.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.held -= 1;
        let begun = state.begin(&sync);
        state.perform(if begun.is_ok() { sync } else { failed })?;
        Ok(begun?)
    }
}

impl State {
    /// Counts an operation and does it, unless it is to fail.
    pub(super) fn attempt(&mut self, step: Step) -> io::Result<()> {
        self.begin(&step)?;
        self.perform(step)
    }

    /// Takes note of a call. An error says that it fails.
    pub(super) fn begin(&mut self, step: &Step) -> Result<(), Fault> {
        let paths = if self.plan.asks_for_paths() { step.paths(&self.disk) } else { Vec::new() };
        self.plan.begin(step.operation(), &paths)
    }

    /// Takes note of a read. An error says that it fails.
    pub(super) fn begin_read(&mut self, file: FileId) -> io::Result<()> {
        let asked = self.plan.asks_for_paths();
        let path = if asked { self.disk.path_of(file) } else { None };
        Ok(self.plan.begin(Operation::Read, path.as_slice())?)
    }

    /// Does something to the disk, uncounted, and records it.
    pub(super) fn perform(&mut self, step: Step) -> io::Result<()> {
        let path = self.recording.as_ref().and_then(|_| step.paths(&self.disk).into_iter().next());
        self.disk.perform(&step)?;
        if let Some(recording) = &mut self.recording {
            recording.add(step, path);
        } else {
            let open = &self.open;
            if let Step::Create(_) | Step::Rename { .. } | Step::Remove(_) | Step::SyncDirectory(_) = step {
                self.disk.forget_unnamed(|file| open.contains_key(&file));
            }
        }
        Ok(())
    }

    /// Takes note of a handle, which keeps its file even without a name.
    pub(super) fn open(&mut self, file: FileId) {
        *self.open.entry(file).or_default() += 1;
    }

    pub(super) fn close(&mut self, file: FileId) {
        if let Some(handles) = self.open.get_mut(&file) {
            *handles -= 1;
            if *handles == 0 {
                self.open.remove(&file);
            }
        }
    }
}
