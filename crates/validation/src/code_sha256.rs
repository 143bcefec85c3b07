//! Digests of deployment packages, as the service shows them.

use std::fmt;
use std::str::FromStr;

use crate::revision_id::digit;
use crate::text::InvalidText;

/// The digest of a function's code as the service shows it: base64 for a zip archive, 64 hexadecimal digits for a
/// container image (recorded from AWS).
///
/// ```
/// use funclet_validation::CodeSha256;
///
/// assert_eq!(CodeSha256::from_zip_digest([0; 32]).to_string(), format!("{}=", "A".repeat(43)));
/// assert_eq!(CodeSha256::from_image_digest([0xab; 32]).to_string(), "ab".repeat(32));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodeSha256 {
    digest: [u8; 32],
    of_image: bool,
}

impl CodeSha256 {
    /// Makes the text of the SHA-256 of a zip archive's bytes.
    #[must_use]
    pub const fn from_zip_digest(digest: [u8; 32]) -> Self {
        Self { digest, of_image: false }
    }

    /// Makes the text of the digest of a container image's manifest.
    #[must_use]
    pub const fn from_image_digest(digest: [u8; 32]) -> Self {
        Self { digest, of_image: true }
    }

    /// Returns the 32 bytes of the digest.
    #[must_use]
    pub const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// Tells whether the digest is that of a container image.
    #[must_use]
    pub const fn is_of_image(&self) -> bool {
        self.of_image
    }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

impl fmt::Display for CodeSha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.of_image {
            return self.digest.iter().try_for_each(|byte| write!(f, "{byte:02x}"));
        }
        let mut text = String::with_capacity(44);
        for triple in self.digest.chunks(3) {
            encode(triple, &mut text);
        }
        f.write_str(&text)
    }
}

/// Appends the four characters of three bytes, or the padded ones of fewer.
fn encode(triple: &[u8], text: &mut String) {
    let bits =
        (0..3).fold(0_u32, |bits, index| bits << 8 | u32::from(triple.get(index).copied().unwrap_or(0)));
    for index in 0..4 {
        let symbol = ALPHABET.get((bits >> (18 - 6 * index) & 63) as usize);
        let symbol = symbol.filter(|_| index as usize <= triple.len());
        text.push(symbol.map_or('=', |symbol| char::from(*symbol)));
    }
}

impl fmt::Debug for CodeSha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CodeSha256({self})")
    }
}

impl FromStr for CodeSha256 {
    type Err = InvalidText;

    /// Reads exactly what is printed; the length tells the two forms apart.
    fn from_str(text: &str) -> Result<Self, InvalidText> {
        let parsed = match text.len() {
            64 => from_hex(text.as_bytes()).map(Self::from_image_digest),
            44 => from_base64(text.as_bytes()).map(Self::from_zip_digest),
            _ => None,
        };
        let exact = parsed.filter(|parsed| parsed.to_string() == text);
        exact.ok_or_else(|| {
            InvalidText::new(text, "a code digest (base64 of 32 bytes, or 64 hexadecimal digits)")
        })
    }
}

fn from_hex(text: &[u8]) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    for (byte, pair) in digest.iter_mut().zip(text.chunks(2)) {
        let [high, low] = pair else { return None };
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(digest)
}

/// Decodes 44 characters. Stray bits under the padding are left to the caller's comparison.
fn from_base64(text: &[u8]) -> Option<[u8; 32]> {
    let mut bytes = Vec::with_capacity(33);
    for quad in text.chunks(4) {
        let mut bits = 0_u32;
        for symbol in quad {
            let value =
                if *symbol == b'=' { 0 } else { ALPHABET.iter().position(|known| known == symbol)? };
            bits = bits << 6 | u32::try_from(value).ok()?;
        }
        bytes.extend_from_slice(bits.to_be_bytes().get(1..)?);
    }
    bytes.get(..32)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::CodeSha256;

    #[test]
    fn base64_of_every_byte_value() {
        let digest = std::array::from_fn(|index| u8::try_from(index * 8).unwrap());
        let text = CodeSha256::from_zip_digest(digest).to_string();
        assert_eq!(text, "AAgQGCAoMDhASFBYYGhweICIkJigqLC4wMjQ2ODo8Pg=");
        assert_eq!(text.parse(), Ok(CodeSha256::from_zip_digest(digest)));
    }

    #[test]
    fn what_is_no_digest() {
        for text in [
            String::new(),
            "somenonexistentsha256".into(),
            "A".repeat(44),
            format!("{}B=", "A".repeat(42)),
            "A".repeat(42) + "==",
            "AB".repeat(32),
            "xy".repeat(32),
        ] {
            assert!(text.parse::<CodeSha256>().is_err(), "{text}");
        }
    }
}
