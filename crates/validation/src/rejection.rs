//! Why a request is refused before anything stored is looked at.

use crate::complaint::ValidationError;
use crate::region::Region;
use crate::requests::InvocationType;

/// Why a request is refused before anything stored is looked at.
///
/// The variants stand in the order in which the stages of validation find them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// Members break the rules of the request's table (`ValidationException`).
    #[error(transparent)]
    Validation(#[from] ValidationError),
    /// The ARN names a function of another region (`ResourceNotFoundException`; the text is AWS's).
    #[error("Functions from '{requested}' are not reachable in this region ('{here}')")]
    OtherRegion {
        /// The region in the ARN.
        requested: Region,
        /// The region that the call is made in.
        here: Region,
    },
    /// The ARN names a function of another account (`AccessDeniedException`). AWS answers it with a null message, so
    /// this text never goes on the wire.
    #[error("the function belongs to another account")]
    OtherAccount,
    /// A value is refused for a reason that no table states (`InvalidParameterValueException`). Holds AWS's text.
    #[error("{0}")]
    InvalidParameterValue(String),
    /// An alias that points to `$LATEST` is to have a second version (`InvalidParameterValueException`, whose body lacks
    /// `Type` here; recorded from AWS).
    #[error("$LATEST is not supported for an alias pointing to more than 1 version")]
    LatestWithRouting,
    /// The payload of an invocation is too large (`RequestEntityTooLargeException`; text and code are quoted in public
    /// reports).
    #[error(
        "{bytes} byte payload is too large for the {invocation_type} invocation type (limit {} bytes)",
        .invocation_type.payload_bytes_max()
    )]
    PayloadTooLarge {
        /// Its length in bytes.
        bytes: u64,
        /// How the function was to be invoked.
        invocation_type: InvocationType,
    },
}

impl Rejection {
    pub(crate) fn invalid(text: impl Into<String>) -> Self {
        Self::InvalidParameterValue(text.into())
    }
}
