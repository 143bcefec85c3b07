//! What it costs to inspect packages, in times of what SHA-256 costs over the same bytes. In parentheses, how many microseconds an
//! entry costs beyond that.

use std::fs::{self, File};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use funclet_package_inspection::{InspectOptions, Level, Sha256Digest, inspect};
use rustix::time::{ClockId, clock_gettime};

use crate::Failure;
use crate::resident::resident as memory;

/// What is measured, in the order of the columns.
const COLUMNS: [Column; 5] = [
    Column { name: "frame", level: Level::Frame, threads: 1, clock: Clock::Processor },
    Column { name: "heads", level: Level::Heads, threads: 1, clock: Clock::Processor },
    Column { name: "heads, wall, 2 threads", level: Level::Heads, threads: 2, clock: Clock::Wall },
    Column { name: "verify", level: Level::Verify, threads: 1, clock: Clock::Processor },
    Column { name: "verify, wall, 2 threads", level: Level::Verify, threads: 2, clock: Clock::Wall },
];

#[derive(Args)]
pub(crate) struct Arguments {
    /// Packages, or folders of packages.
    #[arg(required = true)]
    packages: Vec<PathBuf>,
    /// How often each is measured; the least counts, for whatever else runs on the machine only adds.
    #[arg(long, default_value_t = 7)]
    rounds: u32,
    /// Measures only this level.
    #[arg(long, value_parser = ["frame", "heads", "verify"])]
    level: Option<String>,
    /// Inspects each package once from its file, at this level, and tells by how much memory grew, instead.
    #[arg(long, value_parser = ["heads", "verify"])]
    resident: Option<String>,
}

struct Column {
    name: &'static str,
    level: Level,
    threads: usize,
    clock: Clock,
}

#[derive(Clone, Copy)]
enum Clock {
    /// Time of the process on all processors.
    Processor,
    Wall,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let packages = packages(&arguments.packages)?;
    if let Some(level) = &arguments.resident {
        let level = if level == "verify" { Level::Verify } else { Level::Heads };
        return packages.iter().try_for_each(|package| resident(package, level));
    }
    let columns: Vec<&Column> = COLUMNS
        .iter()
        .filter(|column| arguments.level.as_ref().is_none_or(|level| *level == column.level.to_string()))
        .collect();
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    println!("package | bytes | entries | hash ms | {}", names.join(" | "));
    println!("--- | ---: | ---: | ---: {}", "| ---: ".repeat(columns.len()));
    packages.iter().try_for_each(|package| measure(package, &columns, arguments.rounds))
}

fn packages(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut packages = Vec::new();
    for path in paths {
        if path.is_dir() {
            let mut found: Vec<PathBuf> =
                fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<Result<_, Failure>>()?;
            found.retain(|path| path.extension().is_some_and(|extension| extension == "zip"));
            found.sort();
            packages.extend(found);
        } else {
            packages.push(path.clone());
        }
    }
    Ok(packages)
}

fn measure(path: &Path, columns: &[&Column], rounds: u32) -> Result<(), Failure> {
    let package = fs::read(path)?;
    let (mut hash, mut hash_wall, mut least) = (f64::MAX, f64::MAX, vec![f64::MAX; columns.len()]);
    let mut entries = 0;
    // Small packages are repeated until there is something to measure.
    let times = (4 << 20) / package.len().max(1) + 1;
    // In alternation, so that what changes with time changes all.
    for _ in 0..rounds {
        let digest = || _ = std::hint::black_box(Sha256Digest::of(&package));
        hash = hash.min(time(Clock::Processor, times, digest));
        hash_wall = hash_wall.min(time(Clock::Wall, times, digest));
        for (least, column) in least.iter_mut().zip(columns) {
            let threads = NonZeroUsize::new(column.threads).ok_or("no threads")?;
            let options = InspectOptions { level: column.level, threads, ..InspectOptions::default() };
            *least = least.min(time(column.clock, times, || {
                entries = inspect(&package, &options).map_or(0, |facts| facts.entry_count);
            }));
        }
    }
    let ratios = least.iter().zip(columns).map(|(least, column)| match column.clock {
        Clock::Processor => {
            format!("{:.3} ({:.2})", least / hash, (least - hash) * 1e6 / entries.max(1) as f64)
        }
        Clock::Wall => format!("{:.3}", least / hash_wall),
    });
    let ratios: Vec<String> = ratios.collect();
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    println!("{name} | {} | {entries} | {:.2} | {}", package.len(), hash * 1e3, ratios.join(" | "));
    Ok(())
}

/// Returns the seconds that each of some repetitions takes.
fn time(clock: Clock, times: usize, mut work: impl FnMut()) -> f64 {
    let (wall, processor) = (Instant::now(), processor_seconds());
    for _ in 0..times {
        work();
    }
    let seconds = match clock {
        Clock::Processor => processor_seconds() - processor,
        Clock::Wall => wall.elapsed().as_secs_f64(),
    };
    seconds / times as f64
}

fn processor_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Inspects a package from its file.
fn resident(path: &Path, level: Level) -> Result<(), Failure> {
    let file = File::open(path)?;
    let before = memory()?.peak;
    inspect(&file, &InspectOptions { level, ..InspectOptions::default() })?;
    println!("{}: {level}, {} KiB", path.display(), (memory()?.peak - before) >> 10);
    Ok(())
}
