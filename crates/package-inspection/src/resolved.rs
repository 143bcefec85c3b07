//! Paths with their empty parts, `.` and `..` resolved.

use std::hash::BuildHasher as _;

use foldhash::fast::FixedState;

/// A path below the root of a package: its parts, joined by single slashes.
#[derive(Debug, Clone, Default)]
pub(crate) struct ResolvedPath {
    bytes: Vec<u8>,
    /// Where each part ends, and the hash of the path up to there, so that a part more costs no more than itself.
    parts: Vec<(usize, u64)>,
}

impl ResolvedPath {
    pub(crate) fn push(&mut self, part: &[u8]) {
        let hash = with_part(self.hash(), part);
        if !self.parts.is_empty() {
            self.bytes.push(b'/');
        }
        self.bytes.extend_from_slice(part);
        self.parts.push((self.bytes.len(), hash));
    }

    /// Leaves the last part; `false` if there is none.
    pub(crate) fn pop(&mut self) -> bool {
        let left = self.parts.pop().is_some();
        self.bytes.truncate(self.parts.last().map_or(0, |(end, _)| *end));
        left
    }

    /// Returns the hash that [`hash`] has for this path.
    pub(crate) fn hash(&self) -> u64 {
        self.parts.last().map_or(0, |(_, hash)| *hash)
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// Hashes a path as it is once it is resolved, by its parts alone. What it leaves above the root is ignored.
pub(crate) fn hash(path: &[u8]) -> u64 {
    if memchr::memmem::find(path, b"..").is_some() {
        return lexically(path).hash();
    }
    parts(path).filter(|part| !is_here(part)).fold(0, with_part)
}

/// Resolves a path without a look at links. What it leaves above the root is ignored.
pub(crate) fn lexically(path: &[u8]) -> ResolvedPath {
    let mut resolved = ResolvedPath::default();
    for part in parts(path).filter(|part| !is_here(part)) {
        match part {
            b".." => _ = resolved.pop(),
            part => resolved.push(part),
        }
    }
    resolved
}

/// The parts of a name in an archive. Who packs on Windows separates them by backslashes.
fn parts(name: &[u8]) -> impl Iterator<Item = &[u8]> {
    name.split(|byte| matches!(byte, b'/' | b'\\'))
}

/// Whether a part leads nowhere.
pub(crate) fn is_here(part: &[u8]) -> bool {
    matches!(part, b"" | b".")
}

fn with_part(before: u64, part: &[u8]) -> u64 {
    FixedState::with_seed(before).hash_one(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_what_is_left_of_it() {
        let check = |path: &str, expected: &str| {
            let resolved = lexically(path.as_bytes());
            assert_eq!(resolved.hash(), hash(path.as_bytes()), "{path}");
            assert_eq!(hash(path.as_bytes()), hash(expected.as_bytes()), "{path}");
            assert_eq!(String::from_utf8(resolved.into_bytes()).unwrap(), expected);
        };
        check("a/b.py", "a/b.py");
        check("./a//b/./c/", "a/b/c");
        check("/a", "a");
        check("a/../b/c/..", "b");
        check("../../a..b/..c", "a..b/..c");
        check("a\\b.py", "a/b.py");
        check(".", "");
    }

    #[test]
    fn different_paths_have_different_hashes() {
        let paths = ["", "a", "b", "a/b", "b/a", "ab", "a/b/c", "a/bc", "ab/c", ".a"];
        let hashes: std::collections::BTreeSet<u64> =
            paths.iter().map(|path| hash(path.as_bytes())).collect();
        assert_eq!(hashes.len(), paths.len());
    }
}
