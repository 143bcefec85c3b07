//! Taking down calls while they are made.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::history::{Call, End, History};

/// What came of a call that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome<A> {
    /// It was answered.
    Answered(A),
    /// It surely did nothing: it is left out of the history.
    NotDone,
    /// Nobody knows whether it took effect.
    Unknown,
}

/// Takes down the calls of all threads, with the times of one counter.
///
/// ```
/// use funclet_testkit::linearizability::{Outcome, Recorder};
///
/// let recorder = Recorder::new();
/// let outcome = recorder.call(0, "one and one", |_| Outcome::Answered(2));
/// assert_eq!(outcome, Outcome::Answered(2));
/// let history = recorder.into_history();
/// assert_eq!(history.calls()[0].answer(), Some(&2));
/// ```
#[derive(Debug)]
pub struct Recorder<O, A> {
    /// Counts the events.
    time: AtomicU64,
    calls: Mutex<Vec<Call<O, A>>>,
}

impl<O, A> Default for Recorder<O, A> {
    fn default() -> Self {
        Self::new()
    }
}

impl<O, A> Recorder<O, A> {
    /// Makes a recorder that has recorded nothing.
    #[must_use]
    pub fn new() -> Self {
        Self { time: AtomicU64::new(0), calls: Mutex::default() }
    }

    /// Makes a call and takes it down; `process` is who makes it.
    pub fn call(&self, process: usize, operation: O, run: impl FnOnce(&O) -> Outcome<A>) -> Outcome<A>
    where
        A: Clone,
    {
        let invoked = self.tick();
        let outcome = run(&operation);
        let at = self.tick();
        let end = match &outcome {
            Outcome::Answered(answer) => End::Answered { at, answer: answer.clone() },
            Outcome::NotDone => return outcome,
            Outcome::Unknown => End::Unknown { before: None },
        };
        self.calls().push(Call { process, operation, invoked, end });
        outcome
    }

    /// Notes that whatever is unknown by now has taken effect already or never will, because the engine was opened again.
    pub fn settle(&self) {
        let now = self.tick();
        for call in self.calls().iter_mut() {
            if let End::Unknown { before: before @ None } = &mut call.end {
                *before = Some(now);
            }
        }
    }

    /// Ends the recording.
    #[must_use]
    pub fn into_history(self) -> History<O, A> {
        History::new(self.calls.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// Draws the next time. All threads agree on the order of these, so an interval is never shorter than the call.
    fn tick(&self) -> u64 {
        self.time.fetch_add(1, Ordering::SeqCst)
    }

    fn calls(&self) -> MutexGuard<'_, Vec<Call<O, A>>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
