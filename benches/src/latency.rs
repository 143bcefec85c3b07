//! How long commits took, and when.

use std::time::{Duration, Instant};

/// A stretch of time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) begin: Instant,
    pub(crate) end: Instant,
}

impl Window {
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.begin <= other.end && other.begin <= self.end
    }

    pub(crate) fn length(&self) -> Duration {
        self.end - self.begin
    }

    /// The same, `by` longer at either side.
    pub(crate) fn widened(&self, by: Duration) -> Self {
        Self { begin: self.begin.checked_sub(by).unwrap_or(self.begin), end: self.end + by }
    }
}

/// What a number of commits took.
#[derive(Default)]
pub(crate) struct Latencies(Vec<Duration>);

impl FromIterator<Duration> for Latencies {
    fn from_iter<I: IntoIterator<Item = Duration>>(lengths: I) -> Self {
        let mut lengths: Vec<_> = lengths.into_iter().collect();
        lengths.sort_unstable();
        Self(lengths)
    }
}

impl Latencies {
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// The latency that `part` of all commits did not exceed, in milliseconds; 0 without commits.
    pub(crate) fn quantile(&self, part: f64) -> f64 {
        let at = (self.0.len().saturating_sub(1) as f64 * part).round() as usize;
        self.0.get(at).map_or(0.0, |length| length.as_secs_f64() * 1e3)
    }

    pub(crate) fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    pub(crate) fn longest(&self) -> f64 {
        self.quantile(1.0)
    }
}
