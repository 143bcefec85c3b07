//! The view of a package through which its directory is looked for.

use std::io::{self, ErrorKind, Read, Seek, SeekFrom};

/// Reads go to the package in aligned blocks of this size: the directory is searched for backwards and in small steps.
const BLOCK_BYTES: usize = 16 * 1024;

/// A buffered view of a package that can be told how much may be read through it.
///
/// Two invariants make it fit for hostile bytes. A seek costs nothing and never fails for being past the end; the
/// package is only asked for bytes that exist. And a failure of the package itself is kept apart, so that whoever reads
/// through this view may turn every error it sees into "not an archive" without hiding a broken disk.
pub(crate) struct MeteredReader<'a, R> {
    package: &'a mut R,
    length: u64,
    position: u64,
    block: Vec<u8>,
    /// Where `block` lies in the package; nothing is known of the package while `block` is empty.
    block_start: u64,
    allowance: u64,
    failure: Option<io::Error>,
}

impl<'a, R: Read + Seek> MeteredReader<'a, R> {
    /// Views the first `length` bytes of `package`, of which `allowance` may be read.
    pub(crate) fn new(package: &'a mut R, length: u64, allowance: u64) -> Self {
        Self { package, length, position: 0, block: Vec::new(), block_start: 0, allowance, failure: None }
    }

    /// Sets how many more bytes may be read.
    pub(crate) fn allow(&mut self, allowance: u64) {
        self.allowance = allowance;
    }

    /// Returns the first failure of the package itself, if there was one.
    pub(crate) fn take_failure(&mut self) -> Option<io::Error> {
        self.failure.take()
    }

    /// Returns the bytes of the current block from the position on, reading another block if need be.
    fn available(&mut self) -> io::Result<&[u8]> {
        let offset = self.position % BLOCK_BYTES as u64;
        let block_start = self.position - offset;
        if self.block.is_empty() || self.block_start != block_start {
            self.load(block_start)?;
        }
        Ok(self.block.get(offset as usize..).unwrap_or_default())
    }

    fn load(&mut self, block_start: u64) -> io::Result<()> {
        let wanted = (self.length - block_start).min(BLOCK_BYTES as u64);
        self.block.clear();
        self.block_start = block_start;
        self.package.seek(SeekFrom::Start(block_start))?;
        self.package.by_ref().take(wanted).read_to_end(&mut self.block)?;
        if (self.block.len() as u64) < wanted {
            return Err(io::Error::new(
                ErrorKind::UnexpectedEof,
                "the package became shorter while it was read",
            ));
        }
        Ok(())
    }

    /// Keeps the package's own error and returns one that tells no more than its kind.
    fn keep_failure(&mut self, failure: io::Error) -> io::Error {
        let kind = failure.kind();
        self.failure.get_or_insert(failure);
        kind.into()
    }
}

impl<R: Read + Seek> Read for MeteredReader<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() || self.position >= self.length {
            return Ok(0);
        }
        if self.allowance == 0 {
            return Err(io::Error::other("no directory within the bytes that may be searched"));
        }
        let allowed = usize::try_from(self.allowance).unwrap_or(usize::MAX);
        let count = match self.available() {
            Ok(bytes) => {
                let count = bytes.len().min(buffer.len()).min(allowed);
                for (to, from) in buffer.iter_mut().zip(bytes.iter().take(count)) {
                    *to = *from;
                }
                count
            }
            Err(failure) => return Err(self.keep_failure(failure)),
        };
        self.position += count as u64;
        self.allowance -= count as u64;
        Ok(count)
    }
}

impl<R> Seek for MeteredReader<'_, R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::Current(distance) => self.position.checked_add_signed(distance),
            SeekFrom::End(distance) => self.length.checked_add_signed(distance),
        };
        self.position = position.ok_or(ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}
