//! The file that tells scripts that the server serves, and where.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A file with the endpoint and a newline, removed when the value is dropped.
///
/// Whoever waits for it sees it whole: it is written beside its place and renamed.
pub(crate) struct ReadyFile {
    path: PathBuf,
}

impl ReadyFile {
    pub(crate) fn write(path: &Path, endpoint: &str) -> io::Result<Self> {
        let mut beside = path.as_os_str().to_owned();
        beside.push(format!(".{}", std::process::id()));
        let beside = PathBuf::from(beside);
        let written = fs::write(&beside, format!("{endpoint}\n")).and_then(|()| fs::rename(&beside, path));
        if written.is_err() {
            // It may not even have been created.
            let _ = fs::remove_file(&beside);
        }
        written.map(|()| Self { path: path.to_owned() })
    }
}

impl Drop for ReadyFile {
    fn drop(&mut self) {
        // Whoever took it away already has done what was to be done.
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::ReadyFile;

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
    fn a_place_that_cannot_be_written_is_an_error_and_left_clean() {
        let folder = tempfile::tempdir().unwrap();
        assert!(ReadyFile::write(folder.path(), "x").is_err());
        assert!(ReadyFile::write(&folder.path().join("no/such/folder"), "x").is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
