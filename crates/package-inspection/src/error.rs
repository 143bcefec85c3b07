//! Why a package is not accepted.

use std::io;

/// The reason for which a package is refused.
///
/// Where the service has a text for the reason, [`Display`](std::fmt::Display) writes exactly that text; the
/// variants that say so are answered with InvalidParameterValueException, except for
/// [`ZippedTooLarge`](Self::ZippedTooLarge). The other texts are Funclet's own: what the service says there is not
/// known.
///
/// ```
/// use funclet_package_inspection::Refusal;
///
/// assert_eq!(Refusal::Empty.to_string(), "Uploaded file must be a non-empty zip");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The archive itself is larger than [`Limits::zipped_bytes_max`](crate::Limits::zipped_bytes_max). The service
    /// answers with RequestEntityTooLargeException; its text is recorded from AWS.
    #[error("Zipped size must be smaller than {limit} bytes")]
    ZippedTooLarge {
        /// The limit that was passed, in bytes.
        limit: u64,
    },
    /// The bytes are no zip archive, or its directory cannot be read or contradicts its end record. The text is
    /// recorded from AWS.
    #[error("Could not unzip uploaded file. Please check your file, then try to upload again.")]
    NotAZip {
        /// What is wrong with the bytes, for a log; the wording may change at any time.
        reason: String,
    },
    /// The archive has no entries. An archive that holds only folders is not refused. The text is quoted in many
    /// public reports of the service's answers.
    #[error("Uploaded file must be a non-empty zip")]
    Empty,
    /// The declared uncompressed sizes add up to [`Limits::unzipped_bytes_max`](crate::Limits::unzipped_bytes_max)
    /// or more. The text is recorded from AWS.
    #[error("Unzipped size must be smaller than {limit} bytes")]
    UnzippedTooLarge {
        /// The limit that was reached, in bytes.
        limit: u64,
    },
    /// The archive announces more entries than [`Limits::entries_max`](crate::Limits::entries_max).
    #[error("the package has more than {limit} entries")]
    TooManyEntries {
        /// The limit that was passed.
        limit: u64,
    },
    /// An entry is encrypted, so nobody could extract it.
    #[error("the package's entry {path} is encrypted")]
    Encrypted {
        /// The first such entry, as [`EntryFacts::path`](crate::EntryFacts::path) shows it.
        path: String,
    },
    /// An entry is compressed with a method other than 0 (stored) and 8 (deflate).
    #[error(
        "the package's entry {path} is compressed with method {method}, expected 0 (stored) or 8 (deflate)"
    )]
    UnsupportedMethod {
        /// The first such entry, as [`EntryFacts::path`](crate::EntryFacts::path) shows it.
        path: String,
        /// The method's number in the zip format.
        method: u16,
    },
}

/// Why [`inspect`](crate::inspect()) has no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// The package was read and is refused: the sender's fault.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The package could not be read, which says nothing about it.
    #[error("cannot read the package")]
    Io(#[from] io::Error),
}

impl InspectError {
    /// Returns the refusal, if the package was read at all.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::Io(_) => None,
        }
    }
}
