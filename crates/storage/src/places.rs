//! Whether what lies in the places of a store is of the right kind: a directory, or a file.
//!
//! No crash makes the one of the other. What is of the wrong kind was put there by somebody, so it is never removed: opening
//! refuses such a store, and the check tells all of it.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::StoreError;
use crate::vfs::{self, Layout, Vfs};

/// Something of the wrong kind.
#[derive(Debug)]
pub(crate) struct Misplaced {
    pub(crate) path: PathBuf,
    pub(crate) is_directory: bool,
    /// Whether it stands where the truth belongs, so that more is missing than the place.
    pub(crate) hides_data: bool,
}

/// What is of the wrong kind in the directory of a store. What is missing is told by who needs it, and so is `FORMAT`.
pub(crate) fn misplaced(vfs: &dyn Vfs, layout: &Layout) -> Result<Vec<Misplaced>, StoreError> {
    let mut found = Vec::new();
    let mut expect = |path: PathBuf, directory: bool, hides_data: bool| {
        if let Some(is_directory) =
            is_directory(vfs, &path)?.filter(|is_directory| *is_directory != directory)
        {
            found.push(Misplaced { path, is_directory, hides_data });
        }
        Ok::<_, StoreError>(())
    };
    for path in [layout.wal(), layout.snap(), layout.blobs()] {
        expect(path, true, true)?;
    }
    expect(layout.tmp(), true, false)?;
    for path in [layout.lock(), layout.unsynced(), layout.reach(), layout.table_marker()] {
        expect(path, false, false)?;
    }
    for name in vfs::list_if_directory(vfs, &layout.tmp())?.unwrap_or_default() {
        expect(layout.tmp().join(name), false, false)?;
    }
    Ok(found)
}

/// Refuses a store that has something of the wrong kind.
pub(crate) fn check(vfs: &dyn Vfs, layout: &Layout) -> Result<(), StoreError> {
    match misplaced(vfs, layout)?.into_iter().next() {
        Some(Misplaced { path, is_directory, .. }) => Err(StoreError::Misplaced { path, is_directory }),
        None => Ok(()),
    }
}

/// `None` if nothing is there.
fn is_directory(vfs: &dyn Vfs, path: &Path) -> Result<Option<bool>, StoreError> {
    match vfs.list(path) {
        Ok(_) => Ok(Some(true)),
        Err(error) if error.kind() == ErrorKind::NotADirectory => Ok(Some(false)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StoreError::io("list", path)(error)),
    }
}
