//! Which table a store opens with.

use std::sync::Arc;

use crate::error::StoreError;
use crate::options::TableKind;
use crate::snapshot::Snapshot;
use crate::table::{Extent, MemoryTable, Table};
use crate::txn::{Lsn, RecordId};

/// What a table has to agree with.
#[cfg_attr(not(feature = "sled"), expect(dead_code, reason = "a table in memory is always made anew"))]
pub(crate) struct Truth<'a> {
    pub(crate) layout: &'a crate::vfs::Layout,
    pub(crate) store_id: crate::identity::StoreId,
    pub(crate) snapshot: Option<&'a Snapshot>,
    /// The record that the snapshot stands for.
    pub(crate) snapshot_end: RecordId,
    /// The last record of the log.
    pub(crate) last: Lsn,
    /// The record that the mark of a clean close names.
    pub(crate) marked: Option<Lsn>,
    /// Whether a table that was there before has turned out to be none of this log.
    pub(crate) distrusted: bool,
}

/// How much goes to the table at once.
const PART_BYTES: usize = 256 << 10;

/// Opens the table of a store: the one that is there, if it agrees with snapshot and log, or else a new one with what the
/// snapshot says.
///
/// After a clean close the mark vouches for it. After any other end all of it is read and has to add up.
pub(crate) fn open(kind: TableKind, truth: &Truth<'_>) -> Result<Arc<dyn Table>, StoreError> {
    match kind {
        TableKind::Memory => in_memory(truth.snapshot, truth.snapshot_end),
        #[cfg(feature = "sled")]
        TableKind::Sled { cache_bytes } => in_sled(cache_bytes, truth),
    }
}

/// A table in memory with what the snapshot says.
pub(crate) fn in_memory(snapshot: Option<&Snapshot>, end: RecordId) -> Result<Arc<dyn Table>, StoreError> {
    let table = MemoryTable::default();
    fill(&table, snapshot, end)?;
    Ok(Arc::new(table))
}

#[cfg(feature = "sled")]
fn in_sled(cache_bytes: u64, truth: &Truth<'_>) -> Result<Arc<dyn Table>, StoreError> {
    use crate::table::SledTable;
    let path = truth.layout.table();
    if !truth.distrusted
        && let Ok(table) = SledTable::open(&path, truth.store_id, cache_bytes)
    {
        let Extent { applied, reached } = table.extent();
        let within = truth.snapshot_end.lsn <= applied && applied <= reached.lsn && reached.lsn <= truth.last;
        if within && (truth.marked == Some(applied) || table.verify(truth.last).is_ok()) {
            return Ok(Arc::new(table));
        }
    }
    SledTable::remove(&path)?;
    let table = SledTable::open(&path, truth.store_id, cache_bytes)?;
    fill(&table, truth.snapshot, truth.snapshot_end)?;
    Ok(Arc::new(table))
}

/// Brings what the snapshot after the record `end` says into an empty table. It is whole with the last part.
fn fill(table: &dyn Table, snapshot: Option<&Snapshot>, end: RecordId) -> Result<(), StoreError> {
    let Some(snapshot) = snapshot else { return Ok(()) };
    let (mut part, mut bytes) = (Vec::new(), 0);
    snapshot.entries(&mut |key, value| {
        bytes += key.len() + value.as_bytes().len();
        part.push((key, Some(value)));
        if bytes < PART_BYTES {
            return Ok(());
        }
        bytes = 0;
        table.apply(std::mem::take(&mut part), Extent { applied: 0, reached: end })
    })?;
    table.apply(part, Extent::whole(end))
}
