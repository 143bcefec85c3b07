//! Base64 that arrives in pieces.

use base64_simd::{AsOut as _, STANDARD, STANDARD_NO_PAD};

/// Characters that are decoded in one step. Small steps keep the decoded bytes in the processor's cache: decoding 50 MB
/// into one buffer takes nearly twice as long.
const STEP_CHARS: usize = 64 << 10;

/// Decodes a text of the standard alphabet, padded, whose pieces arrive one after another.
///
/// Strict: line breaks, missing padding and bits below the padding are refused. What the service does with those is
/// not recorded.
pub(crate) struct Decoder {
    /// The newest 0 to 4 characters. The last four of a text may carry padding, so they are kept until it ends or goes on.
    held: Vec<u8>,
    /// Decoded bytes of one step.
    step: Vec<u8>,
}

/// A text is not base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotBase64;

impl Decoder {
    pub(crate) fn new() -> Self {
        Self { held: Vec::with_capacity(4), step: Vec::new() }
    }

    /// Takes the next characters and hands the bytes that they complete to `sink`.
    pub(crate) fn push(&mut self, mut chars: &[u8], sink: &mut dyn FnMut(&[u8])) -> Result<(), NotBase64> {
        if !self.held.is_empty() {
            let (completing, rest) = chars.split_at(chars.len().min(4 - self.held.len()));
            self.held.extend_from_slice(completing);
            chars = rest;
            if chars.is_empty() {
                return Ok(());
            }
            let held = std::mem::take(&mut self.held);
            let decoded = self.decode(&held, sink);
            self.held = held;
            self.held.clear();
            decoded?;
        }
        let kept = chars.len() - chars.len().saturating_sub(1) / 4 * 4;
        let (whole, kept) = chars.split_at(chars.len() - kept);
        self.held.extend_from_slice(kept);
        self.decode(whole, sink)
    }

    /// Decodes quads that are not the last ones, so that padding is an error.
    fn decode(&mut self, quads: &[u8], sink: &mut dyn FnMut(&[u8])) -> Result<(), NotBase64> {
        for chars in quads.chunks(STEP_CHARS) {
            self.step.resize(chars.len() / 4 * 3, 0);
            let decoded = STANDARD_NO_PAD.decode(chars, self.step.as_mut_slice().as_out());
            sink(decoded.map_err(|_| NotBase64)?);
        }
        Ok(())
    }

    /// Ends the text.
    pub(crate) fn finish(self, sink: &mut dyn FnMut(&[u8])) -> Result<(), NotBase64> {
        let mut last = [0; 4];
        let decoded = STANDARD.decode(&self.held, last.as_mut_slice().as_out()).map_err(|_| NotBase64)?;
        sink(decoded);
        Ok(())
    }
}

/// Returns how many bytes a text of so many characters decodes to at least, whatever its padding.
pub(crate) fn decoded_length_min(chars: u64) -> u64 {
    (chars / 4 * 3).saturating_sub(2)
}

#[cfg(test)]
mod tests {
    use super::{Decoder, NotBase64};
    use proptest::prelude::*;

    /// Decodes a text in pieces that end at the given places.
    fn decode(text: &[u8], cuts: &[usize]) -> Result<Vec<u8>, NotBase64> {
        let mut bytes = Vec::new();
        let mut decoder = Decoder::new();
        let mut rest = text;
        for cut in cuts {
            let (piece, later) = rest.split_at(*cut.min(&rest.len()));
            decoder.push(piece, &mut |decoded| bytes.extend_from_slice(decoded))?;
            rest = later;
        }
        decoder.push(rest, &mut |decoded| bytes.extend_from_slice(decoded))?;
        decoder.finish(&mut |decoded| bytes.extend_from_slice(decoded))?;
        Ok(bytes)
    }

    #[test]
    fn texts_and_what_they_say() {
        for (text, bytes) in [
            ("", Some(&b""[..])),
            ("UEs=", Some(b"PK")),
            ("UEsD", Some(b"PK\x03")),
            ("UEsDBA==", Some(b"PK\x03\x04")),
            ("U", None),
            ("UE", None),
            ("UEs", None),
            ("UEs=UEs=", None),
            ("UEs=UEsD", None),
            ("UE s", None),
            ("UEs\n", None),
            ("UE_-", None),
            ("====", None),
            ("UEt=", None),
            ("UEs==", None),
        ] {
            let expected = bytes.map(<[u8]>::to_vec).ok_or(NotBase64);
            assert_eq!(decode(text.as_bytes(), &[]), expected, "{text}");
            assert_eq!(decode(text.as_bytes(), &[1, 1, 1, 1]), expected, "{text} in pieces");
        }
    }

    #[test]
    fn texts_longer_than_a_step() {
        let bytes: Vec<u8> = (0..200_000_u32).map(|index| (index % 251) as u8).collect();
        let text = base64_simd::STANDARD.encode_to_string(&bytes);
        assert!(decode(text.as_bytes(), &[70_001, 3, 65_536]) == Ok(bytes));
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(bytes: Vec<u8>, cuts in prop::collection::vec(0..9_usize, 0..30)) {
            let text = base64_simd::STANDARD.encode_to_string(&bytes);
            prop_assert_eq!(decode(text.as_bytes(), &cuts), Ok(bytes));
        }

        #[test]
        fn any_text_decodes_alike_in_pieces(text: Vec<u8>, cuts in prop::collection::vec(0..9_usize, 0..30)) {
            let whole = base64_simd::STANDARD.decode_to_vec(&text).map_err(|_| NotBase64);
            prop_assert_eq!(decode(&text, &cuts), whole);
        }
    }
}
