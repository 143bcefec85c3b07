//! Functions, versions and revisions of AWS Lambda, as pure decisions over a transactional store.
//!
//! A decision takes the stored state, a valid request, time and ids, and gives changes and an answer; it calls nobody.
//! [`FunctionStore`] runs decisions on a [`Backend`](funclet_storage::Backend): the RevisionId that a caller expects is
//! compared, and the new one assigned, in one transaction, so that of any number of concurrent callers with one RevisionId
//! exactly one wins.
//!
//! The crate fetches no code, opens no archive and knows no HTTP. All requests are valid before they come here
//! ([`funclet_validation`]); code arrives as facts ([`NewCode`]).
//!
//! ```
//! use std::sync::Arc;
//! use std::sync::atomic::{AtomicU64, Ordering};
//! use funclet_function_store::{Clock, FunctionStore, ServiceError, StoreParts, Failure, Transitions};
//! use funclet_storage::{Entropy, MemoryBackend};
//! use funclet_validation::{Caller, GetFunctionRequest};
//!
//! struct Noon;
//! impl Clock for Noon {
//!     fn now_ms(&self) -> u64 {
//!         43_200_000
//!     }
//! }
//! struct Counter(AtomicU64);
//! impl Entropy for Counter {
//!     fn bytes(&self) -> [u8; 16] {
//!         u128::from(self.0.fetch_add(1, Ordering::Relaxed)).to_be_bytes()
//!     }
//! }
//!
//! let store = FunctionStore::new(StoreParts {
//!     backend: Arc::new(MemoryBackend::new()),
//!     clock: Arc::new(Noon),
//!     ids: Arc::new(Counter(AtomicU64::new(1))),
//!     transitions: Transitions::Immediate,
//!     code_bytes_max: 80_530_636_800,
//!     concurrent_executions_max: 1000,
//! });
//! let caller = Caller { account: "111122223333".parse()?, region: "eu-central-1".parse()? };
//! let request = GetFunctionRequest { function_name: Some("absent".into()), ..Default::default() };
//! let missing = store.look(&caller, request.validate(&caller).unwrap());
//! assert!(matches!(missing, Err(Failure::Refused(ServiceError::FunctionNotFound { .. }))));
//! # Ok::<(), funclet_validation::InvalidText>(())
//! ```

mod agenda;
mod answer;
mod attempt;
mod clock;
mod decide;
mod error;
mod event;
mod export;
mod exported;
mod import;
mod keys;
mod lifecycle;
mod store;
mod stored;

pub use answer::{
    AccountLimit, AccountSettings, AccountUsage, AddedLayerPermission, AddedPermission, AliasConfiguration,
    AliasPage, CodeLocation, CodeSigningConfig, CodeSigningConfigPage, EventSourceMappingConfiguration,
    EventSourceMappingPage, EventSourceMappingState, FunctionArnPage, FunctionCodeSigning,
    FunctionConcurrency, FunctionConfiguration, FunctionDetail, FunctionEventInvokeConfig,
    FunctionEventInvokeConfigPage, FunctionPage, FunctionRecursion, FunctionScalingAccepted,
    FunctionScalingAnswer, FunctionUrlConfig, FunctionUrlPage, Invocable, InvocableLayer, LastUpdateStatus,
    LayerAnswer, LayerContent, LayerPage, LayerSummary, LayerVersion, LayerVersionPage, LayerVersionSummary,
    ProvisionedConcurrency, ProvisionedConcurrencyItem, ProvisionedConcurrencyPage,
    ProvisionedConcurrencyStatus, Reason, ResourcePolicy, ResourceTags, RuntimeManagementConfig, State,
    Status, Timestamp, VersionPage, VpcConfigAnswer,
};
pub use clock::Clock;
pub use decide::{
    Chance, CheckConfiguration, CheckCreate, CheckInvocation, CheckUpdate, CodeInspection, CodeReport,
    CodeUser, Command, CreateFunctionWith, Fetched, FindInvocable, FindLayerVersion, FindPackageReport,
    ForeignLayer, FoundPackageReport, GetLayer, LayerPackage, NewCode, PublishLayer, Query, UpdateCode,
    UpdateConfiguration,
};
pub use error::{ServiceError, ThrottleReason};
pub use event::{Event, FunctionEvent, FunctionEventKind, ResourceChange, ResourceEvent, ResourceKind};
pub use export::exported_entries;
pub use exported::ExportedEntry;
pub use import::{ImportError, Importer};
pub use lifecycle::Transitions;
pub use store::{Failure, FunctionStore, StoreParts};
