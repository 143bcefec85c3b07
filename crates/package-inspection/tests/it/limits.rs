//! What is refused, at its edge, and with which words.

use std::io::Cursor;

use funclet_package_inspection::{InspectError, InspectOptions, Limits, Refusal, Sha256Digest, inspect};

use crate::forge::{Entry, accepted, archive, end_record, refused, refused_under, zip64_end};

fn declaring(sizes: &[u64]) -> Vec<u8> {
    let entry = |(index, size): (usize, &u64)| Entry::new(&format!("f{index}"), b"x").declaring(*size);
    archive(&sizes.iter().enumerate().map(entry).collect::<Vec<_>>())
}

#[test]
fn the_unzipped_sizes_must_stay_below_the_limit() {
    assert_eq!(accepted(&declaring(&[262_143_000])).unzipped_size, 262_143_000);
    assert_eq!(accepted(&declaring(&[262_143_998, 1])).unzipped_size, 262_143_999);
    let refusal = refused(&declaring(&[262_143_999, 1]));
    assert_eq!(refusal, Refusal::UnzippedTooLarge { limit: 262_144_000 });
    assert_eq!(refusal.to_string(), "Unzipped size must be smaller than 262144000 bytes");
}

#[test]
fn a_sum_that_does_not_fit_is_too_large() {
    let limits = Limits { unzipped_bytes_max: u64::MAX, ..Limits::default() };
    let refusal = refused_under(limits, &declaring(&[u64::MAX, u64::MAX, 7]));
    assert_eq!(refusal, Refusal::UnzippedTooLarge { limit: u64::MAX });
}

#[test]
fn entries_of_one_name_count_each() {
    let report = accepted(&archive(&[Entry::new("a", b"12"), Entry::new("a", b"345")]));
    assert_eq!((report.entry_count, report.unzipped_size), (2, 5));
    let both = [200_000_000, 100_000_000].map(|size| Entry::new("a", b"x").declaring(size));
    assert_eq!(refused(&archive(&both)), Refusal::UnzippedTooLarge { limit: 262_144_000 });
}

#[test]
fn the_archive_may_be_as_large_as_the_limit() {
    let package = archive(&[Entry::new("a", b"1")]);
    let limit = package.len() as u64;
    let exact =
        InspectOptions { limits: Limits { zipped_bytes_max: limit, ..Limits::default() }, digest: None };
    assert_eq!(inspect(Cursor::new(&package), &exact).unwrap().code_size, limit);
    let refusal = refused_under(Limits { zipped_bytes_max: limit - 1, ..Limits::default() }, &package);
    assert_eq!(refusal, Refusal::ZippedTooLarge { limit: limit - 1 });
    let service = Refusal::ZippedTooLarge { limit: Limits::default().zipped_bytes_max };
    assert_eq!(service.to_string(), "Zipped size must be smaller than 52428800 bytes");
}

#[test]
fn the_number_of_entries_is_limited_before_they_are_read() {
    let folders = |count: usize| archive(&vec![Entry::new("d/", b""); count]);
    let report = accepted(&folders(65_535));
    assert_eq!((report.entry_count, report.file_count), (65_535, 0));
    assert_eq!(refused(&folders(65_536)), Refusal::TooManyEntries { limit: 65_535 });
    let limits = Limits { entries_max: 65_536, ..Limits::default() };
    let raised = InspectOptions { limits, digest: None };
    assert_eq!(inspect(Cursor::new(folders(65_536)), &raised).unwrap().entry_count, 65_536);
}

#[test]
fn an_archive_without_entries_is_empty_and_one_of_folders_is_not() {
    let refusal = refused(&archive(&[]));
    assert_eq!(refusal, Refusal::Empty);
    assert_eq!(refusal.to_string(), "Uploaded file must be a non-empty zip");
    assert_eq!(refused(&zip64_end(0, 0, 0, 0)), Refusal::Empty);
    let report = accepted(&archive(&[Entry::new("lib/", b"")]));
    assert_eq!((report.entry_count, report.file_count), (1, 0));
    assert_eq!(report.largest_entry.path(), "lib/");
}

#[test]
fn what_is_no_archive_is_told_so_in_the_services_words() {
    let text = "Could not unzip uploaded file. Please check your file, then try to upload again.";
    for package in [&b""[..], b"x", b"PK", &[0; 4096], &archive(&[Entry::new("a", b"1")])[..40]] {
        let refusal = refused(package);
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
    assert_eq!(accepted(&announcing(3)).entry_count, 3);
    for count in [1, 2, 4, 0xfffe, 0xffff] {
        let refusal = refused(&announcing(count));
        assert!(matches!(refusal, Refusal::NotAZip { .. }), "{count}: {refusal:?}");
    }
}

#[test]
fn bytes_around_the_archive_are_accepted_as_the_service_does() {
    let package = archive(&[Entry::new("app.py", b"x = 1")]);
    let expected = accepted(&package);
    for around in [[&b"#!/bin/sh\n"[..], &package].concat(), [&package, &[0; 512][..]].concat()] {
        let report = accepted(&around);
        assert_eq!(report.largest_entry, expected.largest_entry);
        assert_eq!(report.code_size, around.len() as u64);
        assert_eq!(report.code_sha256, Sha256Digest::of(&around));
    }
}

#[test]
fn entries_that_nobody_could_extract_are_refused_by_name() {
    let locked = |flags| Entry { flags, ..Entry::new("keys/secret\n.py", b"1") };
    for flags in [1, 1 << 6, 1 << 13] {
        let refusal = refused(&archive(&[Entry::new("a", b"1"), locked(flags)]));
        assert_eq!(refusal, Refusal::Encrypted { path: "keys/secret\\n.py".to_owned() });
        assert_eq!(refusal.to_string(), "the package's entry keys/secret\\n.py is encrypted");
    }
    // Bit 3 says that a descriptor follows, bit 11 that the name is UTF-8: neither hinders anybody.
    assert_eq!(accepted(&archive(&[locked(1 << 3 | 1 << 11)])).entry_count, 1);
    let packed = |method| archive(&[Entry { method, ..Entry::new("a", b"1") }]);
    assert_eq!(accepted(&packed(8)).largest_entry.method, 8);
    for method in [1, 9, 12, 14, 93, 95, 99, 0xffff] {
        assert_eq!(refused(&packed(method)), Refusal::UnsupportedMethod { path: "a".to_owned(), method });
    }
}

#[test]
fn a_size_over_the_limit_is_said_before_an_entry_that_cannot_be_extracted() {
    let entries = [Entry { flags: 1, ..Entry::new("a", b"1") }, Entry::new("b", b"1").declaring(1 << 40)];
    assert_eq!(refused(&archive(&entries)), Refusal::UnzippedTooLarge { limit: 262_144_000 });
}

#[test]
fn a_digest_that_is_handed_in_is_believed() {
    let digest = Sha256Digest::from_bytes([7; 32]);
    let options = InspectOptions { digest: Some(digest), ..InspectOptions::default() };
    let package = archive(&[Entry::new("a", b"1")]);
    assert_eq!(inspect(Cursor::new(&package), &options).unwrap().code_sha256, digest);
    assert_eq!(accepted(&package).code_sha256, Sha256Digest::of(&package));
}

#[test]
fn the_largest_entry_is_the_first_of_the_largest() {
    let entries = [Entry::new("small", b"1"), Entry::new("first", b"123"), Entry::new("second", b"456")];
    let report = accepted(&archive(&entries));
    assert_eq!(report.largest_entry.name, b"first");
    assert_eq!((report.largest_entry.zipped_size, report.largest_entry.unzipped_size), (3, 3));
    assert_eq!((report.entry_count, report.file_count, report.unzipped_size), (3, 3, 7));
}

#[test]
fn a_refusal_is_the_whole_text_of_the_error() {
    let error = InspectError::from(Refusal::Empty);
    assert_eq!(error.to_string(), "Uploaded file must be a non-empty zip");
    assert!(std::error::Error::source(&error).is_none());
}
