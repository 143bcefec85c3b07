//! How much memory an inspection takes. Goal: nothing that a package announces makes it grow. Method: the process's own
//! peak, before and after; so each measurement runs in a process of its own, which is this binary again.

#![cfg(target_os = "linux")]

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::process::Command;

use funclet_package_inspection::{Code, Facts, InspectOptions, Level, Limits, Sha256Digest, Usage, inspect};

use crate::elves::{Image, X86_64};
use crate::forge::{Entry, archive, end_record, zip64_end, zip64_locator};

/// Set in the processes that measure: the package.
const MEASURING: &str = "FUNCLET_MEASURING_MEMORY";

/// What an inspection may add to the peak.
const GROWTH_KIB_MAX: u64 = 4 * 1024;
/// And of one whose package is 50 MB, or is made to fill memory.
const LARGE_GROWTH_KIB_MAX: u64 = 8 * 1024;

/// What is asked for and never touched may be more, but not by much: that of one system is the failure of another.
const ASKED_KIB_MAX: u64 = 128 * 1024;

/// The peaks of what lies in memory and of what was asked for.
fn peaks_kib() -> [u64; 2] {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    ["VmHWM:", "VmPeak:"].map(|name| {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    })
}

struct Measured {
    name: &'static str,
    limits: Limits,
    level: Level,
    growth_kib_max: u64,
}

/// A measurement of a package without limits: what bounds memory is not the limits.
fn measured(name: &'static str) -> Measured {
    let limits = Limits {
        zipped_bytes_max: u64::MAX,
        unzipped_bytes_max: u64::MAX,
        entries_max: u64::MAX,
        ..Limits::default()
    };
    Measured { name, limits, level: Level::Verify, growth_kib_max: GROWTH_KIB_MAX }
}

impl Measured {
    /// Lets `write` write a package, and runs the test of this name alone in a process of its own, where it measures the
    /// inspection: what writing took there would be taken again without a trace.
    fn check(&self, expected: fn(&Facts) -> bool, write: impl FnOnce(&mut fs::File)) {
        let Some(package) = std::env::var_os(MEASURING) else {
            let mut package = tempfile::NamedTempFile::new().unwrap();
            write(package.as_file_mut());
            let output = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", &format!("memory::{}", self.name), "--nocapture"])
                .env(MEASURING, package.path())
                .output()
                .unwrap();
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
            assert!(text.contains("1 passed"), "{text}");
            return print!("{text}");
        };
        let package = fs::File::open(package).unwrap();
        let digest = Some(Sha256Digest::of(b""));
        let options =
            InspectOptions { limits: self.limits, level: self.level, digest, ..InspectOptions::default() };
        let [before, asked_before] = peaks_kib();
        let facts = inspect(&package, &options).unwrap();
        let [after, asked_after] = peaks_kib();
        let (growth, asked) = (after - before, asked_after - asked_before);
        println!("{}: {growth} KiB, {asked} KiB were asked for", self.name);
        assert!(expected(&facts), "{:?}", facts.report(&Usage::default()).findings().collect::<Vec<_>>());
        assert!(growth <= self.growth_kib_max, "{growth} KiB");
        assert!(asked <= ASKED_KIB_MAX, "{asked} KiB were asked for");
    }
}

fn has(facts: &Facts, code: Code) -> bool {
    facts.report(&Usage::default()).count(code) > 0
}

fn has_no_directory(facts: &Facts) -> bool {
    facts.entry_count == 0 && has(facts, Code::CdOutOfBounds)
}

fn has_another_count(facts: &Facts) -> bool {
    has(facts, Code::CdCountMismatch)
}

fn write_repeated(package: &mut fs::File, unit: &[u8], bytes: usize) {
    let chunk = unit.repeat((64 << 10) / unit.len());
    for _ in 0..bytes / chunk.len() {
        package.write_all(&chunk).unwrap();
    }
}

#[test]
fn four_billion_announced_entries() {
    measured("four_billion_announced_entries").check(has_another_count, |package| {
        // The directory is announced as large as the entries would need, and one entry is there.
        package.write_all(&[&b"PK\x01\x02"[..], &[0; 42]].concat()).unwrap();
        package.write_all(&zip64_end(4_000_000_000, 46 * 4_000_000_000, 0, 46)).unwrap();
    });
}

#[test]
fn four_billion_announced_entries_in_a_package_that_seems_large_enough() {
    let name = "four_billion_announced_entries_in_a_package_that_seems_large_enough";
    measured(name).check(has_no_directory, |package| {
        // A hole of 170 GiB costs no disk.
        let directory_bytes = 46 * 4_000_000_000;
        package.seek(SeekFrom::Start(directory_bytes)).unwrap();
        package.write_all(&zip64_end(4_000_000_000, directory_bytes, 0, directory_bytes)).unwrap();
    });
}

#[test]
fn one_entry_of_five_million_in_a_package_that_seems_large_enough() {
    let name = "one_entry_of_five_million_in_a_package_that_seems_large_enough";
    measured(name).check(has_another_count, |package| {
        package.write_all(&[&b"PK\x01\x02"[..], &[0; 42]].concat()).unwrap();
        let directory_bytes = 46 * 5_000_000;
        package.seek(SeekFrom::Start(directory_bytes)).unwrap();
        package.write_all(&zip64_end(5_000_000, directory_bytes, 0, directory_bytes)).unwrap();
    });
}

#[test]
fn a_million_entries() {
    // About 100 bytes for each that is really there.
    let name = "a_million_entries";
    let million = Measured { growth_kib_max: 160 * 1024, ..measured(name) };
    million.check(
        |facts| facts.entry_count == 1_000_000,
        |package| {
            for at in 0..1_000_000_u32 {
                let mut entry = [&b"PK\x01\x02"[..], &[0; 24], &[8], &[0; 17]].concat();
                entry.extend(format!("{at:08}").as_bytes());
                package.write_all(&entry).unwrap();
            }
            let directory_bytes = 54 * 1_000_000_u64;
            package.write_all(&zip64_end(1_000_000, directory_bytes, 0, directory_bytes)).unwrap();
        },
    );
}

#[test]
fn fifty_megabytes_of_directory_signatures() {
    let expected = |facts: &Facts| has(facts, Code::CdSizeMismatch);
    measured("fifty_megabytes_of_directory_signatures").check(expected, |package| {
        write_repeated(package, b"PK\x01\x02", 49 << 20);
        package.write_all(&end_record(1, 3, 0)).unwrap();
    });
}

#[test]
fn fifty_megabytes_of_zip64_signatures() {
    let expected = |facts: &Facts| has(facts, Code::CdOutOfBounds);
    measured("fifty_megabytes_of_zip64_signatures").check(expected, |package| {
        write_repeated(package, b"PK\x06\x06", 49 << 20);
        for searched_from in [0, 25 << 20] {
            package.write_all(&zip64_locator(searched_from)).unwrap();
            package.write_all(&end_record(u16::MAX, 0, 0)).unwrap();
        }
    });
}

/// A package of 50 MB as functions have it: libraries, sources, a jar.
fn write_fifty_megabytes(package: &mut fs::File) {
    let noise: Vec<u8> = (0..12_000_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 21) as u8).collect();
    let library = Image { padding: 6 << 20, ..Image::library(X86_64, "GLIBC_2.17") }.bytes();
    let jar = archive(&[Entry::deflated("a.so", &library, 1), Entry::new("b.so", &library)]);
    let mut entries = vec![
        Entry::new("noise", &noise),
        Entry::deflated("library.so", &library, 1),
        Entry::new("stored.jar", &jar),
        Entry::deflated("deflated.jar", &jar, 1),
        Entry::new("more", &noise),
        Entry::new("yet-more", &noise),
    ];
    entries.extend((0..4_000).map(|at| Entry::deflated(format!("lib/{at}.py"), &noise[..1_000], 6)));
    let bytes = archive(&entries);
    assert!((44_000_000..52_000_000).contains(&bytes.len()), "{}", bytes.len());
    package.write_all(&bytes).unwrap();
}

#[test]
fn the_heads_of_fifty_megabytes() {
    let name = "the_heads_of_fifty_megabytes";
    let heads = Measured { level: Level::Heads, growth_kib_max: LARGE_GROWTH_KIB_MAX, ..measured(name) };
    heads.check(|facts| facts.natives.len() == 5, write_fifty_megabytes);
}

#[test]
fn the_content_of_fifty_megabytes() {
    let name = "the_content_of_fifty_megabytes";
    let verify = Measured { growth_kib_max: LARGE_GROWTH_KIB_MAX, ..measured(name) };
    let expected = |facts: &Facts| facts.natives.iter().all(|native| native.linkage.is_some());
    verify.check(expected, write_fifty_megabytes);
}
