//! What is kept of past transactions beside their outcome: events for the feed, ids for `resolve`.

use std::collections::{HashMap, VecDeque};

use crate::backend::{EventBatch, Events};
use crate::record::Record;
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
    /// The position of the newest batch that was forgotten.
    forgotten: Option<Position>,
    txns: HashMap<TxnId, Lsn>,
    txn_order: VecDeque<TxnId>,
    time_ms_max: u64,
}

impl History {
    /// Takes note of a committed record.
    pub(crate) fn add(&mut self, lsn: Lsn, txn: TxnId, record: &Record) {
        self.time_ms_max = self.time_ms_max.max(txn.time_ms());
        self.txns.insert(txn, lsn);
        self.txn_order.push_back(txn);
        if self.txn_order.len() > TXNS_MAX
            && let Some(oldest) = self.txn_order.pop_front()
        {
            self.txns.remove(&oldest);
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
            self.forgotten = Some(oldest.position);
        }
    }

    /// Returns batches after `after`, up to the record `durable`.
    pub(crate) fn events(&self, after: Position, limit: usize, durable: Lsn) -> Events {
        if let Some(oldest) = self.forgotten.filter(|forgotten| after < *forgotten) {
            return Events::Lost { oldest };
        }
        let first = self.batches.partition_point(|batch| batch.position <= after);
        let next = self.batches.iter().skip(first).take(limit);
        Events::Batches(next.take_while(|batch| batch.position.to_u64() <= durable).cloned().collect())
    }

    /// Returns the LSN of a transaction, `None` if it is not in the log (or too old to be known).
    pub(crate) fn lsn_of(&self, id: TxnId) -> Option<Lsn> {
        self.txns.get(&id).copied()
    }

    pub(crate) fn outcome(&self, id: TxnId) -> Outcome {
        self.lsn_of(id).map_or(Outcome::NeverWill, |lsn| Outcome::Committed(Position::from_u64(lsn)))
    }

    pub(crate) fn time_ms_max(&self) -> u64 {
        self.time_ms_max
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
}
