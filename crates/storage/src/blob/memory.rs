//! Blobs of a store without a disk.

use std::collections::HashMap;
use std::io::Read as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;

use crate::backend::BlobStore;
use crate::blob::files::check_open;
use crate::blob::staging::StagedContent;
use crate::blob::{BlobReader, PinnedBlob, Pins, StagedBlob, StagingWriter};
use crate::digest::BlobDigest;
use crate::error::StoreError;
use crate::sync::Mutex;

/// The blob up to which a memory backend lets it ride in the record, as a store on disk does.
pub(crate) const INLINE_BYTES_MAX: usize = 64 << 10;

#[derive(Default)]
pub(crate) struct MemoryBlobs {
    blobs: Mutex<HashMap<BlobDigest, Bytes>>,
    pins: Arc<Pins>,
    closed: AtomicBool,
}

impl MemoryBlobs {
    pub(crate) fn insert(&self, digest: BlobDigest, content: Bytes) {
        self.blobs.lock().entry(digest).or_insert(content);
    }

    pub(crate) fn pins(&self) -> &Arc<Pins> {
        &self.pins
    }

    /// Removes a blob, unless it is pinned or `is_held` says otherwise.
    pub(crate) fn remove(&self, digest: &BlobDigest, is_held: impl FnOnce() -> bool) {
        self.pins.unless_pinned(digest, || {
            if !is_held() {
                self.blobs.lock().remove(digest);
            }
        });
    }

    /// A store with the same blobs and pins of its own; the contents are shared.
    pub(crate) fn fork(&self) -> Self {
        Self {
            blobs: Mutex::new(self.blobs.lock().clone()),
            pins: Arc::default(),
            closed: AtomicBool::new(false),
        }
    }

    /// Takes and gives no more blobs.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    fn check_open(&self) -> Result<(), StoreError> {
        check_open(self.closed.load(Ordering::Acquire))
    }
}

impl BlobStore for MemoryBlobs {
    fn stage(&self) -> Result<StagingWriter, StoreError> {
        self.check_open()?;
        Ok(StagingWriter::in_memory())
    }

    fn inline_bytes_max(&self) -> usize {
        INLINE_BYTES_MAX
    }

    fn store(&self, staged: StagedBlob) -> Result<PinnedBlob, StoreError> {
        self.check_open()?;
        let (digest, size) = (staged.digest(), staged.size());
        let pin = self.pins.pin(digest, size);
        let mut reader = staged.reader();
        let content = match staged.into_content() {
            StagedContent::Memory(content) => content,
            // Staged by another store, on disk.
            StagedContent::File(_) => {
                let mut content = Vec::new();
                reader
                    .read_to_end(&mut content)
                    .map_err(StoreError::io("read", std::path::Path::new("a staged blob")))?;
                content.into()
            }
        };
        self.insert(digest, content);
        Ok(pin)
    }

    fn pin(&self, digest: &BlobDigest) -> Result<Option<PinnedBlob>, StoreError> {
        self.check_open()?;
        let length =
            |blobs: &HashMap<BlobDigest, Bytes>| blobs.get(digest).map(|content| content.len() as u64);
        let Some(size) = length(&self.blobs.lock()) else { return Ok(None) };
        let pin = self.pins.pin(*digest, size);
        // It may have gone before it was pinned.
        Ok(length(&self.blobs.lock()).map(|_| pin))
    }

    fn open(&self, digest: &BlobDigest) -> Result<Option<BlobReader>, StoreError> {
        self.check_open()?;
        Ok(self.blobs.lock().get(digest).cloned().map(BlobReader::memory))
    }
}
