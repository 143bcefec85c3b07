//! What the strict profile takes, two other readers read alike: as many members, with the same names, sizes and bytes.
//! Where they differ about an archive, the strict profile must not take it.

use std::io::{Cursor, Read};

use flate2::read::DeflateDecoder;
use funclet_package_inspection::{Facts, Framing, Usage, Verdict};
use proptest::prelude::*;
use rawzip::CompressionMethod;

use crate::forge::{DEFLATED, DESCRIBED, STORED, facts};
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
