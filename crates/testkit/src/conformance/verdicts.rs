//! What is known of each case: that it passes, or what it waits for.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::conformance::{Outcome, Report, SuiteError};

/// The two lists beside the cases. Together they name every case once, so that none is left out unnoticed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdicts {
    passes: BTreeSet<String>,
    /// By id: `skipped` or `failed`, a colon, and the reason.
    waits: BTreeMap<String, String>,
}

impl Verdicts {
    /// Reads `expected-passes.txt` (an id in each line) and `waiting.txt` (an id, a space, the outcome, a colon, what the case
    /// waits for).
    ///
    /// # Errors
    /// [`SuiteError::Read`].
    pub fn load(folder: impl AsRef<Path>) -> Result<Self, SuiteError> {
        let read = |name: &str| {
            let path = folder.as_ref().join(name);
            std::fs::read_to_string(&path).map_err(|source| SuiteError::Read { path, source })
        };
        let passes = read("expected-passes.txt")?.lines().map(str::to_owned).collect();
        let waits = read("waiting.txt")?;
        let waits = waits.lines().map(|line| line.split_once(' ').unwrap_or((line, "")));
        let waits = waits.map(|(id, verdict)| (id.to_owned(), verdict.to_owned())).collect();
        Ok(Self { passes, waits })
    }

    /// Returns what a run has shown otherwise, a sentence for each case. Why a case is skipped has to be what is written;
    /// why one fails is for people.
    #[must_use]
    pub fn contradictions(&self, report: &Report) -> Vec<String> {
        let played: BTreeSet<&str> = report.results.iter().map(|result| result.id.as_str()).collect();
        let listed = self.passes.iter().chain(self.waits.keys());
        let unplayed = listed.filter(|id| !played.contains(id.as_str()));
        let unplayed = unplayed.map(|id| format!("{id} is listed, and there is no such case"));
        let played = report.results.iter().filter_map(|result| {
            let id = &result.id;
            let expected = match (self.passes.contains(id), self.waits.get(id)) {
                (true, None) => "passed".to_owned(),
                (false, Some(verdict)) => verdict.clone(),
                (true, Some(_)) => return Some(format!("{id} is in both lists")),
                (false, None) => return Some(format!("{id} is in no list: {}", verdict(&result.outcome))),
            };
            let found = verdict(&result.outcome);
            let agrees = match result.outcome {
                Outcome::Failed { .. } => expected.starts_with("failed: "),
                Outcome::Passed | Outcome::Skipped { .. } => expected == found,
            };
            (!agrees).then(|| format!("{id}: {found}, listed as {expected}"))
        });
        unplayed.chain(played).collect()
    }
}

fn verdict(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Passed => "passed".to_owned(),
        Outcome::Skipped { reason } => format!("skipped: {reason}"),
        Outcome::Failed { differences } => {
            let first = differences.first().map(|found| found.difference.to_string()).unwrap_or_default();
            format!("failed: {first}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Verdicts;
    use crate::conformance::{CaseResult, Outcome, Report};

    #[test]
    fn whatever_is_not_as_listed_is_told() {
        let id = |id: &str| id.to_owned();
        let verdicts = Verdicts {
            passes: ["a", "b", "both", "gone"].map(id).into(),
            waits: [
                ("both", "failed: x"),
                ("c", "skipped: no d"),
                ("e", "skipped: no f"),
                ("g", "failed: as it says"),
                ("h", "failed: as it says"),
            ]
            .map(|(id, verdict)| (id.to_owned(), verdict.to_owned()))
            .into(),
        };
        let skipped = |reason: &str| Outcome::Skipped { reason: reason.into() };
        let failed = || Outcome::Failed { differences: Vec::new() };
        let results = [
            ("a", Outcome::Passed),
            ("b", failed()),
            ("both", failed()),
            ("c", skipped("no d")),
            ("e", skipped("no g")),
            ("g", failed()),
            ("h", Outcome::Passed),
            ("new", Outcome::Passed),
        ];
        let results = results.map(|(id, outcome)| CaseResult { id: id.into(), topic: "t".into(), outcome });
        assert_eq!(
            verdicts.contradictions(&Report { results: results.into() }),
            [
                "gone is listed, and there is no such case",
                "b: failed: , listed as passed",
                "both is in both lists",
                "e: skipped: no g, listed as skipped: no f",
                "h: passed, listed as failed: as it says",
                "new is in no list: passed",
            ]
        );
    }
}
