//! Which blobs are held at all, and which no longer are.
//!
//! Each scope counts its own references, in the records. From these counts follows here how many scopes hold a blob, so
//! that its file can go when none does. Never logged: a snapshot brings it along, and the log after it goes on from there.

use std::collections::{HashMap, VecDeque};

use crate::digest::BlobDigest;
use crate::record::{Record, ReferenceOp};
use crate::txn::Lsn;

/// How a blob is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Holding {
    /// The length of the blob, in bytes.
    pub(crate) size: u64,
    /// How many scopes hold it.
    pub(crate) scopes: u32,
}

/// A blob that nobody held any more.
#[derive(Debug, Clone, Copy)]
struct Freed {
    digest: BlobDigest,
    /// Until this record is durable, a crash can bring the blob's holder back.
    lsn: Lsn,
    time_ms: u64,
}

/// The holders of all blobs.
#[derive(Default, Clone)]
pub(crate) struct Holders {
    held: HashMap<BlobDigest, Holding>,
    /// In the order in which they were freed. Some may be held again, or freed once more later.
    freed: VecDeque<Freed>,
    /// When each of them was freed last.
    freed_at: HashMap<BlobDigest, Lsn>,
}

impl Holders {
    /// What a snapshot tells.
    pub(crate) fn restore(blobs: impl IntoIterator<Item = (BlobDigest, Holding)>) -> Self {
        Self { held: blobs.into_iter().collect(), ..Self::default() }
    }

    /// Takes note of the references of the next record.
    pub(crate) fn add(&mut self, lsn: Lsn, time_ms: u64, record: &Record) {
        for reference in &record.references {
            match (reference.op, reference.count) {
                (ReferenceOp::Hold, 1) => {
                    let holding = Holding { size: reference.size, scopes: 0 };
                    self.held.entry(reference.digest).or_insert(holding).scopes += 1;
                }
                (ReferenceOp::Release, 0) => self.release(reference.digest, lsn, time_ms),
                _ => {}
            }
        }
    }

    fn release(&mut self, digest: BlobDigest, lsn: Lsn, time_ms: u64) {
        let Some(holding) = self.held.get_mut(&digest) else { return };
        holding.scopes = holding.scopes.saturating_sub(1);
        if holding.scopes == 0 {
            self.held.remove(&digest);
            self.free(digest, lsn, time_ms);
        }
    }

    /// Remembers a blob that perhaps nobody holds.
    pub(crate) fn free(&mut self, digest: BlobDigest, lsn: Lsn, time_ms: u64) {
        self.freed.push_back(Freed { digest, lsn, time_ms });
        self.freed_at.insert(digest, lsn);
    }

    /// Takes out the blobs that were freed durably and not after `until_ms`.
    pub(crate) fn take_freed(&mut self, durable: Lsn, until_ms: u64) -> Vec<BlobDigest> {
        let mut due = Vec::new();
        while self.has_freed(durable, until_ms) {
            let Some(freed) = self.freed.pop_front() else { break };
            // Whoever held it since and let go of it may not have done so durably.
            if self.freed_at.get(&freed.digest) == Some(&freed.lsn) {
                self.freed_at.remove(&freed.digest);
                due.push(freed.digest);
            }
        }
        due
    }

    /// Whether [`Holders::take_freed`] would find something.
    pub(crate) fn has_freed(&self, durable: Lsn, until_ms: u64) -> bool {
        self.freed.front().is_some_and(|freed| freed.lsn <= durable && freed.time_ms <= until_ms)
    }

    pub(crate) fn get(&self, digest: &BlobDigest) -> Option<Holding> {
        self.held.get(digest).copied()
    }

    pub(crate) fn is_held(&self, digest: &BlobDigest) -> bool {
        self.held.contains_key(digest)
    }

    /// Whether a blob that was taken out by [`Holders::take_freed`] must stay after all.
    pub(crate) fn must_stay(&self, digest: &BlobDigest) -> bool {
        self.is_held(digest) || self.freed_at.contains_key(digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::with_references as record;

    #[test]
    fn a_blob_is_held_while_some_scope_holds_it_durably() {
        use ReferenceOp::{Hold, Release};
        let digest = BlobDigest::of(b"blob");
        let mut holders = Holders::default();
        holders.add(1, 10, &record("a", &[(Hold, 1), (Hold, 2)]));
        holders.add(2, 20, &record("b", &[(Hold, 1)]));
        assert_eq!(holders.get(&digest), Some(Holding { size: 4, scopes: 2 }));
        holders.add(3, 30, &record("a", &[(Release, 1), (Release, 0)]));
        assert!(holders.is_held(&digest) && !holders.has_freed(9, 100));
        holders.add(4, 40, &record("b", &[(Release, 0)]));
        assert!(!holders.is_held(&digest));
        assert!(holders.take_freed(3, 100).is_empty(), "not durable");
        assert!(holders.take_freed(4, 39).is_empty(), "too young");
        holders.add(5, 50, &record("b", &[(Hold, 1)]));
        holders.add(6, 60, &record("b", &[(Release, 0)]));
        assert!(holders.take_freed(5, 100).is_empty(), "freed again, and not yet durably");
        assert_eq!(holders.take_freed(6, 100), [digest]);
        assert!(!holders.has_freed(9, 100) && !holders.must_stay(&digest));
    }
}
