//! Bytes of stored values. Only this file names bincode.
//!
//! Every value carries a *kind*, chosen by its writer and never reused for another shape, and the *codec* that wrote
//! its payload. A shape never changes once it was written: a new shape gets a new kind.

use bincode::Options as _;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::value::Value;

/// The codec of this version: bincode 1.3 with its default configuration (fixed-width little-endian integers, lengths
/// as `u64`, enum variants as `u32`).
pub const BINCODE_1: u8 = 1;

/// The smallest kind that a caller may use; smaller ones are storage's own.
pub const CALLER_KIND_MIN: u8 = 16;

/// An encoded value with its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    pub(crate) codec: u8,
    pub(crate) kind: u8,
    pub(crate) payload: Vec<u8>,
}

impl Encoded {
    /// Puts together what [`Value`] takes apart, for a value whose kind nobody here knows.
    #[must_use]
    pub fn from_parts(codec: u8, kind: u8, payload: Vec<u8>) -> Self {
        Self { codec, kind, payload }
    }

    /// Returns the encoded value itself.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }
}

/// Says why a stored value does not decode.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The value is of another kind than asked for.
    #[error("value is of kind {found}, expected {expected}")]
    Kind {
        /// The kind asked for.
        expected: u8,
        /// The kind found.
        found: u8,
    },
    /// The value was written with a codec that this version does not know.
    #[error("value has unknown codec {0}")]
    Codec(u8),
    /// The payload is not what the codec writes for this kind.
    #[error("payload of kind {kind} does not decode")]
    Payload {
        /// The kind of the value.
        kind: u8,
        /// What the codec found.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// The longest payload that is decoded, so that a wrong length field cannot ask for memory.
const PAYLOAD_BYTES_MAX: u64 = 1 << 20;

fn bincode_1() -> impl bincode::Options {
    bincode::DefaultOptions::new()
        .with_fixint_encoding()
        .with_limit(PAYLOAD_BYTES_MAX)
        .reject_trailing_bytes()
}

/// Encodes `value` as one of `kind`.
///
/// # Errors
/// A value longer than 1 MiB, or one whose `Serialize` fails.
pub fn encode<T: Serialize>(kind: u8, value: &T) -> Result<Encoded, DecodeError> {
    let payload = encode_payload(kind, value)?;
    Ok(Encoded { codec: BINCODE_1, kind, payload })
}

/// Decodes a stored value of `kind`.
///
/// # Errors
/// [`DecodeError`] if the value has another kind, an unknown codec or bytes that do not fit the type.
pub fn decode<T: DeserializeOwned>(kind: u8, value: &Value) -> Result<T, DecodeError> {
    if value.kind() != kind {
        return Err(DecodeError::Kind { expected: kind, found: value.kind() });
    }
    match value.codec() {
        BINCODE_1 => decode_payload(kind, value.payload()),
        other => Err(DecodeError::Codec(other)),
    }
}

/// Encodes `value` without the header of a stored value, for an event.
///
/// # Errors
/// As [`encode`].
pub fn encode_payload<T: Serialize>(kind: u8, value: &T) -> Result<Vec<u8>, DecodeError> {
    bincode_1().serialize(value).map_err(|e| DecodeError::Payload { kind, source: e })
}

/// Decodes what [`encode_payload`] gave.
///
/// # Errors
/// Bytes that do not fit the type.
pub fn decode_payload<T: DeserializeOwned>(kind: u8, payload: &[u8]) -> Result<T, DecodeError> {
    bincode_1().deserialize(payload).map_err(|e| DecodeError::Payload { kind, source: e })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, serde::Deserialize)]
    enum Sample {
        Empty,
        Full { name: String, size: u64, tags: Vec<(String, Option<u8>)> },
    }

    fn full() -> Sample {
        Sample::Full { name: "f".into(), size: 7, tags: vec![("k".into(), Some(1)), ("l".into(), None)] }
    }

    #[test]
    fn golden_bytes() {
        let encoded = encode(16, &full()).unwrap();
        let expected = [
            &[1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, b'f', 7, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0][..],
            &[1, 0, 0, 0, 0, 0, 0, 0, b'k', 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, b'l', 0],
        ]
        .concat();
        assert_eq!(encoded.payload, expected);
        assert_eq!(encode(16, &Sample::Empty).unwrap().payload, [0, 0, 0, 0]);
    }

    #[test]
    fn a_value_decodes_only_as_what_it_is() {
        let value = Value::new(&encode(16, &full()).unwrap(), 1);
        assert_eq!(decode::<Sample>(16, &value).unwrap(), full());
        assert!(matches!(decode::<Sample>(17, &value), Err(DecodeError::Kind { expected: 17, found: 16 })));
        let other_codec = Value::from_parts(9, 16, value.payload(), 1);
        assert!(matches!(decode::<Sample>(16, &other_codec), Err(DecodeError::Codec(9))));
    }

    #[test]
    fn lengths_from_the_bytes_ask_for_no_memory() {
        let mut payload = encode(16, &full()).unwrap().payload;
        payload[4..12].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(decode_payload::<Sample>(16, &payload).is_err());
        let mut longer = encode(16, &full()).unwrap().payload;
        longer.push(0);
        assert!(decode_payload::<Sample>(16, &longer).is_err(), "trailing byte");
    }
}
