//! The write-ahead log.
//!
//! ```text
//! wal/<first lsn, 20 digits>.log = header(512 bytes) { frame } zeros
//! frame = frame header(48 bytes) payload padding to 8
//! ```
//!
//! A segment is zero-filled ahead of use, so that a sync writes data and no file metadata. Frames follow one another
//! without gaps; a zero length ends them. LSNs count the transactions from 1 without gaps, across segments. Every frame
//! carries the *watermark*, the greatest LSN known durable when it was written: if bytes are bad at an LSN that a later
//! watermark covers, acknowledged data is damaged; if none covers it, they are a torn tail.

pub(crate) mod frame;
pub(crate) mod log;
mod queue;
pub(crate) mod reader;
pub(crate) mod room;
pub(crate) mod segment;
pub(crate) mod writer;
