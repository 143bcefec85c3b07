//! The server over loopback sockets, with a client that says exactly what the test wants.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod client;
mod concurrency;
mod conformance;
mod control;
mod failures;
mod invocations;
mod limits;
mod on_request;
mod packages;
mod protocol;
mod shutdown;
