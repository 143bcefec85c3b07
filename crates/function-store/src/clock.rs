//! Time, injected.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Tells the time. The only source of it, so that a test can hold and move it.
pub trait Clock: Send + Sync {
    /// Returns milliseconds since 1970-01-01 00:00 UTC.
    fn now_ms(&self) -> u64;
}

/// Time as the engine counts it: the clock, but never before anything that was stored or told.
pub(crate) struct EngineTime {
    clock: Arc<dyn Clock>,
    /// The greatest time stored or served so far.
    floor_ms: AtomicU64,
}

impl EngineTime {
    pub(crate) fn new(clock: Arc<dyn Clock>, stored_ms: u64) -> Self {
        Self { clock, floor_ms: AtomicU64::new(stored_ms) }
    }

    pub(crate) fn now_ms(&self) -> u64 {
        let now = self.clock.now_ms();
        self.floor_ms.fetch_max(now, Ordering::AcqRel).max(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Steps(AtomicU64);

    impl Clock for Steps {
        fn now_ms(&self) -> u64 {
            self.0.load(Ordering::Relaxed)
        }
    }

    #[test]
    fn time_never_runs_backwards() {
        let clock = Arc::new(Steps(AtomicU64::new(5)));
        let time = EngineTime::new(Arc::clone(&clock) as Arc<dyn Clock>, 10);
        assert_eq!(time.now_ms(), 10, "stored before");
        clock.0.store(20, Ordering::Relaxed);
        assert_eq!(time.now_ms(), 20);
        clock.0.store(15, Ordering::Relaxed);
        assert_eq!(time.now_ms(), 20, "served before");
    }
}
