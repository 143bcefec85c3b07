//! A value as it stands in the table.
//!
//! ```text
//! 0        4       5      6          8       16
//! +--------+-------+------+----------+-------+---------
//! | crc32  | codec | kind | reserved |  lsn  | payload ...
//! +--------+-------+------+----------+-------+---------
//! ```
//!
//! Little endian. The CRC covers everything after itself, so a table that forgot or mixed up bytes is noticed at the
//! next read, whatever the table thinks of itself.

use std::sync::Arc;

use crate::codec::Encoded;
use crate::txn::Lsn;

const CODEC_AT: usize = 4;
const KIND_AT: usize = CODEC_AT + 1;
const RESERVED_AT: usize = KIND_AT + 1;
const LSN_AT: usize = RESERVED_AT + 2;
pub(crate) const HEADER_BYTES: usize = LSN_AT + 8;

/// A stored value: kind, codec, stamp and payload.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Value(Arc<[u8]>);

impl Value {
    /// Puts `encoded` together with the number of the record that wrote it.
    pub(crate) fn new(encoded: &Encoded, lsn: Lsn) -> Self {
        Self::from_parts(encoded.codec, encoded.kind, &encoded.payload, lsn)
    }

    pub(crate) fn from_parts(codec: u8, kind: u8, payload: &[u8], lsn: Lsn) -> Self {
        let mut bytes = Vec::with_capacity(HEADER_BYTES + payload.len());
        bytes.extend_from_slice(&[0; CODEC_AT]);
        bytes.extend_from_slice(&[codec, kind, 0, 0]);
        bytes.extend_from_slice(&lsn.to_le_bytes());
        bytes.extend_from_slice(payload);
        let crc = crc32fast::hash(bytes.get(CODEC_AT..).unwrap_or_default());
        for (to, from) in bytes.iter_mut().zip(crc.to_le_bytes()) {
            *to = from;
        }
        Self(bytes.into())
    }

    /// Takes bytes out of a table. `None` if they are not what was put in.
    pub(crate) fn from_table(bytes: &[u8]) -> Option<Self> {
        let crc = u32::from_le_bytes(bytes.get(..CODEC_AT)?.try_into().ok()?);
        if bytes.len() < HEADER_BYTES || crc32fast::hash(bytes.get(CODEC_AT..)?) != crc {
            return None;
        }
        Some(Self(bytes.into()))
    }

    /// Returns the record that wrote the value.
    #[cfg_attr(not(feature = "sled"), expect(dead_code, reason = "only a table on disk is verified"))]
    pub(crate) fn lsn(&self) -> Lsn {
        let bytes = self.0.get(LSN_AT..HEADER_BYTES).and_then(|bytes| bytes.try_into().ok());
        bytes.map(Lsn::from_le_bytes).unwrap_or_default()
    }

    /// Returns the bytes to put into a table.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns the kind that the writer gave the value.
    #[must_use]
    pub fn kind(&self) -> u8 {
        self.0.get(KIND_AT).copied().unwrap_or_default()
    }

    /// Returns the codec of the payload (see [`codec`](crate::codec)).
    #[must_use]
    pub fn codec(&self) -> u8 {
        self.0.get(CODEC_AT).copied().unwrap_or_default()
    }

    /// Returns the encoded value itself.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        self.0.get(HEADER_BYTES..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_changed_bit_is_noticed() {
        let value = Value::from_parts(1, 16, b"payload", 77);
        assert_eq!((value.codec(), value.kind(), value.payload()), (1, 16, &b"payload"[..]));
        assert_eq!(Value::from_table(value.as_bytes()), Some(value.clone()));
        for bit in 0..value.as_bytes().len() * 8 {
            let mut bytes = value.as_bytes().to_vec();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Value::from_table(&bytes), None, "bit {bit}");
        }
        for cut in 0..value.as_bytes().len() {
            assert_eq!(Value::from_table(&value.as_bytes()[..cut]), None, "cut {cut}");
        }
    }
}
