//! Invocations: Invoke, InvokeWithResponseStream, InvokeAsync.

use crate::admitted::{admitted_option, required};
use crate::caller::Caller;
use crate::check::check;
use crate::constraint::{Shape, TextRules};
use crate::enumeration::enumeration;
use crate::function_name::NAMESPACED_FUNCTION_NAME_SHAPE;
use crate::function_reference::FunctionReference;
use crate::pattern::Pattern;
use crate::payload::Payload;
use crate::qualifier::QUALIFIER_SHAPE;
use crate::rejection::Rejection;
use crate::structure::structure;

enumeration! {
    /// How a function is invoked.
    #[derive(Default)]
    pub enum InvocationType {
        /// Later; nobody waits.
        Event = "Event",
        /// At once, and the caller waits; the default.
        #[default]
        RequestResponse = "RequestResponse",
        /// Not at all: only whether it could be.
        DryRun = "DryRun",
    }
}

enumeration! {
    /// Whether the caller wants to see the end of the log.
    #[derive(Default)]
    pub enum LogType {
        /// No; the default.
        #[default]
        None = "None",
        /// The last 4 KiB of it.
        Tail = "Tail",
    }
}

static DURABLE_EXECUTION_NAME: Pattern = Pattern::regex("[a-zA-Z0-9-_]+");
static TENANT_ID: Pattern = Pattern::regex(r"[a-zA-Z0-9\._:\/=+\-@ ]+");
const TENANT_ID_SHAPE: Shape = Shape::String(TextRules::ANY.length(1, 256).pattern(&TENANT_ID));
const LOG_TYPE_SHAPE: Shape = Shape::String(TextRules::one_of(LogType::VALUES));

structure! {
    /// An Invoke request as it was received.
    pub struct InvokeRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", NAMESPACED_FUNCTION_NAME_SHAPE;
        /// One of [`InvocationType::VALUES`].
        optional invocation_type: String = "InvocationType", Shape::String(TextRules::one_of(InvocationType::VALUES));
        /// One of [`LogType::VALUES`].
        optional log_type: String = "LogType", LOG_TYPE_SHAPE;
        /// What the client says about itself, as JSON in base64.
        optional client_context: String = "ClientContext", Shape::STRING;
        /// The name of a durable execution.
        optional durable_execution_name: String = "DurableExecutionName",
            Shape::String(TextRules::ANY.length(1, 64).pattern(&DURABLE_EXECUTION_NAME));
        /// What the function gets, JSON. At most as many bytes as [`InvocationType::payload_bytes_max`] says.
        optional payload: Payload = "Payload", Shape::Payload;
        /// A version or an alias.
        optional qualifier: String = "Qualifier", QUALIFIER_SHAPE;
        /// The tenant for whom the function runs.
        optional tenant_id: String = "TenantId", TENANT_ID_SHAPE;
    }
}

structure! {
    /// An InvokeWithResponseStream request as it was received.
    pub struct InvokeWithResponseStreamRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", NAMESPACED_FUNCTION_NAME_SHAPE;
        /// One of [`LogType::VALUES`].
        optional log_type: String = "LogType", LOG_TYPE_SHAPE;
        /// What the client says about itself, as JSON in base64.
        optional client_context: String = "ClientContext", Shape::STRING;
        /// A version or an alias.
        optional qualifier: String = "Qualifier", QUALIFIER_SHAPE;
        /// What the function gets, JSON. At most [`Payload::SYNCHRONOUS_BYTES_MAX`] bytes.
        optional payload: Payload = "Payload", Shape::Payload;
        /// The tenant for whom the function runs.
        optional tenant_id: String = "TenantId", TENANT_ID_SHAPE;
        /// `RequestResponse`, the default, or `DryRun`.
        optional invocation_type: String = "InvocationType",
            Shape::String(TextRules::one_of(&["DryRun", "RequestResponse"]));
    }
}

structure! {
    /// An InvokeAsync request as it was received: what Invoke does with the type `Event` since.
    pub struct InvokeAsyncRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", NAMESPACED_FUNCTION_NAME_SHAPE;
        /// What the function gets, JSON. At most [`Payload::EVENT_BYTES_MAX`] bytes.
        required invoke_args: Payload = "InvokeArgs", Shape::Payload;
    }
}

/// A valid request to invoke a function, in whichever way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoke {
    /// The function, and which of its versions or aliases.
    pub function: FunctionReference,
    /// How it is invoked.
    pub invocation_type: InvocationType,
    /// Whether the caller wants to see the end of the log.
    pub log_type: LogType,
    /// What the client says about itself, as it was sent.
    pub client_context: Option<String>,
    /// The name of a durable execution.
    pub durable_execution_name: Option<String>,
    /// The tenant for whom the function runs.
    pub tenant_id: Option<String>,
    /// What the function gets; empty if nothing was sent.
    pub payload: Payload,
}

impl Invoke {
    fn admitted(self) -> Result<Self, Rejection> {
        self.invocation_type.admit_payload(self.payload.len() as u64)?;
        Ok(self)
    }
}

impl InvokeRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`], then [`Rejection::PayloadTooLarge`].
    pub fn validate(self, caller: &Caller) -> Result<Invoke, Rejection> {
        check(&self)?;
        let name = required(self.function_name);
        Invoke {
            function: FunctionReference::resolve(caller, &name, self.qualifier.as_deref())?,
            invocation_type: admitted_option(self.invocation_type).unwrap_or_default(),
            log_type: admitted_option(self.log_type).unwrap_or_default(),
            client_context: self.client_context,
            durable_execution_name: self.durable_execution_name,
            tenant_id: self.tenant_id,
            payload: self.payload.unwrap_or_default(),
        }
        .admitted()
    }
}

impl InvokeWithResponseStreamRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// As [`InvokeRequest::validate`].
    pub fn validate(self, caller: &Caller) -> Result<Invoke, Rejection> {
        check(&self)?;
        let name = required(self.function_name);
        Invoke {
            function: FunctionReference::resolve(caller, &name, self.qualifier.as_deref())?,
            invocation_type: admitted_option(self.invocation_type).unwrap_or_default(),
            log_type: admitted_option(self.log_type).unwrap_or_default(),
            client_context: self.client_context,
            durable_execution_name: None,
            tenant_id: self.tenant_id,
            payload: self.payload.unwrap_or_default(),
        }
        .admitted()
    }
}

impl InvokeAsyncRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// As [`InvokeRequest::validate`].
    pub fn validate(self, caller: &Caller) -> Result<Invoke, Rejection> {
        check(&self)?;
        let name = required(self.function_name);
        Invoke {
            function: FunctionReference::resolve(caller, &name, None)?,
            invocation_type: InvocationType::Event,
            log_type: LogType::None,
            client_context: None,
            durable_execution_name: None,
            tenant_id: None,
            payload: required(self.invoke_args),
        }
        .admitted()
    }
}
