//! Revision ids.

use std::fmt;
use std::str::FromStr;

use crate::text::InvalidText;

/// The id of a revision of a function, version or alias: a UUID, printed in lower case.
///
/// Requests carry it as free text, because the service answers a wrong one with a failed precondition, whatever its
/// form (recorded from AWS).
///
/// ```
/// use funclet_validation::RevisionId;
///
/// let id = RevisionId::from_bytes(*b"0123456789abcdef");
/// assert_eq!(id.to_string(), "30313233-3435-3637-3839-616263646566");
/// assert_eq!(id.to_string().parse(), Ok(id));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RevisionId([u8; 16]);

impl RevisionId {
    /// Makes an id of the bytes of a UUID.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes of the UUID.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for RevisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for RevisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RevisionId({self})")
    }
}

impl FromStr for RevisionId {
    type Err = InvalidText;

    /// Reads exactly what is printed: 32 lower-case hexadecimal digits in the five groups of a UUID.
    fn from_str(text: &str) -> Result<Self, InvalidText> {
        parse(text).ok_or_else(|| InvalidText::new(text, "a revision id (a UUID in lower case)"))
    }
}

fn parse(text: &str) -> Option<RevisionId> {
    let mut bytes = [0; 16];
    let mut rest = text.as_bytes();
    for (index, byte) in bytes.iter_mut().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            rest = rest.strip_prefix(b"-")?;
        }
        let [high, low, tail @ ..] = rest else { return None };
        *byte = digit(*high)? << 4 | digit(*low)?;
        rest = tail;
    }
    rest.is_empty().then_some(RevisionId(bytes))
}

/// Reads a lower-case hexadecimal digit.
pub(crate) fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::RevisionId;

    #[test]
    fn what_is_no_revision_id() {
        for text in [
            "",
            "wrong",
            "30313233343536373839616263646566",
            "30313233-3435-3637-3839-61626364656",
            "30313233-3435-3637-3839-6162636465667",
            "30313233-3435-3637-3839-61626364656g",
            "30313233-3435-3637-3839-61626364656F",
            "3031323334-35-3637-3839-616263646566",
        ] {
            assert!(text.parse::<RevisionId>().is_err(), "{text}");
        }
    }
}
