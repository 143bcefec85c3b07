//! Bodies that are too large or too slow, and connections that are too many.

use std::time::{Duration, Instant};

use funclet::Funclet;
use funclet_server::Config;

use crate::client::{Connection, TestServer, head, zip};

const CODE: &str = "/2015-03-31/functions/hello/code";

/// Writes a body of zeros in base64; tells whether the server took all of it.
fn upload(connection: &mut Connection, chars: usize) -> bool {
    connection.write(head("PUT", CODE, chars + 14));
    connection.write(br#"{"ZipFile":""#);
    let piece = vec![b'A'; 1 << 20];
    let mut left = chars;
    while left > 0 {
        let length = left.min(piece.len());
        if !connection.write(&piece[..length]) {
            return false;
        }
        left -= length;
    }
    connection.write(br#""}"#)
}

#[test]
fn an_error_about_size_can_be_read() {
    let server = TestServer::start();
    server.create("hello", &zip("1"));
    let mut connection = server.connect();
    assert!(upload(&mut connection, 80 << 20), "the server reads all of it");
    let answer = connection.answer();
    assert_eq!(answer.status, 413, "{}", answer.text());
    assert_eq!(answer.text(), r#"{"message":"Zipped size must be smaller than 52428800 bytes"}"#);
    assert_eq!(
        connection.call("GET", "/2015-03-31/functions/hello", "").status,
        200,
        "the connection goes on"
    );
}

#[test]
fn not_everything_is_read() {
    let config = Config { body_bytes_max: 1 << 20, ..Config::default() };
    let server = TestServer::with(config, Funclet::in_memory());
    server.create("hello", &zip("1"));
    let mut connection = server.connect();
    // The client may or may not see the answer, depending on how it reads; the server is safe either way.
    upload(&mut connection, 80 << 20);
    if let Some(answer) = connection.try_answer() {
        assert_eq!(answer.header("connection"), "close");
    }
    assert!(connection.try_answer().is_none());
    assert_eq!(server.call("GET", "/2015-03-31/functions/hello", "").status, 200);
}

#[test]
fn slow_bodies_are_not_waited_for() {
    let config = Config { body_timeout: Duration::from_millis(100), ..Config::default() };
    let server = TestServer::with(config, Funclet::in_memory());
    for length in [100, 1 << 20] {
        let mut connection = server.connect();
        connection.write(head("PUT", CODE, length));
        connection.write("{");
        let answer = connection.answer();
        assert_eq!((answer.status, answer.header("x-amzn-errortype")), (408, "RequestTimeoutException"));
        assert!(connection.is_closed());
    }
}

#[test]
fn slow_heads_are_not_waited_for() {
    let config = Config { head_timeout: Duration::from_millis(100), ..Config::default() };
    let server = TestServer::with(config, Funclet::in_memory());
    let mut connection = server.connect();
    connection.write("GET /2015-03-31/functions HTTP/1.1\r\nhost:");
    let begun = Instant::now();
    if let Some(answer) = connection.try_answer() {
        assert_eq!(answer.status, 408);
    }
    assert!(connection.is_closed());
    assert!(begun.elapsed() < Duration::from_secs(30));
}

#[test]
fn connections_above_the_limit_wait() {
    let config = Config { connections_max: 2, ..Config::default() };
    let server = TestServer::with(config, Funclet::in_memory());
    let mut open: Vec<_> = (0..2).map(|_| server.connect()).collect();
    for connection in &mut open {
        // In the middle of a request, a connection keeps its place.
        connection.write(head("PUT", CODE, 100));
    }
    let mut waiting = server.connect();
    waiting.write(head("GET", "/2015-03-31/functions", 0));
    assert!(!waiting.answers_within(Duration::from_millis(200)));
    drop(open.pop());
    assert_eq!(waiting.answer().status, 200);
}

#[test]
fn idle_connections_do_not_lock_others_out() {
    let config = Config { connections_max: 4, ..Config::default() };
    let server = TestServer::with(config, Funclet::in_memory());
    let mut idle: Vec<_> = (0..3).map(|_| server.connect()).collect();
    for connection in &mut idle {
        let answer = connection.call("GET", "/2015-03-31/functions", "");
        assert_eq!((answer.status, answer.header("connection")), (200, ""), "there is room yet");
    }
    // The last place: held by a client that sends nothing, then by one that does not end its head.
    for sent in ["", "GET / HTTP/1.1\r\nhost:"] {
        let mut silent = server.connect();
        silent.write(sent);
        let mut late = server.connect();
        late.write(head("GET", "/2015-03-31/functions", 0));
        assert!(late.answers_within(Duration::from_secs(20)), "{sent:?}");
        let answer = late.answer();
        assert_eq!((answer.status, answer.header("connection")), (200, "close"), "it gives its place back");
        assert!(late.is_closed());
    }
    for connection in &mut idle {
        assert_eq!(
            connection.call("GET", "/2015-03-31/functions", "").status,
            200,
            "they came first and stay"
        );
    }
}
