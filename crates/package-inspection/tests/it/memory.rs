//! How much memory an inspection takes. Goal: nothing that a package announces makes it grow. Method: the process's own
//! peak, before and after; so each measurement runs in a process of its own, which is this binary again.

#![cfg(target_os = "linux")]

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::process::Command;

use funclet_package_inspection::{
    InspectError, InspectOptions, Limits, Refusal, Report, Sha256Digest, inspect,
};

use crate::forge::{end_record, zip64_end, zip64_locator};

/// Set in the processes that measure.
const MEASURING: &str = "FUNCLET_MEASURING_MEMORY";

/// What an inspection may add to the peak. The floods take most, a few dozen bytes for each signature in the 256 KiB
/// that are searched: 1.3 MiB where this was written.
const GROWTH_KIB_MAX: u64 = 4 * 1024;

type Answer = Result<Report, InspectError>;

fn peak_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Runs the test `name` alone in a process of its own, where it measures the inspection of what `write` wrote.
fn check(name: &str, limits: Limits, expected: fn(&Answer) -> bool, write: impl FnOnce(&mut fs::File)) {
    if std::env::var_os(MEASURING).is_none() {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", &format!("memory::{name}"), "--nocapture"])
            .env(MEASURING, "1")
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
        assert!(text.contains("1 passed"), "{text}");
        return;
    }
    let mut package = tempfile::tempfile().unwrap();
    write(&mut package);
    let before = peak_kib();
    let answer = inspect(&mut package, &InspectOptions { limits, digest: Some(Sha256Digest::of(b"")) });
    let growth = peak_kib() - before;
    assert!(expected(&answer), "{answer:?}");
    assert!(growth <= GROWTH_KIB_MAX, "{growth} KiB");
}

fn is_not_a_zip(answer: &Answer) -> bool {
    matches!(answer, Err(InspectError::Refused(Refusal::NotAZip { .. })))
}

fn has_a_million_entries(answer: &Answer) -> bool {
    answer.as_ref().is_ok_and(|report| report.entry_count == 1_000_000)
}

/// Every package may be as large as it likes: what bounds memory is not the limits.
fn no_limits() -> Limits {
    Limits { zipped_bytes_max: u64::MAX, unzipped_bytes_max: u64::MAX, entries_max: u64::MAX }
}

fn write_repeated(package: &mut fs::File, unit: &[u8], bytes: usize) {
    let chunk = unit.repeat((64 << 10) / unit.len());
    for _ in 0..bytes / chunk.len() {
        package.write_all(&chunk).unwrap();
    }
}

#[test]
fn four_billion_announced_entries() {
    check("four_billion_announced_entries", no_limits(), is_not_a_zip, |package| {
        // The directory is announced as large as the entries would need, and one entry is there.
        package.write_all(&[&b"PK\x01\x02"[..], &[0; 42]].concat()).unwrap();
        package.write_all(&zip64_end(4_000_000_000, 46 * 4_000_000_000, 0, 46)).unwrap();
    });
}

#[test]
fn four_billion_announced_entries_in_a_package_that_seems_large_enough() {
    check(
        "four_billion_announced_entries_in_a_package_that_seems_large_enough",
        no_limits(),
        is_not_a_zip,
        |package| {
            // A hole of 170 GiB costs no disk.
            let directory_bytes = 46 * 4_000_000_000;
            package.seek(SeekFrom::Start(directory_bytes)).unwrap();
            package.write_all(&zip64_end(4_000_000_000, directory_bytes, 0, directory_bytes)).unwrap();
        },
    );
}

#[test]
fn a_million_entries() {
    check("a_million_entries", no_limits(), has_a_million_entries, |package| {
        let entry = [&b"PK\x01\x02"[..], &[0; 42]].concat();
        let directory_bytes = 46 * 1_000_000_u64;
        for _ in 0..1_000 {
            package.write_all(&entry.repeat(1_000)).unwrap();
        }
        package.write_all(&zip64_end(1_000_000, directory_bytes, 0, directory_bytes)).unwrap();
    });
}

#[test]
fn fifty_megabytes_of_directory_signatures() {
    check("fifty_megabytes_of_directory_signatures", no_limits(), is_not_a_zip, |package| {
        write_repeated(package, b"PK\x01\x02", 49 << 20);
        package.write_all(&end_record(1, 3, 0)).unwrap();
    });
}

#[test]
fn fifty_megabytes_of_zip64_signatures() {
    check("fifty_megabytes_of_zip64_signatures", no_limits(), is_not_a_zip, |package| {
        write_repeated(package, b"PK\x06\x06", 49 << 20);
        for searched_from in [0, 25 << 20] {
            package.write_all(&zip64_locator(searched_from)).unwrap();
            package.write_all(&end_record(u16::MAX, 0, 0)).unwrap();
        }
    });
}
