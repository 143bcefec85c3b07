//! The store from outside: what it answers, what it keeps, and what it says when something is broken.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod blobs;
mod callbacks;
mod concurrency;
mod corruption;
mod disk_trouble;
mod format;
mod lifetime;
mod model;
mod recovery;
mod rules;
mod script;
mod table;
mod unsynced;
mod watchdog;
