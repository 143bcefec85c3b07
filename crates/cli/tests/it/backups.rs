//! `funclet backup` and `funclet restore`.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::store_tools::{check, store};
use crate::support::{CODE, HELLO, Running, refusal, run, update_body, zip};

#[track_caller]
fn told(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What a store answers about its function.
fn answer(path: &Path) -> Value {
    let server = Running::on(path);
    let (status, answer) = server.call("GET", HELLO, "");
    assert_eq!(status, 200);
    server.end("-KILL");
    answer["Configuration"].clone()
}

#[test]
fn a_closed_store_is_copied_and_restored() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (original, linked, copied, restored) =
        (path("store"), path("linked"), path("copied"), path("restored"));
    store(original.as_ref(), "-TERM");
    let text = told(&["backup", &original, &linked]);
    assert!(text.starts_with("backed up ") && !text.contains(" 0 of them as hard links"), "{text}");
    let text = told(&["backup", "--copy", &original, &copied]);
    assert!(text.ends_with(" 0 of them as hard links\n"), "{text}");
    for copy in [&linked, &copied] {
        assert_eq!(check(copy.as_ref()).0, Some(0));
    }
    let text = told(&["restore", "--copy", &linked, &restored]);
    assert!(text.starts_with("restored ") && text.ends_with(" 0 of them as hard links\n"), "{text}");
    let expected = answer(original.as_ref());
    assert_eq!(answer(restored.as_ref()), expected);
    assert_eq!(answer(linked.as_ref()), expected);
    // Whoever shares files with it has not changed the other copy.
    assert_eq!(answer(copied.as_ref()), expected);
}

#[test]
fn nothing_is_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let original = folder.path().join("store");
    store(&original, "-TERM");
    let original = original.to_str().unwrap();
    let taken = folder.path().to_str().unwrap();
    let text = refusal(&run(&["backup", original, taken]), 1);
    assert_eq!(text, format!("funclet: cannot copy into {taken}: it is not empty\n"));
    let text = refusal(&run(&["restore", original, taken]), 1);
    assert_eq!(text, format!("funclet: cannot make a store in {taken}: it is not empty\n"));
    let file = folder.path().join("file");
    fs::write(&file, "content").unwrap();
    let (file, below) = (file.display().to_string(), file.join("copy").display().to_string());
    let text = refusal(&run(&["backup", original, &file]), 1);
    assert_eq!(text, format!("funclet: cannot copy into {file}: it is a file\n"));
    let text = refusal(&run(&["backup", original, &below]), 1);
    assert!(text.starts_with("funclet: cannot ") && text.contains(": Not a directory"), "{text}");
    assert_eq!(fs::read(&file).unwrap(), b"content");
    let within = format!("{original}/wal/copy");
    let text = refusal(&run(&["backup", original, &within]), 1);
    assert_eq!(text, format!("funclet: cannot copy into {within}: it lies within the store\n"));
    assert_eq!(check(original.as_ref()).0, Some(0));
    let absent = format!("{original}-absent");
    refusal(&run(&["backup", &absent, &within]), 1);
    refusal(&run(&["restore", &absent, &within]), 1);
}

#[test]
fn a_damaged_backup_is_not_restored() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (original, backup, restored) = (path("store"), path("backup"), path("restored"));
    store(original.as_ref(), "-TERM");
    told(&["backup", "--copy", &original, &backup]);
    let snapshot = fs::read_dir(format!("{backup}/snap")).unwrap().next().unwrap().unwrap().path();
    let mut content = fs::read(&snapshot).unwrap();
    let middle = content.len() / 2;
    content[middle] ^= 1;
    fs::write(&snapshot, content).unwrap();
    let output = run(&["restore", &backup, &restored]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains(&format!("DAMAGED {}", snapshot.display())), "{text}");
    assert!(text.ends_with(&format!("{backup} is damaged: nothing was restored\n")), "{text}");
    assert!(!Path::new(&restored).exists());
}

#[test]
fn a_served_store_is_copied_by_its_server() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (original, copy) = (path("store"), path("copy"));
    store(original.as_ref(), "-KILL");
    let server = Running::with(&["--data-dir", &original, "--allow-backup"]);
    let text = refusal(&run(&["backup", &original, &copy]), 1);
    assert!(text.contains("--allow-backup") && text.contains("--endpoint"), "{text}");

    assert_eq!(server.call("PUT", CODE, update_body(&zip("3"))).0, 200);
    let acknowledged = server.call("GET", HELLO, "").1["Configuration"].clone();
    let text = told(&["backup", "--endpoint", &server.endpoint, &copy]);
    assert!(text.starts_with("backed up "), "{text}");
    assert_eq!(server.call("PUT", CODE, update_body(&zip("4"))).0, 200);
    let text = refusal(&run(&["backup", "--endpoint", &server.endpoint, &copy]), 1);
    let refused = "the server answers 400: The backup cannot go there: cannot copy into";
    assert_eq!(text, format!("funclet: {refused} {copy}: it is not empty.\n"));
    let file = path("file");
    fs::write(&file, "content").unwrap();
    let text = refusal(&run(&["backup", "--endpoint", &server.endpoint, &file]), 1);
    assert_eq!(text, format!("funclet: {refused} {file}: it is a file.\n"));
    let text = refusal(&run(&["backup", "--endpoint", &server.endpoint, &format!("{file}/copy")]), 1);
    assert!(
        text.contains("The backup cannot go there: cannot ") && text.contains("Not a directory"),
        "{text}"
    );
    server.end("-TERM");
    assert_eq!(check(copy.as_ref()).0, Some(0));
    assert_eq!(answer(copy.as_ref()), acknowledged);
}

#[test]
fn a_server_makes_no_copies_unless_it_may() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy");
    let copy = copy.to_str().unwrap();
    let server = Running::with(&["--in-memory"]);
    let text = refusal(&run(&["backup", "--endpoint", &server.endpoint, copy]), 1);
    assert_eq!(
        text,
        "funclet: the server answers 403: Backup is not allowed: the server was not started with --allow-backup.\n"
    );
    let server = Running::with(&["--in-memory", "--allow-backup"]);
    let text = refusal(&run(&["backup", "--endpoint", &server.endpoint, copy]), 1);
    assert!(text.contains("the server answers 400: The server keeps its data in memory"), "{text}");
    assert_eq!(server.call("POST", "/_funclet/backup", json!({ "Target": "copy" }).to_string()).0, 400);
    let endpoint = server.endpoint.clone();
    server.end("-KILL");
    let text = refusal(&run(&["backup", "--endpoint", &endpoint, copy]), 1);
    assert!(text.starts_with("funclet: the server does not answer: "), "{text}");
    assert!(!Path::new(copy).exists());
}
