//! The group commit under schedules that are drawn at random.
//!
//! Goal: in whatever order threads get on, nobody waits for ever, nobody is told too early, and nobody is forgotten.
//! Method: shuttle runs the threads of a scene one at a time, and decides at every lock, signal, atomic and operation of
//! the disk who goes on. It sees its own locks only, so the files of the log are compiled here a second time, with
//! [`sync`] in the place of `src/sync.rs`. That makes this a crate of its own beside `tests/it`.
//!
//! A failure prints its schedule; docs/testing.md says how to repeat it and how to draw more of them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod disk;
mod scenes;
mod sync;
mod wal;
mod world;

#[path = "../../src/planted.rs"]
#[expect(dead_code, unreachable_pub, unused_imports, reason = "nothing is planted here")]
mod planted;

#[path = "../../src/error.rs"]
#[expect(dead_code, unreachable_pub, reason = "the log needs a part of it")]
mod error;

/// What the log needs of the rest of the crate, which has no part in the group commit.
use funclet_storage::{BlobDigest, limits};

mod digest {
    pub(crate) use funclet_storage::BlobDigest;
}

#[path = "../../src/txn.rs"]
#[expect(dead_code, unreachable_pub, reason = "the log asks for numbers and names of transactions only")]
mod txn;

mod vfs {
    use std::path::PathBuf;

    pub(crate) use funclet_storage::{Vfs, VfsFile};

    #[derive(Clone)]
    pub(crate) struct Layout {
        pub(crate) root: PathBuf,
    }

    impl Layout {
        pub(crate) fn wal(&self) -> PathBuf {
            self.root.join("wal")
        }

        pub(crate) fn tmp(&self) -> PathBuf {
            self.root.join("tmp")
        }
    }
}

mod blob {
    use crate::wal::writer::PlacedBlob;

    /// Nobody asks for a blob here.
    pub(crate) struct FileBlobs;

    impl FileBlobs {
        pub(crate) fn place(&self, _blob: PlacedBlob) {}
    }
}
