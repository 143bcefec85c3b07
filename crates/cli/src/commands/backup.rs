//! `funclet backup`.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use funclet_storage::{CopyMode, CopyProgress, StoreError, copy_store};
use serde_json::json;

use crate::endpoint::{Answer, Endpoint};
use crate::progress::{Progress, Unit};
use crate::{failure, output};

#[derive(Args)]
#[command(allow_missing_positional = true)]
pub(crate) struct Arguments {
    /// The directory of the store, if nobody has it open
    #[arg(required_unless_present = "endpoint")]
    dir: Option<PathBuf>,
    /// The directory of the copy, which is empty or not there
    target: PathBuf,
    /// The server that has the store open and was started with --allow-backup, such as http://127.0.0.1:9001
    #[arg(long, value_name = "URL", conflicts_with = "dir")]
    endpoint: Option<Endpoint>,
    /// Copy every byte, instead of making hard links where possible, which share the fate of the original's disk
    #[arg(long)]
    copy: bool,
    /// Show no progress
    #[arg(long)]
    quiet: bool,
}

/// Makes the copy and prints what is in it.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    failure::exit(back_up(arguments))
}

fn back_up(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let Arguments { dir, target, endpoint, copy, quiet } = arguments;
    let done = match (endpoint, dir) {
        (Some(endpoint), _) => ask(endpoint, target, *copy)?,
        (None, Some(dir)) => match copy_with_bar(dir, target, *copy, *quiet) {
            Err(StoreError::Locked { path }) => return Err(through_the_server(&path).into()),
            copied => copied?,
        },
        // The command line lets nobody come here.
        (None, None) => return Err("there is neither a directory nor an endpoint".into()),
    };
    output::line(describe(&done, "backed up"))?;
    Ok(())
}

/// Copies a closed store while a bar shows how far that is.
pub(crate) fn copy_with_bar(
    from: &Path,
    to: &Path,
    copy: bool,
    quiet: bool,
) -> Result<CopyProgress, StoreError> {
    let mode = if copy { CopyMode::Bytes } else { CopyMode::Link };
    let bar = Progress::new(quiet, "Copying", Unit::Files);
    copy_store(from, to, mode, &mut |progress| bar.set(progress.files.0, progress.files.1))
}

/// Says what was copied.
pub(crate) fn describe(done: &CopyProgress, verb: &str) -> String {
    let CopyProgress { files: (files, _), bytes, linked } = done;
    format!("{verb} {files} files of {bytes} bytes, {linked} of them as hard links")
}

fn through_the_server(path: &Path) -> String {
    format!(
        "{} is in use by another process: if that is a server, start it with --allow-backup and give its URL here with \
         --endpoint instead of the directory",
        path.display()
    )
}

/// Has the server make the copy.
fn ask(endpoint: &Endpoint, target: &Path, copy: bool) -> Result<CopyProgress, Box<dyn Error>> {
    // The server runs in another directory.
    let target = std::path::absolute(target)?;
    let target = target.to_str().ok_or("the path of the copy is not UTF-8")?;
    let answer = endpoint.post("/_funclet/backup", &json!({ "Target": target, "Copy": copy }));
    let Answer { status, body } = answer.map_err(|error| format!("the server does not answer: {error}"))?;
    let number = |name: &str| body.get(name).and_then(serde_json::Value::as_u64);
    match (status, number("Files"), number("Bytes"), number("Linked")) {
        (200, Some(files), Some(bytes), Some(linked)) => {
            Ok(CopyProgress { files: (files, files), bytes, linked })
        }
        _ => {
            let message = body.get("Message").or(body.get("message")).and_then(serde_json::Value::as_str);
            Err(format!("the server answers {status}: {}", message.unwrap_or("it says no more")).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use funclet_storage::CopyProgress;

    use super::describe;

    #[test]
    fn texts() {
        let done = CopyProgress { files: (3, 3), bytes: 70, linked: 2 };
        assert_eq!(describe(&done, "restored"), "restored 3 files of 70 bytes, 2 of them as hard links");
    }
}
