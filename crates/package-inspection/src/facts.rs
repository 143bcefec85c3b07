//! What is known of a package, whatever it is used for.

use std::collections::BTreeMap;

use crate::digest::Sha256Digest;
use crate::finding::{Code, Findings};
use crate::inspect::Level;
use crate::links::Links;
use crate::native::{Kind, Linkage, Native};
use crate::report::{Report, Usage};
use crate::scan::{Files, Program};
use crate::text::display;

/// What an inspection found: the same for the same bytes, level and limits, whatever function they are for.
///
/// What it means for a function of an architecture, a runtime and a handler, and by whose measure, is asked of
/// [`Facts::report`]; that reads no byte of the package again.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Facts {
    /// How deep the inspection looked.
    pub level: Level,
    /// The SHA-256 of the archive's bytes: computed, or as it was handed in.
    pub code_sha256: Sha256Digest,
    /// The length of the archive in bytes, Lambda's `CodeSize`.
    pub code_size: u64,
    /// The length of the archive's comment in bytes.
    pub comment_length: u64,
    /// How many entries the directory lists; two entries of one name are two.
    pub entry_count: u64,
    /// How many of the entries are not folders.
    pub file_count: u64,
    /// The sum of the uncompressed sizes that the archive's directory declares, in bytes.
    pub unzipped_size: u64,
    /// The entry with the largest declared uncompressed size, the first of several.
    pub largest_entry: Option<EntryFacts>,
    /// How many files there are of each kind, those in archives in the archive left out.
    pub kinds: BTreeMap<Kind, u64>,
    /// The native files, those in archives in the archive included; 8,192 of them at most, and fewer if their paths are very long.
    pub natives: Vec<Native>,
    /// How many more there are.
    pub natives_left_out: u64,
    /// The Python wheels that were unpacked into the package.
    pub wheels: Vec<Wheel>,
    pub(crate) links: Links,
    pub(crate) files: Files,
    pub(crate) programs: Vec<Program>,
    pub(crate) findings: Findings,
}

impl Facts {
    /// Whether something is known of the files, if only that there are none.
    pub(crate) fn knows_files(&self) -> bool {
        let is_read = self.entry_count > 0 || self.findings.count(Code::EmptyArchive) > 0;
        is_read && self.level > Level::Frame
    }

    /// Says what the facts mean for what the package is used for.
    #[must_use]
    pub fn report(&self, usage: &Usage) -> Report<'_> {
        Report::new(self, usage)
    }

    /// Returns about how much memory the facts take, in bytes.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        // What a native file or finding takes beside its texts, roughly.
        const EACH_BYTES: usize = 256;
        let natives = self.natives.iter().map(|native| {
            let linkage = native.linkage.as_ref().map_or(0, Linkage::bytes);
            EACH_BYTES + native.path_bytes() + usize::try_from(linkage).unwrap_or(usize::MAX >> 1)
        });
        let findings = self
            .findings
            .iter()
            .map(|finding| EACH_BYTES + finding.detail.len() + finding.entry.as_ref().map_or(0, String::len));
        let wheels =
            self.wheels.iter().map(|wheel| EACH_BYTES + wheel.tags.iter().map(String::len).sum::<usize>());
        let programs = self.programs.iter().map(|program| EACH_BYTES + program.path.len());
        let listed: usize = natives.chain(findings).chain(wheels).chain(programs).sum();
        size_of::<Self>() + listed + self.files.memory_bytes() + self.links.memory_bytes()
    }

    /// Tells whether the package has a file of a path.
    ///
    /// Paths are compared once `.`, `..`, empty parts and backslashes in them are resolved; links are not followed. They are known by
    /// 64-bit hashes, so a file that is not there is taken for one that is once in very many times.
    #[must_use]
    pub fn has_file(&self, path: &str) -> bool {
        self.files.mode(path.as_bytes()).is_some()
    }

    /// Whether a file may be found under a path when links are followed. Where they lead out of the package, or nobody knows where,
    /// one may.
    pub(crate) fn may_find_file(&self, path: &str) -> bool {
        self.has_file(path)
            || self.links.resolve(path.as_bytes()).is_none_or(|path| self.files.mode(&path).is_some())
    }
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
}

impl EntryFacts {
    /// Returns the name for people: what is not UTF-8 replaced, control characters escaped, at most 256 characters of
    /// the name.
    #[must_use]
    pub fn path(&self) -> String {
        display(&self.name)
    }
}

/// A Python wheel that was unpacked into the package, by its `.dist-info/WHEEL`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Wheel {
    /// The path of that file.
    pub path: String,
    /// The tags that it has, such as `cp312-cp312-manylinux_2_17_x86_64`.
    pub tags: Vec<String>,
}

impl Wheel {
    /// How many tags are kept.
    const TAGS_MAX: usize = 64;

    pub(crate) fn parse(path: &[u8], text: &[u8]) -> Self {
        let tag = |line: &[u8]| line.strip_prefix(b"Tag:").map(|tag| display(tag.trim_ascii()));
        let tags = text.split(|&byte| byte == b'\n').filter_map(tag).take(Self::TAGS_MAX).collect();
        Self { path: display(path), tags }
    }
}
