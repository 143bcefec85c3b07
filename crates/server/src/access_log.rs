//! One line in the log for each request.

use std::error::Error;
use std::time::Instant;

use funclet_rest_json::Cause;
use http::{Request, Response};
use tracing::{Level, enabled, error, info};

/// What the log says of a request. Empty unless somebody reads it.
pub(crate) struct Line(Option<Head>);

struct Head {
    method: String,
    path: String,
    begun: Instant,
}

impl Line {
    /// Takes note of a request. Its query may hold credentials and is left out.
    pub(crate) fn begin<B>(request: &Request<B>, begun: Instant) -> Self {
        let wanted = enabled!(Level::ERROR);
        Self(wanted.then(|| Head {
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
            begun,
        }))
    }

    /// Writes the line of a request whose connection was ended instead of an answer, because somebody asked for that.
    pub(crate) fn dropped(self) {
        let Some(Head { method, path, .. }) = self.0 else { return };
        info!(method, path, "request dropped by a fault");
    }

    /// Writes the line: failures of ours with everything that caused them, the rest for information.
    pub(crate) fn end<B>(self, response: &Response<B>) {
        let Some(Head { method, path, begun }) = self.0 else { return };
        let status = response.status().as_u16();
        let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
        let request_id = header("x-amzn-requestid").unwrap_or("-");
        let code = header("x-amzn-errortype");
        let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        if response.status().is_server_error() {
            let cause = response.extensions().get::<Cause>().map(|cause| chain(&*cause.0));
            error!(method, path, status, code, request_id, micros, cause, "request failed");
        } else {
            info!(method, path, status, code, request_id, micros, "request");
        }
    }
}

/// Writes an error and its causes, from the outside in.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
