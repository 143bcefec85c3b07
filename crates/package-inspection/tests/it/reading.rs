//! How a package is read: how much of it, and what a failing disk looks like.

use std::io::{self, Cursor, ErrorKind};
use std::sync::atomic::{AtomicU64, Ordering};

use funclet_package_inspection::{
    Code, InspectError, InspectOptions, Level, Seekable, Sha256Digest, Source, Usage, inspect,
};

use crate::elves::{Image, READ_TWICE, X86_64};
use crate::forge::{Archive, Entry, archive, end_record, facts, zip64_locator};

/// Counts the bytes that are taken from a package and can fail once a number of them is reached.
pub(crate) struct Watched<'a> {
    package: &'a [u8],
    bytes_read: AtomicU64,
    calls: AtomicU64,
    fail_after: u64,
    shrink_to: usize,
}

impl<'a> Watched<'a> {
    pub(crate) fn new(package: &'a [u8]) -> Self {
        let (bytes_read, calls) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { package, bytes_read, calls, fail_after: u64::MAX, shrink_to: usize::MAX }
    }

    /// How many bytes were read, in how many reads.
    pub(crate) fn work(&self) -> (u64, u64) {
        (self.bytes_read.load(Ordering::Relaxed), self.calls.load(Ordering::Relaxed))
    }
}

impl Source for Watched<'_> {
    fn size(&self) -> io::Result<u64> {
        Ok(self.package.len() as u64)
    }

    fn read_at<'a>(&'a self, offset: u64, buffer: &'a mut [u8]) -> io::Result<&'a [u8]> {
        if self.bytes_read.load(Ordering::Relaxed) >= self.fail_after {
            return Err(io::Error::new(ErrorKind::PermissionDenied, "the disk is gone"));
        }
        let left = self.package.get(..self.shrink_to).unwrap_or(self.package);
        let left = left.get(usize::try_from(offset).unwrap()..).unwrap_or_default();
        let count = left.len().min(buffer.len());
        buffer[..count].copy_from_slice(&left[..count]);
        self.bytes_read.fetch_add(count as u64, Ordering::Relaxed);
        self.calls.fetch_add(1, Ordering::Relaxed);
        Ok(&buffer[..count])
    }
}

fn noise(length: u32) -> Vec<u8> {
    (0..length).map(|byte| (byte % 251) as u8).collect()
}

fn large_package() -> Vec<u8> {
    archive(&[Entry::new("a.bin", &noise(3_000_000)), Entry::new("b.py", b"x = 1")])
}

#[test]
fn the_package_is_read_once_to_hash_it_and_its_directory_beside() {
    let package = large_package();
    let length = package.len() as u64;
    let watched = Watched::new(&package);
    let facts = inspect(&watched, &InspectOptions::default()).unwrap();
    assert_eq!(facts.code_sha256, Sha256Digest::of(&package));
    assert!((length..length + 128 * 1024).contains(&watched.work().0), "{:?}", watched.work());

    let watched = Watched::new(&package);
    let options = InspectOptions { digest: Some(facts.code_sha256), ..InspectOptions::default() };
    assert_eq!(inspect(&watched, &options).unwrap(), facts);
    assert!(watched.work().0 < 128 * 1024, "{:?}", watched.work());
}

/// A package is hashed in pieces; members lie across their borders, and the directory has them in any order.
#[test]
fn members_may_lie_anywhere_in_the_pieces_that_are_hashed() {
    let content = |at: u32| [&b"\x7fELF"[..], &noise(at * 7919 % 30_000)].concat();
    let entry = |at: u32| match at % 3 {
        0 => Entry::new(format!("{at}"), &content(at)),
        1 => Entry::deflated(format!("{at}"), &content(at), 1),
        _ => Entry::deflated(format!("{at}"), format!("#!{at}\r\n").as_bytes(), 6).described(true, false),
    };
    for is_reversed in [false, true] {
        let package = Archive { is_reversed, ..Archive::of((0..400).map(entry).collect()) }.bytes();
        for level in [Level::Frame, Level::Heads, Level::Verify] {
            let options = InspectOptions { level, ..InspectOptions::default() };
            let expected = inspect(&package, &options).unwrap();
            assert_eq!(inspect(&Watched::new(&package), &options).unwrap(), expected);
            let kinds = expected.kinds.values().sum::<u64>();
            assert_eq!(kinds, if level == Level::Frame { 0 } else { 400 });
        }
    }
}

#[test]
fn of_large_members_only_the_heads_are_read() {
    let content = noise(100_000);
    let package = archive(&(0..200).map(|at| Entry::new(format!("{at}"), &content)).collect::<Vec<_>>());
    let watched = Watched::new(&package);
    let options = InspectOptions { digest: Some(Sha256Digest::of(b"")), ..InspectOptions::default() };
    inspect(&watched, &options).unwrap();
    let (bytes, calls) = watched.work();
    assert!(bytes < 200 * 8_192 + (256 << 10) && calls < 200 * 3, "{bytes} bytes in {calls} reads");
}

#[test]
fn a_reader_may_stand_anywhere_and_be_borrowed() {
    let package = large_package();
    let mut reader = Cursor::new(&package);
    reader.set_position(1_000_000);
    let facts = inspect(&Seekable::new(&mut reader), &InspectOptions::default()).unwrap();
    assert_eq!(facts.code_sha256, Sha256Digest::of(&package));
}

#[test]
fn a_failing_disk_is_never_taken_for_a_bad_package() {
    let package = large_package();
    for fail_after in [0, 1, 16_384, 100_000, 2_000_000] {
        for level in [Level::Frame, Level::Heads, Level::Verify] {
            let failing = Watched { fail_after, ..Watched::new(&package) };
            match inspect(&failing, &InspectOptions { level, ..InspectOptions::default() }) {
                Err(error @ InspectError::Io(_)) => {
                    assert_eq!(error.to_string(), "cannot read the package");
                    let cause = std::error::Error::source(&error).unwrap();
                    assert_eq!(cause.to_string(), "the disk is gone");
                }
                other => panic!("failing after {fail_after}: {other:?}"),
            }
        }
    }
}

#[test]
fn a_package_that_becomes_shorter_is_a_failure_to_read_it() {
    let package = large_package();
    for shrink_to in [0, 1_000_000, package.len() - 1_000] {
        let shrinking = Watched { shrink_to, ..Watched::new(&package) };
        let result = inspect(&shrinking, &InspectOptions::default());
        assert!(matches!(result, Err(InspectError::Io(_))), "{shrink_to}: {result:?}");
    }
}

#[test]
fn an_inspection_stops_when_it_is_told_to() {
    let package =
        archive(&[Entry::deflated("a.bin", &noise(3_000_000), 6), Entry::new("b", &noise(3_000_000))]);
    for level in [Level::Frame, Level::Heads, Level::Verify] {
        let mut stopped = 0;
        // One more answer each time, until it is done before it is told.
        for patience in 0.. {
            let asked = AtomicU64::new(0);
            let stop = || asked.fetch_add(1, Ordering::Relaxed) >= patience;
            match inspect(&package, &InspectOptions { level, stop: Some(&stop), ..InspectOptions::default() })
            {
                Err(InspectError::Stopped) => stopped += 1,
                Ok(facts) => {
                    assert_eq!(facts.code_sha256, Sha256Digest::of(&package));
                    break;
                }
                Err(error) => panic!("{error:?}"),
            }
        }
        // Every 128 KiB of what is hashed, and every piece of content.
        let least = if level == Level::Verify { 60 } else { 20 };
        assert!((least..1_000).contains(&stopped), "{level}: {stopped}");
    }
}

#[test]
fn the_longest_comment_and_stray_signatures_in_it_are_no_hindrance() {
    let mut comment = vec![b' '; usize::from(u16::MAX)];
    comment[100..104].copy_from_slice(b"PK\x05\x06");
    comment[65_000..65_004].copy_from_slice(b"PK\x05\x06");
    let before = vec![b'#'; 300_000];
    let entries = vec![Entry::new("a.py", b"x = 1")];
    let package = Archive { entries, before, comment, counts_from_itself: true, ..Archive::default() };
    let facts = facts(&package.bytes());
    assert_eq!((facts.entry_count, facts.comment_length), (1, 65_535));
    assert_eq!(facts.largest_entry.as_ref().unwrap().path(), "a.py");
    let report = facts.report(&Usage::default());
    assert_eq!(report.findings().map(|finding| finding.code).collect::<Vec<_>>(), [Code::PrependedData]);
}

/// Goal: the work on a package that is made to be searched is bounded by its size. Method: packages full of the
/// signatures that a reader looks for, with end records that send it through all of them; what is read is counted.
#[test]
fn a_flood_of_signatures_is_searched_once_at_most() {
    const FLOOD_BYTES: usize = 8 << 20;
    let flood = |signature: &[u8; 4]| signature.repeat(FLOOD_BYTES / 4);
    let halfway = (FLOOD_BYTES / 2) as u64;
    let zip64_end = |from| [zip64_locator(from), end_record(u16::MAX, 0, 0)].concat();
    let floods = [
        ([flood(b"PK\x01\x02"), end_record(1, 3, 0)].concat(), Code::CdSizeMismatch),
        ([flood(b"PK\x05\x06"), end_record(1, 3, 0)].concat(), Code::CdOutOfBounds),
        ([flood(b"PK\x06\x06"), zip64_end(0), zip64_end(halfway)].concat(), Code::CdOutOfBounds),
        ([flood(b"PK\x06\x07"), zip64_end(0)].concat(), Code::Zip64LocatorBad),
    ];
    for (package, code) in floods {
        let watched = Watched::new(&package);
        let options = InspectOptions { digest: Some(Sha256Digest::of(b"")), ..InspectOptions::default() };
        let facts = inspect(&watched, &options).unwrap();
        let report = facts.report(&Usage::default());
        assert!(report.count(code) > 0, "{:?}", report.findings().collect::<Vec<_>>());
        assert!(watched.work().0 < (FLOOD_BYTES + (1 << 20)) as u64, "{:?}", watched.work());
    }
}

/// Goal: end records cost a bounded number of reads, however many lead nowhere. Method: as many as the longest comment takes, each
/// with a directory at two places of its own.
#[test]
fn end_records_that_lead_nowhere_are_followed_to_a_bound() {
    const ROOM_BYTES: u32 = 8 << 20;
    let place = |at: u32| at.wrapping_mul(2_654_435_761) % ROOM_BYTES;
    let records = (0..3_000).flat_map(|at| end_record(1, place(2 * at), place(2 * at + 1)));
    let package: Vec<u8> = vec![0; ROOM_BYTES as usize].into_iter().chain(records).collect();
    let watched = Watched::new(&package);
    let options = InspectOptions { digest: Some(Sha256Digest::of(b"")), ..InspectOptions::default() };
    let facts = inspect(&watched, &options).unwrap();
    assert_eq!(facts.report(&Usage::default()).count(Code::CdOutOfBounds), 1);
    let (bytes, calls) = watched.work();
    assert!(calls < 2_100 && bytes < 10 << 20, "{bytes} bytes in {calls} reads");

    let watched = Watched::new(&package);
    let stop = || watched.work().1 > 200;
    let result = inspect(&watched, &InspectOptions { stop: Some(&stop), ..options });
    assert!(matches!(result, Err(InspectError::Stopped)), "{result:?}");
    assert!(watched.work().1 < 250, "{:?}", watched.work());

    // One that leads somewhere is found behind many that do not.
    let strays = |count| (0..count).flat_map(|at| end_record(1, place(2 * at), place(2 * at + 1))).collect();
    let found = |count| {
        let package = Archive { behind: strays(count), ..Archive::of(vec![Entry::new("a.py", b"x = 1")]) };
        facts_of_file(&package.bytes()).entry_count
    };
    assert_eq!([found(1_000), found(1_100)], [1, 0]);
}

fn facts_of_file(package: &[u8]) -> funclet_package_inspection::Facts {
    inspect(&Watched::new(package), &InspectOptions::default()).unwrap()
}

#[test]
fn an_image_that_is_read_again_is_no_longer_read_when_it_is_told_to_stop() {
    const PADDING_BYTES: u64 = 8 << 20;
    let image = Image {
        layout: READ_TWICE,
        padding: PADDING_BYTES as usize / 2,
        ..Image::library(X86_64, "GLIBC_2.17")
    };
    let package = archive(&[Entry::new("a.so", &image.bytes())]);
    let digest = Some(Sha256Digest::of(b""));
    let options = InspectOptions { level: Level::Verify, digest, ..InspectOptions::default() };
    let watched = Watched::new(&package);
    inspect(&watched, &options).unwrap();
    assert!(watched.work().0 > 2 * PADDING_BYTES, "it is not read again");

    let watched = Watched::new(&package);
    let stop = || watched.work().0 > PADDING_BYTES * 3 / 2;
    let result = inspect(&watched, &InspectOptions { stop: Some(&stop), ..options });
    assert!(matches!(result, Err(InspectError::Stopped)), "{result:?}");
    assert!(watched.work().0 < PADDING_BYTES * 7 / 4, "{:?}", watched.work());
}
