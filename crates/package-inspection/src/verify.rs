//! The whole content of every member: whether it is what the directory says, and what native code needs.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread;

use crate::at_once::AtOnce;
use crate::capture;
use crate::error::InspectError;
use crate::finding::{Code, Finding, Findings, KEPT_PER_CODE};
use crate::framing::{Directory, Member, MemberKind};
use crate::inflate::{Ended, Inflater};
use crate::inspect::InspectOptions;
use crate::native::{Kind, Linkage, elf};
use crate::scan::{LINKAGE_BYTES_MAX, Seen};
use crate::source::Part;

/// Up to how many bytes of content one thread is enough.
const ONE_THREAD_BYTES: u64 = 1 << 20;

/// A member that is to be read.
struct Job<'s> {
    source: Part<'s>,
    member: Member,
    /// Which of the native files it is.
    native: Option<usize>,
    /// Whether it is one of the package itself, whose content is verified.
    own: bool,
}

/// Reads the content of all members of a package that does not unpack to more than it may.
pub(crate) fn run(
    whole: Part<'_>,
    directory: &Directory,
    options: &InspectOptions<'_>,
    seen: &mut Seen<'_>,
    findings: &mut Findings,
) -> Result<(), InspectError> {
    if directory.unzipped >= options.limits.unzipped_bytes_max {
        return Ok(());
    }
    let mut natives: HashMap<u64, usize> = HashMap::new();
    let mut jobs = Vec::new();
    for &(native, source, member) in &seen.places {
        if source.is_same(&whole) {
            natives.insert(member.name_at, native);
        } else {
            jobs.push(Job { source, member, native: Some(native), own: false });
        }
    }
    jobs.extend(directory.members.iter().filter(|member| member.content.is_some()).map(|&member| Job {
        source: whole,
        member,
        native: natives.get(&member.name_at).copied(),
        own: true,
    }));
    // A large one that comes last would be waited for.
    jobs.sort_by_key(|job| std::cmp::Reverse(job.member.unzipped));
    let threads = if directory.unzipped < ONE_THREAD_BYTES { NonZeroUsize::MIN } else { options.threads };
    let (mut all, linkage_bytes) = (Done::default(), AtomicU64::new(seen.linkage_bytes));
    for done in work(&jobs, options, threads, &linkage_bytes)? {
        all.add(done);
    }
    // All or nothing: of which native files it is told must not depend on which came first.
    let too_much = linkage_bytes.into_inner() > LINKAGE_BYTES_MAX;
    if too_much {
        all.linkages.clear();
    }
    all.tell(seen, findings);
    if too_much {
        for native in &mut seen.natives {
            native.malformed |= native.kind == Kind::Elf;
            native.linkage = None;
        }
        findings.add(Finding::new(Code::ElfMalformed, None, "all images together need more than is told"));
    }
    Ok(())
}

/// How a thread reads one member after the other.
struct Readers {
    at_once: AtOnce,
    inflater: Inflater,
}

/// What was found, by the indexes of jobs and of native files: which thread came first must not show.
#[derive(Default)]
struct Done {
    /// The first of each code.
    findings: Vec<(usize, Finding)>,
    counts: BTreeMap<Code, u64>,
    linkages: Vec<(usize, Option<Linkage>)>,
}

impl Done {
    /// Notes a finding of a job, later than those that were noted before.
    fn find(&mut self, job: usize, finding: Finding) {
        let count = self.counts.entry(finding.code).or_default();
        *count += 1;
        if *count <= KEPT_PER_CODE {
            self.findings.push((job, finding));
        }
    }

    /// Notes what a native file needs; `None` if it is malformed.
    fn link(&mut self, native: usize, linkage: Option<Linkage>, linkage_bytes: &AtomicU64) {
        let bytes = linkage.as_ref().map_or(0, Linkage::bytes);
        let before = linkage_bytes.fetch_add(bytes, Ordering::Relaxed);
        // Once it is too much for all, nothing more has to be kept.
        self.linkages.push((native, linkage.filter(|_| before + bytes <= LINKAGE_BYTES_MAX)));
    }

    fn add(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.linkages.extend(other.linkages);
        for (code, count) in other.counts {
            *self.counts.entry(code).or_default() += count;
        }
    }

    fn tell(mut self, seen: &mut Seen<'_>, findings: &mut Findings) {
        self.findings.sort_by_key(|(job, _)| *job);
        for (_, finding) in self.findings {
            if let Some(count) = self.counts.get_mut(&finding.code) {
                *count -= 1;
            }
            findings.add(finding);
        }
        for (code, more) in self.counts {
            findings.count_more(code, more);
        }
        self.linkages.sort_by_key(|(native, _)| *native);
        for (native, linkage) in self.linkages {
            if let Some(native) = seen.natives.get_mut(native) {
                native.link(linkage, findings);
            }
        }
    }
}

fn work(
    jobs: &[Job<'_>],
    options: &InspectOptions<'_>,
    threads: NonZeroUsize,
    linkage_bytes: &AtomicU64,
) -> Result<Vec<Done>, InspectError> {
    let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let worker = || {
        let mut readers = Readers { at_once: AtOnce::default(), inflater: Inflater::new() };
        let mut done = Done::default();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = jobs.get(index).filter(|_| !failed.load(Ordering::Relaxed)) else { break };
            let result = job.run(index, &mut readers, options, &mut done, linkage_bytes);
            if let Err(error) = result {
                failed.store(true, Ordering::Relaxed);
                return Err(error);
            }
        }
        Ok(done)
    };
    if threads == NonZeroUsize::MIN {
        return Ok(vec![worker()?]);
    }
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads.get()).map(|_| scope.spawn(worker)).collect();
        let mut all = vec![worker()];
        for other in others {
            all.push(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        all.into_iter().collect()
    })
}

impl Job<'_> {
    fn run(
        &self,
        index: usize,
        readers: &mut Readers,
        options: &InspectOptions<'_>,
        done: &mut Done,
        linkage_bytes: &AtomicU64,
    ) -> Result<(), InspectError> {
        let member = &self.member;
        let Some(content) = member.content() else { return Ok(()) };
        options.check()?;
        if let Some(mut content) = readers.at_once.sound(self.source, member, content)? {
            if let Some(native) = self.native {
                done.link(native, elf::linkage(&mut content), linkage_bytes);
            }
            return Ok(());
        }
        let (mut crc, mut length, stopped) = (crc32fast::Hasher::new(), 0_u64, Cell::new(false));
        let stops = || {
            stopped.set(stopped.get() || options.stops());
            stopped.get()
        };
        let mut each = |piece: &[u8]| {
            length += piece.len() as u64;
            crc.update(piece);
            // One byte more than declared is enough to know.
            Ok(if stops() || length > member.unzipped {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            })
        };
        let ended = match self.native {
            Some(native) => {
                let (ended, linkage) =
                    capture::linkage(&mut readers.inflater, self.source, member, each, stops)?;
                if matches!(ended, Ended::Whole { .. }) {
                    done.link(native, linkage, linkage_bytes);
                }
                ended
            }
            None => readers.inflater.read(&self.source, member, content, &mut each)?,
        };
        if stopped.get() {
            return Err(InspectError::Stopped);
        }
        if self.own {
            self.judge(index, ended, length, crc.finalize(), done)?;
        }
        Ok(())
    }

    fn judge(
        &self,
        index: usize,
        ended: Ended,
        length: u64,
        crc: u32,
        done: &mut Done,
    ) -> Result<(), InspectError> {
        let member = &self.member;
        let (code, detail) = match ended {
            Ended::Broken => (Code::InflateError, format!("after {length} bytes")),
            Ended::Early => (Code::SizeMismatch, format!("more than {} bytes", member.unzipped)),
            Ended::Whole { .. } if length != member.unzipped => {
                (Code::SizeMismatch, format!("{length} bytes, declared are {}", member.unzipped))
            }
            Ended::Whole { .. } if crc != member.crc => {
                (Code::CrcMismatch, format!("{crc:08x}, declared is {:08x}", member.crc))
            }
            Ended::Whole { left } if left > 0 => (Code::MemberTrailingData, format!("{left} bytes")),
            Ended::Whole { .. } => return Ok(()),
        };
        // Folders have no content to be wrong; what they have was told.
        if member.kind == MemberKind::Folder && length == 0 {
            return Ok(());
        }
        let mut name = vec![0; member.name_length.into()];
        let found = crate::source::copy_at(&self.source, member.name_at, &mut name)?;
        name.truncate(found);
        done.find(index, Finding::new(code, Some(&name), detail));
        Ok(())
    }
}
