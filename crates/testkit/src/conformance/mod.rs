//! Cases recorded from live AWS, and the runner that holds an engine's answers against them.
//!
//! A [`Suite`] is a folder of cases, the binding of operations to HTTP and the packages that the cases upload. [`run()`]
//! plays them through a [`Client`]: [`Endpoint`] speaks HTTP to whatever listens, [`InProcess`] asks an engine without
//! sockets. The comparison is strict: a member that the recording does not have is as wrong as one that is missing, and
//! placeholders such as `<uuid:1>` and `<uuid:2>` tell when a value has to stay and when it has to change.
//!
//! The format is described in `testdata/conformance/README.md`.
//!
//! ```
//! use funclet_testkit::conformance::{InProcess, Options, Suite, run};
//!
//! let suite = Suite::load(concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/conformance"))?;
//! let report = run(&InProcess::new(), &suite, &Options { topic: Some("versions".into()), ..Options::default() });
//! assert!(report.results.iter().all(|result| result.topic == "versions"));
//! assert!(report.results.iter().any(|result| result.outcome.is_passed()));
//! # Ok::<(), funclet_testkit::conformance::SuiteError>(())
//! ```

mod bindings;
mod case;
mod client;
mod compare;
mod difference;
mod endpoint;
mod expect;
mod in_process;
mod pattern;
mod report;
mod request;
mod run;
mod sequence;
mod setting;
mod suite;
mod values;
mod verdicts;
mod waiter;

#[cfg(test)]
mod tests;

pub use case::{Case, Expect, Part, Step};
pub use client::{Answer, Client, ClientError, Request, Wait};
pub use difference::Difference;
pub use endpoint::Endpoint;
pub use in_process::InProcess;
pub use report::{CaseResult, Outcome, Report, StepDifference, Tally};
pub use request::Operation;
pub use run::{Options, run, run_case};
pub use setting::Setting;
pub use suite::{Archive, Suite, SuiteError};
pub use verdicts::Verdicts;
