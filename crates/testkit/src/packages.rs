//! Deployment packages for tests.
//!
//! The archives are written here byte by byte, stored and without a clock: the same input always gives the same bytes,
//! and so the same `CodeSha256`. They are the simplest that every reader of zip archives accepts, on purpose written
//! without the crate that the code under test reads them with.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

/// The file that [`zip_with_content`] writes.
pub const HANDLER_FILE: &str = "index.py";

/// The fewest bytes that [`zip_of_zipped_size`] can make an archive of.
pub const ZIPPED_BYTES_MIN: usize =
    LOCAL_HEADER_BYTES + RECORD_BYTES + 2 * FILLER_FILE.len() + END_RECORD_BYTES;

const FILLER_FILE: &str = "filler.bin";

// What the parts of an archive take beside names and contents.
const LOCAL_HEADER_BYTES: usize = 30;
const RECORD_BYTES: usize = 46;
const END_RECORD_BYTES: usize = 22;

/// The oldest format version, 1.0: entries are stored, one folder deep or many.
const VERSION_NEEDED: u16 = 10;
/// Written on Unix (3), so that modes count.
const VERSION_MADE_BY: u16 = 3 << 8 | VERSION_NEEDED;
/// The first day that the format can say, 1980-01-01.
const DATE: u16 = 1 << 5 | 1;

/// Returns a valid archive of `entries`, each a name and its content, in their order.
///
/// A name that ends with a slash is a folder (mode 0755, content should be empty). A program is executable (0755): a
/// file called `bootstrap`, one in `extensions/`, and whatever begins with `#!` or is an ELF image. Every other file has
/// mode 0644. Names are neither checked nor changed, so that a test can have a bad one.
///
/// ```
/// use funclet_testkit::zip_of;
///
/// let package = zip_of(&[("index.py", b"def handler(event, context): return event\n"), ("lib/", b"")]);
/// assert!(package.starts_with(b"PK\x03\x04"));
/// assert_eq!(package, zip_of(&[("index.py", b"def handler(event, context): return event\n"), ("lib/", b"")]));
/// ```
///
/// # Panics
///
/// If the archive needs ZIP64 records, which are not written: above 65,535 entries or 4 GiB, or with a name above
/// 65,535 bytes.
#[must_use]
pub fn zip_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = Vec::new();
    let mut directory = Vec::new();
    for (name, content) in entries {
        let entry = Entry::new(name, content, archive.len());
        entry.write_record(&mut directory);
        entry.write_local(&mut archive);
    }
    let directory_offset = u32_of(archive.len());
    let directory_bytes = u32_of(directory.len());
    archive.append(&mut directory);
    write_end_record(&mut archive, u16_of(entries.len()), directory_bytes, directory_offset);
    archive
}

/// Returns an archive whose only file, [`HANDLER_FILE`], has the content `content`: different contents, different
/// packages.
///
/// ```
/// use funclet_testkit::zip_with_content;
///
/// assert_ne!(zip_with_content("ONE = 1"), zip_with_content("TWO = 2"));
/// ```
#[must_use]
pub fn zip_with_content(content: &str) -> Vec<u8> {
    zip_of(&[(HANDLER_FILE, content.as_bytes())])
}

/// Returns a valid archive of exactly `bytes` bytes, for tests at the limit on an archive's size.
///
/// It has one file of zeros, which are stored, so that its unzipped size is smaller by [`ZIPPED_BYTES_MIN`].
///
/// ```
/// use funclet_testkit::zip_of_zipped_size;
///
/// assert_eq!(zip_of_zipped_size(1_000).len(), 1_000);
/// ```
///
/// # Panics
///
/// If `bytes` is below [`ZIPPED_BYTES_MIN`] or above 4 GiB.
#[must_use]
pub fn zip_of_zipped_size(bytes: usize) -> Vec<u8> {
    let content_bytes =
        bytes.checked_sub(ZIPPED_BYTES_MIN).expect("an archive has at least ZIPPED_BYTES_MIN bytes");
    zip_of(&[(FILLER_FILE, &vec![0; content_bytes])])
}

/// Generates valid packages of one to seven small files with distinct names, some of them in folders; they shrink to
/// one empty file.
///
/// ```
/// use funclet_testkit::arbitrary_package;
/// use proptest::prelude::*;
///
/// proptest!(|(package in arbitrary_package())| {
///     prop_assert!(package.len() < 8 * 1024);
/// });
/// ```
pub fn arbitrary_package() -> impl Strategy<Value = Vec<u8>> {
    // Files have an extension and folders have none, so no file is also a folder.
    let name = "([a-z]{1,8}/){0,2}[a-z]{1,8}\\.(py|js|so)";
    btree_map(name, vec(any::<u8>(), 0..512), 1..8).prop_map(|files| {
        let entries: Vec<_> =
            files.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
        zip_of(&entries)
    })
}

/// One entry and where its local header begins.
struct Entry<'a> {
    name: &'a str,
    content: &'a [u8],
    checksum: u32,
    offset: u32,
}

impl<'a> Entry<'a> {
    fn new(name: &'a str, content: &'a [u8], offset: usize) -> Self {
        Self { name, content, checksum: crc32fast::hash(content), offset: u32_of(offset) }
    }

    fn write_local(&self, archive: &mut Vec<u8>) {
        archive.extend(b"PK\x03\x04");
        self.write_shared_fields(archive);
        archive.extend(self.name.as_bytes());
        archive.extend(self.content);
    }

    fn write_record(&self, directory: &mut Vec<u8>) {
        directory.extend(b"PK\x01\x02");
        directory.extend(VERSION_MADE_BY.to_le_bytes());
        self.write_shared_fields(directory);
        // No comment, the first disk, and no word on whether the content is text.
        directory.extend([0; 6]);
        directory.extend((self.mode() << 16).to_le_bytes());
        directory.extend(self.offset.to_le_bytes());
        directory.extend(self.name.as_bytes());
    }

    /// What local header and directory record have in common, from the version needed to the length of the extra data.
    fn write_shared_fields(&self, target: &mut Vec<u8>) {
        let utf8_name = if self.name.is_ascii() { 0 } else { 1_u16 << 11 };
        let (stored, midnight) = (0, 0);
        for field in [VERSION_NEEDED, utf8_name, stored, midnight, DATE] {
            target.extend(field.to_le_bytes());
        }
        let size = u32_of(self.content.len());
        for field in [self.checksum, size, size] {
            target.extend(field.to_le_bytes());
        }
        for field in [u16_of(self.name.len()), 0] {
            target.extend(field.to_le_bytes());
        }
    }

    /// The Unix mode with the kind of file, as `stat` has it.
    fn mode(&self) -> u32 {
        if self.name.ends_with('/') {
            0o040_755
        } else if self.is_program() {
            0o100_755
        } else {
            0o100_644
        }
    }

    fn is_program(&self) -> bool {
        self.name == "bootstrap"
            || self.name.starts_with("extensions/")
            || self.content.starts_with(b"#!")
            || self.content.starts_with(b"\x7fELF")
    }
}

fn write_end_record(archive: &mut Vec<u8>, entries: u16, directory_bytes: u32, directory_offset: u32) {
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend(entries.to_le_bytes());
    archive.extend(entries.to_le_bytes());
    archive.extend(directory_bytes.to_le_bytes());
    archive.extend(directory_offset.to_le_bytes());
    archive.extend([0, 0]);
}

fn u16_of(number: usize) -> u16 {
    u16::try_from(number).expect("an archive without ZIP64 records counts to 65,535")
}

fn u32_of(number: usize) -> u32 {
    u32::try_from(number).expect("an archive without ZIP64 records has at most 4 GiB")
}

#[cfg(test)]
mod tests {
    use funclet_package_inspection::{
        Facts, Framing, InspectOptions, Level, Limits, Refusal, Sha256Digest, Usage, Verdict, inspect,
    };

    use super::*;

    fn facts(package: &[u8]) -> Facts {
        inspect(&package, &InspectOptions { level: Level::Verify, ..InspectOptions::default() }).unwrap()
    }

    fn refusal(package: &[u8]) -> Option<Refusal> {
        facts(package).report(&Usage::default()).refusal(Framing::Lenient)
    }

    #[test]
    fn an_archive_holds_its_entries() {
        let package = zip_of(&[("lib/", b""), ("lib/a.py", b"A = 1\n"), ("caf\u{e9}.txt", b"au lait")]);
        let facts = facts(&package);
        assert_eq!((facts.entry_count, facts.file_count, facts.unzipped_size), (3, 2, 13));
        assert_eq!(facts.largest_entry.as_ref().unwrap().path(), "caf\u{e9}.txt");
        assert_eq!(facts.code_size, package.len() as u64);
        assert_eq!(facts.report(&Usage::default()).verdict(Framing::Strict), Verdict::Accept);
    }

    #[test]
    fn the_bytes_never_change() {
        // The digest of what another implementation writes for the same entry.
        let expected = "ggacuRgJT35O4YMmwr3wuAfpGLPJar3FMFytTiHfvUk=";
        assert_eq!(Sha256Digest::of(&zip_with_content("x = 1\n")).base64(), expected);
    }

    #[test]
    fn no_entries_give_the_empty_archive() {
        let package = zip_of(&[]);
        assert_eq!(package.len(), 22);
        assert_eq!(refusal(&package), Some(Refusal::Empty));
    }

    #[test]
    fn folders_and_programs_are_executable() {
        let check = |name: &str, content: &[u8], mode| {
            assert_eq!(Entry::new(name, content, 0).mode(), mode, "{name}")
        };
        check("lib/", b"", 0o040_755);
        check("bootstrap", b"", 0o100_755);
        check("extensions/watch", b"", 0o100_755);
        check("run.sh", b"#!/bin/sh\n", 0o100_755);
        check("tool", b"\x7fELF\x02\x01", 0o100_755);
        check("lib/bootstrap", b"", 0o100_644);
        check("index.py", b"x = 1\n", 0o100_644);
    }

    #[test]
    fn an_archive_has_the_size_that_was_asked_for() {
        for bytes in [ZIPPED_BYTES_MIN, ZIPPED_BYTES_MIN + 1, 65_536, 1 << 20] {
            let facts = facts(&zip_of_zipped_size(bytes));
            assert_eq!(facts.code_size, bytes as u64);
            assert_eq!(facts.unzipped_size, (bytes - ZIPPED_BYTES_MIN) as u64);
        }
        let limit = Limits::default().zipped_bytes_max;
        assert_eq!(refusal(&zip_of_zipped_size(limit as usize)), None);
        assert_eq!(refusal(&zip_of_zipped_size(limit as usize + 1)), Some(Refusal::ZippedTooLarge { limit }));
    }

    #[test]
    #[should_panic(expected = "at least ZIPPED_BYTES_MIN")]
    fn no_archive_is_smaller_than_the_smallest() {
        let _ = zip_of_zipped_size(ZIPPED_BYTES_MIN - 1);
    }

    proptest! {
        #[test]
        fn arbitrary_packages_are_valid(package in arbitrary_package()) {
            let facts = facts(&package);
            prop_assert!((1..8).contains(&facts.entry_count));
            prop_assert_eq!(facts.file_count, facts.entry_count);
            prop_assert_eq!(facts.code_sha256, Sha256Digest::of(&package));
        }
    }
}
