//! What the server answers beside AWS's operations.

use funclet::Funclet;
use funclet_server::Config;

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
