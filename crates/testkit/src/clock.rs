//! A clock that stands still until a test moves it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use funclet::Clock;

/// A [`Clock`] that shows what it is set to, backwards as well as forwards.
///
/// ```
/// use std::time::Duration;
///
/// use funclet::Clock;
/// use funclet_testkit::ManualClock;
///
/// let clock = ManualClock::at(1_700_000_000_000);
/// clock.advance(Duration::from_secs(2));
/// assert_eq!(clock.now_ms(), 1_700_000_002_000);
/// clock.set(5);
/// assert_eq!(clock.now_ms(), 5);
/// ```
#[derive(Debug, Default)]
pub struct ManualClock(AtomicU64);

impl ManualClock {
    /// Makes a clock that shows `now_ms`, in milliseconds since 1970-01-01 00:00 UTC.
    #[must_use]
    pub fn at(now_ms: u64) -> Self {
        Self(AtomicU64::new(now_ms))
    }

    /// Sets the time, in milliseconds since 1970.
    pub fn set(&self, now_ms: u64) {
        self.0.store(now_ms, Ordering::SeqCst);
    }

    /// Lets time pass, whole milliseconds of it.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(u64::try_from(by.as_millis()).unwrap_or(u64::MAX), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now_ms(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}
