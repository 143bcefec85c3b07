//! HTTP as clients speak it, well and badly.

use crate::client::{TestServer, base64, create_body, head, zip};

const FUNCTIONS: &str = "/2015-03-31/functions";

#[test]
fn many_requests_on_one_connection() {
    let server = TestServer::start();
    let mut connection = server.connect();
    assert_eq!(connection.call("POST", FUNCTIONS, create_body("hello", &zip("1"))).status, 201);
    for _ in 0..50 {
        let answer = connection.call("GET", "/2015-03-31/functions/hello", "");
        assert_eq!(answer.json(200)["Configuration"]["FunctionName"], "hello");
        assert_eq!(connection.call("GET", "/2015-03-31/functions/absent", "").status, 404);
    }
    let deleted = connection.call("DELETE", "/2015-03-31/functions/hello", "");
    assert_eq!((deleted.status, deleted.header("content-type")), (204, "application/json"));
    assert_eq!(connection.call("GET", "/2015-03-31/functions/hello", "").status, 404);
}

#[test]
fn answers_carry_the_headers_of_the_service() {
    let server = TestServer::start();
    let answer = server.call("GET", "/2015-03-31/functions/absent", "");
    assert_eq!(answer.header("x-amzn-ErrorType"), "ResourceNotFoundException");
    assert_eq!(answer.header("x-amzn-RequestId").len(), 36);
    assert_eq!(answer.header("content-type"), "application/json");
    assert!(!answer.header("date").is_empty());
}

#[test]
fn chunked_bodies() {
    let server = TestServer::start();
    for (name, piece) in [("small", 10), ("large", 30_000)] {
        let body = create_body(name, &funclet_testkit::zip_of_zipped_size(200_000));
        let mut connection = server.connect();
        connection
            .write(format!("POST {FUNCTIONS} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"));
        for chunk in body.as_bytes().chunks(piece) {
            connection.write([format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat());
        }
        connection.write("0\r\n\r\n");
        assert_eq!(connection.answer().json(201)["CodeSize"], 200_000, "{name}");
        assert_eq!(
            connection.call("GET", "/2015-03-31/functions/absent", "").status,
            404,
            "the connection goes on"
        );
    }
}

#[test]
fn a_body_may_come_byte_by_byte() {
    let server = TestServer::start();
    let body = create_body("hello", &zip("1"));
    let mut connection = server.connect();
    connection.write(head("POST", FUNCTIONS, body.len()));
    for byte in body.as_bytes() {
        connection.write([*byte]);
    }
    assert_eq!(connection.answer().status, 201);
}

#[test]
fn a_client_may_ask_first() {
    let server = TestServer::start();
    let body = create_body("hello", &zip("1"));
    let mut connection = server.connect();
    connection.write(format!(
        "POST {FUNCTIONS} HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: {}\r\n\r\n",
        body.len()
    ));
    connection.write(&body);
    assert_eq!(connection.answer().status, 201);
}

#[test]
fn a_client_may_close_its_side_first() {
    let server = TestServer::start();
    let mut connection = server.connect();
    connection.write(head("GET", FUNCTIONS, 0));
    connection.close_sending();
    assert_eq!(connection.answer().status, 200);
}

#[test]
fn what_is_no_http() {
    let server = TestServer::start();
    for nonsense in
        ["\r\n\r\nnonsense\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\u{0}\u{1}\u{2}\r\n\r\n"]
    {
        let mut connection = server.connect();
        connection.write(nonsense);
        if let Some(answer) = connection.try_answer() {
            assert_eq!(answer.status, 400, "{nonsense:?}");
        }
        assert!(connection.is_closed(), "{nonsense:?}");
    }
    let mut connection = server.connect();
    // More than two read buffers: what a single read brings above the bound is still parsed.
    connection.write(format!("GET {FUNCTIONS} HTTP/1.1\r\nx: {}\r\n\r\n", "x".repeat(300_000)));
    assert_eq!(connection.answer().status, 431);
    assert_eq!(server.call("GET", FUNCTIONS, "").status, 200, "the server goes on");
}

#[test]
fn a_client_that_leaves_in_the_middle_changes_nothing() {
    let server = TestServer::start();
    let body = create_body("hello", &funclet_testkit::zip_of_zipped_size(500_000));
    for length in [10, 60_000, body.len() - 1] {
        let mut connection = server.connect();
        connection.write(head("POST", FUNCTIONS, body.len()));
        connection.write(&body.as_bytes()[..length]);
    }
    assert_eq!(server.call("GET", "/2015-03-31/functions/hello", "").status, 404);
    assert_eq!(server.call("POST", FUNCTIONS, body).status, 201);
}

#[test]
fn updates_in_base64_with_escapes_through_the_wire() {
    let server = TestServer::start();
    let created = server.create("hello", &zip("1"));
    let text = base64(&zip("1")).replace('/', "\\/");
    let updated =
        server.call("PUT", "/2015-03-31/functions/hello/code", format!(r#"{{"ZipFile":"{text}"}}"#));
    assert_eq!(updated.json(200)["CodeSha256"], created["CodeSha256"]);
}

#[test]
fn a_body_that_breaks_off_is_refused() {
    let server = TestServer::start();
    let chunked = |chunk: &str| {
        format!("POST {FUNCTIONS} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n{chunk}")
    };
    for sent in [
        head("POST", FUNCTIONS, 1000) + "{",
        // Long enough that a thread of its own takes it in.
        head("POST", FUNCTIONS, 1 << 20)
            + r#"{"FunctionName":"hello","Code":{"ZipFile":""#
            + &"A".repeat(200_000),
        chunked("5\r\n{"),
        chunked("no length\r\n{}\r\n0\r\n\r\n"),
    ] {
        let start: String = sent.chars().take(120).collect();
        let mut connection = server.connect();
        assert!(connection.write(&sent));
        connection.close_sending();
        let answer = connection.answer();
        assert_eq!(
            (answer.status, answer.header("x-amzn-errortype")),
            (400, "SerializationException"),
            "{start}"
        );
        assert_eq!(answer.text(), r#"{"message":"The request body broke off before its end."}"#);
        assert_eq!(answer.header("x-amzn-requestid").len(), 36);
        assert_eq!(answer.header("connection"), "close");
        assert!(connection.is_closed());
    }
    assert_eq!(server.call("GET", FUNCTIONS, "").json(200)["Functions"], serde_json::json!([]));
}
