//! A simulated disk on which every operation takes its time, and which takes note of who writes what and when.

use std::cell::Cell;
use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use funclet_testkit::{Keep, SimVfs};

use crate::sync::AtomicU64;
use crate::sync::thread::{self, ThreadId};
use crate::txn::Lsn;
use crate::vfs::{Vfs, VfsFile};
use crate::wal::frame::{self, FrameKind};
use crate::wal::segment::{self, SegmentHeader};

/// The salt of all segments, by which frames are known from the header and from zeros.
pub(crate) const SALT: u64 = 7;

thread_local! {
    /// A planted bug: a sync of the log says that it is done before it is. To whoever waits that is the same as a log
    /// that takes note of a sync too early.
    pub(crate) static SYNCS_ARE_LATE: Cell<bool> = const { Cell::new(false) };
}

/// Clones are handles of the same disk.
#[derive(Clone)]
pub(crate) struct Disk {
    pub(crate) sim: SimVfs,
    seen: Arc<Seen>,
}

/// What a log did to the disk. The locks here are the standard library's, so that looking is no step of a schedule.
struct Seen {
    /// Counts the operations. Its purpose is that shuttle may let another thread go on before each.
    steps: AtomicU64,
    syncs: Mutex<HashMap<ThreadId, u64>>,
    /// How many writes there were into the log.
    writes: Mutex<u64>,
    /// How many of them there were when one of them or a sync of theirs failed.
    writes_at_failure: Mutex<Option<u64>>,
    /// What was left at some moment. Nothing of it goes away.
    left: Mutex<Left>,
}

/// What is surely left of the log after a power cut.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Left {
    pub(crate) last_lsn: Lsn,
    /// What the log itself says to be durable.
    pub(crate) watermark: Lsn,
}

impl Disk {
    pub(crate) fn new() -> Self {
        let sim = SimVfs::new();
        for directory in ["wal", "tmp"] {
            sim.create_dir_all(Path::new(directory)).unwrap();
        }
        sim.sync_dir(Path::new("")).unwrap();
        let seen = Seen {
            steps: AtomicU64::new(0),
            syncs: Mutex::default(),
            writes: Mutex::default(),
            writes_at_failure: Mutex::default(),
            left: Mutex::default(),
        };
        Self { sim, seen: Arc::new(seen) }
    }

    /// How many syncs the calling thread has done.
    pub(crate) fn syncs_by_me(&self) -> u64 {
        let me = thread::current().id();
        self.seen.syncs.lock().unwrap().get(&me).copied().unwrap_or_default()
    }

    pub(crate) fn writes(&self) -> u64 {
        *self.seen.writes.lock().unwrap()
    }

    pub(crate) fn writes_at_failure(&self) -> Option<u64> {
        *self.seen.writes_at_failure.lock().unwrap()
    }

    /// Like [`Disk::left`], but looks again only if `lsn` was not there before.
    pub(crate) fn left_of(&self, lsn: Lsn) -> Left {
        let mut left = self.seen.left.lock().unwrap();
        if left.last_lsn < lsn {
            *left = self.left();
        }
        *left
    }

    /// Cuts the power of a copy and reads what is there.
    pub(crate) fn left(&self) -> Left {
        let sim = self.sim.crash(Keep::Nothing);
        let mut left = Left::default();
        for path in sim.files().iter().filter(|path| path.starts_with("wal")) {
            let bytes = sim.read_file(path).unwrap();
            let header = SegmentHeader::decode(&bytes).unwrap();
            assert_eq!(header.first_lsn, left.last_lsn + 1, "a segment goes on where the one before ends");
            let mut rest = &bytes[segment::HEADER_BYTES..];
            while let Some(frame) = frame::read(rest, SALT) {
                left.last_lsn += u64::from(frame.kind == FrameKind::Transaction);
                assert_eq!(frame.lsn, left.last_lsn, "records are numbered without gaps");
                left.watermark = left.watermark.max(frame.durable);
                rest = &rest[frame.stored_bytes..];
            }
        }
        left
    }

    fn step(&self) {
        self.seen.steps.fetch_add(1, Ordering::Relaxed);
    }

    /// Takes note of the first failure.
    fn note<T>(&self, result: io::Result<T>) -> io::Result<T> {
        if result.is_err() {
            let writes = self.writes();
            self.seen.writes_at_failure.lock().unwrap().get_or_insert(writes);
        }
        result
    }

    fn file(&self, file: Box<dyn VfsFile>) -> Box<dyn VfsFile> {
        Box::new(DiskFile { disk: self.clone(), file })
    }
}

impl Vfs for Disk {
    fn open(&self, path: &Path) -> io::Result<Box<dyn VfsFile>> {
        Ok(self.file(self.sim.open(path)?))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn VfsFile>> {
        self.step();
        Ok(self.file(self.sim.create(path)?))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step();
        self.sim.rename(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.step();
        self.sim.remove_file(path)
    }

    fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        self.sim.create_dir_all(path)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        self.sim.list(dir)
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        self.sim.exists(path)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.step();
        self.sim.sync_dir(dir)
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Send + Sync>>> {
        self.sim.lock(path)
    }
}

struct DiskFile {
    disk: Disk,
    file: Box<dyn VfsFile>,
}

impl VfsFile for DiskFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.file.read_at(buffer, offset)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.disk.step();
        if let Some(frame) = frame::read(bytes, SALT) {
            *self.disk.seen.writes.lock().unwrap() += 1;
            let left = self.disk.left_of(frame.durable);
            assert!(frame.durable <= left.last_lsn, "watermark {} when there is {left:?}", frame.durable);
        }
        self.disk.note(self.file.write_at(bytes, offset))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.disk.step();
        *self.disk.seen.syncs.lock().unwrap().entry(thread::current().id()).or_default() += 1;
        if SYNCS_ARE_LATE.get() && self.disk.writes() > 0 {
            return Ok(());
        }
        let synced = self.disk.note(self.file.sync_data());
        self.disk.step();
        synced
    }

    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }
}
