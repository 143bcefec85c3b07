//! The file system as the engine sees it.
//!
//! Everything that the engine itself reads or writes goes through these two traits, so that a test can record, tear
//! and lose writes. The sled table is the one exception; nothing depends on what it has kept.

mod real;
mod unsynced;

pub use real::RealVfs;
pub(crate) use unsynced::Unsynced;

use std::io;
use std::path::{Path, PathBuf};

use crate::error::StoreError;

/// A file system: names, and what must be synced to keep them.
pub trait Vfs: Send + Sync {
    /// Opens an existing file for reading.
    fn open(&self, path: &Path) -> io::Result<Box<dyn VfsFile>>;

    /// Creates a file for reading and writing, or empties the one that is there.
    ///
    /// The name is durable only after [`Vfs::sync_dir`] of its directory.
    fn create(&self, path: &Path) -> io::Result<Box<dyn VfsFile>>;

    /// Renames a file, replacing the one at `to` atomically. Durable after [`Vfs::sync_dir`] of both directories.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file. Durable after [`Vfs::sync_dir`].
    fn remove_file(&self, path: &Path) -> io::Result<()>;

    /// Removes a file that nobody reads any more. Its bytes may go piece by piece, so that whoever syncs meanwhile does not
    /// wait for all of them to be freed.
    fn remove_unread(&self, path: &Path) -> io::Result<()> {
        self.remove_file(path)
    }

    /// Creates a directory and its missing parents.
    fn create_dir_all(&self, path: &Path) -> io::Result<()>;

    /// Returns the names in a directory, in no order.
    fn list(&self, dir: &Path) -> io::Result<Vec<String>>;

    /// Tells whether something has this name.
    fn exists(&self, path: &Path) -> io::Result<bool>;

    /// Makes content and length of an existing file durable, whoever wrote them.
    fn sync_file(&self, path: &Path) -> io::Result<()> {
        self.open(path)?.sync_data()
    }

    /// Makes everything durable that lies in a directory, content and names, where the platform has one call for that; it
    /// may do more. False if it has none; then nothing was done.
    fn sync_all(&self, dir: &Path) -> io::Result<bool> {
        let _ = dir;
        Ok(false)
    }

    /// Gives the file `from` one more name. Durable after [`Vfs::sync_dir`] of the directory of `to`.
    ///
    /// Fails with [`Unsupported`](io::ErrorKind::Unsupported) or the like where that cannot be done; copy then.
    fn hard_link(&self, from: &Path, to: &Path) -> io::Result<()> {
        let _ = (from, to);
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Returns the one name of what is at `path`, whatever links lead there. File systems where everything has one name
    /// need not.
    ///
    /// # Errors
    /// The system's error.
    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        let _ = path;
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Makes the names in a directory durable. On systems without directory syncs (Windows) this does nothing.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;

    /// Takes the exclusive lock at `path`, creating the file; `None` if another process (or engine) holds it.
    ///
    /// The lock is held until the returned value is dropped.
    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Send + Sync>>>;
}

/// An open file. Positions are absolute; there is no cursor.
pub trait VfsFile: Send + Sync {
    /// Reads at `offset` into `buffer` and returns how many bytes were read; 0 at the end of the file.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Writes all of `bytes` at `offset`. Durable only after [`VfsFile::sync_data`].
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;

    /// Makes content and length durable.
    ///
    /// After an error nothing is known about what was written before; it must not be tried again.
    fn sync_data(&self) -> io::Result<()>;

    /// Returns the length in bytes.
    fn len(&self) -> io::Result<u64>;

    /// Tells whether the file has no bytes.
    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }
}

/// Reads a whole file of at most `bytes_max`, and fails for a longer one.
pub(crate) fn read_all(vfs: &dyn Vfs, path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
    let file = vfs.open(path)?;
    let length = file.len()?;
    if length > bytes_max {
        return Err(io::Error::other(format!("file has {length} bytes, at most {bytes_max} expected")));
    }
    let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    let read = read_up_to(&*file, &mut bytes, 0)?;
    bytes.truncate(read);
    Ok(bytes)
}

/// Fills `buffer` from `offset` on, and tells how far: all of it, unless the file ends before. One read may give less.
pub(crate) fn read_up_to(file: &dyn VfsFile, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, offset + filled as u64)? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}

/// Returns the names in a directory, `None` if there is no directory of this name.
pub(crate) fn list_if_directory(vfs: &dyn Vfs, dir: &Path) -> Result<Option<Vec<String>>, StoreError> {
    match vfs.list(dir) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        listed => Ok(Some(listed.map_err(StoreError::io("list", dir))?)),
    }
}

/// Writes a file so that after a crash it is there whole or not at all.
pub(crate) fn write_atomic(vfs: &dyn Vfs, tmp: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let file = vfs.create(tmp)?;
    file.write_at(bytes, 0)?;
    file.sync_data()?;
    drop(file);
    vfs.rename(tmp, path)?;
    vfs.sync_dir(parent_of(path))
}

/// The directory that holds `path`.
pub(crate) fn parent_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

/// Where the files of a store are.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    pub(crate) root: PathBuf,
}

impl Layout {
    pub(crate) const DIRECTORIES: [&'static str; 4] = ["wal", "snap", "blobs", "tmp"];
    /// The files that may be there before `FORMAT` is.
    pub(crate) const FILES: [&'static str; 2] = ["LOCK", "UNSYNCED"];
    /// What is there only after `FORMAT`, or in a copy of a store: the table, the mark that vouches for it, and how far the
    /// log reaches.
    pub(crate) const LATER_NAMES: [&'static str; 3] = ["TABLE", "table", "REACH"];

    /// Whether a file in `tmp/` may be one that a process made there: what is written whole before it gets its name.
    pub(crate) fn is_temporary(name: &str) -> bool {
        let is_numbered = |prefix: &str| {
            let number = name.strip_prefix(prefix).unwrap_or_default();
            !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
        };
        matches!(name, "format" | "reach" | "table")
            || ["segment-", "snapshot-", "blob-"].into_iter().any(is_numbered)
    }

    pub(crate) fn lock(&self) -> PathBuf {
        self.root.join("LOCK")
    }

    pub(crate) fn format(&self) -> PathBuf {
        self.root.join("FORMAT")
    }

    /// The marker of a store that was written without syncs.
    pub(crate) fn unsynced(&self) -> PathBuf {
        self.root.join("UNSYNCED")
    }

    /// What says how far the log reaches at least.
    pub(crate) fn reach(&self) -> PathBuf {
        self.root.join("REACH")
    }

    pub(crate) fn wal(&self) -> PathBuf {
        self.root.join("wal")
    }

    pub(crate) fn snap(&self) -> PathBuf {
        self.root.join("snap")
    }

    pub(crate) fn blobs(&self) -> PathBuf {
        self.root.join("blobs")
    }

    pub(crate) fn tmp(&self) -> PathBuf {
        self.root.join("tmp")
    }

    /// The marker of a clean close: what the table holds then.
    pub(crate) fn table_marker(&self) -> PathBuf {
        self.root.join("TABLE")
    }

    #[cfg(feature = "sled")]
    pub(crate) fn table(&self) -> PathBuf {
        self.root.join("table")
    }
}
