//! Archives in the archive, and native code in them that is written so as not to be seen.

use std::sync::atomic::{AtomicU64, Ordering};

use funclet_package_inspection::{
    Code, Facts, Fit, InspectError, InspectOptions, Level, Limits, Sha256Digest, Usage, inspect,
};

use crate::elves::{Image, X86_64};
use crate::forge::{Entry, Local, archive, deflate, extra_field, facts, facts_at};

fn library() -> Vec<u8> {
    Image::library(X86_64, "GLIBC_2.17").bytes()
}

/// What makes an archive so long that it is read while it is decompressed, and not by its directory.
fn filler() -> Entry {
    Entry::new("filler", &vec![0; 1 << 20])
}

/// What is told of an archive of these members that is compressed as a whole.
fn compressed(members: &[Entry]) -> Facts {
    facts_at(Level::Heads, &archive(&[Entry::deflated("lib/a.jar", &archive(members), 6)]))
}

fn details(facts: &Facts) -> Vec<String> {
    let report = facts.report(&Usage::default());
    let limits = report.findings().filter(|finding| finding.code == Code::NestingLimit);
    limits.map(|finding| format!("{}: {}", finding.entry.as_deref().unwrap(), finding.detail)).collect()
}

const NOT_FOLLOWED: &str = "lib/a.jar: it cannot be followed to its end without its directory";

/// Checks an archive whose member hides one behind it from who reads from the front.
fn check_hidden(entry: Entry) {
    let inner = [entry, Entry::deflated("b.so", &library(), 6), filler()];
    let facts = compressed(&inner);
    assert_eq!(details(&facts), [NOT_FOLLOWED], "{:?}", inner[0]);
    // Nothing is known of it, and nothing else is claimed.
    assert_eq!(facts.report(&Usage::default()).fits()[0].fit, Fit::NoNative);
    // Beside its directory it hides nothing.
    let stored = facts_at(Level::Heads, &archive(&[Entry::new("lib/a.jar", &archive(&inner))]));
    for facts in [stored, compressed(&inner[..2])] {
        assert_eq!((facts.natives.len(), details(&facts).len()), (1, 0));
    }
}

#[test]
fn compressed_archives_that_cannot_be_followed_are_told() {
    let entry = || Entry::new("a.txt", b"hello");
    check_hidden(entry().described(true, false));
    check_hidden(Entry { flags: 1, ..entry() });
    check_hidden(Entry { method: 12, ..entry() });
    let wide = Entry { extra: extra_field(1, &[5_u64.to_le_bytes(); 2].concat()), ..entry() };
    let local = Local { zipped: Some(u32::MAX), unzipped: Some(u32::MAX), ..Local::default() };
    check_hidden(Entry { zipped: u32::MAX, unzipped: u32::MAX, local, ..wide });
    let broken = Entry { stream: vec![7; 30], zipped: 30, ..Entry::deflated("a.txt", b"hello", 6) };
    check_hidden(broken);
    // What lies between members is no member.
    check_hidden(Entry { descriptor: b"between".to_vec(), ..entry() });
}

#[test]
fn compressed_archives_that_end_as_they_should_are_not_told() {
    let wide = Local { zipped: Some(u32::MAX), unzipped: Some(u32::MAX), ..Local::default() };
    let members = [
        Entry::new("folder/", b"").described(true, false),
        Entry::new("stored.so", &library()),
        Entry::deflated("deflated.so", &library(), 6),
        Entry::deflated("described.so", &library(), 6).described(true, false),
        Entry::deflated("described-wide.so", &library(), 6).described(false, true),
        // A size in a ZIP64 field is not needed where the content tells its end.
        Entry { local: wide, ..Entry::deflated("wide.so", &library(), 6) },
        filler(),
    ];
    for facts in [compressed(&members), compressed(&members[..6])] {
        assert_eq!(details(&facts), [""; 0]);
        assert_eq!(facts.natives.len(), 5);
        let size = library().len() as u64;
        assert!(facts.natives.iter().all(|native| native.size == size && !native.malformed));
    }
    assert_eq!(details(&compressed(&[])), [""; 0]);
}

/// Blocks of a stream that are not compressed: of nothing, or of few bytes.
fn stored_block(content: &[u8]) -> Vec<u8> {
    let length = content.len() as u16;
    [&[0][..], &length.to_le_bytes(), &(!length).to_le_bytes(), content].concat()
}

/// A member whose stream begins with so many bytes of empty blocks, behind `first` bytes of its content.
fn behind_nothing(name: &str, content: &[u8], first: usize, empty_bytes: usize) -> Entry {
    let (head, rest) = content.split_at(first);
    let head: Vec<u8> = head.iter().flat_map(|byte| stored_block(&[*byte])).collect();
    let stream = [head, stored_block(b"").repeat(empty_bytes / 5), deflate(rest, 6)].concat();
    Entry { zipped: stream.len() as u32, stream, ..Entry::deflated(name, content, 6) }
}

#[test]
fn code_behind_blocks_of_nothing_is_found() {
    let library = library();
    for empty_bytes in [0, 7 << 10, 9 << 10, 17 << 10, 300 << 10] {
        for first in [0, 1, 5, 20] {
            let entry = |name| behind_nothing(name, &library, first, empty_bytes);
            let (inner, long) = (archive(&[entry("a.so")]), archive(&[entry("a.so"), filler()]));
            let package = [
                entry("a.so"),
                Entry::new("stored.jar", &inner),
                Entry::deflated("deflated.jar", &inner, 6),
                Entry::deflated("long.jar", &long, 6),
            ];
            let heads = facts_at(Level::Heads, &archive(&package));
            let verified = facts(&archive(&package));
            for (level, facts) in [("heads", &heads), ("verify", &verified)] {
                let told = facts.natives.iter().filter(|native| native.machines.len() == 1);
                assert_eq!(told.count(), 4, "{empty_bytes} {first} {level}: {:?}", facts.natives);
            }
            assert!(verified.natives.iter().all(|native| native.linkage.is_some()));
        }
    }
}

/// Inspects a package with every patience until it is done, and returns how often it was asked whether to stop.
fn stops(package: &[u8]) -> u64 {
    for patience in 0.. {
        let asked = AtomicU64::new(0);
        let stop = || asked.fetch_add(1, Ordering::Relaxed) >= patience;
        let limits = Limits { nested_bytes_max: u64::MAX, ..Limits::default() };
        let digest = Some(Sha256Digest::of(b""));
        let options = InspectOptions { digest, limits, stop: Some(&stop), ..InspectOptions::default() };
        match inspect(&package, &options) {
            Err(InspectError::Stopped) => assert_eq!(asked.into_inner(), patience + 1, "it went on"),
            Ok(_) => return patience,
            Err(error) => panic!("{error:?}"),
        }
    }
    unreachable!()
}

#[test]
fn a_look_into_archives_stops_when_it_is_told_to() {
    let zeros = vec![0; 4 << 20];
    for inner in [Entry::deflated("a", &zeros, 6), Entry::new("a", &zeros)] {
        let asked = stops(&archive(&[Entry::deflated("a.jar", &archive(&[inner, filler()]), 6)]));
        assert!((20..100).contains(&asked), "{asked}");
    }
    let many: Vec<_> = (0..2_000).map(|at| Entry::new(format!("{at}"), b"1")).collect();
    let asked = stops(&archive(&[Entry::new("a.jar", &archive(&many))]));
    assert!((20..100).contains(&asked), "{asked}");
    let nothing = behind_nothing("a", b"1", 0, 1 << 20);
    let asked = stops(&archive(&[nothing]));
    assert!((100..200).contains(&asked), "{asked}");
}
