//! Members in headers and queries, and answers without a body.

use bytes::Bytes;
use http::Request;

use crate::client::{Answer, Client, zip};

const TAGS: &str = "/2017-03-31/tags/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Ahello";

#[test]
fn tags() {
    let client = Client::new();
    client.create("hello", &zip("1"));
    assert_eq!(client.get(TAGS).json(200), serde_json::json!({ "Tags": {} }));
    let tagged = client.post(TAGS, r#"{"Tags":{"a b":"1","c":"2","d=e":"3"}}"#);
    assert_eq!((tagged.status, tagged.text(), tagged.header("content-type")), (204, "", "application/json"));
    let function = client.get("/2015-03-31/functions/hello").json(200);
    assert_eq!(function["Tags"], serde_json::json!({ "a b": "1", "c": "2", "d=e": "3" }));

    let untagged = client.delete(&format!("{TAGS}?tagKeys=a+b&tagKeys=d%3De"));
    assert_eq!((untagged.status, untagged.text()), (204, ""));
    assert_eq!(client.get(TAGS).text(), r#"{"Tags":{"c":"2"}}"#);
    let refused = client.delete(TAGS).json(400);
    assert!(refused["message"].as_str().unwrap().contains("Value null at 'tagKeys'"), "{refused}");
    client.delete(&format!("{TAGS}?tagKeys=c"));
    assert!(client.get("/2015-03-31/functions/hello").json(200).get("Tags").is_none());
}

#[test]
fn what_is_not_set_is_left_out() {
    let client = Client::new();
    client.create("hello", &zip("1"));
    assert_eq!(
        client.get("/2020-06-30/functions/hello/code-signing-config").json(200),
        serde_json::json!({})
    );
    assert_eq!(client.get("/2019-09-30/functions/hello/concurrency").json(200), serde_json::json!({}));
}

fn invoke(client: &Client, path: &str, headers: &[(&str, &str)]) -> Answer {
    let path = format!("/2015-03-31/functions/{path}");
    let mut request = Request::post(path).header("host", "localhost:9001");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    // No object, so that no member stands in it.
    client.send(request.body(Bytes::from_static(b"[1]")).unwrap())
}

#[test]
fn invocations() {
    let client = Client::new();
    client.create("hello", &zip("1"));
    let dry = [("X-Amz-Invocation-Type", "DryRun")];
    let answer = invoke(&client, "hello/invocations", &dry);
    assert_eq!((answer.status, answer.text()), (204, ""));
    let answer = invoke(&client, "hello/invocations?Qualifier=7", &dry);
    assert_eq!((answer.status, answer.header("x-amzn-errortype")), (404, "ResourceNotFoundException"));
    let answer = invoke(&client, "hello/invocations", &[]);
    assert_eq!((answer.status, answer.header("x-amzn-errortype")), (404, "UnknownOperationException"));
    let wrong = [("X-Amz-Invocation-Type", "Dry"), ("X-Amz-Log-Type", "Head"), ("X-Amz-Tenant-Id", "a;b")];
    let message = invoke(&client, "hello/invocations", &wrong).json(400)["message"].to_string();
    assert!(message.contains("3 validation errors detected"), "{message}");
    for member in ["'Dry' at 'invocationType'", "'Head' at 'logType'", "'a;b' at 'tenantId'"] {
        assert!(message.contains(member), "{message}");
    }
}
