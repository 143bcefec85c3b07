//! Reading a blob.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use bytes::Bytes;

use crate::vfs::VfsFile;

/// The content of one blob. Cloning shares the content and copies the position.
#[derive(Clone)]
pub struct BlobReader {
    source: Source,
    length: u64,
    position: u64,
}

#[derive(Clone)]
enum Source {
    Memory(Bytes),
    /// A whole file, or the part of a log segment that begins at `offset`.
    File {
        file: Arc<dyn VfsFile>,
        offset: u64,
    },
}

impl BlobReader {
    pub(crate) fn memory(content: Bytes) -> Self {
        Self { length: content.len() as u64, source: Source::Memory(content), position: 0 }
    }

    pub(crate) fn file(file: Arc<dyn VfsFile>, offset: u64, length: u64) -> Self {
        Self { source: Source::File { file, offset }, length, position: 0 }
    }

    /// Returns the length of the blob in bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.length
    }

    /// Tells whether the blob has no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Returns the content, if it lies in memory.
    #[must_use]
    pub fn in_memory(&self) -> Option<&[u8]> {
        match &self.source {
            Source::Memory(content) => Some(content),
            Source::File { .. } => None,
        }
    }

    /// Reads from `offset` on until `buffer` is full or the blob ends, and returns how many bytes that makes. The position
    /// does not count and stays.
    ///
    /// # Errors
    /// The system's error.
    pub fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.read_some(offset.saturating_add(filled as u64), rest) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    fn read_some(&self, position: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.length.saturating_sub(position)).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        let Some(buffer) = buffer.get_mut(..wanted) else { return Ok(0) };
        match &self.source {
            Source::Memory(content) => {
                let start = usize::try_from(position).unwrap_or(usize::MAX);
                let part = content.get(start..).and_then(|rest| rest.get(..wanted)).unwrap_or_default();
                buffer.copy_from_slice(part);
                Ok(wanted)
            }
            Source::File { file, offset } => file.read_at(buffer, offset + position),
        }
    }

    /// Reads the blob whole.
    ///
    /// # Errors
    /// The system's error, or `UnexpectedEof` if the file is shorter than the blob.
    pub fn read_whole(mut self) -> io::Result<Bytes> {
        if let (Source::Memory(content), 0) = (&self.source, self.position) {
            return Ok(content.clone());
        }
        let mut content = Vec::new();
        self.read_to_end(&mut content)?;
        if content.len() as u64 != self.length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(content.into())
    }
}

impl Read for BlobReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.read_some(self.position, buffer)?;
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for BlobReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(delta) => self.length.checked_add_signed(delta),
            SeekFrom::Current(delta) => self.position.checked_add_signed(delta),
        };
        // A position beyond the end is legal; reads there find nothing.
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?.min(self.length);
        Ok(self.position)
    }
}

impl std::fmt::Debug for BlobReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BlobReader({} bytes at {})", self.length, self.position)
    }
}
