//! The log, and what happens to it when nobody reads it.

use std::io::Read as _;
use std::process::Stdio;

use crate::support::{FUNCTIONS, HELLO, Running, create_body, zip};

#[test]
fn without_standard_error_it_serves() {
    let mut server = Running::logging(&["--in-memory"], "info", Stdio::piped());
    drop(server.child.stderr.take());
    let mut connection = server.connect();
    for _ in 0..3 {
        assert_eq!(connection.call("GET", "/_funclet/health", b"").expect("an answer").0, 200);
    }
    let created = connection.call("POST", FUNCTIONS, create_body("hello", &zip("1")).as_bytes());
    assert_eq!(created.expect("an answer").0, 201);
    assert_eq!(server.end("-TERM").0, Some(0));
}

#[test]
fn a_log_that_nobody_reads_holds_nothing_up() {
    let server = Running::logging(&["--in-memory"], "info", Stdio::piped());
    let mut connection = server.connect();
    // Each is a line; a pipe takes some hundreds of them.
    for number in 0..2000 {
        let answer = connection.call("GET", "/_funclet/health", b"");
        assert_eq!(answer.map(|(status, _)| status), Some(200), "request {number}");
    }
    assert_eq!(server.end("-TERM").0, Some(0), "nor does it keep the process from its end");
}

#[test]
fn the_log_is_whole_when_the_process_ends() {
    let mut server = Running::logging(&["--in-memory", "--log-format", "json"], "info", Stdio::piped());
    let mut stderr = server.child.stderr.take().unwrap();
    let mut connection = server.connect();
    for _ in 0..50 {
        assert_eq!(connection.call("GET", HELLO, b"").expect("an answer").0, 404);
    }
    assert_eq!(server.end("-TERM").0, Some(0));
    let mut log = String::new();
    stderr.read_to_string(&mut log).unwrap();
    let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 50, "{log}");
    assert!(lines.iter().all(|line| line["status"] == 404 && line["path"] == HELLO), "{log}");
}
