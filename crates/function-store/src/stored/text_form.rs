//! Bytes in stored shapes, as people and other engines read them.
//!
//! Where a shape is written as text, digests and incarnations are hexadecimal digits and revisions UUIDs. On disk they are
//! the bytes that they always were.

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const DIGITS: &[u8; 16] = b"0123456789abcdef";

pub(crate) fn to_hex(bytes: &[u8]) -> String {
    let digit = |value: u8| DIGITS.get(usize::from(value)).copied().map_or('?', char::from);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

pub(crate) fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let value =
        |digit: u8| DIGITS.iter().position(|known| *known == digit).and_then(|at| u8::try_from(at).ok());
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = pair.iter().try_fold(0, |sum, digit| Some(sum << 4 | value(*digit)?))?;
    }
    Some(bytes)
}

/// Lower-case hexadecimal digits, for `#[serde(with)]`.
pub(crate) mod hex {
    use super::*;

    pub(crate) fn serialize<S: Serializer, const N: usize>(
        bytes: &[u8; N],
        serializer: S,
    ) -> Result<S::Ok, S::Error>
    where
        [u8; N]: Serialize,
    {
        if serializer.is_human_readable() {
            serializer.serialize_str(&to_hex(bytes))
        } else {
            bytes.serialize(serializer)
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
        deserializer: D,
    ) -> Result<[u8; N], D::Error>
    where
        [u8; N]: DeserializeOwned,
    {
        if !deserializer.is_human_readable() {
            return <[u8; N]>::deserialize(deserializer);
        }
        let text = String::deserialize(deserializer)?;
        from_hex(&text)
            .ok_or_else(|| D::Error::custom(format!("expected {} hexadecimal digits, got {text:?}", 2 * N)))
    }
}

/// A UUID, for `#[serde(with)]`.
pub(crate) mod revision {
    use funclet_validation::RevisionId;

    use super::*;

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8; 16], serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(&RevisionId::from_bytes(*bytes))
        } else {
            bytes.serialize(serializer)
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 16], D::Error> {
        if !deserializer.is_human_readable() {
            return <[u8; 16]>::deserialize(deserializer);
        }
        let text = String::deserialize(deserializer)?;
        let revision: Option<RevisionId> = text.parse().ok();
        let revision = revision.ok_or_else(|| D::Error::custom(format!("expected a UUID, got {text:?}")))?;
        Ok(*revision.as_bytes())
    }
}

/// Base64, for `#[serde(with)]`: bytes of which nothing is known. Only in text.
pub(crate) mod base64 {
    use base64_simd::STANDARD;

    use super::*;

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode_to_string(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode_to_vec(&text).map_err(|_| D::Error::custom("expected base64"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_digits() {
        assert_eq!(to_hex(&[0, 0x1f, 0xa0, 0xff]), "001fa0ff");
        assert_eq!(from_hex("001fa0ff"), Some([0, 0x1f, 0xa0, 0xff]));
        for text in ["", "001fa0f", "001fa0fff", "001FA0FF", "001fa0fg", "001fa0é"] {
            assert_eq!(from_hex::<4>(text), None, "{text}");
        }
    }
}
