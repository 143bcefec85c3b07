//! What can be wrong or odd about a package, and how much that matters.

use std::collections::BTreeMap;
use std::fmt;

use crate::text::display;

/// How many findings of one code are kept; the others are counted.
pub(crate) const KEPT_PER_CODE: u64 = 64;

/// What a profile makes of a finding, or of a whole package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Nothing is wrong; as the verdict on a finding: it is told, no more.
    Accept,
    /// Accepted, but likely not what its author wants.
    Warn,
    /// Refused.
    Reject,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Accept => "accept",
            Self::Warn => "warn",
            Self::Reject => "reject",
        })
    }
}

/// By whose measure findings are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Framing {
    /// As the service does, as far as that is known: what can be extracted is taken.
    #[default]
    Lenient,
    /// Whatever two sane readers could read differently is refused.
    Strict,
}

/// States every code once: its name, the verdict of the strict and of the lenient profile, and what it means.
macro_rules! codes {
    ($( $(#[doc = $about:literal])+ $name:ident = $text:literal, $strict:ident, $lenient:ident; )+) => {
        /// What was found. [`Display`](fmt::Display) writes the code in snake case.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $( $(#[doc = $about])+ $name, )+
        }

        impl Code {
            /// All codes, in the order in which findings are told.
            pub const ALL: &[Self] = &[$( Self::$name, )+];

            /// Returns the code as reports have it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $( Self::$name => $text, )+ }
            }

            /// Returns what a finding of this code usually means to a profile.
            #[must_use]
            pub fn verdict(self, framing: Framing) -> Verdict {
                match (self, framing) {
                    $( (Self::$name, Framing::Strict) => Verdict::$strict,
                       (Self::$name, Framing::Lenient) => Verdict::$lenient, )+
                }
            }
        }
    };
}

codes! {
    /// No end record: the bytes are no zip archive.
    NotZip = "not_zip", Reject, Reject;
    /// An archive without entries.
    EmptyArchive = "empty_archive", Reject, Reject;
    /// An archive that holds folders only.
    NoFiles = "no_files", Warn, Accept;
    /// Bytes before the first member.
    PrependedData = "prepended_data", Warn, Accept;
    /// Bytes behind the end record; zeros alone are padding, which the lenient profile accepts.
    TrailingData = "trailing_data", Reject, Warn;
    /// Another end record that a reader could take for the archive's.
    MultipleEocd = "multiple_eocd", Reject, Warn;
    /// The archive's comment is shorter than the end record says.
    EocdCommentLength = "eocd_comment_length", Reject, Warn;
    /// The archive says that it is one of several.
    MultiDisk = "multi_disk", Reject, Reject;
    /// The directory does not lie in the archive.
    CdOutOfBounds = "cd_out_of_bounds", Reject, Reject;
    /// The directory has another length than the end record says.
    CdSizeMismatch = "cd_size_mismatch", Reject, Reject;
    /// The directory has another number of entries than the end record says.
    CdCountMismatch = "cd_count_mismatch", Reject, Reject;
    /// Bytes that belong to no member.
    UnreferencedBytes = "unreferenced_bytes", Warn, Accept;
    /// A member that the directory does not list; whoever reads from the front extracts it.
    OrphanLocalHeader = "orphan_local_header", Reject, Warn;
    /// More entries than a plain archive can announce.
    TooManyEntries = "too_many_entries", Reject, Warn;
    /// The ZIP64 records contradict the plain ones.
    Zip64Inconsistent = "zip64_inconsistent", Reject, Warn;
    /// The ZIP64 locator points at no record.
    Zip64LocatorBad = "zip64_locator_bad", Reject, Reject;
    /// A ZIP64 field for a number that needs none.
    Zip64Needless = "zip64_needless", Warn, Accept;
    /// An extra field that breaks off.
    ExtraMalformed = "extra_malformed", Reject, Warn;
    /// Two extra fields that say the same of one member.
    ExtraDuplicate = "extra_duplicate", Reject, Warn;
    /// No local header where the directory says that it is.
    LocalHeaderMissing = "local_header_missing", Reject, Reject;
    /// A member that does not lie in the archive.
    LocalOutOfBounds = "local_out_of_bounds", Reject, Reject;
    /// The local header has another name than the directory.
    LocalMismatchName = "local_mismatch_name", Reject, Warn;
    /// The local header has another compression method than the directory.
    LocalMismatchMethod = "local_mismatch_method", Reject, Reject;
    /// The local header has other flags than the directory.
    LocalMismatchFlags = "local_mismatch_flags", Reject, Reject;
    /// The local header has other sizes than the directory.
    LocalMismatchSize = "local_mismatch_size", Reject, Warn;
    /// The local header has another checksum than the directory.
    LocalMismatchCrc = "local_mismatch_crc", Reject, Warn;
    /// A member without the data descriptor that it announces.
    DescriptorMissing = "descriptor_missing", Reject, Warn;
    /// A data descriptor that contradicts the directory.
    DescriptorMismatch = "descriptor_mismatch", Reject, Warn;
    /// An uncompressed member with a data descriptor: whoever reads from the front cannot find its end.
    StoredWithDescriptor = "stored_with_descriptor", Warn, Accept;
    /// Members that share bytes.
    Overlap = "overlap", Reject, Reject;
    /// A member whose content has another checksum.
    CrcMismatch = "crc_mismatch", Reject, Reject;
    /// A member whose content has another length than declared.
    SizeMismatch = "size_mismatch", Reject, Reject;
    /// A member that does not decompress.
    InflateError = "inflate_error", Reject, Reject;
    /// A member whose compressed data ends before its declared end.
    MemberTrailingData = "member_trailing_data", Reject, Warn;
    /// A member that decompresses to very many times its size.
    HighRatio = "high_ratio", Warn, Accept;
    /// The declared sizes add up to more than a package may have.
    UnzippedTooLarge = "unzipped_too_large", Reject, Reject;
    /// An encrypted member.
    Encrypted = "encrypted", Reject, Reject;
    /// A member that is compressed by a method other than 0 and 8.
    UnsupportedMethod = "unsupported_method", Reject, Reject;
    /// Archives in the archive that were not looked into, or not to their end: for depth, for size, or because a compressed one
    /// cannot be followed from the front.
    NestingLimit = "nesting_limit", Warn, Accept;
    /// A member without a name.
    NameEmpty = "name_empty", Reject, Reject;
    /// A name with a NUL in it.
    NameNul = "name_nul", Reject, Reject;
    /// A name with control characters in it.
    NameControl = "name_control", Warn, Accept;
    /// A name that is not UTF-8, or does not say that it is: readers take it for different names.
    NameNotUtf8 = "name_not_utf8", Warn, Accept;
    /// A name with a backslash in it.
    NameBackslash = "name_backslash", Reject, Warn;
    /// A name that begins with a slash.
    NameAbsolute = "name_absolute", Reject, Warn;
    /// A name that begins with a drive letter.
    NameDriveLetter = "name_drive_letter", Reject, Warn;
    /// A name that leaves its folder by `..`.
    NameTraversal = "name_traversal", Reject, Reject;
    /// Two members of one name, once `.`, empty parts and backslashes are resolved.
    DuplicateName = "duplicate_name", Reject, Warn;
    /// Two names that differ in case or in Unicode form only.
    CaseCollision = "case_collision", Warn, Accept;
    /// A file that is the folder of another, or a member that lies under a link.
    PathConflict = "path_conflict", Reject, Warn;
    /// The Unicode path field gives the member another name.
    UnicodePathMismatch = "unicode_path_mismatch", Reject, Warn;
    /// A file with the set-user-ID or set-group-ID bit.
    SetuidBit = "setuid_bit", Warn, Accept;
    /// A device, a pipe or a socket.
    SpecialFile = "special_file", Reject, Warn;
    /// A folder with content.
    DirectoryWithData = "directory_with_data", Reject, Warn;
    /// A file or folder that the function's user cannot read.
    NotWorldReadable = "not_world_readable", Warn, Warn;
    /// A member without Unix permissions; extracted as 0644.
    NoUnixMode = "no_unix_mode", Accept, Accept;
    /// A link to an absolute path.
    SymlinkAbsolute = "symlink_absolute", Warn, Accept;
    /// A link that leaves the package.
    SymlinkEscape = "symlink_escape", Reject, Warn;
    /// A link that leads back to itself.
    SymlinkLoop = "symlink_loop", Warn, Accept;
    /// An ELF image that breaks off or contradicts itself.
    ElfMalformed = "elf_malformed", Warn, Accept;
    /// Native code that the function's architecture cannot run.
    ArchMismatch = "arch_mismatch", Warn, Warn;
    /// Native code that needs a newer C library than the runtime has.
    GlibcTooNew = "glibc_too_new", Warn, Warn;
    /// Native code for musl, which the runtimes do not have.
    MuslLibrary = "musl_library", Warn, Warn;
    /// A file whose name says another machine than its content.
    TagMachineMismatch = "tag_machine_mismatch", Warn, Warn;
    /// A script whose first line ends with a carriage return, so that its interpreter is not found.
    ShebangCrlf = "shebang_crlf", Warn, Accept;
    /// The file that the runtime starts is not there.
    EntryMissing = "entry_missing", Warn, Warn;
    /// The file that the runtime starts is not executable.
    EntryNotExecutable = "entry_not_executable", Warn, Warn;
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Something that was found in a package.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What it is.
    pub code: Code,
    /// The path of the member that it is about, fit for a terminal.
    pub entry: Option<String>,
    /// What exactly, in half a sentence; may be empty.
    pub detail: String,
    /// What each profile makes of it: as its code usually has it, or milder.
    strict: Verdict,
    lenient: Verdict,
}

impl Finding {
    pub(crate) fn new(code: Code, entry: Option<&[u8]>, detail: impl Into<String>) -> Self {
        let (strict, lenient) = (code.verdict(Framing::Strict), code.verdict(Framing::Lenient));
        Self { code, entry: entry.map(display), detail: detail.into(), strict, lenient }
    }

    /// Lets the profiles judge other than its code has it.
    pub(crate) fn judged(self, strict: Verdict, lenient: Verdict) -> Self {
        Self { strict, lenient, ..self }
    }

    /// Returns what a profile makes of it.
    #[must_use]
    pub fn verdict(&self, framing: Framing) -> Verdict {
        match framing {
            Framing::Strict => self.strict,
            Framing::Lenient => self.lenient,
        }
    }
}

/// Findings in the order of their codes, a bounded number of each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Findings {
    by_code: BTreeMap<Code, Found>,
    /// Whether nobody wants to know.
    unheard: bool,
}

/// What was found of one code.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    kept: Vec<Finding>,
    count: u64,
    /// The worst of all, kept or not.
    strict: Verdict,
    lenient: Verdict,
}

impl Found {
    /// Whether one more, as its code judges it, would only be counted.
    fn is_full(&self, code: Code) -> bool {
        self.count >= KEPT_PER_CODE
            && self.strict >= code.verdict(Framing::Strict)
            && self.lenient >= code.verdict(Framing::Lenient)
    }
}

impl Findings {
    /// Takes what is found and forgets it.
    pub(crate) fn unheard() -> Self {
        Self { unheard: true, ..Self::default() }
    }

    /// Adds a finding that its code judges. Its text is made only if it is kept, for some come with every member.
    pub(crate) fn tell(&mut self, code: Code, entry: &[u8], detail: String) {
        match self.by_code.get_mut(&code) {
            Some(found) if found.is_full(code) => found.count += 1,
            _ if self.unheard => {}
            _ => self.add(Finding::new(code, Some(entry), detail)),
        }
    }

    pub(crate) fn add(&mut self, finding: Finding) {
        if self.unheard {
            return;
        }
        let (strict, lenient) = (finding.strict, finding.lenient);
        let nothing =
            || Found { kept: Vec::new(), count: 0, strict: Verdict::Accept, lenient: Verdict::Accept };
        let found = self.by_code.entry(finding.code).or_insert_with(nothing);
        found.count += 1;
        let worse = strict > found.strict || lenient > found.lenient;
        (found.strict, found.lenient) = (found.strict.max(strict), found.lenient.max(lenient));
        if found.count <= KEPT_PER_CODE {
            found.kept.push(finding);
        } else if let Some(last) = found.kept.last_mut().filter(|_| worse) {
            // Whoever asks for the reason of a verdict finds one.
            *last = finding;
        }
    }

    /// Counts more of a code that was found.
    pub(crate) fn count_more(&mut self, code: Code, more: u64) {
        if let Some(found) = self.by_code.get_mut(&code) {
            found.count += more;
        }
    }

    pub(crate) fn verdict(&self, framing: Framing) -> Verdict {
        let worst = self.by_code.values().map(|found| match framing {
            Framing::Strict => found.strict,
            Framing::Lenient => found.lenient,
        });
        worst.max().unwrap_or(Verdict::Accept)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.by_code.values().flat_map(|found| &found.kept)
    }

    /// How often a code was found.
    pub(crate) fn count(&self, code: Code) -> u64 {
        self.by_code.get(&code).map_or(0, |found| found.count)
    }
}
