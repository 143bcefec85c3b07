//! `funclet inspect`.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use serde_json::Value;

use crate::support::{command, refusal, run};

fn hostile() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../package-inspection/tests/data/hostile")
}

fn text_of(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The arguments of a run on one of the hostile packages.
fn arguments<'a>(path: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    [&["inspect", text_of(path)], more].concat()
}

/// Exit code and standard output of a run that complains of nothing.
#[track_caller]
fn told(output: &Output) -> (i32, String) {
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    (output.status.code().unwrap(), String::from_utf8(output.stdout.clone()).unwrap())
}

#[track_caller]
fn json(path: &Path, more: &[&str]) -> (i32, Value) {
    let (code, text) = told(&run(&arguments(path, &[&["--json"], more].concat())));
    assert_eq!(text.lines().count(), 1, "{text}");
    (code, serde_json::from_str(&text).unwrap())
}

/// Asserts exit code and report on a hostile package; the report begins behind its path.
#[track_caller]
fn assert_report(name: &str, more: &[&str], code: i32, report: &str) {
    let path = hostile().join(name);
    let expected = (code, format!("{}: {report}\n", path.display()));
    let told = told(&run(&arguments(&path, more)));
    assert_eq!(told, expected, "\n{}", told.1);
}

#[test]
fn nothing_is_wrong() {
    assert_report(
        "descriptor-good.zip",
        &["--level", "frame"],
        0,
        "\
             accepted by the lenient profile\n\
             \n\
             CodeSha256  NQ5i1MV49zq0Qy1cUiUroVU2f9ymeWCAhRORRVDHvP0=\n\
             size        169 bytes, unzipped 46 bytes\n\
             entries     1\n\
             files       1\n\
             largest     app.py, 46 bytes\n\
             looked at   how the archive is framed",
    );
}

#[test]
fn what_native_code_needs() {
    assert_report(
        "glibc-too-new.zip",
        &["--runtime", "python3.12", "--arch", "x86_64"],
        1,
        "\
             accepted with warnings by the lenient profile\n\
             \n\
             CodeSha256  oQo+wt75BlYO26rNNGL5WfmiqeWloCUj6y6rswf+Q1I=\n\
             size        383 bytes, unzipped 414 bytes\n\
             entries     2\n\
             files       2: 1 elf, 1 data\n\
             largest     lib/n.so, 368 bytes\n\
             looked at   the whole content\n\
             \n\
             architectures\n\
             \x20 x86_64  ok\n\
             \x20 arm64   mismatch\n\
             \x20   lib/n.so (x86_64)\n\
             \n\
             native files\n\
             \x20 kind  machine  C library   path      needs\n\
             \x20 elf   x86_64   glibc 2.38  lib/n.so  libc.so.6\n\
             \n\
             findings\n\
             \x20 warn (1)\n\
             \x20   glibc_too_new  lib/n.so: needs 2.38, the runtime has 2.34",
    );
}

#[test]
fn alternatives_by_their_heads() {
    assert_report(
        "elf-both-alternatives.zip",
        &["--level", "heads"],
        0,
        "\
             accepted by the lenient profile\n\
             \n\
             CodeSha256  a93WZ6ex3G9E0VWXZbYSa8RXLKoKaXHT8NABF/HwMBM=\n\
             size        661 bytes, unzipped 718 bytes\n\
             entries     3\n\
             files       3: 2 elf, 1 data\n\
             largest     prebuilds/linux-x64/a.node, 336 bytes\n\
             looked at   the first bytes of each file\n\
             \n\
             architectures\n\
             \x20 x86_64  ok\n\
             \x20 arm64   ok\n\
             \n\
             native files\n\
             \x20 kind  machine  path\n\
             \x20 elf   x86_64   prebuilds/linux-x64/a.node\n\
             \x20 elf   aarch64  prebuilds/linux-arm64/a.node",
    );
}

#[test]
fn what_cannot_be_extracted() {
    assert_report(
        "crc-wrong.zip",
        &[],
        1,
        "\
             refused by the lenient profile\n\
             \n\
             CodeSha256  Su5EQyexE5/tWKpVr2pDCGs8T964kHn0ijWk+8J+pUc=\n\
             size        153 bytes, unzipped 46 bytes\n\
             entries     1\n\
             files       1: 1 data\n\
             largest     app.py, 46 bytes\n\
             looked at   the whole content\n\
             refusal     the upload is taken, but the archive cannot be extracted\n\
             \n\
             architectures\n\
             \x20 x86_64  ok, no native code\n\
             \x20 arm64   ok, no native code\n\
             \n\
             findings\n\
             \x20 reject (1)\n\
             \x20   crc_mismatch  app.py: 697008b4, declared is 12345678",
    );
}

#[test]
fn what_is_no_archive() {
    assert_report(
        "text-file.zip",
        &["--strict"],
        1,
        "\
             refused by the strict profile\n\
             \n\
             CodeSha256  MGSRxNUXgoX4GkgvHfbc+4YkZPN0BLEhXIc3SbVMqNw=\n\
             size        104 bytes, unzipped 0 bytes\n\
             entries     0\n\
             files       0\n\
             refusal     Could not unzip uploaded file. Please check your file, then try to upload again.\n\
             \n\
             findings\n\
             \x20 reject (1)\n\
             \x20   not_zip  there is no end record",
    );
}

#[test]
fn what_the_profiles_make_of_it() {
    assert_report(
        "hidden-local-member.zip",
        &["--strict"],
        1,
        "\
             refused by the strict profile; the lenient one warns\n\
             \n\
             CodeSha256  H0RoNgYz5RNmtbHz8IirDSbsehw+y4tYiPUVnS1ZkzE=\n\
             size        199 bytes, unzipped 46 bytes\n\
             entries     1\n\
             files       1: 1 data\n\
             largest     app.py, 46 bytes\n\
             looked at   the whole content\n\
             \n\
             architectures\n\
             \x20 x86_64  ok, no native code\n\
             \x20 arm64   ok, no native code\n\
             \n\
             findings\n\
             \x20 reject (1)\n\
             \x20   orphan_local_header  hidden.py: at 79\n\
             \x20 warn (1)\n\
             \x20   unreferenced_bytes  46 bytes from 79 on",
    );
}

#[test]
fn what_will_not_start() {
    assert_report(
        "bootstrap-not-executable.zip",
        &["--runtime", "provided.al2023", "--arch", "arm64"],
        1,
        "\
             accepted with warnings by the lenient profile\n\
             \n\
             CodeSha256  U8P47WC0P+MqjriXLgYujf7E5lxdGfHpnBMbI/dXSW0=\n\
             size        157 bytes, unzipped 120 bytes\n\
             entries     1\n\
             files       1: 1 elf\n\
             largest     bootstrap, 120 bytes\n\
             looked at   the whole content\n\
             will fail   Runtime.InvalidEntrypoint: Error: fork/exec /var/task/bootstrap: permission denied\n\
             \n\
             architectures\n\
             \x20 x86_64  ok\n\
             \x20 arm64   mismatch\n\
             \x20   bootstrap (x86_64)\n\
             \n\
             native files\n\
             \x20 kind  machine  C library  path       needs\n\
             \x20 elf   x86_64   static     bootstrap\n\
             \n\
             findings\n\
             \x20 warn (2)\n\
             \x20   arch_mismatch  bootstrap: made for x86_64, not for arm64\n\
             \x20   entry_not_executable  bootstrap: mode 0644",
    );
}

#[test]
fn the_readme_shows_what_it_prints() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let readme = fs::read_to_string(readme).unwrap();
    let (_, shown) =
        readme.split_once("```console\n$ funclet inspect glibc-too-new.zip --runtime python3.12\n").unwrap();
    let (shown, _) = shown.split_once("```").unwrap();
    let output = command()
        .current_dir(hostile())
        .args(["inspect", "glibc-too-new.zip", "--runtime", "python3.12"])
        .output()
        .unwrap();
    assert_eq!(told(&output), (1, shown.to_owned()));
}

/// Every package of the hostile set: both verdicts, the codes, the digest, the architectures, and the exit code that follows.
#[test]
fn reports_for_programs() {
    let manifest: Value =
        serde_json::from_slice(&fs::read(hostile().join("manifest.json")).unwrap()).unwrap();
    let cases = manifest["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 74);
    for case in cases {
        let id = &case["id"];
        let path = hostile().join(case["file"].as_str().unwrap());
        let runtime = case["facts"]["runtime"].as_str().map_or(vec![], |runtime| vec!["--runtime", runtime]);
        for strict in [false, true] {
            let options = [runtime.clone(), if strict { vec!["--strict"] } else { vec![] }].concat();
            let (code, report) = json(&path, &options);
            for member in ["strict", "lenient", "code_sha256"] {
                assert_eq!(report[member], case[member], "{id}: {member}");
            }
            assert_eq!(report["code_size"], case["size"], "{id}");
            assert_eq!(report["level"], "verify", "{id}");
            let profile = if strict { "strict" } else { "lenient" };
            let verdict = &report[profile];
            assert_eq!(report["profile"], profile, "{id}");
            assert_eq!(report.get("refusal").is_some(), verdict == "reject", "{id}");
            assert_eq!(report["asked"]["runtime"], case["facts"]["runtime"], "{id}");
            assert_eq!(code, i32::from(verdict != "accept"), "{id}");
            let findings = report["findings"].as_array().unwrap();
            for expected in case["codes"].as_array().unwrap() {
                assert!(findings.iter().any(|finding| finding["code"] == *expected), "{id}: no {expected}");
            }
            let severe = |verdict: &str| findings.iter().any(|finding| finding["severity"] == verdict);
            assert_eq!(
                (severe("reject"), severe("warn") || verdict != "warn"),
                (verdict == "reject", true),
                "{id}"
            );
            for (architecture, fit) in case["facts"]["arch"].as_object().into_iter().flatten() {
                assert_eq!(report["architectures"][architecture], *fit, "{id}: {architecture}");
            }
        }
    }
}

#[test]
fn severities_decide_the_exit_code() {
    for (name, options, expected) in [
        ("descriptor-good.zip", &[][..], 0),
        ("glibc-too-new.zip", &[], 1),
        ("glibc-too-new.zip", &["--severity", "warn"], 1),
        ("glibc-too-new.zip", &["--severity", "reject"], 0),
        ("name-mismatch.zip", &["--severity", "reject"], 0),
        ("name-mismatch.zip", &["--severity", "reject", "--strict"], 1),
        ("crc-wrong.zip", &["--severity", "reject"], 1),
        ("crc-wrong.zip", &["--level", "heads"], 0),
        ("text-file.zip", &["--severity", "reject", "--level", "frame"], 1),
        ("elf-x86-only.zip", &["--arch", "x86_64"], 0),
        ("elf-x86-only.zip", &["--arch", "arm64"], 1),
        ("bootstrap-missing.zip", &["--runtime", "provided.al2023", "--layer"], 0),
        ("bootstrap-missing.zip", &["--runtime", "provided.al2023", "--level", "frame"], 0),
        ("descriptor-good.zip", &["--runtime", "python3.13", "--handler", "no.handler"], 1),
    ] {
        let (code, text) = told(&run(&arguments(&hostile().join(name), options)));
        assert_eq!(code, expected, "{name} {options:?}: {text}");
    }
}

#[test]
fn what_is_no_package_cannot_be_inspected() {
    let folder = tempfile::tempdir().unwrap();
    let absent = folder.path().join("absent\x1b[31m");
    let text = refusal(&run(&["inspect", text_of(&absent)]), 2);
    let shown = folder.path().join("absent\\u{1b}[31m");
    assert!(text.starts_with(&format!("funclet: cannot read {}: ", shown.display())), "{text}");
    assert!(told(&run(&["inspect", text_of(folder.path())])).1.contains("empty_archive"));
}

/// Nobody waits for what may never come.
#[cfg(unix)]
#[test]
fn pipes_and_devices_are_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    // Whoever opens it by mistake does not hang, but finds it empty.
    let _both_ends = fs::File::options().read(true).write(true).open(&pipe).unwrap();
    for path in [&*pipe, Path::new("/dev/zero")] {
        let text = refusal(&run(&["inspect", text_of(path)]), 2);
        let shown = path.display();
        assert_eq!(
            text,
            format!("funclet: {shown} is neither a file nor a folder; for standard input say -\n")
        );
    }
    let text = refusal(&run(&["inspect", text_of(folder.path())]), 2);
    assert_eq!(text, format!("funclet: {} is neither a file nor a folder nor a link\n", pipe.display()));
}

/// Runs it with a package as standard input.
fn piped(package: &[u8], more: &[&str]) -> Output {
    let mut child = command()
        .args(["inspect", "-"])
        .args(more)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(package).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn standard_input() {
    let path = hostile().join("name-mismatch.zip");
    let (code, text) = told(&piped(&fs::read(&path).unwrap(), &["--json"]));
    assert_eq!((code, serde_json::from_str(&text).unwrap()), json(&path, &[]));
    let (code, text) = told(&piped(b"", &[]));
    assert!(code == 1 && text.starts_with("standard input: refused by the lenient profile\n"), "{text}");
}

/// `funclet inspect FILE | head -1`.
#[test]
fn a_reader_that_has_seen_enough_changes_nothing() {
    for (more, code) in [(&[][..], 1), (&["--json"], 1), (&["--severity", "reject"], 0)] {
        let mut child = command()
            .args(["inspect", "-"])
            .args(more)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // It prints when it has read everything, so nobody is there when it does.
        drop(child.stdout.take());
        let package = fs::read(hostile().join("name-mismatch.zip")).unwrap();
        child.stdin.take().unwrap().write_all(&package).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(told(&output), (code, String::new()), "{more:?}");
    }
}

#[cfg(unix)]
#[test]
fn folders_are_inspected_as_their_archive() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("lib")).unwrap();
    fs::set_permissions(path("lib"), fs::Permissions::from_mode(0o755)).unwrap();
    for (name, content, mode) in [
        ("bootstrap", "#!/bin/sh\nexec lib/run\n", 0o755),
        ("lib/run.1", "#!/bin/sh\n", 0o755),
        ("data", "{}", 0o644),
    ] {
        fs::write(path(name), content).unwrap();
        fs::set_permissions(path(name), fs::Permissions::from_mode(mode)).unwrap();
    }
    symlink("run.1", path("lib/run")).unwrap();
    let inspect = || json(folder.path(), &["--strict", "--runtime", "provided.al2023"]);
    let (code, report) = inspect();
    assert_eq!((code, &report["strict"]), (0, &"accept".into()), "{report}");
    assert_eq!((&report["entries"], &report["files"]), (&5.into(), &4.into()), "{report}");
    assert_eq!(report["unzipped"], "#!/bin/sh\nexec lib/run\n#!/bin/sh\n{}run.1".len());
    assert_eq!(report["kinds"]["script"], 2, "{report}");
    assert_eq!(inspect().1, report, "the same digest, too");

    // Links are seen as links.
    symlink("../../outside", path("lib/out")).unwrap();
    let (code, report) = inspect();
    assert_eq!((code, &report["strict"]), (1, &"reject".into()), "{report}");
    assert_eq!(report["findings"][0]["code"], "symlink_escape");
    assert_eq!(report["findings"][0]["entry"], "lib/out");
    fs::remove_file(path("lib/out")).unwrap();

    fs::set_permissions(path("bootstrap"), fs::Permissions::from_mode(0o644)).unwrap();
    let (code, report) = inspect();
    assert_eq!((code, &report["strict"]), (1, &"warn".into()), "{report}");
    assert_eq!(report["findings"][0]["code"], "entry_not_executable");
    assert_eq!(report["predicted_failure"]["error_type"], "Runtime.InvalidEntrypoint");
    let (_, text) = told(&run(&arguments(folder.path(), &[])));
    assert!(text.contains("\nnote        the folder was zipped for this; "), "{text}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3, "nothing is left there");
}

/// Lists end somewhere, but not those for programs.
#[test]
fn long_lists_are_cut() {
    let folder = tempfile::tempdir().unwrap();
    // The head of an image for x86_64, and nothing of what it promises.
    let mut image = vec![0; 64];
    image[..20].copy_from_slice(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0");
    image[52] = 64;
    for number in 0..30 {
        fs::write(folder.path().join(format!("{number:02}.so")), &image).unwrap();
    }
    // More than are kept of one code.
    for number in 0..80 {
        fs::write(folder.path().join(format!("{number:02}\\")), "").unwrap();
    }
    let (code, text) = told(&run(&arguments(folder.path(), &["--arch", "arm64"])));
    assert_eq!(code, 1, "{text}");
    let lines = |begin: &str| text.lines().filter(|line| line.starts_with(begin)).count();
    assert_eq!(
        (lines("    name_backslash  "), lines("    name_backslash  ... and 75 more")),
        (6, 1),
        "{text}"
    );
    assert_eq!(lines("  arm64   mismatch"), 1, "{text}");
    assert_eq!((lines("    0"), lines("    ... and 22 more")), (8, 1), "{text}");
    assert_eq!((lines("  elf "), lines("  ... and 10 more")), (20, 1), "{text}");
    let (_, report) = json(folder.path(), &[]);
    assert_eq!(report["natives"].as_array().unwrap().len(), 30);
    assert_eq!(report["finding_counts"]["name_backslash"], 80);
}

/// Names are whatever somebody chose them to be.
#[test]
fn no_name_does_anything_to_a_terminal() {
    let mut paths: Vec<_> = fs::read_dir(hostile()).unwrap().map(|entry| entry.unwrap().path()).collect();
    let folder = tempfile::tempdir().unwrap();
    #[cfg(unix)]
    {
        fs::write(folder.path().join("\x1b[2J.so"), b"\x7fELF\x02\x01\x01\0\0").unwrap();
        fs::write(folder.path().join("\x1b]0;title\x07\\"), "").unwrap();
        std::os::unix::fs::symlink("../\x1b[31m", folder.path().join("link\r")).unwrap();
        paths.push(folder.path().to_owned());
    }
    for path in paths {
        let (_, text) = told(&run(&arguments(&path, &["--strict"])));
        assert!(!text.chars().any(|letter| letter.is_control() && letter != '\n'), "{text:?}");
    }
}

#[test]
fn notes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large");
    let note = |size: u64, more: &[&str]| {
        fs::File::create(&path).unwrap().set_len(size).unwrap();
        let (_, text) = told(&run(&arguments(&path, more)));
        text.lines()
            .filter_map(|line| line.strip_prefix("note        ").map(str::to_owned))
            .collect::<Vec<_>>()
    };
    assert_eq!(note(52_428_800, &["--runtime", "python3.13"]), [""; 0]);
    assert_eq!(
        note(52_428_801, &["--runtime", "pyhton3.13"]),
        [
            "larger than the 52,428,800 bytes of a direct upload: it has to come from S3",
            "no function can be created with the runtime pyhton3.13"
        ]
    );
}

/// What was asked and could not be answered is told.
#[test]
fn notes_on_what_was_asked_in_vain() {
    let frame = |asked: &str| format!("the level frame looks into no file: it says nothing about {asked}");
    let layer = "a layer has no handler: what --handler names was not looked for".to_owned();
    let runtime =
        "which file --handler names depends on the runtime: without --runtime none was looked for".to_owned();
    for (options, expected) in [
        (&["--level", "frame"][..], vec![]),
        (&["--level", "frame", "--arch", "arm64"], vec![frame("--arch")]),
        (
            &["--level", "frame", "--arch", "arm64", "--runtime", "python3.13", "--handler", "no.handler"],
            vec![frame("--arch, --runtime and --handler")],
        ),
        (
            &["--level", "frame", "--runtime", "python3.13", "--layer", "--handler", "no.handler"],
            vec![layer.clone(), frame("--runtime")],
        ),
        (&["--layer", "--handler", "no.handler", "--runtime", "python3.13"], vec![layer]),
        (&["--layer"], vec![]),
        (&["--handler", "no.handler"], vec![runtime]),
        (&["--handler", "app.handler", "--runtime", "python3.13", "--arch", "arm64"], vec![]),
    ] {
        let (code, text) = told(&run(&arguments(&hostile().join("descriptor-good.zip"), options)));
        let notes: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("note        ")).collect();
        assert_eq!((code, notes), (0, expected.iter().map(String::as_str).collect()), "{options:?}");
    }
}

/// Programs are told what the command was told, whether or not that could be answered.
#[test]
fn programs_are_told_what_was_asked() {
    let path = hostile().join("elf-x86-only.zip");
    let options = ["--arch", "arm64", "--runtime", "python3.13", "--handler", "app.handler"];
    let asked = |layer: bool| {
        serde_json::json!({
            "architecture": "arm64", "runtime": "python3.13", "handler": "app.handler", "layer": layer
        })
    };
    let (code, report) = json(&path, &options);
    assert_eq!((code, &report["asked"]), (1, &asked(false)));
    assert_eq!(report["architectures"]["arm64"], "mismatch");
    let (code, report) = json(&path, &[&options[..], &["--level", "frame", "--layer"]].concat());
    assert_eq!((code, &report["asked"]), (0, &asked(true)));
    assert_eq!(report["architectures"], serde_json::json!({ "x86_64": "unknown", "arm64": "unknown" }));
}

/// `--help` names every member that `--json` writes.
#[test]
fn the_help_says_what_programs_are_told() {
    let (_, help) = told(&run(&["inspect", "--help"]));
    let help: Vec<_> = help.split(|letter: char| !letter.is_alphanumeric() && letter != '_').collect();
    for name in ["glibc-too-new.zip", "crc-wrong.zip", "bootstrap-not-executable.zip"] {
        let (_, report) = json(&hostile().join(name), &["--runtime", "provided.al2023"]);
        let lists = ["natives", "findings"].map(|list| &report[list][0]);
        for object in [&report, &report["asked"], &report["predicted_failure"]].into_iter().chain(lists) {
            for member in object.as_object().into_iter().flatten().map(|(member, _)| member) {
                assert!(help.contains(&member.as_str()), "{member}");
            }
        }
    }
}

#[test]
fn colours_are_for_terminals() {
    let path = hostile().join("name-mismatch.zip");
    assert!(!told(&run(&arguments(&path, &[]))).1.contains('\x1b'));
    let shell = format!("{} inspect {}", env!("CARGO_BIN_EXE_funclet"), path.display());
    let on_terminal = |no_color: Option<&str>, more: &str| {
        let mut script = std::process::Command::new("script");
        script
            .args(["-qec", &format!("{shell}{more}"), "/dev/null"])
            .stdin(Stdio::null())
            .env_remove("NO_COLOR");
        no_color.map(|value| script.env("NO_COLOR", value));
        String::from_utf8(script.output().unwrap().stdout).unwrap()
    };
    let is_there = std::process::Command::new("script").arg("--version").output();
    if !is_there
        .is_ok_and(|output| output.status.success() && output.stdout.starts_with(b"script from util-linux"))
    {
        println!("not tested on a terminal: there is no script of util-linux");
        return;
    }
    assert!(on_terminal(None, "").contains("\x1b[33maccepted with warnings\x1b[0m"));
    assert!(!on_terminal(Some("1"), "").contains('\x1b'));
    let pretty = on_terminal(None, " --json");
    assert!(pretty.lines().count() > 10 && !pretty.contains('\x1b'), "{pretty}");
    assert_eq!(serde_json::from_str::<Value>(&pretty).unwrap(), json(&path, &[]).1);
}
