//! What a power cut in one moment may leave or not: sectors, lengths, and changes of names.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::content::{Change, Content};
use super::disk::Disk;
use super::names::{FileId, NameChange};
use super::sparse::SparseBytes;

/// What a disk writes whole or not at all.
pub(super) const SECTOR_BYTES: usize = 512;

/// Everything that is not synced.
pub(super) struct Unsynced {
    pub(super) files: Vec<UnsyncedFile>,
    /// The sectors of all files in whose bytes it makes a difference what is left, file by file.
    pub(super) sectors: Vec<Sector>,
    /// The changes of names, in order.
    pub(super) renamings: Vec<NameChange>,
}

/// A file with changes that are not synced.
pub(super) struct UnsyncedFile {
    pub(super) id: FileId,
    pub(super) path: String,
    pub(super) synced: SparseBytes,
    /// The bytes with all the changes, but without what a failed sync has lost.
    pub(super) full: SparseBytes,
    /// The length after each of the changes.
    pub(super) lengths: Vec<usize>,
    /// The last change, if it is a write.
    pub(super) last_write: Option<LastWrite>,
}

/// A write, and the bytes that the file had before it.
pub(super) struct LastWrite {
    pub(super) before: SparseBytes,
    pub(super) offset: usize,
    pub(super) bytes: Arc<[u8]>,
}

/// A sector of a file.
pub(super) struct Sector {
    /// The position of the file in [`Unsynced::files`].
    pub(super) file: usize,
    pub(super) number: usize,
    /// The bytes as synced, and then as each change left them, without those that make no difference. At least two.
    pub(super) versions: Vec<SectorBytes>,
}

type SectorBytes = [u8; SECTOR_BYTES];

impl Unsynced {
    pub(super) fn of(disk: &Disk) -> Self {
        let (mut files, mut sectors) = (Vec::new(), Vec::new());
        for (id, content) in disk.unsynced_files() {
            let (file, versions) = UnsyncedFile::of(disk, id, content);
            let number_of_file = files.len();
            sectors.extend(versions.into_iter().map(|(number, versions)| Sector {
                file: number_of_file,
                number,
                versions,
            }));
            files.push(file);
        }
        Self { files, sectors, renamings: disk.renamings().to_vec() }
    }
}

impl UnsyncedFile {
    fn of(disk: &Disk, id: FileId, content: &Content) -> (Self, BTreeMap<usize, Vec<SectorBytes>>) {
        let path =
            disk.path_of(id).map_or("a file without a name".to_owned(), |path| path.display().to_string());
        let mut full = content.synced.clone();
        let (mut versions, mut lengths, mut last_write) = (BTreeMap::new(), Vec::new(), None);
        for change in &content.unsynced {
            let before = full.clone();
            change.apply(&mut full);
            lengths.push(full.len());
            note_versions(change, &before, &full, &mut versions);
            last_write = match change {
                Change::Resized(_) => None,
                Change::Written { offset, bytes } => {
                    Some(LastWrite { before, offset: *offset, bytes: Arc::clone(bytes) })
                }
            };
        }
        (Self { id, path, synced: content.synced.clone(), full, lengths, last_write }, versions)
    }

    /// The least length that the file ever had since its last sync. The bytes up to there never went away.
    pub(super) fn length_min(&self) -> usize {
        self.lengths.iter().copied().fold(self.synced.len(), usize::min)
    }

    /// The greatest length that the file ever had since its last sync.
    pub(super) fn length_max(&self) -> usize {
        self.lengths.iter().copied().fold(self.synced.len(), usize::max)
    }
}

impl Sector {
    pub(super) fn start(&self) -> usize {
        self.number * SECTOR_BYTES
    }

    pub(super) fn end(&self) -> usize {
        self.start() + SECTOR_BYTES
    }
}

/// Adds the bytes of all sectors that a change has changed.
fn note_versions(
    change: &Change,
    before: &SparseBytes,
    after: &SparseBytes,
    versions: &mut BTreeMap<usize, Vec<SectorBytes>>,
) {
    let (start, end) = match change {
        Change::Resized(length) => (*length, before.len()),
        Change::Written { offset, bytes } => (*offset, offset + bytes.len()),
    };
    for number in start / SECTOR_BYTES..end.div_ceil(SECTOR_BYTES) {
        let (old, new) = (sector_of(before, number), sector_of(after, number));
        if old != new {
            versions.entry(number).or_insert_with(|| vec![old]).push(new);
        }
    }
}

fn sector_of(bytes: &SparseBytes, number: usize) -> SectorBytes {
    let mut sector = [0; SECTOR_BYTES];
    bytes.read(&mut sector, number * SECTOR_BYTES);
    sector
}
