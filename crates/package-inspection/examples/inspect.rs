//! Inspects the packages that are named and prints the report of each as JSON:
//! `inspect [--frame | --verify] [--runtime RUNTIME] [--handler HANDLER] FILE...`

use std::error::Error;
use std::fs::File;
use std::io::{Write, stdout};

use funclet_package_inspection::{Framing, InspectOptions, Level, Usage, inspect};

fn main() -> Result<(), Box<dyn Error>> {
    let mut options = InspectOptions::default();
    let mut usage = Usage::default();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--verify" => options.level = Level::Verify,
            "--frame" => options.level = Level::Frame,
            "--runtime" => usage.runtime = arguments.next(),
            "--handler" => usage.handler = arguments.next(),
            path => {
                let facts = inspect(&File::open(path)?, &options)?;
                let report = facts.report(&usage);
                serde_json::to_writer(stdout(), &report.written(Framing::Lenient))?;
                writeln!(stdout())?;
            }
        }
    }
    Ok(())
}
