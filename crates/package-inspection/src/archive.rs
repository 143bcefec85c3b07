//! The directory of an archive. Nothing else names the `zip` crate.
//!
//! Entries are taken one at a time from the archive's central directory: no index is built, so memory does not grow
//! with what an archive announces, and two entries of one name stay two. The crate's usual reader keeps one of them,
//! and so the sum of sizes could be hidden behind equal names. The reader used here is among those that the crate calls
//! unstable: should an update change it, this file is the only one to follow.

use std::io::{Read, Seek};

use zip::read::{Config, ZipFileEntry};
use zip::result::ZipError;
use zip::unstable::read::ZipIterable;

use crate::error::{InspectError, Refusal};
use crate::metered_reader::MeteredReader;
use crate::report::EntryFacts;

/// How much of a package may be read to find the directory.
///
/// A well-formed package needs at most its last 64 KiB twice (the search for the end record, the comment behind it)
/// and a few bytes at the directory. The bound is what keeps the search linear: zip 9.8.1 takes 26 seconds and 160 MiB
/// for a package of 4 MiB full of ZIP64 signatures, and four times as long for twice the size. An archive whose
/// directory does not lie where the end record has it, and farther than this away, is refused.
const SEARCH_BYTES_MAX: u64 = 256 * 1024;

/// How every entry in the directory begins.
const ENTRY_SIGNATURE: [u8; 4] = *b"PK\x01\x02";

/// General purpose bits 0 (encrypted), 6 (strong encryption) and 13 (masked headers).
const ENCRYPTION_FLAGS: u16 = 1 | 1 << 6 | 1 << 13;

/// Calls `visit` with each entry of the archive in the first `length` bytes of `package`, in the directory's order.
///
/// # Errors
///
/// [`Refusal::NotAZip`] if the directory cannot be found or read, or lists more entries than it announces;
/// [`Refusal::TooManyEntries`] if it announces more than `entries_max`, before the first is visited;
/// [`InspectError::Io`] if `package` fails.
pub(crate) fn visit_entries<R: Read + Seek>(
    package: &mut R,
    length: u64,
    entries_max: u64,
    mut visit: impl FnMut(EntryFacts),
) -> Result<(), InspectError> {
    let mut reader = MeteredReader::new(package, length, SEARCH_BYTES_MAX);
    let walked = walk(&mut reader, length, entries_max, &mut visit);
    // The zip crate reports, or swallows, a failing disk as a fault of the archive.
    match reader.take_failure() {
        Some(failure) => Err(InspectError::Io(failure)),
        None => Ok(walked?),
    }
}

fn walk<R: Read + Seek>(
    reader: &mut MeteredReader<'_, R>,
    length: u64,
    entries_max: u64,
    visit: &mut impl FnMut(EntryFacts),
) -> Result<(), Refusal> {
    let mut archive = ZipIterable::try_new(reader, Config::default()).map_err(not_a_zip)?;
    if archive.len() as u64 > entries_max {
        return Err(Refusal::TooManyEntries { limit: entries_max });
    }
    let entries = archive.files().map_err(not_a_zip)?;
    // Entries follow one another and lie inside the package, so the walk reads no byte twice.
    entries.reader_mut().allow(length);
    for entry in entries.by_ref() {
        visit(facts(&entry.map_err(not_a_zip)?));
    }
    if at_another_entry(*entries.reader_mut())? {
        return Err(Refusal::NotAZip {
            reason: "the directory lists more entries than it announces".to_owned(),
        });
    }
    Ok(())
}

/// Returns whether one more entry begins where the last one ended; a reader that trusts the signatures and not the
/// count would read it.
fn at_another_entry(reader: &mut impl Read) -> Result<bool, Refusal> {
    let mut signature = Vec::with_capacity(ENTRY_SIGNATURE.len());
    match reader.take(ENTRY_SIGNATURE.len() as u64).read_to_end(&mut signature) {
        Ok(_) => Ok(signature == ENTRY_SIGNATURE),
        Err(error) => Err(not_a_zip(error.into())),
    }
}

fn facts(entry: &ZipFileEntry<'_>) -> EntryFacts {
    EntryFacts {
        name: entry.name_raw().to_vec(),
        zipped_size: entry.compressed_size(),
        unzipped_size: entry.size(),
        method: entry.compression().into_compression().as_u16(),
        encrypted: entry.flags().as_u16() & ENCRYPTION_FLAGS != 0,
    }
}

fn not_a_zip(error: ZipError) -> Refusal {
    let reason = match error {
        ZipError::Io(error) => error.to_string(),
        ZipError::InvalidArchive(reason) => reason.into_owned(),
        other => other.to_string(),
    };
    Refusal::NotAZip { reason }
}
