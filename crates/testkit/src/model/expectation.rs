//! What an answer has to be.

use std::fmt;

use funclet::{CodeSha256, LastUpdateStatus, RevisionId, State, Version};

use super::answer::{Answer, Observation, Refusal, print_list, print_rest, short};
use super::operation::Operation;

/// What an operation should answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expectation {
    /// A configuration.
    Configuration(Expected),
    /// A page of versions.
    Versions {
        /// Its entries.
        versions: Vec<Expected>,
        /// Whether there are more.
        more: bool,
    },
    /// It is deleted.
    Deleted,
    /// The operation is refused.
    Refused(Refusal),
}

/// What a configuration should show: an [`Observation`] before it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// `$LATEST` or the number.
    pub version: Version,
    /// The revision.
    pub revision: ExpectedRevision,
    /// The digest of the code.
    pub code_sha256: CodeSha256,
    /// The description.
    pub description: String,
    /// The state; lists have none.
    pub state: Option<State>,
    /// How the last update went.
    pub last_update: Option<LastUpdateStatus>,
}

/// A RevisionId, as far as it can be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpectedRevision {
    /// This one, which was seen before.
    Known(RevisionId),
    /// One that was never seen, and stays until the next change.
    New,
    /// One that was never seen, and ends with the creation or update that the answer begins.
    Passing,
}

impl Expected {
    /// Compares everything but the revision.
    pub(super) fn admit(&self, told: &Observation) -> Result<(), &'static str> {
        if self.version != told.version {
            return Err("another version");
        }
        if self.code_sha256 != told.code_sha256 {
            return Err("other code");
        }
        if self.description != told.description {
            return Err("another description");
        }
        if (self.state, self.last_update) != (told.state, told.last_update) {
            return Err("another state");
        }
        Ok(())
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.version)?;
        match self.revision {
            ExpectedRevision::Known(known) => write!(f, "revision {}", short(&known.to_string()))?,
            ExpectedRevision::New | ExpectedRevision::Passing => f.write_str("a new revision")?,
        }
        print_rest(f, self.code_sha256, &self.description, self.state, self.last_update)
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Configuration(expected) => expected.fmt(f),
            Self::Versions { versions, more } => print_list(f, versions, *more),
            Self::Deleted => Answer::Deleted.fmt(f),
            Self::Refused(refusal) => refusal.fmt(f),
        }
    }
}

/// An answer that is not the right one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    complaint: &'static str,
    operation: Box<Operation>,
    expectation: Box<Expectation>,
    answer: Box<Answer>,
}

impl Mismatch {
    pub(super) fn new(
        complaint: &'static str,
        operation: &Operation,
        expectation: Expectation,
        answer: &Answer,
    ) -> Self {
        Self {
            complaint,
            operation: Box::new(operation.clone()),
            expectation: Box::new(expectation),
            answer: Box::new(answer.clone()),
        }
    }

    /// Returns what the answer should have been.
    #[must_use]
    pub fn expectation(&self) -> &Expectation {
        &self.expectation
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { complaint, operation, expectation, answer } = self;
        write!(f, "{operation} answers {complaint}: {answer}, expected {expectation}")
    }
}

impl std::error::Error for Mismatch {}
