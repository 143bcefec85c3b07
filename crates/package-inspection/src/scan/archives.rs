//! Archives in the archive: what native code lies in them.
//!
//! A stored one is read by its directory where it lies. A compressed one is decompressed first if it is small, and else read from
//! the front while it passes by.

use std::ops::ControlFlow;

use super::member_reader::MemberReader;
use super::natives::NestedNatives;
use super::stream::{self, Passed};
use super::{LINKAGE_BYTES_MAX, Scan};
use crate::capture;
use crate::error::InspectError;
use crate::finding::{Code, Finding, Findings};
use crate::framing::{Archive, Content, DEFLATED, Member, MemberKind, Walked};
use crate::inflate::Ended;
use crate::inspect::{Level, MEMBERS_PER_CHECK};
use crate::native::{Kind, Linkage, Native, kind};
use crate::source::{Part, Window};
use crate::text::nested_path;

/// Up to how many bytes a compressed archive in the archive is decompressed as a whole: its directory then tells what it has, and
/// only the heads of its members are decompressed.
const WHOLE_ARCHIVE_BYTES_MAX: u64 = 1 << 20;
/// The bytes of an archive: where they are now, and where they are as long as the package is, if they are.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'b, 's> {
    now: Part<'b>,
    later: Option<Part<'s>>,
}

impl<'s> Bytes<'s, 's> {
    pub(super) fn lasting(part: Part<'s>) -> Self {
        Self { now: part, later: Some(part) }
    }
}

impl Bytes<'_, '_> {
    fn part(self, content: Content) -> Self {
        let Content { at, length } = content;
        Self { now: self.now.part(at, length), later: self.later.map(|whole| whole.part(at, length)) }
    }
}

impl<'s> Scan<'_, 's> {
    /// Looks into an archive in the archive. What is wrong with its framing is between it and its readers.
    pub(super) fn archive(
        &mut self,
        bytes: Bytes<'_, 's>,
        member: &Member,
        content: Content,
        path: String,
        depth: u32,
        findings: &mut Findings,
    ) -> Result<(), InspectError> {
        if depth > self.options.limits.nesting_max {
            let detail = format!("an archive in {} others", depth);
            findings.add(Finding::new(Code::NestingLimit, Some(path.as_bytes()), detail));
            return Ok(());
        }
        if member.method != DEFLATED {
            return self.nested_archive(bytes.part(content), path, depth, findings);
        }
        if member.unzipped > self.nested_bytes_left {
            let detail =
                format!("{} bytes, more than are decompressed to look into archives", member.unzipped);
            findings.add(Finding::new(Code::NestingLimit, Some(path.as_bytes()), detail));
            return Ok(());
        }
        self.nested_bytes_left -= member.unzipped;
        if member.unzipped > WHOLE_ARCHIVE_BYTES_MAX {
            return self.streamed_archive(bytes.now, member, content, path, findings);
        }
        let whole = self.whole(bytes.now, member, content, member.unzipped as usize)?;
        let now = Part::new(&whole, 0, whole.len() as u64);
        self.nested_archive(Bytes { now, later: None }, path, depth, findings)
    }

    /// Looks at the members of an archive in the archive.
    fn nested_archive(
        &mut self,
        bytes: Bytes<'_, 's>,
        path: String,
        depth: u32,
        findings: &mut Findings,
    ) -> Result<(), InspectError> {
        let size = bytes.now.length();
        let (mut names, mut window) = (Window::new(&bytes.now, size), Window::new(&bytes.now, size));
        let mut theirs = Findings::unheard();
        let Some(mut archive) = Archive::open(&mut names, self.options, &mut theirs)? else {
            return Ok(());
        };
        let class_path = is_class_path(&path);
        let mut walk = archive.walk(&mut names);
        while let Some(Walked { member, name, content }) = walk.next(&mut window, &mut theirs)? {
            if self.nested_entries_left == 0 {
                let detail = "more entries than are looked at";
                findings.add(Finding::new(Code::NestingLimit, Some(path.as_bytes()), detail));
                return Ok(());
            }
            self.nested_entries_left -= 1;
            if self.nested_entries_left.is_multiple_of(MEMBERS_PER_CHECK.into()) {
                self.options.check()?;
            }
            let (MemberKind::File, Some(content)) = (member.kind, content) else { continue };
            if class_path {
                self.seen.files.add(name, member.mode);
            }
            let (kind, length) = self.kind(&mut window, &member, content)?;
            let inner = || nested_path(&path, name);
            if kind.is_native() {
                let head = self.head.get(..length).unwrap_or_default();
                let mut native = kind::native(inner(), kind, head, member.unzipped);
                let place = match bytes.later {
                    _ if !self.affords(&native, findings) => None,
                    Some(later) => Some((later, member)),
                    None => {
                        self.link(&mut native, bytes.now, &member, findings)?;
                        None
                    }
                };
                self.native(native, place);
            } else if kind == Kind::Zip {
                self.archive(bytes, &member, content, inner(), depth + 1, findings)?;
            }
        }
        Ok(())
    }

    /// Reads at once what a native file needs, for its bytes will be gone.
    fn link(
        &mut self,
        native: &mut Native,
        archive: Part<'_>,
        member: &Member,
        findings: &mut Findings,
    ) -> Result<(), InspectError> {
        let (options, mut passed) = (self.options, 0);
        let each = |piece: &[u8]| {
            passed += piece.len() as u64;
            let enough = options.stops() || passed > member.unzipped;
            Ok(if enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        };
        let (ended, linkage) =
            capture::linkage(&mut self.inflater, archive, member, each, || options.stops())?;
        options.check()?;
        if matches!(ended, Ended::Whole { .. }) {
            self.seen.linkage_bytes += linkage.as_ref().map_or(0, Linkage::bytes);
            // If it is too much for all, that is told of all.
            if self.seen.linkage_bytes <= LINKAGE_BYTES_MAX {
                native.link(linkage, findings);
            }
        }
        Ok(())
    }

    /// Whether a native file of an archive in the archive may be decompressed to find out what it needs. The sizes of
    /// the package itself do not bound these.
    fn affords(&mut self, native: &Native, findings: &mut Findings) -> bool {
        if self.options.level < Level::Verify || native.kind != Kind::Elf {
            return false;
        }
        let left = self.nested_bytes_left.checked_sub(native.size);
        if left.is_none() {
            let detail = format!("{} bytes, more than are decompressed of archives", native.size);
            findings.add(Finding::new(Code::NestingLimit, Some(native.path.as_bytes()), detail));
        }
        self.nested_bytes_left = left.unwrap_or(self.nested_bytes_left);
        left.is_some()
    }

    /// Looks at an archive in the archive while it passes by.
    fn streamed_archive(
        &mut self,
        source: Part<'_>,
        member: &Member,
        content: Content,
        path: String,
        findings: &mut Findings,
    ) -> Result<(), InspectError> {
        let class_path = is_class_path(&path);
        let mut visitor = NestedNatives::new(
            &path,
            self.options.level == Level::Verify,
            class_path.then_some(&mut self.seen.files),
            &mut self.nested_entries_left,
            &mut self.seen.linkage_bytes,
        );
        let options = self.options;
        let stops = || options.stops();
        let mut archive = MemberReader::new(source, content, member.unzipped, &stops);
        let passed = stream::read(&mut archive, &mut visitor, &mut self.nested_bytes_left, &stops)?;
        let (natives, archives, left_out) = (visitor.natives, visitor.archives, visitor.left_out);
        self.seen.natives_left_out += left_out;
        if archive.stopped || passed == Passed::Stopped {
            return Err(InspectError::Stopped);
        }
        let bounded = self.nested_entries_left == 0 || self.nested_bytes_left == 0;
        if archives > 0 || bounded || passed == Passed::Early {
            let detail = match archives {
                0 if bounded => "more than is looked at of archives".to_owned(),
                0 => "it cannot be followed to its end without its directory".to_owned(),
                _ => format!("{archives} archives in a compressed one"),
            };
            findings.add(Finding::new(Code::NestingLimit, Some(path.as_bytes()), detail));
        }
        for native in natives {
            self.native(native, None);
        }
        Ok(())
    }
}

/// Whether classes in it are found by the Java runtime.
fn is_class_path(path: &str) -> bool {
    path.strip_prefix("lib/").is_some_and(|name| name.ends_with(".jar") && !name.contains('/'))
}
