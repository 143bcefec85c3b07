//! An open engine.

use std::sync::Arc;

use funclet_function_store::{Clock, Event, Failure, FunctionStore, ServiceError, Timestamp};
use funclet_package_inspection::Usage;
use funclet_storage::{BlobDigest, BlobReader, Entropy, Events, LocalBackend, Position};
use funclet_validation::{
    AccountId, Caller, DeleteFunction, DeletionTarget, ListFunctionsRequest, VpcSettings,
};

use crate::builder::Builder;
use crate::error::Error;
use crate::fetch::Fetcher;
use crate::inspection::{FactsCache, Inspection};
use crate::invoker::Invoker;
use crate::lambda::Lambda;
use crate::links::{LinkError, Links, PackageLink};
use crate::networks::Networks;
use crate::package::PackageWriter;
use crate::request_rate::Limiter;
use crate::sources::CodeSources;

/// The AWS Lambda control plane, open. Cheap to clone; all clones are the same engine.
///
/// See the crate's documentation for a tour.
#[derive(Clone)]
pub struct Funclet {
    pub(crate) engine: Arc<Engine>,
}

/// What all handles share.
pub(crate) struct Engine {
    pub(crate) store: FunctionStore,
    /// The backend of the store, if it is one on a local disk that the engine has opened itself.
    pub(crate) local: Option<Arc<LocalBackend>>,
    pub(crate) ids: Arc<dyn Entropy>,
    pub(crate) sources: Arc<dyn CodeSources>,
    pub(crate) networks: Arc<dyn Networks>,
    /// None: nothing runs.
    pub(crate) invoker: Option<Arc<dyn Invoker>>,
    pub(crate) links: Links,
    pub(crate) default_caller: Caller,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) limiter: Option<Limiter>,
    /// How packages are inspected, unless a request has it otherwise.
    pub(crate) inspection: Inspection,
    pub(crate) facts: FactsCache,
}

impl Engine {
    /// Refuses a request of an account that has asked too often. The service does so before it looks at the request.
    pub(crate) fn admit(&self, caller: &Caller, operation: &str) -> Result<(), Error> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        // Not engine time: that may stand still for long.
        limiter
            .admit(caller, operation, self.clock.now_ms())
            .map_err(|retry_after_s| Error::TooManyRequests { retry_after_s })
    }

    pub(crate) fn fetcher<'a>(
        &'a self,
        caller: &'a Caller,
        inspection: Inspection,
        usage: Usage,
    ) -> Fetcher<'a> {
        let blobs = self.store.backend().blobs();
        Fetcher { caller, sources: &*self.sources, blobs, facts: &self.facts, inspection, usage }
    }

    /// Fills in which network the subnets lie in.
    pub(crate) fn locate(&self, caller: &Caller, network: &mut VpcSettings) -> Result<(), Error> {
        network.vpc_id = self.networks.vpc_of(caller, network)?;
        Ok(())
    }
}

/// Events of one committed operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationEvents {
    /// Where they stand; pass it to [`Funclet::events`] to go on after them.
    pub position: Position,
    /// The account and region.
    pub caller: Caller,
    /// The events in their order.
    pub events: Vec<Event>,
}

/// A page of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Feed {
    /// What comes next, and where to go on after it.
    Next(Vec<OperationEvents>, Position),
    /// Events after the asked position are gone; read the whole state again and go on after `oldest`.
    Lost {
        /// The oldest position to go on from.
        oldest: Position,
    },
}

impl Funclet {
    /// Begins to describe an engine.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// Opens the store in the directory `path`, creating it if nothing is there, with the defaults of [`Builder`].
    ///
    /// # Errors
    /// [`OpenError`](crate::OpenError) in one sentence that names the path.
    pub fn open(path: impl Into<std::path::PathBuf>) -> Result<Self, crate::OpenError> {
        Self::builder().path(path).open()
    }

    /// Makes an engine that keeps everything in memory.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::builder().open_in_memory()
    }

    /// Returns the operations in the default account and region.
    #[must_use]
    pub fn lambda(&self) -> Lambda {
        self.lambda_in(self.engine.default_caller.clone())
    }

    /// Returns the operations in an account and region.
    #[must_use]
    pub fn lambda_in(&self, caller: Caller) -> Lambda {
        Lambda::new(self.clone(), caller)
    }

    /// Returns the default account and region.
    #[must_use]
    pub fn default_caller(&self) -> &Caller {
        &self.engine.default_caller
    }

    /// Begins to take in a deployment package.
    ///
    /// # Errors
    /// [`Error`] if there is no place for it.
    pub fn package_writer(&self) -> Result<PackageWriter, Error> {
        Ok(PackageWriter::new(self.engine.store.backend().blobs().stage()?))
    }

    /// Returns engine time: the clock, but never before anything that was stored or told.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp(self.engine.store.now_ms())
    }

    /// Draws an id for a request, as a UUID.
    #[must_use]
    pub fn new_request_id(&self) -> String {
        let id = funclet_storage::TxnId::from_bytes(self.engine.ids.bytes());
        id.to_string()
    }

    /// Stores transitions that are due and clears away what deleted functions have left; returns how much was done.
    ///
    /// Nothing depends on it but the promptness of events and the space that deleted versions take.
    ///
    /// # Errors
    /// [`Error`] of the store; the rest is done with the next call.
    pub fn settle(&self) -> Result<usize, Error> {
        Ok(self.engine.store.settle()?)
    }

    /// Deletes every function of one account, or of all, in every region.
    ///
    /// # Errors
    /// [`Error`] of the store; functions deleted before it stay deleted.
    pub fn reset(&self, account: Option<&AccountId>) -> Result<(), Error> {
        let mut after = None;
        loop {
            let scopes = self.engine.store.backend().scopes(after.as_ref(), 64).map_err(Error::failed)?;
            let Some(last) = scopes.last() else { break };
            after = Some(last.clone());
            for caller in scopes.iter().filter_map(FunctionStore::caller_of) {
                if account.is_none_or(|account| caller.account == *account) {
                    self.delete_functions(&caller)?;
                }
            }
        }
        self.settle().map(drop)
    }

    fn delete_functions(&self, caller: &Caller) -> Result<(), Error> {
        let store = &self.engine.store;
        loop {
            let page = store.look(caller, ListFunctionsRequest::default().validate(caller)?)?;
            if page.functions.is_empty() {
                return Ok(());
            }
            for function in page.functions {
                let target = DeletionTarget::Function;
                match store.run(caller, DeleteFunction { function_name: function.function_name, target }) {
                    // Somebody else was faster.
                    Err(Failure::Refused(ServiceError::FunctionNotFound { .. })) => {}
                    deleted => deleted?,
                }
            }
        }
    }

    /// Returns at most `limit` committed operations with events after `after`, each account and region in its order.
    ///
    /// # Errors
    /// [`Error`] if they cannot be read.
    pub fn events(&self, after: Position, limit: usize) -> Result<Feed, Error> {
        let batches = match self.engine.store.backend().events(after, limit).map_err(Error::failed)? {
            Events::Lost { oldest } => return Ok(Feed::Lost { oldest }),
            Events::Batches(batches) => batches,
        };
        let position = batches.last().map_or(after, |batch| batch.position);
        let mut next = Vec::with_capacity(batches.len());
        for batch in batches {
            let Some(caller) = FunctionStore::caller_of(&batch.scope) else { continue };
            let events = batch.events.iter().filter_map(|event| Event::decode(event).transpose());
            let events = events.collect::<Result<_, _>>().map_err(Error::failed)?;
            next.push(OperationEvents { position: batch.position, caller, events });
        }
        Ok(Feed::Next(next, position))
    }

    /// Signs a link to a package.
    #[must_use]
    pub fn sign_package_link(&self, digest: &BlobDigest, expires: Timestamp) -> PackageLink {
        self.engine.links.sign(digest, expires)
    }

    /// Opens the package that a link names.
    ///
    /// # Errors
    /// [`LinkError`].
    pub fn open_package_link(&self, link: &PackageLink) -> Result<BlobReader, LinkError> {
        self.engine.links.open(link, self.now(), self.engine.store.backend())
    }

    /// Finishes what is in flight and closes the store. Later operations fail. Dropping the last handle does the same.
    ///
    /// # Errors
    /// [`Error`] if the last writes failed; what was acknowledged is durable all the same.
    pub fn close(&self) -> Result<(), Error> {
        Ok(self.engine.store.backend().close()?)
    }
}

impl std::fmt::Debug for Funclet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Funclet").field("default_caller", &self.engine.default_caller).finish_non_exhaustive()
    }
}
