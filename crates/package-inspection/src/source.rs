//! Where the bytes of a package come from.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::sync::{Mutex, PoisonError};

/// Bytes that can be read at any position, by several threads at a time.
///
/// Implemented for slices, which are borrowed and never copied, and for files, which are read by position. What can only
/// seek is wrapped in a [`Seekable`]. The bytes must not change while they are inspected.
///
/// ```
/// use funclet_package_inspection::Source;
///
/// let bytes: &[u8] = b"PK\x05\x06";
/// let mut buffer = [0; 8];
/// assert_eq!(bytes.read_at(2, &mut buffer).unwrap(), b"\x05\x06");
/// ```
pub trait Source: Sync {
    /// Returns how many bytes there are.
    ///
    /// # Errors
    /// The system's error.
    fn size(&self) -> io::Result<u64>;

    /// Returns the bytes from `offset` on: as many as `buffer` is long, fewer only at the end. They lie in `buffer`, but for
    /// sources [in memory](Source::in_memory), which lend their own.
    ///
    /// # Errors
    /// The system's error.
    fn read_at<'a>(&'a self, offset: u64, buffer: &'a mut [u8]) -> io::Result<&'a [u8]>;

    /// Returns all the bytes, if they lie in memory.
    fn in_memory(&self) -> Option<&[u8]> {
        None
    }
}

impl Source for [u8] {
    fn size(&self) -> io::Result<u64> {
        Ok(self.len() as u64)
    }

    fn read_at<'a>(&'a self, offset: u64, buffer: &'a mut [u8]) -> io::Result<&'a [u8]> {
        Ok(part(self, offset, buffer.len() as u64))
    }

    fn in_memory(&self) -> Option<&[u8]> {
        Some(self)
    }
}

/// Returns `length` bytes of `bytes` from `offset` on, fewer at the end.
pub(crate) fn part(bytes: &[u8], offset: u64, length: u64) -> &[u8] {
    let from = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
    let to = usize::try_from(offset.saturating_add(length)).unwrap_or(usize::MAX).min(bytes.len());
    bytes.get(from..to).unwrap_or_default()
}

impl<S: Source + ?Sized> Source for &S {
    fn size(&self) -> io::Result<u64> {
        (**self).size()
    }

    fn read_at<'a>(&'a self, offset: u64, buffer: &'a mut [u8]) -> io::Result<&'a [u8]> {
        (**self).read_at(offset, buffer)
    }

    fn in_memory(&self) -> Option<&[u8]> {
        (**self).in_memory()
    }
}

impl Source for Vec<u8> {
    fn size(&self) -> io::Result<u64> {
        self.as_slice().size()
    }

    fn read_at<'a>(&'a self, offset: u64, buffer: &'a mut [u8]) -> io::Result<&'a [u8]> {
        self.as_slice().read_at(offset, buffer)
    }

    fn in_memory(&self) -> Option<&[u8]> {
        Some(self)
    }
}

impl Source for File {
    fn size(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn read_at<'a>(&'a self, offset: u64, buffer: &'a mut [u8]) -> io::Result<&'a [u8]> {
        fill(buffer, |at, rest| positional(self, offset.saturating_add(at), rest))
    }
}

#[cfg(unix)]
fn positional(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn positional(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

/// Fills `buffer` by as many reads as it takes; `read` gets the position in the buffer and what is left of it.
fn fill(buffer: &mut [u8], mut read: impl FnMut(u64, &mut [u8]) -> io::Result<usize>) -> io::Result<&[u8]> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match read(filled as u64, rest) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(buffer.get(..filled).unwrap_or_default())
}

/// Bytes that can only be read one after the other, from wherever one seeks to. Threads take turns.
///
/// ```
/// use std::io::Cursor;
/// use funclet_package_inspection::{Seekable, Source};
///
/// assert_eq!(Seekable::new(Cursor::new(b"PK")).size().unwrap(), 2);
/// ```
#[derive(Debug)]
pub struct Seekable<R>(Mutex<R>);

impl<R: Read + Seek + Send> Seekable<R> {
    /// Wraps `reader`. All of it is the package, wherever its position is.
    pub fn new(reader: R) -> Self {
        Self(Mutex::new(reader))
    }
}

impl<R: Read + Seek + Send> Source for Seekable<R> {
    fn size(&self) -> io::Result<u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).seek(SeekFrom::End(0))
    }

    fn read_at<'a>(&'a self, offset: u64, buffer: &'a mut [u8]) -> io::Result<&'a [u8]> {
        let mut reader = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        reader.seek(SeekFrom::Start(offset))?;
        fill(buffer, |_, rest| reader.read(rest))
    }
}

/// A part of another source, as if it were all there is.
#[derive(Clone, Copy)]
pub(crate) struct Part<'a> {
    whole: &'a dyn Source,
    start: u64,
    length: u64,
}

impl<'a> Part<'a> {
    /// The `length` bytes from `start` on, which have to exist.
    pub(crate) fn new(whole: &'a dyn Source, start: u64, length: u64) -> Self {
        Self { whole, start, length }
    }

    /// The part of `length` bytes from `start` on.
    pub(crate) fn part(self, start: u64, length: u64) -> Self {
        let start = start.min(self.length);
        Self { whole: self.whole, start: self.start + start, length: length.min(self.length - start) }
    }

    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// Whether both are the same part of the same source.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        (self.start, self.length) == (other.start, other.length)
    }
}

impl Source for Part<'_> {
    fn size(&self) -> io::Result<u64> {
        Ok(self.length)
    }

    fn read_at<'a>(&'a self, offset: u64, buffer: &'a mut [u8]) -> io::Result<&'a [u8]> {
        let left = self.length.saturating_sub(offset);
        let wanted = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let Some(buffer) = buffer.get_mut(..wanted) else { return Ok(&[]) };
        self.whole.read_at(self.start.saturating_add(offset), buffer)
    }

    fn in_memory(&self) -> Option<&[u8]> {
        self.whole.in_memory().map(|bytes| part(bytes, self.start, self.length))
    }
}

/// Copies bytes into `buffer`, and returns how many there were.
pub(crate) fn copy_at(source: &dyn Source, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    if let Some(bytes) = source.in_memory() {
        let found = part(bytes, offset, buffer.len() as u64);
        for (to, from) in buffer.iter_mut().zip(found) {
            *to = *from;
        }
        return Ok(found.len());
    }
    Ok(source.read_at(offset, buffer)?.len())
}

/// How much is read ahead of what was asked for, in bytes: at a jump, and at most.
const AHEAD_MIN: usize = 4 << 10;
const AHEAD_MAX: usize = 64 << 10;

/// A source seen through a buffer, for reading small pieces in ascending order. Pieces that lie in memory are borrowed.
pub(crate) struct Window<'s> {
    source: &'s dyn Source,
    memory: Option<&'s [u8]>,
    size: u64,
    buffer: Vec<u8>,
    /// Where what is in the buffer begins, and how much that is.
    start: u64,
    filled: usize,
    ahead: usize,
}

impl<'s> Window<'s> {
    pub(crate) fn new(source: &'s dyn Source, size: u64) -> Self {
        let memory = source.in_memory();
        Self { source, memory, size, buffer: Vec::new(), start: 0, filled: 0, ahead: AHEAD_MIN }
    }

    /// Returns how many bytes the source has.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Returns the `length` bytes from `at` on, fewer only at the end of the source.
    pub(crate) fn bytes(&mut self, at: u64, length: usize) -> io::Result<&[u8]> {
        if let Some(bytes) = self.memory {
            return Ok(part(bytes, at, length as u64));
        }
        let length = length.min(usize::try_from(self.size.saturating_sub(at)).unwrap_or(usize::MAX));
        if !self.has(at, length) {
            self.load(at, length)?;
        }
        Ok(part(self.buffer.get(..self.filled).unwrap_or_default(), at - self.start, length as u64))
    }

    fn has(&self, at: u64, length: usize) -> bool {
        at >= self.start && at.saturating_add(length as u64) <= self.start.saturating_add(self.filled as u64)
    }

    fn load(&mut self, at: u64, length: usize) -> io::Result<()> {
        let end = self.start.saturating_add(self.filled as u64);
        let near = self.filled > 0 && at >= self.start && at <= end.saturating_add(self.ahead as u64);
        self.ahead = if near { (self.ahead * 2).min(AHEAD_MAX) } else { AHEAD_MIN };
        let wanted = length.max(self.ahead);
        if self.buffer.len() < wanted {
            self.buffer.resize(wanted, 0);
        }
        // Until the read has succeeded there is nothing in the buffer.
        (self.start, self.filled) = (at, 0);
        let Some(buffer) = self.buffer.get_mut(..wanted) else { return Ok(()) };
        self.filled = self.source.read_at(at, buffer)?.len();
        if self.filled < length {
            return Err(shortened());
        }
        Ok(())
    }

    /// Puts bytes into the buffer that were read elsewhere anyway, with the last `overlap` of those before them.
    pub(crate) fn feed(&mut self, at: u64, length: usize, overlap: usize) -> io::Result<&[u8]> {
        if let Some(bytes) = self.memory {
            return Ok(part(bytes, at, length as u64));
        }
        let length = length.min(usize::try_from(self.size.saturating_sub(at)).unwrap_or(usize::MAX));
        // Small pieces were read from elsewhere in between, or the bytes before these are still there.
        let follows = self.start.saturating_add(self.filled as u64) == at;
        let kept = if follows { overlap.min(self.filled) } else { 0 };
        self.buffer.copy_within(self.filled - kept..self.filled, 0);
        if self.buffer.len() < kept + length {
            self.buffer.resize(kept + length, 0);
        }
        (self.start, self.filled) = (at - kept as u64, kept);
        let Some(buffer) = self.buffer.get_mut(kept..kept + length) else { return Err(shortened()) };
        let count = self.source.read_at(at, buffer)?.len();
        self.filled = kept + count;
        if count < length {
            return Err(shortened());
        }
        Ok(self.buffer.get(kept..self.filled).unwrap_or_default())
    }
}

/// What a source that has fewer bytes than it said fails with.
pub(crate) fn shortened() -> io::Error {
    io::Error::new(ErrorKind::UnexpectedEof, "the package became shorter while it was read")
}
