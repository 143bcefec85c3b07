//! The kinds of stores, and how each comes back after its process or its machine has ended.

use std::sync::Arc;

use funclet_storage::{Backend, LocalBackend, LocalOptions};
use funclet_testkit::{Keep, SimVfs};

use super::INLINE_BYTES_MAX;
use crate::script::entropy;

/// A kind of store, and how it comes back.
pub(super) trait Kind {
    fn open(&mut self) -> Box<dyn Backend>;
    /// Ends the process, or the machine, and gives back what is there afterwards.
    fn reopen(&mut self, store: Box<dyn Backend>, crash: Option<Keep>) -> Box<dyn Backend>;
}

/// In memory there is nothing to come back to.
pub(super) struct InMemory(pub(super) fn() -> Box<dyn Backend>);

impl Kind for InMemory {
    fn open(&mut self) -> Box<dyn Backend> {
        (self.0)()
    }

    fn reopen(&mut self, store: Box<dyn Backend>, _crash: Option<Keep>) -> Box<dyn Backend> {
        store
    }
}

/// On a simulated disk, with an overlay so small that it is always being drained.
pub(super) struct Simulated {
    pub(super) vfs: SimVfs,
    pub(super) overlay_bytes_max: usize,
}

impl Kind for Simulated {
    fn open(&mut self) -> Box<dyn Backend> {
        let options = LocalOptions::new("store", entropy())
            .vfs(Arc::new(self.vfs.clone()))
            .inline_bytes_max(INLINE_BYTES_MAX)
            .overlay_bytes_max(self.overlay_bytes_max);
        Box::new(LocalBackend::open(&options).unwrap())
    }

    fn reopen(&mut self, store: Box<dyn Backend>, crash: Option<Keep>) -> Box<dyn Backend> {
        match crash {
            Some(keep) => {
                let image = self.vfs.crash(keep);
                drop(store);
                self.vfs = image;
            }
            None => store.close().unwrap(),
        }
        self.open()
    }
}

/// On the real disk with sled. Not being closed stands for a crash.
#[cfg(feature = "sled")]
pub(super) struct Sled<'a>(pub(super) &'a std::path::Path);

#[cfg(feature = "sled")]
impl Kind for Sled<'_> {
    fn open(&mut self) -> Box<dyn Backend> {
        let options = LocalOptions::new(self.0, entropy())
            .table(funclet_storage::TableKind::Sled { cache_bytes: 1 << 20 })
            .inline_bytes_max(INLINE_BYTES_MAX)
            .overlay_bytes_max(300);
        Box::new(LocalBackend::open(&options).unwrap())
    }

    fn reopen(&mut self, store: Box<dyn Backend>, crash: Option<Keep>) -> Box<dyn Backend> {
        store.close().unwrap();
        if crash.is_some() {
            std::fs::remove_file(self.0.join("TABLE")).unwrap();
        }
        drop(store);
        self.open()
    }
}
