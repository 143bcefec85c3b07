//! The model: what a store holds, in maps.

use std::collections::BTreeMap;

use funclet_storage::{BlobDigest, CommitError, Position, TxnId, codec};

use super::{Action, COUNTER, blob_content, key, value};
use crate::script::KIND;

/// What a scope holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ScopeModel {
    pub(crate) values: BTreeMap<Vec<u8>, String>,
    pub(crate) counter: Option<u64>,
    pub(crate) held: BTreeMap<BlobDigest, (Vec<u8>, u64)>,
}

/// What a store holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Model {
    pub(crate) scopes: [ScopeModel; 2],
    pub(crate) events: Vec<(usize, Vec<Vec<u8>>)>,
    pub(crate) outcomes: Vec<(usize, TxnId, bool)>,
}

/// How a transaction ends.
#[derive(Debug, PartialEq, Clone, Copy)]
pub(crate) enum End {
    Committed,
    Refused,
    Rule,
    Limit,
}

impl From<&Result<Position, CommitError>> for End {
    fn from(result: &Result<Position, CommitError>) -> Self {
        match result {
            Ok(_) => Self::Committed,
            Err(CommitError::Refused) => Self::Refused,
            Err(CommitError::Rule(_)) => Self::Rule,
            Err(CommitError::Limit(counter)) if counter == COUNTER => Self::Limit,
            Err(other) => panic!("{other:?}"),
        }
    }
}

impl Model {
    /// Does what a transaction does, if it commits.
    pub(crate) fn transact(&mut self, number: usize, txn: TxnId, actions: &[Action], refuse: bool) -> End {
        let (mut scope, mut events) = (self.scopes[number].clone(), Vec::new());
        let (mut added, mut wrote) = (None, false);
        let mut end = End::Committed;
        for action in actions {
            wrote = true;
            match action {
                Action::Put { key: k, value: v } => drop(scope.values.insert(key(*k), value(*v))),
                Action::Delete { key: k } => drop(scope.values.remove(&key(*k))),
                Action::Add { delta, max } => added = Some((added.map_or(0, |(sum, _)| sum) + delta, *max)),
                Action::Inline { blob } | Action::Upload { blob } => {
                    let content = blob_content(*blob, matches!(action, Action::Upload { .. }));
                    scope.held.entry(BlobDigest::of(&content)).or_insert((content, 0)).1 += 1;
                }
                Action::Release { blob, uploaded } => {
                    let digest = BlobDigest::of(&blob_content(*blob, *uploaded));
                    match scope.held.get_mut(&digest) {
                        Some((_, count)) if *count > 0 => *count -= 1,
                        _ => {
                            end = End::Rule;
                            break;
                        }
                    }
                }
                Action::Event { event } => events.push(vec![*event]),
            }
        }
        if end == End::Committed && refuse {
            end = End::Refused;
        }
        if let (End::Committed, Some((delta, max))) = (end, added) {
            let new = scope.counter.unwrap_or(0).saturating_add_signed(delta);
            if delta > 0 && new > max {
                end = End::Limit;
            }
            scope.counter = Some(new);
        }
        if end == End::Committed {
            scope.held.retain(|_, (_, count)| *count > 0);
            self.scopes[number] = scope;
            if !events.is_empty() {
                self.events.push((number, events));
            }
        }
        self.outcomes.push((number, txn, end == End::Committed && wrote));
        end
    }
}

/// Everything that a scan of a scope shows: values, the counter, and the counts of references.
pub(crate) fn table(scope: &ScopeModel) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let values = scope.values.iter();
    let mut table: BTreeMap<_, _> =
        values.map(|(key, value)| (key.clone(), codec::encode_payload(KIND, value).unwrap())).collect();
    table.extend(scope.counter.map(|count| (COUNTER.to_vec(), count.to_le_bytes().to_vec())));
    for (digest, (content, count)) in &scope.held {
        let payload = [(content.len() as u64).to_le_bytes(), count.to_le_bytes()].concat();
        table.insert([b"b/", &digest.as_bytes()[..]].concat(), payload);
    }
    table
}
