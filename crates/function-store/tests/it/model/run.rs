//! Does the same to the store and to the model, and compares.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use funclet_function_store::{FunctionConfiguration, NewCode, Reason, ServiceError, Transitions};
use funclet_validation::{
    CreateFunctionRequest, PublishVersionRequest, RevisionId, UpdateFunctionCodeRequest,
    UpdateFunctionConfigurationRequest, Version,
};

use super::expected::{Entity, Expected, FAILURE, Function, bytes, failure};
use super::operation::{BROKEN, CODES, DELAY_MS, Mode, NAMES, Operation, QUOTA, Revision};
use crate::events::{Follower, feed};
use crate::package_reports::unextractable;
use crate::world::{World, configure_request, create_request, line_of, publish_request, update_request, zip};

pub(crate) struct Run {
    world: World,
    expected: Expected,
    mode: Mode,
    /// All RevisionIds that were ever told.
    seen: BTreeSet<RevisionId>,
}

type Answer = Result<FunctionConfiguration, ServiceError>;

impl Run {
    pub(crate) fn new(world: World) -> Self {
        let (expected, mode, seen) = (Expected::default(), Mode::Immediate, BTreeSet::new());
        Self { world: world.with_quota(QUOTA), expected, mode, seen }
    }

    pub(crate) fn step(&mut self, operation: &Operation) {
        let now_ms = self.world.store.now_ms();
        self.expected.pass(now_ms);
        match *operation {
            Operation::Create { name, code, publish } => self.create(NAMES[name], code, publish, now_ms),
            Operation::Update { name, code, publish, dry_run, arm, revision } => {
                let request = UpdateFunctionCodeRequest {
                    publish: Some(publish),
                    dry_run: Some(dry_run),
                    architectures: arm.map(|arm| vec![architecture(arm).into()]),
                    revision_id: self.revision(NAMES[name], revision),
                    ..update_request(NAMES[name])
                };
                let answer = self.world.update_with(request.clone(), Ok(package(code)));
                self.updated(NAMES[name], code, &request, answer, now_ms);
            }
            Operation::Configure { name, description, revision } => {
                let name = NAMES[name];
                let request = UpdateFunctionConfigurationRequest {
                    description: description
                        .map(|long| if long { "configured".into() } else { String::new() }),
                    revision_id: self.revision(name, revision),
                    ..configure_request(name)
                };
                let answer = self.world.configure_with(request.clone());
                self.configured(name, &request, answer, now_ms);
            }
            Operation::Tag { name, removes } => {
                let name = NAMES[name];
                let tagged = if removes {
                    self.world.untag(name, &["key"])
                } else {
                    self.world.tag(name, [("key", "value")])
                };
                match self.expected.functions.get_mut(name) {
                    None => assert_eq!(tagged, Err(self.not_found(name))),
                    Some(function) => {
                        assert_eq!(tagged, Ok(()));
                        function.latest.revision = None;
                    }
                }
            }
            Operation::Publish { name, description, right_code, revision } => {
                let name = NAMES[name];
                let current =
                    self.expected.functions.get(name).map_or("", |function| CODES[function.latest.code]);
                let request = PublishVersionRequest {
                    description: description
                        .map(|long| if long { "described".into() } else { String::new() }),
                    code_sha256: right_code.map(|right| if right { sha(current) } else { "wrong".into() }),
                    revision_id: self.revision(name, revision),
                    ..publish_request(name)
                };
                let answer = self.world.publish_with(request.clone());
                self.published(name, &request, answer, now_ms);
            }
            Operation::Delete { name } => {
                let deleted = self.world.delete(NAMES[name], None);
                match self.expected.functions.remove(NAMES[name]) {
                    None => assert_eq!(deleted, Err(self.not_found(NAMES[name]))),
                    Some(function) => {
                        assert_eq!(deleted, Ok(()));
                        self.expected.unswept.extend(function.versions.values().map(|version| version.code));
                    }
                }
            }
            Operation::DeleteVersion { name, number } => {
                let deleted = self.world.delete(NAMES[name], Some(&number.to_string()));
                match self.expected.functions.get_mut(NAMES[name]) {
                    None => assert_eq!(deleted, Err(self.not_found(NAMES[name]))),
                    Some(function) => {
                        assert_eq!(deleted, Ok(()));
                        function.versions.remove(&number);
                    }
                }
            }
            Operation::Complete { name, fails } => self.complete(NAMES[name], fails),
            Operation::Settle => {
                self.world.settle();
                self.expected.unswept.clear();
            }
            Operation::Pass { ms } => self.world.clock.advance(Duration::from_millis(ms)),
            Operation::Reopen { mode } => {
                self.mode = mode;
                self.world.reopen(match mode {
                    Mode::Immediate => Transitions::Immediate,
                    Mode::After => Transitions::After(Duration::from_millis(DELAY_MS)),
                    Mode::Manual => Transitions::Manual,
                });
            }
        }
    }

    fn due_at(&self, now_ms: u64) -> Option<u64> {
        match self.mode {
            Mode::Immediate => Some(0),
            Mode::After => Some(now_ms + DELAY_MS),
            Mode::Manual => None,
        }
    }

    fn not_found(&self, name: &str) -> ServiceError {
        ServiceError::FunctionNotFound { arn: self.world.caller.function_arn(&name.parse().unwrap()) }
    }

    fn in_progress(&self, name: &str) -> ServiceError {
        ServiceError::UpdateInProgress { arn: self.world.caller.function_arn(&name.parse().unwrap()) }
    }

    fn revision(&self, name: &str, revision: Revision) -> Option<String> {
        let current = self.world.detail(name).ok().map(|detail| detail.configuration.revision_id);
        match revision {
            Revision::Absent => None,
            Revision::Current => Some(current.map_or_else(|| "none".into(), |current| current.to_string())),
            Revision::Stale => {
                let other = self.seen.iter().find(|seen| Some(**seen) != current);
                Some(other.map_or_else(|| "none".into(), ToString::to_string))
            }
        }
    }

    fn create(&mut self, name: &'static str, code: usize, publish: bool, now_ms: u64) {
        let request = CreateFunctionRequest { publish: Some(publish), ..create_request(name) };
        let answer = self.world.create_with(request, Ok(package(code)));
        let uses = if publish { 2 } else { 1 };
        if self.expected.functions.contains_key(name) {
            assert_eq!(answer, Err(ServiceError::FunctionExists { name: name.parse().unwrap() }));
        } else if self.expected.passes_quota(uses * bytes(code), 0) {
            assert_eq!(answer, Err(ServiceError::CodeStorageExceeded));
        } else {
            let mut latest = Entity::creating(code, false, now_ms, self.due_at(now_ms));
            let mut versions = BTreeMap::new();
            if publish {
                let mut version = latest.clone();
                self.observe(&mut version, Version::Number(1), &answer.unwrap());
                versions.insert(1, version);
            } else {
                self.observe(&mut latest, Version::Latest, &answer.unwrap());
            }
            let (next_version, published_as) = (uses, publish.then_some(1));
            self.expected.functions.insert(name, Function { latest, versions, next_version, published_as });
        }
    }

    /// The function as an update finds it, or why none is possible.
    fn changeable(&self, name: &'static str, revision_id: Option<&String>) -> Result<Function, ServiceError> {
        let function = self.expected.functions.get(name).ok_or_else(|| self.not_found(name))?;
        if is_stale(function, revision_id) {
            return Err(ServiceError::RevisionMismatch);
        }
        if function.latest.pending.is_some() {
            return Err(self.in_progress(name));
        }
        Ok(function.clone())
    }

    fn updated(
        &mut self,
        name: &'static str,
        code: usize,
        request: &UpdateFunctionCodeRequest<()>,
        answer: Answer,
        now_ms: u64,
    ) {
        let mut function = match self.changeable(name, request.revision_id.as_ref()) {
            Ok(function) => function,
            Err(refusal) => return assert_eq!(answer, Err(refusal)),
        };
        let (publish, freed) = (request.publish == Some(true), bytes(function.latest.code));
        let arm = request.architectures.as_ref().map(|architectures| architectures[0] == architecture(true));
        function.latest.code = code;
        function.latest.arm = arm.unwrap_or(function.latest.arm);
        if request.dry_run == Some(true) {
            return self.observe(&mut function.latest, Version::Latest, &answer.unwrap());
        }
        if self.expected.passes_quota(if publish { 2 } else { 1 } * bytes(code), freed) {
            return assert_eq!(answer, Err(ServiceError::CodeStorageExceeded));
        }
        function.latest.begin_update(now_ms, self.due_at(now_ms));
        function.published_as = publish.then_some(function.next_version);
        if publish {
            let mut version = function.latest.clone();
            version.begin_creation(self.due_at(now_ms), failure(code));
            self.observe(&mut version, Version::Number(function.next_version), &answer.unwrap());
            function.versions.insert(function.next_version, version);
            function.next_version += 1;
        } else {
            self.observe(&mut function.latest, Version::Latest, &answer.unwrap());
        }
        self.expected.functions.insert(name, function);
    }

    fn configured(
        &mut self,
        name: &'static str,
        request: &UpdateFunctionConfigurationRequest,
        answer: Answer,
        now_ms: u64,
    ) {
        let mut function = match self.changeable(name, request.revision_id.as_ref()) {
            Ok(function) => function,
            Err(refusal) => return assert_eq!(answer, Err(refusal)),
        };
        if let Some(description) = &request.description {
            function.latest.description.clone_from(description);
        }
        function.latest.begin_update(now_ms, self.due_at(now_ms));
        function.published_as = None;
        self.observe(&mut function.latest, Version::Latest, &answer.unwrap());
        self.expected.functions.insert(name, function);
    }

    fn published(
        &mut self,
        name: &'static str,
        request: &PublishVersionRequest,
        answer: Answer,
        now_ms: u64,
    ) {
        let mut function = match self.changeable(name, request.revision_id.as_ref()) {
            Ok(function) => function,
            Err(refusal) => return assert_eq!(answer, Err(refusal)),
        };
        let code = function.latest.code;
        if request.code_sha256.as_ref().is_some_and(|sent| *sent != sha(CODES[code])) {
            return assert!(matches!(answer, Err(ServiceError::CodeShaMismatch { .. })), "{answer:?}");
        }
        let before = function.published_as.filter(|number| function.versions.contains_key(number));
        if let Some(number) = before {
            let version = function.versions.get_mut(&number).unwrap();
            self.observe(version, Version::Number(number), &answer.unwrap());
        } else if self.expected.passes_quota(bytes(code), 0) {
            return assert_eq!(answer, Err(ServiceError::CodeStorageExceeded));
        } else {
            let number = function.next_version;
            let mut version = Entity { revision: None, ..function.latest.clone() };
            if version.failed.is_some() {
                version.begin_creation(self.due_at(now_ms), version.failed);
            }
            version.description = request.description.clone().unwrap_or(version.description);
            self.observe(&mut version, Version::Number(number), &answer.unwrap());
            function.versions.insert(number, version);
            (function.next_version, function.published_as) = (number + 1, Some(number));
            function.latest.revision = None;
        }
        self.expected.functions.insert(name, function);
    }

    fn complete(&mut self, name: &'static str, fails: bool) {
        if let Some(function) = self.expected.functions.get_mut(name) {
            let reason = Reason { code: FAILURE.into(), text: "of a test".into() };
            self.world.complete(name, fails.then_some(reason));
            function.entities().for_each(|entity| entity.end(fails.then_some(FAILURE)));
        }
    }

    /// Compares an answer with what it should be; a revision that is new must be one that nobody has ever seen.
    fn observe(&mut self, entity: &mut Entity, version: Version, told: &FunctionConfiguration) {
        assert_eq!(told.version, version);
        assert_eq!(line_of(told), format!("{} {}", entity.state, entity.update));
        assert_eq!(told.code_sha256.to_string(), sha(CODES[entity.code]));
        assert_eq!(
            (told.code_size, told.architecture.to_string().as_str()),
            (bytes(entity.code), architecture(entity.arm))
        );
        assert_eq!(told.description, entity.description);
        assert_eq!(told.last_modified.0, entity.last_modified_ms);
        match entity.revision {
            Some(revision) => assert_eq!(told.revision_id, revision),
            None => assert!(self.seen.insert(told.revision_id), "{} came twice", told.revision_id),
        }
        entity.revision = Some(told.revision_id);
    }

    /// Compares everything that can be read, and what is stored beside it.
    pub(crate) fn compare(&mut self, when: &str) {
        self.expected.pass(self.world.store.now_ms());
        for name in NAMES {
            let Some(mut function) = self.expected.functions.remove(name) else {
                assert_eq!(self.world.detail(name), Err(self.not_found(name)), "{when}");
                continue;
            };
            self.observe(&mut function.latest, Version::Latest, &self.world.get(name));
            for number in 1..function.next_version + 1 {
                let found = self.world.detail(&format!("{name}:{number}"));
                match function.versions.get_mut(&number) {
                    Some(version) => {
                        self.observe(version, Version::Number(number), &found.unwrap().configuration);
                    }
                    None => assert!(found.is_err(), "{when}: version {number} of {name} is there"),
                }
            }
            self.expected.functions.insert(name, function);
        }
        assert_eq!(self.world.references(), self.expected.references(), "{when}");
        assert_eq!(self.world.code_bytes(), self.expected.code_bytes(), "{when}");
    }

    /// Whoever has followed the feed from the begin knows all functions, versions and revisions.
    pub(crate) fn compare_feed(&mut self) {
        self.world.settle();
        let known = Follower::follow(&feed(&self.world));
        let bytes = |entity: &Entity| *entity.revision.unwrap().as_bytes();
        let of = |function: &Function| {
            let versions = function.versions.iter().map(|(number, version)| (*number, bytes(version)));
            (bytes(&function.latest), versions.collect())
        };
        let functions = &self.expected.functions;
        assert_eq!(
            known.0,
            functions.iter().map(|(name, function)| ((*name).to_owned(), of(function))).collect()
        );
    }
}

fn is_stale(function: &Function, sent: Option<&String>) -> bool {
    sent.is_some_and(|sent| {
        Some(sent) != function.latest.revision.map(|revision| revision.to_string()).as_ref()
    })
}

fn package(code: usize) -> NewCode {
    if code == BROKEN { unextractable(CODES[code]) } else { zip(CODES[code]) }
}

fn architecture(arm: bool) -> &'static str {
    if arm { "arm64" } else { "x86_64" }
}

fn sha(content: &str) -> String {
    funclet_validation::CodeSha256::from_zip_digest(*crate::world::digest(content).as_bytes()).to_string()
}
