//! The real binary, as people and scripts run it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod arguments;
mod clients;
mod crash;
mod logging;
mod memory;
mod serving;
mod store_tools;
mod support;
