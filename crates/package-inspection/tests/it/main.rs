//! What the inspection answers, seen from outside.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, missing_docs)]

mod architectures;
mod content;
mod elves;
mod forge;
mod handlers;
mod hostile;
mod kinds;
mod limits;
mod linkage;
mod memory;
mod models;
mod nested;
mod properties;
mod readers;
mod reading;
mod real;
mod table;
mod work;
