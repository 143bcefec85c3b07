//! Inspection of AWS Lambda deployment packages: the bytes of a zip archive in; digest, sizes, native code and a verdict
//! out.
//!
//! [`inspect`] reads a package once and returns [`Facts`], which depend on nothing but its bytes. [`Facts::report`] says what they
//! mean for a function: whether its code runs on an architecture, how it would fail to start, and what is odd about the archive
//! itself, by two measures. The [lenient](Framing::Lenient) one follows the service where its behaviour is known; the
//! [strict](Framing::Strict) one refuses whatever two sane readers of archives could read differently.
//!
//! This crate knows neither functions nor where packages are kept nor how they arrive, and it extracts nothing. A folder becomes a
//! package by [`pack_directory`].
//!
//! ```
//! use funclet_package_inspection::{Architecture, Fit, Framing, InspectOptions, Refusal, Usage, Verdict, inspect};
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
//! let facts = inspect(&package, &InspectOptions::default())?;
//! assert_eq!(facts.code_size, package.len() as u64);
//! assert_eq!((facts.entry_count, facts.unzipped_size), (1, 6));
//!
//! let report = facts.report(&Usage { architecture: Some(Architecture::Arm64), ..Usage::default() });
//! assert_eq!(report.verdict(Framing::Strict), Verdict::Accept);
//! assert_eq!(report.fit(Architecture::Arm64).fit, Fit::NoNative);
//!
//! // Half of it is no archive, and the refusal speaks as the service does.
//! let half = inspect(&&package[..60], &InspectOptions::default())?;
//! let refusal = half.report(&Usage::default()).refusal(Framing::Lenient).unwrap();
//! assert!(matches!(refusal, Refusal::NotAZip { .. }));
//! assert_eq!(
//!     refusal.to_string(),
//!     "Could not unzip uploaded file. Please check your file, then try to upload again."
//! );
//! # Ok::<(), funclet_package_inspection::InspectError>(())
//! ```
//!
//! # Limits
//!
//! No bytes make it panic. Memory and time are bounded by the package's own length, never by what it announces; see
//! [`inspect()`] and [`Limits`].
//!
//! # Features
//!
//! `libdeflater` verifies content faster, all but the largest members of a package. It compiles libdeflate, which is written in C; what is
//! found is the same.

mod at_once;
mod capture;
mod digest;
mod error;
mod facts;
mod fields;
mod finding;
mod framing;
mod inflate;
mod inspect;
mod json;
mod limits;
mod links;
mod native;
mod pack;
mod peek;
mod report;
mod resolved;
mod runtime;
mod scan;
mod source;
mod text;
mod verdict;
mod verify;

pub use digest::{Hasher, Sha256Digest};
pub use error::{InspectError, Refusal};
pub use facts::{EntryFacts, Facts, Wheel};
pub use finding::{Code, Finding, Framing, Verdict};
pub use inspect::{InspectOptions, Level, inspect};
pub use json::Written;
pub use limits::Limits;
pub use native::{GlibcVersion, ImageType, Kind, Linkage, Machine, Native};
pub use pack::{PackError, pack_directory};
pub use report::{Failure, Report, Usage};
pub use source::{Seekable, Source};
pub use verdict::{Architecture, ArchitectureFit, Fit, Offender};
