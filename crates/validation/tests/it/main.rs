//! Tests of the public surface: properties, and what is recorded from AWS.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod aliases;
mod broken;
mod compatibility;
mod configurations;
mod documents;
mod event_sources;
mod invocations;
mod layers;
mod model;
mod policies;
mod properties;
mod recorded;
mod requests;
mod speed;
mod tables;
mod tags;
mod words;

use funclet_validation::Caller;

/// The account and region that the tests call in.
fn caller() -> Caller {
    Caller { account: "111111111111".parse().unwrap(), region: "us-east-1".parse().unwrap() }
}
