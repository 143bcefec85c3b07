//! Downloads.

use crate::client::{Answer, Client, zip};

/// Returns the path of a function's package, as GetFunction gives it.
fn location(client: &Client, name: &str) -> String {
    let function = client.get(&format!("/2015-03-31/functions/{name}")).json(200);
    let location = function["Code"]["Location"].as_str().unwrap();
    location.strip_prefix("http://localhost:9001").expect("the host of the request").to_owned()
}

#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/xml");
    assert!(answer.text().contains(&format!("<Code>{code}</Code>")), "{}", answer.text());
}

#[test]
fn a_link_gives_exactly_what_was_uploaded() {
    let client = Client::new();
    let zip = zip("1");
    client.create("hello", &zip);
    let answer = client.get(&location(&client, "hello"));
    assert_eq!((answer.status, &answer.body[..]), (200, &zip[..]));
    assert_eq!(answer.header("content-type"), "application/zip");
    assert_eq!(answer.header("content-length"), zip.len().to_string());
    assert_eq!(answer.header("accept-ranges"), "none");
}

#[test]
fn forged_links_open_nothing() {
    let client = Client::new();
    client.create("hello", &zip("1"));
    client.create("other", &zip("2"));
    let link = location(&client, "hello");
    let (path, query) = link.split_once('?').unwrap();
    let (other, _) =
        location(&client, "other").split_once('?').map(|(p, q)| (p.to_owned(), q.to_owned())).unwrap();
    let later = query.replacen("expires=1", "expires=2", 1);
    for forged in [
        path.to_owned(),
        format!("{other}?{query}"),
        format!("{path}?{later}"),
        link.replace("signature=", "signature=0"),
        link[..link.len() - 1].to_owned(),
        format!("{path}?expires=x&signature=y"),
        "/_funclet/packages/".to_owned(),
    ] {
        assert_ne!(forged, link);
        refused(&client.get(&forged), 403, "SignatureDoesNotMatch");
    }
}

#[test]
fn links_end_after_ten_minutes() {
    let client = Client::new();
    client.create("hello", &zip("1"));
    let link = location(&client, "hello");
    client.clock.advance(10 * 60 * 1000);
    assert_eq!(client.get(&link).status, 200);
    client.clock.advance(1);
    refused(&client.get(&link), 403, "AccessDenied");
}

#[test]
fn links_are_read_only() {
    let client = Client::new();
    client.create("hello", &zip("1"));
    assert_eq!(client.delete(&location(&client, "hello")).status, 403);
}
