//! HTTP responses.

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
}

/// The header with the request's id, as the service sends it.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
/// The header with an error's code.
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Makes a response of a JSON body. An empty one still says that it is JSON, as the service's do.
pub(crate) fn json(status: StatusCode, body: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::Bytes(Bytes::from(body)));
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
