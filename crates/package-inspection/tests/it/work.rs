//! Packages that are made to be worked on for long: many entries that share bytes, archives and images in archives that
//! unpack to much more than the package, images that say very much.

use std::sync::atomic::{AtomicU64, Ordering};

use funclet_package_inspection::{
    Code, Facts, Fit, Framing, InspectOptions, Level, Limits, Sha256Digest, Usage, Verdict, inspect,
};

use crate::elves::{Image, X86_64};
use crate::forge::{Archive, Entry, archive, deflate, extra_field, facts};
use crate::reading::Watched;

/// An archive of entries that all point at the first of them.
fn shared(first: Entry, count: usize) -> Vec<u8> {
    let others = (1..count).map(|at| Entry {
        name: format!("{at:06}").into_bytes(),
        at: Some(0),
        is_written: false,
        ..first.clone()
    });
    Archive::of([first.clone()].into_iter().chain(others).collect()).bytes()
}

/// Inspects the heads of a package whose members share bytes, and checks how much of it was read.
fn check_shared(package: &[u8]) -> Facts {
    let watched = Watched::new(package);
    let options = InspectOptions { digest: Some(Sha256Digest::of(b"")), ..InspectOptions::default() };
    let facts = inspect(&watched, &options).unwrap();
    let (bytes, _) = watched.work();
    let bound = 4 * package.len() as u64 + 16_384 * facts.entry_count;
    assert!(bytes < bound, "{bytes} bytes of {}", package.len());
    let report = facts.report(&Usage::default());
    assert_eq!(report.count(Code::Overlap), facts.entry_count - 1);
    assert_eq!(report.verdict(Framing::Lenient), Verdict::Reject);
    facts
}

#[test]
fn extra_fields_that_members_share_are_read_once() {
    let mut first = Entry::new("first", b"x = 1");
    first.local.extra = extra_field(0x5455, &vec![7; 65_000]);
    check_shared(&shared(first, 3_000));
}

#[test]
fn another_name_that_members_share_is_read_as_far_as_it_is_told() {
    let mut first = Entry::new("first", b"x = 1");
    first.local.name = Some(vec![b'n'; 65_000]);
    check_shared(&shared(first, 3_000));
}

#[test]
fn an_archive_that_members_share_is_opened_once() {
    let library = Image::library(X86_64, "GLIBC_2.17").bytes();
    let mut entries = vec![Entry::new("a.so", &library)];
    entries.extend((0..5_000).map(|at| Entry::new(format!("lib/{at}.py"), b"")));
    let facts = check_shared(&shared(Entry::new("first.jar", &archive(&entries)), 500));
    assert_eq!(facts.natives.len(), 1);
}

#[test]
fn images_in_archives_are_decompressed_as_far_as_is_allowed() {
    let library = Image { padding: 1 << 20, ..Image::library(X86_64, "GLIBC_2.17") }.bytes();
    let libraries = (0..4).map(|at| Entry::deflated(format!("{at}.so"), &library, 6));
    let package = archive(&[Entry::new("inner.jar", &archive(&libraries.collect::<Vec<_>>()))]);
    for affordable in 0..5 {
        let nested_bytes_max = library.len() as u64 * affordable;
        let limits = Limits { nested_bytes_max, ..Limits::default() };
        let options = InspectOptions { limits, level: Level::Verify, ..InspectOptions::default() };
        let facts = inspect(&package, &options).unwrap();
        assert_eq!(facts.natives.len(), 4);
        let told = facts.natives.iter().filter(|native| native.linkage.is_some()).count();
        assert_eq!(told as u64, affordable);
        let report = facts.report(&Usage::default());
        assert_eq!(report.count(Code::NestingLimit), 4 - affordable);
        // What is made for a machine shows in the first bytes.
        assert_eq!(report.fits()[0].fit, Fit::Ok);
    }
}

fn needing(names: Vec<String>) -> Image {
    Image { needed: names, ..Image::library(X86_64, "GLIBC_2.17") }
}

#[test]
fn an_image_that_needs_more_than_any_is_malformed() {
    let told = |image: &Image| {
        let facts = facts(&archive(&[Entry::deflated("a.so", &image.bytes(), 6)]));
        let [native] = &facts.natives[..] else { panic!("{:?}", facts.natives) };
        assert_eq!(native.malformed, native.linkage.is_none());
        !native.malformed
    };
    let names =
        |count: usize, length: usize| (0..count).map(|at| format!("{at:0length$}")).collect::<Vec<_>>();
    assert!(told(&needing(names(256, 200))));
    assert!(!told(&needing(names(257, 3))), "more libraries");
    assert!(told(&needing(names(16, 4_000))));
    assert!(!told(&needing(names(17, 4_000))), "more text");
    assert!(!told(&needing(names(1, 4_100))), "a longer text");
}

#[test]
fn images_that_together_need_more_than_is_told_are_unknown() {
    let image = needing((0..256).map(|at| format!("{at:0200}")).collect()).bytes();
    let libraries = |count: usize| {
        let entry = |at| Entry::deflated(format!("{at}.so"), &image, 6);
        let entries: Vec<_> = (0..count).map(entry).collect();
        let inner = archive(&entries[..count / 2]);
        archive(&[&entries[..], &[Entry::deflated("inner.jar", &inner, 1)]].concat())
    };
    let few = facts(&libraries(20));
    assert!(few.natives.iter().all(|native| native.linkage.is_some() && !native.malformed));
    let many = facts(&libraries(40));
    assert_eq!(many.natives.len(), 60);
    assert!(many.natives.iter().all(|native| native.linkage.is_none() && native.malformed));
    let report = many.report(&Usage::default());
    assert_eq!((report.fits()[0].fit, report.count(Code::ElfMalformed)), (Fit::Unknown, 1));
}

/// How often it is asked whether to stop while a package is inspected.
fn asked(package: &[u8], level: Level) -> u64 {
    let asked = AtomicU64::new(0);
    let stop = || {
        asked.fetch_add(1, Ordering::Relaxed);
        false
    };
    let digest = Some(Sha256Digest::of(b""));
    let options = InspectOptions { level, digest, stop: Some(&stop), ..InspectOptions::default() };
    inspect(&package, &options).unwrap();
    asked.into_inner()
}

#[test]
fn long_directories_are_no_longer_read_when_it_is_told_to_stop() {
    let entries: Vec<_> = (0..2_000).map(|at| Entry::new(format!("{at}"), b"")).collect();
    assert!(asked(&archive(&entries), Level::Frame) >= 2 * 2_000 / 64);
}

#[test]
fn what_makes_nothing_is_no_longer_read_when_it_is_told_to_stop() {
    // Empty blocks that are not compressed, and one byte in the last block: more than is decompressed at once.
    let stream = [&[0, 0, 0, 0xff, 0xff].repeat(1_000_000)[..], &[1, 1, 0, 0xfe, 0xff, b'1']].concat();
    let silent =
        Entry { zipped: stream.len() as u32, stream: stream.clone(), ..Entry::deflated("silent", b"1", 6) };
    let pieces = stream.len() as u64 / (128 << 10);
    let package = archive(&[silent]);
    let heads = asked(&package, Level::Heads);
    assert!(asked(&package, Level::Verify) > heads + pieces);
    // The same as an archive that is read while it is decompressed: its declared length makes it one.
    let inner = archive(&[Entry::new("a.so", b"")]);
    let stream = [&stream[..stream.len() - 6], &deflate(&inner, 6)].concat();
    let long = Entry {
        zipped: stream.len() as u32,
        stream,
        unzipped: 2 << 20,
        ..Entry::deflated("a.jar", &inner, 6)
    };
    assert!(asked(&archive(&[long]), Level::Heads) > heads + pieces / 2);
}
