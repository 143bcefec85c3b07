//! What came of a run.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::conformance::Difference;

/// The outcome of every case.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// In the order in which they were played.
    pub results: Vec<CaseResult>,
}

/// What came of a case.
#[derive(Debug, Clone, Serialize)]
pub struct CaseResult {
    /// The case.
    pub id: String,
    /// What it is about.
    pub topic: String,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What came of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Every answer was as recorded.
    Passed,
    /// Something was different.
    Failed {
        /// What, in the order in which it was seen; those after the first may follow from it.
        differences: Vec<StepDifference>,
    },
    /// It was not played, or not to its end.
    Skipped {
        /// Why.
        reason: String,
    },
}

impl Outcome {
    /// Tells whether every answer was as recorded.
    #[must_use]
    pub fn is_passed(&self) -> bool {
        matches!(self, Self::Passed)
    }

    /// Tells whether something was different.
    #[must_use]
    pub fn is_failed(&self) -> bool {
        matches!(self, Self::Failed { .. })
    }
}

/// A difference and the step that showed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepDifference {
    /// The number of the step.
    pub step: u32,
    /// Its operation.
    pub op: String,
    /// What was different.
    #[serde(flatten)]
    pub difference: Difference,
}

/// How many cases came to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Those that passed.
    pub passed: usize,
    /// Those that failed.
    pub failed: usize,
    /// Those that were skipped.
    pub skipped: usize,
}

impl Tally {
    fn count(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Passed => self.passed += 1,
            Outcome::Failed { .. } => self.failed += 1,
            Outcome::Skipped { .. } => self.skipped += 1,
        }
    }
}

impl Report {
    /// Counts the cases of each topic.
    #[must_use]
    pub fn topics(&self) -> BTreeMap<&str, Tally> {
        let mut topics: BTreeMap<&str, Tally> = BTreeMap::new();
        for result in &self.results {
            topics.entry(&result.topic).or_default().count(&result.outcome);
        }
        topics
    }

    /// Counts all cases.
    #[must_use]
    pub fn total(&self) -> Tally {
        let mut total = Tally::default();
        self.results.iter().for_each(|result| total.count(&result.outcome));
        total
    }

    /// Returns the ids of the cases that passed, sorted.
    #[must_use]
    pub fn passed(&self) -> Vec<&str> {
        let passed = self.results.iter().filter(|result| result.outcome.is_passed());
        let mut ids: Vec<&str> = passed.map(|result| result.id.as_str()).collect();
        ids.sort_unstable();
        ids
    }

    /// Returns the report as JSON: `topics`, `total` and `results`.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({ "topics": self.topics(), "total": self.total(), "results": self.results })
    }
}

/// A table by topic, and then whatever did not pass with its reason.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<20} {:>7} {:>7} {:>7}", "topic", "passed", "failed", "skipped")?;
        let total = self.total();
        for (topic, tally) in self.topics().into_iter().chain([("total", total)]) {
            writeln!(f, "{topic:<20} {:>7} {:>7} {:>7}", tally.passed, tally.failed, tally.skipped)?;
        }
        for result in &self.results {
            match &result.outcome {
                Outcome::Passed => {}
                Outcome::Skipped { reason } => {
                    writeln!(f, "\nskipped {} {}: {reason}", result.topic, result.id)?
                }
                Outcome::Failed { differences } => {
                    writeln!(f, "\nfailed {} {}", result.topic, result.id)?;
                    for StepDifference { step, op, difference } in differences {
                        writeln!(f, "  step {step} {op}, {difference}")?;
                    }
                }
            }
        }
        Ok(())
    }
}
