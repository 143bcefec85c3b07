//! Wakes the maintenance thread.

use crate::sync::{Condvar, Mutex};

/// Raised when there is something to do, or when it is time to stop.
#[derive(Default)]
pub(crate) struct Signal {
    raised: Mutex<Raised>,
    changed: Condvar,
}

#[derive(Default, Clone, Copy)]
struct Raised {
    work: bool,
    stop: bool,
}

impl Signal {
    pub(crate) fn raise(&self) {
        let mut raised = self.raised.lock();
        if !raised.work {
            raised.work = true;
            self.changed.notify_one();
        }
    }

    pub(crate) fn stop(&self) {
        self.raised.lock().stop = true;
        self.changed.notify_one();
    }

    /// Waits for work; false when it is time to stop.
    pub(crate) fn wait(&self) -> bool {
        let mut raised = self.raised.lock();
        while !raised.work && !raised.stop {
            self.changed.wait(&mut raised);
        }
        raised.work = false;
        !raised.stop
    }
}
