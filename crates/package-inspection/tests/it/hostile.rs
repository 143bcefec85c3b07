//! Hostile archives: those that are kept, and those that are too large to be kept. Goal: the verdict of both profiles, the
//! findings and the facts are those that their maker expects, without an exception.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use funclet_package_inspection::{Code, Facts, Framing, InspectOptions, Level, Sha256Digest, Usage, inspect};
use serde::Deserialize;

use crate::forge::{Archive, Entry, Forged, archive, deflate, end_record};
use crate::table::{self, Table, compare};

#[derive(Deserialize)]
struct Manifest {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    file: String,
    size: u64,
    sha256: String,
    code_sha256: String,
    strict: String,
    lenient: String,
    codes: Vec<String>,
    facts: ExpectedFacts,
}

#[derive(Default, Deserialize)]
struct ExpectedFacts {
    #[serde(default)]
    arch: BTreeMap<String, String>,
    #[serde(default)]
    nested: BTreeMap<String, String>,
    glibc_need: Option<String>,
    runtime: Option<String>,
    method: Option<u16>,
    usize: Option<u64>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/hostile")
}

fn cases() -> Vec<(Case, Vec<u8>)> {
    let manifest = fs::read_to_string(folder().join("manifest.json")).unwrap();
    let manifest: Manifest = serde_json::from_str(&manifest).unwrap();
    let package = |case: Case| {
        let package = fs::read(folder().join(&case.file)).unwrap();
        (case, package)
    };
    manifest.cases.into_iter().map(package).collect()
}

impl Case {
    fn usage(&self) -> Usage {
        Usage { runtime: self.facts.runtime.clone(), ..Usage::default() }
    }

    /// Says what is other than expected.
    fn compare(&self, facts: &Facts) -> Vec<String> {
        let report = facts.report(&self.usage());
        let mut wrong = Vec::new();
        let verdict = |framing| report.verdict(framing).to_string();
        compare(&mut wrong, "strict", &self.strict, &verdict(Framing::Strict));
        compare(&mut wrong, "lenient", &self.lenient, &verdict(Framing::Lenient));
        compare(&mut wrong, "size", &self.size, &facts.code_size);
        compare(&mut wrong, "sha256", &self.sha256, &facts.code_sha256.to_string());
        compare(&mut wrong, "code_sha256", &self.code_sha256, &facts.code_sha256.base64());
        let found = codes(facts, &self.usage());
        for code in self.codes.iter().filter(|code| !found.contains(code.as_str())) {
            wrong.push(format!("{code} was not found"));
        }
        let expected = &self.facts;
        for (architecture, fit) in &expected.arch {
            compare(&mut wrong, architecture, fit, &table::fits(&report)[architecture]);
        }
        for (path, machine) in &expected.nested {
            let native = facts.natives.iter().find(|native| native.path == *path);
            compare(&mut wrong, path, &Some(vec![machine.clone()]), &native.map(table::machines));
        }
        if let Some(glibc) = &expected.glibc_need {
            let linkages = facts.natives.iter().filter_map(|native| native.linkage.as_ref());
            let newest = linkages.filter_map(|linkage| linkage.glibc.clone()).max();
            compare(&mut wrong, "glibc", &Some(glibc.clone()), &newest.map(|glibc| glibc.to_string()));
        }
        if let Some(method) = expected.method {
            compare(
                &mut wrong,
                "method",
                &Some(method),
                &facts.largest_entry.as_ref().map(|entry| entry.method),
            );
        }
        if let Some(unzipped) = expected.usize {
            compare(&mut wrong, "unzipped", &unzipped, &facts.unzipped_size);
        }
        wrong
    }
}

fn codes(facts: &Facts, usage: &Usage) -> BTreeSet<&'static str> {
    facts.report(usage).findings().map(|finding| finding.code.as_str()).collect()
}

fn at(level: Level, package: &[u8]) -> Facts {
    inspect(&package, &InspectOptions { level, ..InspectOptions::default() }).unwrap()
}

#[test]
fn every_archive_is_judged_as_its_maker_expects() {
    let mut table = Table::default();
    for (case, package) in cases() {
        let facts = at(Level::Verify, &package);
        let found: Vec<_> = codes(&facts, &case.usage()).into_iter().collect();
        let told = format!("{}/{}: {}", case.strict, case.lenient, found.join(", "));
        table.row(&case.id, &told, &case.compare(&facts));
    }
    table.finish();
}

#[test]
fn no_archive_of_the_folder_is_left_out() {
    let listed: BTreeSet<_> = cases().into_iter().map(|(case, _)| case.file).collect();
    let zips = fs::read_dir(folder()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    assert_eq!(listed, zips.filter(|file| file.ends_with(".zip")).collect());
    assert_eq!(listed.len(), 74);
}

#[test]
fn a_deeper_look_finds_more_and_the_lenient_profile_takes_more() {
    for (case, package) in cases() {
        let levels = [Level::Frame, Level::Heads, Level::Verify].map(|level| at(level, &package));
        let mut before = None;
        for facts in &levels {
            let report = facts.report(&case.usage());
            let verdicts = (report.verdict(Framing::Strict), report.verdict(Framing::Lenient));
            assert!(verdicts.1 <= verdicts.0, "{}: {verdicts:?} at {}", case.id, facts.level);
            // Only what a function needs of a package is not asked of a frame.
            if case.facts.runtime.is_none() {
                assert!(before <= Some(verdicts), "{}: {verdicts:?} at {}", case.id, facts.level);
                before = Some(verdicts);
            }
        }
        let [frame, heads, verify] = &levels;
        assert_eq!(frame.entry_count, verify.entry_count, "{}", case.id);
        assert_eq!(heads.kinds, verify.kinds, "{}", case.id);
    }
}

/// What is expected of an archive that is written here, in the words of the manifest.
fn check_large(id: &str, package: &[u8], strict: &str, lenient: &str, expected: &[Code]) {
    let digest = Sha256Digest::of(package);
    let case = Case {
        id: id.to_owned(),
        file: String::new(),
        size: package.len() as u64,
        sha256: digest.to_string(),
        code_sha256: digest.base64(),
        strict: strict.to_owned(),
        lenient: lenient.to_owned(),
        codes: expected.iter().map(ToString::to_string).collect(),
        facts: ExpectedFacts::default(),
    };
    for level in [Level::Frame, Level::Heads, Level::Verify] {
        let facts = at(level, package);
        assert_eq!(case.compare(&facts), [""; 0], "{id} at {level}: {:?}", codes(&facts, &Usage::default()));
    }
}

fn files(count: usize) -> Vec<Entry> {
    (0..count).map(|at| Entry::new(format!("f{at:06}"), b"")).collect()
}

#[test]
fn as_many_entries_as_a_plain_archive_has() {
    check_large("entries-65534", &archive(&files(65_534)), "accept", "accept", &[]);
}

#[test]
fn more_entries_than_a_plain_archive_has() {
    let package = archive(&files(70_000));
    check_large("entries-70000-zip64", &package, "reject", "warn", &[Code::TooManyEntries]);
}

#[test]
fn a_count_of_entries_that_has_gone_once_around() {
    let mut package = archive(&files(65_540));
    // Without its ZIP64 records, and with a plain one that counts modulo 65,536.
    package.truncate(package.len() - 98);
    let directory = 65_540 * 53;
    package.extend(end_record(4, directory, package.len() as u32 - directory));
    check_large("entries-wrap-65540", &package, "reject", "reject", &[Code::CdCountMismatch]);
}

/// Every local header but the first lies in the content of the member before, quoted by a stored block.
fn quoted_overlaps(count: usize) -> Vec<u8> {
    let kernel = deflate(&vec![0; 4 << 20], 9);
    let (mut zipped, mut unzipped) = (kernel.len() as u32, 4 << 20_u32);
    let mut members = Vec::new();
    for at in (0..count).rev() {
        let entry = Entry { zipped, unzipped, method: 8, ..Entry::new(format!("q{at:05}"), b"") };
        let header = Archive::of(vec![Entry { is_listed: false, ..entry.clone() }]).forge();
        let header = header.bytes[..30 + entry.name.len()].to_vec();
        zipped += header.len() as u32 + 5;
        unzipped = unzipped.wrapping_add(header.len() as u32);
        members.push((entry, header));
    }
    members.reverse();
    let mut forged = Archive::of(Vec::new()).forge();
    forged.bytes.clear();
    let mut entries = Vec::new();
    for (at, (entry, header)) in members.into_iter().enumerate() {
        if at > 0 {
            let length = header.len() as u16;
            forged.bytes.extend([&[0][..], &length.to_le_bytes(), &(!length).to_le_bytes()].concat());
        }
        entries.push(Entry { at: Some(forged.bytes.len() as u32), is_written: false, ..entry });
        forged.bytes.extend(header);
    }
    forged.bytes.extend(kernel);
    let Forged { bytes: before, .. } = forged;
    Archive { before, entries, ..Archive::default() }.bytes()
}

#[test]
fn overlaps_that_unpack_to_eight_gibibytes() {
    let package = quoted_overlaps(2000);
    let expected = [Code::UnzippedTooLarge, Code::Overlap];
    check_large("overlap-quoted-8gib", &package, "reject", "reject", &expected);
}

#[test]
fn bytes_that_are_nothing() {
    let package: Vec<u8> = (0..3_u64 << 20).map(|at| ((at * 2_654_435_761) >> 13) as u8).collect();
    check_large("random-3mib", &package, "reject", "reject", &[Code::NotZip]);
    let package = b"PK\x05\x06".repeat(1 << 18);
    check_large("eocd-signatures-1mib", &package, "reject", "reject", &[Code::NotZip]);
}

#[test]
fn no_finding_is_judged_harsher_than_its_code() {
    for (case, package) in cases() {
        let facts = at(Level::Verify, &package);
        for finding in facts.report(&case.usage()).findings() {
            for framing in [Framing::Strict, Framing::Lenient] {
                assert!(
                    finding.verdict(framing) <= finding.code.verdict(framing),
                    "{}: {finding:?}",
                    case.id
                );
            }
        }
    }
    assert!(Code::ALL.iter().all(|code| code.verdict(Framing::Lenient) <= code.verdict(Framing::Strict)));
}
