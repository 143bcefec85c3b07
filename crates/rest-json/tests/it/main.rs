//! Tests of the protocol through its public face: whole requests in, whole responses out.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod addressing;
mod bodies;
mod client;
mod concurrency;
mod conformance;
mod errors;
mod event_source_mappings;
mod golden;
mod images;
mod inspection;
mod invocations;
mod outside_of_bodies;
mod packages;
mod policies;
mod settings;
