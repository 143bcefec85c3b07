//! A store that nobody has open, for those who look at it or copy it: who it is, and a lock that keeps writers out.

use std::path::Path;

use crate::error::StoreError;
use crate::identity::{self, StoreId};
use crate::vfs::{self, Layout, RealVfs, Vfs};

/// `FORMAT` is written first when a store is created, and last when one is copied.
const FORMAT_IS_GONE: &str = "FORMAT is missing: it was lost, or this is a copy that was never finished";

/// Looks whether there is a closed store in `path`, without changing it.
///
/// # Errors
/// [`StoreError`] if there is none, it is not readable by this version, or somebody has it open.
pub fn probe(path: &Path) -> Result<(), StoreError> {
    let (vfs, layout, _lock) = claim(path)?;
    identify(&vfs, &layout).map(drop)
}

/// Takes the lock of a store, so that nobody writes while it is looked at. Needs no right to write.
pub(crate) fn claim(path: &Path) -> Result<(RealVfs, Layout, Box<dyn Send + Sync>), StoreError> {
    let (vfs, layout) = (RealVfs, Layout { root: path.into() });
    identity::check_directory(&vfs, &layout)?;
    if !vfs.exists(&layout.format()).map_err(StoreError::io("look for", &layout.format()))? {
        return Err(match holds_a_store(&vfs, &layout) {
            true => StoreError::corrupt(&layout.format(), 0, FORMAT_IS_GONE),
            false => no_store(path),
        });
    }
    let lock = vfs.lock_shared(&layout.lock()).map_err(StoreError::io("lock", &layout.lock()))?;
    let lock = lock.ok_or_else(|| StoreError::Locked { path: path.into() })?;
    Ok((vfs, layout, lock))
}

/// Reads who a store is.
pub(crate) fn identify(vfs: &dyn Vfs, layout: &Layout) -> Result<StoreId, StoreError> {
    Ok(identity::read(vfs, layout)?.ok_or_else(|| no_store(&layout.root))?.id)
}

/// Tells whether a directory holds what a store holds beside `FORMAT`.
pub(crate) fn holds_a_store(vfs: &dyn Vfs, layout: &Layout) -> bool {
    [layout.wal(), layout.snap()].iter().any(|directory| {
        let names = vfs::list_if_directory(vfs, directory).ok().flatten();
        names.is_some_and(|names| !names.is_empty())
    })
}

fn no_store(path: &Path) -> StoreError {
    StoreError::NotAStore { path: path.into(), reason: "it has no FORMAT file".into() }
}
