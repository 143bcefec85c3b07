//! From files to a state: what the log says, and where it goes on.
//!
//! The cases, numbered as in docs/durability.md:
//! 1. A segment before the last one is valid up to where its successor says that it ends; otherwise acknowledged data is
//!    damaged and the store is refused. What lies behind its end is no part of the log.
//! 2. In the last segment the frames up to the greatest watermark are proven durable.
//! 3. Valid frames behind them were written, perhaps never synced: they survive, in a new segment.
//! 4. The first bad frame ends the log, if no later frame proves that it had been durable; else as 1.
//! 5. Nothing old is edited: the new segment holds the survivors and seals the old one after its proven frames.
//! 6. Where a snapshot stands for the begin of the log, everything up to its record is proven, and the log goes on in the
//!    segment that it names. Segments before that one are left over from a checkpoint that was interrupted.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::StoreError;
use crate::identity::StoreId;
use crate::planted::{PlantedBug, is_planted};
use crate::reach::Reach;
use crate::record::{LAYOUT_1, Record};
use crate::snapshot;
use crate::txn::{Lsn, RecordId, TxnId};
use crate::vfs::{self, Layout, Vfs};
use crate::wal::frame::{self, Frame, FrameKind};
use crate::wal::reader::Frames;
use crate::wal::segment::{self, BadHeader, HEADER_BYTES, Seal, SegmentHeader};
use crate::wal::writer::{Batch, BlobSlot};

/// The longest file in `wal/` that is read: the largest segment and more.
const SEGMENT_FILE_BYTES_MAX: u64 = 1 << 30;

/// Where the log begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start {
    /// The first segment that is needed.
    first_segment: Lsn,
    /// Every record up to this one was durable: a snapshot stands for them.
    proven: Lsn,
}

impl Start {
    /// The log from its begin, or from where the snapshot ends.
    pub(crate) fn after(snapshot: Option<&snapshot::Header>) -> Self {
        match snapshot {
            Some(header) => Self { first_segment: header.first_segment, proven: header.lsn },
            None => Self { first_segment: 1, proven: 0 },
        }
    }

    /// The record that a snapshot stands for; 0 without one.
    pub(crate) fn snapshot_lsn(self) -> Lsn {
        self.proven
    }

    fn has_snapshot(self) -> bool {
        self.proven > 0
    }
}

/// A record found in the log.
pub(crate) struct Found<'a> {
    pub(crate) lsn: Lsn,
    pub(crate) txn: TxnId,
    pub(crate) record: Record,
    pub(crate) segment: &'a Arc<Path>,
    /// The LSN that names the segment.
    pub(crate) segment_lsn: Lsn,
    /// The offset of the frame in the segment.
    pub(crate) offset: u64,
    /// How long the frame is, in bytes.
    pub(crate) bytes: u64,
    /// Where the inlined blobs are, within the segment.
    pub(crate) blobs: Vec<BlobSlot>,
    /// Whether the record is proven durable.
    pub(crate) proven: bool,
}

impl Found<'_> {
    pub(crate) fn id(&self) -> RecordId {
        RecordId { lsn: self.lsn, txn: self.txn }
    }
}

/// How the log ends.
pub(crate) struct LogEnd {
    /// The LSNs that name the segments, in order.
    pub(crate) segments: Vec<Lsn>,
    /// Segments that a snapshot has made superfluous.
    pub(crate) superseded: Vec<PathBuf>,
    /// The header of the last segment; `None` if the log has no segment.
    pub(crate) last: Option<SegmentHeader>,
    /// Where the proven frames of the last segment end.
    pub(crate) proven: Seal,
    /// Frames behind them, to be written again.
    pub(crate) survivors: Batch,
    /// The LSN of the last record, survivors included.
    pub(crate) last_lsn: Lsn,
    /// Where a torn tail was cut: file and offset.
    pub(crate) torn: Option<(PathBuf, u64)>,
}

/// Called with each record in order.
pub(crate) type Visit<'v> = dyn FnMut(Found<'_>) -> Result<(), StoreError> + 'v;

/// Walks through the log from `start`, without changing anything. Records that a snapshot stands for are shown, too, where
/// their segment is still needed.
pub(crate) fn walk(
    vfs: &dyn Vfs,
    layout: &Layout,
    id: StoreId,
    start: Start,
    visit: &mut Visit<'_>,
) -> Result<LogEnd, StoreError> {
    go_through(vfs, open_segments(vfs, layout, id, start)?, start, Part::Whole, visit)
}

/// The last record of the log, from the headers and the last segment alone.
///
/// What is refused here the walk refuses, too; that the segments before the last one are whole, only the walk tells.
pub(crate) fn last_lsn(vfs: &dyn Vfs, layout: &Layout, id: StoreId, start: Start) -> Result<Lsn, StoreError> {
    let opened = open_segments(vfs, layout, id, start)?;
    if let Some(damaged) = opened.damaged {
        return Err(damaged);
    }
    Ok(go_through(vfs, opened, start, Part::End, &mut |_| Ok(()))?.last_lsn)
}

/// How much of the log is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Whole,
    /// The last segment; of the others the headers.
    End,
}

fn go_through(
    vfs: &dyn Vfs,
    opened: Opened,
    start: Start,
    part: Part,
    visit: &mut Visit<'_>,
) -> Result<LogEnd, StoreError> {
    let Opened { segments, mut end, damaged, least, wal } = opened;
    let mut segments = segments.into_iter().peekable();
    while let Some(segment) = segments.next() {
        segment.check_follows(&end, start)?;
        match segments.peek() {
            Some(next) => {
                let seal = next.seal_of(&segment)?;
                if part == Part::Whole {
                    sealed(&segment, &segment.read(vfs)?, seal, visit)?;
                }
                end.go_on(seal, &segment);
            }
            None if damaged.is_some() => before_damage(&segment, &segment.read(vfs)?, visit)?,
            None => {
                let content = segment.read(vfs)?;
                let tail = Tail::find(
                    &segment,
                    &content,
                    &Proof::of(&segment, start, least.as_ref().ok().copied().flatten()),
                );
                match part {
                    Part::Whole => tail.take(&mut end, visit)?,
                    Part::End => tail.check()?,
                }
                (end.last_lsn, end.last) = (tail.next_lsn - 1, Some(segment.header.clone()));
            }
        }
    }
    if let Some(damaged) = damaged {
        return Err(damaged);
    }
    end.reach().check(least?, &wal)?;
    Ok(end)
}

/// What else than the log itself says that a record was durable.
struct Proof {
    lsn: Lsn,
    by: &'static str,
}

impl Proof {
    /// `last` is the last segment there is. Of one after it, that it is gone is the better thing to say.
    fn of(last: &Segment, start: Start, least: Option<Reach>) -> Self {
        match least {
            Some(Reach { segment, record }) if segment <= last.header.first_lsn && record > start.proven => {
                Self { lsn: record, by: "REACH" }
            }
            _ => Self { lsn: start.proven, by: "the snapshot" },
        }
    }
}

/// A segment whose header is valid.
struct Segment {
    path: Arc<Path>,
    header: SegmentHeader,
}

/// The segments that are needed, in order, up to the first whose header is damaged.
struct Opened {
    segments: Vec<Segment>,
    end: LogEnd,
    /// Why there are no more. Whoever looks at the log still sees what is before it.
    damaged: Option<StoreError>,
    /// How far the log reaches at least, as it was said before anybody looked. That this cannot be read is told when the log
    /// itself is known to be whole.
    least: Result<Option<Reach>, StoreError>,
    wal: PathBuf,
}

/// Reads the headers of the segments that are needed. A file in `wal/` always has a valid one.
fn open_segments(vfs: &dyn Vfs, layout: &Layout, id: StoreId, start: Start) -> Result<Opened, StoreError> {
    let wal = layout.wal();
    let least = Reach::read(vfs, layout, id);
    let (mut needed, mut end) = (Vec::new(), LogEnd::before_the_first());
    let names = vfs::list_if_directory(vfs, &wal)?
        .ok_or_else(|| StoreError::corrupt(&wal, 0, "the directory of the log is gone"))?;
    for name in names {
        let path = wal.join(&name);
        let first = segment::first_lsn_of(&name)
            .ok_or_else(|| StoreError::corrupt(&path, 0, "the log holds a file that is no segment"))?;
        let needed_from = match is_planted(PlantedBug::LogPassedOverTooFar) {
            true => start.first_segment.max(start.proven),
            false => start.first_segment,
        };
        if first < needed_from {
            end.superseded.push(path);
        } else {
            needed.push((first, path));
        }
    }
    needed.sort();
    end.superseded.sort();
    let (mut segments, mut damaged) = (Vec::new(), None);
    for (first, path) in needed {
        match open_segment(vfs, id, first, path) {
            Ok(segment) => segments.push(segment),
            Err(error) => {
                damaged = Some(error);
                break;
            }
        }
    }
    end.segments = segments.iter().map(|segment| segment.header.first_lsn).collect();
    if start.has_snapshot() && segments.is_empty() && damaged.is_none() {
        return Err(StoreError::corrupt(&wal, 0, "the log that goes on after the snapshot is gone"));
    }
    Ok(Opened { segments, end, damaged, least, wal })
}

fn open_segment(vfs: &dyn Vfs, id: StoreId, first: Lsn, path: PathBuf) -> Result<Segment, StoreError> {
    let header = read_header(vfs, &path)?;
    if header.store_id != id {
        return Err(StoreError::corrupt(&path, 0, "the segment belongs to another store"));
    }
    if header.first_lsn != first {
        return Err(StoreError::corrupt(&path, 0, "the segment's name and header differ"));
    }
    Ok(Segment { path: path.into(), header })
}

fn read_header(vfs: &dyn Vfs, path: &Path) -> Result<SegmentHeader, StoreError> {
    let file = vfs.open(path).map_err(StoreError::io("open", path))?;
    let mut bytes = [0; HEADER_BYTES];
    vfs::read_up_to(&*file, &mut bytes, 0).map_err(StoreError::io("read", path))?;
    SegmentHeader::decode(&bytes).map_err(|bad| match bad {
        BadHeader::Damaged(reason) => StoreError::corrupt(path, 0, reason),
        BadHeader::Newer(found) => {
            StoreError::NewerFormat { path: path.into(), found, supported: segment::FORMAT_VERSION }
        }
    })
}

impl Segment {
    /// Where `segment` ends, the one before this.
    fn seal_of(&self, segment: &Self) -> Result<Seal, StoreError> {
        let seal = self.header.previous.filter(|seal| seal.first_lsn == segment.header.first_lsn);
        seal.ok_or_else(|| self.does_not_follow(segment.header.first_lsn))
    }

    /// Checks that this segment goes on where the log so far ends. The first one after a snapshot is known by its name.
    fn check_follows(&self, end: &LogEnd, start: Start) -> Result<(), StoreError> {
        if end.last.is_none() && start.has_snapshot() && self.header.first_lsn == start.first_segment {
            return Ok(());
        }
        let expected = end.last.as_ref().map(|_| end.proven);
        if self.header.previous == expected && self.header.first_lsn == end.proven.last_lsn + 1 {
            return Ok(());
        }
        Err(self.does_not_follow(end.proven.last_lsn + 1))
    }

    fn does_not_follow(&self, lsn: Lsn) -> StoreError {
        self.corrupt(0, lsn, "the segment does not follow the one before it; a segment is missing or foreign")
    }

    fn read(&self, vfs: &dyn Vfs) -> Result<Vec<u8>, StoreError> {
        vfs::read_all(vfs, &self.path, SEGMENT_FILE_BYTES_MAX).map_err(StoreError::io("read", &self.path))
    }

    /// Whether the file has lost its end. It was whole before it had its name.
    fn is_cut(&self, content: &[u8]) -> bool {
        (content.len() as u64) < self.header.file_bytes
    }

    fn corrupt(&self, offset: usize, lsn: Lsn, reason: &str) -> StoreError {
        StoreError::Corrupt {
            file: self.path.to_path_buf(),
            offset: offset as u64,
            lsn: Some(lsn),
            reason: reason.into(),
        }
    }

    /// Hands a transaction frame on as a record. Watermarks say nothing more.
    fn visit(
        &self,
        (offset, frame): (usize, &Frame<'_>),
        proven: bool,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreError> {
        if frame.kind == FrameKind::Watermark {
            return Ok(());
        }
        let undecodable =
            || self.corrupt(offset, frame.lsn, "the frame's checksum fits but it holds no record");
        if frame.codec != LAYOUT_1 {
            return Err(undecodable());
        }
        let (record, places) = Record::decode(frame.payload).ok_or_else(undecodable)?;
        let blobs = blob_slots(&record, &places, offset + frame::HEADER_BYTES);
        visit(Found {
            lsn: frame.lsn,
            txn: frame.txn,
            record,
            segment: &self.path,
            segment_lsn: self.header.first_lsn,
            offset: offset as u64,
            bytes: frame.stored_bytes as u64,
            blobs,
            proven,
        })
    }
}

/// The places of a record's blobs when its payload begins at `base`.
pub(crate) fn blob_slots(record: &Record, places: &[usize], base: usize) -> Vec<BlobSlot> {
    let slots = record.blobs.iter().zip(places).map(|(blob, place)| BlobSlot {
        digest: blob.digest,
        range: base + place..base + place + blob.content.len(),
    });
    slots.collect()
}

/// Case 1: a segment whose successor says where it ends.
fn sealed(segment: &Segment, content: &[u8], seal: Seal, visit: &mut Visit<'_>) -> Result<(), StoreError> {
    // Of a segment that was cut, what is left is shown before it is refused.
    let within = usize::try_from(seal.end).ok().and_then(|end| content.get(..end)).unwrap_or(content);
    let mut frames = Frames::new(within, &segment.header);
    for found in frames.by_ref() {
        segment.visit((found.0, &found.1), true, visit)?;
    }
    if (frames.at as u64, frames.next_lsn) != (seal.end, seal.last_lsn + 1) {
        return Err(segment.corrupt(frames.at, frames.next_lsn, "a record that was durable is damaged"));
    }
    Ok(())
}

/// A segment whose successor cannot say where it ends: its frames, as far as they go.
fn before_damage(segment: &Segment, content: &[u8], visit: &mut Visit<'_>) -> Result<(), StoreError> {
    let mut frames = Frames::new(content, &segment.header);
    let found: Vec<_> = frames.by_ref().collect();
    found.into_iter().try_for_each(|frame| {
        let proven = frame.1.lsn <= frames.watermark;
        segment.visit((frame.0, &frame.1), proven, visit)
    })
}

/// Cases 2 to 4: what the last segment holds.
struct Tail<'a> {
    segment: &'a Segment,
    content: &'a [u8],
    frames: Vec<(usize, Frame<'a>)>,
    /// The offset after the last valid frame.
    end: usize,
    /// The LSN of the record that is not there.
    next_lsn: Lsn,
    /// The records up to this one were durable.
    proven: Lsn,
    /// What shows that something durable is missing.
    damage: Option<String>,
}

impl<'a> Tail<'a> {
    fn find(segment: &'a Segment, content: &'a [u8], proof: &Proof) -> Self {
        let mut frames = Frames::new(content, &segment.header);
        frames.watermark = frames.watermark.max(proof.lsn);
        let found = frames.by_ref().collect();
        let (end, next_lsn) = (frames.at, frames.next_lsn);
        let witness = match frames.damaged_here() {
            Some(later) => Some(format!("the frame at offset {later}")),
            None => (next_lsn <= proof.lsn).then(|| proof.by.to_owned()),
        };
        // What comes before something durable was durable, too.
        let proven = if witness.is_some() { next_lsn - 1 } else { frames.watermark };
        let damage = match witness {
            Some(witness) => Some(format!("a record that was durable is damaged: {witness} says so")),
            None => segment.is_cut(content).then(|| {
                let (found, stated) = (content.len(), segment.header.file_bytes);
                format!("the file is {found} bytes long, its header says {stated}: it has lost its end")
            }),
        };
        Self { segment, content, frames: found, end, next_lsn, proven, damage }
    }

    fn check(&self) -> Result<(), StoreError> {
        let damaged = |damage: &String| Err(self.segment.corrupt(self.end, self.next_lsn, damage));
        self.damage.as_ref().map_or(Ok(()), damaged)
    }

    /// Hands the records on, and says to `log` how it ends. Whoever looks at a damaged log sees what is whole before that.
    fn take(&self, log: &mut LogEnd, visit: &mut Visit<'_>) -> Result<(), StoreError> {
        let first_lsn = self.segment.header.first_lsn;
        log.proven = Seal { first_lsn, end: HEADER_BYTES as u64, last_lsn: first_lsn - 1 };
        for (offset, frame) in &self.frames {
            let proven = frame.lsn <= self.proven;
            if frame.kind == FrameKind::Watermark {
                // It says what was durable, not that it is so itself: its own sync may have failed.
            } else if proven || is_planted(PlantedBug::SurvivorsNotRewritten) {
                log.proven.end = (offset + frame.stored_bytes) as u64;
                log.proven.last_lsn = frame.lsn;
            } else {
                let bytes = self.content.get(*offset..offset + frame.stored_bytes).unwrap_or_default();
                let (record, places) = Record::decode(frame.payload).unzip();
                let slots = record.zip(places).map(|(r, p)| blob_slots(&r, &p, frame::HEADER_BYTES));
                log.survivors.push(frame.lsn, bytes, &slots.unwrap_or_default());
            }
            self.segment.visit((*offset, frame), proven, visit)?;
        }
        self.check()?;
        let rest = self.content.get(self.end..).unwrap_or_default();
        let is_torn = rest.iter().any(|byte| *byte != 0);
        log.torn = is_torn.then(|| (self.segment.path.to_path_buf(), self.end as u64));
        Ok(())
    }
}

impl LogEnd {
    /// The end of a log that has no segment.
    fn before_the_first() -> Self {
        Self {
            segments: Vec::new(),
            superseded: Vec::new(),
            last: None,
            proven: Seal { first_lsn: 1, end: HEADER_BYTES as u64, last_lsn: 0 },
            survivors: Batch::default(),
            last_lsn: 0,
            torn: None,
        }
    }

    /// How far the log reaches.
    pub(crate) fn reach(&self) -> Reach {
        Reach { segment: self.last.as_ref().map_or(0, |last| last.first_lsn), record: self.last_lsn }
    }

    /// Moves the end to that of a segment which has a successor.
    fn go_on(&mut self, seal: Seal, segment: &Segment) {
        (self.proven, self.last_lsn, self.last) = (seal, seal.last_lsn, Some(segment.header.clone()));
    }

    /// Case 5: the header of the segment in which the log goes on.
    ///
    /// If nothing of the last segment is proven, the new one takes its place and its name; the rename replaces it as a
    /// whole.
    pub(crate) fn next_header(&self, store_id: StoreId, salt: u64) -> SegmentHeader {
        let first_lsn = self.proven.last_lsn + 1;
        let previous = match &self.last {
            None => None,
            Some(last) if last.first_lsn == first_lsn => last.previous,
            Some(_) => Some(self.proven),
        };
        // Its file is not made yet.
        SegmentHeader { store_id, first_lsn, salt, previous, file_bytes: 0 }
    }
}
