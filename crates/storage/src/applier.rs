//! Moves what is durable from the overlay to the table.

use std::sync::Arc;

use crate::error::StoreError;
use crate::overlay::Overlay;
use crate::snapshot::{Entries, Snapshot};
use crate::sync::{Condvar, Mutex, RwLock};
use crate::table::{Change, ClosedTable, Table};
use crate::txn::Lsn;
use crate::value::Value;

/// How much is moved at once; between two moves readers and writers get their turn.
const DRAIN_BYTES: usize = 4 << 20;

/// The current state: the overlay before the table.
pub(crate) struct State {
    layers: RwLock<Layers>,
    /// Held while a drain runs, so that two drains do not cross.
    draining: Mutex<()>,
    overlay_bytes_max: usize,
}

impl State {
    pub(crate) fn new(table: Arc<dyn Table>, overlay_bytes_max: usize) -> Self {
        let layers = Layers { overlay: Overlay::default(), table };
        Self { layers: RwLock::new(layers), draining: Mutex::new(()), overlay_bytes_max }
    }

    pub(crate) fn table(&self) -> Arc<dyn Table> {
        Arc::clone(&self.layers.read().table)
    }

    /// Lets go of the table, so that the store can be opened again while this one still exists. Reads fail from now on.
    pub(crate) fn close(&self) {
        let mut layers = self.layers.write();
        *layers = Layers { overlay: Overlay::default(), table: Arc::new(ClosedTable) };
    }

    /// Runs `body` on one state; no commit becomes visible meanwhile.
    pub(crate) fn with_snapshot<T>(&self, body: impl FnOnce(&dyn Snapshot) -> T) -> T {
        body(&*self.layers.read())
    }

    /// Makes a transaction visible, all of it at once.
    pub(crate) fn publish(&self, changes: impl Iterator<Item = Change>, lsn: Lsn) {
        let mut layers = self.layers.write();
        for (key, value) in changes {
            layers.overlay.insert(key, value, lsn);
        }
    }

    pub(crate) fn overlay_bytes(&self) -> usize {
        self.layers.read().overlay.bytes()
    }

    /// Whether writers must wait for a drain.
    pub(crate) fn is_over_bound(&self) -> bool {
        self.overlay_bytes() > self.overlay_bytes_max
    }

    /// Whether there is enough to make a drain worth its cost.
    pub(crate) fn is_drain_due(&self) -> bool {
        self.overlay_bytes() > DRAIN_BYTES.min(self.overlay_bytes_max)
    }

    /// Applies what is durable up to `durable`, in pieces.
    ///
    /// The table's own mark moves only with a piece that leaves nothing behind: replaying everything above it then gives
    /// the same table again.
    pub(crate) fn drain(&self, durable: Lsn) -> Result<(), StoreError> {
        let _one_at_a_time = self.draining.lock();
        let table = self.table();
        loop {
            let mut drained = self.layers.read().overlay.durable_entries(durable, DRAIN_BYTES);
            if drained.is_empty() {
                return Ok(());
            }
            let applied = if drained.complete { durable } else { table.applied() };
            table.apply(std::mem::take(&mut drained.changes), applied)?;
            self.layers.write().overlay.forget(&drained);
        }
    }
}

struct Layers {
    overlay: Overlay,
    table: Arc<dyn Table>,
}

impl Snapshot for Layers {
    fn get(&self, full_key: &[u8]) -> Result<(Option<Value>, Lsn), StoreError> {
        self.overlay.get(&*self.table, full_key)
    }

    fn scan(
        &self,
        full_prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<(Entries, Lsn), StoreError> {
        self.overlay.scan(&*self.table, full_prefix, after, limit)
    }
}

/// Wakes the maintenance thread.
#[derive(Default)]
pub(crate) struct Signal {
    raised: Mutex<Raised>,
    changed: Condvar,
}

#[derive(Default, Clone, Copy)]
struct Raised {
    work: bool,
    stop: bool,
}

impl Signal {
    pub(crate) fn raise(&self) {
        self.raised.lock().work = true;
        self.changed.notify_one();
    }

    pub(crate) fn stop(&self) {
        self.raised.lock().stop = true;
        self.changed.notify_one();
    }

    /// Waits for work; false when it is time to stop.
    pub(crate) fn wait(&self) -> bool {
        let mut raised = self.raised.lock();
        while !raised.work && !raised.stop {
            self.changed.wait(&mut raised);
        }
        raised.work = false;
        !raised.stop
    }
}
