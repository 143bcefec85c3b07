//! `funclet check` and `funclet log` on healthy stores and on what is none. What is damaged: `damage.rs`.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{CODE, FUNCTIONS, Running, create_body, refusal, run, update_body, zip};

/// A store with a creation and two updates, one with a package in a file; ended with `signal`.
pub(crate) fn store(path: &Path, signal: &str) {
    // Without a report of what is missing in the packages.
    let server = Running::with(&["--data-dir", path.to_str().unwrap(), "--arch-policy", "off"]);
    assert_eq!(server.call("POST", FUNCTIONS, create_body("hello", &zip("1"))).0, 201);
    assert_eq!(server.call("PUT", CODE, update_body(&zip("2"))).0, 200);
    assert_eq!(server.call("PUT", CODE, update_body(&funclet_testkit::zip_of_zipped_size(300_000))).0, 200);
    server.end(signal);
}

pub(crate) fn check(path: &Path) -> (Option<i32>, String) {
    let output = run(&["check", path.to_str().unwrap()]);
    assert_eq!(output.stderr, b"", "no bar where nobody looks");
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

fn log(path: &Path, more: &[&str]) -> String {
    let output = run(&[&["log", path.to_str().unwrap()], more].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_healthy_store() {
    for signal in ["-TERM", "-KILL"] {
        let folder = tempfile::tempdir().unwrap();
        store(folder.path(), signal);
        let (code, text) = check(folder.path());
        assert_eq!(code, Some(0), "{text}");
        assert!(text.ends_with("\nhealthy\n") && text.contains("\npackages: 1 of 300000 bytes\n"), "{text}");
        // The table is made from the rest.
        let _ = fs::remove_dir_all(folder.path().join("table"));
        let _ = fs::remove_file(folder.path().join("TABLE"));
        assert_eq!(check(folder.path()).0, Some(0));

        let output = run(&["check", "--json", "--quiet", folder.path().to_str().unwrap()]);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((&report["healthy"], &report["packages"]), (&true.into(), &1.into()), "{report}");
        assert_eq!(report["findings"], serde_json::json!([]));
        assert_eq!(report["snapshot_entries"].as_u64().unwrap() > 0, signal == "-TERM", "{report}");
    }
}

#[test]
fn what_is_no_store_cannot_be_checked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    for command in ["check", "log"] {
        let code = if command == "check" { 2 } else { 1 };
        let text = refusal(&run(&[command, path]), code);
        assert_eq!(text, format!("funclet: {path} is not a funclet store: it has no FORMAT file\n"));
        let absent = folder.path().join("absent");
        refusal(&run(&[command, absent.to_str().unwrap()]), code);
        assert!(!absent.exists());
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_store_in_use_cannot_be_checked() {
    let folder = tempfile::tempdir().unwrap();
    let _server = Running::on(folder.path());
    let path = folder.path().to_str().unwrap();
    let text = refusal(&run(&["check", path]), 2);
    assert_eq!(text, format!("funclet: {path} is in use by another process\n"));
}

#[test]
fn the_log_tells_what_happened() {
    let folder = tempfile::tempdir().unwrap();
    store(folder.path(), "-KILL");
    let lines = log(folder.path(), &["--json"]);
    let records: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let numbers: Vec<_> = records.iter().map(|record| record["lsn"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
    let of_lambda: Vec<_> =
        records.iter().filter(|record| record["scope"] == "000000000000/us-east-1").collect();
    assert!(of_lambda.len() >= 3, "{lines}");
    assert!(of_lambda[0]["events"].as_u64().unwrap() > 0);
    assert_eq!(of_lambda[0]["blobs"][0]["bytes"], zip("1").len());
    assert_eq!(of_lambda[0]["references"][0]["taken"], true);
    assert!(of_lambda[0]["writes"].to_string().contains("hello"), "{}", of_lambda[0]);

    let text = log(folder.path(), &[]);
    let hold = format!("hold {}", of_lambda[0]["references"][0]["digest"].as_str().unwrap());
    assert!(text.contains(&hold), "{text}");
    let last = numbers.len().to_string();
    let tail = log(folder.path(), &["--from", &last]);
    assert!(tail.starts_with(&format!("{last} ")) && text.ends_with(&tail), "{tail}");
}

#[test]
fn the_log_begins_after_a_snapshot() {
    let folder = tempfile::tempdir().unwrap();
    store(folder.path(), "-TERM");
    let server = Running::on(folder.path());
    assert_eq!(server.call("PUT", CODE, update_body(&zip("3"))).0, 200);
    server.end("-KILL");
    let lines = log(folder.path(), &["--json"]);
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let snapshot = &lines[0]["snapshot"];
    let file = folder.path().join(format!("snap/{:020}.snap", snapshot["lsn"].as_u64().unwrap()));
    assert_eq!(snapshot["file"], file.to_str().unwrap());
    assert!(file.exists());
    assert!(lines.last().unwrap()["lsn"].as_u64() > snapshot["lsn"].as_u64(), "{lines:?}");

    let text = log(folder.path(), &[]);
    let begin =
        format!("the log goes on after record {}: what came before is in the snapshot ", snapshot["lsn"]);
    assert!(text.starts_with(&begin), "{text}");
}
