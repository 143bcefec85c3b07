//! Bodies in pieces, and bodies that are too large.

use http::Request;

use crate::client::{Answer, Client, base64, create_body, zip};

/// Sends a body in pieces of the given length and returns the answer.
fn send(
    client: &Client,
    method: &str,
    path: &str,
    pieces: impl IntoIterator<Item = impl AsRef<[u8]>>,
) -> Answer {
    let request = Request::builder().method(method).uri(path).header("host", "localhost").body(()).unwrap();
    let mut exchange = client.rest.begin(&request.into_parts().0);
    for piece in pieces {
        exchange.push(piece.as_ref());
    }
    let (tell, told) = std::sync::mpsc::channel();
    exchange.finish().submit(move |reply| tell.send(reply).unwrap());
    told.recv().unwrap().into_response().into()
}

const CODE: &str = "/2015-03-31/functions/hello/code";

#[test]
fn pieces_do_not_matter() {
    for length in [1, 2, 3, 7, 64, 1 << 20] {
        let client = Client::new();
        let body = create_body("hello", &zip("1"));
        let created =
            send(&client, "POST", "/2015-03-31/functions", body.as_bytes().chunks(length)).json(201);
        let whole = Client::new().create("hello", &zip("1"));
        assert_eq!(created["CodeSha256"], whole["CodeSha256"], "{length}");
    }
}

#[test]
fn the_last_package_counts() {
    let client = Client::new();
    let (first, second) = (zip("1"), zip("2"));
    let created = client.create("hello", &second);
    let body = format!(r#"{{"ZipFile":"{}","\u005aipFile":"{}"}}"#, base64(&first), base64(&second));
    let updated = client.put(CODE, body).json(200);
    assert_eq!(updated["CodeSha256"], created["CodeSha256"]);
}

#[test]
fn escapes_in_base64() {
    let client = Client::new();
    let created = client.create("hello", &zip("1"));
    let text = base64(&zip("1")).replace('/', "\\/").replace('U', "\\u0055");
    let updated = client.put(CODE, format!(r#"{{"ZipFile":"{text}"}}"#)).json(200);
    assert_eq!(updated["CodeSha256"], created["CodeSha256"]);
}

/// A body with a package of so many bytes, piece by piece, so that the test needs little memory itself.
fn with_package(bytes: usize, rest: &str) -> impl Iterator<Item = Vec<u8>> {
    let chars = bytes.div_ceil(3) * 4;
    let padding = (3 - bytes % 3) % 3;
    let steps = (0..chars).step_by(1 << 20).map(move |at| vec![b'A'; (chars - padding - at).min(1 << 20)]);
    let end = format!("{}\"{rest}}}", "=".repeat(padding));
    std::iter::once(br#"{"ZipFile":""#.to_vec()).chain(steps).chain(std::iter::once(end.into_bytes()))
}

#[track_caller]
fn too_large(answer: &Answer, message: &str) {
    assert_eq!((answer.status, answer.text()), (413, format!(r#"{{"message":"{message}"}}"#).as_str()));
    assert_eq!(answer.header("x-amzn-errortype"), "RequestEntityTooLargeException");
}

const ZIP_TOO_LARGE: &str = "Zipped size must be smaller than 52428800 bytes";

#[test]
fn packages_that_are_too_large() {
    let client = Client::new();
    client.create("hello", &zip("1"));
    for bytes in [52_428_801, 52_428_802, 52_428_803, 60_000_000] {
        too_large(&send(&client, "PUT", CODE, with_package(bytes, "")), ZIP_TOO_LARGE);
    }
    let largest = send(&client, "PUT", CODE, with_package(52_428_800, ""));
    assert_eq!(largest.header("x-amzn-errortype"), "InvalidParameterValueException", "zeros are no archive");
}

#[test]
fn requests_that_are_too_large() {
    let client = Client::new();
    client.create("hello", &zip("1"));
    let filler = format!(r#","Unknown":"{}""#, "x".repeat(300_000));
    too_large(
        &send(&client, "PUT", CODE, with_package(52_428_800, &filler)),
        "Request must be smaller than 70167211 bytes for the UpdateFunctionCode operation",
    );
    // The size of the archive is told before that of the request, even if it is found later.
    too_large(&send(&client, "PUT", CODE, with_package(75_000_000, &filler)), ZIP_TOO_LARGE);
    let padded = std::iter::repeat_n(vec![b' '; 1 << 20], 70).chain(with_package(60_000_000, ""));
    too_large(&send(&client, "PUT", CODE, padded), ZIP_TOO_LARGE);
    // Two archives that would each fit are too much together.
    let twice = with_package(40_000_000, "").map(|piece| String::from_utf8(piece).unwrap().replace('}', ","));
    let twice = twice.chain(with_package(40_000_000, "").map(|piece| {
        let piece = String::from_utf8(piece).unwrap();
        piece.strip_prefix('{').map(str::to_owned).unwrap_or(piece)
    }));
    too_large(
        &send(&client, "PUT", CODE, twice),
        "Request must be smaller than 70167211 bytes for the UpdateFunctionCode operation",
    );
    too_large(
        &send(&client, "PUT", CODE, with_package(100, &format!(r#","Unknown":"{}""#, "x".repeat(1 << 20)))),
        "Request must be smaller than 1048576 bytes, beside the ZipFile, for the UpdateFunctionCode operation",
    );
    too_large(
        &send(
            &client,
            "POST",
            "/2015-03-31/functions/hello/versions",
            std::iter::repeat_n([b' '; 1 << 10], 1 << 10),
        ),
        "Request must be smaller than 1048576 bytes for the PublishVersion operation",
    );
}

#[test]
fn bodies_that_nobody_wants_are_ignored() {
    let client = Client::new();
    client.create("hello", &zip("1"));
    assert_eq!(send(&client, "GET", "/2015-03-31/functions/hello", ["no json"]).status, 200);
    assert_eq!(send(&client, "GET", "/nowhere", [vec![0; 1 << 20]]).status, 403);
}

#[test]
fn members_of_the_path_win_over_those_of_the_body() {
    let client = Client::new();
    client.create("hello", &zip("1"));
    let body = format!(r#"{{"FunctionName":"other","ZipFile":"{}"}}"#, base64(&zip("2")));
    assert_eq!(client.put(CODE, body).json(200)["FunctionName"], "hello");
}

#[test]
fn large_bodies_are_known_beforehand() {
    let client = Client::new();
    let begin = |method: &str, path: &str, length: &str| {
        let request = Request::builder().method(method).uri(path).header("content-length", length);
        client.rest.begin(&request.body(()).unwrap().into_parts().0)
    };
    assert!(begin("PUT", CODE, "100000").is_large());
    assert!(!begin("PUT", CODE, "1000").is_large());
    assert!(!begin("PUT", CODE, "many").is_large());
    assert!(!begin("GET", "/2015-03-31/functions/hello", "100000").is_large());
    let mut growing = begin("PUT", CODE, "");
    growing.push(&[b' '; 100_000]);
    assert!(growing.is_large());
    assert_eq!(growing.operation(), Some("UpdateFunctionCode"));
}
