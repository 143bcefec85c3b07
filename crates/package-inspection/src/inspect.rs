//! The inspection of one package.

use std::fmt;
use std::io;
use std::num::NonZeroUsize;
use std::thread;

use crate::digest::{Hasher, Sha256Digest};
use crate::error::InspectError;
use crate::facts::{EntryFacts, Facts};
use crate::finding::Findings;
use crate::framing::{Archive, Walk};
use crate::limits::Limits;
use crate::scan::{Scan, Seen};
use crate::source::{Part, Source, Window, shortened};
use crate::verify;

/// How much is hashed at a time, in bytes, and how much of it is kept for headers that reach into the next piece.
const PIECE_BYTES: usize = 128 << 10;
const OVERLAP_BYTES: usize = 4 << 10;
/// From how many bytes on another thread is worth its start.
const THREADED_BYTES: u64 = 1 << 20;
/// After how many members it is asked whether to stop.
pub(crate) const MEMBERS_PER_CHECK: u32 = 64;

/// How deep an inspection looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Level {
    /// The digest, and whether the archive is framed as every reader expects it.
    Frame,
    /// And the first bytes of each member: what it is, and for which machine.
    #[default]
    Heads,
    /// And the whole content of each: its checksum, and what native code needs.
    Verify,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Frame => "frame",
            Self::Heads => "heads",
            Self::Verify => "verify",
        })
    }
}

/// How a package is to be inspected.
#[derive(Clone, Copy)]
pub struct InspectOptions<'a> {
    /// How deep to look: at the heads of members by default.
    pub level: Level,
    /// The package's SHA-256, from whoever already has it, mostly from a [`Hasher`] through which the package came
    /// in. It is believed. With `None`, the default, it is computed in the same pass.
    pub digest: Option<Sha256Digest>,
    /// What the package may measure.
    pub limits: Limits,
    /// How many threads may work on a package of more than 1 MiB: one, the caller's, by default.
    pub threads: NonZeroUsize,
    /// Asked every 128 KiB and every 64 members whether to stop; never by default.
    pub stop: Option<&'a (dyn Fn() -> bool + Sync)>,
}

impl Default for InspectOptions<'_> {
    fn default() -> Self {
        Self {
            level: Level::default(),
            digest: None,
            limits: Limits::default(),
            threads: NonZeroUsize::MIN,
            stop: None,
        }
    }
}

impl fmt::Debug for InspectOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InspectOptions")
            .field("level", &self.level)
            .field("digest", &self.digest)
            .field("limits", &self.limits)
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}

impl InspectOptions<'_> {
    pub(crate) fn check(&self) -> Result<(), InspectError> {
        if self.stops() { Err(InspectError::Stopped) } else { Ok(()) }
    }

    pub(crate) fn stops(&self) -> bool {
        self.stop.is_some_and(|stop| stop())
    }
}

/// Inspects a package and returns what it is, whether it would be accepted or not.
///
/// All of `source` is taken as the archive. Its directory is read first, then all its bytes once, from the beginning to the end:
/// hashed, and members looked at as they pass, as deep as [`InspectOptions::level`] says. Nothing is extracted. What the facts mean
/// for a function is asked of [`Facts::report`].
///
/// Memory does not grow with what the package announces: about 130 bytes for each entry that its directory really
/// has, a few hundred KiB for each thread, 1 MiB for each level of compressed archives in the archive, and at [`Level::Verify`] up to
/// 7 MiB more for each thread. Time is linear in the bytes of the package, its entries and, at `Verify`, the bytes that it unpacks to,
/// which are bounded by [`Limits::unzipped_bytes_max`]; those of an ELF image count up to seven times if its parts are scattered
/// so that one reading does not find them.
///
/// ```
/// use funclet_package_inspection::{Code, Framing, InspectOptions, Usage, Verdict, inspect};
///
/// // An end record and nothing before it.
/// let empty = [&b"PK\x05\x06"[..], &[0; 18]].concat();
///
/// let facts = inspect(&empty, &InspectOptions::default())?;
/// assert_eq!(facts.code_size, 22);
///
/// let report = facts.report(&Usage::default());
/// assert_eq!(report.verdict(Framing::Lenient), Verdict::Reject);
/// assert_eq!(report.findings().next().unwrap().code, Code::EmptyArchive);
/// # Ok::<(), funclet_package_inspection::InspectError>(())
/// ```
///
/// # Errors
///
/// [`InspectError::Io`] if `source` cannot be read; [`InspectError::Stopped`]. Whatever the package is, is no error.
pub fn inspect(source: &dyn Source, options: &InspectOptions<'_>) -> Result<Facts, InspectError> {
    let size = source.size()?;
    let whole = Part::new(source, 0, size);
    options.check()?;
    let mut findings = Findings::default();
    let mut names = Window::new(source, size);
    let mut archive = Archive::open(&mut names, options, &mut findings)?;
    let mut scan = Scan::new(options);
    let mut pass =
        Pass { whole, window: Window::new(source, size), options, scan: &mut scan, findings: &mut findings };
    let digest = pass.run(archive.as_mut(), &mut names)?;
    let mut seen = scan.seen;
    seen.files.sort();
    seen.links.review(&mut findings);
    if let Some(archive) = archive.as_ref().filter(|_| options.level == Level::Verify) {
        verify::run(whole, archive.directory(), options, &mut seen, &mut findings)?;
    }
    Ok(facts(size, digest, options.level, archive.as_ref(), &mut names, seen, findings)?)
}

fn facts(
    code_size: u64,
    code_sha256: Sha256Digest,
    level: Level,
    archive: Option<&Archive>,
    names: &mut Window<'_>,
    seen: Seen<'_>,
    findings: Findings,
) -> io::Result<Facts> {
    let mut largest_entry = None;
    let directory = archive.map(Archive::directory);
    if let Some(member) = directory.and_then(|directory| directory.largest()) {
        let name = names.bytes(member.name_at, member.name_length.into())?.to_vec();
        let (zipped_size, unzipped_size) = (member.zipped, member.unzipped);
        largest_entry = Some(EntryFacts { name, zipped_size, unzipped_size, method: member.method });
    }
    Ok(Facts {
        level,
        code_sha256,
        code_size,
        comment_length: archive.map_or(0, Archive::comment_length),
        entry_count: directory.map_or(0, |directory| directory.members.len() as u64),
        file_count: directory.map_or(0, |directory| directory.file_count),
        unzipped_size: directory.map_or(0, |directory| directory.unzipped),
        largest_entry,
        kinds: seen.kinds,
        natives: seen.natives,
        natives_left_out: seen.natives_left_out,
        wheels: seen.wheels,
        links: seen.links,
        files: seen.files,
        programs: seen.programs,
        findings,
    })
}

/// The way through all bytes of a package.
struct Pass<'a, 'o, 's> {
    whole: Part<'s>,
    window: Window<'s>,
    options: &'a InspectOptions<'o>,
    scan: &'a mut Scan<'o, 's>,
    findings: &'a mut Findings,
}

impl<'s> Pass<'_, '_, 's> {
    /// Walks the members and returns the digest, at the same time or one along with the other.
    fn run(
        &mut self,
        archive: Option<&mut Archive>,
        names: &mut Window<'s>,
    ) -> Result<Sha256Digest, InspectError> {
        let size = self.whole.length();
        let mut walk = archive.map(|archive| archive.walk(names));
        if let Some(digest) = self.options.digest {
            self.walk(&mut walk, u64::MAX)?;
            self.finish(walk)?;
            return Ok(digest);
        }
        if self.options.threads.get() > 1 && size >= THREADED_BYTES {
            let (whole, options) = (self.whole, self.options);
            return thread::scope(|scope| {
                let hash = scope.spawn(move || hash(whole, options));
                let walked = self.walk(&mut walk, u64::MAX).and_then(|()| self.finish(walk));
                let digest = hash.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                walked.and(digest)
            });
        }
        let mut hasher = Hasher::new();
        while hasher.bytes_hashed() < size {
            self.options.check()?;
            let at = hasher.bytes_hashed();
            hasher.update(self.window.feed(at, PIECE_BYTES, OVERLAP_BYTES)?);
            // What begins so late may reach into the next piece.
            let until = hasher.bytes_hashed().saturating_sub(OVERLAP_BYTES as u64);
            self.walk(&mut walk, until)?;
        }
        self.walk(&mut walk, u64::MAX)?;
        self.finish(walk)?;
        Ok(hasher.finish())
    }

    /// Walks to the members that begin before `until`.
    fn walk(&mut self, walk: &mut Option<Walk<'_, 's>>, until: u64) -> Result<(), InspectError> {
        let Some(walk) = walk else { return Ok(()) };
        let mut unchecked = 0;
        while walk.next_at().is_some_and(|at| at < until) {
            let Some(walked) = walk.next(&mut self.window, self.findings)? else { break };
            if self.options.level > Level::Frame {
                self.scan.member(self.whole, &mut self.window, &walked, self.findings)?;
            }
            unchecked += 1;
            if unchecked == MEMBERS_PER_CHECK {
                self.options.check()?;
                unchecked = 0;
            }
        }
        Ok(())
    }

    fn finish(&mut self, walk: Option<Walk<'_, 's>>) -> Result<(), InspectError> {
        match walk {
            Some(walk) => Ok(walk.finish(&mut self.window, self.findings)?),
            None => Ok(()),
        }
    }
}

/// Hashes a package by itself.
fn hash(whole: Part<'_>, options: &InspectOptions<'_>) -> Result<Sha256Digest, InspectError> {
    let mut buffer = vec![0; if whole.in_memory().is_some() { 0 } else { PIECE_BYTES }];
    let mut hasher = Hasher::new();
    while hasher.bytes_hashed() < whole.length() {
        options.check()?;
        let at = hasher.bytes_hashed();
        let piece = match whole.in_memory() {
            Some(bytes) => crate::source::part(bytes, at, PIECE_BYTES as u64),
            None => whole.read_at(at, &mut buffer)?,
        };
        if piece.is_empty() {
            return Err(shortened().into());
        }
        hasher.update(piece);
    }
    Ok(hasher.finish())
}
