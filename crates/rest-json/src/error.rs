//! The one table of errors: what each is called on the wire, its status, and how its body is spelled.

use std::error::Error as StdError;
use std::sync::Arc;

use funclet::{Error, Rejection, ServiceError, ThrottleReason};
use http::StatusCode;
use serde::ser::{Serialize, SerializeMap, Serializer};

/// How the service spells one class of error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Class {
    code: &'static str,
    status: StatusCode,
    body: Spelling,
}

/// The members of an error's body. Which class has which is recorded from AWS; the order of members is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spelling {
    /// `{"Message":"...","Type":"User"}`.
    Capital { r#type: &'static str },
    /// `{"Type":"User","message":"..."}`.
    Small { r#type: &'static str },
    /// `{"message":"..."}`, where the others of its class have a `Type` (recorded from AWS).
    Untyped,
    /// `{"Reason":"...","Type":"User","message":"..."}`.
    SmallWithReason { reason: &'static str },
    /// `{"Message":null}`: recorded as a null message, the key is chosen.
    NullMessage,
    /// `{"Message":"..."}`, where the others of its class have a `Type` (recorded from AWS), and for errors that the
    /// service's model does not have and that it answers in front of itself.
    CapitalAlone,
    /// `{"message":"..."}`, for errors that the service's model does not have. The key is chosen.
    SmallAlone,
}

const USER: &str = "User";

impl Class {
    const RESOURCE_NOT_FOUND: Self = Self::capital("ResourceNotFoundException", StatusCode::NOT_FOUND);
    const UNTYPED_RESOURCE_NOT_FOUND: Self =
        Self { body: Spelling::CapitalAlone, ..Self::RESOURCE_NOT_FOUND };
    const CODE_SIGNING_CONFIG_NOT_FOUND: Self =
        Self::capital("CodeSigningConfigNotFoundException", StatusCode::NOT_FOUND);
    const PROVISIONED_CONCURRENCY_CONFIG_NOT_FOUND: Self =
        Self::small("ProvisionedConcurrencyConfigNotFoundException", StatusCode::NOT_FOUND);
    const RESOURCE_CONFLICT: Self = Self::small("ResourceConflictException", StatusCode::CONFLICT);
    const RESOURCE_IN_USE: Self = Self::capital("ResourceInUseException", StatusCode::BAD_REQUEST);
    const PRECONDITION_FAILED: Self =
        Self::small("PreconditionFailedException", StatusCode::PRECONDITION_FAILED);
    const INVALID_PARAMETER_VALUE: Self =
        Self::small("InvalidParameterValueException", StatusCode::BAD_REQUEST);
    const UNTYPED_INVALID_PARAMETER_VALUE: Self =
        Self { body: Spelling::Untyped, ..Self::INVALID_PARAMETER_VALUE };
    const POLICY_LENGTH_EXCEEDED: Self =
        Self::small("PolicyLengthExceededException", StatusCode::BAD_REQUEST);
    const INVALID_REQUEST_CONTENT: Self =
        Self::small("InvalidRequestContentException", StatusCode::BAD_REQUEST);
    const CODE_STORAGE_EXCEEDED: Self = Self::small("CodeStorageExceededException", StatusCode::BAD_REQUEST);
    const REQUEST_ENTITY_TOO_LARGE: Self =
        Self::alone("RequestEntityTooLargeException", StatusCode::PAYLOAD_TOO_LARGE);
    const VALIDATION: Self = Self::alone("ValidationException", StatusCode::BAD_REQUEST);
    /// Chosen, after other services of the same protocol.
    const SERIALIZATION: Self = Self::alone("SerializationException", StatusCode::BAD_REQUEST);
    /// Chosen; for operations that the service has and this endpoint has not.
    const UNKNOWN_OPERATION: Self = Self::alone("UnknownOperationException", StatusCode::NOT_FOUND);
    /// Chosen; for a client that stops in the middle of its request.
    const REQUEST_TIMEOUT: Self = Self::alone("RequestTimeoutException", StatusCode::REQUEST_TIMEOUT);
    const TOO_MANY_REQUESTS: Self = Self::throttled(ThrottleReason::CallerRateLimitExceeded);
    const OTHER_ACCOUNT: Self =
        Self { code: "AccessDeniedException", status: StatusCode::FORBIDDEN, body: Spelling::NullMessage };
    const ACCESS_DENIED: Self = Self { body: Spelling::CapitalAlone, ..Self::OTHER_ACCOUNT };
    const SERVICE: Self = Self {
        code: "ServiceException",
        status: StatusCode::INTERNAL_SERVER_ERROR,
        body: Spelling::Capital { r#type: "Service" },
    };

    const fn throttled(reason: ThrottleReason) -> Self {
        Self {
            code: "TooManyRequestsException",
            status: StatusCode::TOO_MANY_REQUESTS,
            body: Spelling::SmallWithReason { reason: reason.as_str() },
        }
    }

    const fn capital(code: &'static str, status: StatusCode) -> Self {
        Self { code, status, body: Spelling::Capital { r#type: USER } }
    }

    const fn small(code: &'static str, status: StatusCode) -> Self {
        Self { code, status, body: Spelling::Small { r#type: USER } }
    }

    const fn alone(code: &'static str, status: StatusCode) -> Self {
        Self { code, status, body: Spelling::SmallAlone }
    }
}

/// An error as a client gets it: code, status and body, and for the log what caused it.
///
/// ```
/// use funclet_rest_json::WireError;
///
/// let error = WireError::access_denied("Reset is not allowed here.");
/// assert_eq!((error.code(), error.status().as_u16()), ("AccessDeniedException", 403));
/// assert_eq!(error.body(), br#"{"Message":"Reset is not allowed here."}"#);
/// ```
#[derive(Debug, Clone)]
pub struct WireError {
    class: Class,
    message: String,
    /// When to ask again, in seconds.
    retry_after_s: Option<u32>,
    cause: Option<Cause>,
}

/// What made a request fail on the server's side. A response carries it as an extension, for the log alone.
#[derive(Debug, Clone)]
pub struct Cause(pub Arc<dyn StdError + Send + Sync>);

impl WireError {
    fn new(class: Class, message: impl Into<String>) -> Self {
        Self { class, message: message.into(), retry_after_s: None, cause: None }
    }

    /// Makes a 403 `AccessDeniedException` with a text.
    #[must_use]
    pub fn access_denied(message: impl Into<String>) -> Self {
        Self::new(Class::ACCESS_DENIED, message)
    }

    /// Makes a 404 `UnknownOperationException`.
    #[must_use]
    pub fn unknown_operation(message: impl Into<String>) -> Self {
        Self::new(Class::UNKNOWN_OPERATION, message)
    }

    /// Makes a 400 `InvalidParameterValueException`.
    #[must_use]
    pub fn invalid_parameter_value(message: impl Into<String>) -> Self {
        Self::new(Class::INVALID_PARAMETER_VALUE, message)
    }

    /// Makes a 408 `RequestTimeoutException`, for a body that does not go on.
    #[must_use]
    pub fn request_timeout() -> Self {
        Self::new(Class::REQUEST_TIMEOUT, "The request body did not arrive in time.")
    }

    /// Makes a 400 `SerializationException`, for a body that ends early or is framed wrongly.
    #[must_use]
    pub fn broken_body() -> Self {
        Self::serialization("The request body broke off before its end.")
    }

    /// Makes a 500 `ServiceException` for a mistake in this program.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(Class::SERVICE, INTERNAL)
    }

    /// Makes a 500 `ServiceException` with a text.
    #[must_use]
    pub fn service(message: impl Into<String>) -> Self {
        Self::new(Class::SERVICE, message)
    }

    /// Makes a 429 `TooManyRequestsException`, with the time after which to ask again, in seconds. The text is quoted in
    /// many public reports.
    #[must_use]
    pub fn too_many_requests(retry_after_s: u32) -> Self {
        let error = Self::new(Class::TOO_MANY_REQUESTS, "Rate exceeded");
        Self { retry_after_s: Some(retry_after_s), ..error }
    }

    pub(crate) fn resource_not_found(message: impl Into<String>) -> Self {
        Self::new(Class::RESOURCE_NOT_FOUND, message)
    }

    pub(crate) fn serialization(message: impl Into<String>) -> Self {
        Self::new(Class::SERIALIZATION, message)
    }

    pub(crate) fn invalid_request_content(message: impl Into<String>) -> Self {
        Self::new(Class::INVALID_REQUEST_CONTENT, message)
    }

    pub(crate) fn too_large(message: impl Into<String>) -> Self {
        Self::new(Class::REQUEST_ENTITY_TOO_LARGE, message)
    }

    fn caused_by(self, cause: impl StdError + Send + Sync + 'static) -> Self {
        Self { cause: Some(Cause(Arc::new(cause))), ..self }
    }

    /// Returns the code, as it stands in the header `x-amzn-ErrorType`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.class.code
    }

    /// Returns the status of the response.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.class.status
    }

    /// Returns the body of the response.
    #[must_use]
    pub fn body(&self) -> Vec<u8> {
        // Texts always serialize.
        serde_json::to_vec(self).unwrap_or_default()
    }

    pub(crate) fn retry_after_s(&self) -> Option<u32> {
        self.retry_after_s
    }

    pub(crate) fn into_cause(self) -> Option<Cause> {
        self.cause
    }
}

impl Serialize for WireError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut body = serializer.serialize_map(None)?;
        match self.class.body {
            Spelling::Capital { r#type } => {
                body.serialize_entry("Message", &self.message)?;
                body.serialize_entry("Type", r#type)?;
            }
            Spelling::Small { r#type } => {
                body.serialize_entry("Type", r#type)?;
                body.serialize_entry("message", &self.message)?;
            }
            Spelling::SmallWithReason { reason } => {
                body.serialize_entry("Reason", reason)?;
                body.serialize_entry("Type", USER)?;
                body.serialize_entry("message", &self.message)?;
            }
            Spelling::NullMessage => body.serialize_entry("Message", &())?,
            Spelling::CapitalAlone => body.serialize_entry("Message", &self.message)?,
            Spelling::Untyped | Spelling::SmallAlone => body.serialize_entry("message", &self.message)?,
        }
        body.end()
    }
}

/// What clients are told of failures on this side; all chosen.
const INTERNAL: &str = "The service encountered an internal error. The request was not carried out.";
const OUTCOME_UNKNOWN: &str = "The service failed while it stored the change. Read the function to learn whether the request was carried out.";
const FULL: &str = "The disk of the service is full. The request was not carried out.";

impl From<Error> for WireError {
    fn from(error: Error) -> Self {
        match error {
            Error::Rejected(rejection) => rejection.into(),
            Error::Refused(refusal) => refusal.into(),
            Error::TooManyRequests { retry_after_s } => Self::too_many_requests(retry_after_s),
            Error::OutcomeUnknown { .. } => Self::new(Class::SERVICE, OUTCOME_UNKNOWN).caused_by(error),
            Error::Failed { .. } => Self::new(Class::SERVICE, INTERNAL).caused_by(error),
            Error::Full => Self::new(Class::SERVICE, FULL).caused_by(error),
        }
    }
}

impl From<Rejection> for WireError {
    fn from(rejection: Rejection) -> Self {
        let class = match rejection {
            Rejection::Validation(_) => Class::VALIDATION,
            Rejection::OtherRegion { .. } => Class::RESOURCE_NOT_FOUND,
            Rejection::OtherAccount => Class::OTHER_ACCOUNT,
            Rejection::InvalidParameterValue(_) => Class::INVALID_PARAMETER_VALUE,
            Rejection::PayloadTooLarge { .. } => Class::REQUEST_ENTITY_TOO_LARGE,
            Rejection::LatestWithRouting => Class::UNTYPED_INVALID_PARAMETER_VALUE,
            _ => return Self::internal().caused_by(rejection),
        };
        Self::new(class, rejection.to_string())
    }
}

impl From<ServiceError> for WireError {
    fn from(refusal: ServiceError) -> Self {
        let class = match refusal {
            ServiceError::FunctionNotFound { .. }
            | ServiceError::ResourceNotFound
            | ServiceError::NoFunctionForUrl
            | ServiceError::NoFunctionForEventInvokeConfig
            | ServiceError::AliasNotFound { .. }
            | ServiceError::NoAliasToUpdate { .. }
            | ServiceError::NoPolicy
            | ServiceError::NoPolicyFor { .. }
            | ServiceError::StatementNotFound { .. }
            | ServiceError::LayerVersionNotFound { .. }
            | ServiceError::NoEventInvokeConfig { .. } => Class::RESOURCE_NOT_FOUND,
            ServiceError::NoCodeSigningConfig { .. } => Class::UNTYPED_RESOURCE_NOT_FOUND,
            ServiceError::CodeSigningConfigNotFound { .. } => Class::CODE_SIGNING_CONFIG_NOT_FOUND,
            ServiceError::FunctionExists { .. }
            | ServiceError::AliasExists { .. }
            | ServiceError::StatementExists { .. }
            | ServiceError::FunctionUrlExists { .. }
            | ServiceError::VersionReferredTo { .. }
            | ServiceError::CodeSigningConfigInUse { .. }
            | ServiceError::VersionProvisioned
            | ServiceError::AliasProvisioned
            | ServiceError::QueueMappingExists { .. }
            | ServiceError::MappingExists { .. }
            | ServiceError::ClusterMappingExists { .. }
            | ServiceError::UpdateInProgress { .. }
            | ServiceError::NotInvocable { .. } => Class::RESOURCE_CONFLICT,
            ServiceError::RevisionMismatch
            | ServiceError::PolicyRevisionMismatch
            | ServiceError::LayerPolicyRevisionMismatch => Class::PRECONDITION_FAILED,
            ServiceError::MappingInUse { .. } => Class::RESOURCE_IN_USE,
            ServiceError::NotLatest
            | ServiceError::ZipForImage
            | ServiceError::ImageForZip
            | ServiceError::CodeShaMismatch { .. }
            | ServiceError::LayerNotFound { .. }
            | ServiceError::ProvisionedAboveReserved
            | ServiceError::ProvisionedUnpublished
            | ServiceError::InvalidParameterValue(_) => Class::INVALID_PARAMETER_VALUE,
            ServiceError::PolicyTooLong { .. } => Class::POLICY_LENGTH_EXCEEDED,
            ServiceError::LatestWithRouting
            | ServiceError::TooFewUnreserved
            | ServiceError::TooFewUnreservedToProvision
            | ServiceError::ProvisionedAboveAccount { .. }
            | ServiceError::ReservedBelowProvisioned { .. } => Class::UNTYPED_INVALID_PARAMETER_VALUE,
            ServiceError::NoProvisionedConcurrency => Class::PROVISIONED_CONCURRENCY_CONFIG_NOT_FOUND,
            ServiceError::CodeStorageExceeded => Class::CODE_STORAGE_EXCEEDED,
            ServiceError::RequestEntityTooLarge(_) => Class::REQUEST_ENTITY_TOO_LARGE,
            ServiceError::LayerAccessDenied { .. } => Class::ACCESS_DENIED,
            ServiceError::Throttled { reason } => Class::throttled(reason),
            ServiceError::RunsNoCode => Class::UNKNOWN_OPERATION,
        };
        Self::new(class, refusal.to_string())
    }
}

#[cfg(test)]
mod tests {
    use funclet::{Caller, Error, Rejection, ServiceError};

    use super::WireError;

    fn check(error: impl Into<WireError>, status: u16, code: &str, body: &str) {
        let error = error.into();
        assert_eq!((error.status().as_u16(), error.code()), (status, code));
        assert_eq!(String::from_utf8(error.body()).unwrap(), body);
    }

    fn arn() -> funclet::FunctionArn {
        "arn:aws:lambda:us-east-1:111122223333:function:hello".parse().unwrap()
    }

    #[test]
    fn what_is_refused() {
        check(
            ServiceError::FunctionNotFound { arn: arn() },
            404,
            "ResourceNotFoundException",
            r#"{"Message":"Function not found: arn:aws:lambda:us-east-1:111122223333:function:hello","Type":"User"}"#,
        );
        check(
            ServiceError::FunctionExists { name: "hello".parse().unwrap() },
            409,
            "ResourceConflictException",
            r#"{"Type":"User","message":"Function already exist: hello"}"#,
        );
        check(
            ServiceError::UpdateInProgress { arn: arn() },
            409,
            "ResourceConflictException",
            r#"{"Type":"User","message":"The operation cannot be performed at this time. An update is in progress for resource: arn:aws:lambda:us-east-1:111122223333:function:hello"}"#,
        );
        check(
            ServiceError::RevisionMismatch,
            412,
            "PreconditionFailedException",
            r#"{"Type":"User","message":"The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id"}"#,
        );
        check(
            ServiceError::PolicyTooLong { bytes: 20_481, bytes_max: 20_480 },
            400,
            "PolicyLengthExceededException",
            r#"{"Type":"User","message":"The final policy size (20481) is bigger than the limit (20480)."}"#,
        );
        check(
            ServiceError::PolicyRevisionMismatch,
            412,
            "PreconditionFailedException",
            r#"{"Type":"User","message":"The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id"}"#,
        );
        check(
            ServiceError::StatementExists { sid: "s3".parse().unwrap() },
            409,
            "ResourceConflictException",
            r#"{"Type":"User","message":"The statement id (s3) provided already exists. Please provide a new statement id, or remove the existing statement."}"#,
        );
        check(
            ServiceError::CodeStorageExceeded,
            400,
            "CodeStorageExceededException",
            r#"{"Type":"User","message":"Code storage limit exceeded."}"#,
        );
        check(
            ServiceError::CodeSigningConfigNotFound { arn: "csc".into() },
            404,
            "CodeSigningConfigNotFoundException",
            r#"{"Message":"The code signing configuration cannot be found. Check that the provided configuration is not deleted: csc.","Type":"User"}"#,
        );
        check(
            ServiceError::RequestEntityTooLarge("Too much".into()),
            413,
            "RequestEntityTooLargeException",
            r#"{"message":"Too much"}"#,
        );
    }

    #[test]
    fn who_asks_too_often_is_told_when_to_ask_again() {
        let error = Error::TooManyRequests { retry_after_s: 2 };
        let body = r#"{"Reason":"CallerRateLimitExceeded","Type":"User","message":"Rate exceeded"}"#;
        check(error, 429, "TooManyRequestsException", body);
        let response = WireError::too_many_requests(2).into_response("id");
        assert_eq!(response.headers()["retry-after"], "2");
    }

    #[test]
    fn what_is_not_there() {
        check(
            ServiceError::ResourceNotFound,
            404,
            "ResourceNotFoundException",
            r#"{"Message":"The resource you requested does not exist.","Type":"User"}"#,
        );
        check(
            ServiceError::NoEventInvokeConfig { arn: arn() },
            404,
            "ResourceNotFoundException",
            r#"{"Message":"The function arn:aws:lambda:us-east-1:111122223333:function:hello doesn't have an EventInvokeConfig","Type":"User"}"#,
        );
        check(
            ServiceError::NoPolicy,
            404,
            "ResourceNotFoundException",
            r#"{"Message":"No policy is associated with the given resource.","Type":"User"}"#,
        );
        check(
            ServiceError::NoPolicyFor { arn: arn() },
            404,
            "ResourceNotFoundException",
            r#"{"Message":"No policy found for: arn:aws:lambda:us-east-1:111122223333:function:hello","Type":"User"}"#,
        );
        check(
            ServiceError::StatementNotFound { sid: "s3".parse().unwrap() },
            404,
            "ResourceNotFoundException",
            r#"{"Message":"Statement s3 is not found in resource policy.","Type":"User"}"#,
        );
        check(
            ServiceError::RunsNoCode,
            404,
            "UnknownOperationException",
            r#"{"message":"Funclet runs no code. Of Invoke it offers the InvocationType DryRun."}"#,
        );
    }

    #[test]
    fn what_is_an_invalid_parameter() {
        for error in [
            ServiceError::NotLatest,
            ServiceError::ZipForImage,
            ServiceError::ImageForZip,
            ServiceError::CodeShaMismatch { sent: "a".into(), current: "b".into() },
            ServiceError::LayerNotFound { arn: "layer".into() },
            ServiceError::InvalidParameterValue("A \"quoted\" text".into()),
        ] {
            let text = serde_json::to_string(&error.to_string()).unwrap();
            let body = format!(r#"{{"Type":"User","message":{text}}}"#);
            check(error, 400, "InvalidParameterValueException", &body);
        }
    }

    #[test]
    fn what_has_no_type() {
        for error in [
            ServiceError::LatestWithRouting,
            ServiceError::TooFewUnreserved,
            ServiceError::TooFewUnreservedToProvision,
            ServiceError::ProvisionedAboveAccount { max: 7 },
            ServiceError::ReservedBelowProvisioned { reserved: 1, provisioned: 2 },
        ] {
            let body = format!(r#"{{"message":"{error}"}}"#);
            check(error, 400, "InvalidParameterValueException", &body);
        }
        let arn = "arn:aws:lambda:us-east-1:111122223333:code-signing-config:csc-0123456789abcdefg";
        check(
            ServiceError::NoCodeSigningConfig { arn: arn.parse().unwrap() },
            404,
            "ResourceNotFoundException",
            &format!(r#"{{"Message":"The Lambda code signing configuration {arn} can not be found."}}"#),
        );
    }

    #[test]
    fn what_is_rejected() {
        let caller =
            Caller { account: "111122223333".parse().unwrap(), region: "us-east-1".parse().unwrap() };
        let request = funclet::DeleteFunctionRequest::default();
        check(
            request.validate(&caller).unwrap_err(),
            400,
            "ValidationException",
            r#"{"message":"1 validation error detected: Value null at 'functionName' failed to satisfy constraint: Member must not be null"}"#,
        );
        check(
            Rejection::OtherRegion {
                requested: "ap-southeast-1".parse().unwrap(),
                here: "us-east-1".parse().unwrap(),
            },
            404,
            "ResourceNotFoundException",
            r#"{"Message":"Functions from 'ap-southeast-1' are not reachable in this region ('us-east-1')","Type":"User"}"#,
        );
        check(Rejection::OtherAccount, 403, "AccessDeniedException", r#"{"Message":null}"#);
        check(
            Rejection::InvalidParameterValue("No.".into()),
            400,
            "InvalidParameterValueException",
            r#"{"Type":"User","message":"No."}"#,
        );
    }

    #[test]
    fn failures_tell_the_client_little_and_the_log_all() {
        let failed = WireError::from(Error::Failed { source: "the disk is on fire".into() });
        assert_eq!((failed.status().as_u16(), failed.code()), (500, "ServiceException"));
        assert_eq!(
            String::from_utf8(failed.body()).unwrap(),
            r#"{"Message":"The service encountered an internal error. The request was not carried out.","Type":"Service"}"#
        );
        let cause = failed.into_cause().unwrap();
        assert_eq!(cause.0.source().unwrap().to_string(), "the disk is on fire");
        check(
            Error::Full,
            500,
            "ServiceException",
            r#"{"Message":"The disk of the service is full. The request was not carried out.","Type":"Service"}"#,
        );
    }
}
