//! Copies of a store: while it is open, or closed.
//!
//! A copy holds snapshot, log and blobs, but no table, which is made from them. Files that are never changed again (all but
//! the segment that is being written) become hard links where the file system can do that. `FORMAT` comes last, so that
//! only a whole copy is a store.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::blob::FileBlobs;
use crate::check::{self, Whole};
use crate::closed_store::claim;
use crate::error::StoreError;
use crate::identity::StoreId;
use crate::local::Shared;
use crate::open::create_directory;
use crate::reach::Reach;
use crate::snapshot;
use crate::vfs::{self, Layout, Vfs, parent_of};
use crate::wal::segment;
use crate::wal::writer::Written;

/// How much is copied at once.
const COPY_BYTES: usize = 1 << 20;
/// The longest `FORMAT`.
const FORMAT_BYTES_MAX: u64 = 4096;

/// Whether files may share their bytes with the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CopyMode {
    /// Hard links where possible: fast and small, on the same disk, and damaged with it.
    #[default]
    Link,
    /// Every byte is copied.
    Bytes,
}

/// How far a copy has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CopyProgress {
    /// How many files are there, of how many.
    pub files: (u64, u64),
    /// How many bytes the files have that are there.
    pub bytes: u64,
    /// How many of the files are hard links.
    pub linked: u64,
}

/// A file to be copied: its path below the store, and how much of it.
struct Part {
    path: PathBuf,
    /// `None`: all of it, and it never changes again.
    bytes: Option<u64>,
}

/// Copies the closed store in `from` to `to`, which is empty or not there. A copy of a copy is how one is restored.
///
/// # Errors
/// [`StoreError`] if there is no store, if somebody has it open, if something is in the way at `to`, or if a file can not
/// be copied; what was copied then is no store.
pub fn copy_store(
    from: &Path,
    to: &Path,
    mode: CopyMode,
    progress: &mut dyn FnMut(CopyProgress),
) -> Result<CopyProgress, StoreError> {
    let (vfs, layout, _lock) = claim(from)?;
    let Whole { id, snapshot, log } = check::find_whole(vfs, &layout)?;
    let mut parts: Vec<_> =
        log.segments.iter().map(|first| whole(segment::path(&layout.wal(), *first))).collect();
    parts.extend(snapshot.map(whole));
    let blobs = FileBlobs::new(Arc::new(vfs), layout.clone(), 0);
    let target = Target { layout: Layout { root: to.into() }, mode, id, reach: log.reach() };
    copy(&vfs, &layout, &blobs, parts, &target, progress)
}

impl Shared {
    /// Copies the store while it is open. Commits go on; checkpoints and the removal of blobs wait.
    pub(crate) fn backup(
        &self,
        to: &Path,
        mode: CopyMode,
        progress: &mut dyn FnMut(CopyProgress),
    ) -> Result<CopyProgress, StoreError> {
        let mut no_checkpoint = self.hold_off_checkpoints();
        // A copy has no table that could stand in for a damaged snapshot.
        self.mend_snapshot(&mut no_checkpoint)?;
        let _no_collection = self.collecting.lock();
        // Asked first: what is durable now is in what is written.
        let durable = self.log.durable();
        let Written { segments, end } = self.log.written();
        let mut parts: Vec<_> =
            segments.iter().map(|first| whole(segment::path(&self.layout.wal(), *first))).collect();
        if let Some(tail) = parts.last_mut() {
            tail.bytes = Some(end);
        }
        // After the log: every blob that a record names was there before the record was.
        let snapshot = snapshot::newest(&*self.vfs, &self.layout, self.store_id)?.0;
        parts.extend(snapshot.map(|snapshot| whole(snapshot.path)));
        let reach = Reach { segment: segments.last().copied().unwrap_or_default(), record: durable };
        let target = Target { layout: Layout { root: to.into() }, mode, id: self.store_id, reach };
        // A copy is durable, also that of a store which is not: nothing in it would say so.
        copy(&*self.syncing_vfs, &self.layout, &self.blobs, parts, &target, progress)
    }
}

fn whole(path: PathBuf) -> Part {
    Part { path, bytes: None }
}

struct Target {
    layout: Layout,
    mode: CopyMode,
    id: StoreId,
    /// How far the log of the copy goes.
    reach: Reach,
}

fn copy(
    vfs: &dyn Vfs,
    from: &Layout,
    blobs: &FileBlobs,
    mut parts: Vec<Part>,
    target: &Target,
    progress: &mut dyn FnMut(CopyProgress),
) -> Result<CopyProgress, StoreError> {
    let to = &target.layout;
    check_outside(vfs, from, to)?;
    make_directories(vfs, to)?;
    blobs.each_file(&mut |path, digest| {
        parts.extend(digest.map(|_| whole(path)));
        Ok(())
    })?;
    let mut done = CopyProgress { files: (0, parts.len() as u64), ..CopyProgress::default() };
    for part in &parts {
        let name = part.path.strip_prefix(&from.root).unwrap_or(&part.path);
        let path = to.root.join(name);
        let (bytes, linked) = copy_part(vfs, part, &path, target.mode)?;
        done.files.0 += 1;
        done.bytes += bytes;
        done.linked += u64::from(linked);
        progress(done);
    }
    sync_directories(vfs, to)?;
    let format = vfs::read_all(vfs, &from.format(), FORMAT_BYTES_MAX);
    let format = format.map_err(StoreError::io("read", &from.format()))?;
    target.reach.write(vfs, to, target.id)?;
    vfs::write_atomic(vfs, &to.tmp().join("format"), &to.format(), &format)
        .map_err(StoreError::io("write", &to.format()))?;
    Ok(done)
}

/// Refuses a copy within the store itself, where its files would be taken for the store's.
fn check_outside(vfs: &dyn Vfs, from: &Layout, to: &Layout) -> Result<(), StoreError> {
    // Where paths have no other names than these, nobody has asked for such a copy by mistake.
    let Ok(root) = vfs.canonical(&from.root) else { return Ok(()) };
    let existing = to.root.ancestors().find_map(|directory| {
        let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
        vfs.canonical(directory).ok()
    });
    if existing.is_some_and(|directory| directory.starts_with(&root)) {
        let within = io::Error::new(ErrorKind::InvalidInput, "it lies within the store");
        return Err(StoreError::io("copy into", &to.root)(within));
    }
    Ok(())
}

/// Makes the directories of a copy where nothing is.
fn make_directories(vfs: &dyn Vfs, to: &Layout) -> Result<(), StoreError> {
    let in_the_way = match vfs.list(&to.root) {
        Ok(names) => (!names.is_empty()).then_some("it is not empty"),
        Err(error) if error.kind() == ErrorKind::NotADirectory && vfs.exists(&to.root).unwrap_or(false) => {
            Some("it is a file")
        }
        // Nothing is there, or the creation tells what is wrong.
        Err(_) => None,
    };
    if let Some(reason) = in_the_way {
        return Err(StoreError::io("copy into", &to.root)(io::Error::new(ErrorKind::AlreadyExists, reason)));
    }
    create_directory(vfs, to)?;
    for name in Layout::DIRECTORIES {
        let directory = to.root.join(name);
        vfs.create_dir_all(&directory).map_err(StoreError::io("create", &directory))?;
    }
    Ok(())
}

/// Copies or links one file, durably but for its name. Tells its length and whether it is a link.
fn copy_part(vfs: &dyn Vfs, part: &Part, to: &Path, mode: CopyMode) -> Result<(u64, bool), StoreError> {
    let directory = parent_of(to);
    vfs.create_dir_all(directory).map_err(StoreError::io("create", directory))?;
    let from = vfs.open(&part.path).map_err(StoreError::io("open", &part.path))?;
    let length = from.len().map_err(StoreError::io("read", &part.path))?;
    if part.bytes.is_none() && mode == CopyMode::Link && vfs.hard_link(&part.path, to).is_ok() {
        vfs.sync_file(to).map_err(StoreError::io("sync", to))?;
        return Ok((length, true));
    }
    let file = vfs.create(to).map_err(StoreError::io("create", to))?;
    let (end, mut at) = (part.bytes.unwrap_or(length), 0);
    let mut buffer = vec![0; COPY_BYTES];
    while at < end {
        let wanted = usize::try_from(end - at).unwrap_or(COPY_BYTES).min(COPY_BYTES);
        let room = buffer.get_mut(..wanted).unwrap_or_default();
        let read = from.read_at(room, at).map_err(StoreError::io("read", &part.path))?;
        if read == 0 {
            return Err(StoreError::corrupt(&part.path, at, "the file is shorter than it was"));
        }
        let bytes = buffer.get(..read).unwrap_or_default();
        file.write_at(bytes, at).map_err(StoreError::io("write", to))?;
        at += read as u64;
    }
    if end < length {
        // A segment is as long as its header says; nothing has been written there.
        file.write_at(&[0], length - 1).map_err(StoreError::io("write", to))?;
    }
    file.sync_data().map_err(StoreError::io("sync", to))?;
    Ok((end, false))
}

/// Makes the names of everything durable that was copied.
fn sync_directories(vfs: &dyn Vfs, to: &Layout) -> Result<(), StoreError> {
    let sync = |directory: &Path| vfs.sync_dir(directory).map_err(StoreError::io("sync", directory));
    for name in vfs::list_if_directory(vfs, &to.blobs())?.unwrap_or_default() {
        sync(&to.blobs().join(name))?;
    }
    for name in Layout::DIRECTORIES {
        sync(&to.root.join(name))?;
    }
    sync(&to.root)
}
