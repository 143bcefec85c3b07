//! `funclet serve`.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{CODE, FUNCTIONS, HELLO, Running, create_body, refusal, run, update_body, zip};

#[test]
fn what_is_stored_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    for signal in ["-TERM", "-INT"] {
        let server = Running::on(folder.path());
        if signal == "-TERM" {
            assert_eq!(server.call("POST", FUNCTIONS, create_body("hello", &zip("1"))).0, 201);
        }
        assert_eq!(server.call("GET", HELLO, "").0, 200, "before {signal}");
        let ready_file = server.ready_file.clone();
        let endpoint = server.endpoint.clone();
        let (code, printed) = server.end(signal);
        assert_eq!(code, Some(0), "{signal}");
        assert!(!ready_file.exists());
        let begin = format!(
            "export AWS_ENDPOINT_URL_LAMBDA={endpoint} AWS_ACCESS_KEY_ID=000000000000 AWS_SECRET_ACCESS_KEY=any \
             AWS_DEFAULT_REGION=us-east-1\naws lambda list-functions\n"
        );
        assert!(printed.contains(&begin), "{printed}");
    }
}

#[test]
fn one_directory_has_one_server() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::on(folder.path());
    let path = folder.path().to_str().unwrap();
    let text = refusal(&run(&["serve", "--listen", "127.0.0.1:0", "--data-dir", path]), 1);
    assert_eq!(text, format!("funclet: {path} is in use by another process\n"));
    assert_eq!(server.call("GET", FUNCTIONS, "").0, 200, "the first one goes on");
}

#[test]
fn what_is_not_ours_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("thesis.txt"), "years of work").unwrap();
    let path = folder.path().to_str().unwrap();
    let text = refusal(&run(&["serve", "--listen", "127.0.0.1:0", "--data-dir", path]), 1);
    assert!(text.starts_with(&format!("funclet: {path} is not a funclet store: ")), "{text}");
    let names: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["thesis.txt"]);
}

/// Patches a store to what a later version may write, and a damaged one, and opens both.
#[test]
fn newer_and_damaged_stores_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    assert_eq!(Running::on(&store).end("-TERM").0, Some(0));
    let path = store.join("FORMAT");
    let original = std::fs::read(&path).unwrap();
    let serve =
        || refusal(&run(&["serve", "--listen", "127.0.0.1:0", "--data-dir", store.to_str().unwrap()]), 1);

    let mut newer = original.clone();
    newer[8] = 9;
    let end = newer.len() - 4;
    let crc = crc32fast::hash(&newer[..end]);
    newer[end..].copy_from_slice(&crc.to_le_bytes());
    std::fs::write(&path, newer).unwrap();
    let text = serve();
    assert!(text.contains("has format version 9, this version reads up to 4"), "{text}");

    let mut damaged = original.clone();
    damaged[20] ^= 1;
    std::fs::write(&path, damaged).unwrap();
    let text = serve();
    assert!(text.contains(path.to_str().unwrap()) && text.contains("damaged"), "{text}");

    std::fs::write(&path, original).unwrap();
    assert_eq!(Running::on(&store).end("-TERM").0, Some(0), "as it was, it opens");
}

#[test]
fn account_and_region_are_as_set() {
    let server = Running::with(&["--in-memory", "--account", "111122223333", "--region", "eu-central-1"]);
    let (_, created) = server.call("POST", FUNCTIONS, create_body("hello", &zip("1")));
    assert_eq!(created["FunctionArn"], "arn:aws:lambda:eu-central-1:111122223333:function:hello");
}

#[test]
fn transitions_take_as_long_as_set() {
    let server = Running::with(&["--in-memory", "--transition-delay", "manual"]);
    server.call("POST", FUNCTIONS, create_body("hello", &zip("1")));
    assert_eq!(server.call("GET", HELLO, "").1["Configuration"]["State"], "Pending");
    assert_eq!(server.call("PUT", CODE, update_body(&zip("2"))).0, 409);

    let server = Running::with(&["--in-memory", "--transition-delay", "50ms"]);
    server.call("POST", FUNCTIONS, create_body("hello", &zip("1")));
    let begun = Instant::now();
    while server.call("GET", HELLO, "").1["Configuration"]["State"] != "Active" {
        assert!(begun.elapsed() < Duration::from_secs(60));
    }
    assert_eq!(server.call("PUT", CODE, update_body(&zip("2"))).0, 200);
}

#[test]
fn reset_needs_permission() {
    let server = Running::with(&["--in-memory", "--allow-reset"]);
    server.call("POST", FUNCTIONS, create_body("hello", &zip("1")));
    assert_eq!(server.call("POST", "/_funclet/reset", "").0, 200);
    assert_eq!(server.call("GET", HELLO, "").0, 404);
    let server = Running::with(&["--in-memory"]);
    assert_eq!(server.call("POST", "/_funclet/reset", "").0, 403);
    assert_eq!(server.call("GET", "/_funclet/health", "").1["status"], json!("ok"));
}

#[test]
fn without_sync_it_says_so_loudly() {
    let folder = tempfile::tempdir().unwrap();
    let ready = folder.path().join("ready");
    let mut child = crate::support::command()
        .args(["serve", "--no-sync", "--listen", "127.0.0.1:0", "--data-dir"])
        .args([&folder.path().join("data"), std::path::Path::new("--ready-file"), &ready])
        .args(["--log-format", "json"])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    while !ready.exists() {
        assert!(child.try_wait().unwrap().is_none());
    }
    let endpoint = std::fs::read_to_string(&ready).unwrap();
    let mut stream = std::net::TcpStream::connect(endpoint.trim().strip_prefix("http://").unwrap()).unwrap();
    std::io::Write::write_all(&mut stream, b"GET /nowhere HTTP/1.0\r\n\r\n").unwrap();
    std::io::Read::read_to_end(&mut stream, &mut Vec::new()).unwrap();
    let ended = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(ended.success());
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    let (warning, log) = text.split_once('\n').unwrap();
    assert!(warning.contains("WARNING: --no-sync"), "{text}");
    let line: serde_json::Value = serde_json::from_str(log.lines().next().unwrap()).unwrap();
    assert_eq!((line["path"].as_str(), line["status"].as_u64()), (Some("/nowhere"), Some(403)));
}

#[test]
fn the_ready_file_of_a_killed_server_is_not_taken_for_the_next_ones() {
    let folder = tempfile::tempdir().unwrap();
    let (data, ready) = (folder.path().join("data"), folder.path().join("ready"));
    let mut first = Running::on(&data);
    // As a server leaves it that is killed.
    std::fs::write(&ready, "http://127.0.0.1:1\n").unwrap();
    let arguments =
        ["serve", "--listen", "127.0.0.1:0", "--data-dir", data.to_str().unwrap(), "--ready-file"];
    let output = run(&[&arguments[..], &[ready.to_str().unwrap()]].concat());
    assert!(refusal(&output, 1).contains("is in use"), "it gets no further than the store");
    assert!(!ready.exists());

    let other = "http://127.0.0.1:2\n";
    std::fs::write(&first.ready_file, other).unwrap();
    first.signal("-TERM");
    assert_eq!(first.child.wait().unwrap().code(), Some(0));
    assert_eq!(
        std::fs::read_to_string(&first.ready_file).unwrap(),
        other,
        "it belongs to another server by now"
    );
}

/// Each command of `docs/control.md` is there with its flag.
#[test]
fn time_transitions_faults_and_limits_on_request() {
    let server = Running::with(&[
        "--in-memory",
        "--transition-delay",
        "1h",
        "--allow-transitions",
        "--allow-clock",
        "--allow-faults",
    ]);
    let post = |command: &str, body: serde_json::Value| {
        server.call("POST", &format!("/_funclet/{command}"), body.to_string())
    };
    let get = || server.call("GET", HELLO, "");
    server.call("POST", FUNCTIONS, create_body("hello", &zip("1")));
    assert_eq!(get().1["Configuration"]["State"], "Pending");
    assert_eq!(post("clock", json!({ "AdvanceMs": 3_600_000 })).0, 200);
    assert_eq!(get().1["Configuration"]["State"], "Active");
    assert_eq!(server.call("PUT", CODE, update_body(&zip("2"))).1["LastUpdateStatus"], "InProgress");
    assert_eq!(post("transitions", json!({ "FunctionName": "hello" })), (200, json!({ "Transitions": 1 })));
    assert_eq!(get().1["Configuration"]["LastUpdateStatus"], "Successful");
    assert_eq!(post("faults", json!({ "Fault": "ServiceException" })).0, 200);
    assert_eq!([get().0, get().0], [500, 200]);

    let server = Running::with(&["--in-memory", "--request-rate", "1"]);
    assert!((0..10).any(|_| server.call("GET", FUNCTIONS, "").0 == 429));
    assert_eq!(run(&["serve", "--request-rate", "0"]).status.code(), Some(2));
}
