//! What an engine may answer, as far as it can be told from outside.

use std::fmt;

use funclet::{
    CodeSha256, Error, FunctionConfiguration, LastUpdateStatus, RevisionId, ServiceError, State, Version,
    VersionPage,
};

/// What an operation answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A configuration.
    Configuration(Observation),
    /// A page of versions.
    Versions {
        /// Its entries.
        versions: Vec<Observation>,
        /// Whether there are more.
        more: bool,
    },
    /// It is deleted.
    Deleted,
    /// The operation was refused.
    Refused(Refusal),
}

/// What a configuration shows of `$LATEST` or a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// `$LATEST` or the number.
    pub version: Version,
    /// The revision.
    pub revision_id: RevisionId,
    /// The digest of the code.
    pub code_sha256: CodeSha256,
    /// The description.
    pub description: String,
    /// The state; lists have none.
    pub state: Option<State>,
    /// How the last update went; lists have none, nor has what is being created.
    pub last_update: Option<LastUpdateStatus>,
}

/// What an operation was refused for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such function or version.
    FunctionNotFound,
    /// The name is taken.
    FunctionExists,
    /// The RevisionId is not that of `$LATEST`.
    RevisionMismatch,
    /// The digest is not that of the code of `$LATEST`.
    CodeShaMismatch,
    /// Something that the model never expects, in the engine's words.
    Other(String),
}

impl From<&FunctionConfiguration> for Observation {
    fn from(told: &FunctionConfiguration) -> Self {
        Self {
            version: told.version,
            revision_id: told.revision_id,
            code_sha256: told.code_sha256,
            description: told.description.clone(),
            state: told.status.as_ref().map(|status| status.state),
            last_update: told.status.as_ref().and_then(|status| status.last_update),
        }
    }
}

impl From<FunctionConfiguration> for Answer {
    fn from(told: FunctionConfiguration) -> Self {
        Self::Configuration(Observation::from(&told))
    }
}

impl From<VersionPage> for Answer {
    fn from(page: VersionPage) -> Self {
        let versions = page.versions.iter().map(Observation::from).collect();
        Self::Versions { versions, more: page.next_marker.is_some() }
    }
}

impl Answer {
    /// Makes an answer of an error that is one. The others say that there is no answer.
    pub(super) fn of_error(error: Error) -> Result<Self, Error> {
        let refusal = match error {
            Error::Refused(ServiceError::FunctionNotFound { .. }) => Refusal::FunctionNotFound,
            Error::Refused(ServiceError::FunctionExists { .. }) => Refusal::FunctionExists,
            Error::Refused(ServiceError::RevisionMismatch) => Refusal::RevisionMismatch,
            Error::Refused(ServiceError::CodeShaMismatch { .. }) => Refusal::CodeShaMismatch,
            Error::Refused(_) | Error::Rejected(_) => Refusal::Other(error.to_string()),
            Error::TooManyRequests { .. }
            | Error::OutcomeUnknown { .. }
            | Error::Full
            | Error::Failed { .. } => {
                return Err(error);
            }
        };
        Ok(Self::Refused(refusal))
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Configuration(told) => told.fmt(f),
            Self::Versions { versions, more } => print_list(f, versions, *more),
            Self::Deleted => f.write_str("deleted"),
            Self::Refused(refusal) => refusal.fmt(f),
        }
    }
}

/// Prints the entries of a page in one line.
pub(super) fn print_list<T: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    entries: &[T],
    more: bool,
) -> fmt::Result {
    let entries: Vec<_> = entries.iter().map(ToString::to_string).collect();
    write!(f, "[{}{}]", entries.join("; "), if more { "; and more" } else { "" })
}

impl fmt::Display for Observation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let revision = self.revision_id.to_string();
        write!(f, "{} revision {}", self.version, short(&revision))?;
        print_rest(f, self.code_sha256, &self.description, self.state, self.last_update)
    }
}

/// Prints what is known before it is observed.
pub(super) fn print_rest(
    f: &mut fmt::Formatter<'_>,
    code_sha256: CodeSha256,
    description: &str,
    state: Option<State>,
    last_update: Option<LastUpdateStatus>,
) -> fmt::Result {
    write!(f, " code {}", short(&code_sha256.to_string()))?;
    if !description.is_empty() {
        write!(f, " {description:?}")?;
    }
    if let Some(state) = state {
        write!(f, " {}", state.as_str())?;
    }
    last_update.map_or(Ok(()), |last_update| write!(f, " {}", last_update.as_str()))
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FunctionNotFound => "refused: not found",
            Self::FunctionExists => "refused: exists",
            Self::RevisionMismatch => "refused: another revision",
            Self::CodeShaMismatch => "refused: other code",
            Self::Other(text) => return write!(f, "refused: {text}"),
        })
    }
}

/// The begin of an id, which tells it from others in reports.
pub(super) fn short(id: &str) -> &str {
    id.get(..8).unwrap_or(id)
}
