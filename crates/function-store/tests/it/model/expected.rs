//! What the store should have: as simple as it can be said.

use std::collections::BTreeMap;

use funclet_storage::BlobDigest;
use funclet_validation::RevisionId;

use super::operation::{CODES, QUOTA};

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
    pub(crate) state: &'static str,
    /// LastUpdateStatus and its reason code.
    pub(crate) update: &'static str,
    pub(crate) pending: Option<Pending>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Pending {
    pub(crate) creates: bool,
    /// `None`: by hand.
    pub(crate) at_ms: Option<u64>,
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

pub(crate) const FAILURE: &str = "Because";

impl Entity {
    pub(crate) fn creating(code: usize, arm: bool, now_ms: u64, at_ms: Option<u64>) -> Self {
        let last_modified_ms = now_ms;
        let mut entity = Self {
            code,
            arm,
            description: String::new(),
            last_modified_ms,
            revision: None,
            state: "",
            update: "",
            pending: None,
        };
        entity.begin_creation(at_ms);
        entity
    }

    pub(crate) fn begin_creation(&mut self, at_ms: Option<u64>) {
        (self.state, self.update, self.revision) = ("Pending Creating", "- -", None);
        self.pending = Some(Pending { creates: true, at_ms });
    }

    pub(crate) fn begin_update(&mut self, now_ms: u64, at_ms: Option<u64>) {
        (self.update, self.revision) = ("InProgress Creating", None);
        self.last_modified_ms = now_ms / 1000 * 1000;
        self.pending = Some(Pending { creates: false, at_ms });
    }

    pub(crate) fn end(&mut self, fails: bool) {
        let Some(pending) = self.pending.take() else { return };
        self.revision = None;
        match (pending.creates, fails) {
            (true, false) => (self.state, self.update) = ("Active -", "Successful -"),
            (true, true) => (self.state, self.update) = ("Failed Because", "- -"),
            (false, false) => self.update = "Successful -",
            (false, true) => self.update = "Failed Because",
        }
    }

    fn pass(&mut self, now_ms: u64) {
        if self.pending.is_some_and(|pending| pending.at_ms.is_some_and(|at_ms| at_ms <= now_ms)) {
            self.end(false);
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
