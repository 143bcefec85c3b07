//! A clock that can be put forward.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use funclet_function_store::Clock;

use crate::system::SystemClock;

/// A clock that runs ahead of another one by as much as it was advanced: what takes an hour is over at once.
///
/// It is not stored how far ahead it is. Engine time never runs backwards, so a store that was open with a clock ahead and is
/// opened with one that is not stands still until that one has caught up.
///
/// ```
/// use std::sync::Arc;
/// use funclet::{Clock as _, Funclet, ShiftedClock};
///
/// let clock = Arc::new(ShiftedClock::default());
/// let funclet = Funclet::builder().clock(Arc::clone(&clock) as Arc<dyn funclet::Clock>).open_in_memory();
/// let before = funclet.now();
/// clock.advance_ms(3_600_000)?;
/// assert!(funclet.now().0 >= before.0 + 3_600_000);
/// # Ok::<(), funclet::TooFar>(())
/// ```
pub struct ShiftedClock {
    clock: Arc<dyn Clock>,
    ahead_ms: AtomicU64,
}

/// The last moment of the year 9999, in milliseconds since 1970: no time after it can be written down.
const LATEST_MS: u64 = 253_402_300_799_999;

/// A clock was to be advanced beyond the year 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the clock does not go beyond the year 9999")]
pub struct TooFar;

impl ShiftedClock {
    /// Makes a clock that shows what `clock` shows.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, ahead_ms: AtomicU64::new(0) }
    }

    /// Puts the clock forward by so many milliseconds. Returns what it shows then, in milliseconds since 1970.
    ///
    /// # Errors
    /// [`TooFar`]; the clock shows what it showed.
    pub fn advance_ms(&self, by_ms: u64) -> Result<u64, TooFar> {
        let base = self.clock.now_ms();
        let ahead = |ahead_ms: u64| {
            let ahead_ms = ahead_ms.checked_add(by_ms)?;
            (base.checked_add(ahead_ms)? <= LATEST_MS).then_some(ahead_ms)
        };
        let before =
            self.ahead_ms.fetch_update(Ordering::AcqRel, Ordering::Acquire, ahead).map_err(|_| TooFar)?;
        Ok(base + before + by_ms)
    }
}

impl Default for ShiftedClock {
    /// Ahead of the system's clock.
    fn default() -> Self {
        Self::new(Arc::new(SystemClock))
    }
}

impl Clock for ShiftedClock {
    fn now_ms(&self) -> u64 {
        self.clock.now_ms().saturating_add(self.ahead_ms.load(Ordering::Acquire))
    }
}

impl std::fmt::Debug for ShiftedClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ShiftedClock").field("ahead_ms", &self.ahead_ms).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Still(u64);

    impl Clock for Still {
        fn now_ms(&self) -> u64 {
            self.0
        }
    }

    #[test]
    fn it_is_ahead_by_the_sum_and_ends_with_the_last_year() {
        let clock = ShiftedClock::new(Arc::new(Still(1_000)));
        assert_eq!(clock.now_ms(), 1_000);
        assert_eq!(clock.advance_ms(500), Ok(1_500));
        assert_eq!(clock.advance_ms(1), Ok(1_501));
        for by_ms in [u64::MAX, LATEST_MS - 1_500] {
            assert_eq!(clock.advance_ms(by_ms), Err(TooFar));
        }
        assert_eq!(clock.now_ms(), 1_501);
        assert_eq!(clock.advance_ms(LATEST_MS - 1_501), Ok(LATEST_MS));
    }
}
