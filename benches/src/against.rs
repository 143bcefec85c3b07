//! Compares two builds of this program: have durable commits got slower?
//!
//! They take turns, and each round gives one ratio, so that a disk whose mood changes changes it for both.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::Args;

use crate::Failure;
use crate::report::spread;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The other build.
    other: PathBuf,
    /// How long each candidate runs in each round, in seconds.
    #[arg(long, default_value_t = 1.0)]
    seconds: f64,
    /// How many rounds there are.
    #[arg(long, default_value_t = 10)]
    rounds: usize,
    /// How many threads commit at once; may be given several times.
    #[arg(long = "threads", default_values_t = [1, 8, 32, 128])]
    threads: Vec<usize>,
    /// Runs only the candidates whose names contain this.
    #[arg(long, default_value = "funclet")]
    only: String,
}

/// What was measured by name and number of threads, in the order of the rounds.
type Rates = BTreeMap<(String, usize), Vec<f64>>;

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let (this, mut ours, mut others) = (std::env::current_exe()?, Rates::new(), Rates::new());
    for round in 0..arguments.rounds {
        for threads in &arguments.threads {
            // Whoever is second finds another disk: they take turns in that, too.
            let mut turns = [(&this, &mut ours), (&arguments.other, &mut others)];
            if round % 2 == 1 {
                turns.reverse();
            }
            for (program, rates) in turns {
                measure(arguments, program, *threads, rates)?;
            }
        }
        eprintln!("round {} of {}", round + 1, arguments.rounds);
    }
    println!("| | threads | this/s | other/s | this x other, of each round: median (min to max) |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    for ((name, threads), ours) in &ours {
        let others = others.get(&(name.clone(), *threads)).ok_or("the other has no such candidate")?;
        let ratios: Vec<_> = ours.iter().zip(others).map(|(ours, other)| ours / other).collect();
        let (ratio, ours, others) = (spread(&ratios), spread(ours), spread(others));
        println!(
            "| {name} | {threads} | {:.0} | {:.0} | {:.2} ({:.2} to {:.2}) |",
            ours.median, others.median, ratio.median, ratio.min, ratio.max
        );
    }
    Ok(())
}

fn measure(arguments: &Arguments, program: &Path, threads: usize, rates: &mut Rates) -> Result<(), Failure> {
    let (threads_text, seconds) = (threads.to_string(), arguments.seconds.to_string());
    let words =
        ["--rounds", "1", "--only", &arguments.only, "--seconds", &seconds, "--threads", &threads_text];
    let output = Command::new(program).args(words).stderr(Stdio::null()).output()?;
    if !output.status.success() {
        return Err(format!("{} failed: {}", program.display(), output.status).into());
    }
    for line in String::from_utf8(output.stdout)?.lines() {
        if let Some((name, rate)) = read_line(line) {
            rates.entry((name, threads)).or_default().push(rate);
        }
    }
    Ok(())
}

/// Name and rate of a line of the table that the program prints.
fn read_line(line: &str) -> Option<(String, f64)> {
    let (name, rest) = line.split_once('|')?;
    let rate = rest.split_whitespace().next()?.parse().ok()?;
    Some((name.trim().to_owned(), rate))
}
