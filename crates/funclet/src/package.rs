//! Deployment packages: taken in piece by piece, hashed on the way.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use funclet_storage::{BlobDigest, BlobReader, BlobStore, PinnedBlob, StagedBlob, StagingWriter};

use crate::error::Error;

/// The bytes of a deployment package. Cheap to clone.
///
/// Made of bytes at hand, which any engine may keep, or by a [`PackageWriter`] of the engine that is to keep it: a large
/// one lies in a temporary file of that engine.
///
/// ```
/// use funclet::Package;
///
/// let package = Package::from(b"PK".to_vec());
/// assert_eq!(package.size(), 2);
/// ```
#[derive(Clone)]
pub struct Package {
    digest: BlobDigest,
    size: u64,
    content: Arc<Mutex<Content>>,
}

enum Content {
    Staged(StagedBlob),
    /// Moved from its temporary file into the store whose file it was; that keeps it as long as the pin lives.
    Stored(PinnedBlob),
    /// Being moved, or lost when that failed.
    Moved,
}

/// How the code goes into a transaction.
pub(crate) enum Kept {
    /// It rides in the record.
    Inline(Bytes),
    /// It is a file, and stays while this value lives.
    Stored(Stay),
}

/// Keeps a stored package until a transaction holds it.
pub(crate) struct Stay {
    /// Keeps the pin of a package that was moved.
    _package: Option<Package>,
    /// The pin of a package in memory, of which every store makes its own copy, or of one that others hold.
    _pin: Option<PinnedBlob>,
}

impl Stay {
    pub(crate) fn pinned(pin: PinnedBlob) -> Self {
        Self { _package: None, _pin: Some(pin) }
    }
}

impl Package {
    /// Returns the length in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Returns the SHA-256 of the bytes.
    #[must_use]
    pub fn digest(&self) -> BlobDigest {
        self.digest
    }

    /// Opens the bytes for reading.
    pub(crate) fn reader(&self, blobs: &dyn BlobStore) -> Result<BlobReader, Error> {
        let content = self.content.lock().unwrap_or_else(PoisonError::into_inner);
        match &*content {
            Content::Staged(staged) => Ok(staged.reader()),
            Content::Stored(pin) => blobs.open(&pin.digest())?.ok_or_else(elsewhere),
            Content::Moved => Err(lost()),
        }
    }

    /// Lets the package ride in a record if it is small, else makes it durable.
    pub(crate) fn keep(&self, blobs: &dyn BlobStore) -> Result<Kept, Error> {
        let mut content = self.content.lock().unwrap_or_else(PoisonError::into_inner);
        let staged = match &*content {
            Content::Staged(staged) => staged,
            Content::Stored(_) => return Ok(self.stored(None)),
            Content::Moved => return Err(lost()),
        };
        match staged.in_memory() {
            Some(bytes) if bytes.len() <= blobs.inline_bytes_max() => return Ok(Kept::Inline(bytes.clone())),
            _ => {}
        }
        // What is in memory may be kept by several stores; what is in a file moves into the store whose file it is.
        if let Some(copy) = staged.try_clone() {
            return Ok(self.stored(Some(blobs.store(copy)?)));
        }
        let Content::Staged(staged) = std::mem::replace(&mut *content, Content::Moved) else {
            return Err(lost());
        };
        *content = Content::Stored(blobs.store(staged)?);
        Ok(self.stored(None))
    }

    fn stored(&self, pin: Option<PinnedBlob>) -> Kept {
        Kept::Stored(Stay { _package: Some(self.clone()), _pin: pin })
    }
}

/// A package from a [`PackageWriter`] belongs to the engine that gave the writer out.
fn elsewhere() -> Error {
    Error::failed(io::Error::other("the package belongs to another engine"))
}

fn lost() -> Error {
    Error::failed(io::Error::other("the package was lost when an earlier operation failed to store it"))
}

impl From<StagedBlob> for Package {
    fn from(staged: StagedBlob) -> Self {
        let (digest, size) = (staged.digest(), staged.size());
        Self { digest, size, content: Arc::new(Mutex::new(Content::Staged(staged))) }
    }
}

impl From<Bytes> for Package {
    fn from(bytes: Bytes) -> Self {
        StagedBlob::from(bytes).into()
    }
}

impl From<Vec<u8>> for Package {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl PartialEq for Package {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl Eq for Package {}

impl fmt::Debug for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Package({} bytes, {})", self.size, self.digest)
    }
}

/// Takes in a deployment package piece by piece, in bounded memory.
///
/// Dropping it forgets the package.
pub struct PackageWriter(StagingWriter);

impl PackageWriter {
    pub(crate) fn new(writer: StagingWriter) -> Self {
        Self(writer)
    }

    /// Takes in the next bytes.
    ///
    /// # Errors
    /// [`Error::Full`] or [`Error::Failed`] if the temporary file cannot be written.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Error> {
        Ok(self.0.push(bytes)?)
    }

    /// Returns how many bytes were taken in.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.0.size()
    }

    /// Ends the package.
    ///
    /// # Errors
    /// As [`PackageWriter::push`].
    pub fn finish(self) -> Result<Package, Error> {
        Ok(self.0.finish()?.into())
    }
}

impl fmt::Debug for PackageWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PackageWriter({} bytes)", self.0.size())
    }
}
