//! What the command prints. Only this file writes to the terminal.

use std::fmt::Display;
use std::io::{self, Write as _};

/// Prints a line to standard output.
///
/// # Errors
/// The system's error, for example if the reader of a pipe is gone.
pub(crate) fn line(text: impl Display) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{text}")
}

/// Prints a sentence about a failure or a danger to standard error. If even that fails, there is nobody to tell.
pub(crate) fn complain(text: impl Display) {
    let _ = writeln!(io::stderr().lock(), "funclet: {text}");
}
