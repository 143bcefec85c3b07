//! `funclet export` and `funclet import`.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::store_tools::{check, store};
use crate::support::{HELLO, Running, refusal, run};

/// A folder for stores and exports.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn names(&self) -> Vec<String> {
        let names = fs::read_dir(self.0.path()).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Writes lines and tries to make a store of them.
    fn import(&self, text: &[u8]) -> std::process::Output {
        fs::write(self.path("file"), text).unwrap();
        run(&["import", text_of(&self.path("file")), text_of(&self.path("imported"))])
    }
}

fn text_of(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[track_caller]
fn told(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Exports a store, imports that, exports the new store; both exports, but for the header's time, and the new store.
fn round(folder: &Folder, store: &Path) -> [Vec<String>; 2] {
    let export =
        |store: &Path| told(&["export", text_of(store)]).lines().map(str::to_owned).collect::<Vec<_>>();
    let first = export(store);
    let text = first.join("\n") + "\n";
    let output = folder.import(text.as_bytes());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let imported = folder.path("imported");
    assert_eq!(check(&imported).0, Some(0));
    let second = export(&imported);
    let time =
        |lines: &[String]| serde_json::from_str::<Value>(&lines[0]).unwrap()["time_ms"].as_u64().unwrap();
    assert!(time(&second) >= time(&first), "engine time goes on");
    [first[1..].to_vec(), second[1..].to_vec()]
}

#[test]
fn what_goes_out_comes_in_again() {
    let folder = Folder::new();
    let original = folder.path("store");
    store(&original, "-KILL");
    let [first, second] = round(&folder, &original);
    assert_eq!(first, second);
    assert_eq!(folder.names(), ["file", "imported", "store"]);
    let answer = |store: &Path| {
        let server = Running::on(store);
        let (status, mut answer) = server.call("GET", HELLO, "");
        assert_eq!(status, 200);
        answer["Code"].take();
        answer
    };
    assert_eq!(answer(&folder.path("imported")), answer(&original));
}

#[test]
fn a_store_of_the_first_version_goes_round() {
    let folder = Folder::new();
    let original = folder.path("store");
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/golden-store-1");
    told(&["backup", "--copy", text_of(&golden), text_of(&original)]);
    let [first, second] = round(&folder, &original);
    assert_eq!(first, second);
    let scopes: std::collections::BTreeSet<_> = first
        .iter()
        .filter_map(|line| serde_json::from_str::<Value>(line).unwrap()["scope"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(
        scopes.into_iter().collect::<Vec<_>>(),
        ["000000000000/us-east-1", "111122223333/eu-central-1"]
    );
}

#[test]
fn an_export_may_be_a_file_or_standard_output() {
    let folder = Folder::new();
    let original = folder.path("store");
    store(&original, "-TERM");
    let printed = told(&["export", text_of(&original)]);
    let file = folder.path("file");
    fs::write(&file, "an older one").unwrap();
    let text = told(&["export", text_of(&original), text_of(&file)]);
    assert_eq!(text, "exported 1 entry and 1 package\n");
    assert_eq!(fs::read_to_string(&file).unwrap(), printed);
    assert_eq!(folder.names(), ["file", "store"]);
    fs::create_dir(folder.path("empty")).unwrap();
    let text = told(&["import", text_of(&file), text_of(&folder.path("empty/"))]);
    assert_eq!(text, "imported 1 entry and 1 package\n");
    assert_eq!(check(&folder.path("empty")).0, Some(0));
}

#[test]
fn a_pipe_is_as_good_as_a_file() {
    use std::process::Stdio;
    let folder = Folder::new();
    let (original, imported) = (folder.path("store"), folder.path("imported"));
    store(&original, "-TERM");
    let mut export = crate::support::command();
    let mut export = export.arg("export").arg(&original).stdout(Stdio::piped()).spawn().unwrap();
    let mut import = crate::support::command();
    import.args(["import", "-"]).arg(&imported).stdin(export.stdout.take().unwrap());
    assert!(import.output().unwrap().status.success() && export.wait().unwrap().success());
    assert_eq!(check(&imported).0, Some(0));
}

/// `funclet export | head`: whoever reads has seen enough, and that is no failure, as with `funclet log`.
#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    use std::process::Stdio;
    let folder = Folder::new();
    let original = folder.path("store");
    store(&original, "-TERM");
    for name in ["export", "log"] {
        let mut command = crate::support::command();
        let mut child =
            command.arg(name).arg(&original).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr), (Some(0), vec![]), "{name}");
    }
    assert_eq!(check(&original).0, Some(0));
}

/// Whatever is wrong with a file: one sentence that names the line, and nothing is left.
#[test]
fn files_that_are_not_whole_exports() {
    let folder = Folder::new();
    let original = folder.path("store");
    store(&original, "-TERM");
    let good = told(&["export", text_of(&original)]);
    let lines: Vec<&str> = good.lines().collect();
    let [header, package, entry, end] = lines[..] else { panic!("{} lines", lines.len()) };
    let file = |lines: &[&str]| lines.join("\n");
    let swapped_base64 = package.replacen("UEsD", "UEsE", 1);
    let wrong_size = package.replacen("\"size\":300000", "\"size\":3", 1);
    let bad_base64 = package.replacen("UEsD", "U*sD", 1);
    let cut_package = &package[..package.len() / 2];
    let bad_role = entry.replace("arn:aws:iam", "arn:nobody");
    let long = format!("{{\"x\":\"{}\"}}", "x".repeat(2 << 20));
    for (text, complaint) in [
        (String::new(), "line 1: this is no export of funclet"),
        ("\u{0}\u{1}".to_owned(), "line 1: this is no export of funclet"),
        (file(&[package, entry, end]), "line 1: this is no export of funclet"),
        (file(&["{\"funclet_export\":2}", end]), "line 1: this is an export of version 2"),
        (file(&[header]), "line 2: the file ends before its end line"),
        (file(&[header, package, entry]), "line 4: the file ends before its end line"),
        (
            file(&[header, package, end]),
            "line 3: the file had 1 entry and 1 package, of which 0 and 1 are here",
        ),
        (file(&[header, entry, end]), "line 2: the package "),
        (
            file(&[header, package, entry, entry, end]),
            "line 4: a line before this one has a function of the same incarnation",
        ),
        (file(&[header, package, entry, end, entry]), "line 5: something follows the end line"),
        (file(&[header, package, "", entry, end]), "line 3: expected `{`"),
        (file(&[header, package, "{\"key\":1}", entry, end]), "line 3: missing field"),
        (file(&[header, package, "{\"scope\"", entry, end]), "line 3: EOF while parsing"),
        (file(&[header, package, &bad_role, end]), "line 3: a stored text is not valid"),
        (
            file(&[header, &swapped_base64, entry, end]),
            "line 2: the content of the package does not have this sha256",
        ),
        (
            file(&[header, &wrong_size, entry, end]),
            "line 2: the content of the package does not have this sha256",
        ),
        (file(&[header, &bad_base64, entry, end]), "line 2: the base64 is not valid"),
        (file(&[header, cut_package]), "line 2: the line ends within base64"),
        (file(&[header, "{\"package\":{}}", end]), "line 2: expected `\"`"),
        (file(&[header, "{\"package\":{\"size\":1}}", end]), "line 2: a package has sha256, size and base64"),
        (file(&[header, "{\"package\":{\"x\":1}}", end]), "line 2: a package has no member `x`"),
        (file(&[header, &format!("{package} x"), entry, end]), "line 2: something follows the object"),
        (file(&[header, &long, end]), "line 2: it is longer than"),
    ] {
        let told = refusal(&folder.import(text.as_bytes()), 1);
        assert!(
            told.starts_with(&format!("funclet: {}: {complaint}", text_of(&folder.path("file")))),
            "{told}"
        );
        assert_eq!(folder.names(), ["file", "store"], "{told}");
    }
    // The order of members and blanks is free, and a missing newline at the end is no harm.
    let (sha256, rest) = package["{\"package\":{".len()..].split_once(',').unwrap();
    let (size, base64) = rest.split_once(',').unwrap();
    let base64 = base64.strip_suffix("}}").unwrap();
    let turned = format!(" {{ \"package\" : {{ {base64} , {size},{sha256} }} }} \r");
    assert!(folder.import(file(&[header, &turned, entry, end]).as_bytes()).status.success());
}

/// An import that was killed leaves its store in the making. The next one into the same place removes it, and nothing else.
#[cfg(unix)]
#[test]
fn what_a_killed_import_has_left_goes_with_the_next() {
    use std::process::{Child, Stdio};
    let folder = Folder::new();
    let (original, target) = (folder.path("store"), folder.path("imported"));
    store(&original, "-TERM");
    let text = told(&["export", text_of(&original)]);
    let begin = || -> (Child, PathBuf) {
        let mut command = crate::support::command();
        let child = command.args(["import", "-"]).arg(&target).stdin(Stdio::piped()).spawn().unwrap();
        let part = folder.path(&format!("imported.importing-{}", child.id()));
        while !part.join("TABLE").exists() && fs::read_dir(part.join("wal")).map_or(0, Iterator::count) == 0 {
            std::thread::yield_now();
        }
        (child, part)
    };
    let (mut running, of_running) = begin();
    let (mut killed, of_killed) = begin();
    killed.kill().unwrap();
    killed.wait().unwrap();
    let (of_somebody, linked) = (folder.path("imported.importing-1"), folder.path("imported.importing-2"));
    fs::create_dir(&of_somebody).unwrap();
    fs::write(of_somebody.join("thesis.tex"), "").unwrap();
    let of_another = folder.path("imported.importing-03");
    told(&["backup", text_of(&original), text_of(&of_another)]);
    std::os::unix::fs::symlink(&original, &linked).unwrap();
    let adopted = folder.path("imported.importing-4");
    told(&["backup", text_of(&original), text_of(&adopted)]);
    fs::write(adopted.join("notes.md"), "not only a store").unwrap();

    let output = folder.import(text.as_bytes());
    assert!(output.status.success());
    let told = String::from_utf8(output.stderr).unwrap();
    let removed = of_killed.canonicalize().unwrap_err().kind();
    assert_eq!(removed, std::io::ErrorKind::NotFound);
    assert!(told.starts_with("funclet: removed ") && told.lines().count() == 1, "{told}");
    assert!(told.contains(of_killed.file_name().unwrap().to_str().unwrap()), "{told}");
    for stays in [&of_running, &of_somebody, &of_another, &linked, &adopted, &original] {
        assert!(stays.exists(), "{stays:?}");
    }
    assert_eq!((check(&original).0, check(&target).0), (Some(0), Some(0)));
    running.kill().unwrap();
    running.wait().unwrap();
}

#[test]
fn places_that_do_not_fit() {
    let folder = Folder::new();
    let (original, file) = (folder.path("store"), folder.path("file"));
    let absent = folder.path("absent");
    for arguments in [vec![text_of(&absent)], vec![text_of(&absent), text_of(&file)]] {
        let text = refusal(&run(&[&["export"][..], &arguments[..]].concat()), 1);
        assert!(text.contains("is not a funclet store"), "{text}");
        assert!(folder.names().is_empty());
    }
    store(&original, "-TERM");
    let text = refusal(&run(&["export", text_of(&original), text_of(&absent.join("file"))]), 1);
    assert!(
        text.starts_with(&format!("funclet: cannot write {}: ", absent.join("file").display())),
        "{text}"
    );
    told(&["export", text_of(&original), text_of(&file)]);
    let text = refusal(&run(&["import", text_of(&file), text_of(&original)]), 1);
    assert_eq!(text, format!("funclet: cannot make a store in {}: it is not empty\n", original.display()));
    let text = refusal(&run(&["import", text_of(&absent), text_of(&folder.path("new"))]), 1);
    assert!(text.starts_with(&format!("funclet: cannot read {}: ", absent.display())), "{text}");
    assert_eq!(folder.names(), ["file", "store"]);
    let server = Running::on(&original);
    let text = refusal(&run(&["export", text_of(&original), text_of(&file)]), 1);
    assert_eq!(text, format!("funclet: {} is in use by another process\n", original.display()));
    drop(server);
}

#[test]
fn a_damaged_package_is_not_exported() {
    let folder = Folder::new();
    let (original, file) = (folder.path("store"), folder.path("file"));
    store(&original, "-TERM");
    let blobs = original.join("blobs");
    let directory = fs::read_dir(&blobs).unwrap().next().unwrap().unwrap().path();
    let package = fs::read_dir(directory).unwrap().next().unwrap().unwrap().path();
    let mut content = fs::read(&package).unwrap();
    content[1000] ^= 1;
    fs::write(&package, content).unwrap();
    let text = refusal(&run(&["export", text_of(&original), text_of(&file)]), 1);
    let blamed = format!("funclet: the package of hello (000000000000/us-east-1) in {} ", package.display());
    let told = |fault| format!("{blamed}{fault}; `funclet check` tells more\n");
    assert_eq!(text, told("is damaged"));
    assert_eq!(folder.names(), ["store"]);
    fs::remove_file(&package).unwrap();
    let export = || refusal(&run(&["export", text_of(&original), text_of(&file)]), 1);
    assert_eq!(export(), told("is missing"));
    fs::create_dir(&package).unwrap();
    let text = export();
    assert!(text.starts_with(&format!("{blamed}cannot be read: ")), "{text}");
}

/// Whoever writes to a link or a device means what it stands for.
#[cfg(unix)]
#[test]
fn an_export_replaces_neither_links_nor_devices() {
    use std::os::unix::fs::{FileTypeExt as _, symlink};
    let folder = Folder::new();
    let dir = folder.path("store");
    store(&dir, "-TERM");
    fs::write(folder.path("real"), b"old").unwrap();
    symlink(folder.path("real"), folder.path("link")).unwrap();
    told(&["export", "--quiet", text_of(&dir), text_of(&folder.path("link"))]);
    assert!(fs::symlink_metadata(folder.path("link")).unwrap().is_symlink());
    assert_eq!(
        fs::read_to_string(folder.path("real")).unwrap().lines().count(),
        told(&["export", text_of(&dir)]).lines().count()
    );

    // A link, so that a build which renames replaces only that.
    symlink("/dev/null", folder.path("device")).unwrap();
    told(&["export", "--quiet", text_of(&dir), text_of(&folder.path("device"))]);
    assert!(fs::metadata(folder.path("device")).unwrap().file_type().is_char_device());
}
