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
    let Opened { segments, mut end, damaged } = open_segments(vfs, layout, id, start)?;
    let mut segments = segments.into_iter().peekable();
    while let Some(segment) = segments.next() {
        segment.check_follows(&end, start)?;
        let content = segment.read(vfs)?;
        match segments.peek() {
            Some(next) => sealed(&segment, &content, next, &mut end, start, visit)?,
            None if damaged.is_some() => before_damage(&segment, &content, visit)?,
            None => last(&segment, &content, &mut end, start, visit)?,
        }
    }
    damaged.map_or(Ok(end), Err)
}

/// The last record of the log, from the headers and the last segment alone.
///
/// What is refused here the walk refuses, too; that the segments before the last one are whole, only the walk tells.
pub(crate) fn last_lsn(vfs: &dyn Vfs, layout: &Layout, id: StoreId, start: Start) -> Result<Lsn, StoreError> {
    let Opened { segments, mut end, damaged } = open_segments(vfs, layout, id, start)?;
    if let Some(damaged) = damaged {
        return Err(damaged);
    }
    let mut segments = segments.into_iter().peekable();
    while let Some(segment) = segments.next() {
        segment.check_follows(&end, start)?;
        let Some(next) = segments.peek() else {
            let content = segment.read(vfs)?;
            let mut frames = Frames::new(&content, &segment.header);
            frames.by_ref().for_each(drop);
            return Ok(frames.next_lsn - 1);
        };
        match next.header.previous {
            Some(seal) if seal.first_lsn == segment.header.first_lsn => end.go_on(seal, &segment),
            _ => next.check_follows(&end, start)?,
        }
    }
    Ok(end.last_lsn)
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
}

/// Reads the headers of the segments that are needed. A file in `wal/` always has a valid one.
fn open_segments(vfs: &dyn Vfs, layout: &Layout, id: StoreId, start: Start) -> Result<Opened, StoreError> {
    let wal = layout.wal();
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
    Ok(Opened { segments, end, damaged })
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
    /// Checks that this segment goes on where the log so far ends. The first one after a snapshot is known by its name.
    fn check_follows(&self, end: &LogEnd, start: Start) -> Result<(), StoreError> {
        if end.last.is_none() && start.has_snapshot() && self.header.first_lsn == start.first_segment {
            return Ok(());
        }
        let expected = end.last.as_ref().map(|_| end.proven);
        if self.header.previous == expected && self.header.first_lsn == end.proven.last_lsn + 1 {
            return Ok(());
        }
        Err(StoreError::Corrupt {
            file: self.path.to_path_buf(),
            offset: 0,
            lsn: Some(end.proven.last_lsn + 1),
            reason: "the segment does not follow the one before it; a segment is missing or foreign".into(),
        })
    }

    fn read(&self, vfs: &dyn Vfs) -> Result<Vec<u8>, StoreError> {
        vfs::read_all(vfs, &self.path, SEGMENT_FILE_BYTES_MAX).map_err(StoreError::io("read", &self.path))
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
        (offset, frame): (usize, Frame<'_>),
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

/// Case 1: a segment that has a successor.
fn sealed(
    segment: &Segment,
    content: &[u8],
    next: &Segment,
    end: &mut LogEnd,
    start: Start,
    visit: &mut Visit<'_>,
) -> Result<(), StoreError> {
    let damaged = |at, lsn| segment.corrupt(at, lsn, "a record that was durable is damaged");
    let seal = next.header.previous.filter(|seal| seal.first_lsn == segment.header.first_lsn);
    let Some(seal) = seal else { return next.check_follows(end, start) };
    // Of a segment that was cut, what is left is shown before it is refused.
    let within = usize::try_from(seal.end).ok().and_then(|end| content.get(..end)).unwrap_or(content);
    let mut frames = Frames::new(within, &segment.header);
    for found in frames.by_ref() {
        segment.visit(found, true, visit)?;
    }
    if (frames.at as u64, frames.next_lsn) != (seal.end, seal.last_lsn + 1) {
        return Err(damaged(frames.at, frames.next_lsn));
    }
    end.go_on(seal, segment);
    Ok(())
}

/// A segment whose successor cannot say where it ends: its frames, as far as they go.
fn before_damage(segment: &Segment, content: &[u8], visit: &mut Visit<'_>) -> Result<(), StoreError> {
    let mut frames = Frames::new(content, &segment.header);
    let found: Vec<_> = frames.by_ref().collect();
    found.into_iter().try_for_each(|frame| {
        let proven = frame.1.lsn <= frames.watermark;
        segment.visit(frame, proven, visit)
    })
}

/// Cases 2 to 4: the last segment.
fn last(
    segment: &Segment,
    content: &[u8],
    end: &mut LogEnd,
    start: Start,
    visit: &mut Visit<'_>,
) -> Result<(), StoreError> {
    let mut frames = Frames::new(content, &segment.header);
    frames.watermark = frames.watermark.max(start.proven);
    let found: Vec<_> = frames.by_ref().collect();
    let witness = match frames.damaged_here() {
        Some(later) => Some(format!("the frame at {later} says so")),
        None if frames.next_lsn <= start.proven => Some("the snapshot says so".to_owned()),
        None => None,
    };
    if let Some(witness) = witness {
        // Whoever looks at the log sees what is whole before the damage. It was durable, because what follows it was.
        found.into_iter().try_for_each(|frame| segment.visit(frame, true, visit))?;
        let reason = format!("a record that was durable is damaged: {witness}");
        return Err(segment.corrupt(frames.at, frames.next_lsn, &reason));
    }
    let first_lsn = segment.header.first_lsn;
    end.proven = Seal { first_lsn, end: HEADER_BYTES as u64, last_lsn: first_lsn - 1 };
    for (offset, frame) in found {
        let proven = frame.lsn <= frames.watermark;
        if frame.kind == FrameKind::Watermark {
            // It says what was durable, not that it is so itself: its own sync may have failed.
        } else if proven || is_planted(PlantedBug::SurvivorsNotRewritten) {
            end.proven.end = (offset + frame.stored_bytes) as u64;
            end.proven.last_lsn = frame.lsn;
        } else {
            let bytes = content.get(offset..offset + frame.stored_bytes).unwrap_or_default();
            let (record, places) = Record::decode(frame.payload).unzip();
            let slots = record.zip(places).map(|(r, p)| blob_slots(&r, &p, frame::HEADER_BYTES));
            end.survivors.push(frame.lsn, bytes, &slots.unwrap_or_default());
        }
        segment.visit((offset, frame), proven, visit)?;
    }
    let rest = content.get(frames.at..).unwrap_or_default();
    end.torn = rest.iter().any(|byte| *byte != 0).then(|| (segment.path.to_path_buf(), frames.at as u64));
    (end.last_lsn, end.last) = (frames.next_lsn - 1, Some(segment.header.clone()));
    Ok(())
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
        SegmentHeader { store_id, first_lsn, salt, previous }
    }
}
