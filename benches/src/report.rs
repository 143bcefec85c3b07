//! Medians and ratios.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::candidates::{CANDIDATES, RAW, REDB};

/// All rates measured, by candidate and number of threads.
#[derive(Default)]
pub(crate) struct Report(BTreeMap<(&'static str, usize), Vec<f64>>);

impl Report {
    pub(crate) fn add(&mut self, candidate: &'static str, threads: usize, rate: f64) {
        self.0.entry((candidate, threads)).or_default().push(rate);
    }

    fn spread(&self, candidate: &'static str, threads: usize) -> Option<Spread> {
        Some(spread(self.0.get(&(candidate, threads))?))
    }

    /// A Markdown table for each number of threads: median, range, and the ratios to the bare disk and to redb.
    pub(crate) fn table(&self, threads: &[usize]) -> String {
        let mut text = String::new();
        for threads in threads {
            let _ =
                writeln!(text, "\n{threads} threads              | commits/s (min to max) | x raw | x redb");
            let _ = writeln!(text, "--- | ---: | ---: | ---:");
            for candidate in CANDIDATES {
                self.line(&mut text, candidate.name, *threads);
            }
        }
        text
    }

    fn line(&self, text: &mut String, name: &'static str, threads: usize) {
        let Some(Spread { median, min, max }) = self.spread(name, threads) else { return };
        let ratio = |to| match self.spread(to, threads) {
            Some(of) => format!("{:.2}", median / of.median),
            None => "-".to_owned(),
        };
        let (raw, redb) = (ratio(RAW), ratio(REDB));
        let _ = writeln!(text, "{name:28} | {median:.0} ({min:.0} to {max:.0}) | {raw} | {redb}");
    }
}

/// What several measurements of the same thing tell.
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

/// The spread of `values`, of which there is one at least.
pub(crate) fn spread(values: &[f64]) -> Spread {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
    let last = sorted.len().saturating_sub(1);
    Spread { median: (at(last / 2) + at(sorted.len() / 2)) / 2.0, min: at(0), max: at(last) }
}
