//! `funclet check` and `funclet log`.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{CODE, FUNCTIONS, Running, create_body, refusal, run, update_body, zip};

/// A store with a creation and two updates, one with a package in a file, closed.
fn store(path: &Path) {
    let server = Running::on(path);
    assert_eq!(server.call("POST", FUNCTIONS, create_body("hello", &zip("1"))).0, 201);
    assert_eq!(server.call("PUT", CODE, update_body(&zip("2"))).0, 200);
    assert_eq!(server.call("PUT", CODE, update_body(&funclet_testkit::zip_of_zipped_size(300_000))).0, 200);
    assert_eq!(server.end("-TERM").0, Some(0));
}

fn check(path: &Path) -> (Option<i32>, String) {
    let output = run(&["check", path.to_str().unwrap()]);
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

fn log(path: &Path, more: &[&str]) -> String {
    let output = run(&[&["log", path.to_str().unwrap()], more].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_healthy_store() {
    let folder = tempfile::tempdir().unwrap();
    store(folder.path());
    let (code, text) = check(folder.path());
    assert_eq!(code, Some(0), "{text}");
    assert!(text.ends_with("healthy\n"), "{text}");
}

#[test]
fn a_damaged_package() {
    let folder = tempfile::tempdir().unwrap();
    store(folder.path());
    let blob = largest_file(&folder.path().join("blobs"));
    let mut bytes = fs::read(&blob).unwrap();
    bytes[1000] ^= 1;
    fs::write(&blob, bytes).unwrap();
    let (code, text) = check(folder.path());
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains(&format!("DAMAGED {}: ", blob.display())) && text.ends_with("damaged\n"), "{text}");
    fs::remove_file(&blob).unwrap();
    assert_eq!(check(folder.path()).0, Some(1));
}

#[test]
fn a_damaged_log() {
    let folder = tempfile::tempdir().unwrap();
    store(folder.path());
    let segment = largest_file(&folder.path().join("wal"));
    let mut bytes = fs::read(&segment).unwrap();
    // In the middle of the first records, which later ones prove to have been durable.
    bytes[200] ^= 1;
    fs::write(&segment, bytes).unwrap();
    let (code, text) = check(folder.path());
    assert_eq!(code, Some(1), "{text}");
    let path = folder.path().to_str().unwrap();
    let text = refusal(&run(&["serve", "--listen", "127.0.0.1:0", "--data-dir", path]), 1);
    assert!(text.contains(segment.to_str().unwrap()) && text.contains("damaged"), "{text}");
    refusal(&run(&["log", path]), 1);
}

fn largest_file(folder: &Path) -> std::path::PathBuf {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else {
                files.push((entry.metadata().unwrap().len(), entry.path()));
            }
        }
    }
    files.into_iter().max().unwrap().1
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
    store(folder.path());
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
