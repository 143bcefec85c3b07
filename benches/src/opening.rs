//! How long a large store takes to open, and what it takes of memory then.
//!
//! Each opening happens in a fresh process; a crash is a `SIGKILL` of a process that is writing. "Cold" is after the
//! page cache was dropped, where the system allows that, "warm" is directly after whatever was done before.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use crate::Failure;
use crate::arguments::Place;
use crate::child;
use crate::report::spread;
use crate::resident::drop_page_cache;

#[derive(Args)]
pub(crate) struct Arguments {
    /// How many functions the store has.
    #[arg(long, default_value_t = 100_000)]
    functions: u64,
    /// How often each opening is measured, cold and warm.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// How many updates there are between the last snapshot and a crash; may be given several times.
    #[arg(long = "updates", default_values_t = [5_000, 80_000])]
    updates: Vec<u64>,
    /// How many empty stores are opened.
    #[arg(long, default_value_t = 200)]
    empty: usize,
    #[command(flatten)]
    place: Place,
}

/// One opening.
struct Opening {
    seconds: f64,
    /// Resident memory after it, at its peak, and after everything was read, in megabytes.
    megabytes: [f64; 3],
}

/// Openings by what was before them and whether the page cache was empty.
type Openings = BTreeMap<(String, &'static str), Vec<Opening>>;

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let base = arguments.place.path();
    let directory = tempfile::tempdir_in(&base)?;
    let functions = arguments.functions.to_string();
    let store = Store { directory: directory.path().join("store"), functions };
    child::numbers(&store.directory, &["fill", &store.functions])?;
    let mut openings = Openings::new();
    for round in 1..=arguments.rounds {
        for cache in ["cold", "warm"] {
            eprintln!("round {round}, {cache}");
            store.round(&arguments.updates, cache, &mut openings)?;
        }
    }
    println!("{}", table(&openings, arguments.functions));
    empty(directory.path(), arguments.empty)
}

/// The store that is opened again and again.
struct Store {
    directory: PathBuf,
    functions: String,
}

impl Store {
    /// One opening of each kind. The store is closed cleanly at the begin and at the end.
    fn round(&self, updates: &[u64], cache: &'static str, openings: &mut Openings) -> Result<(), Failure> {
        let mut add = |name: String, opening| openings.entry((name, cache)).or_default().push(opening);
        add("clean close, sled".into(), self.open("sled", "close", cache)?);
        fs::remove_dir_all(self.directory.join("table"))?;
        add("table removed, sled".into(), self.open("sled", "close", cache)?);
        add("clean close, memory".into(), self.open("memory", "close", cache)?);
        for updates in updates {
            self.crash(*updates)?;
            add(format!("crash after {updates} updates, sled"), self.open("sled", "crash", cache)?);
            self.crash(*updates)?;
            add(format!("crash after {updates} updates, memory"), self.open("memory", "close", cache)?);
        }
        self.open("sled", "close", "warm").map(drop)
    }

    fn open(&self, table: &str, end: &str, cache: &str) -> Result<Opening, Failure> {
        if cache == "cold" && !drop_page_cache() {
            return Err("the page cache cannot be dropped here; run as root".into());
        }
        let lines = child::numbers(&self.directory, &["open", &self.functions, table, end])?;
        let Some([micros, memory @ ..]) = lines.first().map(Vec::as_slice) else {
            return Err("an opening said nothing".into());
        };
        let memory: [u64; 3] = memory.try_into()?;
        let megabytes = memory.map(|bytes| bytes as f64 / 1e6);
        Ok(Opening { seconds: *micros as f64 / 1e6, megabytes })
    }

    /// Ends a process in the middle of its work.
    fn crash(&self, updates: u64) -> Result<(), Failure> {
        let mut writing = child::start(&self.directory, &["write", &self.functions, &updates.to_string()])?;
        let out = writing.stdout.take().ok_or("no output")?;
        let said = BufReader::new(out).read_line(&mut String::new())?;
        // What is written from here on is more than was asked for, and nobody knows how much.
        std::thread::sleep(Duration::from_millis(50));
        writing.kill()?;
        writing.wait()?;
        if said == 0 { Err("the writer failed".into()) } else { Ok(()) }
    }
}

fn table(openings: &Openings, functions: u64) -> String {
    let mut lines = vec![
        "| opened after | page cache | s (min to max) | us a function | MB after | MB peak | MB all read |"
            .into(),
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |".into(),
    ];
    for ((name, cache), openings) in openings {
        let seconds: Vec<_> = openings.iter().map(|opening| opening.seconds).collect();
        let memory = |at: usize| {
            let of: Vec<_> =
                openings.iter().filter_map(|opening| opening.megabytes.get(at).copied()).collect();
            spread(&of).median
        };
        let time = spread(&seconds);
        lines.push(format!(
            "| {name} | {cache} | {:.3} ({:.3} to {:.3}) | {:.1} | {:.0} | {:.0} | {:.0} |",
            time.median,
            time.min,
            time.max,
            time.median * 1e6 / functions as f64,
            memory(0),
            memory(1),
            memory(2),
        ));
    }
    lines.join("\n")
}

/// Prints how long empty engines take.
fn empty(directory: &Path, count: usize) -> Result<(), Failure> {
    let parent = directory.join("empty");
    fs::create_dir_all(&parent)?;
    let lines = child::numbers(&parent, &["empty", &count.to_string()])?;
    println!("\n| empty engine | us (min to max) |\n| --- | ---: |");
    for (at, name) in ["in memory", "created on disk", "opened on disk"].into_iter().enumerate() {
        let micros: Vec<_> =
            lines.iter().filter_map(|line| line.get(at).map(|nanos| *nanos as f64 / 1e3)).collect();
        let time = spread(&micros);
        println!("| {name} | {:.1} ({:.1} to {:.1}) |", time.median, time.min, time.max);
    }
    Ok(())
}
