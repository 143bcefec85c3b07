//! Moves what is durable from the overlay to the table.

use std::sync::Arc;

use crate::error::StoreError;
use crate::full_view::{Entries, FullView};
use crate::overlay::{self, Overlay};
use crate::sync::thread;
use crate::sync::{Mutex, MutexGuard, RwLock};
use crate::table::{Change, ClosedTable, Extent, Table};
use crate::txn::{Lsn, RecordId};
use crate::value::Value;

/// How much makes a drain worth its cost: the newest value per key is all that goes to the table.
const DRAIN_BYTES: usize = 4 << 20;
/// How much is moved at once; between two moves readers and writers get their turn. A table answers nobody while it takes
/// a part, and whoever commits reads: sled takes about 30 microseconds an entry.
const PART_BYTES: usize = 16 << 10;

/// The current state: two layers of what is newer, before the table.
pub(crate) struct State {
    layers: RwLock<Layers>,
    /// Held while something moves, so that two moves do not cross, and while a checkpoint reads the table, so that the
    /// table stands still.
    moving: Mutex<()>,
    overlay_bytes_max: usize,
}

struct Layers {
    /// Takes what is written.
    active: Overlay,
    /// On its way to the table.
    frozen: Option<Arc<Overlay>>,
    /// The last record of the frozen layer: with it, the table is the state after that record.
    frozen_at: RecordId,
    /// The last record that is visible.
    published: RecordId,
    table: Arc<dyn Table>,
}

impl State {
    /// A state that has nothing beyond its table.
    pub(crate) fn new(table: Arc<dyn Table>, overlay_bytes_max: usize) -> Self {
        let Extent { applied, reached } = table.extent();
        // What a table holds beyond `applied` is published again before it can be asked for.
        let at = RecordId { lsn: applied, txn: reached.txn };
        let layers = Layers { active: Overlay::default(), frozen: None, frozen_at: at, published: at, table };
        Self { layers: RwLock::new(layers), moving: Mutex::new(()), overlay_bytes_max }
    }

    pub(crate) fn table(&self) -> Arc<dyn Table> {
        Arc::clone(&self.layers.read().table)
    }

    /// Returns the last record that is visible.
    pub(crate) fn published(&self) -> Lsn {
        self.layers.read().published.lsn
    }

    /// Lets go of the table, so that the store can be opened again while this one still exists. Reads fail from now on.
    pub(crate) fn close(&self) {
        let mut layers = self.layers.write();
        (layers.active, layers.frozen) = (Overlay::default(), None);
        layers.table = Arc::new(ClosedTable);
    }

    /// Runs `body` on one state; no commit becomes visible meanwhile.
    pub(crate) fn with_view<T>(&self, body: impl FnOnce(&dyn FullView) -> T) -> T {
        body(&*self.layers.read())
    }

    /// Makes a transaction visible, all of it at once.
    pub(crate) fn publish(&self, changes: impl Iterator<Item = Change>, record: RecordId) {
        let mut layers = self.layers.write();
        for (key, value) in changes {
            layers.active.insert(key, value, record.lsn);
        }
        layers.published = record;
    }

    /// Returns how many bytes wait for the table.
    pub(crate) fn overlay_bytes(&self) -> usize {
        let layers = self.layers.read();
        layers.active.bytes() + layers.frozen.as_ref().map_or(0, |frozen| frozen.bytes())
    }

    /// Whether writers must wait for a drain.
    pub(crate) fn is_over_bound(&self) -> bool {
        self.overlay_bytes() > self.overlay_bytes_max
    }

    /// Whether there is enough to make a drain worth its cost.
    pub(crate) fn is_drain_due(&self) -> bool {
        self.overlay_bytes() > DRAIN_BYTES.min(self.overlay_bytes_max)
    }

    /// Moves what can be moved: the layer that is on its way, if it is durable, and then the next one.
    ///
    /// # Errors
    /// That of the table. What was not applied stays in the overlay.
    pub(crate) fn drain(&self, durable: Lsn) -> Result<(), StoreError> {
        self.drain_holding(&self.moving.lock(), durable)
    }

    /// Like [`State::drain`], unless somebody is at it.
    pub(crate) fn try_drain(&self, durable: Lsn) -> Result<(), StoreError> {
        self.moving.try_lock().map_or(Ok(()), |moving| self.drain_holding(&moving, durable))
    }

    fn drain_holding(&self, moving: &MutexGuard<'_, ()>, durable: Lsn) -> Result<(), StoreError> {
        if self.freeze() <= durable {
            self.apply_frozen(moving)?;
            if self.freeze() <= durable {
                self.apply_frozen(moving)?;
            }
        }
        Ok(())
    }

    /// Brings the table to the state of this moment, once that is durable, and keeps it there while the returned value
    /// lives.
    ///
    /// # Errors
    /// That of `until_durable` or of the table.
    pub(crate) fn stand_still(
        &self,
        until_durable: &dyn Fn(Lsn) -> Result<(), StoreError>,
    ) -> Result<Still<'_>, StoreError> {
        let moving = self.moving.lock();
        until_durable(self.freeze())?;
        self.apply_frozen(&moving)?;
        // What was frozen before may have been older than this moment.
        let lsn = self.freeze();
        until_durable(lsn)?;
        self.apply_frozen(&moving)?;
        Ok(Still { table: self.table(), lsn, _moving: moving })
    }

    /// Puts another table in the place of one that failed, while nothing moves. It has to hold exactly the records up to
    /// what the layers were frozen at.
    pub(crate) fn replace_table(
        &self,
        make: impl FnOnce(RecordId) -> Result<Arc<dyn Table>, StoreError>,
        failed: &Arc<dyn Table>,
    ) -> Result<(), StoreError> {
        let _moving = self.moving.lock();
        let (current, below) = {
            let layers = self.layers.read();
            // A frozen layer is above the table; with none, the table is at what was frozen last.
            (Arc::clone(&layers.table), layers.frozen_at)
        };
        if !Arc::ptr_eq(&current, failed) {
            // Somebody else was faster.
            return Ok(());
        }
        let made = make(below)?;
        let mut layers = self.layers.write();
        layers.frozen = None;
        layers.table = made;
        Ok(())
    }

    /// Ends the active layer, unless another one is on its way. Returns the last record below the active layer.
    fn freeze(&self) -> Lsn {
        let mut layers = self.layers.write();
        if layers.frozen.is_none() {
            layers.frozen = Some(Arc::new(std::mem::take(&mut layers.active)));
            layers.frozen_at = layers.published;
        }
        layers.frozen_at.lsn
    }

    /// Applies the frozen layer, which is durable, in parts.
    ///
    /// The table is whole again only with the last part: replaying everything above it gives the same table again.
    fn apply_frozen(&self, _moving: &MutexGuard<'_, ()>) -> Result<(), StoreError> {
        let (frozen, at, table) = {
            let layers = self.layers.read();
            let Some(frozen) = layers.frozen.clone() else { return Ok(()) };
            (frozen, layers.frozen_at, Arc::clone(&layers.table))
        };
        let (before, after) = (Extent { applied: table.applied(), reached: at }, Extent::whole(at));
        frozen.in_parts(PART_BYTES, |part, is_last| {
            table.apply(part, if is_last { after } else { before })?;
            // Whoever moves the table keeps a core busy; who commits needs it for a moment only.
            thread::yield_now();
            Ok(())
        })?;
        if table.applied() != at.lsn {
            // There was nothing to apply: only the mark moves.
            table.apply(Vec::new(), after)?;
        }
        self.layers.write().frozen = None;
        Ok(())
    }
}

/// A table that stands still: the state after the record `lsn`, all of it durable.
pub(crate) struct Still<'a> {
    pub(crate) table: Arc<dyn Table>,
    pub(crate) lsn: Lsn,
    _moving: MutexGuard<'a, ()>,
}

impl Layers {
    fn overlays(&self) -> Vec<&Overlay> {
        std::iter::once(&self.active).chain(self.frozen.as_deref()).collect()
    }
}

impl FullView for Layers {
    fn get(&self, full_key: &[u8]) -> Result<(Option<Value>, Lsn), StoreError> {
        let newer = self.active.get(full_key).or_else(|| self.frozen.as_ref()?.get(full_key));
        match newer {
            Some(entry) => Ok((entry.value.clone(), entry.lsn)),
            None => Ok((self.table.get(full_key)?, 0)),
        }
    }

    fn scan(
        &self,
        full_prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<(Entries, Lsn), StoreError> {
        overlay::scan(&self.overlays(), &*self.table, full_prefix, after, limit)
    }
}
