//! The server's own log, on standard error.

use std::io::{IsTerminal as _, stderr};

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

/// `--log-format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for people
    Text,
    /// One JSON object a line
    Json,
}

/// Begins to log what the filter lets through.
pub(crate) fn start(format: LogFormat, filter: EnvFilter) {
    // Colours are for people, not for files.
    let builder = fmt().with_env_filter(filter).with_writer(stderr).with_ansi(stderr().is_terminal());
    match format {
        LogFormat::Text => builder.with_target(false).init(),
        LogFormat::Json => builder.json().flatten_event(true).init(),
    }
}

/// Reads `--log-level`: a level, or directives of `tracing`.
pub(crate) fn filter(text: &str) -> Result<EnvFilter, String> {
    let valid = !text.trim().is_empty();
    let filter = EnvFilter::try_new(text).map_err(|error| error.to_string());
    filter.and_then(|filter| if valid { Ok(filter) } else { Err("expected a level such as info".to_owned()) })
}
