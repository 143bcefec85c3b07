//! What ends a test that hangs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Ends the whole run should a test hang: a deadlock must not look like a slow machine.
pub(crate) struct Watchdog(Arc<AtomicBool>);

impl Watchdog {
    #[expect(clippy::print_stderr, reason = "nobody reads a returned error of an aborted process")]
    pub(crate) fn new(test: &'static str) -> Self {
        let done = Arc::new(AtomicBool::new(false));
        let watched = Arc::clone(&done);
        std::thread::spawn(move || {
            std::thread::park_timeout(Duration::from_secs(60));
            if !watched.load(Ordering::Acquire) {
                eprintln!("{test} hangs");
                std::process::abort();
            }
        });
        Self(done)
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}
