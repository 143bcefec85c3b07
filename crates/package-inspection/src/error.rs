//! Why there are no facts about a package, and why it is refused.

use std::io;

use crate::finding::Finding;

/// Why [`inspect`](crate::inspect()) has no facts. Says nothing about the package, however broken that is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// The package could not be read.
    #[error("cannot read the package")]
    Io(#[from] io::Error),
    /// The inspection was told to end before its time.
    #[error("the inspection was stopped")]
    Stopped,
}

/// Why a package is refused when it is uploaded.
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
    /// The strict profile refuses what was found first.
    #[error("the package is refused by strict framing: {}", told(.0))]
    Framing(Box<Finding>),
    /// Native code does not run on the function's architecture, and that is enforced.
    #[error("{0}")]
    Architecture(String),
}

fn told(finding: &Finding) -> String {
    let Finding { code, entry, detail, .. } = finding;
    let entry = entry.as_ref().map(|entry| format!(" in entry {entry}")).unwrap_or_default();
    let detail = if detail.is_empty() { String::new() } else { format!(" ({detail})") };
    format!("{code}{entry}{detail}")
}
