//! From files to a state: what the log says, and where it goes on.
//!
//! The cases, numbered as in docs/durability.md:
//! 1. A segment before the last one is valid up to where its successor says that it ends; otherwise acknowledged data is
//!    damaged and the store is refused. What lies behind its end is no part of the log.
//! 2. In the last segment the frames up to the greatest watermark are proven durable.
//! 3. Valid frames behind them were written, perhaps never synced: they survive, in a new segment.
//! 4. The first bad frame ends the log, if no later frame proves that it had been durable; else as 1.
//! 5. Nothing old is edited: the new segment holds the survivors and seals the old one after its proven frames.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::StoreError;
use crate::identity::StoreId;
use crate::record::{LAYOUT_1, Record};
use crate::txn::{Lsn, TxnId};
use crate::vfs::{self, Layout, Vfs};
use crate::wal::frame::{self, Frame, FrameKind};
use crate::wal::reader::Frames;
use crate::wal::segment::{self, BadHeader, HEADER_BYTES, Seal, SegmentHeader};
use crate::wal::writer::{Batch, BlobSlot};

/// The longest file in `wal/` that is read: the largest segment and more.
const SEGMENT_FILE_BYTES_MAX: u64 = 1 << 30;

/// A record found in the log.
pub(crate) struct Found<'a> {
    pub(crate) lsn: Lsn,
    pub(crate) txn: TxnId,
    pub(crate) record: Record,
    pub(crate) segment: &'a Arc<Path>,
    /// The offset of the frame in the segment.
    pub(crate) offset: u64,
    /// Where the inlined blobs are, within the segment.
    pub(crate) blobs: Vec<BlobSlot>,
    /// Whether the record is proven durable.
    pub(crate) proven: bool,
}

/// How the log ends.
pub(crate) struct LogEnd {
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

/// Walks through the whole log without changing anything.
pub(crate) fn walk(
    vfs: &dyn Vfs,
    layout: &Layout,
    id: StoreId,
    visit: &mut Visit<'_>,
) -> Result<LogEnd, StoreError> {
    let mut end = LogEnd::before_the_first();
    let mut segments = open_segments(vfs, layout, id)?.into_iter().peekable();
    while let Some(segment) = segments.next() {
        segment.check_follows(&end)?;
        let content = segment.read(vfs)?;
        match segments.peek() {
            Some(next) => sealed(&segment, &content, next, &mut end, visit)?,
            None => last(&segment, &content, &mut end, visit)?,
        }
    }
    Ok(end)
}

/// The last record of the log, from the headers and the last segment alone.
///
/// What is refused here the walk refuses, too; that the segments before the last one are whole, only the walk tells.
pub(crate) fn last_lsn(vfs: &dyn Vfs, layout: &Layout, id: StoreId) -> Result<Lsn, StoreError> {
    let mut end = LogEnd::before_the_first();
    let mut segments = open_segments(vfs, layout, id)?.into_iter().peekable();
    while let Some(segment) = segments.next() {
        segment.check_follows(&end)?;
        let Some(next) = segments.peek() else {
            let content = segment.read(vfs)?;
            let mut frames = Frames::new(&content, &segment.header);
            frames.by_ref().for_each(drop);
            return Ok(frames.next_lsn - 1);
        };
        match next.header.previous {
            Some(seal) if seal.first_lsn == segment.header.first_lsn => end.go_on(seal, &segment),
            _ => next.check_follows(&end)?,
        }
    }
    Ok(end.last_lsn)
}

/// A segment whose header is valid.
struct Segment {
    path: Arc<Path>,
    header: SegmentHeader,
}

/// Reads all headers. A file in `wal/` always has a valid one.
fn open_segments(vfs: &dyn Vfs, layout: &Layout, id: StoreId) -> Result<Vec<Segment>, StoreError> {
    let wal = layout.wal();
    let names = vfs.list(&wal).map_err(StoreError::io("list", &wal))?;
    let mut segments = names.iter().map(|name| {
        let path = wal.join(name);
        let first = segment::first_lsn_of(name)
            .ok_or_else(|| StoreError::corrupt(&path, 0, "the log holds a file that is no segment"))?;
        let header = read_header(vfs, &path)?;
        if header.store_id != id {
            return Err(StoreError::corrupt(&path, 0, "the segment belongs to another store"));
        }
        if header.first_lsn != first {
            return Err(StoreError::corrupt(&path, 0, "the segment's name and header differ"));
        }
        Ok(Segment { path: path.into(), header })
    });
    let mut segments = segments.by_ref().collect::<Result<Vec<_>, StoreError>>()?;
    segments.sort_by_key(|segment| segment.header.first_lsn);
    Ok(segments)
}

fn read_header(vfs: &dyn Vfs, path: &Path) -> Result<SegmentHeader, StoreError> {
    let file = vfs.open(path).map_err(StoreError::io("open", path))?;
    let mut bytes = [0; HEADER_BYTES];
    file.read_at(&mut bytes, 0).map_err(StoreError::io("read", path))?;
    SegmentHeader::decode(&bytes).map_err(|bad| match bad {
        BadHeader::Damaged(reason) => StoreError::corrupt(path, 0, reason),
        BadHeader::Newer(found) => {
            StoreError::NewerFormat { path: path.into(), found, supported: segment::FORMAT_VERSION }
        }
    })
}

impl Segment {
    /// Checks that this segment goes on where the log so far ends.
    fn check_follows(&self, end: &LogEnd) -> Result<(), StoreError> {
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
        let offset = offset as u64;
        visit(Found { lsn: frame.lsn, txn: frame.txn, record, segment: &self.path, offset, blobs, proven })
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
    visit: &mut Visit<'_>,
) -> Result<(), StoreError> {
    let damaged = |at, lsn| segment.corrupt(at, lsn, "a record that was durable is damaged");
    let seal = next.header.previous.filter(|seal| seal.first_lsn == segment.header.first_lsn);
    let Some(seal) = seal else { return next.check_follows(end) };
    let within = usize::try_from(seal.end).ok().and_then(|end| content.get(..end));
    let mut frames =
        Frames::new(within.ok_or_else(|| damaged(content.len(), seal.last_lsn))?, &segment.header);
    for found in frames.by_ref() {
        segment.visit(found, true, visit)?;
    }
    if (frames.at as u64, frames.next_lsn) != (seal.end, seal.last_lsn + 1) {
        return Err(damaged(frames.at, frames.next_lsn));
    }
    end.go_on(seal, segment);
    Ok(())
}

/// Cases 2 to 4: the last segment.
fn last(
    segment: &Segment,
    content: &[u8],
    end: &mut LogEnd,
    visit: &mut Visit<'_>,
) -> Result<(), StoreError> {
    let mut frames = Frames::new(content, &segment.header);
    let found: Vec<_> = frames.by_ref().collect();
    if let Some(later) = frames.damaged_here() {
        // Whoever looks at the log sees what is whole before the damage. It was durable, because what follows it was.
        found.into_iter().try_for_each(|frame| segment.visit(frame, true, visit))?;
        let reason = format!("a record that was durable is damaged: the frame at {later} says so");
        return Err(segment.corrupt(frames.at, frames.next_lsn, &reason));
    }
    let first_lsn = segment.header.first_lsn;
    end.proven = Seal { first_lsn, end: HEADER_BYTES as u64, last_lsn: first_lsn - 1 };
    for (offset, frame) in found {
        let proven = frame.lsn <= frames.watermark;
        if proven {
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
