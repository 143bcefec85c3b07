//! What the members of an archive are, by their first bytes.

use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;

use flate2::{Decompress, FlushDecompress, Status};

use crate::capture;
use crate::error::InspectError;
use crate::facts::Wheel;
use crate::finding::{Code, Finding, Findings};
use crate::framing::{Archive, Content, DEFLATED, Member, MemberKind, Walked};
use crate::inflate::{self, Inflater};
use crate::inspect::{InspectOptions, Level, MEMBERS_PER_CHECK};
use crate::links::{Links, TARGET_BYTES_MAX};
use crate::native::kind::{self, HEAD_BYTES, LONG_HEAD_BYTES};
use crate::native::{Kind, Linkage, LongPaths, Native};
use crate::nested::{self, Ended};
use crate::nested_natives::{MemberReader, NestedNatives};
use crate::peek;
use crate::source::{Part, Window};
use crate::text::{judged_path, nested_path};

/// How many compressed bytes nearly always hold the head of a block.
const PEEK_BYTES: usize = 320;
/// Up to how many bytes a compressed archive in the archive is decompressed as a whole: its directory then tells what it has, and
/// only the heads of its members are decompressed.
const WHOLE_ARCHIVE_BYTES_MAX: u64 = 1 << 20;
/// How many compressed bytes are decompressed at once to see the first ones of a file.
pub(crate) const PREFIX_BYTES: usize = 8 << 10;
/// How many native files are told; others are counted.
pub(crate) const NATIVES_MAX: usize = 8192;
/// How much memory what all of them need may take, in bytes: some ten times as much as in the largest packages there are.
pub(crate) const LINKAGE_BYTES_MAX: u64 = 2 << 20;
/// How many programs are looked at that the service starts by name.
const PROGRAMS_MAX: usize = 64;
/// How many wheels are told, and how much of their metadata is read, in bytes.
const WHEELS_MAX: usize = 1024;
const WHEEL_BYTES_MAX: usize = 8 << 10;
/// The program of a function that brings its own runtime.
const BOOTSTRAP: &[u8] = b"bootstrap";
/// The file of a wheel that has its tags.
const WHEEL_SUFFIX: &[u8] = b".dist-info/WHEEL";

/// What was seen of all members.
#[derive(Default)]
pub(crate) struct Seen<'s> {
    pub(crate) natives: Vec<Native>,
    pub(crate) natives_left_out: u64,
    long_paths: LongPaths,
    pub(crate) kinds: BTreeMap<Kind, u64>,
    pub(crate) links: Links,
    pub(crate) files: Files,
    pub(crate) programs: Vec<Program>,
    pub(crate) wheels: Vec<Wheel>,
    /// How much memory it would take to tell what all native files need, in bytes.
    pub(crate) linkage_bytes: u64,
    /// Where each native file that can be read again lies; its index in `natives`.
    pub(crate) places: Vec<(usize, Part<'s>, Member)>,
}

/// A file that the service starts by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Program {
    pub(crate) path: Vec<u8>,
    pub(crate) kind: Kind,
    pub(crate) mode: u16,
    /// Its first line ends with a carriage return.
    pub(crate) crlf: bool,
}

/// The names of all files once they are resolved, as hashes, each with its mode.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Files(Vec<(u64, u16)>);

impl Files {
    pub(crate) fn add(&mut self, path: &[u8], mode: u16) {
        self.0.push((Self::hash(path), mode));
    }

    pub(crate) fn sort(&mut self) {
        self.0.sort_unstable();
        self.0.shrink_to_fit();
    }

    /// Returns the mode of a file if there is one of this path.
    pub(crate) fn mode(&self, path: &[u8]) -> Option<u16> {
        let hash = Self::hash(path);
        let at = self.0.partition_point(|(other, _)| *other < hash);
        self.0.get(at).filter(|(found, _)| *found == hash).map(|(_, mode)| *mode)
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.0.capacity() * size_of::<(u64, u16)>()
    }

    fn hash(path: &[u8]) -> u64 {
        crate::resolved::hash(path)
    }
}

/// The bytes of an archive: where they are now, and where they are as long as the package is, if they are.
#[derive(Clone, Copy)]
struct Bytes<'b, 's> {
    now: Part<'b>,
    later: Option<Part<'s>>,
}

impl<'s> Bytes<'s, 's> {
    fn lasting(part: Part<'s>) -> Self {
        Self { now: part, later: Some(part) }
    }
}

impl Bytes<'_, '_> {
    fn part(self, content: Content) -> Self {
        let Content { at, length } = content;
        Self { now: self.now.part(at, length), later: self.later.map(|whole| whole.part(at, length)) }
    }
}

/// Looks at members one after the other.
pub(crate) struct Scan<'o, 's> {
    options: &'o InspectOptions<'o>,
    pub(crate) seen: Seen<'s>,
    decoder: Decompress,
    inflater: Inflater,
    /// Room for the first bytes of a file.
    head: Vec<u8>,
    nested_bytes_left: u64,
    nested_entries_left: u64,
}

impl<'o, 's> Scan<'o, 's> {
    pub(crate) fn new(options: &'o InspectOptions<'o>) -> Self {
        Self {
            options,
            seen: Seen::default(),
            decoder: Decompress::new(false),
            inflater: Inflater::new(),
            head: vec![0; LONG_HEAD_BYTES],
            nested_bytes_left: options.limits.nested_bytes_max,
            nested_entries_left: options.limits.entries_max,
        }
    }

    /// Looks at a member of the package itself.
    pub(crate) fn member(
        &mut self,
        source: Part<'s>,
        window: &mut Window<'_>,
        walked: &Walked<'_>,
        findings: &mut Findings,
    ) -> Result<(), InspectError> {
        let Walked { member, name, content } = walked;
        match member.kind {
            MemberKind::Folder | MemberKind::Special => return Ok(()),
            MemberKind::Link => {
                self.seen.files.add(name, member.mode);
                let Some(content) = content else { return Ok(()) };
                let target = self.whole(source, member, *content, TARGET_BYTES_MAX)?;
                self.seen.links.add(name, target);
                return Ok(());
            }
            MemberKind::File => self.seen.files.add(name, member.mode),
        }
        let Some(content) = content else { return Ok(()) };
        let (kind, length) = self.kind(window, member, *content)?;
        let head = self.head.get(..length).unwrap_or_default();
        *self.seen.kinds.entry(kind).or_default() += 1;
        let crlf = kind == Kind::Script && ends_with_return(head);
        if crlf {
            findings.add(Finding::new(Code::ShebangCrlf, Some(name), ""));
        }
        if is_program(name) && self.has_room_for(name) {
            self.seen.programs.push(Program { path: name.to_vec(), kind, mode: member.mode, crlf });
        }
        if kind.is_native() {
            let native = kind::native(judged_path(name), kind, head, member.unzipped);
            if native.malformed && kind == Kind::Elf {
                findings.add(Finding::new(Code::ElfMalformed, Some(name), "its header"));
            }
            self.native(native, Some((source, *member)));
        } else if kind == Kind::Zip {
            self.archive(Bytes::lasting(source), member, *content, judged_path(name), 1, findings)?;
        } else if name.ends_with(WHEEL_SUFFIX) && self.seen.wheels.len() < WHEELS_MAX {
            let text = self.whole(source, member, *content, WHEEL_BYTES_MAX)?;
            self.seen.wheels.push(Wheel::parse(name, &text));
        }
        Ok(())
    }

    /// Whether a program is kept: one of the first of all, and the first `bootstrap` wherever it comes.
    fn has_room_for(&self, name: &[u8]) -> bool {
        let programs = &self.seen.programs;
        programs.len() < PROGRAMS_MAX
            || name == BOOTSTRAP && !programs.iter().any(|program| program.path == BOOTSTRAP)
    }

    fn native(&mut self, native: Native, place: Option<(Part<'s>, Member)>) {
        if self.seen.natives.len() >= NATIVES_MAX || !self.seen.long_paths.have_room_for(&native) {
            self.seen.natives_left_out += 1;
            return;
        }
        if let Some((source, member)) = place.filter(|_| native.kind == Kind::Elf) {
            self.seen.places.push((self.seen.natives.len(), source, member));
        }
        self.seen.natives.push(native);
    }

    /// Tells what a file is, and how many of its first bytes are in `head` because they are needed to tell more.
    fn kind(
        &mut self,
        window: &mut Window<'_>,
        member: &Member,
        content: Content,
    ) -> Result<(Kind, usize), InspectError> {
        if member.method != DEFLATED {
            let first = window.bytes(content.at, at_most(content.length, HEAD_BYTES))?;
            let kind = kind::of(first);
            if matches!(kind, Kind::Data | Kind::JavaClass) {
                return Ok((kind, 0));
            }
            let first = window.bytes(content.at, at_most(content.length, LONG_HEAD_BYTES))?;
            for (to, from) in self.head.iter_mut().zip(first) {
                *to = *from;
            }
            return Ok((kind, first.len()));
        }
        let stream = window.bytes(content.at, at_most(content.length, PEEK_BYTES))?;
        let peeked = peek::first_bytes(stream, |first| first.len() < peek::BYTES && kind::may_tell(first));
        if !kind::may_tell(peeked.bytes()) {
            return Ok((Kind::Data, 0));
        }
        // Of all that tells something, classes are met by the thousand, and need no more to be known.
        if peeked.bytes().len() == peek::BYTES && kind::of(peeked.bytes()) == Kind::JavaClass {
            return Ok((Kind::JavaClass, 0));
        }
        let first = self.decode(window, content, HEAD_BYTES)?;
        let kind = kind::of(self.head.get(..first).unwrap_or_default());
        Ok(match kind {
            Kind::Pe | Kind::MachOFat | Kind::Script => {
                (kind, self.decode(window, content, LONG_HEAD_BYTES)?)
            }
            _ => (kind, first),
        })
    }

    /// Decompresses the first `wanted` bytes of a member into `head`, and returns how many there are. However much it takes: blocks
    /// of nothing may come before them.
    fn decode(
        &mut self,
        window: &mut Window<'_>,
        content: Content,
        wanted: usize,
    ) -> Result<usize, InspectError> {
        self.decoder.reset(false);
        let Some(head) = self.head.get_mut(..wanted) else { return Ok(0) };
        let mut at = content.at;
        loop {
            let stream = window.bytes(at, at_most(content.end() - at, PREFIX_BYTES))?;
            let (used, written) = (self.decoder.total_in(), self.decoder.total_out() as usize);
            let room = head.get_mut(written..).unwrap_or_default();
            let status = self.decoder.decompress(stream, room, FlushDecompress::None);
            let (used, written) = (self.decoder.total_in() - used, self.decoder.total_out() as usize);
            at += used;
            // What cannot be decompressed is told when all of it is.
            let goes_on = matches!(status, Ok(Status::Ok)) && used > 0 && at < content.end();
            if written == wanted || !goes_on {
                return Ok(written);
            }
            self.options.check()?;
        }
    }

    /// Reads the first `most` bytes of a member.
    fn whole(
        &mut self,
        source: Part<'_>,
        member: &Member,
        content: Content,
        most: usize,
    ) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.inflater.read(&source, member, content, |piece| {
            bytes.extend_from_slice(piece.get(..most - bytes.len()).unwrap_or(piece));
            Ok(if bytes.len() < most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        })?;
        Ok(bytes)
    }

    /// Looks into an archive in the archive. What is wrong with its framing is between it and its readers.
    fn archive(
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
        if matches!(ended, inflate::Ended::Whole { .. }) {
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
        let mut visitor = NestedNatives {
            path: &path,
            deep: self.options.level == Level::Verify,
            current: None,
            natives: Vec::new(),
            long_paths: LongPaths::default(),
            files: class_path.then_some(&mut self.seen.files),
            archives: 0,
            left_out: 0,
            entries_left: &mut self.nested_entries_left,
            linkage_bytes: &mut self.seen.linkage_bytes,
        };
        let mut archive = MemberReader::new(source, content, member.unzipped);
        let stops = || self.options.stops();
        let ended = nested::read(&mut archive, &mut visitor, &mut self.nested_bytes_left, &stops)?;
        let (natives, archives, left_out) = (visitor.natives, visitor.archives, visitor.left_out);
        self.seen.natives_left_out += left_out;
        if ended == Ended::Stopped {
            return Err(InspectError::Stopped);
        }
        let bounded = self.nested_entries_left == 0 || self.nested_bytes_left == 0;
        if archives > 0 || bounded || ended == Ended::Early {
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

pub(crate) fn at_most(length: u64, most: usize) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX).min(most)
}

/// Whether classes in it are found by the Java runtime.
fn is_class_path(path: &str) -> bool {
    path.strip_prefix("lib/").is_some_and(|name| name.ends_with(".jar") && !name.contains('/'))
}

/// Whether the service starts a file of this name: the function's own program, or an extension of a layer.
fn is_program(name: &[u8]) -> bool {
    name == BOOTSTRAP || name.strip_prefix(b"extensions/").is_some_and(|name| !name.contains(&b'/'))
}

/// Whether the first line ends with a carriage return.
fn ends_with_return(head: &[u8]) -> bool {
    let line = head.iter().position(|&byte| byte == b'\n').and_then(|end| head.get(..end));
    line.is_some_and(|line| line.ends_with(b"\r"))
}
