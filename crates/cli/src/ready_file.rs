//! The file that tells scripts that the server serves, and where.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Removes what a server that was killed left behind, so that nobody takes it for the next one's.
pub(crate) fn clear(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// A file with the endpoint and a newline, removed when the value is dropped, unless another server's stands there by then.
///
/// Whoever waits for it sees it whole: it is written beside its place and renamed.
pub(crate) struct ReadyFile {
    path: PathBuf,
    line: String,
}

impl ReadyFile {
    pub(crate) fn write(path: &Path, endpoint: &str) -> io::Result<Self> {
        let mut beside = path.as_os_str().to_owned();
        beside.push(format!(".{}", std::process::id()));
        let beside = PathBuf::from(beside);
        let line = format!("{endpoint}\n");
        let written = fs::write(&beside, &line).and_then(|()| fs::rename(&beside, path));
        if written.is_err() {
            // It may not even have been created.
            let _ = fs::remove_file(&beside);
        }
        written.map(|()| Self { path: path.to_owned(), line })
    }
}

impl Drop for ReadyFile {
    fn drop(&mut self) {
        // Whoever took it away already has done what was to be done.
        if fs::read_to_string(&self.path).is_ok_and(|line| line == self.line) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ReadyFile, clear};

    #[test]
    fn it_comes_whole_and_goes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ready");
        let ready = ReadyFile::write(&path, "http://127.0.0.1:9001").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "http://127.0.0.1:9001\n");
        drop(ready);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_another_server_wrote_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ready");
        let ready = ReadyFile::write(&path, "http://127.0.0.1:9001").unwrap();
        let other = ReadyFile::write(&path, "http://127.0.0.1:9002").unwrap();
        drop(ready);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "http://127.0.0.1:9002\n");
        drop(other);
        assert!(!path.exists());
    }

    #[test]
    fn what_is_left_of_a_killed_server_goes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ready");
        std::fs::write(&path, "http://127.0.0.1:9001\n").unwrap();
        clear(&path).unwrap();
        assert!(!path.exists());
        clear(&path).unwrap();
        clear(&folder.path().join("no/such/folder")).unwrap();
        assert!(clear(folder.path()).is_err(), "a folder is nobody's ready file");
    }

    #[test]
    fn a_place_that_cannot_be_written_is_an_error_and_left_clean() {
        let folder = tempfile::tempdir().unwrap();
        assert!(ReadyFile::write(folder.path(), "x").is_err());
        assert!(ReadyFile::write(&folder.path().join("no/such/folder"), "x").is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
