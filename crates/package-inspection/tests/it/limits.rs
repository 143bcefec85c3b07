//! What is refused, at its edge, and with which words.

use funclet_package_inspection::{
    Code, Framing, InspectOptions, Level, Limits, Refusal, Sha256Digest, Usage, Verdict, inspect,
};

use crate::forge::{Archive, Ends, Entry, archive, end_record, facts, facts_at, refusal, zip64_end};

fn under(limits: Limits) -> Usage {
    Usage { limits, ..Usage::default() }
}

fn refused(package: &[u8]) -> Option<Refusal> {
    refusal(package, &Usage::default())
}

fn codes(package: &[u8]) -> Vec<Code> {
    facts(package).report(&Usage::default()).findings().map(|finding| finding.code).collect()
}

fn declaring(sizes: &[u64]) -> Vec<u8> {
    let entry = |(index, size): (usize, &u64)| Entry::new(format!("f{index}"), b"x").declaring(*size);
    archive(&sizes.iter().enumerate().map(entry).collect::<Vec<_>>())
}

#[test]
fn the_unzipped_sizes_must_stay_below_the_limit() {
    for sizes in [&[262_143_000][..], &[262_143_998, 1]] {
        let facts = facts_at(Level::Frame, &declaring(sizes));
        assert_eq!(facts.unzipped_size, sizes.iter().sum::<u64>());
        assert_eq!(facts.report(&Usage::default()).refusal(Framing::Lenient), None);
    }
    let refusal = refused(&declaring(&[262_143_999, 1])).unwrap();
    assert_eq!(refusal, Refusal::UnzippedTooLarge { limit: 262_144_000 });
    assert_eq!(refusal.to_string(), "Unzipped size must be smaller than 262144000 bytes");
    let limits = Limits { unzipped_bytes_max: 255_174_947, ..Limits::default() };
    let refusal = refusal_of(&declaring(&[255_174_947]), limits);
    assert_eq!(refusal.unwrap().to_string(), "Unzipped size must be smaller than 255174947 bytes");
}

fn refusal_of(package: &[u8], limits: Limits) -> Option<Refusal> {
    refusal(package, &under(limits))
}

#[test]
fn a_sum_that_does_not_fit_is_too_large() {
    let limits = Limits { unzipped_bytes_max: u64::MAX, ..Limits::default() };
    let refusal = refusal_of(&declaring(&[u64::MAX, u64::MAX, 7]), limits);
    assert_eq!(refusal, Some(Refusal::UnzippedTooLarge { limit: u64::MAX }));
}

#[test]
fn entries_of_one_name_count_each() {
    let facts = facts(&archive(&[Entry::new("a", b"12"), Entry::new("a", b"345")]));
    assert_eq!((facts.entry_count, facts.unzipped_size), (2, 5));
    let both = [200_000_000, 100_000_000].map(|size| Entry::new("a", b"x").declaring(size));
    assert_eq!(refused(&archive(&both)), Some(Refusal::UnzippedTooLarge { limit: 262_144_000 }));
}

#[test]
fn the_archive_may_be_as_large_as_the_limit() {
    let package = archive(&[Entry::new("a", b"1")]);
    let limit = package.len() as u64;
    let exact = Limits { zipped_bytes_max: limit, ..Limits::default() };
    assert_eq!(refusal_of(&package, exact), None);
    let refusal = refusal_of(&package, Limits { zipped_bytes_max: limit - 1, ..exact });
    assert_eq!(refusal, Some(Refusal::ZippedTooLarge { limit: limit - 1 }));
    let service = Refusal::ZippedTooLarge { limit: Limits::default().zipped_bytes_max };
    assert_eq!(service.to_string(), "Zipped size must be smaller than 52428800 bytes");
}

#[test]
fn the_number_of_entries_is_limited() {
    let folders = |count: usize| archive(&vec![Entry::new("d/", b""); count]);
    let facts = facts_at(Level::Frame, &folders(65_535));
    assert_eq!((facts.entry_count, facts.file_count), (65_535, 0));
    let report = facts.report(&Usage::default());
    assert_eq!((report.count(Code::TooManyEntries), report.count(Code::DuplicateName)), (0, 65_534));
    assert_eq!(report.findings().filter(|finding| finding.code == Code::DuplicateName).count(), 64);

    // One more is told, and the strict profile refuses it; sixteen times as many are read.
    let few = Limits { entries_max: 3, ..Limits::default() };
    let look = |count| {
        inspect(&folders(count), &InspectOptions { limits: few, ..InspectOptions::default() }).unwrap()
    };
    let refusals = |count| {
        let facts = look(count);
        let report = facts.report(&Usage::default());
        [Framing::Strict, Framing::Lenient].map(|framing| {
            (report.findings().filter(|finding| finding.code == Code::TooManyEntries))
                .map(|finding| finding.verdict(framing))
                .max()
        })
    };
    assert_eq!(refusals(3), [None, None]);
    assert_eq!(refusals(4), [Some(Verdict::Reject), Some(Verdict::Warn)]);
    assert_eq!(refusals(48), [Some(Verdict::Reject), Some(Verdict::Warn)]);
    assert_eq!(refusals(49), [Some(Verdict::Reject), Some(Verdict::Reject)]);
    assert_eq!((look(48).entry_count, look(49).entry_count), (48, 48));
    let facts = look(49);
    let refusal = facts.report(&Usage::default()).refusal(Framing::Lenient);
    assert!(matches!(refusal, Some(Refusal::NotAZip { .. })), "{refusal:?}");
}

#[test]
fn an_archive_without_entries_is_empty_and_one_of_folders_is_not() {
    let refusal = refused(&archive(&[])).unwrap();
    assert_eq!(refusal, Refusal::Empty);
    assert_eq!(refusal.to_string(), "Uploaded file must be a non-empty zip");
    assert_eq!(refused(&zip64_end(0, 0, 0, 0)), Some(Refusal::Empty));
    let facts = facts(&archive(&[Entry::new("lib/", b"")]));
    assert_eq!((facts.entry_count, facts.file_count), (1, 0));
    assert_eq!(facts.largest_entry.as_ref().unwrap().path(), "lib/");
    assert_eq!(facts.report(&Usage::default()).refusal(Framing::Strict), None);
}

#[test]
fn what_is_no_archive_is_told_so_in_the_services_words() {
    let text = "Could not unzip uploaded file. Please check your file, then try to upload again.";
    for package in [&b""[..], b"x", b"PK", &[0; 4096], &archive(&[Entry::new("a", b"1")])[..40]] {
        let refusal = refused(package).unwrap();
        assert!(matches!(refusal, Refusal::NotAZip { .. }), "{refusal:?}");
        assert_eq!(refusal.to_string(), text);
    }
}

#[test]
fn a_directory_must_hold_what_its_end_record_announces() {
    let entries = [Entry::new("a", b"1"), Entry::new("b", b"2"), Entry::new("c", b"3")];
    let package = archive(&entries);
    let announcing = |count: u16| {
        let mut package = package.clone();
        let end = package.len() - end_record(0, 0, 0).len();
        package[end + 8..end + 10].copy_from_slice(&count.to_le_bytes());
        package[end + 10..end + 12].copy_from_slice(&count.to_le_bytes());
        package
    };
    assert_eq!(refused(&announcing(3)), None);
    for count in [0, 1, 2, 4, 0xfffe, 0xffff] {
        let refusal = refused(&announcing(count));
        assert!(matches!(refusal, Some(Refusal::NotAZip { .. })), "{count}: {refusal:?}");
    }
}

#[test]
fn bytes_around_the_archive_are_accepted_as_the_service_does() {
    let package = archive(&[Entry::new("app.py", b"x = 1")]);
    let expected = facts(&package).largest_entry;
    for around in [[&b"#!/bin/sh\n"[..], &package].concat(), [&package, &[0; 512][..]].concat()] {
        let facts = facts(&around);
        assert_eq!(facts.largest_entry, expected);
        assert_eq!(facts.code_size, around.len() as u64);
        assert_eq!(facts.code_sha256, Sha256Digest::of(&around));
        let report = facts.report(&Usage::default());
        assert_eq!(report.verdict(Framing::Lenient), Verdict::Accept);
        assert_eq!(report.verdict(Framing::Strict), Verdict::Warn);
    }
}

#[test]
fn entries_that_nobody_could_extract_fail_later_in_the_lenient_profile_and_at_once_in_the_strict_one() {
    let check = |entry: Entry, code: Code| {
        let package = archive(&[Entry::new("a", b"1"), entry]);
        let facts = facts(&package);
        let report = facts.report(&Usage::default());
        assert_eq!(report.refusal(Framing::Lenient), None);
        assert_eq!(report.extraction_failure().unwrap().code, code);
        let Some(Refusal::Framing(finding)) = report.refusal(Framing::Strict) else { panic!("{report:?}") };
        assert_eq!((finding.code, finding.entry.as_deref()), (code, Some("keys/secret\\n.py")));
        report.refusal(Framing::Strict).unwrap().to_string()
    };
    let entry = || Entry::new("keys/secret\n.py", b"1");
    for flags in [1, 1 << 6, 1 << 13] {
        let text = check(Entry { flags, ..entry() }, Code::Encrypted);
        assert_eq!(text, "the package is refused by strict framing: encrypted in entry keys/secret\\n.py");
    }
    for method in [1, 9, 12, 14, 93, 95, 99, 0xffff] {
        check(Entry { method, ..entry() }, Code::UnsupportedMethod);
    }
    // Bit 3 says that a descriptor follows, bit 11 that the name is UTF-8: neither hinders anybody.
    let package = archive(&[Entry { flags: 1 << 11, ..Entry::new("a", b"1") }.described(true, false)]);
    assert_eq!(codes(&package), [Code::StoredWithDescriptor]);
    assert_eq!(codes(&archive(&[Entry::deflated("a", b"1", 6).described(false, true)])), []);
}

#[test]
fn a_size_over_the_limit_is_said_before_an_entry_that_cannot_be_extracted() {
    let entries = [Entry { flags: 1, ..Entry::new("a", b"1") }, Entry::new("b", b"1").declaring(1 << 40)];
    assert_eq!(refused(&archive(&entries)), Some(Refusal::UnzippedTooLarge { limit: 262_144_000 }));
}

#[test]
fn a_digest_that_is_handed_in_is_believed() {
    let digest = Sha256Digest::from_bytes([7; 32]);
    let options = InspectOptions { digest: Some(digest), ..InspectOptions::default() };
    let package = archive(&[Entry::new("a", b"1")]);
    assert_eq!(inspect(&package, &options).unwrap().code_sha256, digest);
    assert_eq!(facts(&package).code_sha256, Sha256Digest::of(&package));
}

#[test]
fn the_largest_entry_is_the_first_of_the_largest() {
    let entries = [Entry::new("small", b"1"), Entry::new("first", b"123"), Entry::new("second", b"456")];
    let facts = facts(&archive(&entries));
    let largest = facts.largest_entry.as_ref().unwrap();
    assert_eq!(largest.name, b"first");
    assert_eq!((largest.zipped_size, largest.unzipped_size, largest.method), (3, 3, 0));
    assert_eq!((facts.entry_count, facts.file_count, facts.unzipped_size), (3, 3, 7));
}

#[test]
fn archives_in_archives_are_looked_into_as_deep_as_is_allowed() {
    let library = crate::elves::Image::library(crate::elves::X86_64, "GLIBC_2.17").bytes();
    for level in [0, 6] {
        let entry = |name: String, content: &[u8]| match level {
            0 => Entry::new(name, content),
            _ => Entry::deflated(name, content, level),
        };
        let mut inner = archive(&[entry("a.so".to_owned(), &library)]);
        for depth in 1..6 {
            inner = archive(&[entry(format!("{depth}.jar"), &inner)]);
            let facts = facts_at(Level::Heads, &inner);
            assert_eq!(facts.natives.len(), usize::from(depth <= 3), "{depth}");
            let count = facts.report(&Usage::default()).count(Code::NestingLimit);
            assert_eq!(count, u64::from(depth > 3), "{depth}");
        }
    }
    // What is compressed is looked into as long as it is not too much.
    let inner = archive(&[Entry::new("a.so", &library), Entry::new("noise", &vec![7; 1 << 20])]);
    let package = archive(&[Entry::deflated("a.jar", &inner, 6), Entry::deflated("b.jar", &inner, 6)]);
    for (nested_bytes_max, found) in [(0, 0), (2 << 20, 1), (4 << 20, 2)] {
        let limits = Limits { nested_bytes_max, ..Limits::default() };
        let facts = inspect(&package, &InspectOptions { limits, ..InspectOptions::default() }).unwrap();
        assert_eq!(facts.natives.len(), found, "{nested_bytes_max}");
        assert_eq!(facts.report(&Usage::default()).count(Code::NestingLimit), 2 - found as u64);
    }
}

#[test]
fn zip64_records_are_taken_where_they_are_not_needed_and_where_they_are_doubled() {
    for ends in [Ends::Wide, Ends::Twice] {
        let package = Archive { ends, ..Archive::of(vec![Entry::new("a", b"1")]) }.bytes();
        assert_eq!(codes(&package), [], "{ends:?}");
    }
}
