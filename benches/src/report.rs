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

    fn median(&self, candidate: &'static str, threads: usize) -> Option<f64> {
        let mut rates = self.0.get(&(candidate, threads))?.clone();
        rates.sort_by(f64::total_cmp);
        let (lower, upper) = (rates.get((rates.len() - 1) / 2)?, rates.get(rates.len() / 2)?);
        Some((lower + upper) / 2.0)
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
        let (Some(median), Some(rates)) = (self.median(name, threads), self.0.get(&(name, threads))) else {
            return;
        };
        let (least, most) = rates.iter().fold((f64::MAX, 0_f64), |(a, b), rate| (a.min(*rate), b.max(*rate)));
        let ratio = |to| match self.median(to, threads) {
            Some(of) => format!("{:.2}", median / of),
            None => "-".to_owned(),
        };
        let (raw, redb) = (ratio(RAW), ratio(REDB));
        let _ = writeln!(text, "{name:28} | {median:.0} ({least:.0} to {most:.0}) | {raw} | {redb}");
    }
}
