//! What an operation is refused for.

use funclet_validation::{CodeSigningConfigArn, FunctionArn, FunctionName, StatementId};

use crate::answer::State;

/// Why an operation is refused. The text of each is AWS's, where AWS has one.
///
/// Exhaustive on purpose: whoever puts these on a wire decides about each of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServiceError {
    /// The function, version or alias does not exist (`ResourceNotFoundException`, 404).
    #[error("Function not found: {arn}")]
    FunctionNotFound {
        /// As it was asked for, qualifier included.
        arn: FunctionArn,
    },
    /// A resource other than a function does not exist (`ResourceNotFoundException`, 404).
    #[error("The resource you requested does not exist.")]
    ResourceNotFound,
    /// The function or alias that is to have a URL does not exist (`ResourceNotFoundException`, 404).
    #[error("Function does not exist")]
    NoFunctionForUrl,
    /// The function or alias has a URL (`ResourceConflictException`, 409).
    #[error(
        "Failed to create function url config for [functionArn = {arn}]. Error message:  FunctionUrlConfig exists for this \
         Lambda function"
    )]
    FunctionUrlExists {
        /// The ARN of the function, qualified if the URL is that of an alias.
        arn: FunctionArn,
    },
    /// The function, version or alias whose asynchronous invocations are asked about does not exist
    /// (`ResourceNotFoundException`, 404).
    #[error("The function doesn't exist.")]
    NoFunctionForEventInvokeConfig,
    /// Something is in progress with an event source mapping (`ResourceInUseException`, 400).
    #[error("Cannot {attempt} the event source mapping because it is in use.")]
    MappingInUse {
        /// What was to be done: `update` or `delete`.
        attempt: &'static str,
    },
    /// The function has a mapping of the queue (`ResourceConflictException`, 409).
    #[error(
        "An event source mapping with SQS arn (\" {queue} \") and function (\" {function} \") already exists. Please update or \
         delete the existing mapping with UUID {uuid}"
    )]
    QueueMappingExists {
        /// The ARN of the queue.
        queue: String,
        /// The bare name.
        function: String,
        /// The id of the mapping.
        uuid: String,
    },
    /// The function has a mapping of the source (`ResourceConflictException`, 409).
    #[error(
        "The event source arn (\" {event_source} \") and function (\" {function} \") provided mapping already exists. Please \
         update or delete the existing mapping with UUID {uuid}"
    )]
    MappingExists {
        /// The ARN of the source.
        event_source: String,
        /// The bare name.
        function: String,
        /// The id of the mapping.
        uuid: String,
    },
    /// The function has a mapping of the topic of one's own Kafka cluster (`ResourceConflictException`, 409).
    #[error(
        "An event source mapping with event source (\"{servers}\"), function (\"{function}\"), topics (\"{topics}\") already \
         exists. Please update or delete the existing mapping with UUID {uuid}"
    )]
    ClusterMappingExists {
        /// Its bootstrap servers.
        servers: String,
        /// The ARN of the function, with a qualifier if the mapping has one.
        function: String,
        /// The topics.
        topics: String,
        /// The id of the mapping.
        uuid: String,
    },
    /// Nothing is configured about asynchronous invocations (`ResourceNotFoundException`, 404).
    #[error("The function {arn} doesn't have an EventInvokeConfig")]
    NoEventInvokeConfig {
        /// As it was asked for, with a qualifier.
        arn: FunctionArn,
    },
    /// The alias does not exist (`ResourceNotFoundException`, 404).
    #[error("Cannot find alias arn: {arn}")]
    AliasNotFound {
        /// The ARN of the alias.
        arn: FunctionArn,
    },
    /// The alias that is to be changed does not exist (`ResourceNotFoundException`, 404).
    #[error("Alias not found: {arn}")]
    NoAliasToUpdate {
        /// The ARN of the alias.
        arn: FunctionArn,
    },
    /// The name of the alias is taken (`ResourceConflictException`, 409).
    #[error("Alias already exists: {arn}")]
    AliasExists {
        /// The ARN of the alias.
        arn: FunctionArn,
    },
    /// Aliases stand for the version that is to be deleted (`ResourceConflictException`, 409).
    #[error("Unable to delete version because the following aliases reference it: [{}]", .aliases.join(", "))]
    VersionReferredTo {
        /// Their names, as many as 50.
        aliases: Vec<String>,
    },
    /// What is there has no policy (`ResourceNotFoundException`, 404).
    #[error("No policy is associated with the given resource.")]
    NoPolicy,
    /// The function whose policy is to be changed does not exist (`ResourceNotFoundException`, 404).
    #[error("No policy found for: {arn}")]
    NoPolicyFor {
        /// The unqualified ARN.
        arn: FunctionArn,
    },
    /// The policy has no such statement (`ResourceNotFoundException`, 404).
    #[error("Statement {sid} is not found in resource policy.")]
    StatementNotFound {
        /// The id of the statement.
        sid: StatementId,
    },
    /// The policy has a statement of this id (`ResourceConflictException`, 409).
    #[error(
        "The statement id ({sid}) provided already exists. Please provide a new statement id, or remove the existing \
         statement."
    )]
    StatementExists {
        /// The id of the statement.
        sid: StatementId,
    },
    /// The policy would be too long (`PolicyLengthExceededException`, 400).
    #[error("The final policy size ({bytes}) is bigger than the limit ({bytes_max}).")]
    PolicyTooLong {
        /// The length that its text would have, in bytes.
        bytes: usize,
        /// The greatest length, in bytes.
        bytes_max: usize,
    },
    /// The name is taken (`ResourceConflictException`, 409).
    #[error("Function already exist: {name}")]
    FunctionExists {
        /// The bare name.
        name: FunctionName,
    },
    /// A creation or update is not finished (`ResourceConflictException`, 409).
    #[error("The operation cannot be performed at this time. An update is in progress for resource: {arn}")]
    UpdateInProgress {
        /// The unqualified ARN.
        arn: FunctionArn,
    },
    /// The RevisionId is not the current one (`PreconditionFailedException`, 412).
    #[error(
        "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to \
         retrieve the latest Revision Id"
    )]
    RevisionMismatch,
    /// The RevisionId is not the current one of the policy (`PreconditionFailedException`, 412).
    #[error(
        "The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the \
         latest Revision Id"
    )]
    PolicyRevisionMismatch,
    /// A version was addressed where only `$LATEST` can be changed (`InvalidParameterValueException`, 400).
    #[error(
        "Current operation does not support versions other than $LATEST. Please set the version to $LATEST or do \
         not set a version in your request."
    )]
    NotLatest,
    /// Archive and package type do not fit (`InvalidParameterValueException`, 400).
    #[error("Please provide ImageUri when updating a function with packageType Image.")]
    ZipForImage,
    /// Image and package type do not fit (`InvalidParameterValueException`, 400).
    #[error("Please don't provide ImageUri when updating a function with packageType Zip.")]
    ImageForZip,
    /// The digest that the caller expects is not that of `$LATEST` (`InvalidParameterValueException`, 400).
    #[error(
        "CodeSHA256 ({sent}) is different from current CodeSHA256 in $LATEST ({current}). Please try again with \
         the CodeSHA256 in $LATEST."
    )]
    CodeShaMismatch {
        /// What was sent.
        sent: String,
        /// What the function has.
        current: String,
    },
    /// All archives of the account in the region together would pass the quota (`CodeStorageExceededException`, 400).
    #[error("Code storage limit exceeded.")]
    CodeStorageExceeded,
    /// The executions that functions reserve would leave too few to the others (`InvalidParameterValueException`, 400).
    #[error(
        "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below \
         its minimum value of [{}].",
        crate::decide::UNRESERVED_MIN
    )]
    TooFewUnreserved,
    /// The same of executions that are to be provisioned (`InvalidParameterValueException`, 400). The text is LocalStack's.
    #[error(
        "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its \
         minimum value of [{}].",
        crate::decide::UNRESERVED_MIN
    )]
    TooFewUnreservedToProvision,
    /// More executions are to be provisioned than the account has (`InvalidParameterValueException`, 400). The text is
    /// LocalStack's.
    #[error(
        "Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [{max}]."
    )]
    ProvisionedAboveAccount {
        /// What the account has.
        max: u32,
    },
    /// More executions are to be provisioned than are reserved for the function (`InvalidParameterValueException`, 400).
    #[error(
        "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function"
    )]
    ProvisionedAboveReserved,
    /// Fewer executions are to be reserved than are provisioned (`InvalidParameterValueException`, 400).
    #[error(
        " ReservedConcurrentExecutions  {reserved} should not be lower than function's total provisioned concurrency \
         [{provisioned}]."
    )]
    ReservedBelowProvisioned {
        /// What is to be reserved.
        reserved: u32,
        /// What is provisioned.
        provisioned: u32,
    },
    /// An alias of `$LATEST` is to have provisioned concurrency (`InvalidParameterValueException`, 400).
    #[error("Provisioned Concurrency Configs cannot be applied to unpublished function versions.")]
    ProvisionedUnpublished,
    /// The version of the alias has provisioned concurrency (`ResourceConflictException`, 409).
    #[error(
        "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version"
    )]
    VersionProvisioned,
    /// An alias of the version has provisioned concurrency (`ResourceConflictException`, 409).
    #[error("Version is pointed by a Provisioned Concurrency alias")]
    AliasProvisioned,
    /// The version or alias has no provisioned concurrency (`ProvisionedConcurrencyConfigNotFoundException`, 404).
    #[error("No Provisioned Concurrency Config found for this function")]
    NoProvisionedConcurrency,
    /// The code signing config does not exist (`CodeSigningConfigNotFoundException`, 404).
    #[error(
        "The code signing configuration cannot be found. Check that the provided configuration is not deleted: {arn}."
    )]
    CodeSigningConfigNotFound {
        /// The ARN as it was given.
        arn: String,
    },
    /// The code signing config that an operation is about does not exist (`ResourceNotFoundException`, 404).
    #[error("The Lambda code signing configuration {arn} can not be found.")]
    NoCodeSigningConfig {
        /// As it was asked for.
        arn: CodeSigningConfigArn,
    },
    /// Functions have the code signing config that is to be deleted (`ResourceConflictException`, 409). The text is chosen.
    #[error("The code signing configuration {arn} cannot be deleted because functions use it.")]
    CodeSigningConfigInUse {
        /// As it was asked for.
        arn: CodeSigningConfigArn,
    },
    /// A layer version does not exist (`InvalidParameterValueException`, 400).
    #[error("Layer version {arn} does not exist.")]
    LayerNotFound {
        /// The ARN as it was given.
        arn: String,
    },
    /// A layer version whose policy is asked for does not exist (`ResourceNotFoundException`, 404).
    #[error("Layer version {arn} does not exist.")]
    LayerVersionNotFound {
        /// Its ARN.
        arn: String,
    },
    /// The RevisionId is not the current one of the policy of a layer's version (`PreconditionFailedException`, 412).
    #[error(
        "The Revision Id provided does not match the latest Revision Id. Call the GetLayerPolicy API to retrieve the \
         latest Revision Id"
    )]
    LayerPolicyRevisionMismatch,
    /// A layer of another account is not shared with the caller's (`AccessDeniedException`, 403).
    #[error(
        "User: {user} is not authorized to perform: lambda:GetLayerVersion on resource: {arn} because no resource-based \
         policy allows the lambda:GetLayerVersion action"
    )]
    LayerAccessDenied {
        /// Who asks; which user of the account that is, is not known.
        user: String,
        /// The ARN of the layer's version.
        arn: String,
    },
    /// A version that is to be invoked is not ready (`ResourceConflictException`, 409).
    #[error(
        "The operation cannot be performed at this time. The function is currently in the following state: {}",
        .state.as_str()
    )]
    NotInvocable {
        /// Where it stands.
        state: State,
    },
    /// More invocations are asked for than may run (`TooManyRequestsException`, 429).
    #[error("Rate Exceeded.")]
    Throttled {
        /// Which limit it is.
        reason: ThrottleReason,
    },
    /// An invocation was asked for, the function is there, and nobody runs it. Nothing that AWS answers would be true, so the
    /// text is ours.
    #[error("Funclet runs no code. Of Invoke it offers the InvocationType DryRun.")]
    RunsNoCode,
    /// An alias that points to `$LATEST` is to have a second version (`InvalidParameterValueException`, 400).
    #[error("$LATEST is not supported for an alias pointing to more than 1 version")]
    LatestWithRouting,
    /// A parameter is refused for a reason found while the request was carried out
    /// (`InvalidParameterValueException`, 400).
    #[error("{0}")]
    InvalidParameterValue(String),
    /// Body or archive are too large (`RequestEntityTooLargeException`, 413).
    #[error("{0}")]
    RequestEntityTooLarge(String),
}

/// Which limit an invocation meets (`ThrottleReason` of the service model).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ThrottleReason {
    /// So many of the account run already.
    ConcurrentInvocationLimitExceeded,
    /// So many of the account began in this second.
    FunctionInvocationRateLimitExceeded,
    /// So many of the function run already, as its reserved concurrency allows.
    ReservedFunctionConcurrentInvocationLimitExceeded,
    /// So many of the function began in this second, as its reserved concurrency allows.
    ReservedFunctionInvocationRateLimitExceeded,
    /// The caller asks too often.
    CallerRateLimitExceeded,
    /// So many snapshots are being taken already.
    ConcurrentSnapshotCreateLimitExceeded,
}

impl ThrottleReason {
    /// Returns the text on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConcurrentInvocationLimitExceeded => "ConcurrentInvocationLimitExceeded",
            Self::FunctionInvocationRateLimitExceeded => "FunctionInvocationRateLimitExceeded",
            Self::ReservedFunctionConcurrentInvocationLimitExceeded => {
                "ReservedFunctionConcurrentInvocationLimitExceeded"
            }
            Self::ReservedFunctionInvocationRateLimitExceeded => {
                "ReservedFunctionInvocationRateLimitExceeded"
            }
            Self::CallerRateLimitExceeded => "CallerRateLimitExceeded",
            Self::ConcurrentSnapshotCreateLimitExceeded => "ConcurrentSnapshotCreateLimitExceeded",
        }
    }
}
