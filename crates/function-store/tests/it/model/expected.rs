//! What the store should have: as simple as it can be said.

use std::collections::BTreeMap;

use funclet_storage::BlobDigest;
use funclet_validation::RevisionId;

use super::operation::{BROKEN, CODES, QUOTA};

/// `$LATEST` or a version.
#[derive(Debug, Clone)]
pub(crate) struct Entity {
    pub(crate) code: usize,
    pub(crate) arm: bool,
    pub(crate) description: String,
    pub(crate) last_modified_ms: u64,
    /// `None` while nobody has seen it: then it must be one that never was before.
    pub(crate) revision: Option<RevisionId>,
    /// State and its reason code.
    pub(crate) state: String,
    /// LastUpdateStatus and its reason code.
    pub(crate) update: String,
    pub(crate) pending: Option<Pending>,
    /// Why what ended last has failed.
    pub(crate) failed: Option<&'static str>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Pending {
    pub(crate) creates: bool,
    /// `None`: by hand.
    pub(crate) at_ms: Option<u64>,
    /// Why it will fail.
    pub(crate) failure: Option<&'static str>,
}

#[derive(Debug, Clone)]
pub(crate) struct Function {
    pub(crate) latest: Entity,
    pub(crate) versions: BTreeMap<u64, Entity>,
    pub(crate) next_version: u64,
    pub(crate) published_as: Option<u64>,
}

#[derive(Debug, Default)]
pub(crate) struct Expected {
    pub(crate) functions: BTreeMap<&'static str, Function>,
    /// The code of versions that were deleted with their function and not yet swept away.
    pub(crate) unswept: Vec<usize>,
}

/// Why somebody lets things fail.
pub(crate) const FAILURE: &str = "Because";

/// Why whatever begins with this code fails.
pub(crate) fn failure(code: usize) -> Option<&'static str> {
    (code == BROKEN).then_some("InvalidZipFileException")
}

impl Entity {
    pub(crate) fn creating(code: usize, arm: bool, now_ms: u64, at_ms: Option<u64>) -> Self {
        let last_modified_ms = now_ms;
        let mut entity = Self {
            code,
            arm,
            description: String::new(),
            last_modified_ms,
            revision: None,
            state: String::new(),
            update: String::new(),
            pending: None,
            failed: None,
        };
        entity.begin_creation(at_ms, failure(code));
        entity
    }

    pub(crate) fn begin_creation(&mut self, at_ms: Option<u64>, failure: Option<&'static str>) {
        (self.state, self.update, self.revision) = ("Pending Creating".into(), "- -".into(), None);
        self.pending = Some(Pending { creates: true, at_ms, failure });
    }

    pub(crate) fn begin_update(&mut self, now_ms: u64, at_ms: Option<u64>) {
        (self.update, self.revision) = ("InProgress Creating".into(), None);
        self.last_modified_ms = now_ms / 1000 * 1000;
        self.pending = Some(Pending { creates: false, at_ms, failure: failure(self.code) });
    }

    pub(crate) fn end(&mut self, by_hand: Option<&'static str>) {
        let Some(pending) = self.pending.take() else { return };
        self.revision = None;
        self.failed = pending.failure.or(by_hand);
        match (pending.creates, self.failed) {
            (_, None) => (self.state, self.update) = ("Active -".into(), "Successful -".into()),
            (true, Some(why)) => self.state = format!("Failed {why}"),
            (false, Some(why)) => self.update = format!("Failed {why}"),
        }
    }

    fn pass(&mut self, now_ms: u64) {
        if self.pending.is_some_and(|pending| pending.at_ms.is_some_and(|at_ms| at_ms <= now_ms)) {
            self.end(None);
        }
    }
}

impl Function {
    pub(crate) fn entities(&mut self) -> impl Iterator<Item = &mut Entity> {
        std::iter::once(&mut self.latest).chain(self.versions.values_mut())
    }

    fn codes(&self) -> impl Iterator<Item = usize> {
        std::iter::once(self.latest.code).chain(self.versions.values().map(|version| version.code))
    }
}

impl Expected {
    /// Lets everything end that is due.
    pub(crate) fn pass(&mut self, now_ms: u64) {
        self.functions.values_mut().flat_map(Function::entities).for_each(|entity| entity.pass(now_ms));
    }

    pub(crate) fn code_bytes(&self) -> u64 {
        self.functions.values().flat_map(Function::codes).map(bytes).sum()
    }

    /// Whether `added` bytes more and `freed` bytes less pass the quota.
    pub(crate) fn passes_quota(&self, added: u64, freed: u64) -> bool {
        added > freed && self.code_bytes() + added - freed > QUOTA
    }

    pub(crate) fn references(&self) -> BTreeMap<BlobDigest, u64> {
        let held = self.functions.values().flat_map(Function::codes);
        let mut counts = BTreeMap::new();
        for code in held.chain(self.unswept.iter().copied()) {
            *counts.entry(BlobDigest::of(CODES[code].as_bytes())).or_default() += 1;
        }
        counts
    }
}

pub(crate) fn bytes(code: usize) -> u64 {
    CODES[code].len() as u64
}
