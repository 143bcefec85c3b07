//! Disks that a power cut may leave, and how each is built.

use super::SimVfs;
use super::disk::Disk;
use super::left_data::LeftData;
use super::left_names::LeftNames;
use super::unsynced::Unsynced;

/// A disk that a power cut may leave.
///
/// A disk writes sectors of 512 bytes whole or not at all, keeps a file's bytes for sure only after a sync of the file, and
/// a name only after a sync of its directory. Everything else is open, so the images of a [`Moment`](super::Moment) are:
///
/// - nothing of what is not synced is there, and everything is;
/// - one sector is missing, or is the only one that is there; a missing sector has its synced bytes, or zeros;
/// - a random set of sectors is there, each with the bytes after any of its writes;
/// - of a file's last write there is only the beginning, to the end of a sector or to any byte;
/// - a file has another length: zeros where it has grown, with the rest there, or not grown at all;
/// - of the changes of names one is missing, or is the only one, or only the first few are there, or a random set. A rename
///   within a directory is one change, a rename into another one is two: the new name, and the end of the old one. Each of
///   these comes with all data, with none, and with a random set of it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CrashImage {
    /// The number of the image in its moment, from 0.
    pub number: usize,
    /// How the image was built, for people.
    pub what: String,
    /// The disk.
    pub vfs: SimVfs,
    pub(super) digest: u128,
}

/// How an image is built.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recipe {
    pub(super) data: LeftData,
    pub(super) names: LeftNames,
}

impl Recipe {
    pub(super) fn build(self, disk: &Disk, unsynced: &Unsynced) -> Disk {
        let files = self.data.of_files(unsynced);
        let changes = self.names.of(&unsynced.renamings);
        disk.remains(
            &|path, directory| {
                let mut names = directory.durable.clone();
                let here = changes.iter().filter(|change| change.directory == path);
                here.for_each(|change| change.apply(&mut names));
                names
            },
            &|id, content| match files.get(&id) {
                Some(bytes) => bytes.clone(),
                // Without changes, these differ only by what a failed sync has lost.
                None if matches!(self.data, LeftData::Everything) => content.current.clone(),
                None => content.synced.clone(),
            },
        )
    }

    /// Tells people how the image is built.
    pub(super) fn describe(self, unsynced: &Unsynced) -> String {
        let (data, names) = (self.data.describe(unsynced), self.names.describe(&unsynced.renamings));
        match (unsynced.files.is_empty(), unsynced.renamings.is_empty()) {
            (true, true) => "everything is synced".to_owned(),
            (true, false) => names,
            (false, true) => data,
            (false, false) => format!("{data}; {names}"),
        }
    }
}
