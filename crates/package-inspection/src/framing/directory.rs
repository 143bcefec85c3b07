//! The directory of an archive: its entries one after the other, and what each shows by itself.

use std::num::NonZeroU64;

use crate::error::InspectError;
use crate::fields::{u16_at, u32_at};
use crate::finding::{Code, Finding, Findings, Verdict};
use crate::framing::end_records::End;
use crate::framing::extra::Extra;
use crate::framing::local::Content;
use crate::framing::names::Names;
use crate::inspect::{InspectOptions, MEMBERS_PER_CHECK};
use crate::limits::Limits;
use crate::source::Window;

/// How an entry begins, and how long it is without what has no fixed length.
const SIGNATURE: &[u8; 4] = b"PK\x01\x02";
pub(crate) const ENTRY_BYTES: usize = 46;

/// General purpose bits: encrypted in one of three ways, sizes in a descriptor.
const ENCRYPTED: u16 = 1 | 1 << 6 | 1 << 13;
const DESCRIPTOR: u16 = 1 << 3;
/// The content is a patch, which hardly any reader applies.
const PATCHED: u16 = 1 << 5;
/// The newest version of the format that there is, 6.3; some readers refuse what needs a newer one.
const VERSION_MAX: u8 = 63;
/// And that the name is UTF-8.
const UTF8: u16 = 1 << 11;

/// The compression methods that the service is known to extract.
pub(crate) const STORED: u16 = 0;
pub(crate) const DEFLATED: u16 = 8;

/// A member that unpacks to more than this many times its size, and to this many bytes at least, is odd.
const RATIO_MAX: u64 = 500;
const RATIO_BYTES_MIN: u64 = 1 << 20;

/// The kinds of files in the upper half of the external attributes, if a Unix wrote them.
const HOST_UNIX: u8 = 3;
const HOST_MACOS: u8 = 19;
const KIND_MASK: u32 = 0o170_000;
const KIND_FOLDER: u32 = 0o040_000;
const KIND_FILE: u32 = 0o100_000;
const KIND_LINK: u32 = 0o120_000;
/// The bit that makes a member a folder for DOS.
const DOS_FOLDER: u32 = 0x10;

/// A member as the directory has it. What the archive's size bounds is kept of each, so it is small.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Member {
    /// Where its name lies in the directory, and how long that is.
    pub(crate) name_at: u64,
    /// Where its local header lies.
    pub(crate) local: u64,
    /// Where its content lies; `None` until that is known, and if it has none that could be read.
    pub(crate) content: Option<NonZeroU64>,
    pub(crate) zipped: u64,
    pub(crate) unzipped: u64,
    pub(crate) crc: u32,
    /// Its Unix mode; 0 if it has none.
    pub(crate) mode: u16,
    pub(crate) name_length: u16,
    pub(crate) method: u16,
    pub(crate) flags: u16,
    pub(crate) kind: MemberKind,
    /// Whether its entry has a ZIP64 field.
    pub(crate) has_zip64: bool,
}

/// What a member is extracted as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MemberKind {
    File,
    Folder,
    Link,
    Special,
}

impl Member {
    pub(crate) fn is_encrypted(&self) -> bool {
        self.flags & ENCRYPTED != 0
    }

    pub(crate) fn says_utf8(&self) -> bool {
        self.flags & UTF8 != 0
    }

    pub(crate) fn has_descriptor(&self) -> bool {
        self.flags & DESCRIPTOR != 0
    }

    /// Returns where its content lies, once it was walked to.
    pub(crate) fn content(&self) -> Option<Content> {
        self.content.map(|at| Content { at: at.get(), length: self.zipped })
    }

    /// Whether its content can be read at all.
    pub(crate) fn is_readable(&self) -> bool {
        !self.is_encrypted() && [STORED, DEFLATED].contains(&self.method)
    }
}

/// The members of an archive, and sums over them.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    pub(crate) members: Vec<Member>,
    pub(crate) file_count: u64,
    pub(crate) unzipped: u64,
    largest: Option<usize>,
    /// Where it ends.
    pub(crate) end: u64,
}

/// Reads the directory to which the end records lead.
pub(super) fn walk(
    window: &mut Window<'_>,
    end: &End,
    options: &InspectOptions<'_>,
    findings: &mut Findings,
) -> Result<Directory, InspectError> {
    let limits = &options.limits;
    let mut directory = Directory::default();
    // No more than a plain archive can have: what is announced may lie in a hole of a file that takes no disk.
    let fitting = end.start.saturating_sub(end.directory) / ENTRY_BYTES as u64;
    let expected = fitting.min(end.count).min(limits.entries_max).min(u16::MAX.into());
    let expected = usize::try_from(expected).unwrap_or(0);
    directory.members.reserve(expected);
    let mut names = Names::default();
    names.reserve(expected);
    let mut at = end.directory;
    while at < end.start {
        let header = window.bytes(at, ENTRY_BYTES)?;
        if !header.starts_with(SIGNATURE) {
            break;
        }
        if directory.members.len() as u64 >= limits.entries_read_max() {
            let detail = format!("more than {} entries; the others were not read", limits.entries_read_max());
            findings.add(
                Finding::new(Code::TooManyEntries, None, detail).judged(Verdict::Reject, Verdict::Reject),
            );
            directory.end = at;
            return Ok(directory);
        }
        if directory.members.len().is_multiple_of(MEMBERS_PER_CHECK as usize) {
            options.check()?;
        }
        let lengths = (u16_at(header, 28), u16_at(header, 30), u16_at(header, 32));
        let (Some(name_length), Some(extra_length), Some(comment_length)) = lengths else { break };
        let used = ENTRY_BYTES + usize::from(name_length) + usize::from(extra_length);
        let next = at + used as u64 + u64::from(comment_length);
        if next > end.start {
            findings.add(Finding::new(
                Code::CdSizeMismatch,
                None,
                "the last entry reaches into the end records",
            ));
            break;
        }
        let entry = window.bytes(at, used)?;
        let Some(entry) = Entry::parse(entry, at, name_length, end.base) else { break };
        entry.review(findings);
        names.review(entry.name, &entry.member, findings);
        directory.add(entry.member);
        at = next;
    }
    directory.end = at;
    directory.compare(end, limits, findings);
    Ok(directory)
}

impl Directory {
    /// Returns the member with the largest declared size, the first of several.
    pub(crate) fn largest(&self) -> Option<&Member> {
        self.largest.and_then(|at| self.members.get(at))
    }

    fn add(&mut self, member: Member) {
        self.unzipped = self.unzipped.saturating_add(member.unzipped);
        self.file_count += u64::from(member.kind != MemberKind::Folder);
        if self.largest().is_none_or(|largest| member.unzipped > largest.unzipped) {
            self.largest = Some(self.members.len());
        }
        self.members.push(member);
    }

    /// Holds the directory against what the end records say of it.
    fn compare(&self, end: &End, limits: &Limits, findings: &mut Findings) {
        let count = self.members.len() as u64;
        if count != end.count {
            let detail = format!("the directory has {count} entries, the end record {}", end.count);
            findings.add(Finding::new(Code::CdCountMismatch, None, detail));
        }
        let length = self.end - end.directory;
        if length != end.directory_size {
            let detail = format!("the directory has {length} bytes, the end record {}", end.directory_size);
            findings.add(Finding::new(Code::CdSizeMismatch, None, detail));
        } else if self.end != end.start {
            let detail = format!("{} bytes between the directory and the end record", end.start - self.end);
            let finding = Finding::new(Code::UnreferencedBytes, None, detail);
            // Some readers take the directory to reach up to the end record, whatever that says.
            findings.add(finding.judged(Verdict::Reject, Verdict::Accept));
        }
        if count > limits.entries_max {
            let detail = format!("{count} entries, more than {}", limits.entries_max);
            findings.add(Finding::new(Code::TooManyEntries, None, detail));
        }
        if count == 0 {
            findings.add(Finding::new(Code::EmptyArchive, None, ""));
        } else if self.file_count == 0 {
            findings.add(Finding::new(Code::NoFiles, None, ""));
        }
    }
}

/// An entry of the directory.
struct Entry<'a> {
    member: Member,
    name: &'a [u8],
    extra: Extra<'a>,
    disk: u32,
    needless: bool,
    missing: bool,
    /// The marks that make it a folder, where it has them.
    folder_by_name: bool,
    folder_by_mode: Option<bool>,
    /// It has the mode of a link or a device, of a host whose modes not all readers take for those of Unix.
    is_special_to_some: bool,
    /// Ten times the version of the format that its reader has to know.
    version_needed: u8,
}

impl<'a> Entry<'a> {
    fn parse(bytes: &'a [u8], at: u64, name_length: u16, base: u64) -> Option<Self> {
        let (name, extra) = bytes.get(ENTRY_BYTES..)?.split_at_checked(name_length.into())?;
        let extra = Extra::parse(extra);
        let mut numbers = extra.numbers();
        let unzipped = numbers.or_next(u32_at(bytes, 24)?);
        let zipped = numbers.or_next(u32_at(bytes, 20)?);
        let local = numbers.or_next(u32_at(bytes, 42)?).saturating_add(base);
        let disk = numbers.disk_or_next(u16_at(bytes, 34)?);
        let external = u32_at(bytes, 38)?;
        let host = bytes.get(5).copied()?;
        let unix = [HOST_UNIX, HOST_MACOS].contains(&host);
        let mode = if unix { external >> 16 } else { 0 };
        let folder_by_name = name.ends_with(b"/");
        let folder_by_mode = match mode & KIND_MASK {
            _ if !unix => (external & DOS_FOLDER != 0).then_some(true),
            0 => None,
            kind => Some(kind == KIND_FOLDER),
        };
        let is_special_to_some =
            host != HOST_UNIX && ![0, KIND_FILE, KIND_FOLDER].contains(&(external >> 16 & KIND_MASK));
        let kind = match mode & KIND_MASK {
            _ if folder_by_name => MemberKind::Folder,
            KIND_LINK => MemberKind::Link,
            0 | KIND_FILE => MemberKind::File,
            KIND_FOLDER => MemberKind::Folder,
            _ => MemberKind::Special,
        };
        let member = Member {
            name_at: at + ENTRY_BYTES as u64,
            local,
            content: None,
            zipped,
            unzipped,
            crc: u32_at(bytes, 16)?,
            mode: mode as u16,
            name_length,
            method: u16_at(bytes, 10)?,
            flags: u16_at(bytes, 8)?,
            kind,
            has_zip64: extra.has_zip64(),
        };
        let (needless, missing) = (numbers.needless, numbers.missing);
        let version_needed = bytes.get(6).copied()?;
        Some(Self {
            member,
            name,
            extra,
            disk,
            needless,
            missing,
            folder_by_name,
            folder_by_mode,
            is_special_to_some,
            version_needed,
        })
    }

    fn review(&self, findings: &mut Findings) {
        let member = &self.member;
        if let Some(detail) = self.refused_by_some() {
            let finding = Finding::new(Code::UnsupportedMethod, Some(self.name), detail);
            findings.add(finding.judged(Verdict::Reject, Verdict::Warn));
        }
        let mut add = |code, detail| findings.tell(code, self.name, detail);
        if self.disk != 0 {
            add(Code::MultiDisk, format!("it lies on disk {}", self.disk));
        }
        if self.extra.malformed {
            add(Code::ExtraMalformed, String::new());
        }
        if self.extra.duplicate {
            add(Code::ExtraDuplicate, String::new());
        }
        if self.needless {
            add(Code::Zip64Needless, String::new());
        }
        if self.missing {
            add(Code::Zip64Inconsistent, "its ZIP64 field lacks a number".to_owned());
        }
        if let Some(path) = self.extra.unicode_path().filter(|path| *path != self.name) {
            add(Code::UnicodePathMismatch, crate::text::display(path));
        }
        if member.is_encrypted() {
            add(Code::Encrypted, String::new());
        }
        if ![STORED, DEFLATED].contains(&member.method) {
            add(Code::UnsupportedMethod, format!("method {}", member.method));
        }
        if member.has_descriptor() && member.method == STORED && member.kind != MemberKind::Folder {
            add(Code::StoredWithDescriptor, String::new());
        }
        if member.method == STORED && member.zipped != member.unzipped && !member.is_encrypted() {
            add(Code::SizeMismatch, format!("{} and {} bytes", member.zipped, member.unzipped));
        }
        if member.unzipped >= RATIO_BYTES_MIN && member.unzipped / RATIO_MAX > member.zipped {
            add(Code::HighRatio, format!("{} bytes in {}", member.unzipped, member.zipped));
        }
        self.review_mode(add);
    }

    /// Why some readers do not read the content, although others do.
    fn refused_by_some(&self) -> Option<String> {
        if self.member.flags & PATCHED != 0 {
            return Some("it is marked as a patch".to_owned());
        }
        let version = self.version_needed;
        (version > VERSION_MAX)
            .then(|| format!("it needs version {}.{} of the format", version / 10, version % 10))
    }

    fn review_mode(&self, mut add: impl FnMut(Code, String)) {
        let member = &self.member;
        let content = member.unzipped > 0 || member.method == STORED && member.zipped > 0;
        if member.kind == MemberKind::Folder && content {
            add(Code::DirectoryWithData, format!("{} bytes", member.unzipped));
        }
        if self.folder_by_mode.is_some_and(|folder| folder != self.folder_by_name) {
            add(
                Code::DirectoryWithData,
                "its name and its attributes disagree on whether it is a folder".to_owned(),
            );
        }
        if self.is_special_to_some {
            add(
                Code::SpecialFile,
                "some readers take it for a link or a device, others for a file".to_owned(),
            );
        }
        if member.mode == 0 {
            return add(Code::NoUnixMode, String::new());
        }
        let mode = member.mode & 0o7777;
        if mode & 0o6000 != 0 {
            add(Code::SetuidBit, format!("mode {mode:04o}"));
        }
        let needed = match member.kind {
            MemberKind::Folder => 0o005,
            MemberKind::File => 0o004,
            MemberKind::Link => return,
            MemberKind::Special => return add(Code::SpecialFile, format!("mode {:06o}", member.mode)),
        };
        if mode & needed != needed {
            add(Code::NotWorldReadable, format!("mode {mode:04o}"));
        }
    }
}
