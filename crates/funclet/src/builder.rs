//! Describing an engine before it is opened.

use std::path::PathBuf;
use std::sync::Arc;

use funclet_function_store::{Clock, FunctionStore, StoreParts, Transitions};
use funclet_storage::{
    Backend, Durability, Entropy, LocalBackend, LocalOptions, Maintenance, MemoryBackend, StoreError,
};
use funclet_validation::{AccountId, Caller, Region};

use crate::engine::{Engine, Funclet};
use crate::error::Error;
use crate::inspection::{FactsCache, Inspection};
use crate::invoker::Invoker;
use crate::links::Links;
use crate::networks::{AnyNetwork, Networks};
use crate::request_rate::{Limiter, RequestRate};
use crate::sources::{CodeSources, NoSources};
use crate::system::{SystemClock, SystemIds};

/// The storage quota of an account in a region: 75 GiB, AWS's default.
const CODE_STORAGE_BYTES_MAX: u64 = 80_530_636_800;

/// How many executions at a time an account has in a region: AWS's default.
const CONCURRENT_EXECUTIONS_MAX: u32 = 1000;

/// For how long a package stays that no function has any more: as long as a server's link to it works, and a little longer.
const PACKAGE_GRACE_MS: u64 = 11 * 60 * 1000;

/// Why an engine does not open.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The store does not open.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store opened but does not answer.
    #[error("the store does not answer")]
    Engine(#[source] Error),
}

/// Describes an engine: where it keeps its data, and everything that a test wants to control.
///
/// ```
/// use funclet::{Funclet, Transitions};
///
/// let engine = Funclet::builder().transitions(Transitions::Manual).open_in_memory();
/// assert_eq!(engine.default_caller().account.as_str(), "000000000000");
/// ```
#[derive(Clone)]
#[must_use]
pub struct Builder {
    path: Option<PathBuf>,
    caller: Caller,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Entropy>,
    sources: Arc<dyn CodeSources>,
    networks: Arc<dyn Networks>,
    invoker: Option<Arc<dyn Invoker>>,
    transitions: Transitions,
    code_storage_bytes_max: u64,
    concurrent_executions_max: u32,
    request_rate: Option<RequestRate>,
    inspection: Inspection,
    durability: Durability,
    maintenance: Maintenance,
    #[cfg(feature = "sled")]
    table_cache_bytes: u64,
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self {
            path: None,
            caller: default_caller(),
            clock: Arc::new(SystemClock),
            ids: Arc::new(SystemIds),
            sources: Arc::new(NoSources),
            networks: Arc::new(AnyNetwork),
            invoker: None,
            transitions: Transitions::default(),
            code_storage_bytes_max: CODE_STORAGE_BYTES_MAX,
            concurrent_executions_max: CONCURRENT_EXECUTIONS_MAX,
            request_rate: None,
            inspection: Inspection::default(),
            durability: Durability::default(),
            maintenance: Maintenance::default(),
            #[cfg(feature = "sled")]
            table_cache_bytes: 16 << 20,
        }
    }

    /// Keeps the data in a directory. Default: in memory.
    pub fn path(mut self, path: impl Into<PathBuf>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Sets the account of [`Funclet::lambda`]. Default: `000000000000`.
    pub fn account(mut self, account: AccountId) -> Self {
        self.caller.account = account;
        self
    }

    /// Sets the region of [`Funclet::lambda`]. Default: `us-east-1`.
    pub fn region(mut self, region: Region) -> Self {
        self.caller.region = region;
        self
    }

    /// Sets the clock. Default: the system's.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Sets the source of every id: RevisionIds, transactions, requests, keys. Default: the system's random source.
    pub fn ids(mut self, ids: Arc<dyn Entropy>) -> Self {
        self.ids = ids;
        self
    }

    /// Sets where code comes from that is not in the request. Default: [`NoSources`].
    pub fn code_sources(mut self, sources: Arc<dyn CodeSources>) -> Self {
        self.sources = sources;
        self
    }

    /// Sets who knows subnets and security groups. Default: [`AnyNetwork`].
    pub fn networks(mut self, networks: Arc<dyn Networks>) -> Self {
        self.networks = networks;
        self
    }

    /// Sets who runs functions. Default: nobody, and invocations are refused with
    /// [`RunsNoCode`](crate::ServiceError::RunsNoCode).
    pub fn invoker(mut self, invoker: Arc<dyn Invoker>) -> Self {
        self.invoker = Some(invoker);
        self
    }

    /// Sets when creations and updates are finished. Default: [`Transitions::Immediate`].
    pub fn transitions(mut self, transitions: Transitions) -> Self {
        self.transitions = transitions;
        self
    }

    /// Sets the storage quota of each account in each region, in bytes. Default: 75 GiB.
    pub fn code_storage_bytes_max(mut self, bytes: u64) -> Self {
        self.code_storage_bytes_max = bytes;
        self
    }

    /// Sets how many executions at a time each account has in each region. Functions can reserve all but 100 of them.
    /// Default: 1000.
    pub fn concurrent_executions_max(mut self, executions: u32) -> Self {
        self.concurrent_executions_max = executions;
        self
    }

    /// Limits the requests of each account in each region. Default: no limit.
    pub fn request_rate(mut self, rate: RequestRate) -> Self {
        self.request_rate = Some(rate);
        self
    }

    /// Sets how packages are inspected when they are uploaded. Default: as by the service, with a report where something is to be
    /// told.
    pub fn inspection(mut self, inspection: Inspection) -> Self {
        self.inspection = inspection;
        self
    }

    /// Sets what an acknowledgement promises. Default: [`Durability::Disk`].
    pub fn durability(mut self, durability: Durability) -> Self {
        self.durability = durability;
        self
    }

    /// Sets who writes the log. Default: [`Maintenance::Inline`], no thread.
    pub fn maintenance(mut self, maintenance: Maintenance) -> Self {
        self.maintenance = maintenance;
        self
    }

    /// Sets the cache of the table on disk, in bytes. Default: 16 MiB.
    #[cfg(feature = "sled")]
    pub fn table_cache_bytes(mut self, bytes: u64) -> Self {
        self.table_cache_bytes = bytes;
        self
    }

    /// Opens the engine.
    ///
    /// # Errors
    /// [`OpenError`], in one sentence that names the path.
    pub fn open(self) -> Result<Funclet, OpenError> {
        match &self.path {
            None => self.open_on(Arc::new(memory_backend())),
            Some(path) => {
                let options = LocalOptions::new(path, Arc::clone(&self.ids))
                    .blob_grace_ms(PACKAGE_GRACE_MS)
                    .durability(self.durability)
                    .maintenance(self.maintenance);
                #[cfg(feature = "sled")]
                let options =
                    options.table(funclet_storage::TableKind::Sled { cache_bytes: self.table_cache_bytes });
                let local = Arc::new(LocalBackend::open(&options)?);
                let backend = Arc::clone(&local);
                self.open_with(backend, Some(local))
            }
        }
    }

    /// Opens an engine that keeps everything in memory, whatever [`Builder::path`] said.
    ///
    /// # Panics
    /// Never: memory does not fail.
    #[must_use]
    pub fn open_in_memory(self) -> Funclet {
        let opened = self.open_on(Arc::new(memory_backend()));
        opened.expect("a new store in memory answers")
    }

    /// Opens an engine on a backend of the caller's.
    ///
    /// # Errors
    /// [`OpenError::Engine`] if the backend does not answer.
    pub fn open_on(self, backend: Arc<dyn Backend>) -> Result<Funclet, OpenError> {
        self.open_with(backend, None)
    }

    /// Opens an engine on a backend, which may be known to be `local`.
    fn open_with(
        self,
        backend: Arc<dyn Backend>,
        local: Option<Arc<LocalBackend>>,
    ) -> Result<Funclet, OpenError> {
        let store = FunctionStore::new(StoreParts {
            backend: Arc::clone(&backend),
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
            transitions: self.transitions,
            code_bytes_max: self.code_storage_bytes_max,
            concurrent_executions_max: self.concurrent_executions_max,
        });
        let links = Links::load(&*backend, &*self.ids, store.now_ms()).map_err(OpenError::Engine)?;
        let (ids, sources, networks, default_caller) = (self.ids, self.sources, self.networks, self.caller);
        let (clock, limiter, invoker) = (self.clock, self.request_rate.map(Limiter::new), self.invoker);
        let (inspection, facts) = (self.inspection, FactsCache::default());
        let engine = Engine {
            store,
            local,
            ids,
            sources,
            networks,
            invoker,
            links,
            default_caller,
            clock,
            limiter,
            inspection,
            facts,
        };
        Ok(Funclet { engine: Arc::new(engine) })
    }
}

fn memory_backend() -> MemoryBackend {
    MemoryBackend::new().blob_grace_ms(PACKAGE_GRACE_MS)
}

fn default_caller() -> Caller {
    let account = "000000000000".parse().expect("twelve digits are an account");
    let region = "us-east-1".parse().expect("us-east-1 is a region");
    Caller { account, region }
}
