//! The version of the format that an open store has.
//!
//! An older store becomes one of the newest version when it is opened, so that no older build opens it any more: it would not
//! know what this one is about to write. On a full disk it stays what it is, for who wants to delete something must be able to
//! open it; then it is raised before the first transaction that makes it larger, and before the first snapshot.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::StoreError;
use crate::identity::{self, Identity};
use crate::sync::Mutex;
use crate::vfs::{Layout, Vfs};

/// Who an open store is, and whether its format is the newest.
pub(crate) struct FormatVersion {
    is_newest: AtomicBool,
    /// Held while `FORMAT` is written. Whoever holds it takes no other lock.
    identity: Mutex<Identity>,
}

impl FormatVersion {
    pub(crate) fn of(identity: Identity) -> Self {
        let is_newest = identity.format_version == identity::FORMAT_VERSION;
        Self { is_newest: AtomicBool::new(is_newest), identity: Mutex::new(identity) }
    }

    /// Raises the version, durably, unless it is the newest.
    ///
    /// # Errors
    /// [`StoreError::Full`] if there is no room; the store stays what it was, and it can be tried again.
    pub(crate) fn raise(&self, vfs: &dyn Vfs, layout: &Layout) -> Result<(), StoreError> {
        if self.is_newest.load(Ordering::Acquire) {
            return Ok(());
        }
        let mut identity = self.identity.lock();
        if identity.format_version < identity::FORMAT_VERSION {
            *identity = identity::write(vfs, layout, identity.id)?;
        }
        self.is_newest.store(true, Ordering::Release);
        Ok(())
    }
}
