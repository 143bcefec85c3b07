//! Inspection of AWS Lambda deployment packages: the bytes of a zip archive in; digest, sizes, entries and a verdict
//! out.
//!
//! The verdict follows the service where its behaviour is known: what it refuses when a package is uploaded is refused
//! here and in its words, what it lets pass is let pass. Where it is not known, the refusal says so by having words of
//! its own ([`Refusal`] tells which).
//!
//! This crate knows neither functions nor where packages are kept nor how they arrive, and it extracts nothing. It does
//! not yet read the members of an archive, so a member that will not extract (a wrong checksum, a local header that
//! contradicts the directory, a name that leaves the folder) is not noticed.
//!
//! ```
//! use std::io::Cursor;
//! use funclet_package_inspection::{inspect, InspectOptions, Refusal};
//!
//! // An archive with one stored entry, `app.py`, of six bytes.
//! let package = [
//!     &b"PK\x03\x04\x0a\0\0\0\0\0\0\0!\0;\x89\xf6\x8b\x06\0\0\0\x06\0\0\0\x06\0\0\0app.py"[..],
//!     b"x = 1\n",
//!     b"PK\x01\x02\x14\x03\x0a\0\0\0\0\0\0\0!\0;\x89\xf6\x8b\x06\0\0\0\x06\0\0\0\x06\0",
//!     b"\0\0\0\0\0\0\0\0\0\0\xa4\x81\0\0\0\0app.py",
//!     b"PK\x05\x06\0\0\0\0\x01\0\x01\04\0\0\0*\0\0\0\0\0",
//! ]
//! .concat();
//!
//! let report = inspect(Cursor::new(&package), &InspectOptions::default())?;
//! assert_eq!(report.code_size, package.len() as u64);
//! assert_eq!(report.code_sha256.base64().len(), 44);
//! assert_eq!((report.entry_count, report.unzipped_size), (1, 6));
//! assert_eq!(report.largest_entry.path(), "app.py");
//!
//! // Half of it is no archive, and the refusal speaks as the service does.
//! let error = inspect(Cursor::new(&package[..60]), &InspectOptions::default()).unwrap_err();
//! assert!(matches!(error.refusal(), Some(Refusal::NotAZip { .. })));
//! assert_eq!(
//!     error.to_string(),
//!     "Could not unzip uploaded file. Please check your file, then try to upload again."
//! );
//! # Ok::<(), funclet_package_inspection::InspectError>(())
//! ```
//!
//! # Limits
//!
//! No bytes make it panic. Memory stays at a few megabytes whatever a package announces, and the work is linear in the
//! package's length. What a package may measure is [`Limits`].

mod archive;
mod digest;
mod error;
mod inspect;
mod limits;
mod metered_reader;
mod report;

pub use digest::{Hasher, Sha256Digest};
pub use error::{InspectError, Refusal};
pub use inspect::{InspectOptions, inspect};
pub use limits::Limits;
pub use report::{EntryFacts, Report};
