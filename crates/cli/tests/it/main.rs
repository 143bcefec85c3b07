//! The real binary, as people and scripts run it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod arguments;
mod backups;
mod clients;
mod crash;
mod damage;
mod exports;
mod inspection;
mod logging;
mod memory;
#[cfg(unix)]
mod powercut;
mod serving;
mod store_tools;
mod support;
mod terraform;
