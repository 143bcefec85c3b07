//! The store from outside: what it answers, what it keeps, and what it says when something is broken.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod backup;
mod blobs;
mod callbacks;
mod checkpoint;
mod checkpoint_trouble;
mod collection;
mod concurrency;
mod corruption;
mod crash;
mod disk_trouble;
mod everything;
mod format;
mod full_disk;
mod lifetime;
mod model;
mod places;
mod reach;
mod reads_and_writes;
mod recovery;
mod rules;
mod script;
mod segments;
mod snapshot_damage;
mod table;
mod table_alive;
mod unsynced;
mod watchdog;
mod watched;
mod worked_example;
