//! Invoke.

use crate::admitted::{admitted_option, required};
use crate::caller::Caller;
use crate::check::check;
use crate::constraint::{Shape, TextRules};
use crate::enumeration::enumeration;
use crate::function_name::NAMESPACED_FUNCTION_NAME_SHAPE;
use crate::function_reference::FunctionReference;
use crate::pattern::Pattern;
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

static DURABLE_EXECUTION_NAME: Pattern = Pattern::regex("[a-zA-Z0-9-_]+");
static TENANT_ID: Pattern = Pattern::regex(r"[a-zA-Z0-9\._:\/=+\-@ ]+");

/// `LogType`.
pub(crate) const LOG_TYPE_SHAPE: Shape = Shape::String(TextRules::one_of(&["Tail", "None"]));

/// `TenantId`.
pub(crate) const TENANT_ID_SHAPE: Shape = Shape::String(TextRules::ANY.length(1, 256).pattern(&TENANT_ID));

structure! {
    /// An Invoke request as it was received, without its payload, which nobody would read.
    pub struct InvokeRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", NAMESPACED_FUNCTION_NAME_SHAPE;
        /// One of [`InvocationType::VALUES`].
        optional invocation_type: String = "InvocationType", Shape::String(TextRules::one_of(InvocationType::VALUES));
        /// Whether the answer has the end of the log.
        optional log_type: String = "LogType", LOG_TYPE_SHAPE;
        /// What the client says about itself, as JSON in base64.
        optional client_context: String = "ClientContext", Shape::STRING;
        /// The name of a durable execution.
        optional durable_execution_name: String = "DurableExecutionName",
            Shape::String(TextRules::ANY.length(1, 64).pattern(&DURABLE_EXECUTION_NAME));
        /// A version or an alias.
        optional qualifier: String = "Qualifier", QUALIFIER_SHAPE;
        /// The tenant for whom the function runs.
        optional tenant_id: String = "TenantId", TENANT_ID_SHAPE;
    }
}

/// A valid Invoke request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoke {
    /// The function, and which of its versions or aliases.
    pub function: FunctionReference,
    /// How it is invoked.
    pub invocation_type: InvocationType,
}

impl InvokeRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`].
    pub fn validate(self, caller: &Caller) -> Result<Invoke, Rejection> {
        check(&self)?;
        let name = required(self.function_name);
        let function = FunctionReference::resolve(caller, &name, self.qualifier.as_deref())?;
        Ok(Invoke { function, invocation_type: admitted_option(self.invocation_type).unwrap_or_default() })
    }
}
