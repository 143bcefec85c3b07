//! `funclet export`.

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use funclet::SystemIds;
use funclet_storage::{Backend as _, LocalBackend, LocalOptions, probe};

use crate::export_file::{self, Counts};
use crate::progress::{Progress, Unit};
use crate::{beside, failure, output};

#[derive(Args)]
pub(crate) struct Arguments {
    /// The directory of the store
    dir: PathBuf,
    /// The file to write, which is replaced when all of it is written; standard output without one, or for -
    file: Option<PathBuf>,
    /// Show no progress
    #[arg(long)]
    quiet: bool,
}

/// Writes the export and, to a file, prints what is in it.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    failure::exit(export(arguments))
}

fn export(Arguments { dir, file, quiet }: &Arguments) -> Result<(), Box<dyn Error>> {
    // Opening a store would make one where none is.
    probe(dir)?;
    let backend = LocalBackend::open(&LocalOptions::new(dir, Arc::new(SystemIds)))?;
    let progress = Progress::new(*quiet, "Exporting packages", Unit::Bytes);
    let Some(file) = file.as_ref().filter(|file| *file != Path::new("-")) else {
        print(&backend, &progress)?;
        return Ok(backend.close()?);
    };
    let counts = write_file(&backend, file, &progress)?;
    drop(progress);
    backend.close()?;
    output::line(format_args!("exported {counts}"))?;
    Ok(())
}

/// Writes to standard output.
fn print(backend: &LocalBackend, progress: &Progress) -> Result<(), Box<dyn Error>> {
    match export_file::write(backend, &mut output::stdout(), progress) {
        Ok(_) => Ok(()),
        // Only an error of the output is one of the system alone; those of the store say what was tried.
        Err(error) => Ok(output::unless_seen_enough(Err(*error.downcast::<io::Error>()?))?),
    }
}

/// Writes a file that has its name only when it is whole. What a link names is replaced, not the link; what is no regular
/// file is written into.
fn write_file(backend: &LocalBackend, file: &Path, progress: &Progress) -> Result<Counts, Box<dyn Error>> {
    let target = fs::canonicalize(file);
    let file = target.as_deref().unwrap_or(file);
    if fs::metadata(file).is_ok_and(|found| !found.is_file()) {
        let refused = |error| format!("cannot write {}: {error}", file.display());
        let mut out = BufWriter::new(File::options().write(true).open(file).map_err(refused)?);
        let counts = export_file::write(backend, &mut out, progress)?;
        out.flush().map_err(refused)?;
        return Ok(counts);
    }
    let part = beside::path(file, "exporting");
    let refused = |error| format!("cannot write {}: {error}", file.display());
    let mut out = BufWriter::new(File::create_new(&part).map_err(refused)?);
    let written = export_file::write(backend, &mut out, progress).and_then(|counts| {
        out.flush().and_then(|()| out.get_ref().sync_all()).map_err(refused)?;
        fs::rename(&part, file).map_err(refused)?;
        Ok(counts)
    });
    if written.is_err() {
        // What is left has a name that nobody takes for the export.
        let _ = fs::remove_file(&part);
    }
    written
}
