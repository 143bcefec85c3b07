//! Any bytes at all: the inspection answers, what it says is true, and it does not work more than they are worth.

use std::fs::File;
use std::io::{Cursor, Write};
use std::num::NonZeroUsize;

use funclet_package_inspection::{
    Architecture, Facts, Framing, InspectOptions, Level, Seekable, Sha256Digest, Source, Usage, inspect,
};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::forge::{Entry, archive, end_record, facts};
use crate::models::{Package, SEEDS, cases, mutate, mutation, package};
use crate::reading::Watched;

const LEVELS: [Level; 3] = [Level::Frame, Level::Heads, Level::Verify];

fn at(level: Level, source: &dyn Source) -> Facts {
    inspect(source, &InspectOptions { level, ..InspectOptions::default() }).unwrap()
}

/// Inspects the bytes at all levels, which must not panic, and checks what is said of them.
fn check(bytes: &[u8]) {
    for level in LEVELS {
        let facts = at(level, &bytes);
        assert_eq!(facts.code_sha256, Sha256Digest::of(bytes));
        assert_eq!(facts.code_size, bytes.len() as u64);
        assert!(facts.entry_count <= bytes.len() as u64 / 46);
        assert!(facts.file_count <= facts.entry_count);
        assert!(facts.kinds.values().sum::<u64>() <= facts.file_count);
        let largest = facts.largest_entry.as_ref();
        assert_eq!(largest.is_some(), facts.entry_count > 0);
        assert!(largest.is_none_or(|entry| entry.unzipped_size <= facts.unzipped_size));
        let architecture = Some(Architecture::X86_64);
        let runtime = Some("provided.al2023".to_owned());
        for usage in [Usage::default(), Usage { architecture, runtime, ..Usage::default() }] {
            let report = facts.report(&usage);
            assert!(report.verdict(Framing::Lenient) <= report.verdict(Framing::Strict));
            for framing in [Framing::Lenient, Framing::Strict] {
                let worst = report.findings().map(|finding| finding.verdict(framing)).max();
                assert_eq!(
                    worst.unwrap_or(funclet_package_inspection::Verdict::Accept),
                    report.verdict(framing)
                );
                let written = serde_json::to_value(report.written(framing)).unwrap();
                assert_eq!(written["entries"], facts.entry_count);
            }
            if let Some(refusal) = report.refusal(Framing::Lenient) {
                assert!(report.refusal(Framing::Strict).is_some(), "{refusal}");
                assert!(!refusal.to_string().is_empty());
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(1_000))]

    #[test]
    fn archives_that_lie(Package(package) in package()) {
        check(&package);
    }

    #[test]
    fn damaged_archives(seed in 0..SEEDS.len(), mutations in vec(mutation(), 1..6)) {
        let mut bytes = SEEDS[seed].clone();
        for mutation in &mutations {
            mutate(&mut bytes, mutation);
        }
        check(&bytes);
    }

    #[test]
    fn arbitrary_bytes(bytes in vec(any::<u8>(), 0..4_096)) {
        check(&bytes);
    }

    #[test]
    fn bytes_that_end_like_an_archive(
        mut bytes in vec(prop_oneof![Just(b'P'), Just(b'K'), 0..8_u8], 0..512),
        (count, size, offset) in (any::<u16>(), any::<u32>(), any::<u32>()),
    ) {
        bytes.extend(end_record(count % 8, size % 1_024, offset % 1_024));
        check(&bytes);
    }

    /// What is read of a package whose digest is known, when only heads are looked at: each place a few times, and a few KiB
    /// beside it.
    #[test]
    fn the_work_on_heads_is_bounded(Package(package) in package()) {
        let watched = Watched::new(&package);
        let options = InspectOptions { digest: Some(Sha256Digest::of(b"")), ..InspectOptions::default() };
        let facts = inspect(&watched, &options).unwrap();
        let (size, entries) = (package.len() as u64, facts.entry_count);
        let (bytes, calls) = watched.work();
        prop_assert!(bytes <= 8 * size + 32_768 * (entries + 4), "{bytes} bytes of {size}, {entries} entries");
        prop_assert!(calls <= size / 4_096 + 16 * (entries + 4), "{calls} calls, {size} bytes, {entries} entries");
    }

    #[test]
    fn where_the_bytes_are_and_who_reads_them_makes_no_difference(Package(package) in package()) {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&package).unwrap();
        for level in LEVELS {
            let expected = at(level, &package);
            prop_assert_eq!(&at(level, &file), &expected);
            prop_assert_eq!(&at(level, &Seekable::new(Cursor::new(&package))), &expected);
            let digest = Some(Sha256Digest::of(&package));
            let options = InspectOptions { level, digest, ..InspectOptions::default() };
            prop_assert_eq!(&inspect(&file, &options).unwrap(), &expected);
            prop_assert_eq!(&inspect(&package, &options).unwrap(), &expected);
        }
    }
}

fn with_threads(level: Level, threads: usize, source: &dyn Source) -> Facts {
    let threads = NonZeroUsize::new(threads).unwrap();
    inspect(source, &InspectOptions { level, threads, ..InspectOptions::default() }).unwrap()
}

proptest! {
    #![proptest_config(cases(12))]

    /// Threads come into it from 1 MiB on.
    #[test]
    fn threads_make_no_difference(Package(package) in package(), seed in any::<u32>(), at in 0..3_usize) {
        let noise: Vec<u8> = (0..1_200_000_u32).map(|at| (at ^ seed).wrapping_mul(2_654_435_761).to_le_bytes()[3]).collect();
        let entries = [
            Entry::new("noise", &noise),
            Entry::new("inner.zip", &package),
            Entry::deflated("inner.jar", &package, 6),
            Entry { crc: 1, ..Entry::deflated("wrong", &noise, 1) },
        ];
        // More that is wrong than is told, in members of all lengths.
        let wrong = (0..90_usize).map(|at| {
            Entry { crc: 1, ..Entry::new(format!("w{at}"), &noise[..at * 37 % 80]) }
        });
        let entries: Vec<Entry> = entries.into_iter().chain(wrong).collect();
        let mut packages = vec![archive(&entries), [&noise, &package[..]].concat()];
        let package = packages.remove(at % 2);
        let mut file: File = tempfile::tempfile().unwrap();
        file.write_all(&package).unwrap();
        for level in LEVELS {
            let expected = with_threads(level, 1, &package);
            prop_assert_eq!(&with_threads(level, 1, &file), &expected);
            for threads in [2, 3] {
                prop_assert_eq!(&with_threads(level, threads, &package), &expected);
                prop_assert_eq!(&with_threads(level, threads, &file), &expected);
            }
        }
    }

    #[test]
    fn sound_archives_are_described_as_they_were_written(
        files in vec(("[a-z]{1,8}(/[a-z]{1,8}){0,2}/?", vec(any::<u8>(), 0..200)), 1..20),
        (before, behind) in (vec(any::<u8>(), 0..40), vec(0..0x40_u8, 0..40)),
    ) {
        let entries: Vec<_> = files.iter().map(|(name, content)| Entry::new(name, content)).collect();
        let package = [before, archive(&entries), behind].concat();
        let facts = facts(&package);
        prop_assert_eq!(facts.entry_count, files.len() as u64);
        prop_assert_eq!(facts.file_count, files.iter().filter(|(name, _)| !name.ends_with('/')).count() as u64);
        prop_assert_eq!(facts.unzipped_size, files.iter().map(|(_, content)| content.len() as u64).sum::<u64>());
        prop_assert_eq!(facts.code_sha256, Sha256Digest::of(&package));
    }
}
