//! InvokeWithResponseStream, InvokeAsync: the checks, and nothing that runs.

use crate::admitted::{admitted_option, required};
use crate::caller::Caller;
use crate::check::check;
use crate::constraint::{Shape, TextRules};
use crate::enumeration::in_printed_order;
use crate::function_name::NAMESPACED_FUNCTION_NAME_SHAPE;
use crate::function_reference::FunctionReference;
use crate::qualifier::QUALIFIER_SHAPE;
use crate::rejection::Rejection;
use crate::requests::invoke::{InvocationType, LOG_TYPE_SHAPE, TENANT_ID_SHAPE};
use crate::structure::structure;

const INVOCATION_TYPES: [&str; 2] = in_printed_order(["RequestResponse", "DryRun"]);

structure! {
    /// An InvokeWithResponseStream request as it was received, without its payload, which nobody would read.
    pub struct InvokeWithResponseStreamRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", NAMESPACED_FUNCTION_NAME_SHAPE;
        /// Whether the answer has the end of the log.
        optional log_type: String = "LogType", LOG_TYPE_SHAPE;
        /// What the client says about itself, as JSON in base64.
        optional client_context: String = "ClientContext", Shape::STRING;
        /// A version or an alias.
        optional qualifier: String = "Qualifier", QUALIFIER_SHAPE;
        /// The tenant for whom the function runs.
        optional tenant_id: String = "TenantId", TENANT_ID_SHAPE;
        /// `RequestResponse` or `DryRun`.
        optional invocation_type: String = "InvocationType", Shape::String(TextRules::one_of(&INVOCATION_TYPES));
    }
}

/// A valid InvokeWithResponseStream request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvokeWithResponseStream {
    /// The function, and which of its versions or aliases.
    pub function: FunctionReference,
    /// How it is invoked; never [`InvocationType::Event`].
    pub invocation_type: InvocationType,
}

impl InvokeWithResponseStreamRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`].
    pub fn validate(self, caller: &Caller) -> Result<InvokeWithResponseStream, Rejection> {
        check(&self)?;
        let name = required(self.function_name);
        let function = FunctionReference::resolve(caller, &name, self.qualifier.as_deref())?;
        let invocation_type = admitted_option(self.invocation_type).unwrap_or_default();
        Ok(InvokeWithResponseStream { function, invocation_type })
    }
}

structure! {
    /// An InvokeAsync request as it was received, without its payload, which nobody would read.
    pub struct InvokeAsyncRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", NAMESPACED_FUNCTION_NAME_SHAPE;
    }
}

/// A valid InvokeAsync request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvokeAsync {
    /// The function, and which of its versions or aliases.
    pub function: FunctionReference,
}

impl InvokeAsyncRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`].
    pub fn validate(self, caller: &Caller) -> Result<InvokeAsync, Rejection> {
        check(&self)?;
        let function = FunctionReference::resolve(caller, &required(self.function_name), None)?;
        Ok(InvokeAsync { function })
    }
}
