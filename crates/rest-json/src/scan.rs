//! Takes one text out of a JSON body while the body arrives.
//!
//! A deployment package stands in a JSON body as one text of up to 70 MB. The scanner separates it from the rest, which
//! stays a small JSON value with an empty text in that place.
//!
//! The scanner is no parser: whether the rest is JSON is for a parser to say. It keeps one promise for any bytes: the
//! body with its package is valid JSON exactly if the rest is and no [`Piece::Malformed`] was reported. That holds because
//! it only ever replaces one whole string token by another, and reads tokens as a parser does up to the first mistake.

use memchr::{memchr, memchr2};

/// A part of a body, in the order of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Belongs to the rest.
    Rest(&'a [u8]),
    /// The package's text begins. A text that came before at the same place is superseded.
    Begin,
    /// Characters of the package's text, without escapes.
    Text(&'a [u8]),
    /// The package's text is complete.
    End,
    /// The package's text holds an escape that JSON does not have.
    Malformed,
}

/// Separates the package of a body from the rest. Keeps no more than a key's length of the body.
pub(crate) struct Scanner {
    /// The names of the members that lead to the package, from the outside in. Never empty.
    path: &'static [&'static str],
    state: State,
    /// How many objects on the way to the package are open.
    open: usize,
    /// How many other objects and lists are open inside of those.
    skipped: usize,
    /// Whether a colon came after the newest comma or brace of the innermost object on the way.
    after_colon: bool,
    /// Whether the newest key is the next name of the path; means something after a colon only.
    matched: bool,
    key: Key,
}

#[derive(Clone, Copy)]
enum State {
    /// Between strings.
    Between,
    /// In a string of the rest.
    String { escaped: bool },
    /// In a key of an object on the way to the package.
    Key { escaped: bool },
    /// In the package's text.
    Package(Escape),
}

#[derive(Clone, Copy)]
enum Escape {
    None,
    /// After a backslash.
    Begun,
    /// After `\u` and so many digits with this value.
    Unicode {
        digits: u8,
        unit: u32,
    },
}

/// Stands for a character that base64 does not have.
const NO_BASE64: &[u8] = b"\xff";

impl Scanner {
    pub(crate) fn new(path: &'static [&'static str]) -> Self {
        Self {
            path,
            state: State::Between,
            open: 0,
            skipped: 0,
            after_colon: false,
            matched: false,
            key: Key::default(),
        }
    }

    /// Takes the next bytes of the body and hands them to `sink` in pieces.
    pub(crate) fn push(&mut self, mut bytes: &[u8], sink: &mut dyn FnMut(Piece<'_>)) {
        while !bytes.is_empty() {
            let taken = match self.state {
                State::Between => self.between(bytes, sink),
                State::String { escaped } => self.string(bytes, escaped, sink),
                State::Key { escaped } => self.in_key(bytes, escaped, sink),
                State::Package(escape) => self.package(bytes, escape, sink),
            };
            bytes = bytes.get(taken..).unwrap_or_default();
        }
    }

    /// Reads up to and including the next quote, noting the structure on the way.
    fn between(&mut self, bytes: &[u8], sink: &mut dyn FnMut(Piece<'_>)) -> usize {
        let end = memchr(b'"', bytes);
        let tokens = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
        for token in tokens {
            self.structure(*token);
        }
        let Some(end) = end else {
            sink(Piece::Rest(bytes));
            return bytes.len();
        };
        sink(Piece::Rest(bytes.get(..=end).unwrap_or_default()));
        self.state = self.string_state();
        if let State::Package(_) = self.state {
            sink(Piece::Begin);
        }
        end + 1
    }

    fn structure(&mut self, token: u8) {
        let on_the_way = self.skipped == 0;
        match token {
            b'{' if on_the_way && self.leads_inwards() => {
                self.open += 1;
                self.after_colon = false;
            }
            b'{' | b'[' => self.skipped += 1,
            b'}' | b']' if on_the_way => {
                // Back in an object whose member has its value: the next thing is a comma or the end.
                self.open = self.open.saturating_sub(1);
                self.after_colon = self.open > 0;
            }
            b'}' | b']' => self.skipped -= 1,
            b',' if on_the_way => self.after_colon = false,
            b':' if on_the_way => self.after_colon = true,
            _ => {}
        }
    }

    /// Tells whether an object that begins here lies on the way to the package.
    fn leads_inwards(&self) -> bool {
        self.open == 0 || (self.after_colon && self.matched && self.open < self.path.len())
    }

    /// Says what a string that begins here is.
    fn string_state(&mut self) -> State {
        if self.skipped > 0 || self.open == 0 {
            State::String { escaped: false }
        } else if !self.after_colon {
            self.key = Key::default();
            State::Key { escaped: false }
        } else if self.matched && self.open == self.path.len() {
            State::Package(Escape::None)
        } else {
            State::String { escaped: false }
        }
    }

    fn string(&mut self, bytes: &[u8], mut escaped: bool, sink: &mut dyn FnMut(Piece<'_>)) -> usize {
        let (taken, ended) = end_of_string(bytes, &mut escaped);
        sink(Piece::Rest(bytes.get(..taken).unwrap_or_default()));
        self.state = if ended { State::Between } else { State::String { escaped } };
        taken
    }

    fn in_key(&mut self, bytes: &[u8], mut escaped: bool, sink: &mut dyn FnMut(Piece<'_>)) -> usize {
        let (taken, ended) = end_of_string(bytes, &mut escaped);
        let part = bytes.get(..taken).unwrap_or_default();
        sink(Piece::Rest(part));
        self.key.extend(part);
        self.state = State::Key { escaped };
        if ended {
            self.matched = self.path.get(self.open - 1).is_some_and(|name| self.key.is(name));
            self.state = State::Between;
        }
        taken
    }

    fn package(&mut self, bytes: &[u8], escape: Escape, sink: &mut dyn FnMut(Piece<'_>)) -> usize {
        let Some(first) = bytes.first() else { return 0 };
        match escape {
            Escape::None => self.characters(bytes, sink),
            Escape::Begun => {
                self.escaped_character(*first, sink);
                1
            }
            Escape::Unicode { digits, unit } => {
                self.unicode_digit(*first, digits, unit, sink);
                1
            }
        }
    }

    /// Reads the package's characters up to the quote that ends them, or to an escape.
    fn characters(&mut self, bytes: &[u8], sink: &mut dyn FnMut(Piece<'_>)) -> usize {
        let end = memchr2(b'"', b'\\', bytes);
        let text = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
        if !text.is_empty() {
            sink(Piece::Text(text));
        }
        match end {
            None => bytes.len(),
            Some(end) if bytes.get(end) == Some(&b'"') => {
                sink(Piece::End);
                sink(Piece::Rest(b"\""));
                self.state = State::Between;
                end + 1
            }
            Some(end) => {
                self.state = State::Package(Escape::Begun);
                end + 1
            }
        }
    }

    fn escaped_character(&mut self, character: u8, sink: &mut dyn FnMut(Piece<'_>)) {
        self.state = State::Package(Escape::None);
        match character {
            b'/' => sink(Piece::Text(b"/")),
            b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't' => sink(Piece::Text(NO_BASE64)),
            b'u' => self.state = State::Package(Escape::Unicode { digits: 0, unit: 0 }),
            _ => sink(Piece::Malformed),
        }
    }

    fn unicode_digit(&mut self, digit: u8, digits: u8, unit: u32, sink: &mut dyn FnMut(Piece<'_>)) {
        self.state = State::Package(Escape::None);
        let Some(value) = char::from(digit).to_digit(16) else { return sink(Piece::Malformed) };
        let unit = unit << 4 | value;
        if digits < 3 {
            self.state = State::Package(Escape::Unicode { digits: digits + 1, unit });
            return;
        }
        match u8::try_from(unit) {
            Ok(character) if character.is_ascii() => sink(Piece::Text(&[character])),
            // Half of a surrogate pair may be no JSON, but then it is no base64 either.
            _ => sink(Piece::Text(NO_BASE64)),
        }
    }
}

/// Returns how many bytes belong to a string, its closing quote included, and whether it ends there.
fn end_of_string(bytes: &[u8], escaped: &mut bool) -> (usize, bool) {
    let mut taken = 0;
    if *escaped && !bytes.is_empty() {
        (taken, *escaped) = (1, false);
    }
    while let Some(rest) = bytes.get(taken..)
        && let Some(at) = memchr2(b'"', b'\\', rest)
    {
        taken += at + 1;
        if rest.get(at) == Some(&b'"') {
            return (taken, true);
        }
        if taken == bytes.len() {
            *escaped = true;
        } else {
            taken += 1;
        }
    }
    (bytes.len(), false)
}

/// A key as it is written in the body, with its closing quote; longer ones than any that could match are cut.
#[derive(Default)]
struct Key(Vec<u8>);

/// Each of a name's characters may be written as six (`\u0041`).
const KEY_BYTES_MAX: usize = 6 * 32;

impl Key {
    fn extend(&mut self, part: &[u8]) {
        let room = (KEY_BYTES_MAX + 1).saturating_sub(self.0.len());
        self.0.extend_from_slice(part.get(..part.len().min(room)).unwrap_or_default());
    }

    fn is(&self, name: &str) -> bool {
        let Some(written) = self.0.strip_suffix(b"\"") else { return false };
        if memchr(b'\\', written).is_none() {
            return written == name.as_bytes();
        }
        let quoted = [b"\"".as_slice(), &self.0].concat();
        serde_json::from_slice::<String>(&quoted).is_ok_and(|key| key == name)
    }
}

#[cfg(test)]
mod tests;
