//! What the command prints. Only this file writes to the terminal.

use std::fmt::Display;
use std::io::{self, BufWriter, Write};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

/// How long a sentence may take that nobody reads.
const PATIENCE: Duration = Duration::from_secs(1);

/// Prints a line to standard output.
///
/// # Errors
/// The system's error, for example if the reader of a pipe is gone.
pub(crate) fn line(text: impl Display) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{text}")
}

/// Standard output, for what is not printed in lines.
pub(crate) fn stdout() -> impl Write {
    BufWriter::new(io::stdout().lock())
}

/// Takes it for no failure that whoever reads the output has seen enough: `funclet log | head`.
///
/// # Errors
/// Every other one.
pub(crate) fn unless_seen_enough(written: io::Result<()>) -> io::Result<()> {
    written.or_else(|error| if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) })
}

/// Prints a sentence about a failure or a danger to standard error. If even that fails, there is nobody to tell.
///
/// A pipe that is full and that nobody reads does not keep the process from its end.
pub(crate) fn complain(text: impl Display) {
    let line = format!("funclet: {text}\n");
    let (written, wait) = channel::<()>();
    let write = move || {
        let _ = io::stderr().lock().write_all(line.as_bytes());
        drop(written);
    };
    if thread::Builder::new().spawn(write).is_ok() {
        // Ready as soon as the thread is.
        let _ = wait.recv_timeout(PATIENCE);
    }
}
