//! What is told when no order explains a history.

use std::fmt::{self, Write as _};

use super::Specification;
use super::history::{Call, History};
use super::search::{self, Found};

/// How many calls a report shows.
const LINES_MAX: usize = 40;

/// Why a history is not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unexplained {
    /// No order of the calls explains every answer.
    Violation(Violation),
    /// The search was given up, so that nobody knows.
    Undecided {
        /// The steps it took.
        steps: u64,
    },
}

/// The shortest beginning of a history that no order explains. Prints as a table of its calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    culprit: usize,
    report: String,
}

impl Violation {
    /// Returns the place, in [`History::calls`], of the call with whose answer the beginning ends: without that answer
    /// everything before it can be explained.
    #[must_use]
    pub fn culprit(&self) -> usize {
        self.culprit
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.report)
    }
}

impl fmt::Display for Unexplained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Violation(violation) => violation.fmt(f),
            Self::Undecided { steps } => {
                write!(f, "found no order of the calls in {steps} steps, but may yet")
            }
        }
    }
}

impl std::error::Error for Unexplained {}

/// Finds the shortest beginning of a history that has no order as a whole.
///
/// Whatever explains a history explains each of its beginnings, so the ends can be halved. A search that is given up
/// counts as explained: then a shorter beginning may be missed, but what is told has no order.
pub(super) fn shortest<S: Specification>(
    initial: &S,
    history: &History<S::Operation, S::Answer>,
    steps_max: u64,
) -> Violation {
    let mut answers: Vec<_> = history.calls().iter().filter_map(Call::answered_at).collect();
    answers.sort_unstable();
    let order = |until| search::order(initial, &history.moments(until), steps_max);
    let explained = answers.partition_point(|until| order(*until) != Found::Nothing);
    // The last of them ends the whole history.
    let end = answers.get(explained).or(answers.last()).copied().unwrap_or(u64::MAX);
    let culprit = history.calls().iter().position(|call| call.answered_at() == Some(end)).unwrap_or(0);
    let before = match explained.checked_sub(1).and_then(|last| answers.get(last)).map(|until| order(*until))
    {
        Some(Found::Order(order)) => order,
        _ => Vec::new(),
    };
    Violation { culprit, report: report(history, end, culprit, &before) }
}

/// Shows the calls up to `end` with their places in an order, `before`, of what was answered before it. Of many calls
/// only the last are shown, and those that were not over before them.
fn report<O: fmt::Display, A: fmt::Display>(
    history: &History<O, A>,
    end: u64,
    culprit: usize,
    before: &[usize],
) -> String {
    let calls = history.calls().iter().take_while(|call| call.invoked <= end).enumerate();
    let begun = calls.clone().count();
    let is_over = |call: &Call<O, A>| call.answered_at().is_some_and(|at| at < end);
    let (shown, left_out): (Vec<_>, Vec<_>) =
        calls.partition(|(index, call)| index + LINES_MAX >= begun || !is_over(call));
    let mut report = String::from(
        "no order of these calls explains the answer marked '>'. The numbers in front are an order of what was \
         answered before it; '?' was not answered by then.\n",
    );
    if !left_out.is_empty() {
        // Writing into a string never fails.
        let _ = writeln!(report, "  ({} earlier calls are left out)", left_out.len());
    }
    for (index, call) in shown {
        let mark = if index == culprit { '>' } else { ' ' };
        let place = before.iter().position(|taken| *taken == index);
        let place = place.map_or_else(|| "-".into(), |place| (place + 1).to_string());
        let _ = write!(report, "{mark} {place:>4}  process {}  {:>4}..", call.process, call.invoked);
        let _ = match (call.answered_at().filter(|at| *at <= end), call.answer()) {
            (Some(at), Some(answer)) => writeln!(report, "{at:<4}  {} -> {answer}", call.operation),
            _ => writeln!(report, "{:<4}  {} -> ?", '?', call.operation),
        };
    }
    report
}
