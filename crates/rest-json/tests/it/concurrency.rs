//! Concurrency as it goes over the wire, byte for byte.

use crate::client::{Client, zip};

const RESERVED: &str = "/2017-10-31/functions/hello/concurrency";
const PROVISIONED: &str = "/2019-09-30/functions/hello/provisioned-concurrency?Qualifier=1";
const LIST: &str = "/2019-09-30/functions/hello/provisioned-concurrency?List=ALL";

#[test]
fn reserved() {
    let client = Client::new();
    client.create("hello", &zip("1"));
    let put = client.put(RESERVED, r#"{"ReservedConcurrentExecutions":7}"#);
    assert_eq!((put.status, put.text()), (200, r#"{"ReservedConcurrentExecutions":7}"#));
    let deleted = client.delete(RESERVED);
    assert_eq!((deleted.status, deleted.text()), (204, ""));
    let got = client.get("/2019-09-30/functions/hello/concurrency");
    assert_eq!((got.status, got.text()), (200, "{}"));
}

#[test]
fn the_account_is_of_the_size_that_the_host_says() {
    let client = Client::with(|builder| builder.concurrent_executions_max(150));
    client.create("hello", &zip("1"));
    client.put(RESERVED, r#"{"ReservedConcurrentExecutions":50}"#).json(200);
    let more = client.put(RESERVED, r#"{"ReservedConcurrentExecutions":51}"#);
    assert_eq!((more.status, more.header("x-amzn-errortype")), (400, "InvalidParameterValueException"));
    let limit = client.get("/2016-08-19/account-settings").json(200)["AccountLimit"].take();
    assert_eq!(
        (&limit["ConcurrentExecutions"], &limit["UnreservedConcurrentExecutions"]),
        (&150.into(), &100.into())
    );
}

/// No member is null, and times have no fraction: clients parse them with a format of their own.
#[test]
fn provisioned() {
    let client = Client::new();
    client.create("hello", &zip("1"));
    client.post("/2015-03-31/functions/hello/versions", "{}").json(201);
    let missing = client.get(PROVISIONED);
    assert_eq!(
        (missing.status, missing.header("x-amzn-errortype"), missing.text()),
        (
            404,
            "ProvisionedConcurrencyConfigNotFoundException",
            r#"{"Type":"User","message":"No Provisioned Concurrency Config found for this function"}"#
        )
    );
    let put = client.put(PROVISIONED, r#"{"ProvisionedConcurrentExecutions":3}"#);
    assert_eq!(
        (put.status, put.text()),
        (
            202,
            r#"{"RequestedProvisionedConcurrentExecutions":3,"AvailableProvisionedConcurrentExecutions":0,"AllocatedProvisionedConcurrentExecutions":0,"Status":"IN_PROGRESS","LastModified":"2024-03-28T12:56:56+0000"}"#
        )
    );
    let ready = r#""RequestedProvisionedConcurrentExecutions":3,"AvailableProvisionedConcurrentExecutions":3,"AllocatedProvisionedConcurrentExecutions":3,"Status":"READY","LastModified":"2024-03-28T12:56:56+0000""#;
    let got = client.get(PROVISIONED);
    assert_eq!((got.status, got.text()), (200, &format!("{{{ready}}}")[..]));
    let listed = client.get(LIST);
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:hello:1";
    let expected = format!(
        r#"{{"NextMarker":null,"ProvisionedConcurrencyConfigs":[{{"FunctionArn":"{arn}",{ready}}}]}}"#
    );
    assert_eq!((listed.status, listed.text()), (200, &expected[..]));
    let deleted = client.delete(PROVISIONED);
    assert_eq!((deleted.status, deleted.text()), (204, ""));
}
