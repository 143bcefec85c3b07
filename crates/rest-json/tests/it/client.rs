//! A client without sockets, an engine without chance.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use funclet::{Builder, Clock, Funclet};
use funclet_rest_json::{Body, Options, RestJson};
use funclet_testkit::SeededEntropy;
use http::{Method, Request, Response};
use serde_json::Value;

pub(crate) use funclet_testkit::{base64, create_function_body as create_body, zip_with_content as zip};

/// 2024-03-28T12:56:56.583Z.
pub(crate) const NOW_MS: u64 = 1_711_630_616_583;

/// A clock that is set by hand.
pub(crate) struct HandClock(AtomicU64);

impl HandClock {
    pub(crate) fn advance(&self, milliseconds: u64) {
        self.0.fetch_add(milliseconds, Ordering::Relaxed);
    }
}

impl Clock for HandClock {
    fn now_ms(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

pub(crate) struct Client {
    pub(crate) rest: RestJson,
    pub(crate) clock: Arc<HandClock>,
}

/// A response as tests look at it.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    #[track_caller]
    pub(crate) fn json(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

impl From<Response<Body>> for Answer {
    fn from(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let body = match body {
            Body::Bytes(bytes) => bytes,
            Body::Package(reader) => reader.read_whole().unwrap(),
            Body::Arriving(pieces) => pieces.flat_map(|piece| piece.unwrap()).collect(),
        };
        Self { status: parts.status.as_u16(), headers: parts.headers, body }
    }
}

impl Client {
    pub(crate) fn new() -> Self {
        Self::with(|builder| builder)
    }

    pub(crate) fn with(change: impl FnOnce(Builder) -> Builder) -> Self {
        let clock = Arc::new(HandClock(AtomicU64::new(NOW_MS)));
        let builder = Funclet::builder().clock(clock.clone()).ids(Arc::new(SeededEntropy::new(1)));
        let funclet = change(builder).open_in_memory();
        Self { rest: RestJson::new(funclet, Options::default()), clock }
    }

    pub(crate) fn send(&self, request: Request<Bytes>) -> Answer {
        self.rest.handle(request).into()
    }

    pub(crate) fn call(&self, method: Method, path: &str, body: impl Into<Bytes>) -> Answer {
        let request = Request::builder().method(method).uri(path).header("host", "localhost:9001");
        self.send(request.body(body.into()).unwrap())
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, Bytes::new())
    }

    pub(crate) fn put(&self, path: &str, body: impl Into<Bytes>) -> Answer {
        self.call(Method::PUT, path, body)
    }

    pub(crate) fn post(&self, path: &str, body: impl Into<Bytes>) -> Answer {
        self.call(Method::POST, path, body)
    }

    pub(crate) fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path, Bytes::new())
    }

    /// Creates a function with the least that it needs.
    #[track_caller]
    pub(crate) fn create(&self, name: &str, zip: &[u8]) -> Value {
        self.post("/2015-03-31/functions", create_body(name, zip)).json(201)
    }
}
