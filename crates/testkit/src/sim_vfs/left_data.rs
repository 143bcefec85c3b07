//! What a power cut leaves of the data that is not synced.

use std::collections::BTreeMap;

use super::names::FileId;
use super::sparse::SparseBytes;
use super::unsynced::{Sector, Unsynced, UnsyncedFile};
use crate::entropy::SplitMix;

/// What is left of the data. Files and sectors go by their positions in [`Unsynced`].
#[derive(Debug, Clone, Copy)]
pub(super) enum LeftData {
    Nothing,
    Everything,
    /// All but one sector.
    Without(usize),
    /// One sector.
    Only(usize),
    /// Everything, but of the last write to a file only the first bytes. `grown`: the file has its length nevertheless.
    Torn {
        file: usize,
        bytes: usize,
        grown: bool,
    },
    /// Everything, but one file has another length, and `kept` says whether it has its data.
    Length {
        file: usize,
        length: usize,
        kept: bool,
    },
    /// What a random generator with this seed says.
    Drawn(u64),
}

impl LeftData {
    /// The bytes of each file that has changes; none of these if everything is left.
    pub(super) fn of_files(self, unsynced: &Unsynced) -> BTreeMap<FileId, SparseBytes> {
        if let Self::Everything = self {
            return BTreeMap::new();
        }
        let files = unsynced.files.iter().enumerate();
        files.map(|(number, file)| (file.id, self.of_file(number, file, &unsynced.sectors))).collect()
    }

    fn of_file(self, number: usize, file: &UnsyncedFile, sectors: &[Sector]) -> SparseBytes {
        let (synced, full) = (file.synced.clone(), file.full.clone());
        let own = |sector: &&Sector| sector.file == number;
        match self {
            Self::Nothing => synced,
            Self::Without(at) => match sectors.get(at).filter(own) {
                Some(sector) => of_length(file.full.len(), with_version(full, sector, 0)),
                None => full,
            },
            Self::Only(at) => match sectors.get(at).filter(own) {
                Some(sector) => {
                    let length = file.length_with(sector);
                    of_length(length, with_version(synced, sector, sector.versions.len() - 1))
                }
                None => synced,
            },
            Self::Torn { file: at, bytes, grown } if at == number => torn(file, bytes, grown),
            Self::Length { file: at, length, kept } if at == number => {
                of_length(length, if kept { full } else { synced })
            }
            Self::Drawn(seed) => drawn(seed, number, file, sectors),
            Self::Everything | Self::Torn { .. } | Self::Length { .. } => full,
        }
    }

    /// Tells people what is left.
    pub(super) fn describe(self, unsynced: &Unsynced) -> String {
        let path = |file: usize| unsynced.files.get(file).map_or("", |file| file.path.as_str());
        let sector = |at: usize| {
            let sector = unsynced.sectors.get(at);
            sector.map_or_else(String::new, |sector| {
                format!("sector {} of {}", sector.number, path(sector.file))
            })
        };
        match self {
            Self::Nothing => "no data".to_owned(),
            Self::Everything => "all data".to_owned(),
            Self::Without(at) => format!("all data but {}", sector(at)),
            Self::Only(at) => format!("of the data only {}", sector(at)),
            Self::Torn { file, bytes, grown } => {
                let write = unsynced.files.get(file).and_then(|file| file.last_write.as_ref());
                let (length, offset) = write.map_or((0, 0), |write| (write.bytes.len(), write.offset));
                let end = if grown { ", and zeros up to its length" } else { "" };
                let path = path(file);
                format!("all data, but of {length} bytes written at {offset} of {path} only {bytes}{end}")
            }
            Self::Length { file, length, kept } => {
                let own = if kept { "its data" } else { "none of its data" };
                format!("all data, but {} with {own} and a length of {length}", path(file))
            }
            Self::Drawn(seed) => format!("data drawn with {seed:#x}"),
        }
    }
}

impl UnsyncedFile {
    /// The least length that the file must have for a sector to be there.
    fn length_with(&self, sector: &Sector) -> usize {
        self.synced.len().max(sector.end().min(self.length_max()))
    }
}

/// A random set of the sectors of a file, each with the bytes after any of its writes, and any of the file's lengths.
fn drawn(seed: u64, number: usize, file: &UnsyncedFile, sectors: &[Sector]) -> SparseBytes {
    // All files of the image are as dense; nothing else about them is the same.
    let density = density(&SplitMix::new(seed));
    let random = SplitMix::new(seed.wrapping_mul(31).wrapping_add(number as u64));
    let (mut bytes, mut length) = (file.synced.clone(), file.synced.len());
    for sector in sectors.iter().filter(|sector| sector.file == number) {
        if random.happens(density) {
            // The newest bytes half the time: an older write alone is rarer.
            let newest = sector.versions.len() - 1;
            let version = if random.happens(0.5) { newest } else { 1 + random.below(newest) };
            bytes = with_version(bytes, sector, version);
            length = length.max(file.length_with(sector));
        }
    }
    let any = file.lengths.get(random.below(file.lengths.len())).copied();
    of_length(random.pick([file.full.len(), length, file.synced.len(), any.unwrap_or(length)]), bytes)
}

/// How likely a change is left in a random set: sets are sparse, even or dense.
pub(super) fn density(random: &SplitMix) -> f64 {
    random.pick([0.125, 0.5, 0.875])
}

fn torn(file: &UnsyncedFile, kept: usize, grown: bool) -> SparseBytes {
    let Some(write) = &file.last_write else { return file.full.clone() };
    let mut bytes = write.before.clone();
    if kept > 0 {
        bytes.write(write.bytes.get(..kept).unwrap_or(&write.bytes), write.offset);
    }
    let length = if grown { file.full.len() } else { bytes.len() };
    of_length(length, bytes)
}

/// Gives a sector the bytes of one of its versions; the length may become wrong.
fn with_version(mut bytes: SparseBytes, sector: &Sector, version: usize) -> SparseBytes {
    if let Some(version) = sector.versions.get(version) {
        bytes.write(version, sector.start());
    }
    bytes
}

fn of_length(length: usize, mut bytes: SparseBytes) -> SparseBytes {
    bytes.set_len(length);
    bytes
}
