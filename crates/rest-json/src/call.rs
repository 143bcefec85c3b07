//! A request that was read whole: submitted, and answered.

use std::fmt;

use funclet::{Error, Funclet, Lambda, Operation, Package};
use funclet_validation::{Document, FromDocument, WrongType};
use http::{Response, StatusCode};

use crate::encode::Respond;
use crate::error::WireError;
use crate::packages::Links;
use crate::response::{Body, identified};

/// Takes the reply to a call.
pub(crate) type Done = Box<dyn FnOnce(Reply) + Send>;

/// What making a response takes beside the answer.
pub(crate) struct Context {
    pub(crate) funclet: Funclet,
    pub(crate) lambda: Lambda,
    pub(crate) request_id: String,
    /// The URL of this server as the client knows it.
    pub(crate) endpoint: String,
    /// The status of a success.
    pub(crate) status: StatusCode,
}

impl Context {
    fn respond<A: Respond>(self, outcome: Result<A, Error>) -> Response<Body> {
        let links = Links { funclet: &self.funclet, endpoint: &self.endpoint };
        match outcome {
            Ok(answer) => identified(answer.respond(self.status, &links), &self.request_id),
            Err(error) => WireError::from(error).into_response(&self.request_id),
        }
    }
}

/// A typed request, ready to be submitted.
pub(crate) struct Work {
    blocks: bool,
    submit: Box<dyn FnOnce(Done) + Send>,
}

impl Work {
    /// Makes the request of its members.
    pub(crate) fn prepare<R>(document: Document<Package>, context: Context) -> Result<Self, WrongType>
    where
        R: Operation + FromDocument<Package>,
        R::Answer: Respond,
    {
        let request = R::from_document(document)?;
        let blocks = context.lambda.blocks(&request);
        let submit = move |done: Done| {
            let lambda = context.lambda.clone();
            lambda.submit(request, move |outcome| done(Reply::new(move || context.respond(outcome))));
        };
        Ok(Self { blocks, submit: Box::new(submit) })
    }

    /// What blocks until it has its response.
    pub(crate) fn blocking(respond: impl FnOnce() -> Response<Body> + Send + 'static) -> Self {
        let submit = move |done: Done| {
            let response = respond();
            done(Reply::new(move || response));
        };
        Self { blocks: true, submit: Box::new(submit) }
    }
}

/// A request whose body is complete.
#[must_use]
pub struct Call(Kind);

enum Kind {
    Answered(Box<Response<Body>>),
    Ready(Work),
}

impl Call {
    pub(crate) fn answered(response: Response<Body>) -> Self {
        Self(Kind::Answered(Box::new(response)))
    }

    pub(crate) fn ready(work: Work) -> Self {
        Self(Kind::Ready(work))
    }

    /// Tells whether [`Call::submit`] may block for longer than a decision takes, because code is fetched or
    /// stored, or because a function runs.
    #[must_use]
    pub fn blocks(&self) -> bool {
        matches!(&self.0, Kind::Ready(work) if work.blocks)
    }

    /// Carries the request out without waiting for the disk; `done` gets the reply when the outcome is durable.
    ///
    /// `done` may run before this returns, or on the thread that writes the log: it must not block there. Making the
    /// response of the reply is the receiver's work.
    pub fn submit(self, done: impl FnOnce(Reply) + Send + 'static) {
        match self.0 {
            Kind::Answered(response) => done(Reply::new(move || *response)),
            Kind::Ready(work) => (work.submit)(Box::new(done)),
        }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("blocks", &self.blocks()).finish_non_exhaustive()
    }
}

/// The outcome of a call, not yet written as a response: that takes longer than the thread that writes the log should
/// spend on it.
#[must_use]
pub struct Reply(Box<dyn FnOnce() -> Response<Body> + Send>);

impl Reply {
    fn new(respond: impl FnOnce() -> Response<Body> + Send + 'static) -> Self {
        Self(Box::new(respond))
    }

    /// Writes the response.
    #[must_use]
    pub fn into_response(self) -> Response<Body> {
        (self.0)()
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reply")
    }
}
