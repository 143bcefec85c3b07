//! What a simulated disk holds: names and contents, each as programs see it and as a power cut would leave it.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Component, Path, PathBuf};

use super::content::{Change, Content};
use super::names::{Directory, Entry, FileId, NameChange, NameChangeKind, Names};
use super::sparse::{SparseBytes, digest_of};
use super::step::Step;

/// A disk. A copy is cheap, because contents are shared until they change.
#[derive(Clone)]
pub(super) struct Disk {
    /// All directories by their path from the root, which is the empty path.
    directories: BTreeMap<PathBuf, Directory>,
    files: BTreeMap<FileId, Content>,
    /// How many files were ever made, which numbers them: the same steps on a copy make the same files.
    files_made: u64,
    /// The changes of names that no sync has made durable, in order. Only a disk that replays a recording keeps them.
    renamings: Option<Vec<NameChange>>,
    /// How many bytes all files together may have.
    pub(super) capacity_bytes: Option<u64>,
}

impl Disk {
    pub(super) fn new() -> Self {
        let directories = BTreeMap::from([(PathBuf::new(), Directory::default())]);
        Self { directories, files: BTreeMap::new(), files_made: 0, renamings: None, capacity_bytes: None }
    }

    /// A copy that keeps every change of a name until it is durable.
    pub(super) fn for_replay(&self) -> Self {
        let changes = self.directories.iter().flat_map(|(path, directory)| directory.changes(path));
        Self { renamings: Some(changes.collect()), ..self.clone() }
    }

    /// The changes of names that a power cut may leave or not; empty if this disk does not keep them.
    pub(super) fn renamings(&self) -> &[NameChange] {
        self.renamings.as_deref().unwrap_or_default()
    }

    /// Builds the disk that a power cut leaves, of the names that are left of each directory and the bytes of each file.
    pub(super) fn remains(
        &self,
        names: &dyn Fn(&Path, &Directory) -> Names,
        bytes: &dyn Fn(FileId, &Content) -> SparseBytes,
    ) -> Self {
        let mut image =
            Self { directories: BTreeMap::new(), files: BTreeMap::new(), renamings: None, ..*self };
        let mut reached = vec![PathBuf::new()];
        // A directory whose name is left but which was never synced itself is there and empty.
        let unknown = Directory::default();
        while let Some(path) = reached.pop() {
            let left = names(&path, self.directories.get(&path).unwrap_or(&unknown));
            for (name, entry) in &left {
                match entry {
                    Entry::Directory => reached.push(path.join(name)),
                    // A file that has several names keeps them all.
                    Entry::File(id) => {
                        let content =
                            || self.files.get(id).map_or_else(SparseBytes::default, |file| bytes(*id, file));
                        image.files.entry(*id).or_insert_with(|| Content::durable(content()));
                    }
                }
            }
            image.directories.insert(path, Directory { current: left.clone(), durable: left });
        }
        image
    }

    /// Does what a program asks for, or what was recorded.
    pub(super) fn perform(&mut self, step: &Step) -> io::Result<()> {
        match step {
            Step::Create(path) => self.create(path),
            Step::Rename { from, to } => self.rename(from, to),
            Step::HardLink { from, to } => self.hard_link(from, to),
            Step::Remove(path) => self.remove(path),
            Step::CreateDirectories(path) => self.create_directories(path),
            Step::SyncDirectory(path) => self.sync_directory(&normal(path)?),
            Step::Write { file, offset, bytes } => {
                let end = offset.checked_add(bytes.len()).ok_or(io::ErrorKind::FileTooLarge)?;
                self.check_room(*file, end)?;
                let change = Change::Written { offset: *offset, bytes: bytes.clone() };
                self.with_file(*file, |content| content.change(change))
            }
            Step::SetLen { file, length } => {
                self.check_room(*file, *length)?;
                self.with_file(*file, |content| content.change(Change::Resized(*length)))
            }
            Step::SyncFile(file) => self.with_file(*file, Content::sync),
            Step::FailToSyncFile(file) => self.with_file(*file, Content::fail_to_sync),
            Step::SyncAll(root) => self.sync_all(root),
            Step::FailToSyncAll(root) => self.fail_to_sync_all(root),
            Step::Damage { file, bytes } => {
                self.with_file(*file, |content| *content = Content::durable(SparseBytes::of(bytes)))
            }
        }
    }

    pub(super) fn find(&self, path: &Path) -> io::Result<FileId> {
        let (directory, name) = split(path)?;
        match self.directory(&directory)?.current.get(&name) {
            Some(Entry::File(file)) => Ok(*file),
            Some(Entry::Directory) => Err(io::ErrorKind::IsADirectory.into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    pub(super) fn file(&self, id: FileId) -> io::Result<&Content> {
        self.files.get(&id).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn create(&mut self, path: &Path) -> io::Result<()> {
        match self.find(path) {
            Ok(file) => self.with_file(file, |content| content.change(Change::Resized(0))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let (directory, name) = split(path)?;
                self.directory(&directory)?;
                let file = FileId(self.files_made);
                self.files_made += 1;
                self.files.insert(file, Content::default());
                self.rename_in(directory, NameChangeKind::Given { name, entry: Entry::File(file) })
            }
            Err(error) => Err(error),
        }
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let entry = Entry::File(self.find(from)?);
        let (old_directory, old_name) = split(from)?;
        let (directory, name) = split(to)?;
        match self.directory(&directory)?.current.get(&name) {
            Some(Entry::Directory) => Err(io::ErrorKind::IsADirectory.into()),
            // Both are names of the same file, and stay: so POSIX has it.
            Some(same) if *same == entry => Ok(()),
            _ if directory == old_directory => {
                self.rename_in(directory, NameChangeKind::Replaced { from: old_name, to: name, entry })
            }
            _ => {
                self.rename_in(directory, NameChangeKind::Given { name, entry })?;
                self.rename_in(old_directory, NameChangeKind::Gone { name: old_name })
            }
        }
    }

    fn hard_link(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let entry = Entry::File(self.find(from)?);
        if self.exists(to)? {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let (directory, name) = split(to)?;
        self.rename_in(directory, NameChangeKind::Given { name, entry })
    }

    fn remove(&mut self, path: &Path) -> io::Result<()> {
        self.find(path)?;
        let (directory, name) = split(path)?;
        self.rename_in(directory, NameChangeKind::Gone { name })
    }

    fn create_directories(&mut self, path: &Path) -> io::Result<()> {
        let path = normal(path)?;
        let above = path.ancestors().filter(|above| !above.as_os_str().is_empty());
        let mut missing: Vec<_> = above.filter(|above| !self.directories.contains_key(*above)).collect();
        missing.reverse();
        if missing.iter().any(|above| self.find(above).is_ok()) {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        for path in missing {
            let (directory, name) = split(path)?;
            self.rename_in(directory, NameChangeKind::Given { name, entry: Entry::Directory })?;
            self.directories.insert(path.to_path_buf(), Directory::default());
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

    fn sync_directory(&mut self, path: &Path) -> io::Result<()> {
        let directory = self.directories.get_mut(path).ok_or(io::ErrorKind::NotFound)?;
        directory.durable = directory.current.clone();
        if let Some(renamings) = &mut self.renamings {
            renamings.retain(|change| change.directory != path);
        }
        Ok(())
    }

    /// Makes everything below `root` durable. Its own name is in the directory above.
    fn sync_all(&mut self, root: &Path) -> io::Result<()> {
        self.files_below(root)?.into_iter().try_for_each(|file| self.with_file(file, Content::sync))?;
        let root = normal(root)?;
        let below = self.directories.keys().filter(|path| path.starts_with(&root));
        below.cloned().collect::<Vec<_>>().iter().try_for_each(|path| self.sync_directory(path))
    }

    fn fail_to_sync_all(&mut self, root: &Path) -> io::Result<()> {
        self.files_below(root)?.into_iter().try_for_each(|file| self.with_file(file, Content::fail_to_sync))
    }

    /// The paths of all files, in order.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        self.named_files().map(|(directory, name, _)| directory.join(name)).collect()
    }

    /// One of the paths of a file, `None` if it has no name any more.
    pub(super) fn path_of(&self, file: FileId) -> Option<PathBuf> {
        self.named_files().find(|(.., id)| *id == file).map(|(directory, name, _)| directory.join(name))
    }

    fn named_files(&self) -> impl Iterator<Item = (&PathBuf, &String, FileId)> {
        self.directories.iter().flat_map(|(path, directory)| {
            directory.current.iter().filter_map(move |(name, entry)| match entry {
                Entry::File(file) => Some((path, name, *file)),
                Entry::Directory => None,
            })
        })
    }

    fn files_below(&self, root: &Path) -> io::Result<BTreeSet<FileId>> {
        let root = normal(root)?;
        self.directory(&root)?;
        Ok(self.named_files().filter(|(path, ..)| path.starts_with(&root)).map(|(.., file)| file).collect())
    }

    /// The files that have changed since their last sync.
    pub(super) fn unsynced_files(&self) -> impl Iterator<Item = (FileId, &Content)> {
        self.files
            .iter()
            .filter(|(_, content)| !content.unsynced.is_empty())
            .map(|(id, content)| (*id, content))
    }

    /// Drops the contents of files that no name leads to, now or after a power cut, and that nobody has `open`.
    pub(super) fn forget_unnamed(&mut self, open: impl Fn(FileId) -> bool) {
        let names =
            self.directories.values().flat_map(|found| found.current.values().chain(found.durable.values()));
        let named: BTreeSet<_> =
            names.filter_map(|entry| if let Entry::File(id) = entry { Some(*id) } else { None }).collect();
        self.files.retain(|id, _| named.contains(id) || open(*id));
    }

    /// A number that no disk with other names or contents has. What is synced is no part of it.
    pub(super) fn digest(&self) -> u128 {
        let mut described = Vec::new();
        for (path, directory) in &self.directories {
            // What no path and no name contains tells them apart.
            described.extend(path.as_os_str().as_encoded_bytes());
            described.push(0);
            for (name, entry) in &directory.current {
                described.extend(name.as_bytes());
                let digest = match entry {
                    Entry::File(id) => self.files.get(id).map_or(0, |file| file.current.digest()),
                    Entry::Directory => 0,
                };
                described.push(0);
                described.extend(digest.to_le_bytes());
            }
            described.push(0);
        }
        digest_of(&described)
    }

    /// Fails if there is no room for `file` to have `length` bytes.
    fn check_room(&self, file: FileId, length: usize) -> io::Result<()> {
        let (Some(capacity), old) = (self.capacity_bytes, self.file(file)?.current.len()) else {
            return Ok(());
        };
        let named: BTreeSet<_> = self.named_files().map(|(.., file)| file).collect();
        let used: u64 =
            named.iter().filter_map(|id| self.files.get(id)).map(|found| found.current.len() as u64).sum();
        let grown = length.saturating_sub(old) as u64;
        if grown > 0 && used + grown > capacity { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    fn with_file(&mut self, id: FileId, change: impl FnOnce(&mut Content)) -> io::Result<()> {
        self.files.get_mut(&id).map(change).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn rename_in(&mut self, directory: PathBuf, kind: NameChangeKind) -> io::Result<()> {
        let change = NameChange { directory, kind };
        let found = self.directories.get_mut(&change.directory).ok_or(io::ErrorKind::NotFound)?;
        change.apply(&mut found.current);
        if let Some(renamings) = &mut self.renamings {
            renamings.push(change);
        }
        Ok(())
    }

    fn directory(&self, path: &Path) -> io::Result<&Directory> {
        self.directories.get(path).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
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
