//! What runs in a process of its own, so that its memory is its own and it can be killed.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use clap::{Args, Subcommand, ValueEnum};
use funclet::Funclet;
use funclet_storage::Backend as _;

use crate::Failure;
use crate::functions::{Functions, Keeper, Table};
use crate::resident::resident;

#[derive(Args)]
pub(crate) struct Arguments {
    directory: PathBuf,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Creates functions and closes the store.
    Fill { functions: u64 },
    /// Writes a snapshot, updates functions, says so, and goes on updating until it is killed.
    Write { functions: u64, updates: u64 },
    /// Opens the store, prints how long that took and the memory, reads everything, prints the memory again.
    Open { functions: u64, table: Table, end: End },
    /// Opens empty engines in memory and on disk, many of them, and prints how long each took.
    Empty { count: usize },
}

/// How a process ends that has opened the store.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum End {
    Close,
    Crash,
}

/// How many threads create and update.
const WRITERS: usize = 16;

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let directory = &arguments.directory;
    match arguments.what {
        What::Fill { functions } => {
            let store = Functions::open(directory, Table::Sled, Keeper::Thread)?;
            store.fill(functions, WRITERS)?;
            Ok(store.store.close()?)
        }
        What::Write { functions, updates } => {
            let store = Functions::open(directory, Table::Sled, Keeper::Thread)?;
            store.store.checkpoint()?;
            store.update_at_random(functions, updates, WRITERS, &AtomicBool::new(false))?;
            say(&[updates])?;
            store.update_at_random(functions, u64::MAX, WRITERS, &AtomicBool::new(false))
        }
        What::Open { functions, table, end } => open(directory, functions, table, end),
        What::Empty { count } => empty(directory, count),
    }
}

fn open(directory: &Path, functions: u64, table: Table, end: End) -> Result<(), Failure> {
    let begin = Instant::now();
    let store = Functions::open(directory, table, Keeper::Thread)?;
    let opened = begin.elapsed();
    let after = resident()?;
    store.read_each(functions)?;
    say(&[micros(opened), after.now, after.peak, resident()?.now])?;
    match end {
        End::Close => Ok(store.store.close()?),
        // Nothing is dropped.
        End::Crash => std::process::exit(0),
    }
}

fn empty(directory: &Path, count: usize) -> Result<(), Failure> {
    for number in 0..count {
        let begin = Instant::now();
        let in_memory = Funclet::builder().open_in_memory();
        let memory = begin.elapsed();
        drop(in_memory);
        let path = directory.join(number.to_string());
        let begin = Instant::now();
        let on_disk = Funclet::builder().path(&path).open()?;
        let created = begin.elapsed();
        drop(on_disk);
        let begin = Instant::now();
        let again = Funclet::builder().path(&path).open()?;
        let opened = begin.elapsed();
        drop(again);
        say(&[memory, created, opened].map(|time| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)))?;
    }
    Ok(())
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// Prints a line that the parent reads.
fn say(numbers: &[u64]) -> Result<(), Failure> {
    let words: Vec<_> = numbers.iter().map(u64::to_string).collect();
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", words.join(" "))?;
    Ok(out.flush()?)
}

/// Starts this program again, with `words` behind the directory.
pub(crate) fn start(directory: &Path, words: &[&str]) -> Result<Child, Failure> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("child").arg(directory).args(words);
    Ok(command.stdout(Stdio::piped()).spawn()?)
}

/// Runs it to its end and returns the numbers of each line that it printed.
pub(crate) fn numbers(directory: &Path, words: &[&str]) -> Result<Vec<Vec<u64>>, Failure> {
    let output = start(directory, words)?.wait_with_output()?;
    if !output.status.success() {
        return Err(format!("{words:?} failed: {}", output.status).into());
    }
    let text = String::from_utf8(output.stdout)?;
    text.lines().map(|line| line.split(' ').map(|word| Ok(word.parse()?)).collect()).collect()
}
