//! Invocations on the wire.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use funclet::{
    FunctionError, Invocation, InvocationOutcome, Invoker, InvokerError, ResponseSink, StreamEnd,
    ThrottleReason, Transitions,
};
use http::Request;

use crate::client::{Answer, Client, zip};

/// Does what its payload says.
#[derive(Default)]
struct Scripted {
    seen: Mutex<Vec<Invocation>>,
}

impl Invoker for Scripted {
    fn invoke(&self, invocation: Invocation) -> Result<InvocationOutcome, InvokerError> {
        let payload = invocation.payload.clone();
        self.seen.lock().unwrap().push(invocation);
        let outcome =
            InvocationOutcome { payload: payload.clone(), log: "a log".into(), ..Default::default() };
        match payload.as_bytes() {
            br#""fail""# => {
                Ok(InvocationOutcome { function_error: Some(FunctionError::Unhandled), ..outcome })
            }
            br#""throttle""# => Err(InvokerError::Throttled {
                reason: ThrottleReason::ReservedFunctionConcurrentInvocationLimitExceeded,
            }),
            br#""break""# => Err(InvokerError::Failed("broken".into())),
            _ => Ok(outcome),
        }
    }

    fn invoke_with_response_stream(
        &self,
        invocation: Invocation,
        response: &mut ResponseSink,
    ) -> Result<StreamEnd, InvokerError> {
        self.invoke(invocation)?;
        for piece in ["hello ", "world"] {
            response.push(piece.into()).unwrap();
        }
        Ok(StreamEnd { error: None, log: "a log".into() })
    }
}

fn client(transitions: Transitions) -> (Client, Arc<Scripted>) {
    let invoker = Arc::new(Scripted::default());
    let client = Client::with(|builder| builder.invoker(invoker.clone()).transitions(transitions));
    client.create("f", &zip("one"));
    (client, invoker)
}

const INVOKE: &str = "/2015-03-31/functions/f/invocations";
const STREAM: &str = "/2021-11-15/functions/f/response-streaming-invocations";
const LATER: &str = "/2014-11-13/functions/f/invoke-async";

fn post(client: &Client, path: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Answer {
    let mut request = Request::post(path).header("host", "localhost:9001");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    client.send(request.body(body.into()).unwrap())
}

const EVENT: (&str, &str) = ("X-Amz-Invocation-Type", "Event");
const DRY_RUN: (&str, &str) = ("X-Amz-Invocation-Type", "DryRun");
const TAIL: (&str, &str) = ("X-Amz-Log-Type", "Tail");

#[test]
fn an_answer_is_what_the_function_says() {
    let (client, invoker) = client(Transitions::Immediate);
    let headers = [TAIL, ("X-Amz-Client-Context", "e30="), ("X-Amz-Tenant-Id", "t")];
    let answer = post(&client, INVOKE, &headers, r#" {"a": [1]} "#);
    assert_eq!((answer.status, answer.text()), (200, r#" {"a": [1]} "#));
    assert_eq!(answer.header("x-amz-executed-version"), "$LATEST");
    assert_eq!(answer.header("x-amz-log-result"), "YSBsb2c=");
    assert!(!answer.headers.contains_key("x-amz-function-error"));
    assert_eq!(answer.header("content-type"), "application/json");
    let seen = invoker.seen.lock().unwrap().pop().unwrap();
    assert_eq!(seen.request_id, answer.header("x-amzn-requestid"));
    assert_eq!((seen.client_context.as_deref(), seen.tenant_id.as_deref()), (Some("e30="), Some("t")));

    let failed = post(&client, INVOKE, &[], r#""fail""#);
    assert_eq!((failed.status, failed.text()), (200, r#""fail""#));
    assert_eq!(failed.header("x-amz-function-error"), "Unhandled");
    assert!(!failed.headers.contains_key("x-amz-log-result"), "nobody has asked for it");
}

#[test]
fn a_qualifier_says_what_runs() {
    let (client, _) = client(Transitions::Immediate);
    client.post("/2015-03-31/functions/f/versions", "{}").json(201);
    client.post("/2015-03-31/functions/f/aliases", r#"{"Name":"live","FunctionVersion":"1"}"#).json(201);
    for path in [format!("{INVOKE}?Qualifier=1"), format!("{INVOKE}?Qualifier=live")] {
        assert_eq!(post(&client, &path, &[], "1").header("x-amz-executed-version"), "1", "{path}");
    }
}

#[test]
fn events_and_dry_runs_have_no_bodies() {
    let (client, invoker) = client(Transitions::Immediate);
    for (header, status, runs) in [(EVENT, 202, 1), (DRY_RUN, 204, 0)] {
        let answer = post(&client, INVOKE, &[header], "1");
        assert_eq!((answer.status, answer.text()), (status, ""));
        assert!(!answer.headers.contains_key("x-amz-executed-version"));
        assert_eq!(invoker.seen.lock().unwrap().drain(..).count(), runs);
    }
    let later = post(&client, LATER, &[], "[1]");
    assert_eq!((later.status, later.text()), (202, r#"{"Status":202}"#));
    assert_eq!(invoker.seen.lock().unwrap().pop().unwrap().payload.as_bytes(), b"[1]");
    let nothing = post(&client, LATER, &[], "");
    assert_eq!(nothing.status, 202, "an empty body is a body");
}

fn refused(answer: &Answer, status: u16, code: &str, body: &str) {
    assert_eq!((answer.status, answer.header("x-amzn-errortype"), answer.text()), (status, code, body));
}

#[test]
fn a_function_with_nothing_reserved_is_throttled() {
    let (client, invoker) = client(Transitions::Immediate);
    let concurrency = "/2017-10-31/functions/f/concurrency";
    client.put(concurrency, r#"{"ReservedConcurrentExecutions":0}"#).json(200);
    for path in [INVOKE, STREAM] {
        refused(
            &post(&client, path, &[], "1"),
            429,
            "TooManyRequestsException",
            r#"{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}"#,
        );
    }
    assert!(invoker.seen.lock().unwrap().is_empty());
    assert_eq!(post(&client, INVOKE, &[EVENT], "1").status, 202);
}

#[test]
fn refusals() {
    let (client, _) = client(Transitions::Immediate);
    refused(
        &post(&client, INVOKE, &[], r#""throttle""#),
        429,
        "TooManyRequestsException",
        r#"{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}"#,
    );
    for path in [INVOKE, LATER] {
        refused(
            &post(&client, path, &[EVENT], r#""throttle""#),
            429,
            "TooManyRequestsException",
            r#"{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}"#,
        );
    }
    let event = post(&client, INVOKE, &[EVENT], r#""fail""#);
    assert_eq!((event.status, event.text(), event.headers.get("x-amz-function-error")), (202, "", None));
    let broken = post(&client, INVOKE, &[], r#""break""#);
    assert_eq!((broken.status, broken.header("x-amzn-errortype")), (500, "ServiceException"));
    let wrong = post(&client, INVOKE, &[("X-Amz-Invocation-Type", "Never")], "1");
    assert_eq!((wrong.status, wrong.header("x-amzn-errortype")), (400, "ValidationException"));
    let wrong = post(&client, STREAM, &[EVENT], "1");
    assert_eq!((wrong.status, wrong.header("x-amzn-errortype")), (400, "ValidationException"));
}

#[test]
fn what_is_pending_does_not_run() {
    let (client, _) = client(Transitions::Manual);
    for path in [INVOKE, STREAM, LATER] {
        refused(
            &post(&client, path, &[], "1"),
            409,
            "ResourceConflictException",
            r#"{"Type":"User","message":"The operation cannot be performed at this time. The function is currently in the following state: Pending"}"#,
        );
    }
    assert_eq!(post(&client, INVOKE, &[DRY_RUN], "1").status, 204);
}

#[test]
fn a_payload_is_json() {
    let (client, invoker) = client(Transitions::Immediate);
    let begin = "Could not parse request body into json: Could not parse payload into json: ";
    for body in [&b"{hello}"[..], b"1 2", b"\"\xff\"", b"[", b"nul"] {
        for (path, headers) in [(INVOKE, &[][..]), (INVOKE, &[EVENT]), (STREAM, &[]), (LATER, &[])] {
            let answer = post(&client, path, headers, body.to_vec());
            assert_eq!(answer.header("x-amzn-errortype"), "InvalidRequestContentException");
            let body = answer.json(400);
            assert!(body["message"].as_str().unwrap().starts_with(begin), "{body}");
            assert_eq!(body["Type"], "User");
        }
        assert_eq!(post(&client, INVOKE, &[DRY_RUN], body.to_vec()).status, 204, "nobody reads it");
    }
    assert!(invoker.seen.lock().unwrap().is_empty());
    // As deep as anybody likes.
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    assert_eq!(post(&client, INVOKE, &[], deep).status, 200);
    assert_eq!(post(&client, INVOKE, &[], "").text(), "{}");
}

#[test]
fn a_payload_has_a_limit() {
    let (client, invoker) = client(Transitions::Immediate);
    let payload = |length: usize| vec![b'1'; length];
    for (path, headers, invocation_type, limit) in [
        (INVOKE, &[][..], "RequestResponse", 6_291_456),
        (INVOKE, &[EVENT], "Event", 1_048_576),
        (INVOKE, &[DRY_RUN], "DryRun", 6_291_456),
        (STREAM, &[], "RequestResponse", 6_291_456),
        (LATER, &[], "Event", 1_048_576),
    ] {
        assert!(post(&client, path, headers, payload(limit)).status < 300, "{path} {headers:?}");
        invoker.seen.lock().unwrap().clear();
        let length = limit + 1;
        refused(
            &post(&client, path, headers, payload(length)),
            413,
            "RequestEntityTooLargeException",
            &format!(
                r#"{{"message":"{length} byte payload is too large for the {invocation_type} invocation type (limit {limit} bytes)"}}"#
            ),
        );
        assert!(invoker.seen.lock().unwrap().is_empty());
    }
}

#[test]
fn pieces_come_as_events() {
    let (client, _) = client(Transitions::Immediate);
    let answer = post(&client, STREAM, &[TAIL], "1");
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/vnd.amazon.eventstream"));
    assert_eq!(answer.header("x-amz-executed-version"), "$LATEST");
    let text = String::from_utf8_lossy(&answer.body);
    let place = |part: &str| text.find(part).unwrap_or_else(|| panic!("no {part} in {text:?}"));
    assert!(place("hello ") < place("world") && place("world") < place(r#"{"LogResult":"YSBsb2c="}"#));
    assert_eq!(text.matches("PayloadChunk").count(), 2);
    assert_eq!(text.matches("InvokeComplete").count(), 1);

    let dry = post(&client, STREAM, &[DRY_RUN], "1");
    assert_eq!((dry.status, dry.text()), (204, ""));
    let throttled = post(&client, STREAM, &[], r#""throttle""#);
    assert_eq!((throttled.status, throttled.header("content-type")), (429, "application/json"));
}

#[test]
fn without_an_invoker_nothing_runs() {
    let client = Client::new();
    client.create("f", &zip("one"));
    for path in [INVOKE, STREAM, LATER] {
        refused(
            &post(&client, path, &[], "1"),
            404,
            "UnknownOperationException",
            r#"{"message":"Funclet runs no code. Of Invoke it offers the InvocationType DryRun."}"#,
        );
    }
    assert_eq!(post(&client, INVOKE, &[DRY_RUN], "").status, 204);
}

#[test]
fn an_invocation_that_may_block_says_so() {
    let (client, _) = client(Transitions::Immediate);
    let blocks = |headers: &[(&str, &str)]| {
        let mut request = Request::post(INVOKE);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        client.rest.begin(&request.body(()).unwrap().into_parts().0).finish().blocks()
    };
    assert!(blocks(&[]) && blocks(&[EVENT]) && !blocks(&[DRY_RUN]));
}
