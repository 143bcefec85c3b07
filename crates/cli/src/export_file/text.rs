//! The lines of an export as they are read: nothing is in memory as a whole but lines without packages.

use std::io::BufRead;

use base64_simd::STANDARD;

/// The longest line beside those of packages, in bytes. A stored value has at most 64 KiB.
const LINE_BYTES_MAX: usize = 1 << 20;
/// How many characters of base64 are decoded at once.
const PART_CHARS: usize = 64 << 10;

/// What is wrong with a line.
pub(crate) type Complaint = String;

/// Reads a text byte by byte and counts its lines.
pub(crate) struct Text<R> {
    input: R,
    /// The number of the line that is read, from 1.
    pub(crate) line: u64,
}

impl<R: BufRead> Text<R> {
    pub(crate) fn new(input: R) -> Self {
        Self { input, line: 1 }
    }

    fn peek(&mut self) -> Result<Option<u8>, Complaint> {
        let buffer = self.input.fill_buf().map_err(unreadable)?;
        Ok(buffer.first().copied())
    }

    /// Takes the next byte of the line; none at its end.
    fn next(&mut self) -> Result<Option<u8>, Complaint> {
        let next = self.peek()?.filter(|byte| *byte != b'\n');
        if next.is_some() {
            self.input.consume(1);
        }
        Ok(next)
    }

    /// Passes over blanks; tells what comes then.
    fn after_blanks(&mut self) -> Result<Option<u8>, Complaint> {
        while let Some(b' ' | b'\t' | b'\r') = self.peek()? {
            self.input.consume(1);
        }
        Ok(self.peek()?.filter(|byte| *byte != b'\n'))
    }

    /// Whether everything was read.
    pub(crate) fn is_at_end(&mut self) -> Result<bool, Complaint> {
        Ok(self.peek()?.is_none())
    }

    /// Takes a byte that has to come.
    pub(crate) fn expect(&mut self, byte: u8) -> Result<(), Complaint> {
        match self.after_blanks()? {
            Some(found) if found == byte => {
                self.input.consume(1);
                Ok(())
            }
            _ => Err(format!("expected `{}`", char::from(byte))),
        }
    }

    /// Takes a byte if it comes.
    pub(crate) fn take(&mut self, byte: u8) -> Result<bool, Complaint> {
        let comes = self.after_blanks()? == Some(byte);
        if comes {
            self.input.consume(1);
        }
        Ok(comes)
    }

    /// Takes a short text without escapes, as names and digests are.
    pub(crate) fn string(&mut self, bytes_max: usize) -> Result<String, Complaint> {
        self.expect(b'"')?;
        let mut text = Vec::new();
        loop {
            match self.next()? {
                Some(b'"') => return String::from_utf8(text).map_err(|_| "a text is not UTF-8".to_owned()),
                Some(byte) if byte != b'\\' && text.len() < bytes_max => text.push(byte),
                _ => return Err("a text is not one that is expected here".to_owned()),
            }
        }
    }

    pub(crate) fn number(&mut self) -> Result<u64, Complaint> {
        self.after_blanks()?;
        let mut digits = String::new();
        while let Some(byte @ b'0'..=b'9') = self.peek()? {
            self.input.consume(1);
            if digits.len() < 20 {
                digits.push(byte.into());
            }
        }
        digits.parse().map_err(|_| "expected a number".to_owned())
    }

    /// Hands what a text of base64 stands for to `sink`, part by part.
    pub(crate) fn base64(
        &mut self,
        sink: &mut dyn FnMut(&[u8]) -> Result<(), Complaint>,
    ) -> Result<(), Complaint> {
        self.expect(b'"')?;
        let (mut part, mut padded) = (Vec::with_capacity(PART_CHARS), false);
        loop {
            self.plain(&mut part)?;
            if part.len() == PART_CHARS {
                decode(&part, &mut padded, sink)?;
                part.clear();
                continue;
            }
            match self.next()? {
                Some(b'"') => return decode(&part, &mut padded, sink),
                // JSON lets a slash be escaped, and some writers do it.
                Some(_) if self.next()? == Some(b'/') => part.push(b'/'),
                Some(_) => return Err("the base64 is not valid".to_owned()),
                None => return Err("the line ends within base64".to_owned()),
            }
        }
    }

    /// Takes what comes of a text up to its end, an escape, the end of the line, or the end of the part.
    fn plain(&mut self, part: &mut Vec<u8>) -> Result<(), Complaint> {
        loop {
            let buffer = self.input.fill_buf().map_err(unreadable)?;
            let plain = buffer.iter().position(|byte| matches!(byte, b'"' | b'\\' | b'\n'));
            let length = plain.unwrap_or(buffer.len()).min(PART_CHARS - part.len());
            part.extend_from_slice(buffer.get(..length).unwrap_or_default());
            self.input.consume(length);
            if length == 0 {
                return Ok(());
            }
        }
    }

    /// Takes the rest of a line, with what was read of it before.
    pub(crate) fn rest(&mut self, before: &str) -> Result<Vec<u8>, Complaint> {
        let mut line = before.as_bytes().to_vec();
        while let Some(byte) = self.next()? {
            if line.len() >= LINE_BYTES_MAX {
                return Err(format!("it is longer than {LINE_BYTES_MAX} bytes"));
            }
            line.push(byte);
        }
        Ok(line)
    }

    /// Ends a line.
    pub(crate) fn end_line(&mut self) -> Result<(), Complaint> {
        match self.after_blanks()? {
            Some(_) => return Err("something follows the object".to_owned()),
            None if self.peek()?.is_none() => {}
            None => self.input.consume(1),
        }
        self.line += 1;
        Ok(())
    }
}

fn unreadable(error: std::io::Error) -> Complaint {
    format!("it cannot be read: {error}")
}

/// Decodes a part. Padding ends the whole.
fn decode(
    part: &[u8],
    padded: &mut bool,
    sink: &mut dyn FnMut(&[u8]) -> Result<(), Complaint>,
) -> Result<(), Complaint> {
    if part.is_empty() {
        return Ok(());
    }
    let decoded = STANDARD.decode_to_vec(part).ok().filter(|_| !*padded);
    *padded = part.last() == Some(&b'=');
    sink(&decoded.ok_or("the base64 is not valid")?)
}

#[cfg(test)]
mod tests {
    use super::{PART_CHARS, STANDARD, Text};

    fn base64(text: &str) -> Option<Vec<u8>> {
        let mut decoded = Vec::new();
        let read = Text::new(text.as_bytes()).base64(&mut |part| {
            decoded.extend_from_slice(part);
            Ok(())
        });
        read.ok().map(|()| decoded)
    }

    #[test]
    fn base64_of_any_length() {
        for length in
            [0, 1, 2, 3, 4, PART_CHARS / 4 * 3 - 1, PART_CHARS / 4 * 3, PART_CHARS / 4 * 3 + 1, 200_000]
        {
            let content: Vec<u8> = (0..length).map(|n| (n % 251) as u8).collect();
            let text = STANDARD.encode_to_string(&content);
            assert_eq!(base64(&format!("\"{text}\"")), Some(content.clone()), "{length}");
            assert_eq!(base64(&format!("\"{}\"", text.replace('/', "\\/"))), Some(content), "{length}");
        }
    }

    #[test]
    fn base64_that_is_none() {
        let padded = format!("\"{}AA==AAAA\"", "A".repeat(PART_CHARS - 4));
        for text in
            ["", "\"AAAA", "\"AAA\"", "\"A A=\"", "\"AA\\n=\"", "\"AA==AAAA\"", &padded, "AAAA", "\"AA\n==\""]
        {
            assert_eq!(base64(text), None, "{text:.40}");
        }
    }

    #[test]
    fn tokens() {
        let mut text = Text::new(&b" { \"key\" :12, \"x\": 99999999999999999999 }\r\nnext"[..]);
        assert!(text.take(b'{').unwrap() && !text.take(b'}').unwrap());
        assert_eq!(text.string(3), Ok("key".to_owned()));
        text.expect(b':').unwrap();
        assert_eq!(text.number(), Ok(12));
        assert!(text.expect(b'}').is_err());
        text.expect(b',').unwrap();
        assert!(text.string(0).is_err());
        assert_eq!(text.rest("").map(|rest| rest.starts_with(b"\"")), Ok(true));
        text.end_line().unwrap();
        assert_eq!(text.line, 2);
        assert_eq!(text.rest("the "), Ok(b"the next".to_vec()));
        assert!(text.is_at_end().unwrap());
        assert!(Text::new(&b"9999999999999999999999"[..]).number().is_err());
    }
}
