//! Group commit: whoever waits shares one sync with all who wait.
//!
//! Frames queue up while a sync runs; the next leader takes them all. Without threads of its own the log is led by one
//! of those who wait (or by the submitter, if only callbacks wait); with a log thread that thread always leads.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::blob::FileBlobs;
use crate::error::StoreError;
use crate::sync::thread;
use crate::sync::{AtomicU64, Condvar, Mutex, MutexGuard};
use crate::txn::Lsn;
use crate::vfs::{Layout, Vfs};
use crate::wal::frame;
use crate::wal::queue::{Queue, Waiting, Wake};
use crate::wal::room::{Effect, FRAME_BYTES_MAX, Room, SegmentSizes};
use crate::wal::writer::{Batch, BlobSlot, Spare, Writer, Written};

/// How long the log thread is idle before it writes a watermark.
const IDLE: Duration = Duration::from_millis(100);
/// How much may be queued before those who want to queue more wait for the disk.
const BACKLOG_BYTES_MAX: usize = 8 << 20;

/// The write-ahead log of an open store.
pub(crate) struct Log {
    vfs: Arc<dyn Vfs>,
    layout: Layout,
    blobs: Arc<FileBlobs>,
    /// Every record up to this LSN is durable. Never runs backwards.
    durable: AtomicU64,
    /// Every record up to this LSN is durable, and a later frame says so: should it be damaged, that is noticed.
    witnessed: AtomicU64,
    /// Names the last segment.
    segment: AtomicU64,
    queue: Mutex<Queue>,
    /// Signalled after every batch, whether it succeeded or not.
    progress: Condvar,
    /// Signalled when there is work for the log thread.
    work: Condvar,
    /// Held while a batch is written; `queue` is never taken while it is held.
    writer: Mutex<Writer>,
    /// Held while a spare segment is made; numbers them. Taken before `writer` and `queue`.
    spare: Mutex<u64>,
    /// Whether a log thread leads.
    threaded: bool,
    /// Called when a spare segment should be made ahead of its use, and when more is witnessed than before.
    on_upkeep_due: Box<dyn Fn() + Send + Sync>,
}

/// What a log needs to go on.
pub(crate) struct Parts {
    pub(crate) vfs: Arc<dyn Vfs>,
    pub(crate) layout: Layout,
    pub(crate) blobs: Arc<FileBlobs>,
    pub(crate) writer: Writer,
    /// The last record, which is durable.
    pub(crate) durable: Lsn,
    /// The last record of which the log itself says so.
    pub(crate) witnessed: Lsn,
    pub(crate) sizes: SegmentSizes,
    pub(crate) threaded: bool,
    pub(crate) on_upkeep_due: Box<dyn Fn() + Send + Sync>,
}

impl Log {
    pub(crate) fn new(parts: Parts) -> Self {
        let queue = Queue::new(parts.durable, Room::new(parts.writer.room(), parts.sizes));
        Self {
            vfs: parts.vfs,
            layout: parts.layout,
            blobs: parts.blobs,
            durable: AtomicU64::new(parts.durable),
            witnessed: AtomicU64::new(parts.witnessed),
            segment: AtomicU64::new(parts.writer.segment()),
            queue: Mutex::new(queue),
            progress: Condvar::new(),
            work: Condvar::new(),
            writer: Mutex::new(parts.writer),
            spare: Mutex::new(0),
            threaded: parts.threaded,
            on_upkeep_due: parts.on_upkeep_due,
        }
    }

    pub(crate) fn durable(&self) -> Lsn {
        self.durable.load(Ordering::Acquire)
    }

    /// Returns the last record that the log itself proves durable: its loss would be noticed when the store is opened.
    pub(crate) fn witnessed(&self) -> Lsn {
        self.witnessed.load(Ordering::Acquire)
    }

    /// Fails if the log takes no writes.
    pub(crate) fn check_open(&self) -> Result<(), StoreError> {
        let queue = self.queue.lock();
        match &queue.failure {
            Some(failure) => Err(poisoned(failure)),
            None if queue.closed => Err(StoreError::Closed),
            None => Ok(()),
        }
    }

    /// Fails once the log is closed, whatever else happened to it.
    pub(crate) fn check_not_closed(&self) -> Result<(), StoreError> {
        if self.queue.lock().closed { Err(StoreError::Closed) } else { Ok(()) }
    }

    /// Waits until there is not too much queued. Never called under the commit lock: who holds that does not wait for
    /// the log, because the leader's callbacks may want to queue something, too.
    pub(crate) fn wait_for_backlog(&self) {
        let queue = self.queue.lock();
        let (full, queued) = (queue.batch.len() > BACKLOG_BYTES_MAX, queue.queued);
        let is_leader = queue.is_led_by_me();
        drop(queue);
        if full && !is_leader {
            // A failure is told to whoever queues something next.
            let _: Result<(), StoreError> = self.wait(queued);
        }
    }

    /// Sets room aside for a frame of `bytes`. Called under the commit lock, once before each [`Log::enqueue`].
    ///
    /// # Errors
    /// [`StoreError::Full`] if there is no room on the disk; the log is as it was. What makes the store smaller is refused
    /// only when the room kept for it is used up, too.
    pub(crate) fn reserve(&self, bytes: usize, effect: Effect) -> Result<(), StoreError> {
        debug_assert!(bytes <= FRAME_BYTES_MAX, "the rules of transactions bound a frame");
        loop {
            let mut queue = self.queue.lock();
            if queue.room.take(bytes as u64) {
                if queue.room.spare_is_due() {
                    (self.on_upkeep_due)();
                }
                return Ok(());
            }
            drop(queue);
            match self.make_spare(&mut self.spare.lock(), bytes) {
                Err(StoreError::Full { .. })
                    if effect == Effect::Shrinks
                        && self.queue.lock().room.take_for_emergency(bytes as u64) =>
                {
                    return Ok(());
                }
                made => made?,
            }
        }
    }

    /// Makes the next segment if there is none, large enough for a frame of `bytes`.
    fn make_spare(&self, number: &mut u64, bytes: usize) -> Result<(), StoreError> {
        let Some(capacity) = self.queue.lock().room.missing_spare(bytes as u64) else { return Ok(()) };
        // The first segment of the process has the number 0.
        *number += 1;
        let spare = Spare::allocate(&*self.vfs, &self.layout, *number, capacity)?;
        let room = spare.room();
        self.writer.lock().add_spare(spare);
        self.queue.lock().room.add_spare(room);
        Ok(())
    }

    /// Makes the next segment ahead of its use, unless somebody is at it.
    pub(crate) fn make_spare_if_due(&self) -> Result<(), StoreError> {
        if !self.queue.lock().room.spare_is_due() {
            return Ok(());
        }
        let Some(mut number) = self.spare.try_lock() else { return Ok(()) };
        if self.queue.lock().closed {
            return Ok(());
        }
        self.make_spare(&mut number, 0).inspect_err(|_| self.queue.lock().room.refuse_spare())
    }

    /// Queues the finished frame of the next record, for which room was set aside.
    pub(crate) fn enqueue(&self, lsn: Lsn, bytes: &[u8], blobs: &[BlobSlot]) {
        let mut queue = self.queue.lock();
        if queue.room.begins_segment() {
            queue.batch.begin_segment();
        }
        queue.batch.push(lsn, bytes, blobs);
        queue.queued = lsn;
        queue.watermarked = false;
    }

    /// Blocks until `lsn` is durable, leading if nobody does.
    ///
    /// # Errors
    /// [`StoreError::Poisoned`] if it will not become durable before the store is opened again.
    pub(crate) fn wait(&self, lsn: Lsn) -> Result<(), StoreError> {
        if self.durable() >= lsn {
            return Ok(());
        }
        let mut queue = self.queue.lock();
        loop {
            if self.durable() >= lsn {
                return Ok(());
            }
            if let Some(failure) = &queue.failure {
                return Err(poisoned(failure));
            }
            if self.may_lead(&queue) {
                queue = self.lead(queue, lsn);
            } else {
                queue.awaited = queue.awaited.max(lsn);
                self.work.notify_one();
                self.progress.wait(&mut queue);
            }
        }
    }

    /// Whether the calling thread may write: nobody else does, and no thread of the log will. A callback runs on the
    /// thread that leads, so should it wait for the log (it should not), it leads on.
    fn may_lead(&self, queue: &Queue) -> bool {
        queue.is_led_by_me() || (queue.leader.is_none() && !self.threaded)
    }

    /// Calls `wake` once `lsn` is durable or never will be; at once if that is known.
    pub(crate) fn notify(&self, lsn: Lsn, wake: Wake) {
        if self.durable() >= lsn {
            return wake(Ok(()));
        }
        let mut queue = self.queue.lock();
        if self.durable() >= lsn {
            drop(queue);
            return wake(Ok(()));
        }
        if let Some(failure) = &queue.failure {
            let failure = poisoned(failure);
            drop(queue);
            return wake(Err(failure));
        }
        queue.wakes.push(Waiting { lsn, wake });
        if queue.leader.is_none() && !self.threaded {
            drop(self.lead(queue, lsn));
        } else {
            // The leader looks again before it stops, also if that is this thread in one of its callbacks.
            self.work.notify_one();
        }
    }

    /// Writes batches until nobody who cannot lead waits for more, or until `own` is durable and somebody else can lead.
    fn lead<'a>(&'a self, mut queue: MutexGuard<'a, Queue>, own: Lsn) -> MutexGuard<'a, Queue> {
        let outer = queue.leader.replace(thread::current().id());
        loop {
            let batch = std::mem::take(&mut queue.batch);
            let result = MutexGuard::unlocked(&mut queue, || self.write(batch));
            self.settle(&mut queue, result);
            if queue.wakes.is_empty() || queue.batch.is_empty() || queue.failure.is_some() {
                break;
            }
            // Nobody is kept for the others' sake while one of them can do it. Who leads for a callback goes on.
            let durable = self.durable();
            if outer.is_none() && own <= durable && queue.awaited > durable {
                break;
            }
        }
        queue.leader = outer;
        self.progress.notify_all();
        queue
    }

    /// Writes and syncs one batch.
    fn write(&self, batch: Batch) -> Result<Option<Lsn>, StoreError> {
        let Some(last) = batch.last_lsn() else { return Ok(None) };
        let durable = self.durable();
        let placed = {
            let mut writer = self.writer.lock();
            let placed = writer.write(batch, durable)?;
            self.segment.store(writer.segment(), Ordering::Release);
            placed
        };
        self.witnessed.store(durable, Ordering::Release);
        for blob in placed {
            self.blobs.place(blob);
        }
        Ok(Some(last))
    }

    /// Takes note of how a batch ended, and runs the callbacks that now know their answer.
    ///
    /// They run while this thread leads: what they queue is written by the next round of the leader, not by one inside
    /// the callback, however long the chain of callbacks is.
    fn settle(&self, queue: &mut MutexGuard<'_, Queue>, result: Result<Option<Lsn>, StoreError>) {
        match result {
            Ok(Some(last)) => self.durable.store(last, Ordering::Release),
            Ok(None) => {}
            Err(error) => queue.failure = Some(error),
        }
        // Also while this thread goes on leading: who waits for this batch need not wait for the next.
        self.progress.notify_all();
        let due = queue.due(self.durable());
        if !due.is_empty() {
            let failure = queue.failure.clone();
            MutexGuard::unlocked(queue, || wake_all(due, failure.as_ref()));
        }
    }

    /// The log thread: leads until the log is closed.
    pub(crate) fn run(&self) {
        let mut queue = self.queue.lock();
        loop {
            if queue.leader.is_some() {
                // Who closes the log writes the last watermark.
                self.progress.wait(&mut queue);
            } else if !queue.batch.is_empty() && queue.failure.is_none() {
                queue = self.lead(queue, Lsn::MAX);
            } else if queue.closed {
                return;
            } else if queue.watermarked || queue.failure.is_some() {
                self.work.wait(&mut queue);
            } else if self.work.wait_for(&mut queue, IDLE).timed_out() && queue.batch.is_empty() {
                queue = self.watermark(queue);
            }
        }
    }

    /// Says in the log that everything in it is durable, if that is so, is not said yet and there is room.
    ///
    /// A failure poisons the log like any other.
    fn watermark<'a>(&'a self, mut queue: MutexGuard<'a, Queue>) -> MutexGuard<'a, Queue> {
        let said = queue.watermarked || queue.failure.is_some();
        if said || self.durable() != queue.queued || !queue.room.take_in_tail(frame::HEADER_BYTES as u64) {
            return queue;
        }
        let outer = queue.leader.replace(thread::current().id());
        queue.watermarked = true;
        let result = MutexGuard::unlocked(&mut queue, || {
            if self.writer.lock().write_watermark()? {
                self.witnessed.store(self.durable(), Ordering::Release);
                (self.on_upkeep_due)();
            }
            Ok(())
        });
        self.settle(&mut queue, result.map(|()| None));
        queue.leader = outer;
        self.progress.notify_all();
        queue
    }

    /// Says now that everything is durable, if that is so and nobody is writing.
    pub(crate) fn witness(&self) {
        let queue = self.queue.lock();
        if queue.leader.is_none() && !queue.closed {
            drop(self.watermark(queue));
        }
    }

    /// Writes what is queued. Called by who leads, in a callback, so that others get on whom it is about to wait for.
    pub(crate) fn lead_on(&self) {
        let queued = self.queue.lock().queued;
        // A failure is told to those who wait for the records.
        let _: Result<(), StoreError> = self.wait(queued);
    }

    /// Whether the calling thread writes a batch, or runs the callbacks of one.
    pub(crate) fn is_led_by_me(&self) -> bool {
        self.queue.lock().is_led_by_me()
    }

    /// The segment in which the log goes on after the record `lsn`, which is durable.
    pub(crate) fn segment_after(&self, lsn: Lsn) -> Lsn {
        self.writer.lock().segment_after(lsn)
    }

    /// Takes the segments before the one that begins with `first_lsn` off the log and returns what names them.
    pub(crate) fn drop_segments_before(&self, first_lsn: Lsn) -> Vec<Lsn> {
        self.writer.lock().drop_segments_before(first_lsn)
    }

    /// What of the log is written. Nobody writes at that moment, so all of it is durable, or the log has failed.
    pub(crate) fn written(&self) -> Written {
        self.writer.lock().written()
    }

    /// The LSN that names the last segment, which has its name for good.
    pub(crate) fn segment(&self) -> Lsn {
        self.segment.load(Ordering::Acquire)
    }

    /// Queues nothing more from now on. Called under the commit lock, so that nobody is between asking and queueing.
    pub(crate) fn refuse(&self) {
        self.queue.lock().closed = true;
        self.work.notify_all();
    }

    /// Waits for everything that was queued and writes the last watermark. Called after [`Log::refuse`].
    pub(crate) fn close(&self) -> Result<(), StoreError> {
        // Whoever prepares a segment finishes first, and nobody begins to: nothing is written after the close.
        drop(self.spare.lock());
        let queued = self.queue.lock().queued;
        let drained = self.wait(queued);
        let mut queue = self.queue.lock();
        while queue.leader.is_some() && !queue.is_led_by_me() {
            self.progress.wait(&mut queue);
        }
        queue = self.watermark(queue);
        let result = drained.and(queue.failure.clone().map_or(Ok(()), Err));
        drop(queue);
        if result.is_ok() {
            self.writer.lock().discard_spares();
        }
        result
    }
}

fn poisoned(failure: &StoreError) -> StoreError {
    StoreError::Poisoned { source: Arc::new(failure.clone()) }
}

/// Runs callbacks without a lock held.
///
/// One that panics has said so through the panic hook; it must not take the leader with it, for whom everybody waits.
fn wake_all(due: Vec<Wake>, failure: Option<&StoreError>) {
    for wake in due {
        let outcome = failure.map_or(Ok(()), |failure| Err(poisoned(failure)));
        let _: thread::Result<()> = catch_unwind(AssertUnwindSafe(|| wake(outcome)));
    }
}
