//! The names of members: each by itself, and all against each other.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, BuildHasherDefault, Hasher};

use foldhash::fast::RandomState;
use unicode_normalization::UnicodeNormalization as _;

use crate::finding::{Code, Finding, Findings, Verdict};
use crate::framing::directory::{Member, MemberKind};

/// How many folders are kept to hold files against. An archive that has more has names made to fill memory.
const FOLDERS_MAX: usize = 1 << 18;

/// The longest part of a path that a file system takes, in bytes. Longer ones cannot fall together on any.
const PART_BYTES_MAX: usize = 255;

/// What is known of all names so far.
///
/// Names are known by hashes of 64 bits with a key of their own for each inspection. That two different ones are
/// taken for the same happens once in billions of archives of the largest kind.
#[derive(Default)]
pub(super) struct Names {
    keys: RandomState,
    /// By what is left of the name when case and Unicode form are ignored: the name that came first.
    names: HashMap<u64, First, Hashed>,
    /// Names that differ from a first one, each with whether it is a folder's.
    variants: HashMap<u64, bool, Hashed>,
    /// What lies above some member.
    folders: HashSet<u64, Hashed>,
    /// The parts of the name before, each with where it ends and the hashes up to there, so that what follows
    /// in the same folder costs little.
    previous: Vec<u8>,
    parts: Vec<Part>,
    scratch: Vec<u8>,
}

struct First {
    exact: u64,
    folder: bool,
}

#[derive(Clone, Copy)]
struct Part {
    end: usize,
    exact: u64,
    folded: u64,
}

/// The keys are hashes already.
type Hashed = BuildHasherDefault<Identity>;

#[derive(Default)]
struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        // Never asked for: the keys are numbers.
        self.0 = bytes.iter().fold(self.0, |hash, &byte| hash << 8 ^ u64::from(byte));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

impl Names {
    /// Prepares for a number of names.
    pub(super) fn reserve(&mut self, count: usize) {
        self.names.reserve(count);
    }

    pub(super) fn review(&mut self, name: &[u8], member: &Member, findings: &mut Findings) {
        let traits = Traits::of(name);
        if !traits.ordinary || matches!(name, [b'/', ..] | [_, b':', ..] | []) {
            traits.tell(name, member.says_utf8(), findings);
        }
        if name.is_empty() {
            return;
        }
        let folder = member.kind == MemberKind::Folder;
        if !folder && [&b"."[..], b".."].contains(&name.rsplit(|byte| *byte == b'/').next().unwrap_or(name)) {
            findings.add(Finding::new(Code::PathConflict, Some(name), "its name is that of a folder"));
        }
        let followed = if traits.backslash { None } else { self.follow(name, traits.lower) };
        let new_folders = followed.unwrap_or_else(|| self.resolve(name, findings));
        let Some(last) = self.parts.last().copied() else { return };
        self.compare(name, last, folder, findings);
        self.enter(name, new_folders, findings);
    }

    /// Hashes a name, going on where it differs from the name before, and returns from which part on its folders are new. `None` if
    /// a part may be empty, `.` or `..`.
    fn follow(&mut self, name: &[u8], lower: bool) -> Option<usize> {
        let trimmed = name.strip_suffix(b"/").unwrap_or(name);
        let common = common_prefix(trimmed, &self.previous);
        // A part is the same if both names go on behind it with a slash.
        let separates = |bytes: &[u8], at: usize| bytes.get(at) == Some(&b'/');
        let same = |part: &Part| {
            part.end < common
                || part.end == common && separates(trimmed, common) && separates(&self.previous, common)
        };
        let kept = self.parts.iter().rposition(same).map_or(0, |last| last + 1);
        self.parts.truncate(kept);
        let mut at = self.parts.last().map_or(0, |part| part.end + 1);
        while at <= trimmed.len() {
            let rest = trimmed.get(at..).unwrap_or_default();
            let length = memchr::memchr(b'/', rest).unwrap_or(rest.len());
            let part = rest.get(..length).unwrap_or_default();
            if matches!(part, [] | [b'.', ..]) {
                return None;
            }
            self.push(part, at + length, lower);
            at += length + 1;
        }
        self.previous.truncate(common);
        self.previous.extend_from_slice(trimmed.get(common..).unwrap_or_default());
        Some(kept)
    }

    /// Hashes what is left of a name once it is resolved.
    fn resolve(&mut self, name: &[u8], findings: &mut Findings) -> usize {
        self.parts.clear();
        self.previous.clear();
        let mut left = false;
        let mut climbed = false;
        for part in name.split(|byte| matches!(byte, b'/' | b'\\')) {
            match part {
                b"" | b"." => {}
                b".." => {
                    climbed = true;
                    left |= self.parts.pop().is_none();
                }
                part => self.push(part, usize::MAX, false),
            }
        }
        if climbed {
            let finding = Finding::new(Code::NameTraversal, Some(name), "");
            findings.add(if left { finding } else { finding.judged(Verdict::Reject, Verdict::Warn) });
        }
        0
    }

    fn push(&mut self, part: &[u8], end: usize, lower: bool) {
        let above = self.parts.last().copied().unwrap_or(Part { end: 0, exact: 0, folded: 0 });
        let exact = self.hash(above.exact, part);
        let same = above.exact == above.folded && (lower || Traits::of(part).lower);
        let folded = if same {
            exact
        } else {
            fold(part, &mut self.scratch);
            self.hash(above.folded, &self.scratch)
        };
        self.parts.push(Part { end, exact, folded });
    }

    fn hash(&self, above: u64, part: &[u8]) -> u64 {
        let mut hasher = self.keys.build_hasher();
        hasher.write_u64(above);
        hasher.write(part);
        hasher.finish()
    }

    fn compare(&mut self, name: &[u8], last: Part, folder: bool, findings: &mut Findings) {
        let mut add = |code, detail: &str| findings.add(Finding::new(code, Some(name), detail));
        match self.names.entry(last.folded) {
            Entry::Vacant(vacant) => _ = vacant.insert(First { exact: last.exact, folder }),
            Entry::Occupied(first) if first.get().exact == last.exact => match (first.get().folder, folder) {
                (true, false) | (false, true) => add(Code::PathConflict, "it is both a file and a folder"),
                _ => add(Code::DuplicateName, ""),
            },
            Entry::Occupied(_) => match self.variants.insert(last.exact, folder) {
                None => add(Code::CaseCollision, ""),
                Some(_) => add(Code::DuplicateName, ""),
            },
        }
        if !folder && self.folders.contains(&last.exact) {
            add(Code::PathConflict, "others lie below it");
        }
    }

    /// Notes the folders of a name, and looks whether one of them is a file.
    fn enter(&mut self, name: &[u8], new_folders: usize, findings: &mut Findings) {
        let above = self.parts.len().saturating_sub(1);
        for part in self.parts.get(new_folders.min(above)..above).unwrap_or_default() {
            if self.folders.len() >= FOLDERS_MAX {
                let detail = "more folders than are held against files";
                return findings.add(Finding::new(Code::TooManyEntries, None, detail));
            }
            if !self.folders.insert(part.exact) {
                continue;
            }
            let first = self.names.get(&part.folded).filter(|first| first.exact == part.exact);
            let taken = first.map(|first| first.folder).or_else(|| self.variants.get(&part.exact).copied())
                == Some(false);
            if taken {
                findings.add(Finding::new(Code::PathConflict, Some(name), "it lies below what is no folder"));
            }
        }
    }
}

/// Writes what is left of a part of a name when case and Unicode form are ignored.
fn fold(part: &[u8], folded: &mut Vec<u8>) {
    folded.clear();
    let text =
        if part.is_ascii() || part.len() > PART_BYTES_MAX { None } else { std::str::from_utf8(part).ok() };
    let Some(text) = text else {
        folded.extend(part.iter().map(u8::to_ascii_lowercase));
        return;
    };
    let mut buffer = [0; 4];
    for letter in text.nfd().flat_map(char::to_lowercase) {
        folded.extend_from_slice(letter.encode_utf8(&mut buffer).as_bytes());
    }
}

/// Counts the bytes with which both begin.
fn common_prefix(one: &[u8], other: &[u8]) -> usize {
    let words = one.as_chunks::<8>().0.iter().zip(other.as_chunks::<8>().0);
    let same = words.take_while(|(one, other)| one == other).count() * 8;
    let rest = one.iter().zip(other).skip(same);
    same + rest.take_while(|(one, other)| one == other).count()
}

/// What a name shows by itself.
#[derive(Clone, Copy)]
struct Traits {
    /// Nothing but printable ASCII, no backslash.
    ordinary: bool,
    /// ASCII without capital letters.
    lower: bool,
    backslash: bool,
}

/// Eight times the same byte.
const fn eight(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// The highest bit of each byte that is zero, and of some above such a one.
const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(eight(1)) & !word & eight(0x80)
}

impl Traits {
    fn of(name: &[u8]) -> Self {
        // Eight bytes at a time: a byte is below n if it borrows when n is taken from it.
        let (mut odd, mut capitals, mut backslashes) = (0, 0, 0);
        let mut add = |word: u64| {
            backslashes |= zeros(word ^ eight(b'\\'));
            odd |= word | word.wrapping_sub(eight(0x20)) & !word | zeros(word ^ eight(0x7f));
            // From A on, and not beyond Z.
            let low = word & eight(0x7f);
            capitals |= (low + eight(0x80 - b'A')) & !(low + eight(0x80 - b'Z' - 1)) & !word;
        };
        let (words, rest) = name.as_chunks::<8>();
        for word in words {
            add(u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            let mut word = [b'a'; 8];
            for (to, from) in word.iter_mut().zip(rest) {
                *to = *from;
            }
            add(u64::from_le_bytes(word));
        }
        let none = |bits: u64| bits & eight(0x80) == 0;
        Self { ordinary: none(odd | backslashes), lower: none(odd | capitals), backslash: !none(backslashes) }
    }

    fn tell(self, name: &[u8], says_utf8: bool, findings: &mut Findings) {
        let mut add = |code| findings.add(Finding::new(code, Some(name), ""));
        if name.is_empty() {
            return add(Code::NameEmpty);
        }
        if name.contains(&0) {
            add(Code::NameNul);
        }
        if name.iter().any(|byte| matches!(byte, 1..32 | 127)) {
            add(Code::NameControl);
        }
        if std::str::from_utf8(name).is_err() {
            add(Code::NameNotUtf8);
        } else if !name.is_ascii() && !says_utf8 {
            // Who follows the format reads it in the code page of DOS.
            let detail = "it is UTF-8 and does not say so";
            findings.add(Finding::new(Code::NameNotUtf8, Some(name), detail));
        }
        let mut add = |code| findings.add(Finding::new(code, Some(name), ""));
        if self.backslash {
            add(Code::NameBackslash);
        }
        if name.starts_with(b"/") || name.starts_with(b"\\") {
            add(Code::NameAbsolute);
        }
        if matches!(name, [letter, b':', ..] if letter.is_ascii_alphabetic()) {
            add(Code::NameDriveLetter);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn eight_bytes_at_a_time_show_what_each_shows(name in prop::collection::vec(any::<u8>(), 0..40)) {
            let traits = Traits::of(&name);
            prop_assert_eq!(traits.ordinary, name.iter().all(|&byte| (32..127).contains(&byte) && byte != b'\\'));
            let lower = |byte: &u8| (32..127).contains(byte) && !byte.is_ascii_uppercase();
            prop_assert_eq!(traits.lower, name.iter().all(lower));
        }

        #[test]
        fn each_byte_counts(byte: u8, at in 0_usize..20, length in 20_usize..24) {
            let mut name = vec![b'a'; length];
            name[at] = byte;
            let traits = Traits::of(&name);
            prop_assert_eq!(traits.ordinary, (32..127).contains(&byte) && byte != b'\\');
            prop_assert_eq!(traits.lower, (32..127).contains(&byte) && !byte.is_ascii_uppercase());
            prop_assert_eq!(traits.backslash, byte == b'\\');
        }

        #[test]
        fn prefixes_are_counted_to_the_byte(one in "[ab]{0,40}", other in "[ab]{0,40}", both in "[ab]{0,20}") {
            let (one, other) = (format!("{both}{one}"), format!("{both}{other}"));
            let expected = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
            prop_assert_eq!(common_prefix(one.as_bytes(), other.as_bytes()), expected);
        }
    }
}
