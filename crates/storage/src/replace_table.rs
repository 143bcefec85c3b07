//! A table that fails while the store is open is replaced by one in memory, made of snapshot and log.
//!
//! Until the store is opened the next time, which makes the table on disk anew. Answers stay the same; memory grows to the
//! size of the state.

use std::sync::Arc;

use crate::applier::State;
use crate::checkpoint::Progress;
use crate::error::StoreError;
use crate::local::Shared;
use crate::recovery::{self, Start};
use crate::snapshot;
use crate::sync::MutexGuard;
use crate::table::{self, Table};
use crate::transaction::changes;
use crate::txn::{Lsn, RecordId};

impl Shared {
    /// Replaces `failed`, unless somebody has done so, while no checkpoint changes what it is made of.
    pub(crate) fn replace_table(
        &self,
        _no_checkpoint: &mut MutexGuard<'_, Progress>,
        failed: &Arc<dyn Table>,
    ) -> Result<(), StoreError> {
        let make = |last: RecordId| {
            self.log.wait(last.lsn)?;
            self.read_back(last)
        };
        self.state.replace_table(make, failed)
    }

    /// Runs `body`, once more with another table if the table failed.
    ///
    /// Who leads the log gets the failure: others may be waiting for it while they hold what is needed here.
    pub(crate) fn with_working_table<T, E>(
        &self,
        is_table_failure: impl Fn(&E) -> bool,
        mut body: impl FnMut() -> Result<T, E>,
    ) -> Result<T, E> {
        let table = self.state.table();
        match body() {
            Err(error) if is_table_failure(&error) && !self.log.is_led_by_me() => {
                let replaced = self.replace_table(&mut self.checkpoints.hold_off(), &table);
                if replaced.is_ok() { body() } else { Err(error) }
            }
            ended => ended,
        }
    }

    /// Makes a table in memory of everything up to the record `last`, which is durable.
    fn read_back(&self, last: RecordId) -> Result<Arc<dyn Table>, StoreError> {
        let (vfs, layout) = (&*self.vfs, &self.layout);
        let snapshot = snapshot::newest(vfs, layout, self.store_id)?.0;
        let start = Start::after(snapshot.as_ref().map(|snapshot| &snapshot.header));
        // Whose record that was is asked only of a table which is still there at the next opening.
        let end = RecordId { lsn: start.snapshot_lsn(), ..RecordId::BEGIN };
        let state = State::new(table::in_memory(snapshot.as_ref(), end)?, usize::MAX);
        let walked = recovery::walk(vfs, layout, self.store_id, start, &mut |found| {
            if found.lsn > start.snapshot_lsn() && found.lsn <= last.lsn {
                state.publish(changes(&found.record, found.lsn), found.id());
            }
            Ok(())
        });
        if state.published() < last.lsn {
            // What is being written meanwhile may look like anything, but it lies behind the last record.
            walked?;
            return Err(StoreError::Table { reason: "the log does not have what it should hold".into() });
        }
        state.drain(Lsn::MAX)?;
        Ok(state.table())
    }
}
