//! Blobs of a store on disk: a file per digest, or a part of a log segment while the blob is small and young.
//!
//! A file gets its name when its content is durable, so that what has a name is whole.

use std::collections::{HashMap, HashSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;

use crate::backend::BlobStore;
use crate::blob::staging::{Spill, StagedContent, TempFile, TempName};
use crate::blob::{BlobReader, PinnedBlob, Pins, StagedBlob, StagingWriter};
use crate::digest::BlobDigest;
use crate::error::StoreError;
use crate::planted::{PlantedBug, is_planted};
use crate::sync::{Mutex, RwLock};
use crate::txn::Lsn;
use crate::vfs::{self, Layout, Vfs, parent_of};
use crate::wal::writer::PlacedBlob;

/// Where an inlined blob is. It may have been inlined several times: each place counts until its segment goes.
#[derive(Default)]
struct Inlined {
    /// In a record that is not yet written.
    unwritten: Option<Bytes>,
    placed: Vec<PlacedBlob>,
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
    /// What [`PlantedBug::BlobAfterRecord`] has not written yet.
    late: Mutex<Vec<(StagedContent, PathBuf)>>,
    /// Whether the store is closed. Who writes or removes a blob holds it, so that nothing changes after the close: the
    /// directory may be that of the next store by then.
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
            late: Mutex::default(),
            closed: RwLock::new(false),
        }
    }

    /// Takes, gives and removes no more blobs. Returns when those being written or removed are.
    pub(crate) fn close(&self) {
        *self.closed.write() = true;
    }

    pub(crate) fn pins(&self) -> &Arc<Pins> {
        &self.pins
    }

    /// Remembers a blob that rides in a record which is about to be written.
    pub(crate) fn inline(&self, digest: BlobDigest, content: Bytes) {
        self.inlined.lock().entry(digest).or_default().unwritten = Some(content);
    }

    /// Remembers where in the log a blob is.
    pub(crate) fn place(&self, blob: PlacedBlob) {
        let mut inlined = self.inlined.lock();
        let inlined = inlined.entry(blob.digest).or_default();
        inlined.unwritten = None;
        inlined.placed.push(blob);
    }

    /// Returns the blobs that lie in segments before the one that begins with `first_lsn`, each once.
    pub(crate) fn inlined_before(&self, first_lsn: Lsn) -> Vec<PlacedBlob> {
        let inlined = self.inlined.lock();
        let first = inlined.values().filter_map(|inlined| inlined.placed.first());
        first.filter(|placed| placed.first_lsn < first_lsn).cloned().collect()
    }

    /// Forgets where blobs are in segments before the one that begins with `first_lsn`: those that matter are files now.
    pub(crate) fn forget_before(&self, first_lsn: Lsn) {
        self.inlined.lock().retain(|_, inlined| {
            inlined.placed.retain(|placed| placed.first_lsn >= first_lsn);
            inlined.unwritten.is_some() || !inlined.placed.is_empty()
        });
    }

    /// Makes files of blobs that lie in the log. All of them are durable under their names when this returns.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if what lies in the log is not the blob.
    pub(crate) fn write_out(&self, blobs: &[PlacedBlob]) -> Result<(), StoreError> {
        if blobs.is_empty() {
            return Ok(());
        }
        let mut files = Vec::with_capacity(blobs.len());
        for blob in blobs {
            let path = self.path(&blob.digest);
            self.ensure_directory(parent_of(&path))?;
            files.push((self.copy(blob)?, path));
        }
        if !is_planted(PlantedBug::RidingBlobsNotSynced) {
            self.sync_all(&files.iter().map(|(file, _)| file.path()).collect::<Vec<_>>())?;
        }
        let mut directories = HashSet::new();
        for (file, path) in files {
            directories.insert(parent_of(&path).to_path_buf());
            file.rename(&path)?;
        }
        directories.iter().try_for_each(|directory| self.sync_dir(directory))
    }

    /// Copies a blob out of the log into a temporary file, which is closed: there may be more of them than a process may
    /// have open.
    fn copy(&self, blob: &PlacedBlob) -> Result<TempName, StoreError> {
        let file = self.vfs.open(&blob.path).map_err(StoreError::io("open", &blob.path))?;
        let content = BlobReader::file(file.into(), blob.offset, blob.bytes).read_whole();
        let content = content.map_err(StoreError::io("read", &blob.path))?;
        if BlobDigest::of(&content) != blob.digest {
            let reason = "the content of a package in the log does not have its digest";
            return Err(StoreError::corrupt(&blob.path, blob.offset, reason));
        }
        let mut file = TempFile::create(self.temp())?;
        file.append(&content)?;
        Ok(file.close())
    }

    /// Syncs files that were just written, with one call where the platform has one for many.
    fn sync_all(&self, paths: &[&Path]) -> Result<(), StoreError> {
        if let [path] = paths {
            return self.vfs.sync_file(path).map_err(StoreError::io("sync", path));
        }
        if self.vfs.sync_all(&self.layout.tmp()).map_err(StoreError::io("sync", &self.layout.tmp()))? {
            return Ok(());
        }
        paths.iter().try_for_each(|path| self.vfs.sync_file(path).map_err(StoreError::io("sync", path)))
    }

    /// Removes the file of a blob, unless it is pinned or `is_held` says otherwise. Nobody pins it meanwhile.
    ///
    /// The name is not synced: should it come back, the next sweep finds it.
    pub(crate) fn remove(
        &self,
        digest: &BlobDigest,
        is_held: impl FnOnce() -> bool,
    ) -> Result<bool, StoreError> {
        let closed = self.closed.read();
        check_open(*closed)?;
        let path = self.path(digest);
        let removed = self.pins.unless_pinned(digest, || {
            if is_held() { Ok(false) } else { self.vfs.remove_file(&path).map(|()| true) }
        });
        match removed {
            None => Ok(false),
            // It rides in a record, or went before.
            Some(Err(error)) if error.kind() == ErrorKind::NotFound => Ok(false),
            Some(removed) => removed.map_err(StoreError::io("remove", &path)),
        }
    }

    /// Hands every blob that has a file to `visit`, with its digest, or none for a file that is no blob.
    pub(crate) fn each_file(
        &self,
        visit: &mut dyn FnMut(PathBuf, Option<BlobDigest>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let blobs = self.layout.blobs();
        for name in vfs::list_if_directory(&*self.vfs, &blobs)?.unwrap_or_default() {
            let directory = blobs.join(name);
            for file in vfs::list_if_directory(&*self.vfs, &directory)?.unwrap_or_default() {
                let path = directory.join(&file);
                let digest = BlobDigest::from_hex(&file).filter(|digest| self.path(digest) == path);
                visit(path, digest)?;
            }
        }
        Ok(())
    }

    /// Tells how long a blob is, in bytes; `None` if it is neither in the log nor has a file.
    pub(crate) fn length(&self, digest: &BlobDigest) -> Result<Option<u64>, StoreError> {
        if let Some(inlined) = self.inlined.lock().get(digest) {
            let unwritten = inlined.unwritten.as_ref().map(|content| content.len() as u64);
            let placed = inlined.placed.last().map(|placed| placed.bytes);
            return Ok(unwritten.or(placed));
        }
        self.file_length(digest)
    }

    /// Tells how long the file of a blob is, in bytes; `None` if it has none.
    fn file_length(&self, digest: &BlobDigest) -> Result<Option<u64>, StoreError> {
        let path = self.path(digest);
        match self.vfs.open(&path).and_then(|file| file.len()) {
            Ok(length) => Ok(Some(length)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::io("read", &path)(error)),
        }
    }

    /// Tells whether some blob has a file.
    pub(crate) fn has_files(&self) -> Result<bool, StoreError> {
        let mut found = false;
        self.each_file(&mut |_, _| {
            found = true;
            Ok(())
        })?;
        Ok(found)
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

    /// Opens a blob that rides in a record: 64 KiB, unless the store was opened with another bound.
    fn open_inlined(&self, digest: &BlobDigest) -> Result<Option<BlobReader>, StoreError> {
        let placed = match self.inlined.lock().get(digest) {
            None => return Ok(None),
            Some(Inlined { unwritten: Some(content), .. }) => {
                return Ok(Some(BlobReader::memory(content.clone())));
            }
            Some(Inlined { placed, .. }) => placed.last().cloned(),
        };
        let Some(PlacedBlob { path, offset, bytes, .. }) = placed else { return Ok(None) };
        let file = self.vfs.open(&path).map_err(StoreError::io("open", &path))?;
        // Read at once, because the segment goes with a checkpoint, whoever has it open.
        let content = BlobReader::file(file.into(), offset, bytes).read_whole();
        let content = content.map_err(StoreError::io("read", &path))?;
        if BlobDigest::of(&content) != *digest {
            return Err(StoreError::corrupt(&path, offset, "a package in a record is damaged"));
        }
        Ok(Some(BlobReader::memory(content)))
    }

    /// Writes what a planted mistake has left for later.
    pub(crate) fn write_late(&self) {
        if is_planted(PlantedBug::BlobAfterRecord) {
            for (content, path) in std::mem::take(&mut *self.late.lock()) {
                let written = self.write_file(content, &path).and_then(|()| self.sync_dir(parent_of(&path)));
                let _: Result<(), StoreError> = written;
            }
        }
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
        if is_planted(PlantedBug::BlobAfterRecord) {
            self.late.lock().push((staged.into_content(), path));
            return Ok(pin);
        }
        // Also when there is a file of this name: it may be damaged, while this content is known to be right. Readers
        // keep the file that they have open.
        self.write_file(staged.into_content(), &path)?;
        // The record that names the blob must not be durable before the name is.
        if !is_planted(PlantedBug::BlobNameNotSynced) {
            self.sync_dir(directory)?;
        }
        Ok(pin)
    }

    fn pin(&self, digest: &BlobDigest) -> Result<Option<PinnedBlob>, StoreError> {
        check_open(*self.closed.read())?;
        let Some(size) = self.file_length(digest)? else { return Ok(None) };
        let pin = self.pins.pin(*digest, size);
        // It may have gone before it was pinned.
        Ok(self.file_length(digest)?.map(|_| pin))
    }

    fn open(&self, digest: &BlobDigest) -> Result<Option<BlobReader>, StoreError> {
        check_open(*self.closed.read())?;
        // A segment that went after it was looked up has left a file.
        match self.open_inlined(digest) {
            Err(StoreError::Io { source, .. })
                if matches!(source.kind(), ErrorKind::NotFound | ErrorKind::UnexpectedEof) => {}
            // While its bytes are freed they may read as zeros.
            Err(StoreError::Corrupt { .. }) => {}
            Ok(None) => {}
            opened => return opened,
        }
        let path = self.path(digest);
        match self.vfs.open(&path) {
            Ok(file) => {
                let length = file.len().map_err(StoreError::io("read", &path))?;
                Ok(Some(BlobReader::file(file.into(), 0, length)))
            }
            // Nor is it in the log any more, unless it was written into it again in between.
            Err(error) if error.kind() == ErrorKind::NotFound => self.open_inlined(digest),
            Err(error) => Err(StoreError::io("open", &path)(error)),
        }
    }
}
