//! References to blobs, counted from a snapshot and the records after it, so that a check can compare.

use std::collections::BTreeMap;

use crate::digest::BlobDigest;
use crate::record::{Record, Reference, ReferenceOp};
use crate::scope::Scope;
use crate::transaction::{REFERENCE_PREFIX, read_reference};
use crate::value::Value;

/// What each scope holds after the records so far: size and count of each blob.
#[derive(Default)]
pub(crate) struct References(BTreeMap<(Scope, BlobDigest), (u64, u64)>);

/// A reference whose count does not follow from the records before it.
pub(crate) struct Miscounted {
    pub(crate) reference: Reference,
    /// The count before it.
    pub(crate) before: u64,
}

impl References {
    /// Takes note of an entry of a snapshot, if it is a count of references.
    pub(crate) fn restore(&mut self, full_key: &[u8], value: &Value) {
        let counted = || {
            let (scope, key) = Scope::split(full_key)?;
            let digest = key.strip_prefix(REFERENCE_PREFIX)?.try_into().ok()?;
            Some(((scope, BlobDigest::from_bytes(digest)), read_reference(value)?))
        };
        self.0.extend(counted());
    }

    /// Counts the references of the next record. The counts that it carries are believed, and those that do not follow
    /// from the records before are returned.
    pub(crate) fn add(&mut self, record: &Record) -> Vec<Miscounted> {
        let mut miscounted = Vec::new();
        for reference in &record.references {
            let key = (record.scope.clone(), reference.digest);
            let counted = self.0.insert(key, (reference.size, reference.count));
            let before = counted.map_or(0, |(_, count)| count);
            let expected = match reference.op {
                ReferenceOp::Hold => before.checked_add(1),
                ReferenceOp::Release => before.checked_sub(1),
            };
            if expected != Some(reference.count) {
                miscounted.push(Miscounted { reference: *reference, before });
            }
        }
        miscounted
    }

    /// Each blob that some scope holds, with its size.
    pub(crate) fn held(&self) -> BTreeMap<BlobDigest, u64> {
        let held = self.0.iter().filter(|(_, (_, count))| *count > 0);
        held.map(|((_, digest), (size, _))| (*digest, *size)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::with_references as record;

    #[test]
    fn a_blob_is_held_while_some_scope_holds_it() {
        use ReferenceOp::{Hold, Release};
        let mut references = References::default();
        assert!(references.add(&record("a", &[(Hold, 1), (Hold, 2)])).is_empty());
        assert!(references.add(&record("b", &[(Hold, 1)])).is_empty());
        assert!(references.add(&record("a", &[(Release, 1), (Release, 0)])).is_empty());
        assert_eq!(references.held().len(), 1);
        assert!(references.add(&record("b", &[(Release, 0)])).is_empty());
        assert!(references.held().is_empty());
    }

    #[test]
    fn a_count_that_does_not_follow_is_told() {
        let mut references = References::default();
        let wrong = references.add(&record("a", &[(ReferenceOp::Hold, 2), (ReferenceOp::Release, 1)]));
        assert_eq!(
            wrong.iter().map(|wrong| (wrong.before, wrong.reference.count)).collect::<Vec<_>>(),
            [(0, 2)]
        );
    }
}
