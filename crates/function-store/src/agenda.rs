//! What is left to do later: storing that transitions are finished, sweeping away what deleted functions have left.
//!
//! Nothing depends on it but the promptness of events and the space that deleted versions take. It is kept in memory
//! only; a store that is opened looks for what earlier processes have left.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use funclet_storage::Scope;
use funclet_validation::{Caller, FunctionName};

use crate::answer::Reason;
use crate::decide::{
    CompleteTransitions, Due, Ending, SettleFunction, SettleMapping, SettleProvisioned, Settled,
    SettledProvisioned, SweepGone, gone_functions, pending_mappings, unsettled_functions, unsettled_mappings,
};
use crate::error::ServiceError;
use crate::keys;
use crate::store::{Failure, FunctionStore};

/// With more entries than this everything is forgotten and searched for again: a host that never settles costs bounded
/// memory.
const ENTRIES_MAX: usize = 65_536;

/// What this process knows of.
#[derive(Default)]
pub(crate) struct Agenda(Mutex<Entries>);

#[derive(Default)]
struct Entries {
    /// The engine time at which a function is to be settled.
    transitions: BTreeMap<(Caller, FunctionName), u64>,
    /// The engine time at which an event source mapping is to be settled.
    mappings: BTreeMap<(Caller, [u8; 16]), u64>,
    /// The engine time at which provisioned concurrency of a function is to be settled.
    provisioned: BTreeMap<(Caller, FunctionName), u64>,
    gone: BTreeSet<(Caller, [u8; 16])>,
    /// What earlier processes have left is looked for once, scope by scope.
    search: Search,
}

impl Entries {
    fn len(&self) -> usize {
        self.transitions.len() + self.mappings.len() + self.provisioned.len() + self.gone.len()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum Search {
    #[default]
    NotBegun,
    /// Goes on after this scope.
    After(Scope),
    /// Goes on within this scope, after this key.
    Within(Scope, Vec<u8>),
    Done,
}

impl Agenda {
    pub(crate) fn note(&self, caller: &Caller, due: Due) {
        let mut entries = self.lock();
        if entries.len() >= ENTRIES_MAX {
            *entries = Entries::default();
        }
        match due {
            Due::Gone { incarnation } => {
                entries.gone.insert((caller.clone(), incarnation));
            }
            Due::Transition { name, at_ms } => {
                note_earliest(&mut entries.transitions, (caller.clone(), name), at_ms);
            }
            Due::Mapping { uuid, at_ms } => {
                note_earliest(&mut entries.mappings, (caller.clone(), uuid), at_ms);
            }
            Due::Provisioned { name, at_ms } => {
                note_earliest(&mut entries.provisioned, (caller.clone(), name), at_ms);
            }
        }
    }

    /// A panicking holder leaves plain data behind: nothing here is half done.
    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_due(&self, now_ms: u64) -> BTreeMap<(Caller, FunctionName), u64> {
        take_until(&mut self.lock().transitions, now_ms)
    }

    fn take_due_mappings(&self, now_ms: u64) -> BTreeMap<(Caller, [u8; 16]), u64> {
        take_until(&mut self.lock().mappings, now_ms)
    }

    fn take_due_provisioned(&self, now_ms: u64) -> BTreeMap<(Caller, FunctionName), u64> {
        take_until(&mut self.lock().provisioned, now_ms)
    }

    fn take_gone(&self) -> BTreeSet<(Caller, [u8; 16])> {
        std::mem::take(&mut self.lock().gone)
    }
}

fn note_earliest<K: Ord>(times: &mut BTreeMap<K, u64>, key: K, at_ms: u64) {
    let earliest = times.entry(key).or_insert(at_ms);
    *earliest = at_ms.min(*earliest);
}

fn take_until<K: Ord>(times: &mut BTreeMap<K, u64>, now_ms: u64) -> BTreeMap<K, u64> {
    let (due, later) = std::mem::take(times).into_iter().partition(|(_, at_ms)| *at_ms <= now_ms);
    *times = later;
    due
}

impl FunctionStore {
    /// Stores transitions that are due and sweeps away what deleted functions have left; returns how much was done.
    ///
    /// What earlier processes have left is found a page at a time, one with each call.
    ///
    /// # Errors
    /// The first [`Failure`] of the store; what failed is tried again with the next call.
    pub fn settle(&self) -> Result<usize, Failure> {
        self.search()?;
        let (mut done, mut failed) = (0, None);
        for ((caller, function_name), at_ms) in self.agenda().take_due(self.now_ms()) {
            match self.settle_function(&caller, &function_name) {
                Ok(finished) => done += finished,
                Err(failure) => {
                    self.agenda().note(&caller, Due::Transition { name: function_name, at_ms });
                    failed.get_or_insert(failure);
                }
            }
        }
        for ((caller, uuid), at_ms) in self.agenda().take_due_mappings(self.now_ms()) {
            match self.run(&caller, SettleMapping { uuid, in_any_case: false }) {
                Ok(finished) => done += usize::from(finished),
                Err(failure) => {
                    self.agenda().note(&caller, Due::Mapping { uuid, at_ms });
                    failed.get_or_insert(failure);
                }
            }
        }
        for ((caller, name), at_ms) in self.agenda().take_due_provisioned(self.now_ms()) {
            match self.settle_provisioned(&caller, &name, &Ending::Due) {
                Ok(finished) => done += finished,
                Err(failure) => {
                    self.agenda().note(&caller, Due::Provisioned { name, at_ms });
                    failed.get_or_insert(failure);
                }
            }
        }
        for (caller, incarnation) in self.agenda().take_gone() {
            match self.sweep(&caller, incarnation) {
                Ok(swept) => done += swept,
                Err(failure) => {
                    self.agenda().note(&caller, Due::Gone { incarnation });
                    failed.get_or_insert(failure);
                }
            }
        }
        failed.map_or(Ok(done), Err)
    }

    fn settle_function(&self, caller: &Caller, function_name: &FunctionName) -> Result<usize, Failure> {
        let (mut done, mut after) = (0, None);
        loop {
            let settle = SettleFunction { function_name: function_name.clone(), after };
            let Settled { finished, next, .. } = self.run(caller, settle)?;
            done += finished;
            match next {
                Some(_) => after = next,
                None => return Ok(done),
            }
        }
    }

    /// Removes what a deleted function has left; answers in how many transactions.
    fn sweep(&self, caller: &Caller, incarnation: [u8; 16]) -> Result<usize, Failure> {
        let mut done = 1;
        while !self.run(caller, SweepGone { incarnation })? {
            done += 1;
        }
        Ok(done)
    }

    /// Completes everything that is pending of a function and its versions, provisioned concurrency included, or fails it with a reason; returns how much
    /// that was.
    ///
    /// What is in progress with event source mappings of the function, which may not exist any more, is completed as well; it
    /// never fails.
    ///
    /// # Errors
    /// [`ServiceError::FunctionNotFound`], or a [`Failure`] of the store; then some may be completed and others not.
    pub fn complete_transitions(
        &self,
        caller: &Caller,
        function_name: &FunctionName,
        failure: Option<Reason>,
    ) -> Result<usize, Failure> {
        let of_mappings = if failure.is_none() { self.complete_mappings(caller, function_name)? } else { 0 };
        match self.complete_function(caller, function_name, failure) {
            Err(Failure::Refused(ServiceError::FunctionNotFound { .. })) if of_mappings > 0 => {
                Ok(of_mappings)
            }
            of_function => Ok(of_function? + of_mappings),
        }
    }

    fn complete_mappings(&self, caller: &Caller, function_name: &FunctionName) -> Result<usize, Failure> {
        let (mut done, mut after) = (0, None);
        loop {
            let (pending, next) = self.look(caller, pending_mappings(function_name.clone(), after))?;
            for uuid in pending {
                done += usize::from(self.run(caller, SettleMapping { uuid, in_any_case: true })?);
            }
            match next {
                Some(_) => after = next,
                None => return Ok(done),
            }
        }
    }

    fn complete_function(
        &self,
        caller: &Caller,
        function_name: &FunctionName,
        failure: Option<Reason>,
    ) -> Result<usize, Failure> {
        let mut command = CompleteTransitions { function_name: function_name.clone(), failure, after: None };
        let mut done = 0;
        loop {
            let Settled { finished, next, is_provisioned } = match self.run(caller, command.clone()) {
                // Deleted between two rounds: nothing of it is pending any more.
                Err(Failure::Refused(ServiceError::FunctionNotFound { .. })) if command.after.is_some() => {
                    return Ok(done);
                }
                settled => settled?,
            };
            done += finished;
            match next {
                Some(_) => command.after = next,
                None if is_provisioned => {
                    let ending = Ending::Now { failure: command.failure };
                    return Ok(done + self.settle_provisioned(caller, function_name, &ending)?);
                }
                None => return Ok(done),
            }
        }
    }

    fn settle_provisioned(
        &self,
        caller: &Caller,
        function_name: &FunctionName,
        ending: &Ending,
    ) -> Result<usize, Failure> {
        let (mut done, mut after) = (0, None);
        loop {
            let (function_name, ending) = (function_name.clone(), ending.clone());
            let settle = SettleProvisioned { function_name, ending, after };
            let SettledProvisioned { finished, next } = self.run(caller, settle)?;
            done += finished;
            match next {
                Some(_) => after = next,
                None => return Ok(done),
            }
        }
    }

    /// Looks at one page of what earlier processes have left.
    fn search(&self) -> Result<(), Failure> {
        let begun = self.agenda().lock().search.clone();
        let backend = self.backend();
        let (scope, after) = match begun.clone() {
            Search::Done => return Ok(()),
            Search::Within(scope, key) => (Some(scope), Some(key)),
            Search::NotBegun => (backend.scopes(None, 1)?.pop(), None),
            Search::After(scope) => (backend.scopes(Some(&scope), 1)?.pop(), None),
        };
        let next = match scope {
            None => Search::Done,
            Some(scope) => match keys::caller(&scope).map(|caller| self.search_scope(&caller, after)) {
                Some(found) => found?.map_or(Search::After(scope.clone()), |key| Search::Within(scope, key)),
                None => Search::After(scope),
            },
        };
        let mut entries = self.agenda().lock();
        // Unless another caller was faster, or the search has to begin again.
        if entries.search == begun {
            entries.search = next;
        }
        Ok(())
    }

    fn search_scope(&self, caller: &Caller, after: Option<Vec<u8>>) -> Result<Option<Vec<u8>>, Failure> {
        if after.is_none() {
            self.search_gone(caller)?;
        }
        let is_mapping = |key: &Vec<u8>| key.starts_with(keys::MAPPINGS.as_bytes());
        let (after_function, after_mapping) = match after {
            Some(key) if is_mapping(&key) => (None, Some(key)),
            after => (after, None),
        };
        if after_mapping.is_none() {
            let (found, next) = self.look(caller, unsettled_functions(after_function))?;
            found.into_iter().for_each(|due| self.agenda().note(caller, due));
            if next.is_some() {
                return Ok(next);
            }
        }
        let (found, next) = self.look(caller, unsettled_mappings(after_mapping))?;
        for (uuid, at_ms) in found {
            self.agenda().note(caller, Due::Mapping { uuid, at_ms });
        }
        Ok(next)
    }

    fn search_gone(&self, caller: &Caller) -> Result<(), Failure> {
        let mut after = None;
        loop {
            let found = self.look(caller, gone_functions(after))?;
            let Some(last) = found.last() else { return Ok(()) };
            after = Some(keys::gone(last));
            for incarnation in found {
                self.agenda().note(caller, Due::Gone { incarnation });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller() -> Caller {
        Caller { account: "111122223333".parse().unwrap(), region: "us-east-1".parse().unwrap() }
    }

    fn due(name: &str, at_ms: u64) -> Due {
        Due::Transition { name: name.parse().unwrap(), at_ms }
    }

    #[test]
    fn a_function_stands_there_once_at_its_earliest_time() {
        let agenda = Agenda::default();
        for (name, at_ms) in [("f", 7), ("f", 5), ("f", 9), ("g", 6), ("h", 8)] {
            agenda.note(&caller(), due(name, at_ms));
        }
        let taken: Vec<_> =
            agenda.take_due(6).into_iter().map(|((_, name), at_ms)| (name.to_string(), at_ms)).collect();
        assert_eq!(taken, [("f".to_owned(), 5), ("g".to_owned(), 6)]);
        assert_eq!((agenda.take_due(7).len(), agenda.take_due(8).len()), (0, 1));
    }

    #[test]
    fn it_never_grows_beyond_its_bound_and_then_searches_again() {
        let agenda = Agenda::default();
        agenda.lock().search = Search::Done;
        for number in 0..ENTRIES_MAX as u64 {
            agenda.note(&caller(), Due::Gone { incarnation: u128::from(number).to_be_bytes() });
        }
        assert_eq!(agenda.lock().gone.len(), ENTRIES_MAX);
        assert_eq!(agenda.lock().search, Search::Done);
        agenda.note(&caller(), due("f", 0));
        let entries = agenda.lock();
        assert_eq!((entries.gone.len(), entries.transitions.len()), (0, 1));
        assert_eq!(entries.search, Search::NotBegun);
    }
}
