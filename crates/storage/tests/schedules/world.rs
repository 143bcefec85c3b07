//! A log with those who wait for it, and what must be true of what they are told.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex as Notes};

use shuttle::sync::mpsc;

use crate::blob::FileBlobs;
use crate::disk::{Disk, Left, SALT};
use crate::error::StoreError;
use crate::sync::{AtomicU64, Mutex, thread};
use crate::txn::{Lsn, TxnId};
use crate::vfs::{Layout, Vfs};
use crate::wal::frame::{self, FrameKind};
use crate::wal::log::{Log, Parts};
use crate::wal::room::{Effect, SegmentSizes};
use crate::wal::segment::SegmentHeader;
use crate::wal::writer::{Batch, Begin, Writer};

/// A frame of this size is too long for the first segment, and the second one holds one of them.
pub(crate) const LARGE_BYTES: usize = 520 << 10;

/// Who writes the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leads {
    Callers,
    Thread,
}

pub(crate) struct World {
    pub(crate) log: Log,
    pub(crate) disk: Disk,
    pub(crate) leads: Leads,
    /// The commit lock, and the last number given out.
    last_lsn: Mutex<Lsn>,
    /// How many callbacks were handed over.
    callbacks: AtomicU64,
    /// What was told, in order. Not shuttle's lock: taking notes is no step.
    told: Notes<Vec<Told>>,
}

/// What somebody was told, and what was true at that moment.
struct Told {
    lsn: Lsn,
    /// The number of the callback, `None` for a thread that waited.
    callback: Option<u64>,
    outcome: Result<(), StoreError>,
    durable: Lsn,
    left: Left,
}

impl World {
    pub(crate) fn new(leads: Leads) -> Arc<Self> {
        let disk = Disk::new();
        let vfs: Arc<dyn Vfs> = Arc::new(disk.clone());
        let layout = Layout { root: "".into() };
        let header =
            SegmentHeader { store_id: [1; 16], first_lsn: 1, salt: SALT, previous: None, file_bytes: 0 };
        let sizes = SegmentSizes::DEFAULT;
        let (segments, salts) = (Vec::new(), Box::new(|| SALT));
        let begin = Begin {
            vfs: Arc::clone(&vfs),
            layout: layout.clone(),
            header,
            segments,
            sizes,
            states_length: true,
            salts,
        };
        let (writer, _) = Writer::begin(begin, Batch::default()).unwrap();
        let (threaded, on_upkeep_due) = (leads == Leads::Thread, Box::new(|| ()));
        let blobs = Arc::new(FileBlobs);
        let (durable, witnessed) = (0, 0);
        let parts = Parts { vfs, layout, blobs, writer, durable, witnessed, sizes, threaded, on_upkeep_due };
        let log = Log::new(parts);
        Arc::new(Self {
            log,
            disk,
            leads,
            last_lsn: Mutex::new(0),
            callbacks: AtomicU64::new(0),
            told: Notes::default(),
        })
    }

    /// Queues a record, as a store does under its commit lock. `None` if the log takes no more.
    pub(crate) fn commit(&self, bytes: usize) -> Option<Lsn> {
        self.log.wait_for_backlog();
        let mut last_lsn = self.last_lsn.lock();
        self.log.check_open().ok()?;
        let lsn = *last_lsn + 1;
        let mut frame = frame::begin(lsn, TxnId::new(lsn, [0; 16]), FrameKind::Transaction, 1);
        frame.resize(frame.len() + bytes, 1);
        frame::end(&mut frame);
        self.log.reserve(frame.len(), Effect::Grows).unwrap();
        self.log.enqueue(lsn, &frame, &[]);
        *last_lsn = lsn;
        Some(lsn)
    }

    pub(crate) fn last_lsn(&self) -> Lsn {
        *self.last_lsn.lock()
    }

    /// Waits, and returns how many batches this thread wrote meanwhile, each with a sync.
    pub(crate) fn wait(&self, lsn: Lsn) -> u64 {
        let before = self.disk.syncs_by_me();
        let outcome = self.log.wait(lsn);
        self.tell(lsn, None, outcome);
        self.disk.syncs_by_me() - before
    }

    /// Hands over a callback that takes note of what it is told and then does `then`.
    pub(crate) fn notify(self: &Arc<Self>, lsn: Lsn, then: impl FnOnce(&Arc<Self>) + Send + 'static) {
        let (world, number) = (Arc::clone(self), self.callbacks.fetch_add(1, Ordering::Relaxed));
        let wake = move |outcome| {
            world.tell(lsn, Some(number), outcome);
            then(&world);
        };
        self.log.notify(lsn, Box::new(wake));
    }

    /// Hands over a callback and rests until it is called, without a word to the log.
    pub(crate) fn rest(self: &Arc<Self>, lsn: Lsn) {
        let (called, calls) = mpsc::channel();
        self.notify(lsn, move |_| called.send(()).unwrap());
        calls.recv().unwrap();
    }

    /// Whether a thread that waited was told something.
    pub(crate) fn has_let_go(&self) -> bool {
        self.told.lock().unwrap().iter().any(|told| told.callback.is_none())
    }

    fn tell(&self, lsn: Lsn, callback: Option<u64>, outcome: Result<(), StoreError>) {
        let durable = self.log.durable();
        let left = self.disk.left_of(if outcome.is_ok() { lsn.max(durable) } else { durable });
        self.told.lock().unwrap().push(Told { lsn, callback, outcome, durable, left });
    }

    /// Runs the threads of a scene, closes the log while they are at work or afterwards, and checks everything.
    pub(crate) fn run(self: &Arc<Self>, bodies: &[fn(&Arc<Self>)], early_close: bool) {
        let start = |body: fn(&Arc<Self>)| {
            let world = Arc::clone(self);
            thread::spawn(move || body(&world))
        };
        let leader = (self.leads == Leads::Thread).then(|| start(|world| world.log.run()));
        let mut threads: Vec<_> = bodies.iter().map(|body| start(*body)).collect();
        if !early_close {
            threads.drain(..).for_each(|thread| thread.join().unwrap());
        }
        self.close();
        let writes = self.disk.writes();
        threads.into_iter().chain(leader).for_each(|thread| thread.join().unwrap());
        assert_eq!(self.disk.writes(), writes, "something was written after the close");
        let left_over = self.disk.sim.files().into_iter().find(|path| path.starts_with("tmp"));
        assert!(left_over.is_none() || self.disk.writes_at_failure().is_some(), "{left_over:?}");
        self.check();
    }

    fn close(&self) {
        let commit = self.last_lsn.lock();
        self.log.refuse();
        let last_lsn = *commit;
        drop(commit);
        let closed = self.log.close();
        if self.disk.writes_at_failure().is_some() {
            assert!(closed.is_err(), "a log that failed was closed as if nothing were wrong");
        } else {
            closed.unwrap();
            let whole = Left { last_lsn, watermark: last_lsn };
            assert_eq!(self.disk.left(), whole, "the last frame says that everything is durable");
        }
    }

    fn check(&self) {
        assert!(matches!(self.log.check_not_closed(), Err(StoreError::Closed)));
        let told = self.told.lock().unwrap();
        let (durable, left) = (self.log.durable(), self.disk.left());
        assert_eq!(left.last_lsn, durable, "what is durable when all is over");
        let mut before = 0;
        for Told { lsn, outcome, durable: then, left, .. } in told.iter() {
            assert!(before <= *then, "durable ran backwards from {before} to {then}");
            assert!(*then <= left.last_lsn, "durable says {then} when there is {left:?}");
            before = *then;
            match outcome {
                Ok(()) => assert!(*lsn <= left.last_lsn, "{lsn} was told when there is {left:?}"),
                Err(error) => {
                    assert!(matches!(error, StoreError::Poisoned { .. }), "{error:?}");
                    assert!(*lsn > durable, "{lsn} is durable, but was said to have failed");
                }
            }
        }
        let mut called: Vec<_> = told.iter().filter_map(|told| told.callback).collect();
        called.sort_unstable();
        let handed_over: Vec<_> = (0..self.callbacks.load(Ordering::Relaxed)).collect();
        assert_eq!(called, handed_over, "each callback is called once");
        match self.disk.writes_at_failure() {
            Some(writes) => assert_eq!(self.disk.writes(), writes, "something was written after the failure"),
            None => assert!(told.iter().all(|told| told.outcome.is_ok()), "a failure out of nothing"),
        }
    }
}
