//! One function: `$LATEST`, its versions, and what operations do to them.

use std::collections::BTreeMap;

use funclet::{CodeSha256, LastUpdateStatus, Package, RevisionId, State, Version};

use super::answer::Refusal;
use super::expectation::{Expectation, Expected, ExpectedRevision};

/// The service returns no more than this, whatever is asked for.
const PAGE_ENTRIES_MAX: usize = 50;

const READY: (Option<State>, Option<LastUpdateStatus>) =
    (Some(State::Active), Some(LastUpdateStatus::Successful));
const CREATING: (Option<State>, Option<LastUpdateStatus>) = (Some(State::Pending), None);
const UPDATING: (Option<State>, Option<LastUpdateStatus>) =
    (Some(State::Active), Some(LastUpdateStatus::InProgress));

/// `$LATEST` or a version. Creations and updates are over as soon as they are answered, so nothing is ever in progress.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Entity {
    code_sha256: CodeSha256,
    description: String,
    /// `None` until somebody has seen it.
    revision: Option<RevisionId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Function {
    latest: Entity,
    versions: BTreeMap<u64, Entity>,
    next_version: u64,
    /// The version that `$LATEST` was published as, if nothing was changed since.
    published_as: Option<u64>,
}

/// The digest of a package, as answers show it.
pub(super) fn code_sha256(package: &Package) -> CodeSha256 {
    CodeSha256::from_zip_digest(*package.digest().as_bytes())
}

impl Entity {
    /// What a read shows.
    fn at_rest(&self, version: Version) -> Expected {
        let (state, last_update) = READY;
        let revision = self.revision.map_or(ExpectedRevision::New, ExpectedRevision::Known);
        let (code_sha256, description) = (self.code_sha256, self.description.clone());
        Expected { version, revision, code_sha256, description, state, last_update }
    }

    /// What the answer shows that begins a creation or update, with a RevisionId that ends with it.
    fn in_progress(
        &self,
        version: Version,
        (state, last_update): (Option<State>, Option<LastUpdateStatus>),
    ) -> Expected {
        Expected { revision: ExpectedRevision::Passing, state, last_update, ..self.at_rest(version) }
    }

    fn in_list(&self, version: Version) -> Expected {
        Expected { state: None, last_update: None, ..self.at_rest(version) }
    }
}

impl Function {
    pub(super) fn create(package: &Package, publish: bool) -> (Self, Expected) {
        let code_sha256 = code_sha256(package);
        let latest = Entity { code_sha256, description: String::new(), revision: None };
        let mut function = Self { latest, versions: BTreeMap::new(), next_version: 1, published_as: None };
        let expected = if publish {
            function.publish_pending()
        } else {
            function.latest.in_progress(Version::Latest, CREATING)
        };
        (function, expected)
    }

    /// Every change of `$LATEST` gives it a RevisionId that nobody has seen; so one that is sent was seen, or is wrong.
    pub(super) fn check_revision(&self, sent: Option<&str>) -> Result<(), Refusal> {
        let current = || self.latest.revision.map(|revision| revision.to_string());
        match sent {
            Some(sent) if Some(sent) != current().as_deref() => Err(Refusal::RevisionMismatch),
            _ => Ok(()),
        }
    }

    pub(super) fn check_code(&self, sent: Option<&str>) -> Result<(), Refusal> {
        match sent {
            Some(sent) if sent != self.latest.code_sha256.to_string() => Err(Refusal::CodeShaMismatch),
            _ => Ok(()),
        }
    }

    /// Shows `$LATEST` with other code.
    pub(super) fn dry_run(&self, package: &Package) -> Expected {
        Expected { code_sha256: code_sha256(package), ..self.latest.at_rest(Version::Latest) }
    }

    pub(super) fn update(&mut self, package: &Package, publish: bool) -> Expected {
        self.latest.code_sha256 = code_sha256(package);
        self.latest.revision = None;
        self.published_as = None;
        if publish { self.publish_pending() } else { self.latest.in_progress(Version::Latest, UPDATING) }
    }

    /// A change that changes nothing is an update as well.
    pub(super) fn configure(&mut self, description: Option<&str>) -> Expected {
        if let Some(description) = description {
            self.latest.description = description.into();
        }
        self.latest.revision = None;
        self.published_as = None;
        self.latest.in_progress(Version::Latest, UPDATING)
    }

    /// Publishes with a creation or update: the answer shows a version that is being created.
    fn publish_pending(&mut self) -> Expected {
        let number = self.add_version(self.latest.clone());
        self.latest.in_progress(Version::Number(number), CREATING)
    }

    /// Publishes what was changed since the last time. What was not is shown as it was published.
    pub(super) fn publish(&mut self, description: Option<&str>) -> Expected {
        let unchanged = self.published_as.and_then(|number| Some((number, self.versions.get(&number)?)));
        if let Some((number, version)) = unchanged {
            return version.at_rest(Version::Number(number));
        }
        // Both get new revisions.
        self.latest.revision = None;
        let mut version = self.latest.clone();
        if let Some(description) = description {
            version.description = description.into();
        }
        let expected = version.at_rest(Version::Number(self.next_version));
        self.add_version(version);
        expected
    }

    /// Adds a version under the next number, which no other version of the function has or had.
    fn add_version(&mut self, version: Entity) -> u64 {
        let number = self.next_version;
        self.versions.insert(number, version);
        self.next_version += 1;
        self.published_as = Some(number);
        number
    }

    /// A version that does not exist is no complaint.
    pub(super) fn delete_version(&mut self, number: u64) {
        self.versions.remove(&number);
    }

    pub(super) fn get(&self, version: Version) -> Result<Expected, Refusal> {
        let found = match version {
            Version::Latest => Some(&self.latest),
            Version::Number(number) => self.versions.get(&number),
        };
        found.map(|entity| entity.at_rest(version)).ok_or(Refusal::FunctionNotFound)
    }

    /// The first page of the versions.
    pub(super) fn page(&self, max_items: Option<u32>) -> Expectation {
        let asked = max_items.map_or(PAGE_ENTRIES_MAX, |items| usize::try_from(items).unwrap_or(usize::MAX));
        let versions: Vec<_> = self.all().take(asked.min(PAGE_ENTRIES_MAX)).collect();
        let more = versions.len() < self.versions.len() + 1;
        Expectation::Versions { versions, more }
    }

    /// `$LATEST` and the versions, as lists show them.
    pub(super) fn all(&self) -> impl Iterator<Item = Expected> {
        let versions =
            self.versions.iter().map(|(number, version)| version.in_list(Version::Number(*number)));
        std::iter::once(self.latest.in_list(Version::Latest)).chain(versions)
    }

    /// Every version that ever was, and the next one, which is not there yet.
    pub(super) fn numbers(&self) -> impl Iterator<Item = Version> + use<> {
        (1..=self.next_version).map(Version::Number)
    }

    /// Remembers a RevisionId that was seen for the first time.
    pub(super) fn bind(&mut self, version: Version, revision: RevisionId) {
        let entity = match version {
            Version::Latest => Some(&mut self.latest),
            Version::Number(number) => self.versions.get_mut(&number),
        };
        if let Some(entity) = entity {
            entity.revision = Some(revision);
        }
    }
}
