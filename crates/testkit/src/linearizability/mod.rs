//! Whether what several threads were told can be explained by one order of their calls.
//!
//! An engine is linearizable if every call seems to take effect at one moment between its invocation and its answer. A
//! [`Recorder`] takes down who called what, when, and what came of it; [`check`] looks for an order of the calls that
//! keeps to those times and in which every answer is the one that a [`Specification`] gives, one call after the other.
//! If there is none, the [`Violation`] shows the shortest beginning of the history that has none.
//!
//! ```
//! use funclet_testkit::linearizability::{Call, History, Specification, check};
//!
//! /// A register that is read (`None`) and written.
//! #[derive(Clone, PartialEq, Eq, Hash)]
//! struct Register(u64);
//!
//! struct Access(Option<u64>);
//!
//! impl std::fmt::Display for Access {
//!     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
//!         match self.0 {
//!             Some(value) => write!(f, "write {value}"),
//!             None => f.write_str("read"),
//!         }
//!     }
//! }
//!
//! impl Specification for Register {
//!     type Operation = Access;
//!     /// What the register holds afterwards.
//!     type Answer = u64;
//!
//!     fn after(&self, access: &Access, answer: Option<&u64>) -> Option<Self> {
//!         let holds = access.0.unwrap_or(self.0);
//!         answer.is_none_or(|told| *told == holds).then_some(Register(holds))
//!     }
//! }
//!
//! // The read overlaps the write, so both values are right.
//! let write = Call::answered(0, 1..4, Access(Some(7)), 7);
//! let read = |value| Call::answered(1, 2..3, Access(None), value);
//! assert!(check(&Register(0), &History::new([write, read(0)])).is_ok());
//!
//! // This one began when the write was acknowledged.
//! let write = Call::answered(0, 1..4, Access(Some(7)), 7);
//! let stale = Call::answered(1, 5..6, Access(None), 0);
//! let complaint = check(&Register(0), &History::new([write, stale])).unwrap_err();
//! assert!(complaint.to_string().contains("read -> 0"));
//! ```
//!
//! # Limits
//!
//! The search takes exponential time at worst; it is quick if few calls overlap and answers tell states apart. It gives
//! up, and says so, after [`STEPS_MAX`] steps. A history over objects that have nothing to do with one another is best
//! checked object by object: [`History::partition`].

mod history;
mod recorder;
mod search;
#[cfg(test)]
mod tests;
mod violation;

use std::fmt;
use std::hash::Hash;

pub use history::{Call, End, History};
pub use recorder::{Outcome, Recorder};
pub use violation::{Unexplained, Violation};

use search::Found;

/// How many steps of the specification [`check`] tries before it gives up.
///
/// A few steps a call are usual. Each may keep a state until the end.
pub const STEPS_MAX: u64 = 50_000;

/// What a sequential object does: a value is a state of it.
pub trait Specification: Clone + Eq + Hash {
    /// What it is asked to do. Printed in reports.
    type Operation: fmt::Display;
    /// What it answers. Printed in reports.
    type Answer: fmt::Display;

    /// Returns the state after `operation`, or `None` if `answer` is not what the object answers in this state.
    ///
    /// Without an answer, whatever the object would have answered is right; the state after it must then allow everything
    /// that the state after a known answer allows.
    fn after(&self, operation: &Self::Operation, answer: Option<&Self::Answer>) -> Option<Self>;
}

/// Looks for an order of the calls that explains every answer, from the state `initial` on.
///
/// # Errors
/// [`Unexplained::Violation`] if there is none; [`Unexplained::Undecided`] if the search was given up.
pub fn check<S: Specification>(
    initial: &S,
    history: &History<S::Operation, S::Answer>,
) -> Result<(), Unexplained> {
    check_within(initial, history, STEPS_MAX)
}

fn check_within<S: Specification>(
    initial: &S,
    history: &History<S::Operation, S::Answer>,
    steps_max: u64,
) -> Result<(), Unexplained> {
    match search::order(initial, &history.moments(u64::MAX), steps_max) {
        Found::Order(_) => Ok(()),
        Found::GaveUp => Err(Unexplained::Undecided { steps: steps_max }),
        Found::Nothing => Err(Unexplained::Violation(violation::shortest(initial, history, steps_max))),
    }
}
