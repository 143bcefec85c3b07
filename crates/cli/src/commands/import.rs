//! `funclet import`.

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufReader, stdin};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use funclet::{SystemClock, SystemIds};
use funclet_function_store::Clock as _;
use funclet_storage::{Backend as _, LocalBackend, LocalOptions};

use crate::export_file::{self, Counts};
use crate::{beside, failure, leftovers, output, vacant};

/// What is going on beside the place of the store.
const DOING: &str = "importing";

#[derive(Args)]
pub(crate) struct Arguments {
    /// The file to read, or - for standard input
    file: PathBuf,
    /// The directory of the store, which is empty or not there
    dir: PathBuf,
}

/// Makes the store and prints what is in it.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    failure::exit(import(arguments))
}

/// The store gets its name when it is whole.
fn import(Arguments { file, dir }: &Arguments) -> Result<(), Box<dyn Error>> {
    vacant::require(dir)?;
    for (leftover, removed) in leftovers::remove(dir, DOING) {
        let leftover = leftover.display();
        match removed {
            Ok(()) => output::complain(format_args!("removed {leftover}, left by an import that was ended")),
            Err(error) => output::complain(format_args!("cannot remove {leftover}: {error}")),
        }
    }
    let part = beside::path(dir, DOING);
    vacant::require(&part)?;
    let imported = read_into(file, &part).and_then(|(counts, _held)| {
        take_place(&part, dir).map_err(|error| format!("cannot make {}: {error}", dir.display()))?;
        Ok(counts)
    });
    if imported.is_err() {
        // It may not even have been created.
        let _ = fs::remove_dir_all(&part);
    }
    let counts = imported?;
    output::line(format_args!("imported {counts}"))?;
    Ok(())
}

/// Makes the store, and holds it.
fn read_into(file: &Path, dir: &Path) -> Result<(Counts, Option<File>), Box<dyn Error>> {
    let (ids, now_ms) = (Arc::new(SystemIds), SystemClock.now_ms());
    let read = |input: &mut dyn std::io::BufRead| {
        let backend = LocalBackend::open(&LocalOptions::new(dir, ids.clone()))?;
        let held = leftovers::hold(dir);
        let counts = export_file::read(input, &backend, &*ids, now_ms)?;
        backend.close()?;
        Ok((counts, held))
    };
    let located =
        |error: Box<dyn Error>| format!("{}: {}", file.display(), failure::sentence(&*error)).into();
    if file.as_os_str() == "-" {
        return read(&mut stdin().lock()).map_err(located);
    }
    let input = File::open(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    read(&mut BufReader::with_capacity(64 << 10, input)).map_err(located)
}

/// Gives a directory the name of one that is empty or not there, durably.
fn take_place(part: &Path, dir: &Path) -> std::io::Result<()> {
    if dir.exists() {
        fs::remove_dir(dir)?;
    }
    fs::rename(part, dir)?;
    beside::sync(dir)
}
