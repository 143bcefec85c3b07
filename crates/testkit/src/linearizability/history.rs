//! Who called what, when, and what came of it.

use std::collections::BTreeMap;
use std::ops::Range;

/// One call. Times are numbers that only order the events of a history, each event with its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call<O, A> {
    /// Who called; only reports look at it.
    pub process: usize,
    /// What was called.
    pub operation: O,
    /// When.
    pub invoked: u64,
    /// What came of it.
    pub end: End<A>,
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End<A> {
    /// It was answered.
    Answered {
        /// When.
        at: u64,
        /// What.
        answer: A,
    },
    /// Nobody knows whether it took effect.
    Unknown {
        /// If it did, then before this time; without one it may still do so at any later time.
        before: Option<u64>,
    },
}

impl<O, A> Call<O, A> {
    /// Makes a call that was invoked when `times` starts and answered when it ends.
    #[must_use]
    pub fn answered(process: usize, times: Range<u64>, operation: O, answer: A) -> Self {
        Self { process, operation, invoked: times.start, end: End::Answered { at: times.end, answer } }
    }

    /// Makes a call of which nobody knows what came.
    #[must_use]
    pub fn unknown(process: usize, invoked: u64, operation: O) -> Self {
        Self { process, operation, invoked, end: End::Unknown { before: None } }
    }

    /// Returns the answer, if there is one.
    #[must_use]
    pub fn answer(&self) -> Option<&A> {
        match &self.end {
            End::Answered { answer, .. } => Some(answer),
            End::Unknown { .. } => None,
        }
    }

    /// The time before which it took effect, if it did.
    fn deadline(&self) -> Option<u64> {
        match self.end {
            End::Answered { at, .. } => Some(at),
            End::Unknown { before } => before,
        }
    }

    /// When it was answered, if it was.
    pub(super) fn answered_at(&self) -> Option<u64> {
        self.answer().and_then(|_| self.deadline())
    }
}

/// The calls of one run, in the order of their invocations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History<O, A> {
    calls: Vec<Call<O, A>>,
}

/// A call as the search sees it: what it has to explain, and between which times.
#[derive(Debug)]
pub(super) struct Moment<'h, O, A> {
    pub(super) operation: &'h O,
    /// If there is none, the call may as well never have taken effect.
    pub(super) answer: Option<&'h A>,
    pub(super) invoked: u64,
    pub(super) deadline: u64,
}

impl<O, A> History<O, A> {
    /// Makes a history of calls in any order.
    ///
    /// # Panics
    /// If a call ended before it was invoked.
    #[must_use]
    pub fn new(calls: impl IntoIterator<Item = Call<O, A>>) -> Self {
        let mut calls: Vec<_> = calls.into_iter().collect();
        let ends_late = |call: &Call<O, A>| call.deadline().is_none_or(|deadline| deadline > call.invoked);
        assert!(calls.iter().all(ends_late), "every call ends after its invocation");
        calls.sort_by_key(|call| call.invoked);
        Self { calls }
    }

    /// Returns the calls in the order of their invocations.
    #[must_use]
    pub fn calls(&self) -> &[Call<O, A>] {
        &self.calls
    }

    /// Takes the history apart, into one for each object that calls are about.
    ///
    /// That loses nothing if no call is about two objects: a history is linearizable exactly if the histories of its
    /// objects are (Herlihy and Wing, 1990).
    #[must_use]
    pub fn partition<K: Ord>(self, object: impl Fn(&O) -> K) -> BTreeMap<K, Self> {
        let mut parts = BTreeMap::new();
        for call in self.calls {
            let part = parts.entry(object(&call.operation)).or_insert_with(|| Self { calls: Vec::new() });
            part.calls.push(call);
        }
        parts
    }

    /// What is known of the history at the time `until`: later calls are not there, later answers unknown.
    pub(super) fn moments(&self, until: u64) -> Vec<Moment<'_, O, A>> {
        let begun = self.calls.iter().take_while(|call| call.invoked <= until);
        begun
            .map(|call| {
                let ended = call.deadline().filter(|deadline| *deadline <= until);
                Moment {
                    operation: &call.operation,
                    answer: ended.and(call.answer()),
                    invoked: call.invoked,
                    deadline: ended.unwrap_or(u64::MAX),
                }
            })
            .collect()
    }
}
