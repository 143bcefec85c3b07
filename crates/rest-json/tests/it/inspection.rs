//! How a request wants its package inspected, and reports of packages.

use bytes::Bytes;
use funclet::{ArchPolicy, BlobDigest, Inspection};
use funclet_testkit::zip_of;
use http::{Method, Request};

use crate::client::{Answer, Client, base64, zip};

/// A package with a library for x86-64.
fn package() -> Vec<u8> {
    let mut image = [&b"\x7fELF\x02\x01\x01"[..], &[0; 9], &[3, 0, 62, 0, 1]].concat();
    image.resize(64, 0);
    zip_of(&[("index.py", b"x = 1\n"), ("lib/native.so", &image)])
}

/// Updates a function to arm64, with a header.
fn update(client: &Client, header: (&str, &str)) -> Answer {
    let body = serde_json::json!({ "ZipFile": base64(&package()), "Architectures": ["arm64"] }).to_string();
    let request = Request::builder()
        .method(Method::PUT)
        .uri("/2015-03-31/functions/hello/code")
        .header(header.0, header.1)
        .body(Bytes::from(body));
    client.send(request.unwrap())
}

fn report(client: &Client, package: &str, access_key: &str) -> Answer {
    let request = Request::builder().uri(format!("/_funclet/packages/{package}/report")).header(
        "authorization",
        format!("AWS4-HMAC-SHA256 Credential={access_key}/20240328/us-east-1/lambda/aws4_request"),
    );
    client.send(request.body(Bytes::new()).unwrap())
}

#[test]
fn a_request_may_want_it_otherwise() {
    let client = Client::new();
    client.create("hello", &zip("1"));
    let refused = update(&client, ("x-funclet-arch-policy", "enforce"));
    assert_eq!(refused.header("x-amzn-errortype"), "InvalidParameterValueException");
    assert!(refused.text().contains("Funclet: "), "{}", refused.text());
    update(&client, ("x-funclet-arch-policy", "warn")).json(200);
    let enforced = Inspection { arch_policy: ArchPolicy::Enforce, ..Inspection::default() };
    let client = Client::with(|builder| builder.inspection(enforced));
    client.create("hello", &zip("1"));
    assert_eq!(update(&client, ("x-other", "off")).status, 400);
    update(&client, ("x-funclet-arch-policy", "off")).json(200);
}

#[test]
fn what_is_no_policy_is_refused() {
    let client = Client::new();
    client.create("hello", &zip("1"));
    for (header, word, expected) in [
        (
            "x-funclet-arch-policy",
            "Enforce",
            "The header x-funclet-arch-policy: expected off, warn or enforce.",
        ),
        ("x-funclet-framing", "lax", "The header x-funclet-framing: expected lenient or strict."),
    ] {
        let answer = update(&client, (header, word));
        assert_eq!(answer.json(400)["message"], expected);
    }
}

#[test]
fn a_report_is_for_whoever_holds_the_package() {
    let client = Client::new();
    client.create("hello", &zip("1"));
    update(&client, ("x-other", ""));
    let digest = BlobDigest::of(&package()).to_string();
    let answer = report(&client, &digest, "000000000000");
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.json(200)["architectures"]["arm64"], "mismatch");
    assert!(!answer.header("x-amzn-requestid").is_empty());
    for (package, account) in
        [(digest.as_str(), "123456789012"), ("00", "000000000000"), ("", "000000000000")]
    {
        let answer = report(&client, package, account);
        assert_eq!((answer.status, answer.header("x-amzn-errortype")), (404, "ResourceNotFoundException"));
        assert_eq!(answer.json(404)["Message"], format!("The account holds no package {package}."));
    }
}
