//! Appending to the tail, and going on in the next segment when it is full.

use std::collections::VecDeque;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::digest::BlobDigest;
use crate::error::StoreError;
use crate::planted::{PlantedBug, is_planted};
use crate::txn::{Lsn, TxnId};
use crate::vfs::{Layout, Vfs, VfsFile};
use crate::wal::frame::{self, FrameKind};
use crate::wal::room::{SEGMENT_UNIT_BYTES, SegmentSizes};
use crate::wal::segment::{self, HEADER_BYTES, Seal, SegmentHeader};

/// How many zeros are written at once.
const FILL_BYTES: usize = 256 << 10;

/// Frames on their way into the log.
#[derive(Default)]
pub(crate) struct Batch {
    bytes: Vec<u8>,
    frames: Vec<Slot>,
    blobs: Vec<BlobSlot>,
    /// The next frame begins a segment.
    begins_segment: bool,
}

/// Where a frame is in the batch.
struct Slot {
    start: usize,
    end: usize,
    lsn: Lsn,
    /// Room was set aside for it in the segment after that of the frame before it.
    begins_segment: bool,
}

/// Where an inlined blob is, in a frame or in a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BlobSlot {
    pub(crate) digest: BlobDigest,
    pub(crate) range: Range<usize>,
}

impl Batch {
    pub(crate) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// The length of all frames, in bytes.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn last_lsn(&self) -> Option<Lsn> {
        self.frames.last().map(|slot| slot.lsn)
    }

    /// Lets the next frame go to the next segment.
    pub(crate) fn begin_segment(&mut self) {
        self.begins_segment = true;
    }

    /// Adds a finished, unsealed frame with the places of its blobs.
    pub(crate) fn push(&mut self, lsn: Lsn, frame: &[u8], blobs: &[BlobSlot]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(frame);
        let begins_segment = std::mem::take(&mut self.begins_segment);
        self.frames.push(Slot { start, end: self.bytes.len(), lsn, begins_segment });
        self.blobs.extend(blobs.iter().map(|blob| BlobSlot {
            digest: blob.digest,
            range: start + blob.range.start..start + blob.range.end,
        }));
    }
}

/// Where an inlined blob came to lie.
#[derive(Debug, Clone)]
pub(crate) struct PlacedBlob {
    pub(crate) digest: BlobDigest,
    /// The segment, and the LSN that names it.
    pub(crate) path: Arc<Path>,
    pub(crate) first_lsn: Lsn,
    pub(crate) offset: u64,
    pub(crate) bytes: u64,
}

/// A zero-filled file in `tmp/` that waits to become a segment.
pub(crate) struct Spare {
    file: Box<dyn VfsFile>,
    path: PathBuf,
    capacity: u64,
}

impl Spare {
    /// Allocates a file of `capacity` bytes, filled with zeros and durable, so that later syncs write data only.
    ///
    /// `number` is the file's own in this process. If there is no room for all of it, nothing of it is left.
    pub(crate) fn allocate(
        vfs: &dyn Vfs,
        layout: &Layout,
        number: u64,
        capacity: u64,
    ) -> Result<Self, StoreError> {
        let path = layout.tmp().join(format!("segment-{number}"));
        let file = vfs.create(&path).map_err(StoreError::io("create", &path))?;
        if let Err(error) = Self::fill(&*file, &path, capacity) {
            // What stays is removed when the store is opened the next time.
            let _: std::io::Result<()> = vfs.remove_file(&path);
            return Err(error);
        }
        Ok(Self { file, path, capacity })
    }

    /// Allocates the first segment of a process, which has to hold `needed` bytes. On a disk that is almost full it is a
    /// small one: whoever wants to delete something must be able to open the store.
    fn first(vfs: &dyn Vfs, layout: &Layout, needed: u64, sizes: SegmentSizes) -> Result<Self, StoreError> {
        let allocate = |least: u64| {
            Self::allocate(
                vfs,
                layout,
                0,
                (needed + least / 2).max(least).next_multiple_of(SEGMENT_UNIT_BYTES),
            )
        };
        match allocate(sizes.first) {
            Err(StoreError::Full { .. }) => allocate(SEGMENT_UNIT_BYTES),
            allocated => allocated,
        }
    }

    /// Fills the file piece by piece, each synced: nobody who commits meanwhile waits for more than one of them.
    fn fill(file: &dyn VfsFile, path: &Path, capacity: u64) -> Result<(), StoreError> {
        let zeros = vec![0; FILL_BYTES.min(usize::try_from(capacity).unwrap_or(FILL_BYTES))];
        let mut at = 0;
        while at < capacity {
            let part = usize::try_from(capacity - at).unwrap_or(FILL_BYTES).min(zeros.len());
            file.write_at(zeros.get(..part).unwrap_or_default(), at).map_err(StoreError::io("fill", path))?;
            file.sync_data().map_err(StoreError::io("sync", path))?;
            at += part as u64;
        }
        Ok(())
    }

    /// Room for frames, in bytes.
    pub(crate) fn room(&self) -> u64 {
        self.capacity - HEADER_BYTES as u64
    }
}

/// The open end of the log. Whoever holds it leads.
pub(crate) struct Writer {
    vfs: Arc<dyn Vfs>,
    layout: Layout,
    header: SegmentHeader,
    file: Box<dyn VfsFile>,
    path: Arc<Path>,
    /// Where the next frame goes.
    at: u64,
    capacity: u64,
    last_lsn: Lsn,
    /// The LSNs that name the segments of the log, this one included, in order.
    segments: Vec<Lsn>,
    /// The next segments, in the order in which room in them was given out.
    spares: VecDeque<Spare>,
    salts: Box<dyn FnMut() -> u64 + Send>,
    states_length: bool,
}

/// What there is of a log while it is being written.
pub(crate) struct Written {
    /// The LSNs that name the segments, in order.
    pub(crate) segments: Vec<Lsn>,
    /// How far the last one is written, in bytes.
    pub(crate) end: u64,
}

/// What a writer needs to begin.
pub(crate) struct Begin {
    pub(crate) vfs: Arc<dyn Vfs>,
    pub(crate) layout: Layout,
    pub(crate) header: SegmentHeader,
    /// The LSNs that name the segments before it, in order.
    pub(crate) segments: Vec<Lsn>,
    pub(crate) sizes: SegmentSizes,
    /// Whether headers say how long the files are: not where nothing is synced, and a power cut may shorten them.
    pub(crate) states_length: bool,
    pub(crate) salts: Box<dyn FnMut() -> u64 + Send>,
}

impl Writer {
    /// Begins a segment that holds `survivors` (finished frames) and is durable under its name when this returns.
    pub(crate) fn begin(begin: Begin, survivors: Batch) -> Result<(Self, Vec<PlacedBlob>), StoreError> {
        let Begin { vfs, layout, header, mut segments, sizes, states_length, salts } = begin;
        let spare = Spare::first(&*vfs, &layout, (HEADER_BYTES + survivors.bytes.len()) as u64, sizes)?;
        let capacity = spare.capacity;
        segments.retain(|first_lsn| *first_lsn < header.first_lsn);
        segments.push(header.first_lsn);
        let path: Arc<Path> = segment::path(&layout.wal(), header.first_lsn).into();
        let mut writer = Self {
            vfs,
            layout,
            file: spare.file,
            path,
            at: HEADER_BYTES as u64,
            capacity,
            last_lsn: header.first_lsn - 1,
            header: SegmentHeader { file_bytes: if states_length { capacity } else { 0 }, ..header },
            segments,
            spares: VecDeque::new(),
            salts,
            states_length,
        };
        write_header(&*writer.file, &spare.path, &writer.header)?;
        let durable = writer.last_lsn;
        let placed = writer.append(survivors, durable)?;
        writer.sync()?;
        writer.publish(&spare.path, writer.header.first_lsn)?;
        Ok((writer, placed))
    }

    /// The last segment that begins at or before the record after `lsn`: the log after that record goes on in it.
    pub(crate) fn segment_after(&self, lsn: Lsn) -> Lsn {
        let begun = self.segments.iter().rev().find(|first_lsn| **first_lsn <= lsn + 1);
        begun.copied().unwrap_or(self.header.first_lsn)
    }

    /// Takes the segments before the one that begins with `first_lsn` off the log and returns what names them.
    pub(crate) fn drop_segments_before(&mut self, first_lsn: Lsn) -> Vec<Lsn> {
        let kept = self.segments.partition_point(|first| *first < first_lsn);
        self.segments.drain(..kept).collect()
    }

    /// What a copy of the log is made of.
    pub(crate) fn written(&self) -> Written {
        Written { segments: self.segments.clone(), end: self.at }
    }

    /// The LSN that names the segment which is being written.
    pub(crate) fn segment(&self) -> Lsn {
        self.header.first_lsn
    }

    /// Bytes left for frames in this segment.
    pub(crate) fn room(&self) -> u64 {
        self.capacity.saturating_sub(self.at)
    }

    pub(crate) fn add_spare(&mut self, spare: Spare) {
        self.spares.push_back(spare);
    }

    /// Removes the spare segments: nothing will be written into them. What cannot be removed goes when the store is opened
    /// the next time.
    pub(crate) fn discard_spares(&mut self) {
        for Spare { file, path, .. } in self.spares.drain(..) {
            drop(file);
            let _: std::io::Result<()> = self.vfs.remove_file(&path);
        }
    }

    /// Writes the frames of `batch` with the watermark `durable`. They are durable when this returns.
    pub(crate) fn write(&mut self, batch: Batch, durable: Lsn) -> Result<Vec<PlacedBlob>, StoreError> {
        let placed = self.append(batch, durable)?;
        if !is_planted(PlantedBug::RecordNotSynced) {
            self.sync()?;
        }
        Ok(placed)
    }

    /// Writes and syncs a frame that says that everything before it is durable. False if this segment has no room for it.
    pub(crate) fn write_watermark(&mut self) -> Result<bool, StoreError> {
        let mut frame = frame::begin(self.last_lsn, TxnId::from_bytes([0; 16]), FrameKind::Watermark, 0);
        frame::end(&mut frame);
        if frame.len() as u64 > self.room() {
            return Ok(false);
        }
        frame::seal(&mut frame, self.last_lsn, self.header.salt);
        self.write_run(&frame)?;
        self.sync().map(|()| true)
    }

    /// Writes frames run by run: a run is what goes into one segment with one write.
    fn append(&mut self, mut batch: Batch, mut durable: Lsn) -> Result<Vec<PlacedBlob>, StoreError> {
        let mut placed = Vec::with_capacity(batch.blobs.len());
        let mut frames = batch.frames.iter().peekable();
        let mut blobs = batch.blobs.iter().peekable();
        while let Some(first) = frames.peek() {
            let (start, length) = (first.start, (first.end - first.start) as u64);
            if first.begins_segment || length > self.room() {
                self.rotate()?;
                durable = self.last_lsn;
            }
            // The segment that was made ahead may be too short for a frame, which then has one of its own.
            while length > self.room() {
                self.rotate()?;
            }
            let (mut end, mut last_lsn, room) = (start, self.last_lsn, self.room());
            let fits = |slot: &&Slot| {
                (slot.end - start) as u64 <= room && (slot.start == start || !slot.begins_segment)
            };
            while let Some(slot) = frames.next_if(fits) {
                frame::seal(
                    batch.bytes.get_mut(slot.start..slot.end).unwrap_or_default(),
                    durable,
                    self.header.salt,
                );
                (end, last_lsn) = (slot.end, slot.lsn);
            }
            let offset = self.at;
            self.write_run(batch.bytes.get(start..end).unwrap_or_default())?;
            self.last_lsn = last_lsn;
            while let Some(blob) = blobs.next_if(|blob| blob.range.start < end) {
                placed.push(PlacedBlob {
                    digest: blob.digest,
                    path: Arc::clone(&self.path),
                    first_lsn: self.header.first_lsn,
                    offset: offset + (blob.range.start - start) as u64,
                    bytes: blob.range.len() as u64,
                });
            }
        }
        Ok(placed)
    }

    fn write_run(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.file.write_at(bytes, self.at).map_err(StoreError::io("write", &self.path))?;
        self.at += bytes.len() as u64;
        Ok(())
    }

    fn sync(&self) -> Result<(), StoreError> {
        self.file.sync_data().map_err(StoreError::io("sync", &self.path))
    }

    /// Seals the segment and goes on in the spare one.
    ///
    /// The old segment is synced first: that the next one exists says that this one is durable to its end. If it holds no
    /// record, the new one takes its place and its name, as in case 5 of the recovery.
    fn rotate(&mut self) -> Result<(), StoreError> {
        self.sync()?;
        let full = || StoreError::Full { path: self.layout.root.clone() };
        let spare = self.spares.pop_front().ok_or_else(full)?;
        let sealed = Seal { first_lsn: self.header.first_lsn, end: self.at, last_lsn: self.last_lsn };
        let takes_place = sealed.first_lsn == self.last_lsn + 1;
        let header = SegmentHeader {
            store_id: self.header.store_id,
            first_lsn: self.last_lsn + 1,
            salt: (self.salts)(),
            previous: if takes_place { self.header.previous } else { Some(sealed) },
            file_bytes: if self.states_length { spare.capacity } else { 0 },
        };
        write_header(&*spare.file, &spare.path, &header)?;
        if !is_planted(PlantedBug::SegmentNamedBeforeSync) {
            spare.file.sync_data().map_err(StoreError::io("sync", &spare.path))?;
        }
        self.publish(&spare.path, header.first_lsn)?;
        // From here on the log goes on there; before, a failure leaves what was written described as it is.
        if !takes_place {
            self.segments.push(header.first_lsn);
        }
        self.path = segment::path(&self.layout.wal(), header.first_lsn).into();
        (self.file, self.header) = (spare.file, header);
        (self.at, self.capacity) = (HEADER_BYTES as u64, spare.capacity);
        Ok(())
    }

    /// Gives the prepared and synced file its name in `wal/`, durably: a file there always has a valid header.
    fn publish(&self, prepared: &Path, first_lsn: Lsn) -> Result<(), StoreError> {
        let path = segment::path(&self.layout.wal(), first_lsn);
        self.vfs.rename(prepared, &path).map_err(StoreError::io("rename to", &path))?;
        if is_planted(PlantedBug::SegmentNameNotSynced) {
            return Ok(());
        }
        self.vfs.sync_dir(&self.layout.wal()).map_err(StoreError::io("sync", &self.layout.wal()))
    }
}

fn write_header(file: &dyn VfsFile, path: &Path, header: &SegmentHeader) -> Result<(), StoreError> {
    file.write_at(&header.encode(), 0).map_err(StoreError::io("write", path))
}
