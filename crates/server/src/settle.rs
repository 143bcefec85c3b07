//! Keeping the engine's house once a second.

use std::time::Duration;

use funclet::Funclet;
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval};

const PERIOD: Duration = Duration::from_secs(1);

/// Settles the engine once a second until the sender of `stopping` is gone.
pub(crate) async fn every_second(funclet: Funclet, mut stopping: watch::Receiver<()>) {
    let mut ticks = interval(PERIOD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut complaint = None;
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = stopping.changed() => return,
        }
        let funclet = funclet.clone();
        let outcome = match spawn_blocking(move || funclet.settle()).await {
            Ok(Ok(_)) => None,
            Ok(Err(error)) => Some(crate::access_log::chain(&error)),
            Err(error) => Some(error.to_string()),
        };
        // A failure that lasts is told once, not every second.
        if let Some(error) = &outcome
            && outcome != complaint
        {
            tracing::error!(error, "the store could not be settled");
        }
        complaint = outcome;
    }
}
