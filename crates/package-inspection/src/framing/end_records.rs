//! The records at an archive's end, which say where its directory lies.

use std::io;

use memchr::memmem;

use crate::error::InspectError;
use crate::fields::{u16_at, u32_at, u64_at};
use crate::finding::{Code, Finding, Findings, Verdict};
use crate::inspect::InspectOptions;
use crate::source::Window;

/// How the plain end record begins, and how long it is without the archive's comment.
const END_SIGNATURE: &[u8; 4] = b"PK\x05\x06";
const END_BYTES: usize = 22;
/// The longest comment.
const COMMENT_BYTES_MAX: usize = u16::MAX as usize;
/// The ZIP64 locator and the ZIP64 record without its extensible data.
const LOCATOR_SIGNATURE: &[u8; 4] = b"PK\x06\x07";
const LOCATOR_BYTES: u64 = 20;
const RECORD64_SIGNATURE: &[u8; 4] = b"PK\x06\x06";
const RECORD64_BYTES: usize = 56;
/// What a ZIP64 record says of its own length if it has no extensible data: all but its first two fields.
const RECORD64_SIZE_FIELD: u64 = 44;
/// How an entry of the directory begins.
const ENTRY_SIGNATURE: &[u8; 4] = b"PK\x01\x02";

/// Where the directory lies and what the end records say of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct End {
    /// Where the directory begins.
    pub(super) directory: u64,
    /// Its length as announced.
    pub(super) directory_size: u64,
    /// Its number of entries as announced.
    pub(super) count: u64,
    /// What has to be added to every offset: the archive has been put behind other bytes.
    pub(super) base: u64,
    /// Where the end records begin, up to which the directory should reach.
    pub(super) start: u64,
    /// Where the archive's comment begins and ends.
    pub(super) comment: u64,
    pub(super) end: u64,
}

/// How many end records are followed that lead nowhere: each costs a few reads from anywhere in the archive.
const FOLLOWED_MAX: usize = 1024;
/// After how many of them it is asked whether to stop.
const FOLLOWED_PER_CHECK: usize = 16;

/// Finds the archive's end records. `None` if there are none, or if they lead nowhere; the findings say which.
pub(super) fn locate(
    window: &mut Window<'_>,
    options: &InspectOptions<'_>,
    findings: &mut Findings,
) -> Result<Option<End>, InspectError> {
    let size = window.size();
    let mut candidates = Vec::new();
    let mut followed = 0;
    let mut follow = |window: &mut Window<'_>, plain, before: Option<&[u8]>, findings: &mut Findings| {
        followed += 1;
        if followed % FOLLOWED_PER_CHECK == 0 {
            options.check()?;
        }
        if followed > FOLLOWED_MAX {
            Ok(None)
        } else {
            follow(window, plain, before, findings).map_err(InspectError::from)
        }
    };
    // Most archives have no comment; the others are searched as far as one may reach.
    for length in [END_BYTES, END_BYTES + COMMENT_BYTES_MAX] {
        let searched_at = size.saturating_sub(length as u64);
        // With what may lie before the first end record there.
        let tail_at = searched_at.saturating_sub(LOCATOR_BYTES);
        let before_bytes = (searched_at - tail_at) as usize;
        let tail = window.bytes(tail_at, before_bytes + length)?.to_vec();
        candidates.clear();
        // The last that leads to a directory counts, as most readers have it.
        for at in memmem::rfind_iter(tail.get(before_bytes..).unwrap_or_default(), END_SIGNATURE) {
            let at = before_bytes + at;
            let plain = tail.get(at..).and_then(|record| Plain::parse(record, tail_at + at as u64));
            let Some(plain) = plain.filter(Plain::is_credible) else { continue };
            let before = at.checked_sub(LOCATOR_BYTES as usize).and_then(|from| tail.get(from..at));
            if plain.comment_end() <= size
                && let Some(end) = follow(window, plain, before, findings)?
            {
                return Ok(Some(end));
            }
            candidates.push(plain);
        }
    }
    // One whose comment breaks off counts only if there is no other.
    let fits = |plain: &&Plain| plain.comment_end() <= size;
    for plain in candidates.iter().filter(|plain| !fits(plain)) {
        if let Some(end) = follow(window, *plain, None, findings)? {
            return Ok(Some(end));
        }
    }
    let Some(plain) = candidates.iter().find(fits).or(candidates.first()) else {
        findings.add(Finding::new(Code::NotZip, None, "there is no end record"));
        return Ok(None);
    };
    let records = Records::read(window, *plain, None)?;
    records.tell(size, findings);
    let (at, length) = (records.directory_offset, records.directory_size);
    let detail = format!("the directory should be the {length} bytes from {at} on");
    findings.add(Finding::new(Code::CdOutOfBounds, None, detail));
    Ok(None)
}

/// Follows an end record to its directory; `None` if there is none. What lies before it is read unless it is at hand.
fn follow(
    window: &mut Window<'_>,
    plain: Plain,
    before: Option<&[u8]>,
    findings: &mut Findings,
) -> io::Result<Option<End>> {
    let records = Records::read(window, plain, before)?;
    let place = records.place(window)?;
    Ok(place.map(|place| records.end(place, window.size(), findings)))
}

/// Whether a reader could take what is at `at` for the end record of an archive.
pub(super) fn is_end_record(window: &mut Window<'_>, at: u64) -> io::Result<bool> {
    let bytes = window.bytes(at, END_BYTES)?;
    let Some(plain) = Plain::parse(bytes, at) else { return Ok(false) };
    // Some readers believe an end record that says that there is nothing, and some look at no count.
    let empty = plain.directory_size == 0 || plain.count_here == 0 || plain.count == 0;
    // Nor do all of them find an offset odd that is too large.
    Ok(empty || Records::read(window, plain, None)?.leads_anywhere(window)?)
}

/// The plain end record.
#[derive(Debug, Clone, Copy)]
struct Plain {
    at: u64,
    disk: u16,
    directory_disk: u16,
    count_here: u16,
    count: u16,
    directory_size: u32,
    directory_offset: u32,
    comment_length: u16,
}

impl Plain {
    fn parse(bytes: &[u8], at: u64) -> Option<Self> {
        if !bytes.starts_with(END_SIGNATURE) {
            return None;
        }
        Some(Self {
            at,
            disk: u16_at(bytes, 4)?,
            directory_disk: u16_at(bytes, 6)?,
            count_here: u16_at(bytes, 8)?,
            count: u16_at(bytes, 10)?,
            directory_size: u32_at(bytes, 12)?,
            directory_offset: u32_at(bytes, 16)?,
            comment_length: u16_at(bytes, 20)?,
        })
    }

    /// Whether it is more than four bytes that happen to stand there: no part of an archive has more entries than the
    /// whole.
    fn is_credible(&self) -> bool {
        self.count_here <= self.count
    }

    fn comment_end(&self) -> u64 {
        self.at + END_BYTES as u64 + u64::from(self.comment_length)
    }

    /// Whether a number of it says that the ZIP64 record has it.
    fn asks_for_64(&self) -> bool {
        self.count == u16::MAX || self.directory_size == u32::MAX || self.directory_offset == u32::MAX
    }
}

/// What the end records say together.
struct Records {
    plain: Plain,
    /// Where the first of them begins.
    start: u64,
    directory_size: u64,
    directory_offset: u64,
    count: u64,
    disks: bool,
    /// As [`disks`](Self::disks), by a number that many readers do not look at.
    disks_hinted: bool,
    /// What is wrong with the ZIP64 records.
    locator_bad: Option<&'static str>,
    /// The ZIP64 record lies where no reader finds it that takes the locator at its word.
    locator_moved: bool,
    inconsistent: Option<&'static str>,
}

impl Records {
    /// Reads them. `before` is what lies before the plain one, as long as a locator, if that is at hand.
    fn read(window: &mut Window<'_>, plain: Plain, before: Option<&[u8]>) -> io::Result<Self> {
        let disks = [plain.disk, plain.directory_disk];
        let mut records = Self {
            plain,
            start: plain.at,
            directory_size: plain.directory_size.into(),
            directory_offset: plain.directory_offset.into(),
            count: plain.count.into(),
            disks: disks.iter().any(|disk| ![0, u16::MAX].contains(disk)),
            // Only a ZIP64 record can take them over, and only both.
            disks_hinted: disks.contains(&u16::MAX),
            locator_bad: None,
            locator_moved: false,
            inconsistent: None,
        };
        let Some(locator_at) = plain.at.checked_sub(LOCATOR_BYTES) else { return Ok(records) };
        let locator = match before {
            Some(before) => before,
            None => window.bytes(locator_at, LOCATOR_BYTES as usize)?,
        };
        if !locator.starts_with(LOCATOR_SIGNATURE) {
            return Ok(records);
        }
        let (disk, offset) = (u32_at(locator, 4), u64_at(locator, 8));
        let disk_count = u32_at(locator, 16);
        records.disks |= disk != Some(0);
        records.add_64(window, locator_at, offset.unwrap_or(u64::MAX))?;
        records.disks_hinted |= disk_count.is_none_or(|count| count > 1);
        Ok(records)
    }

    /// Reads the ZIP64 record to which a locator points, or which lies before it in an archive that was put behind other
    /// bytes.
    fn add_64(&mut self, window: &mut Window<'_>, locator_at: u64, offset: u64) -> io::Result<()> {
        let adjacent = locator_at.checked_sub(RECORD64_BYTES as u64);
        let mut found = None;
        for at in [Some(offset), adjacent].into_iter().flatten() {
            if at.checked_add(RECORD64_BYTES as u64).is_none_or(|end| end > locator_at) {
                continue;
            }
            let record = window.bytes(at, RECORD64_BYTES)?;
            if let Some(record) =
                record.first_chunk::<RECORD64_BYTES>().filter(|record| record.starts_with(RECORD64_SIGNATURE))
            {
                found = Some((at, *record));
                break;
            }
        }
        let Some((at, record)) = found else {
            self.locator_bad = Some("there is no ZIP64 record where the locator points");
            return Ok(());
        };
        if at < offset {
            self.locator_bad = Some("the locator points behind the ZIP64 record");
        }
        self.locator_moved = at > offset;
        let record = record.as_slice();
        let numbers = (u64_at(record, 32), u64_at(record, 40), u64_at(record, 48), u64_at(record, 4));
        let (Some(count), Some(size), Some(directory), Some(length)) = numbers else { return Ok(()) };
        let here = u64_at(record, 24);
        self.disks |= [u32_at(record, 16), u32_at(record, 20)] != [Some(0); 2];
        self.disks_hinted = self.plain.disk != self.plain.directory_disk;
        self.inconsistent = if length != RECORD64_SIZE_FIELD || at + RECORD64_BYTES as u64 != locator_at {
            Some("the ZIP64 record does not reach up to its locator")
        } else if here != Some(count) {
            Some("the ZIP64 record has two numbers of entries")
        } else if !self.agrees(count, size, directory) {
            Some("the ZIP64 record contradicts the plain one")
        } else {
            None
        };
        (self.count, self.directory_size, self.directory_offset, self.start) = (count, size, directory, at);
        Ok(())
    }

    /// Whether the plain record has the same numbers, or says that it does not have them.
    fn agrees(&self, count: u64, size: u64, directory: u64) -> bool {
        let plain = &self.plain;
        [plain.count, plain.count_here].iter().all(|&here| here == u16::MAX || u64::from(here) == count)
            && (plain.directory_size == u32::MAX || u64::from(plain.directory_size) == size)
            && (plain.directory_offset == u32::MAX || u64::from(plain.directory_offset) == directory)
    }

    /// Whether an entry stands wherever a reader could look for the directory.
    fn leads_anywhere(&self, window: &mut Window<'_>) -> io::Result<bool> {
        let plain = &self.plain;
        let places = [
            self.start.checked_sub(self.directory_size),
            Some(self.directory_offset),
            plain.at.checked_sub(plain.directory_size.into()),
            Some(plain.directory_offset.into()),
        ];
        for at in places.into_iter().flatten().filter(|&at| at < plain.at) {
            if is_entry(window, at)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Looks for the directory: it ends where the end records begin, or begins where they say.
    fn place(&self, window: &mut Window<'_>) -> io::Result<Option<Place>> {
        let by_size = self.start.checked_sub(self.directory_size);
        let by_offset = Some(self.directory_offset).filter(|&at| at <= self.start);
        if self.count == 0 && self.directory_size == 0 && by_size.is_some() {
            // Entries that an end record denies are found nevertheless.
            let at = by_offset.unwrap_or(self.start);
            let entries = is_entry(window, at)?;
            let directory = if entries { at } else { self.start };
            return Ok(Some(Place { directory, base: 0, ambiguous: false }));
        }
        let size_leads = match by_size {
            Some(at) => is_entry(window, at)?.then_some(at),
            None => None,
        };
        let offset_leads = match by_offset {
            Some(at) => is_entry(window, at)?.then_some(at),
            None => None,
        };
        let place = match (size_leads, offset_leads) {
            (None, None) => None,
            (Some(at), None) => {
                let base = at.checked_sub(self.directory_offset);
                base.map(|base| Place { directory: at, base, ambiguous: false })
            }
            (None, Some(directory)) => Some(Place { directory, base: 0, ambiguous: false }),
            (Some(at), Some(directory)) => {
                let base = at.checked_sub(directory);
                let directory = if base.is_some() { at } else { directory };
                Some(Place { directory, base: base.unwrap_or(0), ambiguous: base != Some(0) })
            }
        };
        let Some(mut place) = place else { return Ok(None) };
        place.ambiguous |= self.plain_leads_elsewhere(window, place.directory)?;
        Ok(Some(place))
    }

    /// Whether a reader that does not look for ZIP64 records finds a directory at another place.
    fn plain_leads_elsewhere(&self, window: &mut Window<'_>, directory: u64) -> io::Result<bool> {
        let plain = &self.plain;
        match plain.at.checked_sub(plain.directory_size.into()) {
            Some(at) if self.start != plain.at && at != directory => is_entry(window, at),
            _ => Ok(false),
        }
    }

    fn end(&self, place: Place, size: u64, findings: &mut Findings) -> End {
        self.tell(size, findings);
        if place.ambiguous {
            let detail = "a directory begins both where the end record says and where its length leads";
            let finding = Finding::new(Code::CdSizeMismatch, None, detail);
            // Whether the one that was taken is right shows in its members.
            findings.add(finding.judged(Verdict::Reject, Verdict::Warn));
        }
        let comment = self.plain.at + END_BYTES as u64;
        End {
            directory: place.directory,
            directory_size: self.directory_size,
            count: self.count,
            base: place.base,
            start: self.start,
            comment,
            end: self.plain.comment_end().min(size),
        }
    }

    /// Tells what the records show by themselves.
    fn tell(&self, size: u64, findings: &mut Findings) {
        let plain = &self.plain;
        if self.disks || self.disks_hinted {
            let finding = Finding::new(Code::MultiDisk, None, "the end record counts disks");
            findings.add(if self.disks { finding } else { finding.judged(Verdict::Reject, Verdict::Warn) });
        }
        if plain.count_here != plain.count {
            let detail = format!("the end record has {} and {} entries", plain.count_here, plain.count);
            findings.add(Finding::new(Code::CdCountMismatch, None, detail));
        }
        if plain.comment_end() > size {
            let (length, found) = (plain.comment_length, size - plain.at - END_BYTES as u64);
            let detail = format!("the comment has {found} bytes, not {length}");
            findings.add(Finding::new(Code::EocdCommentLength, None, detail));
        }
        if let Some(detail) = self.locator_bad {
            findings.add(Finding::new(Code::Zip64LocatorBad, None, detail));
        }
        if self.locator_moved {
            let detail = "the locator points before the ZIP64 record";
            let finding = Finding::new(Code::Zip64LocatorBad, None, detail);
            findings.add(finding.judged(Verdict::Reject, Verdict::Warn));
        }
        if let Some(detail) = self.inconsistent {
            findings.add(Finding::new(Code::Zip64Inconsistent, None, detail));
        }
        if self.start == plain.at && plain.asks_for_64() && self.locator_bad.is_none() && self.count != 0xffff
        {
            let detail = "the end record leaves numbers to a ZIP64 record that is not there";
            findings.add(Finding::new(Code::Zip64Inconsistent, None, detail));
        }
    }
}

/// Where a directory was found.
struct Place {
    directory: u64,
    base: u64,
    /// There is one at another place, too.
    ambiguous: bool,
}

fn is_entry(window: &mut Window<'_>, at: u64) -> io::Result<bool> {
    Ok(window.bytes(at, ENTRY_SIGNATURE.len())? == ENTRY_SIGNATURE)
}
