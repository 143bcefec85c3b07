//! Opening and closing a store on disk.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};

use crate::blob::FileBlobs;
use crate::checkpoint::Checkpoints;
use crate::error::StoreError;
use crate::format_version::FormatVersion;
use crate::identity::{self, Identity, StoreId};
use crate::local::{Commit, Shared};
use crate::options::{Durability, LocalOptions, Maintenance};
use crate::places;
use crate::planted::{PlantedBug, is_planted};
use crate::reach::{Keeper, Reach};
use crate::recovery::{self, LogEnd, Start};
use crate::replay::{self, Recovered, Sources};
use crate::signal::Signal;
use crate::snapshot;
use crate::sync::Mutex;
use crate::txn::Lsn;
use crate::unsynced;
use crate::vfs::{Layout, Unsynced, Vfs, parent_of};
use crate::wal::log::{Log, Parts};
use crate::wal::writer::{Begin, Writer};

/// Opens a store, in the order of docs/durability.md.
pub(crate) fn open(options: &LocalOptions) -> Result<Shared, StoreError> {
    let layout = Layout { root: options.path.clone() };
    let vfs: Arc<dyn Vfs> = match options.durability {
        Durability::Disk => Arc::clone(&options.vfs),
        Durability::Process => Arc::new(Unsynced(Arc::clone(&options.vfs))),
    };
    // Names above the store are no part of it: they are synced whatever it promises.
    create_directory(&*options.vfs, &layout)?;
    let lock = lock(&*vfs, &layout)?;
    if options.durability == Durability::Process {
        // Nothing is written into a store that is not ours or newer.
        identity::read(&*vfs, &layout)?;
        unsynced::mark(&*options.vfs, &layout)?;
    }
    let Identity { id: store_id, format_version } = identify(&*vfs, &layout, options)?;
    places::check(&*vfs, &layout)?;
    empty_tmp(&*vfs, &layout)?;
    let settled = options.durability == Durability::Disk && unsynced::settle(&*vfs, &layout)?;
    let (snapshot, older) = snapshot::newest(&*vfs, &layout, store_id)?;
    let start = Start::after(snapshot.as_ref().map(|snapshot| &snapshot.header));
    let last = recovery::last_lsn(&*vfs, &layout, store_id, start)?;
    let marked = take_table_mark(options, &layout, store_id, last)?;
    if settled {
        unsynced::clear(&*vfs, &layout)?;
    }

    let snapshot = snapshot.as_ref();
    let sources = Sources { vfs: Arc::clone(&vfs), layout: &layout, store_id, snapshot, last, marked };
    let Recovered { state, blobs, history, holders, meta, log_bytes, end } =
        replay::recover(&sources, options)?;
    remove_superseded(&*vfs, &layout, older, &end.superseded)?;
    let format = FormatVersion::of(Identity { id: store_id, format_version });
    match format.raise(&*vfs, &layout) {
        // Who wants to delete something must be able to open the store.
        Err(StoreError::Full { .. }) => {}
        raised => raised?,
    }

    let (durable, witnessed) = (end.last_lsn, end.proven.last_lsn);
    let place = Place { vfs: &vfs, layout: &layout, store_id };
    let (writer, reach) = begin_log(options, &place, end, &blobs)?;
    let signal = Arc::new(Signal::default());
    let log = Log::new(Parts {
        vfs: Arc::clone(&vfs),
        layout: layout.clone(),
        blobs: Arc::clone(&blobs),
        writer,
        durable,
        witnessed,
        sizes: options.segment_sizes,
        threaded: options.maintenance == Maintenance::Thread,
        on_upkeep_due: on_upkeep_due(options.maintenance, &signal),
    });
    // What the last process left is looked for once, by the first checkpoint.
    let checkpoints = Checkpoints::new(snapshot, marked.is_none());
    Ok(Shared {
        vfs,
        syncing_vfs: Arc::clone(&options.vfs),
        layout,
        store_id,
        log,
        state,
        blobs,
        commit: Mutex::new(Commit { next_lsn: durable + 1, meta }),
        history: Mutex::new(history),
        holders: Mutex::new(holders),
        collecting: Mutex::new(()),
        blob_grace_ms: options.blob_grace_ms,
        log_bytes: AtomicU64::new(log_bytes),
        checkpoints,
        format,
        reach: Keeper::new(reach),
        checkpoint_bytes_min: options.checkpoint_bytes_min,
        is_full: AtomicBool::new(false),
        signal,
        maintenance: options.maintenance,
        lock: Mutex::new(Some(lock)),
    })
}

/// Where a store is, and whose.
struct Place<'a> {
    vfs: &'a Arc<dyn Vfs>,
    layout: &'a Layout,
    store_id: StoreId,
}

/// Begins the segment in which the log goes on, and says that it does: what `REACH` says then, if it is kept up to date.
fn begin_log(
    options: &LocalOptions,
    &Place { vfs, layout, store_id }: &Place<'_>,
    end: LogEnd,
    blobs: &FileBlobs,
) -> Result<(Writer, Option<Reach>), StoreError> {
    let is_synced = options.durability == Durability::Disk;
    let header = end.next_header(store_id, salt(options));
    let reach = Reach { segment: header.first_lsn, record: end.last_lsn };
    let write_reach = || match reach.write(&**vfs, layout, store_id) {
        // The log is whole without it, and who wants to delete something must be able to open the store.
        Err(StoreError::Full { .. }) => Ok(()),
        written => written,
    };
    if is_synced && is_planted(PlantedBug::ReachToldTooEarly) {
        write_reach()?;
    }
    let salts = {
        let options = options.clone();
        Box::new(move || salt(&options))
    };
    let begin = Begin {
        vfs: Arc::clone(vfs),
        layout: layout.clone(),
        header,
        segments: end.segments,
        sizes: options.segment_sizes,
        states_length: is_synced,
        salts,
    };
    let (writer, placed) = Writer::begin(begin, end.survivors)?;
    placed.into_iter().for_each(|blob| blobs.place(blob));
    if is_synced {
        write_reach()?;
    }
    Ok((writer, is_synced.then_some(reach)))
}

fn on_upkeep_due(maintenance: Maintenance, signal: &Arc<Signal>) -> Box<dyn Fn() + Send + Sync> {
    match maintenance {
        Maintenance::Thread => {
            let signal = Arc::clone(signal);
            Box::new(move || signal.raise())
        }
        Maintenance::Inline => Box::new(|| {}),
    }
}

fn salt(options: &LocalOptions) -> u64 {
    u64::from_le_bytes(options.entropy.bytes().first_chunk().copied().unwrap_or_default())
}

/// Makes the directory of a store, durably, with those above it.
pub(crate) fn create_directory(vfs: &dyn Vfs, layout: &Layout) -> Result<(), StoreError> {
    let root = &layout.root;
    let mut missing = Vec::new();
    for directory in root.ancestors().take_while(|path| !path.as_os_str().is_empty()) {
        if vfs.exists(directory).map_err(StoreError::io("look for", directory))? {
            adopt_directory(vfs, directory)?;
            break;
        }
        missing.push(directory);
    }
    if missing.is_empty() {
        return identity::check_directory(vfs, layout);
    }
    // One after another, so that those which an interrupted creation leaves are durable but for the last.
    missing.into_iter().rev().try_for_each(|directory| {
        vfs.create_dir_all(directory).map_err(StoreError::io("create", directory))?;
        sync_name(vfs, directory)
    })
}

/// Makes the name of a directory durable.
fn sync_name(vfs: &dyn Vfs, path: &Path) -> Result<(), StoreError> {
    let parent = parent_of(path);
    let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    vfs.sync_dir(parent).map_err(StoreError::io("sync", parent))
}

/// Takes a directory that was there before: whoever made it need not have synced its name, if only because that process
/// was ended. Where the directory above may not be read or written, the name was not made by us.
fn adopt_directory(vfs: &dyn Vfs, directory: &Path) -> Result<(), StoreError> {
    use std::io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
    if directory.parent().is_none() {
        // The root of the file system has no name.
        return Ok(());
    }
    match sync_name(vfs, directory) {
        Err(StoreError::Io { source, .. })
            if matches!(source.kind(), PermissionDenied | ReadOnlyFilesystem) =>
        {
            Ok(())
        }
        other => other,
    }
}

/// Takes the lock. A directory that is not ours is left without one.
fn lock(vfs: &dyn Vfs, layout: &Layout) -> Result<Box<dyn Send + Sync>, StoreError> {
    if !vfs.exists(&layout.format()).map_err(StoreError::io("look for", &layout.format()))? {
        identity::check_fresh(vfs, layout)?;
    }
    let path = layout.lock();
    let lock = vfs.lock(&path).map_err(StoreError::io("lock", &path))?;
    lock.ok_or_else(|| StoreError::Locked { path: layout.root.clone() })
}

/// Reads who the store is, or creates it.
fn identify(vfs: &dyn Vfs, layout: &Layout, options: &LocalOptions) -> Result<Identity, StoreError> {
    if let Some(identity) = identity::read(vfs, layout)? {
        // Who wrote it may have been ended before it was durable.
        vfs.sync_dir(&layout.root).map_err(StoreError::io("sync", &layout.root))?;
        return Ok(identity);
    }
    identity::check_fresh(vfs, layout)?;
    for name in Layout::DIRECTORIES {
        let dir = layout.root.join(name);
        vfs.create_dir_all(&dir).map_err(StoreError::io("create", &dir))?;
    }
    // Before FORMAT has its name: who sees that expects the directories.
    vfs.sync_dir(&layout.root).map_err(StoreError::io("sync", &layout.root))?;
    identity::write(vfs, layout, options.entropy.bytes())
}

/// Removes what other processes have left in `tmp/`. What has no name that one of them gives is not ours.
fn empty_tmp(vfs: &dyn Vfs, layout: &Layout) -> Result<(), StoreError> {
    let tmp = layout.tmp();
    vfs.create_dir_all(&tmp).map_err(StoreError::io("create", &tmp))?;
    let names = vfs.list(&tmp).map_err(StoreError::io("list", &tmp))?;
    for name in names.iter().filter(|name| Layout::is_temporary(name)) {
        let path = tmp.join(name);
        vfs.remove_file(&path).map_err(StoreError::io("remove", &path))?;
    }
    Ok(())
}

/// Takes the mark of the clean close away, durably, before the table may change. Returns what it said.
///
/// A log that ends before the mark has lost acknowledged records. Then nothing is changed, so that the store is refused
/// the next time, too.
fn take_table_mark(
    options: &LocalOptions,
    layout: &Layout,
    store_id: StoreId,
    log_end: Lsn,
) -> Result<Option<Lsn>, StoreError> {
    // Synced whatever the store promises: an old mark must not come back and vouch for a table that changed.
    let vfs = &*options.vfs;
    let marked = identity::table_mark(vfs, layout, store_id);
    identity::check_table_mark(marked, log_end, &layout.wal())?;
    identity::remove_table_mark(vfs, layout)?;
    Ok(marked)
}

/// Removes what an interrupted checkpoint has left: older snapshots, and segments before the one that the newest snapshot
/// names. That snapshot has its name for good before they go.
fn remove_superseded(
    vfs: &dyn Vfs,
    layout: &Layout,
    snapshots: Vec<PathBuf>,
    segments: &[PathBuf],
) -> Result<(), StoreError> {
    if snapshots.is_empty() && segments.is_empty() {
        return Ok(());
    }
    vfs.sync_dir(&layout.snap()).map_err(StoreError::io("sync", &layout.snap()))?;
    let remove = |path: &PathBuf| vfs.remove_file(path).map_err(StoreError::io("remove", path));
    snapshots.iter().chain(segments).try_for_each(remove)
}

/// Brings the table up to the end of the log and says so, so that the next open need not rebuild it.
pub(crate) fn close_table(shared: &Shared) -> Result<(), StoreError> {
    let table = shared.state.table();
    if !table.is_persistent() {
        return Ok(());
    }
    shared.state.drain(shared.log.durable())?;
    table.sync()?;
    #[cfg(feature = "sled")]
    identity::mark_table(&*shared.vfs, &shared.layout, shared.store_id, table.applied())?;
    Ok(())
}
