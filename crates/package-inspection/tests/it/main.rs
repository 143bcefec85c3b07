//! What the inspection answers, seen from outside.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod forge;
mod hostile;
mod limits;
mod memory;
mod properties;
mod reading;
