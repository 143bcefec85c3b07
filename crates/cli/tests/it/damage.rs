//! `funclet check` finds what is wrong, in every kind of file.
//!
//! Each test takes a healthy store, does one thing to one file, and expects exit code 1 and a line that names the file (or
//! its neighbour, where only that can tell).

use std::fs;
use std::path::{Path, PathBuf};

use crate::store_tools::{check, store};
use crate::support::{CODE, Running, refusal, run, update_body, zip};

/// A store with a snapshot, a log of several segments after it, and packages in files; killed, so nothing is tidy.
fn worn_store(path: &Path) {
    store(path, "-TERM");
    // The second snapshot lets go of the segment that the log began with.
    update_and_end(path, 3, "-TERM");
    for number in 4..7 {
        update_and_end(path, number, "-KILL");
    }
    assert_eq!(check(path).0, Some(0));
}

fn update_and_end(path: &Path, number: u32, signal: &str) {
    let server = Running::on(path);
    assert_eq!(server.call("PUT", CODE, update_body(&zip(&number.to_string()))).0, 200);
    server.end(signal);
}

/// The files below a directory, in the order of their names.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<_> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries.into_iter().flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Checks what `change` makes of the file, and puts it back.
#[track_caller]
fn damaged(root: &Path, file: &Path, change: impl FnOnce(&Path), blamed: &Path) {
    let content = fs::read(file).unwrap();
    change(file);
    let (code, text) = check(root);
    assert_eq!(code, Some(1), "{file:?}: {text}");
    let names =
        |line: &str| line.starts_with(&format!("DAMAGED {}", blamed.display())) && line.contains("; ");
    assert!(text.lines().any(names) && text.ends_with("\ndamaged\n"), "{blamed:?}: {text}");
    fs::write(file, content).unwrap();
}

fn flip(at: usize) -> impl FnOnce(&Path) {
    move |file| {
        let mut content = fs::read(file).unwrap();
        content[at] ^= 1;
        fs::write(file, content).unwrap();
    }
}

fn cut(bytes: usize) -> impl FnOnce(&Path) {
    move |file| fs::write(file, &fs::read(file).unwrap()[..bytes]).unwrap()
}

fn remove(file: &Path) {
    fs::remove_file(file).unwrap();
}

fn replace(with: &Path) -> impl FnOnce(&Path) {
    let content = fs::read(with).unwrap();
    move |file| fs::write(file, content).unwrap()
}

#[test]
fn format() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let root = folder.path();
    worn_store(root);
    store(other.path(), "-TERM");
    let file = root.join("FORMAT");
    for at in [0, 9, 20, 35] {
        damaged(root, &file, flip(at), &file);
    }
    damaged(root, &file, cut(10), &file);
    damaged(root, &file, cut(0), &file);
    damaged(root, &file, remove, &file);
    // Then everything else belongs to another store.
    damaged(root, &file, replace(&other.path().join("FORMAT")), &files(&root.join("snap"))[0]);
    assert_eq!(check(root).0, Some(0));
}

#[test]
fn segments() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let root = folder.path();
    worn_store(root);
    store(other.path(), "-KILL");
    let (wal, segments) = (root.join("wal"), files(&root.join("wal")));
    assert!(segments.len() >= 3, "{segments:?}");
    let (sealed, last) = (&segments[1], segments.last().unwrap());
    for at in [3, 30, 600] {
        damaged(root, sealed, flip(at), sealed);
    }
    damaged(root, last, flip(30), last);
    // Nothing else says so: the last process was killed.
    for bytes in [0, 600, fs::read(last).unwrap().len() - 1] {
        damaged(root, last, cut(bytes), last);
    }
    damaged(root, last, remove, &wal);
    damaged(root, sealed, cut(100), sealed);
    damaged(root, sealed, cut(0), sealed);
    damaged(root, sealed, remove, &segments[2]);
    damaged(root, sealed, replace(&segments[0]), sealed);
    damaged(root, sealed, replace(&files(&other.path().join("wal"))[0]), sealed);
    damaged(root, last, |file| fs::write(file.with_file_name("x"), "").unwrap(), &wal.join("x"));
    remove(&wal.join("x"));
    assert_eq!(check(root).0, Some(0));
}

#[test]
fn reach() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let root = folder.path();
    worn_store(root);
    store(other.path(), "-KILL");
    let file = root.join("REACH");
    for at in [0, 9, 20, 35, 43, 50] {
        damaged(root, &file, flip(at), &file);
    }
    damaged(root, &file, cut(10), &file);
    damaged(root, &file, cut(0), &file);
    damaged(root, &file, replace(&other.path().join("REACH")), &file);
    assert_eq!(check(root).0, Some(0));
}

#[test]
fn snapshots() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let root = folder.path();
    worn_store(root);
    store(other.path(), "-TERM");
    let snapshot = &files(&root.join("snap"))[0];
    let length = fs::read(snapshot).unwrap().len();
    for at in [3, 30, 100, length / 2, length - 1] {
        damaged(root, snapshot, flip(at), snapshot);
    }
    for bytes in [0, 30, length / 2, length - 1] {
        damaged(root, snapshot, cut(bytes), snapshot);
    }
    damaged(root, snapshot, replace(&files(&other.path().join("snap"))[0]), snapshot);
    // Then the log does not begin at its begin.
    damaged(root, snapshot, remove, &files(&root.join("wal"))[0]);
    assert_eq!(check(root).0, Some(0));
}

/// A server goes on without a snapshot that its table stands in for, says so, and replaces it.
#[test]
fn a_snapshot_that_nobody_misses_is_told() {
    use std::io::{BufRead as _, BufReader};
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    store(root, "-TERM");
    let snapshot = &files(&root.join("snap"))[0];
    flip(100)(snapshot);
    assert_eq!(check(root).0, Some(1));
    let arguments = ["--data-dir", root.to_str().unwrap()];
    let mut server = Running::logging(&arguments, "warn", std::process::Stdio::piped());
    let mut line = String::new();
    BufReader::new(server.child.stderr.take().unwrap()).read_line(&mut line).unwrap();
    let told = ["the snapshot is damaged", snapshot.to_str().unwrap(), "nothing is lost"];
    assert!(told.iter().all(|text| line.contains(text)), "{line}");
    server.end("-TERM");
    assert_eq!(check(root).0, Some(0));
}

/// What is of the wrong kind is damage, too; a server refuses the store and names it.
#[test]
fn kinds() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    store(root, "-TERM");
    let aside = root.join("tmp/aside");
    fs::create_dir(&aside).unwrap();
    damaged(root, &root.join("TABLE"), |_| {}, &aside);
    let serve = ["serve", "--listen", "127.0.0.1:0", "--data-dir", root.to_str().unwrap()];
    let text = refusal(&run(&serve), 1);
    assert_eq!(text, format!("funclet: {} is a directory, where a file belongs\n", aside.display()));
    let (_, text) = check(root);
    let advice = "it is a directory, where a file belongs; move it away: nothing of the store is in it";
    assert!(text.contains(&format!("DAMAGED {}: {advice}", aside.display())), "{text}");
    fs::remove_dir(&aside).unwrap();
    for name in ["wal", "snap", "blobs"] {
        let (place, aside) = (root.join(name), root.with_extension("aside"));
        fs::rename(&place, &aside).unwrap();
        fs::write(&place, "").unwrap();
        damaged(root, &place, |_| {}, &place);
        fs::remove_file(&place).unwrap();
        fs::rename(&aside, &place).unwrap();
    }
    assert_eq!(check(root).0, Some(0));
}

#[test]
fn packages() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    store(root, "-TERM");
    let package = &files(&root.join("blobs"))[0];
    let length = fs::read(package).unwrap().len();
    for at in [0, length / 2, length - 1] {
        damaged(root, package, flip(at), package);
    }
    damaged(root, package, cut(length - 1), package);
    damaged(root, package, cut(0), package);
    damaged(root, package, remove, package);
    damaged(root, package, replace(&files(&root.join("snap"))[0]), package);
    assert_eq!(check(root).0, Some(0));
}

/// What says how far the log reached says so, and without it the mark of a clean close.
#[test]
fn a_log_that_is_older_than_its_store() {
    let (folder, older) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let root = folder.path();
    store(root, "-KILL");
    let copied = run(&["backup", "--copy", root.to_str().unwrap(), older.path().to_str().unwrap()]);
    assert!(copied.status.success());
    update_and_end(root, 3, "-TERM");
    assert_eq!(check(root).0, Some(0));
    for name in ["wal", "snap"] {
        fs::remove_dir_all(root.join(name)).unwrap();
        fs::create_dir(root.join(name)).unwrap();
    }
    for segment in files(&older.path().join("wal")) {
        fs::copy(&segment, root.join("wal").join(segment.file_name().unwrap())).unwrap();
    }
    let blamed = format!("DAMAGED {}", root.join("wal").display());
    let assert_told = |what: &str| {
        let (code, text) = check(root);
        assert_eq!(code, Some(1), "{text}");
        assert!(text.contains(&blamed) && text.contains(what), "{text}");
    };
    assert_told("the segment that begins with record");
    fs::remove_file(root.join("REACH")).unwrap();
    assert_told("the store was closed after record");
}

#[test]
fn a_torn_tail_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    worn_store(root);
    let last = files(&root.join("wal")).pop().unwrap();
    let mut content = fs::read(&last).unwrap();
    let end = content.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    let end = end.next_multiple_of(8);
    content.resize(content.len().max(end + 60), 0);
    content[end..end + 60].fill(0xab);
    fs::write(&last, content).unwrap();
    let (code, text) = check(root);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains(&format!("torn tail: {} at offset {end}", last.display())), "{text}");
}

/// A damaged log is shown up to the damage; a server refuses it.
#[test]
fn the_log_is_shown_up_to_its_damage() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    store(root, "-KILL");
    for number in 3..6 {
        update_and_end(root, number, "-KILL");
    }
    let path = root.to_str().unwrap();
    let shown = |output: &std::process::Output| output.stdout.split(|byte| *byte == b'\n').count();
    let whole = shown(&run(&["log", "--json", path]));
    let segment = &files(&root.join("wal"))[1];
    // In a record, in the header, and behind the end of what is left.
    for change in [Box::new(flip(600)) as Box<dyn FnOnce(&Path)>, Box::new(flip(30)), Box::new(cut(1100))] {
        let content = fs::read(segment).unwrap();
        change(segment);
        let output = run(&["log", "--json", path]);
        let text = refusal(&output, 1);
        assert!(text.contains(segment.to_str().unwrap()) && text.contains("damaged"), "{text}");
        assert!((2..whole).contains(&shown(&output)), "{} of {whole}", shown(&output));
        fs::write(segment, content).unwrap();
    }
    flip(600)(segment);
    let text = refusal(&run(&["serve", "--listen", "127.0.0.1:0", "--data-dir", path]), 1);
    assert!(text.contains(segment.to_str().unwrap()) && text.contains("damaged"), "{text}");
}
