//! What a checkpoint costs those who commit meanwhile.
//!
//! Threads update functions drawn at random, all the time. First there is no checkpoint, then one that is asked for from
//! another thread, then the one that comes by itself when the log has grown; then the store is closed. Every commit is
//! remembered, and belongs to what it overlaps with.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clap::Args;
use funclet_storage::Backend as _;

use crate::Failure;
use crate::arguments::Place;
use crate::functions::{Draws, Functions, Keeper, Table};
use crate::latency::{Latencies, Window};
use crate::watch::Watch;

#[derive(Args)]
pub(crate) struct Arguments {
    /// How many functions the store has.
    #[arg(long, default_value_t = 100_000)]
    functions: u64,
    /// How many threads commit at once; may be given several times.
    #[arg(long = "threads", default_values_t = [1, 8, 32])]
    threads: Vec<usize>,
    /// Where the table is; may be given several times.
    #[arg(long = "table", value_enum, default_values_t = [Table::Sled, Table::Memory])]
    tables: Vec<Table>,
    /// Who maintains the store; may be given several times.
    #[arg(long = "maintenance", value_enum, default_values_t = [Keeper::Thread, Keeper::Inline])]
    keepers: Vec<Keeper>,
    /// For how long commits are measured before the first checkpoint, in seconds.
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// How long the checkpoint that comes by itself is awaited, in seconds.
    #[arg(long, default_value_t = 60.0)]
    patience: f64,
    /// How many rounds there are.
    #[arg(long, default_value_t = 2)]
    rounds: usize,
    #[command(flatten)]
    place: Place,
}

/// What follows a snapshot before a checkpoint is done: the log and the old snapshot go, the table is synced.
const AFTERMATH: Duration = Duration::from_millis(300);
/// What is seen from outside is seen a little too late.
const BLUR: Duration = Duration::from_millis(2);

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let base = arguments.place.path();
    println!(
        "| table | maintenance | threads | commits | median ms | p99 | longest | while a segment is filled \
         | p99 in called checkpoint | longest | x median | s | MB | p99 in due checkpoint | longest | x median \
         | s | close s | close again s |"
    );
    println!("| --- | --- | {}", "---: | ".repeat(17));
    for _ in 0..arguments.rounds {
        for table in &arguments.tables {
            let directory = tempfile::tempdir_in(&base)?;
            let path = directory.path().join("store");
            let filled = Functions::open(&path, *table, Keeper::Thread)?;
            filled.fill(arguments.functions, 16)?;
            filled.store.close()?;
            for keeper in &arguments.keepers {
                for threads in &arguments.threads {
                    let line = measure(arguments, &path, *table, *keeper, *threads)?;
                    println!("| {table:?} | {keeper:?} | {threads} | {line}");
                }
            }
        }
    }
    Ok(())
}

fn measure(
    arguments: &Arguments,
    path: &Path,
    table: Table,
    keeper: Keeper,
    threads: usize,
) -> Result<String, Failure> {
    let functions = Functions::open(path, table, keeper)?;
    let (watch, stop) = (Watch::new(path), AtomicBool::new(false));
    let (commits, called, bytes) = std::thread::scope(|scope| {
        scope.spawn(|| watch.run());
        let writers: Vec<_> = (0..threads as u64)
            .map(|thread| {
                let (functions, stop) = (&functions, &stop);
                scope.spawn(move || write(functions, arguments.functions, thread, stop))
            })
            .collect();
        let checkpointed = checkpoints(arguments, &functions, &watch, path);
        stop.store(true, Ordering::Relaxed);
        watch.stop.store(true, Ordering::Relaxed);
        let mut commits = Vec::new();
        for writer in writers {
            commits.extend(writer.join().map_err(|_| "a writer panicked")??);
        }
        let (called, bytes) = checkpointed?;
        Ok::<_, Failure>((commits, called, bytes))
    })?;
    let closed = timed(|| Ok(functions.store.close()?))?;
    let again = Functions::open(path, table, keeper)?;
    let closed_again = timed(|| Ok(again.store.close()?))?;
    let run = Run { commits, called, watch, bytes };
    Ok(format!("{} | {:.2} | {:.3} |", run.line(), closed.as_secs_f64(), closed_again.as_secs_f64()))
}

fn timed(body: impl FnOnce() -> Result<(), Failure>) -> Result<Duration, Failure> {
    let begin = Instant::now();
    body()?;
    Ok(begin.elapsed())
}

/// Updates functions until it is told to stop.
fn write(functions: &Functions, count: u64, thread: u64, stop: &AtomicBool) -> Result<Vec<Window>, Failure> {
    let mut draws = Draws::new(thread);
    let mut commits = Vec::with_capacity(1 << 20);
    while !stop.load(Ordering::Relaxed) {
        let number = draws.next() % count;
        let begin = Instant::now();
        functions.update(number)?;
        commits.push(Window { begin, end: Instant::now() });
    }
    Ok(commits)
}

/// Lets time pass, calls for a checkpoint, and waits for the one that comes by itself. Returns the window of the first
/// and the length of its snapshot.
fn checkpoints(
    arguments: &Arguments,
    functions: &Functions,
    watch: &Watch,
    path: &Path,
) -> Result<(Window, u64), Failure> {
    std::thread::sleep(Duration::from_secs_f64(arguments.seconds));
    let begin = Instant::now();
    functions.store.checkpoint()?;
    let called = Window { begin, end: Instant::now() };
    let bytes = snapshot_bytes(path)?;
    let patience = Duration::from_secs_f64(arguments.patience);
    while called.end.elapsed() < patience {
        std::thread::sleep(Duration::from_millis(20));
        let due = watch.snapshots().into_iter().find(|snapshot| !snapshot.overlaps(&called));
        if due.is_some_and(|due| due.end.elapsed() > AFTERMATH) {
            break;
        }
    }
    Ok((called, bytes))
}

fn snapshot_bytes(path: &Path) -> Result<u64, Failure> {
    let mut bytes = 0;
    for entry in fs::read_dir(path.join("snap"))? {
        bytes = entry?.metadata()?.len().max(bytes);
    }
    Ok(bytes)
}

/// All that happened.
struct Run {
    commits: Vec<Window>,
    called: Window,
    watch: Watch,
    bytes: u64,
}

impl Run {
    fn line(&self) -> String {
        let (called, due) = (self.called.widened(BLUR), self.due());
        let spares: Vec<_> = self.watch.spares().iter().map(|spare| spare.widened(BLUR)).collect();
        let in_checkpoint =
            |commit: &Window| commit.overlaps(&called) || due.is_some_and(|due| commit.overlaps(&due));
        let in_spare = |commit: &Window| spares.iter().any(|spare| commit.overlaps(spare));
        let during = |wanted: &dyn Fn(&Window) -> bool| -> Latencies {
            self.commits.iter().filter(|commit| wanted(commit)).map(Window::length).collect()
        };
        let quiet = during(&|commit| !in_checkpoint(commit) && !in_spare(commit));
        let filling = during(&|commit| !in_checkpoint(commit) && in_spare(commit));
        let in_called = during(&|commit| commit.overlaps(&called));
        let in_due = during(&|commit| due.is_some_and(|due| commit.overlaps(&due)));
        let median = quiet.median();
        format!(
            "{} | {median:.3} | {:.3} | {:.1} | {:.1} | {:.3} | {:.1} | {:.1} | {:.2} | {:.0} | {:.3} | {:.1} | {:.1} | {:.2}",
            quiet.count(),
            quiet.quantile(0.99),
            quiet.longest(),
            filling.longest(),
            in_called.quantile(0.99),
            in_called.longest(),
            in_called.longest() / median,
            self.called.length().as_secs_f64(),
            self.bytes as f64 / 1e6,
            in_due.quantile(0.99),
            in_due.longest(),
            in_due.longest() / median,
            due.map_or(0.0, |due| due.length().as_secs_f64()),
        )
    }

    /// The checkpoint that came by itself, with what follows its snapshot.
    fn due(&self) -> Option<Window> {
        let snapshots = self.watch.snapshots();
        let due = snapshots.iter().find(|snapshot| !snapshot.overlaps(&self.called))?;
        Some(Window { begin: due.begin, end: due.end + AFTERMATH }.widened(BLUR))
    }
}
