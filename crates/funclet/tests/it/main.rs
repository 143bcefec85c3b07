//! The facade: operations over a store on disk and in memory, packages, links, sources of code.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod apart;
mod crash;
mod events;
mod golden;
mod golden_resources;
mod invocations;
mod layers;
mod linearizability;
mod links;
mod model;
mod networks;
mod opening;
mod package_reports;
mod packages;
mod persistence;
mod quickstart;
mod reset;
mod scene;
mod sources;
mod submit;
mod trouble;
mod upkeep;
mod workload;
