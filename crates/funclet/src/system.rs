//! The time and the randomness of the operating system. Only this file asks for them.

use std::time::{SystemTime, UNIX_EPOCH};

use funclet_function_store::Clock;
use funclet_storage::Entropy;

/// The clock of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_ms(&self) -> u64 {
        // A clock before 1970 counts as 1970: engine time never runs backwards anyway.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }
}

/// Ids from the random source of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemIds;

impl Entropy for SystemIds {
    /// # Panics
    /// If the operating system has no random bytes to give: two ids could then be the same.
    fn bytes(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
        bytes
    }
}
