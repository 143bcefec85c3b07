//! What invocations answer: no JSON of ours, but what the function says, with the rest in headers.

use std::io;

use bytes::Bytes;
use funclet::{
    InvocationResponse, InvocationType, InvokeAsyncResponse, InvokeWithResponseStreamResponse,
    ResponseStream, StreamEnd, StreamEvent, Version,
};
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Response, StatusCode};

use super::{Answer, Respond, json as to_json};
use crate::event_stream::{MEDIA_TYPE, PAYLOAD_BYTES_MAX, event};
use crate::packages::Links;
use crate::response::{Body, Pieces, json};

const FUNCTION_ERROR: HeaderName = HeaderName::from_static("x-amz-function-error");
const LOG_RESULT: HeaderName = HeaderName::from_static("x-amz-log-result");
const EXECUTED_VERSION: HeaderName = HeaderName::from_static("x-amz-executed-version");

fn put(response: &mut Response<Body>, name: HeaderName, value: &str) {
    // Versions, names of errors and base64 are values of headers.
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

fn put_version(response: &mut Response<Body>, version: Option<Version>) {
    if let Some(version) = version {
        put(response, EXECUTED_VERSION, &version.to_string());
    }
}

fn base64(bytes: &[u8]) -> String {
    base64_simd::STANDARD.encode_to_string(bytes)
}

impl Respond for InvocationResponse {
    fn respond(self, success: StatusCode, _: &Links<'_>) -> Response<Body> {
        let status = match self.invocation_type {
            InvocationType::RequestResponse => success,
            InvocationType::Event => StatusCode::ACCEPTED,
            InvocationType::DryRun => StatusCode::NO_CONTENT,
        };
        let mut response = json(status, self.payload.into_bytes());
        put_version(&mut response, self.executed_version);
        if let Some(error) = self.function_error {
            put(&mut response, FUNCTION_ERROR, error.as_str());
        }
        if let Some(log) = self.log_result {
            put(&mut response, LOG_RESULT, &base64(&log));
        }
        response
    }
}

impl Answer for InvokeAsyncResponse {
    /// What the service answered when it still documented the operation.
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        br#"{"Status":202}"#.to_vec()
    }
}

impl Respond for InvokeWithResponseStreamResponse {
    fn respond(self, success: StatusCode, _: &Links<'_>) -> Response<Body> {
        let Some(stream) = self.stream else { return json(StatusCode::NO_CONTENT, Bytes::new()) };
        let mut response = Response::new(Body::Arriving(Pieces::new(Messages { stream, ended: false })));
        *response.status_mut() = success;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        put_version(&mut response, self.executed_version);
        response
    }
}

/// The messages of an answer in pieces.
struct Messages {
    stream: ResponseStream,
    ended: bool,
}

impl Iterator for Messages {
    type Item = io::Result<Bytes>;

    fn next(&mut self) -> Option<io::Result<Bytes>> {
        if self.ended {
            return None;
        }
        Some(match self.stream.next() {
            Some(StreamEvent::Piece(piece)) => Ok(chunks(&piece)),
            Some(StreamEvent::Complete(end)) => {
                self.ended = true;
                Ok(complete(&end))
            }
            // The client must not take what it has for the whole.
            None => {
                self.ended = true;
                Err(io::ErrorKind::UnexpectedEof.into())
            }
        })
    }
}

/// A piece, in as many events as it takes.
fn chunks(piece: &[u8]) -> Bytes {
    let events = piece.chunks(PAYLOAD_BYTES_MAX);
    let messages = events.flat_map(|payload| event("PayloadChunk", "application/octet-stream", payload));
    messages.collect()
}

fn complete(end: &StreamEnd) -> Bytes {
    let complete = InvokeComplete {
        error_code: end.error.as_ref().map(|error| error.code.as_str()),
        error_details: end.error.as_ref().map(|error| error.details.as_str()),
        log_result: (!end.log.is_empty()).then(|| base64(&end.log)),
    };
    event("InvokeComplete", "application/json", &to_json(&complete)).into()
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct InvokeComplete<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_details: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log_result: Option<String>,
}
