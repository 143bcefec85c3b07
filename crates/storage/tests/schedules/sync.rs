//! Takes the place of `src/sync.rs`: parking_lot's locks, as far as the log uses them, made of shuttle's.
//!
//! shuttle has a twin of parking_lot's locks, but none of its `Condvar`.

use std::cell::Cell;
use std::ops::{Deref, DerefMut};
use std::sync::PoisonError;
use std::time::Duration;

use shuttle::rand::Rng as _;
use shuttle::sync as scheduled;

pub(crate) use shuttle::sync::atomic::AtomicU64;
pub(crate) use shuttle::thread;

thread_local! {
    /// A planted bug: a signal for all wakes one. All threads of a scene run on one thread of the system.
    pub(crate) static WAKES_ONLY_ONE: Cell<bool> = const { Cell::new(false) };
}

pub(crate) struct Mutex<T>(scheduled::Mutex<T>);

pub(crate) struct MutexGuard<'a, T> {
    mutex: &'a Mutex<T>,
    /// `None` only while it is given back for a time.
    held: Option<scheduled::MutexGuard<'a, T>>,
}

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(scheduled::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        MutexGuard { mutex: self, held: Some(self.acquire()) }
    }

    pub(crate) fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        self.0.try_lock().ok().map(|held| MutexGuard { mutex: self, held: Some(held) })
    }

    fn acquire(&self) -> scheduled::MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> MutexGuard<'_, T> {
    pub(crate) fn unlocked<R>(this: &mut Self, body: impl FnOnce() -> R) -> R {
        this.held = None;
        let result = body();
        this.held = Some(this.mutex.acquire());
        result
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.held.as_ref().unwrap()
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.held.as_mut().unwrap()
    }
}

pub(crate) struct Condvar(scheduled::Condvar);

pub(crate) struct WaitTimeoutResult(bool);

impl WaitTimeoutResult {
    pub(crate) fn timed_out(&self) -> bool {
        self.0
    }
}

impl Condvar {
    pub(crate) fn new() -> Self {
        Self(scheduled::Condvar::new())
    }

    pub(crate) fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
        guard.held = guard.held.take().map(|held| self.0.wait(held).unwrap_or_else(PoisonError::into_inner));
    }

    /// There is no time in a schedule: the time is up before anybody signals, or not before somebody does. So whoever
    /// relies on the time to get on at all is found waiting for ever.
    pub(crate) fn wait_for<T>(&self, guard: &mut MutexGuard<'_, T>, _time: Duration) -> WaitTimeoutResult {
        let timed_out = shuttle::rand::thread_rng().r#gen();
        if timed_out {
            MutexGuard::unlocked(guard, thread::yield_now);
        } else {
            self.wait(guard);
        }
        WaitTimeoutResult(timed_out)
    }

    pub(crate) fn notify_one(&self) {
        self.0.notify_one();
    }

    pub(crate) fn notify_all(&self) {
        if WAKES_ONLY_ONE.get() { self.0.notify_one() } else { self.0.notify_all() }
    }
}
