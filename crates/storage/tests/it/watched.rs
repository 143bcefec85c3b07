//! A simulated disk with an eye on it: what is done can be made to wait, open files are counted, and reads can be short.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use funclet_storage::{Vfs, VfsFile};
use funclet_testkit::SimVfs;

/// A file system that watches how it is used.
#[derive(Clone)]
pub(crate) struct Watched {
    pub(crate) disk: SimVfs,
    gate: Arc<Gate>,
    handles: Arc<Handles>,
    read_bytes_max: usize,
}

#[derive(Default)]
struct Gate {
    state: Mutex<GateState>,
    changed: Condvar,
}

/// Whoever creates a file or renames one to a path that contains `closed_for` waits. The disk is full for whoever creates one at
/// a path that contains `no_room_for`.
#[derive(Default)]
struct GateState {
    closed_for: Option<&'static str>,
    no_room_for: Option<&'static str>,
    waiting: usize,
}

#[derive(Default)]
struct Handles {
    open: AtomicUsize,
    most: AtomicUsize,
}

impl Watched {
    pub(crate) fn new(disk: &SimVfs) -> Self {
        Self { disk: disk.clone(), gate: Arc::default(), handles: Arc::default(), read_bytes_max: usize::MAX }
    }

    /// No read gives more than so many bytes at once.
    pub(crate) fn reading_at_most(mut self, bytes: usize) -> Self {
        self.read_bytes_max = bytes;
        self
    }

    /// Lets everybody wait who creates `path_contains` or gives that name; with `None`, lets them all through.
    pub(crate) fn close_for(&self, path_contains: Option<&'static str>) {
        self.gate.state.lock().unwrap().closed_for = path_contains;
        self.gate.changed.notify_all();
    }

    /// Lets the disk be full for everybody who creates `path_contains`; with `None`, for nobody.
    pub(crate) fn have_no_room_for(&self, path_contains: Option<&'static str>) {
        self.gate.state.lock().unwrap().no_room_for = path_contains;
    }

    /// Returns when somebody waits.
    pub(crate) fn wait_for_somebody(&self) {
        let mut state = self.gate.state.lock().unwrap();
        while state.waiting == 0 {
            state = self.gate.changed.wait(state).unwrap();
        }
    }

    /// Tells how many files were open at once, at most.
    pub(crate) fn most_open_files(&self) -> usize {
        self.handles.most.load(Ordering::Relaxed)
    }

    fn pass(&self, path: &Path) {
        let path = path.to_string_lossy();
        let mut state = self.gate.state.lock().unwrap();
        state.waiting += 1;
        self.gate.changed.notify_all();
        while state.closed_for.is_some_and(|closed| path.contains(closed)) {
            state = self.gate.changed.wait(state).unwrap();
        }
        state.waiting -= 1;
    }

    fn watch(&self, file: Box<dyn VfsFile>) -> Box<dyn VfsFile> {
        let open = self.handles.open.fetch_add(1, Ordering::Relaxed) + 1;
        self.handles.most.fetch_max(open, Ordering::Relaxed);
        Box::new(WatchedFile {
            file,
            handles: Arc::clone(&self.handles),
            read_bytes_max: self.read_bytes_max,
        })
    }
}

impl Vfs for Watched {
    fn open(&self, path: &Path) -> io::Result<Box<dyn VfsFile>> {
        Ok(self.watch(self.disk.open(path)?))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn VfsFile>> {
        self.pass(path);
        let no_room_for = self.gate.state.lock().unwrap().no_room_for;
        if no_room_for.is_some_and(|refused| path.to_string_lossy().contains(refused)) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(self.watch(self.disk.create(path)?))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.pass(to);
        self.disk.rename(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.disk.remove_file(path)
    }

    fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        self.disk.create_dir_all(path)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        self.disk.list(dir)
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        self.disk.exists(path)
    }

    fn sync_all(&self, dir: &Path) -> io::Result<bool> {
        self.disk.sync_all(dir)
    }

    fn hard_link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.disk.hard_link(from, to)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.disk.sync_dir(dir)
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Send + Sync>>> {
        self.disk.lock(path)
    }
}

struct WatchedFile {
    file: Box<dyn VfsFile>,
    handles: Arc<Handles>,
    read_bytes_max: usize,
}

impl VfsFile for WatchedFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let length = buffer.len().min(self.read_bytes_max);
        self.file.read_at(&mut buffer[..length], offset)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.file.write_at(bytes, offset)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }
}

impl Drop for WatchedFile {
    fn drop(&mut self) {
        self.handles.open.fetch_sub(1, Ordering::Relaxed);
    }
}
