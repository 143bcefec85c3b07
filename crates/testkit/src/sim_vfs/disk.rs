//! What a simulated disk holds: names and contents, each as programs see it and as a power cut would leave it.

use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Keep;

/// A file's content, shared by its name and its open handles.
pub(super) type File = Arc<Mutex<Content>>;

/// Locks, also after a panic of another thread: a test that fails should say so once, not everywhere.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// All directories by their path from the root, which is the empty path.
pub(super) struct Disk {
    directories: BTreeMap<PathBuf, Directory>,
    /// How many bytes all files together may have.
    pub(super) capacity_bytes: Option<u64>,
}

/// The names in a directory.
#[derive(Clone, Default)]
struct Directory {
    current: BTreeMap<String, Entry>,
    /// The names at the last sync of the directory.
    durable: BTreeMap<String, Entry>,
}

#[derive(Clone)]
enum Entry {
    File(File),
    Directory,
}

/// A file's bytes.
#[derive(Default)]
pub(super) struct Content {
    pub(super) current: Vec<u8>,
    /// The bytes that a power cut surely leaves.
    synced: Vec<u8>,
    /// What leads from `synced` to `current`, in order, unless a sync failed in between: what it should have written is
    /// then lost for good, although programs still read it (as Linux does it).
    unsynced: Vec<Change>,
}

enum Change {
    Emptied,
    Written { offset: usize, bytes: Vec<u8> },
}

impl Content {
    fn durable(bytes: Vec<u8>) -> Self {
        Self { current: bytes.clone(), synced: bytes, unsynced: Vec::new() }
    }

    fn empty(&mut self) {
        self.current.clear();
        self.unsynced.push(Change::Emptied);
    }

    pub(super) fn write(&mut self, bytes: &[u8], offset: usize) {
        put(&mut self.current, bytes, offset);
        self.unsynced.push(Change::Written { offset, bytes: bytes.to_vec() });
    }

    /// Makes durable what was written since the last sync.
    pub(super) fn sync(&mut self) {
        for change in self.unsynced.drain(..) {
            match change {
                Change::Emptied => self.synced.clear(),
                Change::Written { offset, bytes } => put(&mut self.synced, &bytes, offset),
            }
        }
    }

    /// Forgets that anything is left to be written.
    pub(super) fn fail_to_sync(&mut self) {
        self.unsynced.clear();
    }

    pub(super) fn replace_durably(&mut self, bytes: Vec<u8>) {
        *self = Self::durable(bytes);
    }
}

/// Writes `bytes` at `offset`, with zeros before it if the content is shorter.
fn put(content: &mut Vec<u8>, bytes: &[u8], offset: usize) {
    let end = offset + bytes.len();
    if content.len() < end {
        content.resize(end, 0);
    }
    if let Some(target) = content.get_mut(offset..end) {
        target.copy_from_slice(bytes);
    }
}

impl Disk {
    pub(super) fn new() -> Self {
        let directories = BTreeMap::from([(PathBuf::new(), Directory::default())]);
        Self { directories, capacity_bytes: None }
    }

    /// Builds the disk that a power cut leaves.
    pub(super) fn crash(&self, keep: Keep) -> Self {
        let mut image = Self { directories: BTreeMap::new(), capacity_bytes: self.capacity_bytes };
        let mut copied = Vec::new();
        self.copy_directory(PathBuf::new(), keep, &mut image, &mut copied);
        image
    }

    /// Copies what is left of a directory and of those in it. A file that has several names keeps them all.
    fn copy_directory(
        &self,
        path: PathBuf,
        keep: Keep,
        image: &mut Self,
        copied: &mut Vec<(*const Mutex<Content>, File)>,
    ) {
        // A directory whose name is durable but which was never synced itself is there and empty.
        let from = self.directories.get(&path).cloned().unwrap_or_default();
        let left = match keep {
            Keep::Nothing => from.durable,
            Keep::Everything => from.current,
        };
        let mut entries = BTreeMap::new();
        for (name, entry) in left {
            let copy = match entry {
                Entry::File(file) => Entry::File(copy_file(&file, keep, copied)),
                Entry::Directory => {
                    self.copy_directory(path.join(&name), keep, image, copied);
                    Entry::Directory
                }
            };
            entries.insert(name, copy);
        }
        image.directories.insert(path, Directory { current: entries.clone(), durable: entries });
    }

    pub(super) fn find(&self, path: &Path) -> io::Result<File> {
        let (directory, name) = split(path)?;
        match self.directory(&directory)?.current.get(&name) {
            Some(Entry::File(file)) => Ok(Arc::clone(file)),
            Some(Entry::Directory) => Err(io::ErrorKind::IsADirectory.into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    pub(super) fn create(&mut self, path: &Path) -> io::Result<File> {
        match self.find(path) {
            Ok(file) => {
                lock(&file).empty();
                Ok(file)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let (directory, name) = split(path)?;
                let file = File::default();
                self.directory_mut(&directory)?.current.insert(name, Entry::File(Arc::clone(&file)));
                Ok(file)
            }
            Err(error) => Err(error),
        }
    }

    pub(super) fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let file = self.find(from)?;
        let (directory, name) = split(to)?;
        let target = self.directory_mut(&directory)?;
        if let Some(Entry::Directory) = target.current.get(&name) {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        target.current.insert(name, Entry::File(file));
        if normal(from)? == normal(to)? { Ok(()) } else { self.remove(from) }
    }

    pub(super) fn remove(&mut self, path: &Path) -> io::Result<()> {
        self.find(path)?;
        let (directory, name) = split(path)?;
        self.directory_mut(&directory)?.current.remove(&name);
        Ok(())
    }

    pub(super) fn create_directories(&mut self, path: &Path) -> io::Result<()> {
        let path = normal(path)?;
        let mut parent = PathBuf::new();
        for name in &path {
            let name = name.to_string_lossy().into_owned();
            let entry = self.directory_mut(&parent)?.current.entry(name.clone()).or_insert(Entry::Directory);
            if let Entry::File(_) = entry {
                return Err(io::ErrorKind::NotADirectory.into());
            }
            parent.push(name);
            self.directories.entry(parent.clone()).or_default();
        }
        Ok(())
    }

    pub(super) fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        Ok(self.directory(&normal(path)?)?.current.keys().cloned().collect())
    }

    pub(super) fn exists(&self, path: &Path) -> io::Result<bool> {
        let path = normal(path)?;
        Ok(self.directories.contains_key(&path) || self.find(&path).is_ok())
    }

    pub(super) fn sync_directory(&mut self, path: &Path) -> io::Result<()> {
        let directory = self.directory_mut(&normal(path)?)?;
        directory.durable = directory.current.clone();
        Ok(())
    }

    /// The paths of all files, in order.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let in_directory = |(path, directory): (&PathBuf, &Directory)| {
            let files = directory.current.iter().filter(|(_, entry)| matches!(entry, Entry::File(_)));
            files.map(|(name, _)| path.join(name)).collect::<Vec<_>>()
        };
        self.directories.iter().flat_map(in_directory).collect()
    }

    /// Fails if `more` bytes would not fit.
    pub(super) fn check_room(&self, more: usize) -> io::Result<()> {
        let Some(capacity) = self.capacity_bytes else { return Ok(()) };
        let lengths = self.files().into_iter().filter_map(|path| self.find(&path).ok());
        let used: u64 = lengths.map(|file| lock(&file).current.len() as u64).sum();
        if used + more as u64 > capacity { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    fn directory(&self, path: &Path) -> io::Result<&Directory> {
        self.directories.get(path).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn directory_mut(&mut self, path: &Path) -> io::Result<&mut Directory> {
        self.directories.get_mut(path).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

fn copy_file(file: &File, keep: Keep, copied: &mut Vec<(*const Mutex<Content>, File)>) -> File {
    let identity = Arc::as_ptr(file);
    if let Some((_, copy)) = copied.iter().find(|(original, _)| *original == identity) {
        return Arc::clone(copy);
    }
    let content = lock(file);
    let bytes = match keep {
        Keep::Nothing => content.synced.clone(),
        Keep::Everything => content.current.clone(),
    };
    let copy = Arc::new(Mutex::new(Content::durable(bytes)));
    copied.push((identity, Arc::clone(&copy)));
    copy
}

/// The path from the root, which is also the working directory.
pub(super) fn normal(path: &Path) -> io::Result<PathBuf> {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => normal.push(name),
            Component::ParentDir if normal.pop() => {}
            Component::ParentDir => return Err(io::ErrorKind::NotFound.into()),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    Ok(normal)
}

/// Directory and name of a file.
fn split(path: &Path) -> io::Result<(PathBuf, String)> {
    let mut directory = normal(path)?;
    let name = directory.file_name().map(|name| name.to_string_lossy().into_owned());
    directory.pop();
    name.map(|name| (directory, name)).ok_or_else(|| io::ErrorKind::IsADirectory.into())
}
