//! Where a list goes on: stateless, opaque to clients.
//!
//! ```text
//! marker = base64url( format:u8 = 1, name bytes, NUL, version:u64 BE )      version 0 stands for $LATEST
//! ```

use base64_simd::URL_SAFE_NO_PAD;

use crate::error::ServiceError;

const FORMAT: u8 = 1;

/// The last entry of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Marker {
    pub(crate) name: String,
    /// The number of the version, 0 for `$LATEST`.
    pub(crate) version: u64,
}

impl Marker {
    pub(crate) fn encode(&self) -> String {
        let bytes = [&[FORMAT][..], self.name.as_bytes(), &[0], &self.version.to_be_bytes()].concat();
        URL_SAFE_NO_PAD.encode_to_string(bytes)
    }

    /// Reads the marker of an earlier answer.
    ///
    /// # Errors
    /// [`ServiceError::InvalidParameterValue`]; what the service answers is not recorded.
    pub(crate) fn decode(text: &str) -> Result<Self, ServiceError> {
        Self::try_decode(text).ok_or_else(|| {
            ServiceError::InvalidParameterValue("The pagination marker is not valid.".to_owned())
        })
    }

    fn try_decode(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode_to_vec(text).ok()?;
        let (name, version) = bytes.strip_prefix(&[FORMAT])?.split_last_chunk::<8>()?;
        let name = std::str::from_utf8(name.strip_suffix(&[0])?).ok()?;
        Some(Self { name: name.to_owned(), version: u64::from_be_bytes(*version) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_reads_back_and_other_texts_are_refused() {
        let marker = Marker { name: "some-function".into(), version: 7 };
        assert_eq!(Marker::decode(&marker.encode()), Ok(marker));
        for text in ["", "x", "not base64!", "AAAA", "AQ", "////"] {
            assert!(Marker::decode(text).is_err(), "{text}");
        }
    }
}
