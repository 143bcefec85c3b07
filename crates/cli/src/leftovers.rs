//! What imports have left that were ended: stores in the making beside the place that they were for.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use funclet_storage::probe;

use crate::beside;

/// Holds a store in the making until it has its place, so that nobody takes it for a leftover; the end of the process, of
/// whatever kind, lets go of it. The store's own lock is given back before that.
///
/// `None` where directories cannot be locked.
pub(crate) fn hold(store: &Path) -> Option<File> {
    let directory = File::open(store).ok()?;
    directory.lock().ok().map(|()| directory)
}

/// Removes the stores that processes have left beside `whole` which no longer run. Returns each, with what came of it.
///
/// A directory stays unless it has exactly such a name, is a store and nothing else, and nobody holds it or has it open.
pub(crate) fn remove(whole: &Path, doing: &str) -> Vec<(PathBuf, io::Result<()>)> {
    let removed = |store: PathBuf| remove_one(&store).map(|removed| (store, removed));
    beside::all(whole, doing).into_iter().filter_map(removed).collect()
}

/// `None` if it is not for us to remove.
fn remove_one(store: &Path) -> Option<io::Result<()>> {
    let directory = File::open(store).ok()?;
    directory.try_lock().ok()?;
    probe(store).ok()?;
    holds_only_a_store(store).ok().filter(|only| *only)?;
    Some(fs::remove_dir_all(store))
}

/// What an import makes; anything else in there was put there by somebody.
const NAMES: [&str; 10] =
    ["FORMAT", "LOCK", "REACH", "TABLE", "UNSYNCED", "blobs", "snap", "table", "tmp", "wal"];

fn holds_only_a_store(store: &Path) -> io::Result<bool> {
    for entry in fs::read_dir(store)? {
        let name = entry?.file_name();
        if !NAMES.iter().any(|known| name == *known) {
            return Ok(false);
        }
    }
    Ok(true)
}
