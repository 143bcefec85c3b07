//! HTTP responses.

use std::fmt;
use std::io;

use bytes::Bytes;
use funclet::PackageReader;
use http::header::{CONTENT_TYPE, HeaderName, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};

use crate::error::WireError;

/// The body of a response.
#[derive(Debug)]
pub enum Body {
    /// At hand.
    Bytes(Bytes),
    /// A package, to be read piece by piece; reads may block.
    Package(PackageReader),
    /// Arriving; waiting for the next piece may block.
    Arriving(Pieces),
}

/// The pieces of a body whose length nobody knows before its end. An error says that it broke off, and is the last.
pub struct Pieces(Box<dyn Iterator<Item = io::Result<Bytes>> + Send>);

impl Pieces {
    pub(crate) fn new(pieces: impl Iterator<Item = io::Result<Bytes>> + Send + 'static) -> Self {
        Self(Box::new(pieces))
    }
}

impl Iterator for Pieces {
    type Item = io::Result<Bytes>;

    fn next(&mut self) -> Option<io::Result<Bytes>> {
        self.0.next()
    }
}

impl fmt::Debug for Pieces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pieces")
    }
}

/// The header with the request's id, as the service sends it.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
/// The header with an error's code.
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Makes a response of a JSON body. An empty one still says that it is JSON, as the service's do.
pub(crate) fn json(status: StatusCode, body: impl Into<Bytes>) -> Response<Body> {
    let mut response = Response::new(Body::Bytes(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    response
}

/// Adds the request's id.
pub(crate) fn identified(mut response: Response<Body>, request_id: &str) -> Response<Body> {
    if let Ok(id) = HeaderValue::from_str(request_id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

impl WireError {
    /// Makes the response of the error. Its [`Cause`](crate::Cause), if it has one, is an extension of the response.
    #[must_use]
    pub fn into_response(self, request_id: &str) -> Response<Body> {
        let mut response = json(self.status(), self.body());
        response.headers_mut().insert(ERROR_TYPE, HeaderValue::from_static(self.code()));
        if let Some(seconds) = self.retry_after_s() {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        if let Some(cause) = self.into_cause() {
            response.extensions_mut().insert(cause);
        }
        identified(response, request_id)
    }
}
