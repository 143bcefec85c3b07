//! The marker of a store that was written without syncs: the file `UNSYNCED`.
//!
//! What such a store holds is whole as long as the machine runs, and no ground for promises beyond that. Who opens it to
//! promise more makes everything durable first. Only that the file is there matters, not what is in it.

use std::path::Path;

use crate::error::StoreError;
use crate::vfs::{self, Layout, Vfs, parent_of};

/// For people who wonder.
const CONTENT: &[u8] = b"written without syncs\n";

/// Leaves the marker, durably, before anything is written without syncs. `vfs` is one that does sync.
pub(crate) fn mark(vfs: &dyn Vfs, layout: &Layout) -> Result<(), StoreError> {
    let path = layout.unsynced();
    let written = vfs.create(&path).and_then(|file| {
        file.write_at(CONTENT, 0)?;
        file.sync_data()
    });
    written.map_err(StoreError::io("write", &path))?;
    sync_dir(vfs, &layout.root)
}

/// Makes everything durable that the store is made of, if the marker is there, and tells whether it is.
///
/// The names go last: whoever sees one after a power cut finds its content. The table is left out, because it can be
/// made again.
pub(crate) fn settle(vfs: &dyn Vfs, layout: &Layout) -> Result<bool, StoreError> {
    let marker = layout.unsynced();
    if !vfs.exists(&marker).map_err(StoreError::io("look for", &marker))? {
        return Ok(false);
    }
    sync_files(vfs, &layout.wal())?;
    sync_files(vfs, &layout.snap())?;
    for name in vfs::list_if_directory(vfs, &layout.blobs())?.unwrap_or_default() {
        sync_files(vfs, &layout.blobs().join(name))?;
    }
    sync_dir(vfs, &layout.blobs())?;
    sync_file(vfs, &layout.format())?;
    sync_dir(vfs, &layout.root)?;
    Ok(true)
}

/// Removes the marker, durably, once everything is settled.
pub(crate) fn clear(vfs: &dyn Vfs, layout: &Layout) -> Result<(), StoreError> {
    let path = layout.unsynced();
    vfs.remove_file(&path).map_err(StoreError::io("remove", &path))?;
    sync_dir(vfs, parent_of(&path))
}

/// Syncs every file of a directory, and then the directory. What is no directory is not ours.
fn sync_files(vfs: &dyn Vfs, directory: &Path) -> Result<(), StoreError> {
    let Some(names) = vfs::list_if_directory(vfs, directory)? else { return Ok(()) };
    for name in names {
        sync_file(vfs, &directory.join(name))?;
    }
    sync_dir(vfs, directory)
}

fn sync_file(vfs: &dyn Vfs, path: &Path) -> Result<(), StoreError> {
    vfs.sync_file(path).map_err(StoreError::io("sync", path))
}

fn sync_dir(vfs: &dyn Vfs, directory: &Path) -> Result<(), StoreError> {
    vfs.sync_dir(directory).map_err(StoreError::io("sync", directory))
}
