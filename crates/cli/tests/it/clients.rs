//! Real clients against the real binary: the aws command line and boto3.
//!
//! They are looked for in the virtual environment that `FUNCLET_CLIENTS_VENV` names, then on the machine. Where they are
//! missing a test says so and passes, unless `FUNCLET_REQUIRE_CLIENTS=1` is set: then it fails.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The programs that the scenarios need.
struct Clients {
    python: PathBuf,
    aws: PathBuf,
}

impl Clients {
    fn find() -> Option<Self> {
        let from_venv = std::env::var_os("FUNCLET_CLIENTS_VENV").map(|venv| {
            let bin = PathBuf::from(venv).join("bin");
            Self { python: bin.join("python3"), aws: bin.join("aws") }
        });
        let on_machine = Self { python: "python3".into(), aws: "aws".into() };
        from_venv.into_iter().chain([on_machine]).find(Self::works)
    }

    fn works(&self) -> bool {
        let quiet = |command: &mut Command| {
            command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
        };
        quiet(Command::new(&self.python).args(["-c", "import boto3"]))
            && quiet(Command::new(&self.aws).arg("--version"))
    }
}

fn run(scenario: &str) {
    let Some(clients) = Clients::find() else {
        let missing = "python3 with boto3, or the aws command line, was not found";
        assert!(std::env::var_os("FUNCLET_REQUIRE_CLIENTS").is_none_or(|value| value != "1"), "{missing}");
        // Not by a macro: the test runner would keep what those print to itself.
        std::io::stderr().write_all(format!("SKIPPED: {scenario}: {missing}\n").as_bytes()).unwrap();
        return;
    };
    let status = Command::new(&clients.python)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients.py"))
        .args([env!("CARGO_BIN_EXE_funclet"), scenario])
        .env("FUNCLET_AWS", &clients.aws)
        .status()
        .expect("python starts");
    assert!(status.success(), "{scenario}: see the output above");
}

#[test]
fn aws_command_line() {
    run("aws_command_line");
}

#[test]
fn boto3_client() {
    run("boto3_client");
}

#[test]
fn one_winner() {
    run("one_winner");
}

#[test]
fn waiters() {
    run("waiters");
}

#[test]
fn configuration() {
    run("configuration");
}

#[test]
fn tags_and_dry_runs() {
    run("tags_and_dry_runs");
}

#[test]
fn alias() {
    run("alias");
}

#[test]
fn permissions() {
    run("permissions");
}

#[test]
fn native_code() {
    run("native_code");
}

#[test]
fn killed() {
    run("killed");
}
