//! What the command line refuses, in one sentence each.

use std::process::Stdio;

use crate::support::{Running, command, refusal, run};

#[test]
fn other_machines_are_kept_out_unless_they_are_let_in() {
    for listen in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80"] {
        let text = refusal(&run(&["serve", "--in-memory", "--listen", listen]), 1);
        assert!(text.contains("--allow-remote"), "{text}");
    }
}

#[test]
fn addresses_that_cannot_be_listened_on() {
    let first = Running::with(&["--in-memory"]);
    let taken = first.endpoint.strip_prefix("http://").unwrap();
    let text = refusal(&run(&["serve", "--in-memory", "--listen", taken]), 1);
    assert!(text.starts_with(&format!("funclet: cannot listen on {taken}: ")), "{text}");
}

#[test]
fn places_that_cannot_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let text = refusal(&run(&["serve", "--listen", "127.0.0.1:0", "--data-dir", file.to_str().unwrap()]), 1);
    assert!(text.contains(file.to_str().unwrap()), "{text}");

    let ready = folder.path().join("no/such/folder");
    let arguments =
        ["serve", "--in-memory", "--listen", "127.0.0.1:0", "--ready-file", ready.to_str().unwrap()];
    let text = refusal(&run(&arguments), 1);
    assert!(text.contains("cannot write the ready file") && text.contains(ready.to_str().unwrap()), "{text}");
}

#[test]
fn mistakes_are_usage_errors() {
    for arguments in [
        &["serve", "--listen", "somewhere"][..],
        &["serve", "--region", "moon"],
        &["serve", "--account", "12"],
        &["serve", "--transition-delay", "soon"],
        &["serve", "--log-format", "xml"],
        &["serve", "--log-level", ""],
        &["serve", "--no-such-option"],
        &["log"],
        &["log", "--from", "x", "."],
        &["backup"],
        &["backup", "one"],
        &["backup", "one", "two", "--endpoint", "http://127.0.0.1:1"],
        &["backup", "--endpoint", "127.0.0.1:1", "one"],
        &["restore", "one"],
        &["export"],
        &["import", "one"],
        &["inspect"],
        &["inspect", "one", "two"],
        &["inspect", "one", "--arch", "mips"],
        &["inspect", "one", "--level", "deep"],
        &["inspect", "one", "--severity", "info"],
        &["nonsense"],
        &[],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn the_environment_sets_what_the_arguments_do() {
    let folder = tempfile::tempdir().unwrap();
    let output = command()
        .arg("serve")
        .env("FUNCLET_LISTEN", "0.0.0.0:0")
        .env("FUNCLET_DATA_DIR", folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(refusal(&output, 1).contains("0.0.0.0:0 is not a loopback address"));
    for (name, value) in [
        ("FUNCLET_REGION", "moon"),
        ("FUNCLET_ACCOUNT", "x"),
        ("FUNCLET_TRANSITION_DELAY", "x"),
        ("FUNCLET_LOG_FORMAT", "x"),
        ("FUNCLET_LISTEN", "x"),
        ("FUNCLET_IN_MEMORY", "x"),
        ("FUNCLET_NO_SYNC", "x"),
        ("FUNCLET_ALLOW_RESET", "x"),
        ("FUNCLET_ALLOW_BACKUP", "x"),
        ("FUNCLET_ALLOW_REMOTE", "x"),
    ] {
        let output = command().arg("serve").env(name, value).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{name}");
    }
}

#[test]
fn it_tells_its_version() {
    let output = run(&["--version"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.trim_end(), format!("funclet {}", env!("CARGO_PKG_VERSION")));
}

#[test]
fn switches_in_the_environment_are_on_or_off() {
    let folder = tempfile::tempdir().unwrap();
    // In memory the lock of the first server is in nobody's way, on disk it is.
    let first = Running::on(folder.path());
    let taken = first.endpoint.strip_prefix("http://").unwrap();
    let refused = |value: &str| {
        let mut command = command();
        command.args(["serve", "--listen", taken, "--data-dir"]).arg(folder.path());
        refusal(&command.env("FUNCLET_IN_MEMORY", value).output().unwrap(), 1)
    };
    for on in ["1", "true", "yes", "on", "TRUE"] {
        assert!(refused(on).contains("cannot listen on"), "{on}");
    }
    for off in ["0", "false", "no", "off", ""] {
        assert!(refused(off).contains("is in use by another process"), "{off:?}");
    }
    for name in ["FUNCLET_NO_SYNC", "FUNCLET_ALLOW_RESET", "FUNCLET_ALLOW_BACKUP", "FUNCLET_ALLOW_REMOTE"] {
        for value in ["0", "1", ""] {
            let mut command = command();
            command.args(["serve", "--in-memory", "--listen", taken]);
            refusal(&command.env(name, value).output().unwrap(), 1);
        }
    }
}

#[test]
fn hosts_may_have_names() {
    let server = Running::logging(&["--in-memory"], "warn", Stdio::inherit());
    let port = server.endpoint.rsplit_once(':').unwrap().1;
    let listen = format!("localhost:{port}");
    let text = refusal(&run(&["serve", "--in-memory", "--listen", &listen]), 1);
    assert_eq!(
        text.split_once(": ").unwrap().1.split_once(": ").unwrap().0,
        format!("cannot listen on 127.0.0.1:{port}")
    );
}
