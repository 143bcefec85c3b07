//! How a package is read: how much of it, and what a failing disk looks like.

use std::cell::Cell;
use std::io::{self, Cursor, ErrorKind, Read, Seek, SeekFrom};

use funclet_package_inspection::{InspectError, InspectOptions, Refusal, Sha256Digest, inspect};

use crate::forge::{Entry, archive, end_record, zip64_locator};

/// Counts the bytes that are taken from a package and can fail once a number of them is reached.
struct Watched<'a> {
    package: Cursor<&'a [u8]>,
    bytes_read: &'a Cell<u64>,
    fail_after: u64,
    shrink_to: u64,
}

impl<'a> Watched<'a> {
    fn new(package: &'a [u8], bytes_read: &'a Cell<u64>) -> Self {
        Self { package: Cursor::new(package), bytes_read, fail_after: u64::MAX, shrink_to: u64::MAX }
    }
}

impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.bytes_read.get() >= self.fail_after {
            return Err(io::Error::new(ErrorKind::PermissionDenied, "the disk is gone"));
        }
        if self.package.position() >= self.shrink_to {
            return Ok(0);
        }
        let count = self.package.read(buffer)?;
        self.bytes_read.set(self.bytes_read.get() + count as u64);
        Ok(count)
    }
}

impl Seek for Watched<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        // As a file does, and as no reader of archives may depend on.
        if matches!(to, SeekFrom::Start(position) if position > i64::MAX as u64) {
            return Err(ErrorKind::InvalidInput.into());
        }
        self.package.seek(to)
    }
}

fn large_package() -> Vec<u8> {
    let content: Vec<u8> = (0..3_000_000_u32).map(|byte| (byte % 251) as u8).collect();
    archive(&[Entry::new("a.bin", &content), Entry::new("b.py", b"x = 1")])
}

#[test]
fn the_package_is_read_once_to_hash_it_and_its_directory_beside() {
    let package = large_package();
    let (length, bytes_read) = (package.len() as u64, Cell::new(0));
    let report = inspect(Watched::new(&package, &bytes_read), &InspectOptions::default()).unwrap();
    assert_eq!(report.code_sha256, Sha256Digest::of(&package));
    assert!((length..length + 128 * 1024).contains(&bytes_read.get()), "{}", bytes_read.get());

    bytes_read.set(0);
    let options = InspectOptions { digest: Some(report.code_sha256), ..InspectOptions::default() };
    assert_eq!(inspect(Watched::new(&package, &bytes_read), &options).unwrap(), report);
    assert!(bytes_read.get() < 128 * 1024, "{}", bytes_read.get());
}

#[test]
fn a_reader_may_stand_anywhere_and_be_borrowed() {
    let package = large_package();
    let mut reader = Cursor::new(&package);
    reader.set_position(1_000_000);
    let report = inspect(&mut reader, &InspectOptions::default()).unwrap();
    assert_eq!(report.code_sha256, Sha256Digest::of(&package));
}

#[test]
fn a_failing_disk_is_never_taken_for_a_bad_package() {
    let package = large_package();
    for fail_after in [0, 1, 16_384, 100_000, 2_000_000] {
        let bytes_read = Cell::new(0);
        let failing = Watched { fail_after, ..Watched::new(&package, &bytes_read) };
        match inspect(failing, &InspectOptions::default()) {
            Err(error @ InspectError::Io(_)) => {
                assert_eq!(error.to_string(), "cannot read the package");
                let cause = std::error::Error::source(&error).unwrap();
                assert_eq!(cause.to_string(), "the disk is gone");
            }
            other => panic!("failing after {fail_after}: {other:?}"),
        }
    }
}

#[test]
fn a_package_that_becomes_shorter_is_a_failure_to_read_it() {
    let package = large_package();
    for shrink_to in [0, 1_000_000, package.len() as u64 - 1_000] {
        let bytes_read = Cell::new(0);
        let shrinking = Watched { shrink_to, ..Watched::new(&package, &bytes_read) };
        let result = inspect(shrinking, &InspectOptions::default());
        assert!(matches!(result, Err(InspectError::Io(_))), "{shrink_to}: {result:?}");
    }
}

#[test]
fn the_longest_comment_and_stray_signatures_in_it_are_no_hindrance() {
    let mut package = archive(&[Entry::new("a.py", b"x = 1")]);
    let length_at = package.len() - 2;
    package[length_at..].copy_from_slice(&u16::MAX.to_le_bytes());
    let mut comment = vec![b' '; usize::from(u16::MAX)];
    comment[100..104].copy_from_slice(b"PK\x05\x06");
    comment[65_000..65_004].copy_from_slice(b"PK\x05\x06");
    package.extend(comment);
    let before = [vec![b'#'; 300_000], package].concat();
    let report = inspect(Cursor::new(&before), &InspectOptions::default()).unwrap();
    assert_eq!((report.entry_count, report.largest_entry.path()), (1, "a.py".to_owned()));
}

/// Goal: the work on a package that is made to be searched is bounded, whatever its size. Method: packages full of the
/// signatures that a reader looks for, with end records that send it through all of them; what is read is counted.
#[test]
fn a_flood_of_signatures_is_not_searched_through() {
    const FLOOD_BYTES: usize = 8 << 20;
    let flood = |signature: &[u8; 4]| signature.repeat(FLOOD_BYTES / 4);
    let halfway = (FLOOD_BYTES / 2) as u64;
    let zip64_end = |from| [zip64_locator(from), end_record(u16::MAX, 0, 0)].concat();
    let floods = [
        [flood(b"PK\x01\x02"), end_record(1, 3, 0)].concat(),
        [flood(b"PK\x05\x06"), end_record(1, 3, 0)].concat(),
        [flood(b"PK\x06\x06"), zip64_end(0), zip64_end(halfway)].concat(),
        [flood(b"PK\x06\x07"), zip64_end(0)].concat(),
    ];
    for package in floods {
        let bytes_read = Cell::new(0);
        match inspect(Watched::new(&package, &bytes_read), &InspectOptions::default()) {
            Err(InspectError::Refused(Refusal::NotAZip { .. })) => {}
            other => panic!("{other:?}"),
        }
        assert!(bytes_read.get() < 1 << 20, "{} bytes read", bytes_read.get());
    }
}
