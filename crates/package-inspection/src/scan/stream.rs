//! Archives in the archive that are compressed as a whole: their directory comes last, so they are read from the front, by
//! their local headers.

use std::io::{self, ErrorKind, Read};
use std::ops::ControlFlow;

use flate2::{Decompress, Status};

use crate::fields::{u16_at, u32_at};
use crate::inflate::{Step, step};

const SIGNATURE: &[u8; 4] = b"PK\x03\x04";
const HEADER_BYTES: usize = 30;
const DESCRIPTOR_SIGNATURE: &[u8; 4] = b"PK\x07\x08";
const DESCRIPTOR: u16 = 1 << 3;
/// What follows the last member: the directory, or an end record where there is none.
const DIRECTORY_SIGNATURES: [&[u8; 4]; 3] = [b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06"];
const STEP_BYTES: usize = 16 << 10;
/// After how many bytes, of the archive and of its members, it is asked whether to stop.
pub(super) const BYTES_PER_CHECK: usize = 128 << 10;

/// A member of such an archive: its name, its declared length if its header has that, and the method.
pub(super) struct Head<'a> {
    pub(super) name: &'a [u8],
    pub(super) size: Option<u64>,
}

/// What is told while an archive passes by.
pub(super) trait Visitor {
    /// A member begins. What it wants of it is handed to [`Visitor::piece`].
    fn begin(&mut self, head: Head<'_>);
    /// The next bytes of its content; with `Break` the rest is passed over.
    fn piece(&mut self, bytes: &[u8]) -> ControlFlow<()>;
    /// It has ended.
    fn end(&mut self);
}

/// How an archive passed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passed {
    /// All members have passed.
    Whole,
    /// From somewhere on it could not be followed: only the directory would have told where the next member lies. Or its members
    /// have made more bytes than they may.
    Early,
    /// It was told to stop.
    Stopped,
}

/// Reads an archive from the front, until its members have made more than `left` bytes, which then is 0.
pub(super) fn read(
    archive: &mut dyn Read,
    visitor: &mut dyn Visitor,
    left: &mut u64,
    stops: &dyn Fn() -> bool,
) -> io::Result<Passed> {
    let (buffer, unchecked) = (vec![0; STEP_BYTES], BYTES_PER_CHECK);
    let mut stream = Stream { archive, left, buffer, start: 0, end: 0, stops, unchecked, stopped: false };
    let mut state = Decompress::new(false);
    let mut output = vec![0; STEP_BYTES];
    while stream.member(&mut state, &mut output, visitor)? {}
    if stream.stopped {
        return Ok(Passed::Stopped);
    }
    // Where a member broke off, what comes next is no directory but by chance.
    let next = stream.peek(DIRECTORY_SIGNATURES[0].len())?;
    let whole = DIRECTORY_SIGNATURES.iter().any(|signature| next.starts_with(*signature));
    Ok(if whole { Passed::Whole } else { Passed::Early })
}

/// An archive that is read once.
struct Stream<'a> {
    archive: &'a mut dyn Read,
    /// How many bytes its members may still make.
    left: &'a mut u64,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    stops: &'a dyn Fn() -> bool,
    /// How many bytes may pass before that is asked again.
    unchecked: usize,
    stopped: bool,
}

impl Stream<'_> {
    /// Counts bytes that have passed; `false` once it was told to stop.
    fn goes_on(&mut self, passed: usize) -> bool {
        match self.unchecked.checked_sub(passed) {
            Some(left) => self.unchecked = left,
            None => {
                self.unchecked = BYTES_PER_CHECK;
                self.stopped |= (self.stops)();
            }
        }
        !self.stopped
    }

    /// Returns at least `wanted` bytes, fewer only at the end, without taking them. `wanted` fits into the buffer.
    fn peek(&mut self, wanted: usize) -> io::Result<&[u8]> {
        if self.end - self.start < wanted {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
            while self.end < wanted {
                let Some(free) = self.buffer.get_mut(self.end..) else { break };
                match self.archive.read(free) {
                    Ok(0) => break,
                    Ok(count) => self.end += count,
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(self.buffer.get(self.start..self.end).unwrap_or_default())
    }

    fn take(&mut self, count: usize) {
        self.start = (self.start + count).min(self.end);
    }

    /// Reads one member; `false` if there is none that can be followed.
    fn member(
        &mut self,
        state: &mut Decompress,
        output: &mut [u8],
        visitor: &mut dyn Visitor,
    ) -> io::Result<bool> {
        let header = self.peek(HEADER_BYTES)?;
        let fields = (u16_at(header, 6), u16_at(header, 8), u32_at(header, 18), u32_at(header, 22));
        let (Some(flags), Some(method), Some(zipped), Some(unzipped)) = fields else { return Ok(false) };
        let lengths = (u16_at(header, 26).map(usize::from), u16_at(header, 28).map(usize::from));
        let (Some(name_length), Some(extra_length)) = lengths else { return Ok(false) };
        if !header.starts_with(SIGNATURE) || HEADER_BYTES + name_length > STEP_BYTES {
            return Ok(false);
        }
        if !self.goes_on(HEADER_BYTES) {
            return Ok(false);
        }
        let described = flags & DESCRIPTOR != 0;
        // Or the size is left to a descriptor or to a ZIP64 field.
        let is_plain = |size| !described && size != u32::MAX;
        let bytes = self.peek(HEADER_BYTES + name_length)?;
        let Some(name) = bytes.get(HEADER_BYTES..HEADER_BYTES + name_length) else { return Ok(false) };
        let is_folder = name.ends_with(b"/");
        visitor.begin(Head { name, size: is_plain(unzipped).then(|| unzipped.into()) });
        self.take(HEADER_BYTES + name_length);
        if !self.pass(extra_length as u64, &mut |_| ControlFlow::Break(()))? {
            return Ok(false);
        }
        let whole = match method {
            _ if flags & 1 != 0 => false,
            // A folder has no content, so its end is known.
            0 if described && is_folder => true,
            0 if is_plain(zipped) => self.pass(zipped.into(), &mut |bytes| visitor.piece(bytes))?,
            8 => self.inflate(state, output, visitor)?,
            _ => false,
        };
        visitor.end();
        if whole && described {
            self.descriptor()?;
        }
        Ok(whole)
    }

    /// Passes `length` bytes by; `false` if there are fewer.
    fn pass(&mut self, length: u64, sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>) -> io::Result<bool> {
        let (mut left, mut wanted) = (length, true);
        while left > 0 {
            let bytes = self.peek(1)?;
            let count = bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            if count == 0 {
                return Ok(false);
            }
            if wanted {
                wanted = sink(bytes.get(..count).unwrap_or_default()).is_continue();
            }
            self.take(count);
            left -= count as u64;
            if !self.goes_on(count) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Passes a compressed member by, whose end only its own bytes tell; `false` if they do not.
    fn inflate(
        &mut self,
        state: &mut Decompress,
        output: &mut [u8],
        visitor: &mut dyn Visitor,
    ) -> io::Result<bool> {
        state.reset(false);
        let mut wanted = true;
        loop {
            let bytes = self.peek(1)?;
            let Step { used, written, status } = step(state, bytes, output);
            let Ok(status) = status else { return Ok(false) };
            self.take(used);
            *self.left = self.left.saturating_sub(written as u64);
            if *self.left == 0 || !self.goes_on(used + written) {
                return Ok(false);
            }
            if wanted && written > 0 {
                wanted = visitor.piece(output.get(..written).unwrap_or_default()).is_continue();
            }
            match status {
                Status::StreamEnd => return Ok(true),
                _ if used == 0 && written == 0 => return Ok(false),
                _ => {}
            }
        }
    }

    /// Takes the descriptor of whichever form lets the archive go on behind it.
    fn descriptor(&mut self) -> io::Result<()> {
        let bytes = self.peek(28)?;
        let before = if bytes.starts_with(DESCRIPTOR_SIGNATURE) { 4 } else { 0 };
        let goes_on =
            |length: usize| bytes.get(before + length..).is_some_and(|bytes| bytes.starts_with(b"PK"));
        let length = if !goes_on(12) && goes_on(20) { 20 } else { 12 };
        self.take(before + length);
        Ok(())
    }
}
