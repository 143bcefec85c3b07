//! The inspection of one package.

use std::io::{self, ErrorKind, Read, Seek, SeekFrom};

use crate::archive::visit_entries;
use crate::digest::{Hasher, Sha256Digest};
use crate::error::{InspectError, Refusal};
use crate::limits::Limits;
use crate::report::{EntryFacts, Report};

/// The compression methods that the service is known to extract: stored and deflate.
const METHODS: [u16; 2] = [0, 8];

/// How a package is to be inspected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InspectOptions {
    /// The package's SHA-256, from whoever already has it, mostly from a [`Hasher`] through which the package came
    /// in. It is believed. With `None`, the default, the bytes are read once more to compute it.
    pub digest: Option<Sha256Digest>,
    /// What the package may measure.
    pub limits: Limits,
}

/// Inspects a package and returns what it is, or why it is refused.
///
/// The whole of `package` is taken as the archive, wherever its position is; the position afterwards is unspecified.
/// The archive's directory is read and nothing is extracted. As the service does, the inspection accepts bytes before
/// the archive and behind it. What is checked first is what is answered first: the size of the archive, whether it is
/// one, whether it has entries, their declared sizes, and whether each can be extracted at all. A refused package is
/// not hashed.
///
/// Memory holds one entry at a time and never grows with what the package announces; 64 KiB of the package are in
/// memory while it is hashed. The bytes are read once for that, and those of the directory once more.
///
/// ```
/// use std::io::Cursor;
/// use funclet_package_inspection::{inspect, InspectError, InspectOptions, Refusal};
///
/// // An end record and nothing before it.
/// let empty = [&b"PK\x05\x06"[..], &[0; 18]].concat();
/// let error = inspect(Cursor::new(empty), &InspectOptions::default()).unwrap_err();
/// assert_eq!(error.refusal(), Some(&Refusal::Empty));
/// ```
///
/// # Errors
///
/// [`InspectError::Refused`] with the first [`Refusal`] that applies; [`InspectError::Io`] if `package` cannot be
/// read.
pub fn inspect<R: Read + Seek>(mut package: R, options: &InspectOptions) -> Result<Report, InspectError> {
    let limits = &options.limits;
    let code_size = package.seek(SeekFrom::End(0))?;
    if code_size > limits.zipped_bytes_max {
        return Err(Refusal::ZippedTooLarge { limit: limits.zipped_bytes_max }.into());
    }
    let mut tally = Tally::default();
    visit_entries(&mut package, code_size, limits.entries_max, |entry| tally.add(entry))?;
    let largest_entry = tally.largest_entry.ok_or(Refusal::Empty)?;
    if tally.unzipped_size >= limits.unzipped_bytes_max {
        return Err(Refusal::UnzippedTooLarge { limit: limits.unzipped_bytes_max }.into());
    }
    if let Some(refusal) = tally.not_extractable {
        return Err(refusal.into());
    }
    let code_sha256 = match options.digest {
        Some(digest) => digest,
        None => hash(&mut package, code_size)?,
    };
    Ok(Report {
        code_sha256,
        code_size,
        unzipped_size: tally.unzipped_size,
        entry_count: tally.entry_count,
        file_count: tally.file_count,
        largest_entry,
    })
}

/// What is kept of a directory while its entries pass by.
#[derive(Default)]
struct Tally {
    /// Saturates: a sum that does not fit is above every limit.
    unzipped_size: u64,
    entry_count: u64,
    file_count: u64,
    largest_entry: Option<EntryFacts>,
    not_extractable: Option<Refusal>,
}

impl Tally {
    fn add(&mut self, entry: EntryFacts) {
        self.unzipped_size = self.unzipped_size.saturating_add(entry.unzipped_size);
        self.entry_count += 1;
        self.file_count += u64::from(!entry.is_folder());
        if self.not_extractable.is_none() {
            self.not_extractable = not_extractable(&entry);
        }
        if self.largest_entry.as_ref().is_none_or(|largest| entry.unzipped_size > largest.unzipped_size) {
            self.largest_entry = Some(entry);
        }
    }
}

fn not_extractable(entry: &EntryFacts) -> Option<Refusal> {
    if entry.encrypted {
        Some(Refusal::Encrypted { path: entry.path() })
    } else if !METHODS.contains(&entry.method) {
        Some(Refusal::UnsupportedMethod { path: entry.path(), method: entry.method })
    } else {
        None
    }
}

/// Hashes the package from its beginning; what was inspected and what is hashed have the same length.
fn hash(package: &mut (impl Read + Seek), code_size: u64) -> io::Result<Sha256Digest> {
    package.seek(SeekFrom::Start(0))?;
    let mut hasher = Hasher::new();
    hasher.update_from(package.take(code_size))?;
    if hasher.bytes_hashed() < code_size {
        return Err(io::Error::new(ErrorKind::UnexpectedEof, "the package became shorter while it was read"));
    }
    Ok(hasher.finish())
}
