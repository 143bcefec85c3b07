//! What the server answers beside AWS's operations.

use std::path::Path;

use funclet::{Funclet, Maintenance};
use funclet_server::Config;
use serde_json::{Value, json};

use crate::client::{TestServer, zip};

#[test]
fn health() {
    let server = TestServer::start();
    let answer = server.call("GET", "/_funclet/health", "");
    assert_eq!(answer.json(200)["status"], "ok");
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(server.call("POST", "/_funclet/health", "").status, 404);
    assert_eq!(server.call("GET", "/_funclet/other", "").status, 404);
}

#[test]
fn reset_is_refused_unless_allowed() {
    let server = TestServer::start();
    server.create("hello", &zip("1"));
    let answer = server.call("POST", "/_funclet/reset", "");
    assert_eq!(
        answer.json(403)["Message"],
        "Reset is not allowed: the server was not started with --allow-reset."
    );
    assert_eq!(server.call("GET", "/2015-03-31/functions/hello", "").status, 200);
}

#[test]
fn reset_deletes_one_account_or_all() {
    let config = Config { allow_reset: true, ..Config::default() };
    let server = TestServer::with(config, Funclet::in_memory());
    server.create("hello", &zip("1"));
    let exists = || server.call("GET", "/2015-03-31/functions/hello", "").status;
    assert_eq!(server.call("POST", "/_funclet/reset?account=111122223333", "").status, 200);
    assert_eq!(exists(), 200);
    assert_eq!(server.call("POST", "/_funclet/reset?acount=111122223333", "").status, 400);
    assert_eq!(server.call("GET", "/_funclet/reset", "").status, 404);
    assert_eq!(exists(), 200);
    assert_eq!(server.call("POST", "/_funclet/reset?account=000000000000", "").status, 200);
    assert_eq!(exists(), 404);
    server.create("hello", &zip("1"));
    assert_eq!(server.call("POST", "/_funclet/reset", "").status, 200);
    assert_eq!(exists(), 404);
}

/// Any web page may make a browser send this to the loopback interface.
#[test]
fn reset_is_not_for_web_pages() {
    let config = Config { allow_reset: true, ..Config::default() };
    let server = TestServer::with(config, Funclet::in_memory());
    server.create("hello", &zip("1"));
    let mut connection = server.connect();
    connection.write(
        "POST /_funclet/reset HTTP/1.1\r\nHost: x\r\nOrigin: http://evil.example\r\nContent-Length: 0\r\n\r\n",
    );
    assert_eq!(connection.answer().status, 403);
    assert_eq!(server.call("GET", "/2015-03-31/functions/hello", "").status, 200);
}

fn backup_to(target: &Path) -> String {
    json!({ "Target": target }).to_string()
}

#[test]
fn backup_is_refused_unless_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let (server, _) = TestServer::on_disk(&folder.path().join("store"));
    let copy = folder.path().join("copy");
    let answer = server.call("POST", "/_funclet/backup", backup_to(&copy));
    assert_eq!(
        answer.json(403)["Message"],
        "Backup is not allowed: the server was not started with --allow-backup."
    );
    assert!(!copy.exists());
}

fn server_with_backups(path: &Path) -> TestServer {
    let funclet = Funclet::builder().path(path).maintenance(Maintenance::Thread).open().unwrap();
    TestServer::with(Config { allow_backup: true, ..Config::default() }, funclet)
}

#[test]
fn backups_are_stores() {
    let folder = tempfile::tempdir().unwrap();
    let (store, linked, copied) =
        (folder.path().join("store"), folder.path().join("linked"), folder.path().join("copied"));
    let server = server_with_backups(&store);
    server.create("hello", &zip("1"));
    let body = json!({ "Target": &copied, "Copy": true }).to_string();
    let answer = server.call("POST", "/_funclet/backup", body).json(200);
    let number = |answer: &Value, name: &str| answer[name].as_u64().unwrap();
    assert!(number(&answer, "Files") > 0 && number(&answer, "Bytes") > 0, "{answer}");
    assert_eq!((number(&answer, "Linked"), answer.as_object().unwrap().len()), (0, 3));
    let answer = server.call("POST", "/_funclet/backup", backup_to(&linked)).json(200);
    assert!(number(&answer, "Linked") < number(&answer, "Files"), "the tail is written on: {answer}");
    server.create("later", &zip("2"));
    for copy in [linked, copied] {
        let (server, _) = TestServer::on_disk(&copy);
        assert_eq!(server.call("GET", "/2015-03-31/functions/hello", "").status, 200);
        assert_eq!(server.call("GET", "/2015-03-31/functions/later", "").status, 404);
    }
}

#[test]
fn backups_that_cannot_be_made() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let server = server_with_backups(&store);
    let complaint = |body: &str, status: u16| {
        let answer = server.call("POST", "/_funclet/backup", body).json(status);
        // AWS spells it both ways.
        answer.get("Message").or(answer.get("message")).unwrap().as_str().unwrap().to_owned()
    };
    for body in ["", "{}", r#"{"Target":"relative"}"#, r#"{"Target":"/x","More":1}"#, &"x".repeat(70_000)] {
        assert!(complaint(body, 400).starts_with("The request for a backup is not valid: "), "{body:.40}");
    }
    assert!(complaint(&backup_to(folder.path()), 400).contains("it is not empty"));
    for within in [store.clone(), store.join("wal/copy"), store.join("tmp/../wal/copy")] {
        let text = complaint(&backup_to(&within), 400);
        assert!(text.contains("it lies within the store"), "{text}");
    }
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    for target in [file.clone(), file.join("copy")] {
        assert!(complaint(&backup_to(&target), 400).starts_with("The backup cannot go there: "));
    }
    assert_eq!(server.call("GET", "/_funclet/backup", "").status, 404);
    assert_eq!(std::fs::read_dir(store.join("wal")).unwrap().count(), 1);
}

#[test]
fn backup_needs_a_disk_and_no_web_page() {
    let config = Config { allow_backup: true, ..Config::default() };
    let server = TestServer::with(config, Funclet::in_memory());
    let folder = tempfile::tempdir().unwrap();
    let body = backup_to(&folder.path().join("copy"));
    let answer = server.call("POST", "/_funclet/backup", &body);
    assert_eq!(
        answer.json(400)["message"],
        "The server keeps its data in memory: there is nothing to back up."
    );
    let mut connection = server.connect();
    connection.write(format!(
        "POST /_funclet/backup HTTP/1.1\r\nHost: x\r\nOrigin: http://evil.example\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    ));
    assert_eq!(connection.answer().status, 403);
}
