//! Durable commits per second: how many transactions of one 1.5 KB value are acknowledged, each after it is on the disk.
//!
//! Every candidate runs for the same time with the same number of threads, one after another, in several rounds, so that
//! a disk whose mood changes changes it for all. The table has medians, and what matters: ratios. `raw` is what the disk
//! itself does in the same minute, one thread appending to a zero-filled file with a sync each time.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::Args;

use crate::Failure;
use crate::arguments::{Place, Turns};
use crate::candidates::{CANDIDATES, Candidate};
use crate::report::Report;

// They are part of the program's own, whose group has this name.
#[derive(Args)]
#[group(skip)]
pub(crate) struct Arguments {
    #[command(flatten)]
    turns: Turns,
    #[command(flatten)]
    place: Place,
    /// How many threads commit at once; may be given several times.
    #[arg(long = "threads", default_values_t = [1, 8, 32, 128])]
    threads: Vec<usize>,
    /// Runs only the candidates whose names contain this.
    #[arg(long)]
    only: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let base = arguments.place.path();
    let time = arguments.turns.time();
    let chosen = |candidate: &&Candidate| {
        arguments.only.as_ref().is_none_or(|only| candidate.name.contains(only.as_str()))
    };
    let mut report = Report::default();
    for round in 1..=arguments.turns.rounds {
        for threads in &arguments.threads {
            for candidate in CANDIDATES.iter().filter(chosen) {
                // What one thread of a disk does, no number of threads changes.
                let used = if candidate.is_raw { 1 } else { *threads };
                let rate = measure(candidate, &base, used, time)?;
                eprintln!("round {round}: {:28} {threads:4} threads {rate:9.0}/s", candidate.name);
                report.add(candidate.name, *threads, rate);
            }
        }
    }
    println!("{}", report.table(&arguments.threads));
    Ok(())
}

/// Runs one candidate in a directory of its own and returns how many commits it made in a second.
pub(crate) fn measure(
    candidate: &Candidate,
    base: &Path,
    threads: usize,
    time: Duration,
) -> Result<f64, Failure> {
    let directory = tempfile::tempdir_in(base)?;
    let store = (candidate.open)(directory.path())?;
    let (stop, commits) = (AtomicBool::new(false), AtomicU64::new(0));
    // Whatever is done only once is done before the clock starts.
    store.commit(0, 0)?;
    let begin = Instant::now();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|thread| {
                let (store, stop, commits) = (&*store, &stop, &commits);
                scope.spawn(move || -> Result<(), Failure> {
                    for number in 1.. {
                        if stop.load(Ordering::Relaxed) {
                            break;
                        }
                        store.commit(thread as u64, number)?;
                        commits.fetch_add(1, Ordering::Relaxed);
                    }
                    Ok(())
                })
            })
            .collect();
        std::thread::sleep(time);
        stop.store(true, Ordering::Relaxed);
        workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| "a worker panicked")?)
    })?;
    Ok(commits.into_inner() as f64 / begin.elapsed().as_secs_f64())
}
