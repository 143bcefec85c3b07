//! The file system of the operating system.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::vfs::{Vfs, VfsFile};

/// How much of a file is given back at once. ext4 that passes freed blocks on to the disk (`discard`) lets everybody who
/// syncs wait for all that one step has freed: 25 ms for 150 MB.
#[cfg(unix)]
const FREED_BYTES: u64 = 1 << 20;

/// The file system of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealVfs;

impl Vfs for RealVfs {
    fn open(&self, path: &Path) -> io::Result<Box<dyn VfsFile>> {
        Ok(Box::new(RealFile(File::open(path)?)))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn VfsFile>> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(path)?;
        Ok(Box::new(RealFile(file)))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    #[cfg(unix)]
    fn remove_unread(&self, path: &Path) -> io::Result<()> {
        use std::os::unix::fs::MetadataExt as _;
        let file = OpenOptions::new().write(true).open(path);
        fs::remove_file(path)?;
        let Ok(file) = file else { return Ok(()) };
        let found = file.metadata()?;
        // Another name is another owner, like a backup.
        if found.nlink() == 0 {
            let mut length = found.len();
            while length > 0 {
                length = length.saturating_sub(FREED_BYTES);
                file.set_len(length)?;
            }
        }
        Ok(())
    }

    fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        // A name that is no UTF-8 is none of ours; it still has to be seen, so that a foreign directory is recognised.
        fs::read_dir(dir)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        path.try_exists()
    }

    /// Windows syncs only what is open for writing.
    #[cfg(windows)]
    fn sync_file(&self, path: &Path) -> io::Result<()> {
        OpenOptions::new().read(true).write(true).open(path)?.sync_data()
    }

    #[cfg(target_os = "linux")]
    fn sync_all(&self, path: &Path) -> io::Result<bool> {
        rustix::fs::syncfs(File::open(path)?)?;
        Ok(true)
    }

    fn hard_link(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::hard_link(from, to)
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        fs::canonicalize(path)
    }

    #[cfg(not(windows))]
    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        File::open(dir)?.sync_all()
    }

    #[cfg(windows)]
    fn sync_dir(&self, _dir: &Path) -> io::Result<()> {
        Ok(())
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Send + Sync>>> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        match file.try_lock() {
            Ok(()) => {
                let held = RealFile(file);
                // For people who wonder who holds it; nothing reads it.
                held.0.set_len(0)?;
                held.write_at(format!("{}\n", std::process::id()).as_bytes(), 0)?;
                Ok(Some(Box::new(held)))
            }
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(error)) => Err(error),
        }
    }
}

impl RealVfs {
    /// Keeps writers out of a store without writing anything: shares the lock at `path` with others who only look.
    ///
    /// `None` if somebody writes. Where there is no such file, nobody has the store open, and nothing is held.
    pub(crate) fn lock_shared(&self, path: &Path) -> io::Result<Option<Box<dyn Send + Sync>>> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Some(Box::new(()))),
            Err(error) => return Err(error),
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(Some(Box::new(file))),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(error)) => Err(error),
        }
    }
}

struct RealFile(File);

#[cfg(unix)]
impl VfsFile for RealFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(&self.0, buffer, offset)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        std::os::unix::fs::FileExt::write_all_at(&self.0, bytes, offset)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }
}

#[cfg(windows)]
impl VfsFile for RealFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(&self.0, buffer, offset)
    }

    fn write_at(&self, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
        while !bytes.is_empty() {
            let written = std::os::windows::fs::FileExt::seek_write(&self.0, bytes, offset)?;
            if written == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            bytes = bytes.get(written..).unwrap_or_default();
            offset += written as u64;
        }
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_unread_takes_nothing_from_its_other_names() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        let content = vec![7; (2 << 20) + 1];
        fs::write(path("one"), &content).unwrap();
        fs::hard_link(path("one"), path("two")).unwrap();
        RealVfs.remove_unread(&path("one")).unwrap();
        assert!(fs::read(path("two")).unwrap() == content);

        let reader = File::open(path("two")).unwrap();
        RealVfs.remove_unread(&path("two")).unwrap();
        assert!(!path("two").exists());
        if cfg!(unix) {
            assert_eq!(
                reader.metadata().unwrap().len(),
                0,
                "the bytes are freed although somebody has it open"
            );
        }
        assert_eq!(RealVfs.remove_unread(&path("two")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
