//! Reading the snapshot that an opening has passed over, because the table stood in for it.
//!
//! Nothing depends on that snapshot as long as the table is whole, so damage to it would come out only when the table is
//! lost, too. Found before that, it does no harm: a checkpoint writes another one, of what the table says.

use crate::checkpoint::Progress;
use crate::error::StoreError;
use crate::local::Shared;
use crate::snapshot;
use crate::sync::MutexGuard;

impl Shared {
    /// Reads all of the newest snapshot, unless a checkpoint replaces it meanwhile. If it is damaged, the next checkpoint
    /// writes another one, also if nothing has happened since.
    pub(crate) fn verify_snapshot(&self) -> Result<(), StoreError> {
        let lsn = self.checkpoints.last_lsn();
        self.read_snapshot().or_else(|error| {
            // After the close its place may be that of the next store.
            self.log.check_not_closed()?;
            // What was replaced has another number before its bytes go.
            if self.checkpoints.last_lsn() != lsn {
                return Ok(());
            }
            self.checkpoints.note_damage();
            Err(error)
        })
    }

    /// Replaces the newest snapshot if it is damaged.
    pub(crate) fn mend_snapshot(&self, progress: &mut MutexGuard<'_, Progress>) -> Result<(), StoreError> {
        match self.verify_snapshot() {
            Err(StoreError::Corrupt { .. }) => self.checkpoint_holding(progress).map(drop),
            verified => verified,
        }
    }

    fn read_snapshot(&self) -> Result<(), StoreError> {
        let Some(snapshot) = snapshot::newest(&*self.vfs, &self.layout, self.store_id)?.0 else {
            return Ok(());
        };
        // Whoever closes the store need not wait for this.
        snapshot.entries(&mut |_, _| self.log.check_not_closed())?;
        snapshot.facts().map(drop)
    }
}
