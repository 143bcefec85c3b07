//! What is known of a package that was accepted.

use crate::digest::Sha256Digest;

/// How many characters of an entry's name are shown.
const PATH_CHARS_MAX: usize = 256;

/// The facts about an accepted package.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The SHA-256 of the archive's bytes: computed, or as it was handed in.
    pub code_sha256: Sha256Digest,
    /// The length of the archive in bytes, Lambda's `CodeSize`.
    pub code_size: u64,
    /// The sum of the uncompressed sizes that the archive's directory declares, in bytes.
    pub unzipped_size: u64,
    /// How many entries the directory lists; two entries of one name are two.
    pub entry_count: u64,
    /// How many of the entries are not folders.
    pub file_count: u64,
    /// The entry with the largest declared uncompressed size, the first of several.
    pub largest_entry: EntryFacts,
}

/// What an archive's directory says about one of its entries.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EntryFacts {
    /// The name's bytes as the archive has them.
    pub name: Vec<u8>,
    /// The declared size inside the archive, in bytes.
    pub zipped_size: u64,
    /// The declared size once extracted, in bytes.
    pub unzipped_size: u64,
    /// The number of the compression method in the zip format: 0 stored, 8 deflate.
    pub method: u16,
    /// Whether the entry is marked as encrypted, in whichever of the format's ways.
    pub encrypted: bool,
}

impl EntryFacts {
    /// Returns whether the entry is a folder: its name ends with a slash.
    #[must_use]
    pub fn is_folder(&self) -> bool {
        self.name.ends_with(b"/")
    }

    /// Returns the name for people: what is not UTF-8 replaced, control characters escaped, at most 256 characters of
    /// the name.
    #[must_use]
    pub fn path(&self) -> String {
        let mut path = String::new();
        for letter in String::from_utf8_lossy(&self.name).chars().take(PATH_CHARS_MAX) {
            if letter.is_control() {
                path.extend(letter.escape_default());
            } else {
                path.push(letter);
            }
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &[u8]) -> EntryFacts {
        EntryFacts { name: name.to_vec(), zipped_size: 0, unzipped_size: 0, method: 0, encrypted: false }
    }

    #[test]
    fn paths_are_fit_for_a_terminal() {
        assert_eq!(named(b"lib/a.py").path(), "lib/a.py");
        assert_eq!(named(b"a\x1b[31m.py").path(), "a\\u{1b}[31m.py");
        assert_eq!(named(b"caf\xe9.py").path(), "caf\u{fffd}.py");
        assert_eq!(named(&[b'x'; 65_535]).path().len(), 256);
    }

    #[test]
    fn a_folder_ends_with_a_slash() {
        assert!(named(b"lib/").is_folder());
        assert!(!named(b"lib").is_folder());
        assert!(!named(b"lib\\").is_folder());
    }
}
