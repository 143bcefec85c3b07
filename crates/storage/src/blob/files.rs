//! Blobs of a store on disk: a file per digest, or a part of a log segment while the blob is small and young.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;

use crate::backend::BlobStore;
use crate::blob::staging::{Spill, StagedContent, TempFile};
use crate::blob::{BlobReader, PinnedBlob, Pins, StagedBlob, StagingWriter};
use crate::digest::BlobDigest;
use crate::error::StoreError;
use crate::sync::{Mutex, RwLock};
use crate::vfs::{self, Layout, Vfs, parent_of};
use crate::wal::writer::PlacedBlob;

/// Where an inlined blob is.
#[derive(Clone)]
enum Inlined {
    /// In a record that is not yet written.
    Unwritten(Bytes),
    /// In a segment.
    Segment { path: Arc<Path>, offset: u64, length: u64 },
}

/// A file per digest under `blobs/<first two digits>/`, and the inlined ones of the log.
pub(crate) struct FileBlobs {
    vfs: Arc<dyn Vfs>,
    layout: Layout,
    inline_bytes_max: usize,
    pins: Arc<Pins>,
    inlined: Mutex<HashMap<BlobDigest, Inlined>>,
    /// The directories under `blobs/` that this process has seen durable in their parent.
    directories: Mutex<HashSet<PathBuf>>,
    /// Whether the store is closed. Who writes a blob holds it, so that nothing is written after the close.
    closed: RwLock<bool>,
}

/// Numbers the temporary files of this process; the lock of the store keeps other processes out. One count for all
/// stores: what is left of a closed one must not meet what a later one writes in the same directory.
static NEXT_TEMP: AtomicU64 = AtomicU64::new(0);

impl FileBlobs {
    pub(crate) fn new(vfs: Arc<dyn Vfs>, layout: Layout, inline_bytes_max: usize) -> Self {
        Self {
            vfs,
            layout,
            inline_bytes_max,
            pins: Arc::default(),
            inlined: Mutex::default(),
            directories: Mutex::default(),
            closed: RwLock::new(false),
        }
    }

    /// Takes and gives no more blobs. Returns when those being written are.
    pub(crate) fn close(&self) {
        *self.closed.write() = true;
    }

    pub(crate) fn pins(&self) -> &Pins {
        &self.pins
    }

    /// Remembers a blob that rides in a record which is about to be written.
    pub(crate) fn inline(&self, digest: BlobDigest, content: Bytes) {
        self.inlined.lock().entry(digest).or_insert(Inlined::Unwritten(content));
    }

    /// Remembers where in the log a blob is.
    pub(crate) fn place(&self, blob: PlacedBlob) {
        let PlacedBlob { digest, path, offset, bytes } = blob;
        self.inlined.lock().insert(digest, Inlined::Segment { path, offset, length: bytes });
    }

    /// Tells how long a blob is, in bytes; `None` if it is neither in the log nor has a file.
    pub(crate) fn length(&self, digest: &BlobDigest) -> Result<Option<u64>, StoreError> {
        match self.inlined.lock().get(digest) {
            Some(Inlined::Unwritten(content)) => return Ok(Some(content.len() as u64)),
            Some(Inlined::Segment { length, .. }) => return Ok(Some(*length)),
            None => {}
        }
        let path = self.path(digest);
        match self.vfs.open(&path).and_then(|file| file.len()) {
            Ok(length) => Ok(Some(length)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::io("read", &path)(error)),
        }
    }

    /// Tells whether some blob has a file.
    pub(crate) fn has_files(&self) -> Result<bool, StoreError> {
        let blobs = self.layout.blobs();
        for name in vfs::list_if_directory(&*self.vfs, &blobs)?.unwrap_or_default() {
            let files = vfs::list_if_directory(&*self.vfs, &blobs.join(name))?;
            if files.is_some_and(|files| !files.is_empty()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The name of a blob's file: `blobs/<2 hex>/<64 hex>`.
    pub(crate) fn path(&self, digest: &BlobDigest) -> PathBuf {
        let hex = digest.to_string();
        self.layout.blobs().join(hex.get(..2).unwrap_or_default()).join(hex)
    }

    fn temp(&self) -> Spill {
        let number = NEXT_TEMP.fetch_add(1, Ordering::Relaxed);
        Spill { vfs: Arc::clone(&self.vfs), path: self.layout.tmp().join(format!("blob-{number}")) }
    }

    /// Makes sure that the directory of a blob exists and is durable in its parent.
    ///
    /// That it exists is not enough: who created it may not have synced the parent yet.
    fn ensure_directory(&self, directory: &Path) -> Result<(), StoreError> {
        if self.directories.lock().contains(directory) {
            return Ok(());
        }
        self.vfs.create_dir_all(directory).map_err(StoreError::io("create", directory))?;
        self.sync_dir(parent_of(directory))?;
        self.directories.lock().insert(directory.into());
        Ok(())
    }

    fn sync_dir(&self, directory: &Path) -> Result<(), StoreError> {
        self.vfs.sync_dir(directory).map_err(StoreError::io("sync", directory))
    }

    fn write_file(&self, content: StagedContent, path: &Path) -> Result<(), StoreError> {
        let file = match content {
            StagedContent::File(file) => file,
            StagedContent::Memory(bytes) => {
                let mut file = TempFile::create(self.temp())?;
                file.append(&bytes)?;
                file
            }
        };
        file.persist(path)
    }
}

pub(super) fn check_open(closed: bool) -> Result<(), StoreError> {
    if closed { Err(StoreError::Closed) } else { Ok(()) }
}

impl BlobStore for FileBlobs {
    fn stage(&self) -> Result<StagingWriter, StoreError> {
        check_open(*self.closed.read())?;
        Ok(StagingWriter::spilling(self.inline_bytes_max, self.temp()))
    }

    fn inline_bytes_max(&self) -> usize {
        self.inline_bytes_max
    }

    fn store(&self, staged: StagedBlob) -> Result<PinnedBlob, StoreError> {
        let closed = self.closed.read();
        check_open(*closed)?;
        let (digest, size) = (staged.digest(), staged.size());
        let pin = self.pins.pin(digest, size);
        let path = self.path(&digest);
        let directory = parent_of(&path);
        self.ensure_directory(directory)?;
        // Also when there is a file of this name: it may be damaged, while this content is known to be right. Readers
        // keep the file that they have open.
        self.write_file(staged.into_content(), &path)?;
        // The record that names the blob must not be durable before the name is.
        self.sync_dir(directory)?;
        Ok(pin)
    }

    fn open(&self, digest: &BlobDigest) -> Result<Option<BlobReader>, StoreError> {
        check_open(*self.closed.read())?;
        let inlined = self.inlined.lock().get(digest).cloned();
        match inlined {
            Some(Inlined::Unwritten(content)) => return Ok(Some(BlobReader::memory(content))),
            Some(Inlined::Segment { path, offset, length }) => {
                let file = self.vfs.open(&path).map_err(StoreError::io("open", &path))?;
                return Ok(Some(BlobReader::file(file.into(), offset, length)));
            }
            None => {}
        }
        let path = self.path(digest);
        match self.vfs.open(&path) {
            Ok(file) => {
                let length = file.len().map_err(StoreError::io("read", &path))?;
                Ok(Some(BlobReader::file(file.into(), 0, length)))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::io("open", &path)(error)),
        }
    }
}
