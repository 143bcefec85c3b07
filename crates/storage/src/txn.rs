//! Numbers of transactions: the one a caller makes, the one the log gives.

use std::fmt;

/// Whether a number that was read may be that of a record. No log comes near the bound, below which a number has a
/// successor and a predecessor.
pub(crate) fn is_lsn(number: u64) -> bool {
    (1..u64::MAX / 2).contains(&number)
}

/// The record that a file is named after: 20 digits and `suffix`.
pub(crate) fn lsn_named(name: &str, suffix: &str) -> Option<Lsn> {
    let digits = name.strip_suffix(suffix)?;
    let is_numbered = digits.len() == 20 && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_numbered.then(|| digits.parse().ok())?.filter(|number| is_lsn(*number))
}

/// A record by its number and by the transaction that wrote it: in two copies of one store that were both written to, the
/// same number is another transaction's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RecordId {
    pub(crate) lsn: Lsn,
    pub(crate) txn: TxnId,
}

impl RecordId {
    /// The begin of the log, before the first record.
    pub(crate) const BEGIN: Self = Self { lsn: 0, txn: TxnId([0; 16]) };
}

/// Names a transaction before its first try, so that its outcome can be asked for later.
///
/// A version 7 UUID (RFC 9562): the first 48 bits are the time of the transaction in milliseconds since 1970, the
/// rest is random. The time is the caller's engine time; it orders nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TxnId([u8; 16]);

impl TxnId {
    /// Makes the id of a transaction drawn at `time_ms` (milliseconds since 1970, 48 bits) from 16 random bytes.
    #[must_use]
    pub fn new(time_ms: u64, random: [u8; 16]) -> Self {
        let mut id = random;
        for (to, from) in id.iter_mut().zip(time_ms.to_be_bytes().into_iter().skip(2)) {
            *to = from;
        }
        id[6] = (id[6] & 0x0f) | 0x70;
        id[8] = (id[8] & 0x3f) | 0x80;
        Self(id)
    }

    /// Returns the id whose bytes are `bytes`.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Returns the 16 bytes of the id.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Returns the time of the transaction in milliseconds since 1970.
    #[must_use]
    pub fn time_ms(&self) -> u64 {
        self.0.iter().take(6).fold(0, |time, byte| time << 8 | u64::from(*byte))
    }
}

impl fmt::Display for TxnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().enumerate().try_for_each(|(i, byte)| {
            let dash = if matches!(i, 4 | 6 | 8 | 10) { "-" } else { "" };
            write!(f, "{dash}{byte:02x}")
        })
    }
}

impl fmt::Debug for TxnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TxnId({self})")
    }
}

/// The number of a record in the log: from 1, without gaps.
pub type Lsn = u64;

/// A place in the history of a scope: opaque, ordered within one scope only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(u64);

impl Position {
    /// The place before everything that was ever committed.
    pub const START: Self = Self(0);

    /// Restores a place that [`Position::to_u64`] gave out, perhaps in an earlier process.
    #[must_use]
    pub fn from_u64(position: u64) -> Self {
        Self(position)
    }

    /// Returns a number from which the same backend can restore the place.
    #[must_use]
    pub fn to_u64(self) -> u64 {
        self.0
    }
}

/// What became of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is committed and durable.
    Committed(Position),
    /// It is not committed and never will be.
    NeverWill,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_tells_its_time_and_is_a_version_7_uuid() {
        for time in [0, 1, 1_800_000_000_000, (1 << 48) - 1] {
            let id = TxnId::new(time, [0xff; 16]);
            assert_eq!(id.time_ms(), time);
            let text = id.to_string();
            assert_eq!((text.len(), &text[14..15], &text[19..20]), (36, "7", "b"), "{text}");
        }
    }
}
