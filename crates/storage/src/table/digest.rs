//! What the entries of a table add up to.

use sha2::{Digest as _, Sha256};

use crate::value::Value;

/// Count and sum of hashes of all entries: equal for equal tables, however they came about, and kept up change by change.
///
/// A table that forgot an entry, or brought an old one back, no longer adds up. The hash is the first half of SHA-256, so
/// that no pattern of damage cancels out; it takes about a microsecond an entry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct TableDigest {
    pub(crate) entries: u64,
    pub(crate) sum: u128,
}

impl TableDigest {
    /// The length of the encoded digest, in bytes.
    pub(crate) const BYTES: usize = 24;

    pub(crate) fn add(&mut self, key: &[u8], value: &Value) {
        self.entries = self.entries.wrapping_add(1);
        self.sum = self.sum.wrapping_add(hash(key, value));
    }

    fn subtract(&mut self, key: &[u8], value: &Value) {
        self.entries = self.entries.wrapping_sub(1);
        self.sum = self.sum.wrapping_sub(hash(key, value));
    }

    /// Takes note that the value of `key` changed.
    pub(crate) fn replace(&mut self, key: &[u8], old: Option<&Value>, new: Option<&Value>) {
        if let Some(old) = old {
            self.subtract(key, old);
        }
        if let Some(new) = new {
            self.add(key, new);
        }
    }

    pub(crate) fn encode(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let (entries, sum) = bytes.split_at_mut(size_of::<u64>());
        entries.copy_from_slice(&self.entries.to_le_bytes());
        sum.copy_from_slice(&self.sum.to_le_bytes());
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (entries, sum) = bytes.split_at_checked(size_of::<u64>())?;
        let entries = u64::from_le_bytes(entries.try_into().ok()?);
        Some(Self { entries, sum: u128::from_le_bytes(sum.try_into().ok()?) })
    }
}

/// The length of the key keeps key and value apart.
fn hash(key: &[u8], value: &Value) -> u128 {
    let mut hasher = Sha256::new();
    hasher.update((key.len() as u64).to_le_bytes());
    hasher.update(key);
    hasher.update(value.as_bytes());
    let hash: [u8; 32] = hasher.finalize().into();
    hash.iter().take(size_of::<u128>()).fold(0, |number, byte| number << 8 | u128::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        Value::from_parts(1, 16, text.as_bytes(), 7)
    }

    #[test]
    fn the_way_to_a_table_does_not_matter() {
        let (mut one, mut other) = (TableDigest::default(), TableDigest::default());
        one.replace(b"a", None, Some(&value("1")));
        one.replace(b"b", None, Some(&value("2")));
        one.replace(b"a", Some(&value("1")), Some(&value("3")));
        one.replace(b"b", Some(&value("2")), None);
        other.add(b"a", &value("3"));
        assert_eq!(one, other);
        assert_eq!(TableDigest::decode(&one.encode()), Some(one));
        one.replace(b"a", Some(&value("3")), None);
        assert_eq!(one, TableDigest::default());
    }

    #[test]
    fn keys_and_values_are_told_apart() {
        let of = |key: &[u8], text: &str| {
            let mut digest = TableDigest::default();
            digest.add(key, &value(text));
            digest
        };
        assert_ne!(of(b"ab", "c"), of(b"a", "bc"));
        assert_ne!(of(b"a", "b"), of(b"a", "c"));
    }
}
