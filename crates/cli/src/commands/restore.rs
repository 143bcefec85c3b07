//! `funclet restore`.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::commands::{backup, check};
use crate::{failure, output, vacant};

#[derive(Args)]
pub(crate) struct Arguments {
    /// The directory of the backup
    backup: PathBuf,
    /// The directory of the store, which is empty or not there
    dir: PathBuf,
    /// Copy every byte, instead of making hard links where possible, which share the fate of the backup's disk
    #[arg(long)]
    copy: bool,
    /// Show no progress
    #[arg(long)]
    quiet: bool,
}

/// Makes a store of a backup that is healthy, and prints what is in it.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    failure::exit(restore(arguments))
}

fn restore(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let Arguments { backup, dir, copy, quiet } = arguments;
    // Before the check, which may take long.
    vacant::require(dir)?;
    let report = check::report(backup, *quiet)?;
    for finding in &report.findings {
        output::complain(check::damage(finding));
    }
    if !report.findings.is_empty() {
        return Err(format!("{} is damaged: nothing was restored", backup.display()).into());
    }
    let done = backup::copy_with_bar(backup, dir, *copy, *quiet)?;
    output::line(backup::describe(&done, "restored"))?;
    Ok(())
}
