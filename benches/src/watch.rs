//! What a store is doing, seen from outside: files come and go in its `tmp/`.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::latency::Window;

/// How often it is looked.
const PAUSE: Duration = Duration::from_millis(1);

/// Looks at a store until it is told to stop.
pub(crate) struct Watch {
    tmp: PathBuf,
    pub(crate) stop: AtomicBool,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    snapshots: HashMap<PathBuf, Window>,
    /// Windows in which a segment was filled with zeros, and how long it is now.
    spares: HashMap<PathBuf, (Window, u64)>,
}

impl Watch {
    pub(crate) fn new(store: &Path) -> Self {
        Self { tmp: store.join("tmp"), stop: AtomicBool::new(false), seen: Mutex::default() }
    }

    pub(crate) fn run(&self) {
        while !self.stop.load(Ordering::Relaxed) {
            self.look();
            std::thread::sleep(PAUSE);
        }
    }

    fn look(&self) {
        let Ok(mut seen) = self.seen.lock() else { return };
        for entry in fs::read_dir(&self.tmp).into_iter().flatten().flatten() {
            let (now, path) = (Instant::now(), entry.path());
            let just_now = Window { begin: now, end: now };
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with("snapshot-") {
                seen.snapshots.entry(path).or_insert(just_now).end = now;
            } else if name.starts_with("segment-") {
                let Ok(length) = entry.metadata().map(|metadata| metadata.len()) else { continue };
                let (window, before) = seen.spares.entry(path).or_insert((just_now, 0));
                if length > *before {
                    (window.end, *before) = (now, length);
                }
            }
        }
    }

    /// When snapshots were written, the first one first. The last one may go on.
    pub(crate) fn snapshots(&self) -> Vec<Window> {
        let mut windows: Vec<_> =
            self.seen.lock().map(|seen| seen.snapshots.values().copied().collect()).unwrap_or_default();
        windows.sort_by_key(|window| window.begin);
        windows
    }

    /// When segments were filled.
    pub(crate) fn spares(&self) -> Vec<Window> {
        let seen = self.seen.lock();
        seen.map(|seen| seen.spares.values().map(|(window, _)| *window).collect()).unwrap_or_default()
    }
}
