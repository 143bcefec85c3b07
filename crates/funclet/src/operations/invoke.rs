//! Invocations: checked here, run by the host.

use bytes::Bytes;
use funclet_function_store::{Chance, CheckInvocation, FindInvocable, ServiceError};
use funclet_storage::TxnId;
use funclet_validation::{
    Caller, InvocationType, Invoke, InvokeAsyncRequest, InvokeRequest, InvokeWithResponseStreamRequest,
    LogType, Payload, Version,
};

use super::sealed::Carry;
use crate::engine::Engine;
use crate::error::Error;
use crate::inspection::Inspection;
use crate::invoker::{FunctionError, Invocation, InvocationOutcome};
use crate::lambda::Lambda;
use crate::response_stream::{ResponseSink, ResponseStream, StreamEnd};
use crate::work::{Done, Work};

operations! {
    /// Invokes a function, or tells whether it could be, which is what a dry run asks.
    ///
    /// # Errors
    /// [`Error`]; [`RunsNoCode`](crate::ServiceError::RunsNoCode) for everything but a dry run, if there is no
    /// [`Invoker`](crate::Invoker).
    InvokeRequest, "Invoke", invoke -> InvocationResponse;

    /// Invokes a function that may answer piece by piece. Blocks until it has ended; [`Lambda::submit`] calls back with the
    /// first piece.
    ///
    /// # Errors
    /// As [`Lambda::invoke`].
    InvokeWithResponseStreamRequest, "InvokeWithResponseStream", invoke_with_response_stream
        -> InvokeWithResponseStreamResponse;

    /// Invokes a function later. AWS calls the operation deprecated; Invoke with the type `Event` does the same.
    ///
    /// # Errors
    /// As [`Lambda::invoke`].
    InvokeAsyncRequest, "InvokeAsync", invoke_async -> InvokeAsyncResponse;
}

/// What Invoke answers.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvocationResponse {
    /// How the function was invoked: the status is 200, 202 for an event, 204 for a dry run. An event and a dry run answer
    /// nothing else.
    pub invocation_type: InvocationType,
    /// The version that ran.
    pub executed_version: Option<Version>,
    /// Whether the function failed.
    pub function_error: Option<FunctionError>,
    /// The last 4 KiB of the log, if they were asked for.
    pub log_result: Option<Bytes>,
    /// What the function answered, or an error object.
    pub payload: Payload,
}

/// What InvokeWithResponseStream answers.
#[derive(Debug)]
#[non_exhaustive]
pub struct InvokeWithResponseStreamResponse {
    /// The version that runs.
    pub executed_version: Option<Version>,
    /// Its answer; none of a dry run. The end has the last 4 KiB of the log if they were asked for, else none of it.
    pub stream: Option<ResponseStream>,
}

/// What InvokeAsync answers: that the event was taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvokeAsyncResponse;

/// How much of the log an answer shows, in bytes; documented.
const LOG_RESULT_BYTES_MAX: usize = 4_096;

/// The largest answer of a function, in bytes, and what the caller gets instead of a larger one; both quoted from the
/// service.
const RESPONSE_BYTES_MAX: usize = 6_291_556;
const RESPONSE_TOO_LARGE: &str = r#"{"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes).","errorType":"Function.ResponseSizeTooLarge"}"#;

fn log_result(log_type: LogType, log: &Bytes) -> Option<Bytes> {
    let end = log.len().saturating_sub(LOG_RESULT_BYTES_MAX);
    (log_type == LogType::Tail).then(|| log.slice(end..))
}

impl InvocationResponse {
    /// Of what answers nothing but its status.
    fn empty(invocation_type: InvocationType) -> Self {
        Self {
            invocation_type,
            executed_version: None,
            function_error: None,
            log_result: None,
            payload: Payload::default(),
        }
    }

    fn of(outcome: InvocationOutcome, version: Version, log_type: LogType) -> Self {
        let InvocationOutcome { mut payload, mut function_error, log } = outcome;
        if payload.len() > RESPONSE_BYTES_MAX {
            (payload, function_error) = (RESPONSE_TOO_LARGE.into(), Some(FunctionError::Unhandled));
        }
        Self {
            invocation_type: InvocationType::RequestResponse,
            executed_version: Some(version),
            function_error,
            log_result: log_result(log_type, &log),
            payload,
        }
    }
}

/// A valid request, and what was drawn for it.
struct Asked {
    request: Invoke,
    chance: Chance,
    request_id: String,
}

impl Asked {
    fn new(request: Invoke, engine: &Engine) -> Self {
        let chance = Chance::from_random(engine.ids.bytes());
        Self { request, chance, request_id: TxnId::from_bytes(engine.ids.bytes()).to_string() }
    }

    fn is_dry_run(&self) -> bool {
        self.request.invocation_type == InvocationType::DryRun
    }

    fn target(&self) -> FindInvocable {
        FindInvocable { function: self.request.function.clone(), chance: self.chance }
    }

    /// Finds what runs. Without an invoker nothing does, but what does not exist is told first.
    fn begin(self, engine: &Engine, caller: &Caller) -> Result<Invocation, Error> {
        if engine.invoker.is_none() {
            engine.store.look(caller, self.target())?;
            return Err(ServiceError::RunsNoCode.into());
        }
        let check = CheckInvocation {
            invoked: self.target(),
            has_tenant: self.request.tenant_id.is_some(),
            waits: self.request.invocation_type != InvocationType::Event,
        };
        let found = engine.store.look(caller, check)?;
        let backend = engine.store.backend().clone();
        Ok(Invocation::new(caller, self.request_id, found, self.request, backend))
    }
}

/// An invocation with one answer.
pub struct Invoking(Asked);

impl Invoking {
    fn invoke(self, engine: &Engine, caller: &Caller) -> Result<InvocationResponse, Error> {
        let invocation = self.0.begin(engine, caller)?;
        let invoker = engine.invoker.as_ref().ok_or(ServiceError::RunsNoCode)?;
        let (version, log_type) = (invocation.configuration.version, invocation.log_type);
        let invocation_type = invocation.invocation_type;
        let outcome = invoker.invoke(invocation)?;
        Ok(match invocation_type {
            InvocationType::RequestResponse => InvocationResponse::of(outcome, version, log_type),
            other => InvocationResponse::empty(other),
        })
    }
}

#[allow(private_interfaces)]
impl Work for Invoking {
    type Answer = InvocationResponse;

    fn identify(&mut self, request_id: &str) {
        request_id.clone_into(&mut self.0.request_id);
    }

    fn run(self, engine: &Engine, caller: &Caller) -> Result<InvocationResponse, Error> {
        if self.0.is_dry_run() {
            engine.store.look(caller, self.0.target())?;
            return Ok(InvocationResponse::empty(InvocationType::DryRun));
        }
        self.invoke(engine, caller)
    }

    fn submit(self, engine: &Engine, caller: &Caller, done: Done<InvocationResponse>) {
        if self.0.is_dry_run() {
            let told = |_| InvocationResponse::empty(InvocationType::DryRun);
            let done = move |found: Result<_, _>| done(found.map(told).map_err(Error::from));
            return engine.store.submit_query(caller, self.0.target(), done);
        }
        done(self.invoke(engine, caller));
    }
}

/// An invocation whose answer comes piece by piece.
pub struct Streaming(Asked);

impl Streaming {
    fn stream(self, engine: &Engine, caller: &Caller, done: Done<InvokeWithResponseStreamResponse>) {
        let invocation = match self.0.begin(engine, caller) {
            Ok(invocation) => invocation,
            Err(error) => return done(Err(error)),
        };
        let Some(invoker) = &engine.invoker else { return done(Err(ServiceError::RunsNoCode.into())) };
        let (version, log_type) = (invocation.configuration.version, invocation.log_type);
        let response = move |stream| InvokeWithResponseStreamResponse {
            executed_version: Some(version),
            stream: Some(stream),
        };
        let mut sink = ResponseSink::new(Box::new(move |begun| done(begun.map(response))));
        let outcome = invoker.invoke_with_response_stream(invocation, &mut sink);
        let shown =
            |end: StreamEnd| StreamEnd { log: log_result(log_type, &end.log).unwrap_or_default(), ..end };
        sink.finish(outcome.map(shown));
    }

    fn could_be() -> InvokeWithResponseStreamResponse {
        InvokeWithResponseStreamResponse { executed_version: None, stream: None }
    }
}

#[allow(private_interfaces)]
impl Work for Streaming {
    type Answer = InvokeWithResponseStreamResponse;

    fn identify(&mut self, request_id: &str) {
        request_id.clone_into(&mut self.0.request_id);
    }

    fn run(self, engine: &Engine, caller: &Caller) -> Result<Self::Answer, Error> {
        if self.0.is_dry_run() {
            engine.store.look(caller, self.0.target())?;
            return Ok(Self::could_be());
        }
        let (tell, told) = std::sync::mpsc::channel();
        let done = move |outcome| {
            // This thread waits right below.
            let _ = tell.send(outcome);
        };
        self.stream(engine, caller, Box::new(done));
        told.recv().map_err(Error::failed)?
    }

    fn submit(self, engine: &Engine, caller: &Caller, done: Done<Self::Answer>) {
        if self.0.is_dry_run() {
            let done = move |found: Result<_, _>| done(found.map(|_| Self::could_be()).map_err(Error::from));
            return engine.store.submit_query(caller, self.0.target(), done);
        }
        self.stream(engine, caller, done);
    }
}

/// An invocation that nobody waits for.
pub struct Sending(Invoking);

#[allow(private_interfaces)]
impl Work for Sending {
    type Answer = InvokeAsyncResponse;

    fn identify(&mut self, request_id: &str) {
        self.0.identify(request_id);
    }

    fn run(self, engine: &Engine, caller: &Caller) -> Result<InvokeAsyncResponse, Error> {
        self.0.invoke(engine, caller).map(|_| InvokeAsyncResponse)
    }

    fn submit(self, engine: &Engine, caller: &Caller, done: Done<InvokeAsyncResponse>) {
        done(self.run(engine, caller));
    }
}

fn is_dry_run(invocation_type: Option<&str>) -> bool {
    invocation_type == Some(InvocationType::DryRun.as_str())
}

impl Carry for InvokeRequest {
    type Answer = InvocationResponse;
    type Work = Invoking;

    fn waits(&self) -> bool {
        !is_dry_run(self.invocation_type.as_deref())
    }

    #[allow(private_interfaces)]
    fn prepare(self, engine: &Engine, caller: &Caller, _: Inspection) -> Result<Invoking, Error> {
        Ok(Invoking(Asked::new(self.validate(caller)?, engine)))
    }
}

impl Carry for InvokeWithResponseStreamRequest {
    type Answer = InvokeWithResponseStreamResponse;
    type Work = Streaming;

    fn waits(&self) -> bool {
        !is_dry_run(self.invocation_type.as_deref())
    }

    #[allow(private_interfaces)]
    fn prepare(self, engine: &Engine, caller: &Caller, _: Inspection) -> Result<Streaming, Error> {
        Ok(Streaming(Asked::new(self.validate(caller)?, engine)))
    }
}

impl Carry for InvokeAsyncRequest {
    type Answer = InvokeAsyncResponse;
    type Work = Sending;

    fn waits(&self) -> bool {
        true
    }

    #[allow(private_interfaces)]
    fn prepare(self, engine: &Engine, caller: &Caller, _: Inspection) -> Result<Sending, Error> {
        Ok(Sending(Invoking(Asked::new(self.validate(caller)?, engine))))
    }
}
