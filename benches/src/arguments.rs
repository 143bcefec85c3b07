//! What several measurements are told.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

/// Where stores are made.
#[derive(Args)]
pub(crate) struct Place {
    /// Where the stores are made. The file system of this directory is measured.
    #[arg(long)]
    dir: Option<PathBuf>,
}

impl Place {
    pub(crate) fn path(&self) -> PathBuf {
        self.dir.clone().unwrap_or_else(std::env::temp_dir)
    }
}

/// For how long and how often something commits.
#[derive(Args)]
pub(crate) struct Turns {
    /// How long each candidate runs in each round, in seconds.
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// How many rounds there are.
    #[arg(long, default_value_t = 5)]
    pub(crate) rounds: usize,
}

impl Turns {
    pub(crate) fn time(&self) -> Duration {
        Duration::from_secs_f64(self.seconds)
    }
}
