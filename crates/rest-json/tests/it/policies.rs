//! Policies on the wire: texts of JSON in JSON, and a RevisionId in the query.

use crate::client::{Client, zip};

const POLICY: &str = "/2015-03-31/functions/hello/policy";
const STATEMENT: &str = r#"{\"Sid\":\"s3\",\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"s3.amazonaws.com\"},\"Action\":\"lambda:InvokeFunction\",\"Resource\":\"arn:aws:lambda:us-east-1:000000000000:function:hello\",\"Condition\":{\"ArnLike\":{\"AWS:SourceArn\":\"arn:aws:s3:::bucket\"}}}"#;

fn add(client: &Client, path: &str, sid: &str) -> (u16, String) {
    let body = format!(
        r#"{{"StatementId":"{sid}","Action":"lambda:InvokeFunction","Principal":"s3.amazonaws.com","SourceArn":"arn:aws:s3:::bucket"}}"#
    );
    let answer = client.post(path, body);
    (answer.status, answer.text().to_owned())
}

#[test]
fn statements_and_policies_are_texts() {
    let client = Client::new();
    client.create("hello", &zip("1"));
    assert_eq!(add(&client, POLICY, "s3"), (201, format!(r#"{{"Statement":"{STATEMENT}"}}"#)));
    let answer = client.get(POLICY);
    let revision = answer.json(200)["RevisionId"].as_str().unwrap().to_owned();
    assert_eq!(
        answer.text(),
        format!(
            r#"{{"Policy":"{{\"Version\":\"2012-10-17\",\"Id\":\"default\",\"Statement\":[{STATEMENT}]}}","RevisionId":"{revision}"}}"#
        )
    );
    assert_eq!(client.delete(&format!("{POLICY}/s3?RevisionId=wrong")).status, 412);
    let removed = client.delete(&format!("{POLICY}/s3?RevisionId={revision}"));
    assert_eq!((removed.status, removed.text()), (204, ""));
    assert_eq!(client.get(POLICY).status, 404);
}

#[test]
fn the_qualifier_stands_in_the_query() {
    let client = Client::new();
    client.create("hello", &zip("1"));
    client.post("/2015-03-31/functions/hello/versions", "{}").json(201);
    let qualified = format!("{POLICY}?Qualifier=1");
    assert_eq!(add(&client, &format!("{POLICY}?Qualifier=2"), "s3").0, 404);
    let (status, body) = add(&client, &qualified, "s3");
    assert!(status == 201 && body.contains(r#":function:hello:1\""#), "{body}");
    assert_eq!((client.get(POLICY).status, client.get(&qualified).status), (404, 200));
    assert_eq!(client.delete(&format!("{POLICY}/s3")).status, 404);
    assert_eq!(client.delete(&format!("{POLICY}/s3?Qualifier=1")).status, 204);
}
