//! The server's own log, on standard error.

use std::io::{self, IsTerminal as _, stderr};
use std::sync::Arc;

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

use crate::log_queue::{LineWriter, LogQueue};

/// `--log-format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for people
    Text,
    /// One JSON object a line
    Json,
}

/// Begins to log what the filter lets through. Whoever ends the process flushes the queue before.
pub(crate) fn start(format: LogFormat, filter: EnvFilter) -> io::Result<Arc<LogQueue>> {
    let queue = LogQueue::start(
        stderr(),
        match format {
            LogFormat::Text => {
                |lost| format!("funclet: {lost} lines of the log were lost: they were not read in time\n")
            }
            LogFormat::Json => |lost| {
                format!("{{\"level\":\"WARN\",\"message\":\"lines of the log were lost\",\"lost\":{lost}}}\n")
            },
        },
    )?;
    let lines = Arc::clone(&queue);
    let builder = fmt()
        .with_env_filter(filter)
        .with_writer(move || LineWriter(Arc::clone(&lines)))
        // They would be told with a macro that panics when standard error is closed.
        .log_internal_errors(false)
        // Colours are for people, not for files.
        .with_ansi(stderr().is_terminal());
    match format {
        LogFormat::Text => builder.with_target(false).init(),
        LogFormat::Json => builder.json().flatten_event(true).init(),
    }
    Ok(queue)
}

/// Reads `--log-level`: a level, or directives of `tracing`.
pub(crate) fn filter(text: &str) -> Result<EnvFilter, String> {
    let valid = !text.trim().is_empty();
    let filter = EnvFilter::try_new(text).map_err(|error| error.to_string());
    filter.and_then(|filter| if valid { Ok(filter) } else { Err("expected a level such as info".to_owned()) })
}
