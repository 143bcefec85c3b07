//! A store on one of the backends, with a clock that the test moves, and short ways to say requests.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::{Arc, mpsc};

use funclet_function_store::{
    CodeInspection, Command, CreateFunctionWith, Failure, Fetched, FunctionConfiguration, FunctionDetail,
    FunctionStore, NewCode, Query, Reason, ServiceError, Status, StoreParts, Transitions, UpdateCode,
    UpdateConfiguration,
};
use funclet_storage::{
    Backend, BlobDigest, CommitError, LocalBackend, LocalOptions, MemoryBackend, Scope, Value,
};
use funclet_testkit::{ManualClock, RemoteLike, SeededEntropy, SimVfs};
use funclet_validation::{
    Caller, CreateFunctionRequest, DeleteFunctionRequest, FunctionCode, GetFunctionRequest,
    PublishVersionRequest, TagResourceRequest, UntagResourceRequest, UpdateFunctionCodeRequest,
    UpdateFunctionConfigurationRequest,
};

use crate::front::Front;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Memory,
    Local,
    Remote,
    /// With the seed of its moods.
    Chaos(u64),
}

/// The default time of the clock.
pub(crate) const NOON_MS: u64 = 1_700_000_000_123;

pub(crate) const QUOTA_BYTES: u64 = 80_530_636_800;
pub(crate) const CONCURRENT_EXECUTIONS: u32 = 1000;

pub(crate) struct World {
    kind: Kind,
    vfs: SimVfs,
    ids: Arc<SeededEntropy>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) backend: Arc<dyn Backend>,
    pub(crate) store: FunctionStore,
    pub(crate) caller: Caller,
    quota_bytes: u64,
    concurrent_executions: u32,
    /// Counts operations, so that every second one is submitted and the others block.
    turn: Cell<u64>,
}

pub(crate) fn caller() -> Caller {
    Caller { account: "111122223333".parse().unwrap(), region: "eu-central-1".parse().unwrap() }
}

fn open_backend(kind: Kind, vfs: &SimVfs, ids: &Arc<SeededEntropy>) -> Arc<dyn Backend> {
    match kind {
        Kind::Memory => Arc::new(MemoryBackend::new()),
        Kind::Local => {
            let ids = Arc::clone(ids);
            Arc::new(LocalBackend::open(&LocalOptions::new("store", ids).vfs(Arc::new(vfs.clone()))).unwrap())
        }
        Kind::Remote => Arc::new(RemoteLike::new(1)),
        Kind::Chaos(seed) => Arc::new(Front::resolving(Arc::new(RemoteLike::chaotic(seed)))),
    }
}

impl World {
    /// A new store whose transitions are finished at once.
    pub(crate) fn new(kind: Kind) -> Self {
        let (vfs, ids) = (SimVfs::new(), Arc::new(SeededEntropy::new(7)));
        let backend = open_backend(kind, &vfs, &ids);
        Self::on(kind, vfs, ids, backend)
    }

    /// A store on a backend of the test's.
    pub(crate) fn on_backend(backend: Arc<dyn Backend>) -> Self {
        Self::on(Kind::Memory, SimVfs::new(), Arc::new(SeededEntropy::new(7)), backend)
    }

    fn on(kind: Kind, vfs: SimVfs, ids: Arc<SeededEntropy>, backend: Arc<dyn Backend>) -> Self {
        let clock = Arc::new(ManualClock::at(NOON_MS));
        let store = FunctionStore::new(StoreParts {
            backend: Arc::clone(&backend),
            clock: clock.clone(),
            ids: ids.clone(),
            transitions: Transitions::Immediate,
            code_bytes_max: QUOTA_BYTES,
            concurrent_executions_max: CONCURRENT_EXECUTIONS,
        });
        let (caller, turn) = (caller(), Cell::new(0));
        let (quota_bytes, concurrent_executions) = (QUOTA_BYTES, CONCURRENT_EXECUTIONS);
        Self { kind, vfs, ids, clock, backend, store, caller, quota_bytes, concurrent_executions, turn }
    }

    /// Puts another store on the same backend, as another process does that has a clock of its own.
    pub(crate) fn front_end(&self, transitions: Transitions, clock: Arc<ManualClock>) -> FunctionStore {
        FunctionStore::new(StoreParts {
            backend: Arc::clone(&self.backend),
            clock,
            ids: self.ids.clone(),
            transitions,
            code_bytes_max: self.quota_bytes,
            concurrent_executions_max: self.concurrent_executions,
        })
    }

    pub(crate) fn with(mut self, transitions: Transitions) -> Self {
        self.reopen(transitions);
        self
    }

    pub(crate) fn with_quota(mut self, bytes: u64) -> Self {
        self.quota_bytes = bytes;
        self.reopen(Transitions::Immediate);
        self
    }

    pub(crate) fn with_concurrent_executions(mut self, executions: u32) -> Self {
        self.concurrent_executions = executions;
        self.reopen(Transitions::Immediate);
        self
    }

    /// Ends the process and begins another one on the same data.
    pub(crate) fn reopen(&mut self, transitions: Transitions) {
        if self.kind == Kind::Local {
            self.backend.close().unwrap();
            self.backend = open_backend(self.kind, &self.vfs, &self.ids);
        }
        self.store = self.front_end(transitions, Arc::clone(&self.clock));
    }

    fn attempt<C: Command + Clone>(&self, command: C) -> Result<C::Answer, Failure> {
        self.turn.set(self.turn.get() + 1);
        if self.turn.get().is_multiple_of(2) {
            return self.store.run(&self.caller, command);
        }
        let (tell, told) = mpsc::channel();
        self.store.submit(&self.caller, command, move |outcome| tell.send(outcome).unwrap());
        told.recv().unwrap()
    }

    /// Runs a command; one that ended in a conflict is tried again, as a caller would.
    pub(crate) fn run<C: Command + Clone>(&self, command: C) -> Result<C::Answer, ServiceError> {
        loop {
            match self.attempt(command.clone()) {
                Ok(answer) => return Ok(answer),
                Err(Failure::Refused(error)) => return Err(error),
                Err(failure) => assert!(is_conflict(&failure), "{failure:?}"),
            }
        }
    }

    pub(crate) fn look<Q: Query + Clone>(&self, query: Q) -> Result<Q::Answer, ServiceError> {
        self.turn.set(self.turn.get() + 1);
        let outcome = if self.turn.get().is_multiple_of(2) {
            self.store.look(&self.caller, query)
        } else {
            let (tell, told) = mpsc::channel();
            self.store.submit_query(&self.caller, query, move |outcome| tell.send(outcome).unwrap());
            told.recv().unwrap()
        };
        outcome.map_err(|failure| match failure {
            Failure::Refused(error) => error,
            other => panic!("{other:?}"),
        })
    }

    /// Settles until nothing fails and nothing is left.
    pub(crate) fn settle(&self) {
        loop {
            match self.store.settle() {
                Ok(0) => return,
                Ok(_) => {}
                Err(failure) => assert!(is_conflict(&failure), "{failure:?}"),
            }
        }
    }

    pub(crate) fn complete(&self, name: &str, failure: Option<Reason>) -> usize {
        let name = name.parse().unwrap();
        loop {
            match self.store.complete_transitions(&self.caller, &name, failure.clone()) {
                Ok(finished) => return finished,
                Err(failure) => assert!(is_conflict(&failure), "{failure:?}"),
            }
        }
    }

    pub(crate) fn create_with(
        &self,
        request: CreateFunctionRequest<()>,
        fetched: Fetched,
    ) -> Result<FunctionConfiguration, ServiceError> {
        let request = request.validate(&self.caller).unwrap();
        self.run(CreateFunctionWith { request, fetched, foreign_layers: Vec::new() })
    }

    pub(crate) fn create(&self, name: &str, content: &str) -> FunctionConfiguration {
        self.create_with(create_request(name), Ok(zip(content))).unwrap()
    }

    pub(crate) fn create_published(&self, name: &str, content: &str) -> FunctionConfiguration {
        let request = CreateFunctionRequest { publish: Some(true), ..create_request(name) };
        self.create_with(request, Ok(zip(content))).unwrap()
    }

    pub(crate) fn update_with(
        &self,
        request: UpdateFunctionCodeRequest<()>,
        fetched: Fetched,
    ) -> Result<FunctionConfiguration, ServiceError> {
        let request = request.validate(&self.caller).unwrap();
        self.run(UpdateCode { request, fetched })
    }

    pub(crate) fn update(&self, name: &str, content: &str) -> FunctionConfiguration {
        self.update_with(update_request(name), Ok(zip(content))).unwrap()
    }

    pub(crate) fn update_published(&self, name: &str, content: &str) -> FunctionConfiguration {
        let request = UpdateFunctionCodeRequest { publish: Some(true), ..update_request(name) };
        self.update_with(request, Ok(zip(content))).unwrap()
    }

    pub(crate) fn configure_with(
        &self,
        request: UpdateFunctionConfigurationRequest,
    ) -> Result<FunctionConfiguration, ServiceError> {
        self.run(UpdateConfiguration::from(request.validate(&self.caller).unwrap()))
    }

    pub(crate) fn tag<const N: usize>(
        &self,
        name: &str,
        tags: [(&str, &str); N],
    ) -> Result<(), ServiceError> {
        let (resource, tags) = (Some(function_arn(name)), Some(tags.into_iter().collect()));
        self.run(TagResourceRequest { resource, tags }.validate(&self.caller).unwrap())
    }

    pub(crate) fn untag(&self, name: &str, keys: &[&str]) -> Result<(), ServiceError> {
        let tag_keys = Some(keys.iter().map(|key| (*key).to_owned()).collect());
        let request = UntagResourceRequest { resource: Some(function_arn(name)), tag_keys };
        self.run(request.validate(&self.caller).unwrap())
    }

    pub(crate) fn publish_with(
        &self,
        request: PublishVersionRequest,
    ) -> Result<FunctionConfiguration, ServiceError> {
        self.run(request.validate(&self.caller).unwrap())
    }

    pub(crate) fn publish(&self, name: &str) -> FunctionConfiguration {
        self.publish_with(publish_request(name)).unwrap()
    }

    /// Deletes a function, or the version that `qualifier` names.
    pub(crate) fn delete(&self, name: &str, qualifier: Option<&str>) -> Result<(), ServiceError> {
        let request =
            DeleteFunctionRequest { function_name: Some(name.into()), qualifier: qualifier.map(Into::into) };
        self.run(request.validate(&self.caller).unwrap())
    }

    pub(crate) fn detail(&self, name: &str) -> Result<FunctionDetail, ServiceError> {
        let request = GetFunctionRequest { function_name: Some(name.into()), qualifier: None };
        self.look(request.validate(&self.caller).unwrap())
    }

    /// Reads a function, or a version of it as `name:1`.
    pub(crate) fn get(&self, name: &str) -> FunctionConfiguration {
        self.detail(name).unwrap().configuration
    }

    pub(crate) fn scope(&self) -> Scope {
        Scope::new(&format!("{}/{}", self.caller.account, self.caller.region)).unwrap()
    }

    /// Everything that the account has in the region, as it is stored.
    pub(crate) fn dump(&self, prefix: &[u8]) -> BTreeMap<Vec<u8>, Value> {
        let mut found = BTreeMap::new();
        loop {
            let after: Option<Vec<u8>> = found.last_key_value().map(|(key, _): (&Vec<u8>, _)| key.clone());
            let mut page = None;
            let scope = self.scope();
            self.backend
                .read(&scope, &mut |view| {
                    page = Some(view.scan(prefix, after.as_deref(), 100)?);
                    Ok(())
                })
                .unwrap();
            let page = page.unwrap();
            found.extend(page.entries);
            if !page.more {
                return found;
            }
        }
    }

    /// How many references are counted to each blob.
    pub(crate) fn references(&self) -> BTreeMap<BlobDigest, u64> {
        let digest = |key: &[u8]| BlobDigest::from_bytes(key[2..].try_into().unwrap());
        let count = |value: &Value| u64::from_le_bytes(value.payload()[8..].try_into().unwrap());
        self.dump(b"b/").iter().map(|(key, value)| (digest(key), count(value))).collect()
    }

    /// The bytes that count against the quota.
    pub(crate) fn code_bytes(&self) -> u64 {
        self.counter(b"c/code-bytes")
    }

    /// The executions that functions have reserved.
    pub(crate) fn reserved_concurrency(&self) -> u64 {
        self.counter(b"c/reserved-concurrency")
    }

    fn counter(&self, key: &[u8]) -> u64 {
        self.dump(key).values().map(|value| u64::from_le_bytes(value.payload().try_into().unwrap())).sum()
    }
}

pub(crate) fn is_conflict(failure: &Failure) -> bool {
    match failure {
        Failure::Failed(source) => {
            matches!(source.downcast_ref::<CommitError>(), Some(CommitError::Conflict))
        }
        _ => false,
    }
}

/// An archive whose bytes are `content`: nobody opens it here.
pub(crate) fn zip(content: &str) -> NewCode {
    let bytes = content.as_bytes().to_vec();
    NewCode::Zip {
        digest: BlobDigest::of(&bytes),
        size: bytes.len() as u64,
        unzipped_size: 2 * bytes.len() as u64,
        entry_count: 1,
        inline: Some(bytes.into()),
        inspection: CodeInspection::default(),
    }
}

pub(crate) fn image(uri: &str, digest: [u8; 32]) -> NewCode {
    let resolved_image_uri = format!("{uri}@sha256:{}", BlobDigest::from_bytes(digest));
    NewCode::Image { digest, image_uri: uri.into(), resolved_image_uri }
}

pub(crate) fn digest(content: &str) -> BlobDigest {
    BlobDigest::of(content.as_bytes())
}

pub(crate) fn create_request(name: &str) -> CreateFunctionRequest<()> {
    CreateFunctionRequest {
        function_name: Some(name.into()),
        runtime: Some("python3.13".into()),
        handler: Some("index.handler".into()),
        role: Some("arn:aws:iam::111122223333:role/any".into()),
        code: Some(FunctionCode { zip_file: Some(()), ..Default::default() }),
        ..Default::default()
    }
}

pub(crate) fn create_image_request(name: &str) -> CreateFunctionRequest<()> {
    CreateFunctionRequest {
        runtime: None,
        handler: None,
        package_type: Some("Image".into()),
        code: Some(FunctionCode { image_uri: Some("repo:1".into()), ..Default::default() }),
        ..create_request(name)
    }
}

pub(crate) fn update_request(name: &str) -> UpdateFunctionCodeRequest<()> {
    UpdateFunctionCodeRequest { function_name: Some(name.into()), zip_file: Some(()), ..Default::default() }
}

pub(crate) fn function_arn(name: &str) -> String {
    format!("arn:aws:lambda:eu-central-1:111122223333:function:{name}")
}

pub(crate) fn configure_request(name: &str) -> UpdateFunctionConfigurationRequest {
    UpdateFunctionConfigurationRequest { function_name: Some(name.into()), ..Default::default() }
}

pub(crate) fn publish_request(name: &str) -> PublishVersionRequest {
    PublishVersionRequest { function_name: Some(name.into()), ..Default::default() }
}

/// State, its reason code, LastUpdateStatus and its reason code, as one line.
pub(crate) fn line(status: Option<&Status>) -> String {
    let status = status.expect("a status");
    let code = |reason: &Option<Reason>| reason.as_ref().map_or("-".into(), |reason| reason.code.clone());
    let last_update = status.last_update.map_or("-", |last_update| last_update.as_str());
    format!(
        "{} {} {last_update} {}",
        status.state.as_str(),
        code(&status.state_reason),
        code(&status.last_update_reason)
    )
}

pub(crate) fn line_of(configuration: &FunctionConfiguration) -> String {
    line(configuration.status.as_ref())
}
