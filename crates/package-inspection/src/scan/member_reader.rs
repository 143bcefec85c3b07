//! A compressed member as a reader.

use std::io::{self, Read};

use flate2::{Decompress, Status};

use super::stream::BYTES_PER_CHECK;
use super::{PREFIX_BYTES, at_most};
use crate::framing::Content;
use crate::inflate::{Step, step};
use crate::source::{Part, copy_at, shortened};

/// Reads a compressed member from its beginning.
pub(super) struct MemberReader<'s> {
    source: Part<'s>,
    at: u64,
    end: u64,
    left: u64,
    state: Decompress,
    buffer: Vec<u8>,
    filled: std::ops::Range<usize>,
    stops: &'s dyn Fn() -> bool,
    /// Whether it has ended because it was told to stop.
    pub(super) stopped: bool,
}

impl<'s> MemberReader<'s> {
    /// Asks `stops` for as long as nothing comes out.
    pub(super) fn new(source: Part<'s>, content: Content, size: u64, stops: &'s dyn Fn() -> bool) -> Self {
        Self {
            source,
            at: content.at,
            end: content.end(),
            left: size,
            state: Decompress::new(false),
            buffer: vec![0; PREFIX_BYTES],
            filled: 0..0,
            stops,
            stopped: false,
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        let length = at_most(self.end - self.at, self.buffer.len());
        let Some(buffer) = self.buffer.get_mut(..length) else { return Ok(()) };
        let found = copy_at(&self.source, self.at, buffer)?;
        if found < length {
            return Err(shortened());
        }
        self.at += found as u64;
        self.filled = 0..found;
        Ok(())
    }
}

impl Read for MemberReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // No more is believed than was declared.
        let wanted = at_most(self.left, buffer.len());
        let Some(buffer) = buffer.get_mut(..wanted).filter(|buffer| !buffer.is_empty()) else { return Ok(0) };
        let mut silent_bytes = 0;
        loop {
            if self.filled.is_empty() && self.at < self.end {
                self.fill()?;
            }
            if silent_bytes > BYTES_PER_CHECK {
                silent_bytes = 0;
                self.stopped |= (self.stops)();
            }
            if self.stopped {
                return Ok(0);
            }
            let input = self.buffer.get(self.filled.clone()).unwrap_or_default();
            let Step { used, written, status } = step(&mut self.state, input, buffer);
            self.filled.start += used;
            self.left -= written as u64;
            silent_bytes += used;
            match status {
                Err(_) => return Ok(0),
                Ok(_) if written > 0 => return Ok(written),
                Ok(Status::StreamEnd) => return Ok(0),
                Ok(_) if used == 0 && self.at >= self.end => return Ok(0),
                Ok(_) => {}
            }
        }
    }
}
