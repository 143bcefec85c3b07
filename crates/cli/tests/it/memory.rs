//! How much memory the largest update takes.

use std::fs;

use crate::support::{CODE, FUNCTIONS, Running, create_body, update_body, zip};

/// A package of 50 MB passes through in less memory than three times its size; resident memory is asked of the system.
#[test]
#[cfg(target_os = "linux")]
fn the_largest_update_peaks_below_three_times_the_package() {
    const BYTES: usize = 52_000_000;
    let folder = tempfile::tempdir().unwrap();
    let server = Running::on(folder.path());
    server.call("POST", FUNCTIONS, create_body("hello", &zip("1")));
    let idle = resident_kib_max(&server);
    let (status, updated) =
        server.call("PUT", CODE, update_body(&funclet_testkit::zip_of_zipped_size(BYTES)));
    assert_eq!((status, updated["CodeSize"].as_u64()), (200, Some(BYTES as u64)));
    let peak = resident_kib_max(&server);
    assert!(peak * 1024 < 3 * BYTES as u64, "{peak} KiB");
    eprintln!("resident memory: {idle} KiB idle, {peak} KiB at its peak");
    server.end("-TERM");
}

#[cfg(target_os = "linux")]
fn resident_kib_max(server: &Running) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.child.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse().unwrap()
}
