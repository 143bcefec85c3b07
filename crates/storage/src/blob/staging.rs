//! Taking in a blob: hashed while it arrives, in memory while it is small, in a temporary file beyond.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

use crate::blob::BlobReader;
use crate::digest::{BlobDigest, BlobHasher};
use crate::error::StoreError;
use crate::planted::{PlantedBug, is_planted};
use crate::vfs::{Vfs, VfsFile};

/// How much may wait in the page cache before the disk is asked to begin writing, in bytes.
const SPILL_BUFFER_BYTES: usize = 256 << 10;

/// Where a blob goes that is too large for memory.
#[derive(Clone)]
pub(crate) struct Spill {
    pub(crate) vfs: Arc<dyn Vfs>,
    /// The temporary file; unique per staging writer.
    pub(crate) path: PathBuf,
}

/// Takes in the bytes of one blob.
///
/// Dropping it forgets the blob and removes what was written.
pub struct StagingWriter {
    hasher: BlobHasher,
    size: u64,
    buffer: Vec<u8>,
    /// The longest content that is kept in memory.
    memory_bytes_max: usize,
    spill: Option<Spill>,
    file: Option<TempFile>,
}

impl StagingWriter {
    /// A writer that keeps everything in memory.
    pub(crate) fn in_memory() -> Self {
        Self::new(usize::MAX, None)
    }

    /// A writer that keeps up to `memory_bytes_max` in memory and the whole blob in a file beyond.
    pub(crate) fn spilling(memory_bytes_max: usize, spill: Spill) -> Self {
        Self::new(memory_bytes_max, Some(spill))
    }

    fn new(memory_bytes_max: usize, spill: Option<Spill>) -> Self {
        Self {
            hasher: BlobHasher::default(),
            size: 0,
            buffer: Vec::new(),
            memory_bytes_max,
            spill,
            file: None,
        }
    }

    /// Returns how many bytes were taken in.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Takes in the next bytes.
    ///
    /// # Errors
    /// [`StoreError`] if the temporary file cannot be written.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.hasher.update(bytes);
        self.size += bytes.len() as u64;
        self.buffer.extend_from_slice(bytes);
        let bound = if self.file.is_some() { SPILL_BUFFER_BYTES } else { self.memory_bytes_max };
        if self.buffer.len() > bound { self.flush() } else { Ok(()) }
    }

    /// Moves what is buffered to the temporary file.
    fn flush(&mut self) -> Result<(), StoreError> {
        if self.file.is_none()
            && let Some(spill) = self.spill.take()
        {
            self.file = Some(TempFile::create(spill)?);
        }
        if let Some(file) = &mut self.file {
            file.append(&self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }

    /// Ends the blob and tells its digest.
    ///
    /// # Errors
    /// [`StoreError`] if the temporary file cannot be written.
    pub fn finish(mut self) -> Result<StagedBlob, StoreError> {
        let content = if self.file.is_some() {
            self.flush()?;
            self.file.take().map_or_else(|| StagedContent::Memory(Bytes::new()), StagedContent::File)
        } else {
            StagedContent::Memory(Bytes::from(self.buffer))
        };
        Ok(StagedBlob { digest: self.hasher.finish(), size: self.size, content })
    }
}

/// A blob taken in, not yet stored. Dropping it forgets it.
pub struct StagedBlob {
    digest: BlobDigest,
    size: u64,
    content: StagedContent,
}

pub(crate) enum StagedContent {
    Memory(Bytes),
    File(TempFile),
}

impl StagedBlob {
    /// Returns the digest of the content.
    #[must_use]
    pub fn digest(&self) -> BlobDigest {
        self.digest
    }

    /// Returns the length in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Returns the content if it is in memory.
    #[must_use]
    pub fn in_memory(&self) -> Option<&Bytes> {
        match &self.content {
            StagedContent::Memory(bytes) => Some(bytes),
            StagedContent::File(_) => None,
        }
    }

    /// Returns the same blob once more, if it is in memory; the content is shared.
    #[must_use]
    pub fn try_clone(&self) -> Option<Self> {
        let content = StagedContent::Memory(self.in_memory()?.clone());
        Some(Self { digest: self.digest, size: self.size, content })
    }

    /// Opens the content for reading.
    #[must_use]
    pub fn reader(&self) -> BlobReader {
        match &self.content {
            StagedContent::Memory(bytes) => BlobReader::memory(bytes.clone()),
            StagedContent::File(file) => BlobReader::file(Arc::clone(&file.file), 0, file.length),
        }
    }

    pub(crate) fn into_content(self) -> StagedContent {
        self.content
    }
}

impl From<Bytes> for StagedBlob {
    fn from(content: Bytes) -> Self {
        let (digest, size) = (BlobDigest::of(&content), content.len() as u64);
        Self { digest, size, content: StagedContent::Memory(content) }
    }
}

impl std::fmt::Debug for StagedBlob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StagedBlob({}, {} bytes)", self.digest, self.size)
    }
}

/// A file in `tmp/` that is being written. It goes away unless it is renamed to its place.
pub(crate) struct TempFile {
    name: TempName,
    pub(crate) file: Arc<dyn VfsFile>,
    length: u64,
}

/// A name in `tmp/` that goes away unless it is changed.
pub(crate) struct TempName {
    vfs: Arc<dyn Vfs>,
    path: PathBuf,
    kept: bool,
}

impl TempFile {
    pub(crate) fn create(spill: Spill) -> Result<Self, StoreError> {
        let file = spill.vfs.create(&spill.path).map_err(StoreError::io("create", &spill.path))?;
        let name = TempName { vfs: spill.vfs, path: spill.path, kept: false };
        Ok(Self { name, file: file.into(), length: 0 })
    }

    pub(crate) fn append(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.file.write_at(bytes, self.length).map_err(StoreError::io("write", &self.name.path))?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Makes the content durable and gives the file its name. The directory is not synced here.
    pub(crate) fn persist(self, path: &Path) -> Result<(), StoreError> {
        if !is_planted(PlantedBug::BlobNotSynced) {
            self.file.sync_data().map_err(StoreError::io("sync", &self.name.path))?;
        }
        self.name.rename(path)
    }

    /// Closes the file, whose content need not be durable. What is left is its name.
    pub(crate) fn close(self) -> TempName {
        self.name
    }
}

impl TempName {
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the file its name. Its content is durable.
    pub(crate) fn rename(mut self, path: &Path) -> Result<(), StoreError> {
        self.vfs.rename(&self.path, path).map_err(StoreError::io("rename to", path))?;
        self.kept = true;
        Ok(())
    }
}

impl Drop for TempName {
    fn drop(&mut self) {
        if !self.kept {
            // What stays is removed when the store is opened the next time.
            let _: io::Result<()> = self.vfs.remove_file(&self.path);
        }
    }
}
