//! Errors, byte for byte, with their headers.

use funclet::Transitions;

use crate::client::{Answer, Client, base64, create_body, zip};

#[track_caller]
fn check(answer: &Answer, status: u16, code: &str, body: &str) {
    assert_eq!((answer.status, answer.text()), (status, body));
    assert_eq!(answer.header("x-amzn-errortype"), code);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("x-amzn-requestid").len(), 36);
}

#[test]
fn what_is_not_there() {
    check(
        &Client::new().get("/2015-03-31/functions/hello?Qualifier=7"),
        404,
        "ResourceNotFoundException",
        r#"{"Message":"Function not found: arn:aws:lambda:us-east-1:000000000000:function:hello:7","Type":"User"}"#,
    );
}

#[test]
fn what_is_there_already() {
    let client = Client::new();
    client.create("hello", &zip("1"));
    check(
        &client.post("/2015-03-31/functions", create_body("hello", &zip("1"))),
        409,
        "ResourceConflictException",
        r#"{"Type":"User","message":"Function already exist: hello"}"#,
    );
}

#[test]
fn a_stale_revision() {
    let client = Client::new();
    client.create("hello", &zip("1"));
    let body = format!(r#"{{"ZipFile":"{}","RevisionId":"wrong"}}"#, base64(&zip("2")));
    check(
        &client.put("/2015-03-31/functions/hello/code", body),
        412,
        "PreconditionFailedException",
        r#"{"Type":"User","message":"The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id"}"#,
    );
}

#[test]
fn an_update_in_progress() {
    let client = Client::with(|builder| builder.transitions(Transitions::Manual));
    client.create("hello", &zip("1"));
    let body = format!(r#"{{"ZipFile":"{}"}}"#, base64(&zip("2")));
    check(
        &client.put("/2015-03-31/functions/hello/code", body),
        409,
        "ResourceConflictException",
        r#"{"Type":"User","message":"The operation cannot be performed at this time. An update is in progress for resource: arn:aws:lambda:us-east-1:000000000000:function:hello"}"#,
    );
}

#[test]
fn members_that_break_rules() {
    let client = Client::new();
    client.create("hello", &zip("1"));
    check(
        &client.put("/2015-03-31/functions/hello/code", r#"{"Architectures":["X86_64"]}"#),
        400,
        "ValidationException",
        r#"{"message":"1 validation error detected: Value '[X86_64]' at 'architectures' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]"}"#,
    );
    check(
        &client.get("/2015-03-31/functions?FunctionVersion=invalid"),
        400,
        "ValidationException",
        r#"{"message":"1 validation error detected: Value 'invalid' at 'functionVersion' failed to satisfy constraint: Member must satisfy enum value set: [ALL]"}"#,
    );
}

#[test]
fn code_that_is_none() {
    let client = Client::new();
    client.create("hello", &zip("1"));
    for (body, message) in [
        (
            format!(r#"{{"ZipFile":"{}"}}"#, base64(b"no archive")),
            "Could not unzip uploaded file. Please check your file, then try to upload again.",
        ),
        ("{}".to_owned(), "Please provide a source for function code."),
        (
            format!(r#"{{"ZipFile":"{}","S3Key":"k"}}"#, base64(&zip("2"))),
            "Please do not provide other FunctionCode parameters when providing a ZipFile.",
        ),
    ] {
        check(
            &client.put("/2015-03-31/functions/hello/code", body),
            400,
            "InvalidParameterValueException",
            &format!(r#"{{"Type":"User","message":"{message}"}}"#),
        );
    }
}

#[test]
fn another_region_and_another_account() {
    let client = Client::new();
    check(
        &client.get(
            "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aap-southeast-1%3A000000000000%3Afunction%3Ahello",
        ),
        404,
        "ResourceNotFoundException",
        r#"{"Message":"Functions from 'ap-southeast-1' are not reachable in this region ('us-east-1')","Type":"User"}"#,
    );
    check(
        &client.get("/2015-03-31/functions/123456789012:function:hello"),
        403,
        "AccessDeniedException",
        r#"{"Message":null}"#,
    );
}

#[test]
fn requests_that_cannot_be_read() {
    let client = Client::new();
    client.create("hello", &zip("1"));
    for (body, message) in [
        ("{", "The request body is not valid JSON: EOF while parsing an object at line 1 column 1."),
        ("[]", "The request body is a list, not a JSON object."),
        (r#"{"ZipFile":"!"}"#, "The request could not be read: the ZipFile is not base64."),
        (r#"{"ZipFile":"UEs"}"#, "The request could not be read: the ZipFile is not base64."),
        (r#"{"ZipFile":"\q"}"#, "The request could not be read: the ZipFile is not base64."),
        (
            r#"{"ZipFile":"UEs="#,
            "The request body is not valid JSON: EOF while parsing a string at line 1 column 12.",
        ),
        (r#"{"ZipFile":12}"#, "The request could not be read: got an integer, expected a blob at `ZipFile`."),
        (
            r#"{"Publish":"yes"}"#,
            "The request could not be read: got a string, expected a boolean at `Publish`.",
        ),
    ] {
        let message = serde_json::to_string(message).unwrap();
        check(
            &client.put("/2015-03-31/functions/hello/code", body),
            400,
            "SerializationException",
            &format!(r#"{{"message":{message}}}"#),
        );
    }
    check(
        &client.get("/2015-03-31/functions?MaxItems=many"),
        400,
        "SerializationException",
        r#"{"message":"The request could not be read: got a string, expected an integer at `MaxItems`."}"#,
    );
}

#[test]
fn operations_that_are_not_there() {
    let client = Client::new();
    check(
        &client.get("/2015-03-31/nowhere"),
        403,
        "AccessDeniedException",
        r#"{"Message":"Unable to determine service/operation name to be authorized"}"#,
    );
    check(
        &client.get("/2025-12-01/durable-executions/one"),
        404,
        "UnknownOperationException",
        r#"{"message":"Funclet does not offer the operation GetDurableExecution yet."}"#,
    );
}
