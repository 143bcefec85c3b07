//! The AWS Lambda control plane as something you can link: an embedded, crash-safe state engine that does what AWS does
//! when somebody calls `UpdateFunctionCode` and the operations around it.
//!
//! ```
//! use funclet::{CreateFunctionRequest, Error, Funclet, ServiceError, UpdateFunctionCodeRequest};
//! # let zip = funclet_testkit::zip_with_content("def handler(event, context): return 1");
//! # let newer = funclet_testkit::zip_with_content("def handler(event, context): return 2");
//!
//! let lambda = Funclet::in_memory().lambda();
//! lambda.create_function(CreateFunctionRequest {
//!     function_name: Some("hello".into()),
//!     runtime: Some("python3.13".into()),
//!     handler: Some("index.handler".into()),
//!     role: Some("arn:aws:iam::000000000000:role/any".into()),
//!     code: Some(funclet::FunctionCode { zip_file: Some(zip.into()), ..Default::default() }),
//!     ..Default::default()
//! })?;
//!
//! let current = lambda.get_function_configuration(funclet::GetFunctionConfigurationRequest {
//!     function_name: Some("hello".into()),
//!     ..Default::default()
//! })?;
//! let update = UpdateFunctionCodeRequest {
//!     function_name: Some("hello".into()),
//!     zip_file: Some(newer.into()),
//!     revision_id: Some(current.revision_id.to_string()),
//!     ..Default::default()
//! };
//! lambda.update_function_code(update.clone())?;
//! // The revision has changed, so the same request loses now.
//! let lost = lambda.update_function_code(update);
//! assert!(matches!(lost, Err(Error::Refused(ServiceError::RevisionMismatch))));
//! # Ok::<(), Error>(())
//! ```
//!
//! [`Funclet::open`] keeps everything in a directory instead: an operation is acknowledged when its record in the
//! write-ahead log is synced. The runnable example `quickstart` does the same on disk and opens the store again.
//!
//! # Async hosts
//!
//! The engine has no runtime and wants none. [`Lambda::submit`] never waits for the disk; it calls back when the outcome
//! is durable. With tokio, for example:
//!
//! ```text
//! let (tell, told) = tokio::sync::oneshot::channel();
//! lambda.submit(request, move |outcome| { let _ = tell.send(outcome); });
//! let outcome = told.await?;
//! ```
//!
//! Open the engine with [`Maintenance::Thread`] then, so that a thread of its own writes the log, and move a request for
//! which [`Operation::blocks`] is true to a thread that may block. Call [`Funclet::settle`] now and then.
//!
//! # What it is not
//!
//! It runs no code itself: that is left to an [`Invoker`] of the host, if there is one. It opens no socket and talks to no
//! other AWS service. Roles are checked for their form only. What is
//! faithful, what is chosen and what is missing stands in `docs/compatibility.md`.
//!
//! # Features
//!
//! `sled` (default): the table is kept on disk, so that a large store opens without reading its whole log.

mod builder;
mod engine;
mod error;
mod fetch;
mod foreign_layers;
mod inspection;
mod invoker;
mod lambda;
mod links;
mod networks;
mod operations;
mod package;
mod package_reports;
mod request_rate;
mod response_stream;
mod shifted_clock;
mod sources;
mod system;
mod upkeep;
mod work;

pub use builder::{Builder, OpenError};
pub use engine::{Feed, Funclet, OperationEvents};
pub use error::Error;
pub use inspection::{ArchPolicy, Inspection, NoPolicy, parse_framing};
pub use invoker::{FunctionError, Invocation, InvocationOutcome, Invoker, InvokerError};
pub use lambda::Lambda;
pub use links::{LinkError, PackageLink};
pub use networks::{AnyNetwork, Networks};
pub use operations::{
    CreateFunctionRequest, InvocationResponse, InvokeAsyncResponse, InvokeWithResponseStreamResponse,
    Operation, PublishLayerVersionRequest, UpdateFunctionCodeRequest,
};
pub use package::{Package, PackageWriter};
pub use request_rate::RequestRate;
pub use response_stream::{ResponseSink, ResponseStream, StreamClosed, StreamEnd, StreamError, StreamEvent};
pub use shifted_clock::{ShiftedClock, TooFar};
pub use sources::{CodeSources, NoSources, ResolvedImage, SourceError};
pub use system::{SystemClock, SystemIds};
pub use upkeep::UpkeepError;

pub use funclet_function_store::{
    AccountLimit, AccountSettings, AccountUsage, AddedLayerPermission, AddedPermission, AliasConfiguration,
    AliasPage, Clock, CodeLocation, CodeSigningConfig, CodeSigningConfigPage, Event,
    EventSourceMappingConfiguration, EventSourceMappingPage, EventSourceMappingState, FunctionArnPage,
    FunctionCodeSigning, FunctionConcurrency, FunctionConfiguration, FunctionDetail, FunctionEvent,
    FunctionEventInvokeConfig, FunctionEventInvokeConfigPage, FunctionEventKind, FunctionPage,
    FunctionRecursion, FunctionScalingAccepted, FunctionScalingAnswer, FunctionUrlConfig, FunctionUrlPage,
    InvocableLayer, LastUpdateStatus, LayerAnswer, LayerContent, LayerPage, LayerSummary, LayerVersion,
    LayerVersionPage, LayerVersionSummary, ProvisionedConcurrency, ProvisionedConcurrencyItem,
    ProvisionedConcurrencyPage, ProvisionedConcurrencyStatus, Reason, ResourceChange, ResourceEvent,
    ResourceKind, ResourcePolicy, ResourceTags, RuntimeManagementConfig, ServiceError, State, Status,
    ThrottleReason, Timestamp, Transitions, VersionPage, VpcConfigAnswer,
};
pub use funclet_package_inspection::Framing;
pub use funclet_storage::{
    Backend, BlobDigest, BlobReader as PackageReader, CopyMode, CopyProgress, Durability, Entropy as Ids,
    Maintenance, MemoryBackend, Position, StoreError,
};
pub use funclet_validation::*;

/// The program in the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;
