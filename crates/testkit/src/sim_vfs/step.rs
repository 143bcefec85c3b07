//! What can be done to a disk, as a value: done once by a program, and again when a recording is replayed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::disk::Disk;
use super::names::FileId;
use super::plan::Operation;

#[derive(Clone)]
pub(super) enum Step {
    Create(PathBuf),
    Rename {
        from: PathBuf,
        to: PathBuf,
    },
    HardLink {
        from: PathBuf,
        to: PathBuf,
    },
    Remove(PathBuf),
    CreateDirectories(PathBuf),
    SyncDirectory(PathBuf),
    Write {
        file: FileId,
        offset: usize,
        bytes: Arc<[u8]>,
    },
    SetLen {
        file: FileId,
        length: usize,
    },
    SyncFile(FileId),
    /// A sync that failed: what it should have made durable is lost.
    FailToSyncFile(FileId),
    SyncAll(PathBuf),
    FailToSyncAll(PathBuf),
    /// Other bytes, durable at once. No program does that.
    Damage {
        file: FileId,
        bytes: Arc<[u8]>,
    },
}

impl Step {
    pub(super) fn operation(&self) -> Operation {
        match self {
            Self::Create(_) => Operation::Create,
            Self::Rename { .. } => Operation::Rename,
            Self::HardLink { .. } => Operation::HardLink,
            Self::Remove(_) => Operation::Remove,
            Self::CreateDirectories(_) => Operation::CreateDir,
            Self::SyncDirectory(_) => Operation::SyncDir,
            Self::Write { .. } | Self::Damage { .. } => Operation::Write,
            Self::SetLen { .. } => Operation::SetLen,
            Self::SyncFile(_) | Self::FailToSyncFile(_) => Operation::SyncData,
            Self::SyncAll(_) | Self::FailToSyncAll(_) => Operation::SyncAll,
        }
    }

    /// The paths that this is about. Of two, the new one is first.
    pub(super) fn paths(&self, disk: &Disk) -> Vec<PathBuf> {
        let plain = |path: &Path| super::disk::normal(path).unwrap_or_else(|_| path.to_path_buf());
        match self {
            Self::Rename { from, to } | Self::HardLink { from, to } => vec![plain(to), plain(from)],
            Self::Create(path)
            | Self::Remove(path)
            | Self::CreateDirectories(path)
            | Self::SyncDirectory(path)
            | Self::SyncAll(path)
            | Self::FailToSyncAll(path) => vec![plain(path)],
            Self::Write { file, .. }
            | Self::SetLen { file, .. }
            | Self::SyncFile(file)
            | Self::FailToSyncFile(file)
            | Self::Damage { file, .. } => disk.path_of(*file).into_iter().collect(),
        }
    }
}
