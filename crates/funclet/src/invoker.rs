//! The hook for whoever runs functions.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use funclet_function_store::{
    CodeLocation, FunctionConfiguration, Invocable, InvocableLayer, ServiceError, ThrottleReason,
};
use funclet_storage::{Backend, BlobDigest, BlobReader};
use funclet_validation::{Caller, InvocationType, Invoke, LogType, Payload};

use crate::error::Error;
use crate::response_stream::{ResponseSink, StreamEnd, StreamError};

/// Runs functions for the engine, which runs no code itself.
///
/// The engine has checked the request, has chosen the version, and has found that it is `Active`. A call blocks until the
/// function has ended, and no lock of the store is held meanwhile: whoever is called may use the engine. An async host makes
/// invocations on threads that may block (see [`Operation::blocks`](crate::Operation::blocks)).
///
/// ```
/// use std::sync::Arc;
/// use funclet::{Funclet, Invocation, InvocationOutcome, InvokeRequest, Invoker, InvokerError};
///
/// /// Answers with what it was asked.
/// struct Echo;
///
/// impl Invoker for Echo {
///     fn invoke(&self, invocation: Invocation) -> Result<InvocationOutcome, InvokerError> {
///         Ok(InvocationOutcome { payload: invocation.payload, ..Default::default() })
///     }
/// }
///
/// let lambda = Funclet::builder().invoker(Arc::new(Echo)).open_in_memory().lambda();
/// # lambda.create_function(funclet::CreateFunctionRequest {
/// #     function_name: Some("hello".into()),
/// #     runtime: Some("python3.13".into()),
/// #     handler: Some("index.handler".into()),
/// #     role: Some("arn:aws:iam::000000000000:role/any".into()),
/// #     code: Some(funclet::FunctionCode {
/// #         zip_file: Some(funclet_testkit::zip_with_content("x = 1").into()),
/// #         ..Default::default()
/// #     }),
/// #     ..Default::default()
/// # })?;
/// let answer = lambda.invoke(InvokeRequest {
///     function_name: Some("hello".into()),
///     payload: Some(r#"{"name":"me"}"#.into()),
///     ..Default::default()
/// })?;
/// assert_eq!(answer.payload.as_bytes(), br#"{"name":"me"}"#);
/// # Ok::<(), funclet::Error>(())
/// ```
pub trait Invoker: Send + Sync {
    /// Runs a function and returns what came of it. An invocation of the type [`InvocationType::Event`] is only taken in, to
    /// run later, so that nobody is kept waiting: what comes of it is told nobody, a function that fails included.
    ///
    /// # Errors
    /// [`InvokerError`] if the function does not run, or if the event is not taken in: that is told the caller, who may try
    /// again. What goes wrong with an event after it was taken in is no error here. A function that fails is an outcome with a
    /// [`FunctionError`].
    fn invoke(&self, invocation: Invocation) -> Result<InvocationOutcome, InvokerError>;

    /// Runs a function that may answer piece by piece, for InvokeWithResponseStream. By default the answer is one piece.
    ///
    /// # Errors
    /// As [`Invoker::invoke`]. Once there was a piece the client gets an end that says that the invocation has failed.
    fn invoke_with_response_stream(
        &self,
        invocation: Invocation,
        response: &mut ResponseSink,
    ) -> Result<StreamEnd, InvokerError> {
        let InvocationOutcome { payload, function_error, log } = self.invoke(invocation)?;
        let error = function_error.map(|error| StreamError {
            code: error.as_str().to_owned(),
            details: String::from_utf8_lossy(payload.as_bytes()).into_owned(),
        });
        // If nobody listens any more, nobody hears the end either.
        let _ = response.push(payload.into_bytes());
        Ok(StreamEnd { error, log })
    }
}

/// What is to be run.
///
/// It keeps the store open as long as it lives.
#[derive(Clone)]
#[non_exhaustive]
pub struct Invocation {
    /// The account and region.
    pub caller: Caller,
    /// The id of the request, a UUID, which the function sees as well.
    pub request_id: String,
    /// The configuration to run. Its ARN is the one that was invoked, with the qualifier if there was one; its version is
    /// what qualifier, alias or weight came to.
    pub configuration: FunctionConfiguration,
    /// Where the code is; [`Invocation::open_package`] reads it.
    pub code: CodeLocation,
    /// Where the layers are, in the order of the configuration; [`Invocation::open_package`] reads them.
    pub layers: Vec<InvocableLayer>,
    /// How many invocations of the function may run at once, if that is set. Counting them is the invoker's work; 0 is refused
    /// before.
    pub reserved_concurrent_executions: Option<u32>,
    /// [`InvocationType::RequestResponse`] or [`InvocationType::Event`].
    pub invocation_type: InvocationType,
    /// Whether the caller wants to see the end of the log.
    pub log_type: LogType,
    /// What the client says about itself, as it was sent: JSON in base64.
    pub client_context: Option<String>,
    /// The tenant for whom the function runs.
    pub tenant_id: Option<String>,
    /// The name of a durable execution.
    pub durable_execution_name: Option<String>,
    /// The event. `{}` if none was sent, as on AWS.
    pub payload: Payload,
    backend: Arc<dyn Backend>,
}

impl Invocation {
    pub(crate) fn new(
        caller: &Caller,
        request_id: String,
        found: Invocable,
        request: Invoke,
        backend: Arc<dyn Backend>,
    ) -> Self {
        let payload = if request.payload.is_empty() { Payload::from("{}") } else { request.payload };
        Self {
            caller: caller.clone(),
            request_id,
            configuration: found.configuration,
            code: found.code,
            layers: found.layers,
            reserved_concurrent_executions: found.reserved_concurrent_executions,
            invocation_type: request.invocation_type,
            log_type: request.log_type,
            client_context: request.client_context,
            tenant_id: request.tenant_id,
            durable_execution_name: request.durable_execution_name,
            payload,
            backend,
        }
    }

    /// Opens a package by its digest: that of the code, or of a layer. `None` if the store has it no longer, which happens to
    /// an invocation that is kept for longer than its function.
    ///
    /// # Errors
    /// [`Error`] if it cannot be read.
    pub fn open_package(&self, digest: &BlobDigest) -> Result<Option<BlobReader>, Error> {
        Ok(self.backend.blobs().open(digest)?)
    }
}

impl fmt::Debug for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invocation")
            .field("request_id", &self.request_id)
            .field("function_arn", &self.configuration.function_arn)
            .field("version", &self.configuration.version)
            .field("invocation_type", &self.invocation_type)
            .field("payload", &self.payload)
            .finish_non_exhaustive()
    }
}

/// What came of an invocation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InvocationOutcome {
    /// What the function answered, or an error object.
    pub payload: Payload,
    /// Whether the function failed.
    pub function_error: Option<FunctionError>,
    /// The log of the invocation, or its end: the caller sees the last 4 KiB, if it asks for them.
    pub log: Bytes,
}

/// How a function failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FunctionError {
    /// It said so itself.
    Handled,
    /// It threw an error, ran out of time or memory, or ended; what AWS answers of every runtime today.
    Unhandled,
}

impl FunctionError {
    /// Returns the text on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Handled => "Handled",
            Self::Unhandled => "Unhandled",
        }
    }
}

/// Why a function does not run, or why an event is not taken in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InvokerError {
    /// Too many run already; told as `TooManyRequestsException` with the reason.
    #[error("too many invocations: {}", .reason.as_str())]
    Throttled {
        /// Which limit it is.
        reason: ThrottleReason,
    },
    /// The invoker failed; told as `ServiceException`.
    #[error("the invoker failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<InvokerError> for Error {
    fn from(error: InvokerError) -> Self {
        match error {
            InvokerError::Throttled { reason } => Self::Refused(ServiceError::Throttled { reason }),
            InvokerError::Failed(source) => Self::Failed { source },
        }
    }
}
