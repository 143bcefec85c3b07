//! Whether the members, the directory and the end records are all that there is, and share no bytes.

use std::io;

use memchr::memmem;

use crate::fields::u16_at;
use crate::finding::{Code, Finding, Findings, Verdict};
use crate::framing::end_records::{End, is_end_record};
use crate::framing::local;
use crate::source::Window;

/// How much of a gap is searched at a time, in bytes, and how much of it again with the next piece.
const PIECE_BYTES: usize = 64 << 10;
const OVERLAP_BYTES: usize = local::HEADER_BYTES;
/// How many end signatures outside of members are looked at; one that leads to a directory is enough.
const END_RECORDS_LOOKED_AT: u32 = 4096;

/// The archive from its beginning on, as far as it was gone through.
#[derive(Debug)]
pub(super) struct Tiling {
    /// Up to where bytes belong to something.
    covered: u64,
    /// Whether a member was met.
    begun: bool,
    end_records_left: u32,
}

impl Default for Tiling {
    fn default() -> Self {
        Self { covered: 0, begun: false, end_records_left: END_RECORDS_LOOKED_AT }
    }
}

impl Tiling {
    /// Returns up to where bytes belong to something.
    pub(super) fn covered(&self) -> u64 {
        self.covered
    }

    /// Goes on to where the member `name` begins.
    pub(super) fn member(
        &mut self,
        window: &mut Window<'_>,
        at: u64,
        name: &[u8],
        findings: &mut Findings,
    ) -> io::Result<()> {
        if at < self.covered {
            let detail = format!("it begins {} bytes before the end of another", self.covered - at);
            findings.add(Finding::new(Code::Overlap, Some(name), detail));
        }
        self.gap(window, at, true, findings)?;
        self.begun = true;
        Ok(())
    }

    /// Takes the bytes up to `end` as belonging to a member.
    pub(super) fn cover(&mut self, end: u64) {
        self.covered = self.covered.max(end);
    }

    /// Goes on to the directory, and through everything behind it.
    pub(super) fn finish(
        &mut self,
        window: &mut Window<'_>,
        end: &End,
        directory_end: u64,
        findings: &mut Findings,
    ) -> io::Result<()> {
        if self.covered > end.directory {
            let detail = "a member reaches into the directory";
            findings.add(Finding::new(Code::Overlap, None, detail));
        }
        self.gap(window, end.directory, false, findings)?;
        // The gap between the directory and its end records was told with the directory.
        self.search(window, directory_end, end.start, findings)?;
        self.search(window, end.comment, end.end, findings)?;
        let size = window.size();
        if end.end < size {
            let padding = self.search(window, end.end, size, findings)?;
            let finding = Finding::new(Code::TrailingData, None, format!("{} bytes", size - end.end));
            findings.add(if padding { finding.judged(Verdict::Warn, Verdict::Accept) } else { finding });
        }
        Ok(())
    }

    fn gap(
        &mut self,
        window: &mut Window<'_>,
        to: u64,
        is_before_member: bool,
        findings: &mut Findings,
    ) -> io::Result<()> {
        let from = self.covered;
        if from >= to {
            return Ok(());
        }
        self.covered = to;
        let bytes = to - from;
        let finding = if self.begun {
            Finding::new(Code::UnreferencedBytes, None, format!("{bytes} bytes from {from} on"))
        } else {
            Finding::new(Code::PrependedData, None, format!("{bytes} bytes"))
        };
        // Whoever reads from the front takes what lies between members for the end.
        let is_between_members = self.begun && is_before_member;
        let finding =
            if is_between_members { finding.judged(Verdict::Reject, Verdict::Warn) } else { finding };
        findings.add(finding);
        self.search(window, from, to, findings).map(drop)
    }

    /// Searches bytes that belong to nothing for what a reader could take for an archive. Returns whether all are zero.
    fn search(
        &mut self,
        window: &mut Window<'_>,
        from: u64,
        to: u64,
        findings: &mut Findings,
    ) -> io::Result<bool> {
        let (mut at, mut zeros) = (from, true);
        while at < to {
            let length = PIECE_BYTES.min(usize::try_from(to - at).unwrap_or(usize::MAX));
            let piece = window.bytes(at, length)?;
            zeros &= piece.iter().all(|&byte| byte == 0);
            if let Some((name, found)) = local_header(piece, at == from) {
                let detail = format!("at {}", at + found as u64);
                findings.add(Finding::new(Code::OrphanLocalHeader, Some(name), detail));
            }
            let mut ends: Vec<usize> =
                memmem::find_iter(piece, b"PK\x05\x06").take(self.end_records_left as usize + 1).collect();
            if ends.len() > self.end_records_left as usize {
                ends.pop();
                let detail = "more that could be some than are looked at";
                findings.add(Finding::new(Code::MultipleEocd, None, detail));
            }
            self.end_records_left -= ends.len() as u32;
            for end in ends {
                let end = at + end as u64;
                if is_end_record(window, end)? {
                    findings.add(Finding::new(Code::MultipleEocd, None, format!("one more at {end}")));
                }
            }
            if length < PIECE_BYTES {
                break;
            }
            at += (length - OVERLAP_BYTES) as u64;
        }
        Ok(zeros)
    }
}

/// Finds the first local header in a piece that a reader could follow, and its name. Where something ends, readers from the front
/// look for the next header, and follow whatever is one there.
fn local_header(piece: &[u8], is_awaited: bool) -> Option<(&[u8], usize)> {
    memmem::find_iter(piece, local::SIGNATURE).find_map(|at| {
        let header = piece.get(at..)?;
        let (method, length) = (u16_at(header, 8), u16_at(header, 26));
        // A method that exists, and a name that one can have.
        let credible = method.is_some_and(|method| method <= 99)
            && length.is_some_and(|length| (1..4096).contains(&length));
        (credible || is_awaited && at == 0).then(|| {
            let rest = header.get(local::HEADER_BYTES..).unwrap_or_default();
            let name = length.filter(|_| credible).and_then(|length| rest.get(..length.into()));
            (name.unwrap_or_default(), at)
        })
    })
}
