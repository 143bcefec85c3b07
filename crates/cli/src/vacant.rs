//! A place for a new store.

use std::fs;
use std::io;
use std::path::Path;

/// Checks that nothing is there, or an empty directory.
pub(crate) fn require(dir: &Path) -> Result<(), String> {
    let refused =
        |error: &dyn std::fmt::Display| format!("cannot make a store in {}: {error}", dir.display());
    match fs::read_dir(dir).map(|mut entries| entries.next()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(refused(&error)),
        Ok(Some(_)) => Err(refused(&"it is not empty")),
        Ok(None) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::require;

    #[test]
    fn places() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(require(folder.path()), Ok(()));
        assert_eq!(require(&folder.path().join("absent")), Ok(()));
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        for taken in [folder.path(), &file] {
            assert!(require(taken).unwrap_err().contains(taken.to_str().unwrap()), "{taken:?}");
        }
    }
}
