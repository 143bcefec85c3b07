//! What it costs that callers maintain the store themselves.

use clap::Args;

use crate::Failure;
use crate::arguments::{Place, Turns};
use crate::candidates::CANDIDATES;
use crate::commits;
use crate::report::spread;

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    turns: Turns,
    /// How many threads commit at once; may be given several times.
    #[arg(long = "threads", default_values_t = [1, 8, 32])]
    threads: Vec<usize>,
    #[command(flatten)]
    place: Place,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    println!("| table | threads | inline/s | thread/s | inline x thread, of each round (min to max) |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    for table in ["memory", "sled"] {
        for threads in &arguments.threads {
            line(arguments, table, *threads)?;
        }
    }
    Ok(())
}

fn line(arguments: &Arguments, table: &str, threads: usize) -> Result<(), Failure> {
    let base = arguments.place.path();
    let measure = |keeper: &str| {
        let name = format!("funclet, {table}, {keeper}");
        let candidate = CANDIDATES.iter().find(|candidate| candidate.name == name).ok_or("no candidate")?;
        commits::measure(candidate, &base, threads, arguments.turns.time())
    };
    let (mut inline, mut thread) = (Vec::new(), Vec::new());
    for _ in 0..arguments.turns.rounds {
        inline.push(measure("inline")?);
        thread.push(measure("thread")?);
    }
    let ratios: Vec<_> = inline.iter().zip(&thread).map(|(inline, thread)| inline / thread).collect();
    let (ratio, inline, thread) = (spread(&ratios), spread(&inline), spread(&thread));
    println!(
        "| {table} | {threads} | {:.0} | {:.0} | {:.2} ({:.2} to {:.2}) |",
        inline.median, thread.median, ratio.median, ratio.min, ratio.max
    );
    Ok(())
}
