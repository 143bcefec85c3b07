//! What is kept of past transactions beside their outcome: events for the feed, ids for `resolve`.

use std::collections::{HashMap, VecDeque};

use crate::backend::{EventBatch, Events};
use crate::error::ReadError;
use crate::record::Record;
use crate::snapshot::Forgotten;
use crate::txn::{Lsn, Outcome, Position, TxnId};

/// How many events the feed keeps.
const EVENTS_MAX: usize = 10_000;
/// How many transactions can be asked for by their id.
const TXNS_MAX: usize = 65_536;

/// The recent past of a store, in the order of the log.
#[derive(Default, Clone)]
pub(crate) struct History {
    batches: VecDeque<EventBatch>,
    events: usize,
    txns: HashMap<TxnId, Lsn>,
    txn_order: VecDeque<(TxnId, Lsn)>,
    forgotten: Forgotten,
}

impl History {
    /// What a snapshot tells.
    pub(crate) fn restore(
        batches: Vec<EventBatch>,
        transactions: Vec<(TxnId, Lsn)>,
        forgotten: Forgotten,
    ) -> Self {
        Self {
            events: batches.iter().map(|batch| batch.events.len()).sum(),
            batches: batches.into(),
            txns: transactions.iter().copied().collect(),
            txn_order: transactions.into(),
            forgotten,
        }
    }

    /// Takes note of a committed record.
    pub(crate) fn add(&mut self, lsn: Lsn, txn: TxnId, record: &Record) {
        self.forgotten.time_ms_max = self.forgotten.time_ms_max.max(txn.time_ms());
        self.txns.insert(txn, lsn);
        self.txn_order.push_back((txn, lsn));
        if self.txn_order.len() > TXNS_MAX
            && let Some((oldest, _)) = self.txn_order.pop_front()
        {
            self.txns.remove(&oldest);
            let forgotten_ms = &mut self.forgotten.transactions_ms;
            *forgotten_ms = oldest.time_ms().max(*forgotten_ms);
        }
        if !record.events.is_empty() {
            self.add_events(EventBatch {
                position: Position::from_u64(lsn),
                scope: record.scope.clone(),
                events: record.events.clone(),
            });
        }
    }

    fn add_events(&mut self, batch: EventBatch) {
        self.events += batch.events.len();
        self.batches.push_back(batch);
        while self.events > EVENTS_MAX {
            let Some(oldest) = self.batches.pop_front() else { break };
            self.events -= oldest.events.len();
            // A snapshot may have kept batches before those that were forgotten while it was written.
            self.forgotten.events = self.forgotten.events.max(oldest.position.to_u64());
        }
    }

    /// Returns batches after `after`, up to the record `durable`.
    pub(crate) fn events(&self, after: Position, limit: usize, durable: Lsn) -> Events {
        let oldest = Position::from_u64(self.forgotten.events);
        if after < oldest {
            return Events::Lost { oldest };
        }
        let first = self.batches.partition_point(|batch| batch.position <= after);
        let next = self.batches.iter().skip(first).take(limit);
        Events::Batches(next.take_while(|batch| batch.position.to_u64() <= durable).cloned().collect())
    }

    /// Returns the transactions that are known, up to the record `last`, in the order of the log.
    pub(crate) fn transactions(&self, last: Lsn) -> Vec<(TxnId, Lsn)> {
        self.txn_order.iter().take_while(|(_, lsn)| *lsn <= last).copied().collect()
    }

    /// Returns what is no longer kept, and how far the past reaches.
    pub(crate) fn forgotten(&self) -> Forgotten {
        self.forgotten
    }

    /// Returns the LSN of a transaction, `None` if it is not in the log.
    ///
    /// # Errors
    /// [`ReadError::OutcomeForgotten`] if that is not known any more.
    pub(crate) fn lsn_of(&self, id: TxnId) -> Result<Option<Lsn>, ReadError> {
        match self.txns.get(&id) {
            Some(lsn) => Ok(Some(*lsn)),
            None if id.time_ms() <= self.forgotten.transactions_ms && self.forgotten.transactions_ms > 0 => {
                Err(ReadError::OutcomeForgotten { id })
            }
            None => Ok(None),
        }
    }

    pub(crate) fn outcome(&self, id: TxnId) -> Result<Outcome, ReadError> {
        let lsn = self.lsn_of(id)?;
        Ok(lsn.map_or(Outcome::NeverWill, |lsn| Outcome::Committed(Position::from_u64(lsn))))
    }

    pub(crate) fn time_ms_max(&self) -> u64 {
        self.forgotten.time_ms_max
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::Scope;

    fn record(events: usize) -> Record {
        Record {
            scope: Scope::new("s").unwrap(),
            writes: vec![],
            blobs: vec![],
            references: vec![],
            events: vec![b"e".to_vec(); events],
        }
    }

    #[test]
    fn a_reader_goes_on_where_it_stopped_and_learns_when_it_is_too_late() {
        let mut history = History::default();
        for lsn in 1..=3 {
            history.add(lsn, TxnId::new(lsn, [0; 16]), &record(EVENTS_MAX / 2));
        }
        assert_eq!(history.time_ms_max(), 3);
        assert_eq!(history.events(Position::START, 9, 3), Events::Lost { oldest: Position::from_u64(1) });
        let Events::Batches(batches) = history.events(Position::from_u64(1), 9, 2) else { panic!("lost") };
        assert_eq!(batches.iter().map(|b| b.position.to_u64()).collect::<Vec<_>>(), [2], "3 is not durable");
    }

    #[test]
    fn an_outcome_that_is_forgotten_is_not_made_up() {
        let mut history = History::default();
        let id = |number: u64| TxnId::new(1_000 + number, [number as u8; 16]);
        for lsn in 1..=TXNS_MAX as u64 + 1 {
            history.add(lsn, id(lsn), &record(0));
        }
        assert!(matches!(history.outcome(id(1)), Err(ReadError::OutcomeForgotten { .. })));
        assert_eq!(history.outcome(id(2)).unwrap(), Outcome::Committed(Position::from_u64(2)));
        let never = TxnId::new(id(2).time_ms(), [9; 16]);
        assert_eq!(history.outcome(never).unwrap(), Outcome::NeverWill);
    }

    #[test]
    fn what_is_restored_is_what_was_kept() {
        let mut history = History::default();
        for lsn in 1..=3 {
            history.add(lsn, TxnId::new(lsn, [0; 16]), &record(EVENTS_MAX / 2));
        }
        let Events::Batches(batches) = history.events(Position::from_u64(1), 9, 3) else { panic!("lost") };
        let restored = History::restore(batches, history.transactions(3), history.forgotten());
        for after in 0..4 {
            let after = Position::from_u64(after);
            assert_eq!(restored.events(after, 9, 3), history.events(after, 9, 3));
        }
        assert_eq!((restored.time_ms_max(), restored.events), (3, EVENTS_MAX));
    }

    /// Events may be forgotten while a snapshot is written that has some of those before them.
    #[test]
    fn a_gap_in_what_was_kept_is_never_passed_over() {
        let batch = |lsn| EventBatch {
            position: Position::from_u64(lsn),
            scope: Scope::new("s").unwrap(),
            events: vec![vec![]; EVENTS_MAX / 2],
        };
        let forgotten = Forgotten { events: 4, ..Forgotten::default() };
        let mut history = History::restore(vec![batch(1), batch(2), batch(5)], vec![], forgotten);
        history.add(6, TxnId::new(6, [0; 16]), &record(1));
        let lost = Events::Lost { oldest: Position::from_u64(4) };
        assert_eq!(history.events(Position::from_u64(2), 9, 6), lost, "3 and 4 are gone");
    }
}
