//! What the strict profile takes, two other readers read alike: as many members, with the same names, sizes and bytes.
//! Where they differ about an archive, the strict profile must not take it.

use std::io::{Cursor, Read};

use flate2::read::DeflateDecoder;
use funclet_package_inspection::{Code, Facts, Finding, Framing, Usage, Verdict};
use proptest::prelude::*;
use rawzip::CompressionMethod;

use crate::forge::{Archive, DEFLATED, DESCRIBED, Ends, Entry, STORED, archive, extra_field, facts};
use crate::models::{Package, SEEDS, cases, package};

/// A member as a reader has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Member {
    name: Vec<u8>,
    size: u64,
    content: Vec<u8>,
}

fn read_by_zip(package: &[u8]) -> Result<Vec<Member>, String> {
    let told = |error: zip::result::ZipError| format!("zip: {error}");
    let mut archive = zip::ZipArchive::new(Cursor::new(package)).map_err(told)?;
    let mut members = Vec::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).map_err(told)?;
        let (name, size) = (file.name_raw().to_vec(), file.size());
        let mut content = Vec::new();
        file.read_to_end(&mut content).map_err(|error| format!("zip: {error}"))?;
        members.push(Member { name, size, content });
    }
    Ok(members)
}

fn read_by_rawzip(package: &[u8]) -> Result<Vec<Member>, String> {
    let told = |error: rawzip::Error| format!("rawzip: {error}");
    let archive = rawzip::ZipArchive::from_slice(package).map_err(told)?;
    let mut entries = archive.entries();
    let mut members = Vec::new();
    while let Some(record) = entries.next_entry().map_err(told)? {
        let entry = archive.get_entry(record.wayfinder()).map_err(told)?;
        let mut content = Vec::new();
        let result = match record.compression_method() {
            CompressionMethod::STORE => entry.verifying_reader(entry.data()).read_to_end(&mut content),
            CompressionMethod::DEFLATE => {
                entry.verifying_reader(DeflateDecoder::new(entry.data())).read_to_end(&mut content)
            }
            other => return Err(format!("rawzip: method {other}")),
        };
        result.map_err(|error| format!("rawzip: {error}"))?;
        let (name, size) = (record.file_path().as_ref().to_vec(), record.uncompressed_size_hint());
        members.push(Member { name, size, content });
    }
    Ok(members)
}

/// Reads from the front, as who cannot seek does: by local headers alone, from the first byte to where none follows.
fn read_from_the_front(mut rest: &[u8]) -> Result<Vec<Member>, String> {
    let mut members = Vec::new();
    while let Some(header) = rest.strip_prefix(b"PK\x03\x04") {
        let half = |at: usize| u16::from_le_bytes(header[at..at + 2].try_into().unwrap());
        let word = |at: usize| u32::from_le_bytes(header[at..at + 4].try_into().unwrap());
        let (flags, method, crc, zipped) = (half(2), half(4), word(10), word(14));
        let (name, behind) = header[26..].split_at(half(22).into());
        let stream = &behind[half(24).into()..];
        let mut content = Vec::new();
        let used = match method {
            STORED if flags & DESCRIBED == 0 => {
                content.extend(&stream[..zipped as usize]);
                zipped as usize
            }
            // A folder has no content, so its end is known.
            STORED if name.ends_with(b"/") => 0,
            DEFLATED => {
                let mut decoder = DeflateDecoder::new(stream);
                decoder.read_to_end(&mut content).map_err(|error| format!("from the front: {error}"))?;
                decoder.total_in() as usize
            }
            _ => return Err(format!("from the front: {} cannot be followed", name.escape_ascii())),
        };
        rest = &stream[used..];
        let found = crc32fast::hash(&content);
        if flags & DESCRIBED == 0 {
            if (used, found) != (zipped as usize, crc) {
                return Err(format!("from the front: {} is another", name.escape_ascii()));
            }
        } else {
            rest = behind_descriptor(rest, found, used as u64, content.len() as u64)?;
        }
        members.push(Member { name: name.to_vec(), size: content.len() as u64, content });
    }
    Ok(members)
}

/// Passes over a descriptor of whichever form says what was read.
fn behind_descriptor(rest: &[u8], crc: u32, zipped: u64, unzipped: u64) -> Result<&[u8], String> {
    let narrow =
        [&crc.to_le_bytes()[..], &(zipped as u32).to_le_bytes(), &(unzipped as u32).to_le_bytes()].concat();
    let wide = [&crc.to_le_bytes()[..], &zipped.to_le_bytes(), &unzipped.to_le_bytes()].concat();
    for signature in [&b"PK\x07\x08"[..], b""] {
        for numbers in [&wide, &narrow] {
            if let Some(rest) = rest.strip_prefix(signature).and_then(|rest| rest.strip_prefix(&numbers[..]))
            {
                return Ok(rest);
            }
        }
    }
    Err(format!("from the front: no descriptor at {}", rest[..rest.len().min(24)].escape_ascii()))
}

fn verdict(facts: &Facts) -> Verdict {
    facts.report(&Usage::default()).verdict(Framing::Strict)
}

/// Compares what is told of a package that the strict profile takes with what the readers read. `false` if it does
/// not take it.
fn check(package: &[u8]) -> Result<bool, String> {
    let facts = facts(package);
    if verdict(&facts) == Verdict::Reject {
        return Ok(false);
    }
    let mut by_zip = read_by_zip(package)?;
    let mut by_rawzip = read_by_rawzip(package)?;
    by_zip.sort();
    by_rawzip.sort();
    if by_zip != by_rawzip {
        return Err(format!("zip and rawzip differ: {by_zip:?} {by_rawzip:?}"));
    }
    let size: u64 = by_zip.iter().map(|member| member.size).sum();
    let sizes = by_zip.iter().all(|member| member.size == member.content.len() as u64);
    if (by_zip.len() as u64, size) != (facts.entry_count, facts.unzipped_size) || !sizes {
        return Err(format!("told are {} and {}, not {by_zip:?}", facts.entry_count, facts.unzipped_size));
    }
    // What is merely warned of may keep a reader from reading it from the front, but not what is accepted.
    if verdict(&facts) == Verdict::Accept {
        let mut streamed = read_from_the_front(package)?;
        streamed.sort();
        if by_zip != streamed {
            return Err(format!("from the front other members are read: {by_zip:?} {streamed:?}"));
        }
    }
    Ok(true)
}

fn told(package: &[u8]) -> String {
    let facts = facts(package);
    let report = facts.report(&Usage::default());
    let findings: Vec<_> = report.findings().collect();
    format!("{findings:?}")
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn what_is_taken_strictly_is_read_alike(Package(package) in package()) {
        if let Err(difference) = check(&package) {
            return Err(TestCaseError::fail(format!("{difference}\n{}", told(&package))));
        }
    }
}

#[test]
fn hostile_archives_that_are_taken_strictly_are_read_alike() {
    let taken = SEEDS
        .iter()
        .map(|seed| check(seed).unwrap_or_else(|difference| panic!("{difference}\n{}", told(seed))));
    assert!(taken.filter(|&taken| taken).count() > 20);
}

/// The comparison would be worth nothing if hardly an archive were compared.
#[test]
fn many_archives_that_are_drawn_are_taken_strictly() {
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = package();
    let draw = |runner: &mut _| strategy.new_tree(runner).unwrap().current();
    let taken = (0..300).filter(|_| verdict(&facts(&draw(&mut runner).0)) != Verdict::Reject).count();
    assert!((60..270).contains(&taken), "{taken} of 300");
}

/// Archives that a reader reads otherwise or not at all, as properties found them; the strict profile took each of them once.
#[test]
fn what_readers_differ_about_is_not_taken() {
    let entries = || vec![Entry::deflated("a.py", b"x = 1", 6), Entry::deflated("b.py", b"y = 2", 6)];
    let plain = || Archive::of(entries());
    let wide = || Archive { ends: Ends::Wide, ..plain() };
    let changed = |archive: Archive, from_end: usize, bytes: &[u8]| {
        let mut package = archive.bytes();
        let at = package.len() - from_end;
        package[at..at + bytes.len()].copy_from_slice(bytes);
        package
    };
    let behind_the_directory = {
        let mut package = plain().bytes();
        let end = package.len() - 22;
        package.splice(end..end, *b"in between");
        package
    };
    // The entry is as long as the ZIP64 records, so that by its length the directory begins with the second.
    let as_long_as_the_records = {
        let mut entries = entries();
        entries[0].comment = vec![b' '; 76 - 46 - entries[0].name.len()];
        Archive { ends: Ends::Twice, ..Archive::of(entries) }.bytes()
    };
    let cases = [
        (
            Archive { before: b"#!".to_vec(), counts_from_itself: true, ..wide() }.bytes(),
            Code::Zip64LocatorBad,
        ),
        (behind_the_directory, Code::UnreferencedBytes),
        (changed(plain(), 18, &[255, 255]), Code::MultiDisk),
        (changed(wide(), 18, &[255, 255]), Code::MultiDisk),
        (changed(wide(), 26, &[2]), Code::MultiDisk),
        (as_long_as_the_records, Code::CdSizeMismatch),
    ];
    for (package, code) in cases {
        let facts = facts(&package);
        let report = facts.report(&Usage::default());
        let finding = report.findings().find(|finding| finding.code == code);
        let finding = finding.unwrap_or_else(|| panic!("{code}: {}", told(&package)));
        assert_eq!(finding.verdict(Framing::Strict), Verdict::Reject, "{finding:?}");
        assert_ne!(finding.verdict(Framing::Lenient), Verdict::Reject, "{finding:?}");
    }
    for both in [plain(), wide()] {
        assert_eq!(check(&both.bytes()), Ok(true));
    }
    // Who reads from the front does not know where this member ends.
    let mut entry = Entry::deflated("a.py", b"x = 1", 6);
    entry.local.zipped = Some(u32::MAX);
    let package = Archive::of(vec![entry]).bytes();
    assert!(read_from_the_front(&package).is_err());
    assert_eq!(verdict(&facts(&package)), Verdict::Reject);
}

#[test]
fn archives_in_which_others_could_be_found_are_not_taken() {
    let inner = Archive::of(vec![Entry::new("evil.py", b"")]).bytes();
    let entry = || Entry::new("a.py", b"x = 1");
    let found = |archive: Archive, code| {
        let facts = facts(&archive.bytes());
        let report = facts.report(&Usage::default());
        let verdict = |finding: &Finding| finding.verdict(Framing::Strict);
        let found = report.findings().filter(|finding| finding.code == code).map(verdict).max();
        assert_eq!(found, Some(Verdict::Reject), "{code}: {report:?}");
    };
    found(Archive { comment: inner.clone(), ..Archive::of(vec![entry()]) }, Code::MultipleEocd);
    // Its offset is too large, which some do not mind who find the directory by its length.
    let mut too_far = inner.clone();
    let offset_at = too_far.len() - 6;
    too_far[offset_at + 2] = 0x10;
    found(Archive { comment: too_far, ..Archive::of(vec![entry()]) }, Code::MultipleEocd);
    // It lies before more end records than are looked at.
    let hidden = [inner.clone(), b"PK\x05\x06".repeat(4100)].concat();
    found(Archive { comment: hidden, ..Archive::of(vec![entry()]) }, Code::MultipleEocd);
    found(Archive { between: inner.clone(), ..Archive::of(vec![entry()]) }, Code::OrphanLocalHeader);
    found(Archive { before: inner.clone(), ..Archive::of(vec![entry()]) }, Code::MultipleEocd);
    // In a member it is that member's content.
    assert_eq!(check(&Archive::of(vec![entry(), Entry::new("inner.zip", &inner)]).bytes()), Ok(true));
    // The last byte of the first member is the first of the second.
    let shares = Entry { zipped: 6, unzipped: 6, crc: crc32fast::hash(b"x = 1P"), ..entry() };
    found(Archive::of(vec![shares, Entry::new("b.py", b"")]), Code::Overlap);
}

#[test]
fn members_that_some_readers_miss_or_refuse_are_not_taken() {
    let check = |entry: Entry, code| {
        let package = archive(&[entry.clone(), Entry::deflated("last.py", b"y = 2", 6)]);
        let facts = facts(&package);
        let report = facts.report(&Usage::default());
        let found = report.findings().filter(|finding| finding.code == code);
        let verdicts =
            found.map(|finding| (finding.verdict(Framing::Strict), finding.verdict(Framing::Lenient)));
        assert_eq!(verdicts.max(), Some((Verdict::Reject, Verdict::Warn)), "{code}: {entry:?}");
    };
    let entry = || Entry::deflated("a.py", b"x = 1", 6);
    // What streams takes the descriptor for a short one, and what follows for the end.
    let mut long = entry().described(true, true);
    long.local.extra.clear();
    check(long, Code::DescriptorMismatch);
    let behind_gap = Entry { gap: b"gap".to_vec(), ..entry() };
    let package = archive(&[Entry::new("first.py", b""), behind_gap.clone()]);
    assert_eq!(verdict(&facts(&package)), Verdict::Reject);
    // Before the first member it is another matter.
    assert_eq!(verdict(&facts(&archive(&[behind_gap]))), Verdict::Warn);
    for (host, mode, is_taken) in [
        (3, 0o120_777, true),
        (2, 0o100_644, true),
        (2, 0o120_777, false),
        (16, 0o020_644, false),
        (19, 0o120_777, false),
    ] {
        let entry = Entry { made_by: host << 8 | 20, ..entry().mode(mode) };
        if is_taken {
            assert_ne!(verdict(&facts(&archive(&[entry]))), Verdict::Reject, "{host}");
        } else {
            check(entry, Code::SpecialFile);
        }
    }
    check(Entry { flags: 1 << 5, ..entry() }, Code::UnsupportedMethod);
    check(Entry { needs: 64, ..entry() }, Code::UnsupportedMethod);
    assert_eq!(verdict(&facts(&archive(&[Entry { needs: 63, ..entry() }]))), Verdict::Accept);
    let mut renamed = entry();
    renamed.local.extra = extra_field(0x7075, &[&[1, 0, 0, 0, 0][..], b"evil.py"].concat());
    check(renamed, Code::UnicodePathMismatch);
    for name in [".", "folder/.", "folder/.."] {
        check(Entry { name: name.into(), ..entry() }, Code::PathConflict);
    }
}

/// The same bytes are UTF-8 to some readers, and a code page to those that follow the format.
#[test]
fn names_that_do_not_say_how_they_are_written_are_told() {
    let check = |name: &[u8], flags: u16, expected: Option<&str>| {
        let entry = Entry { flags, ..Entry::new(name, b"1") };
        let facts = facts(&archive(&[entry]));
        let report = facts.report(&Usage::default());
        let found =
            report.findings().map(|finding| (finding.code, finding.detail.as_str())).collect::<Vec<_>>();
        assert_eq!(found, expected.map(|detail| (Code::NameNotUtf8, detail)).into_iter().collect::<Vec<_>>());
        let verdict = if expected.is_some() { Verdict::Warn } else { Verdict::Accept };
        assert_eq!(report.verdict(Framing::Strict), verdict);
        assert_eq!(report.verdict(Framing::Lenient), Verdict::Accept);
    };
    check("café.py".as_bytes(), 0, Some("it is UTF-8 and does not say so"));
    check("café.py".as_bytes(), 1 << 11, None);
    check(b"caf\xe9.py", 0, Some(""));
    check(b"caf\xe9.py", 1 << 11, Some(""));
    check(b"cafe.py", 0, None);
}
