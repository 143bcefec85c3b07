//! What is logged, on its way to whoever reads it.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How many bytes may wait to be written. What comes above that is lost.
const WAITING_BYTES_MAX: usize = 1 << 20;

/// Lines that wait for a thread of their own to write them.
///
/// Whoever logs neither waits nor fails: a reader that is slow, or gone, costs lines and nothing else.
pub(crate) struct LogQueue {
    state: Mutex<State>,
    changed: Condvar,
    /// The line that stands for a number of lost ones.
    lost_line: fn(u64) -> String,
}

#[derive(Default)]
struct State {
    waiting: Vec<u8>,
    /// How many lines were lost since the last batch was taken.
    lost: u64,
    /// Whether a batch is being written.
    writing: bool,
}

impl LogQueue {
    /// Starts the thread that writes.
    pub(crate) fn start(
        out: impl Write + Send + 'static,
        lost_line: fn(u64) -> String,
    ) -> io::Result<Arc<Self>> {
        let queue = Arc::new(Self { state: Mutex::default(), changed: Condvar::new(), lost_line });
        let writer = Arc::clone(&queue);
        std::thread::Builder::new().name("funclet-log".to_owned()).spawn(move || writer.write_all_to(out))?;
        Ok(queue)
    }

    /// Nothing panics while it holds the lock.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes one line, with its newline.
    fn push(&self, line: &[u8]) {
        let mut state = self.lock();
        if state.waiting.len() + line.len() > WAITING_BYTES_MAX {
            state.lost += 1;
        } else {
            state.waiting.extend_from_slice(line);
            self.changed.notify_all();
        }
    }

    /// Waits until everything is written, but no longer than this.
    pub(crate) fn flush(&self, patience: Duration) {
        let busy = |state: &mut State| state.writing || !state.waiting.is_empty();
        // Whether it is empty now or the time is over makes no difference to whoever is about to exit.
        drop(self.changed.wait_timeout_while(self.lock(), patience, busy));
    }

    fn write_all_to(&self, mut out: impl Write) {
        loop {
            let batch = self.next_batch();
            // There is nobody else to tell.
            let _ = out.write_all(&batch).and_then(|()| out.flush());
        }
    }

    fn next_batch(&self) -> Vec<u8> {
        let mut state = self.lock();
        state.writing = false;
        self.changed.notify_all();
        let waiting = self.changed.wait_while(state, |state| state.waiting.is_empty());
        state = waiting.unwrap_or_else(PoisonError::into_inner);
        state.writing = true;
        let mut batch = std::mem::take(&mut state.waiting);
        let lost = std::mem::take(&mut state.lost);
        if lost > 0 {
            batch.extend_from_slice((self.lost_line)(lost).as_bytes());
        }
        batch
    }
}

/// Takes each line whole; never fails.
pub(crate) struct LineWriter(pub(crate) Arc<LogQueue>);

impl Write for LineWriter {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.push(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::time::Duration;

    use super::{LogQueue, WAITING_BYTES_MAX};

    /// Hands on what is written, each time once it is let.
    struct Slow(Receiver<()>, Sender<Vec<u8>>);

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.recv().map_err(io::Error::other)?;
            self.1.send(bytes.to_vec()).map_err(io::Error::other)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_is_slow_costs_lines_and_no_time() {
        let ((let_write, may_write), (tell, written)) = (channel(), channel());
        let queue = LogQueue::start(Slow(may_write, tell), |lost| format!("{lost} lost\n")).unwrap();
        queue.push(b"first\n");
        queue.flush(Duration::from_millis(10));
        let line = [b'x'; 1 << 10];
        let room = WAITING_BYTES_MAX / line.len();
        // Two more than there is room for; if the thread has not even taken the first line yet, three are lost.
        for _ in 0..room + 2 {
            queue.push(&line);
        }
        let_write.send(()).unwrap();
        let_write.send(()).unwrap();
        queue.flush(Duration::from_secs(60));
        let text: Vec<u8> = written.try_iter().flatten().collect();
        let text = String::from_utf8(text).unwrap();
        assert!(text.starts_with("first\nxxx"), "in order");
        assert!(text.ends_with(" lost\n"), "what is lost is counted");
        assert!(text.len() <= WAITING_BYTES_MAX + 20);
    }

    #[test]
    fn a_reader_that_is_gone_is_no_failure() {
        let ((let_write, may_write), (tell, written)) = (channel(), channel());
        let queue = LogQueue::start(Slow(may_write, tell), |_| String::new()).unwrap();
        drop((let_write, written));
        for _ in 0..3 {
            queue.push(b"line\n");
            queue.flush(Duration::from_secs(60));
        }
        assert!(queue.lock().waiting.is_empty());
    }
}
