//! Why an operation has no answer.

use funclet_function_store::{Failure, ServiceError};
use funclet_storage::StoreError;
use funclet_validation::Rejection;

/// Why an operation has no answer.
///
/// Exhaustive on purpose: whoever puts these on a wire decides about each of them.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request is not valid, whatever is stored.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// What is stored, or the code, refuses it.
    #[error(transparent)]
    Refused(#[from] ServiceError),
    /// The account has asked for more than [`RequestRate`](crate::RequestRate) allows. Nothing was done.
    #[error("the account sends too many requests; try again in {retry_after_s} s")]
    TooManyRequests {
        /// After how many seconds there is room again.
        retry_after_s: u32,
    },
    /// The store failed while it wrote: whether the operation happened is unknown until the store is opened again. The
    /// RevisionId makes a second try safe.
    #[error("the outcome of the operation is unknown")]
    OutcomeUnknown {
        /// What failed.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The disk is full. Nothing was done.
    #[error("no space left for the store")]
    Full,
    /// The store or a source failed. Nothing was done.
    #[error("the operation failed")]
    Failed {
        /// What failed.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Error {
    pub(crate) fn failed(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Failed { source: source.into() }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(error) => Self::Refused(error),
            Failure::OutcomeUnknown { source, .. } => Self::OutcomeUnknown { source },
            Failure::Full => Self::Full,
            Failure::Failed(source) => Self::Failed { source },
        }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full { .. } => Self::Full,
            other => Self::failed(other),
        }
    }
}
