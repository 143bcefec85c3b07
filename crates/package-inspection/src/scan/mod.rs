//! What the members of an archive are, by their first bytes.

mod archives;
mod member_reader;
mod natives;
mod stream;

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use flate2::{Decompress, Status};

use archives::Bytes;

use crate::error::InspectError;
use crate::facts::Wheel;
use crate::finding::{Code, Finding, Findings};
use crate::framing::{Content, DEFLATED, Member, MemberKind, Walked};
use crate::inflate::{Inflater, Step, step};
use crate::inspect::InspectOptions;
use crate::links::{Links, TARGET_BYTES_MAX};
use crate::native::kind::{self, HEAD_BYTES, LONG_HEAD_BYTES};
use crate::native::{Kind, LongPaths, Native};
use crate::peek;
use crate::source::{Part, Window};
use crate::text::judged_path;

/// How many compressed bytes nearly always hold the head of a block.
const PEEK_BYTES: usize = 320;
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
        let (mut at, mut filled) = (content.at, 0);
        loop {
            let stream = window.bytes(at, at_most(content.end() - at, PREFIX_BYTES))?;
            let room = head.get_mut(filled..).unwrap_or_default();
            let Step { used, written, status } = step(&mut self.decoder, stream, room);
            at += used as u64;
            filled += written;
            // What cannot be decompressed is told when all of it is.
            let goes_on = matches!(status, Ok(Status::Ok)) && used > 0 && at < content.end();
            if filled == wanted || !goes_on {
                return Ok(filled);
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
    ) -> Result<Vec<u8>, InspectError> {
        let (options, mut stopped, mut bytes) = (self.options, false, Vec::new());
        self.inflater.read(&source, member, content, |piece| {
            stopped = options.stops();
            bytes.extend_from_slice(piece.get(..most - bytes.len()).unwrap_or(piece));
            let enough = stopped || bytes.len() >= most;
            Ok(if enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        if stopped { Err(InspectError::Stopped) } else { Ok(bytes) }
    }
}

pub(crate) fn at_most(length: u64, most: usize) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX).min(most)
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
