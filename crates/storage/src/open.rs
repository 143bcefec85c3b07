//! Opening and closing a store on disk.

use std::path::Path;
use std::sync::Arc;

use crate::applier::{Signal, State};
use crate::blob::FileBlobs;
use crate::error::StoreError;
use crate::history::History;
use crate::identity::{self, StoreId};
use crate::local::{Commit, Shared};
use crate::meta::Meta;
use crate::options::{Durability, LocalOptions, Maintenance, TableKind};
use crate::record::LAYOUT_1;
use crate::recovery::{self, Found, LogEnd};
use crate::references::References;
use crate::sync::Mutex;
use crate::table::{MemoryTable, Table};
use crate::transaction::changes;
use crate::txn::{Lsn, TxnId};
use crate::unsynced;
use crate::vfs::{Layout, Unsynced, Vfs, parent_of};
use crate::wal::frame::{self, FrameKind};
use crate::wal::log::{Log, Parts};
use crate::wal::writer::{Batch, Begin, PlacedBlob, Writer};

/// How much is replayed before it goes to the table.
const REPLAY_BYTES: usize = 8 << 20;

/// The first segment is durable before a store takes its first blob.
pub(crate) const LOG_IS_GONE: &str = "the log is empty, but there are files of blobs";

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
    let store_id = identify(&*vfs, &layout, options)?;
    empty_tmp(&*vfs, &layout)?;
    let settled = options.durability == Durability::Disk && unsynced::settle(&*vfs, &layout)?;
    let marked = take_table_mark(options, &layout, store_id)?;
    if settled {
        unsynced::clear(&*vfs, &layout)?;
    }

    let blobs = Arc::new(FileBlobs::new(Arc::clone(&vfs), layout.clone(), options.inline_bytes_max));
    let table = open_table(&layout, options, marked)?;
    let state = State::new(table, options.overlay_bytes_max);
    let mut replay = Replay::new(&state, &blobs);
    let mut end = recovery::walk(&*vfs, &layout, store_id, &mut |found| replay.add(found))?;
    replay.check_blobs()?;
    let meta = replay.finish(&layout, &mut end)?;
    let history = replay.history;

    let header = end.next_header(store_id, salt(options));
    let salts = {
        let options = options.clone();
        Box::new(move || salt(&options))
    };
    let begin = Begin { vfs: Arc::clone(&vfs), layout: layout.clone(), header, salts };
    let (writer, placed) = Writer::begin(begin, end.survivors)?;
    placed.into_iter().for_each(|blob| blobs.place(blob));

    let signal = Arc::new(Signal::default());
    let on_spare_due: Box<dyn Fn() + Send + Sync> = match options.maintenance {
        Maintenance::Thread => {
            let signal = Arc::clone(&signal);
            Box::new(move || signal.raise())
        }
        Maintenance::Inline => Box::new(|| {}),
    };
    let log = Log::new(Parts {
        vfs: Arc::clone(&vfs),
        layout: layout.clone(),
        blobs: Arc::clone(&blobs),
        writer,
        durable: end.last_lsn,
        threaded: options.maintenance == Maintenance::Thread,
        on_spare_due,
    });
    Ok(Shared {
        vfs,
        layout,
        store_id,
        log,
        state,
        blobs,
        commit: Mutex::new(Commit { next_lsn: end.last_lsn + 1, meta }),
        history: Mutex::new(history),
        signal,
        maintenance: options.maintenance,
        lock: Mutex::new(Some(lock)),
    })
}

fn salt(options: &LocalOptions) -> u64 {
    u64::from_le_bytes(options.entropy.bytes().first_chunk().copied().unwrap_or_default())
}

fn create_directory(vfs: &dyn Vfs, layout: &Layout) -> Result<(), StoreError> {
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
fn identify(vfs: &dyn Vfs, layout: &Layout, options: &LocalOptions) -> Result<StoreId, StoreError> {
    if let Some(id) = identity::read(vfs, layout)? {
        // Who wrote it may have been ended before it was durable.
        vfs.sync_dir(&layout.root).map_err(StoreError::io("sync", &layout.root))?;
        return Ok(id);
    }
    identity::check_fresh(vfs, layout)?;
    for name in Layout::DIRECTORIES {
        let dir = layout.root.join(name);
        vfs.create_dir_all(&dir).map_err(StoreError::io("create", &dir))?;
    }
    let id = options.entropy.bytes();
    // Syncs the directory after the rename, and so the names of the three directories with it.
    identity::create(vfs, layout, id)?;
    Ok(id)
}

fn empty_tmp(vfs: &dyn Vfs, layout: &Layout) -> Result<(), StoreError> {
    let tmp = layout.tmp();
    vfs.create_dir_all(&tmp).map_err(StoreError::io("create", &tmp))?;
    for name in vfs.list(&tmp).map_err(StoreError::io("list", &tmp))? {
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
) -> Result<Option<Lsn>, StoreError> {
    // Synced whatever the store promises: an old mark must not come back and vouch for a table that changed.
    let vfs = &*options.vfs;
    let marked = identity::table_mark(vfs, layout, store_id);
    if marked.is_some() {
        let log_end = recovery::last_lsn(vfs, layout, store_id)?;
        identity::check_table_mark(marked, log_end, &layout.wal())?;
    }
    identity::remove_table_mark(vfs, layout)?;
    Ok(marked)
}

/// Opens the table if it is as a clean close left it, else an empty one.
fn open_table(
    layout: &Layout,
    options: &LocalOptions,
    marked: Option<Lsn>,
) -> Result<Arc<dyn Table>, StoreError> {
    match options.table {
        TableKind::Memory => {
            // It starts empty, whatever the mark said of a table on disk.
            let _: (&Layout, Option<Lsn>) = (layout, marked);
            Ok(Arc::new(MemoryTable::default()))
        }
        #[cfg(feature = "sled")]
        TableKind::Sled { cache_bytes } => open_sled(layout, cache_bytes, marked),
    }
}

#[cfg(feature = "sled")]
fn open_sled(layout: &Layout, cache_bytes: u64, marked: Option<Lsn>) -> Result<Arc<dyn Table>, StoreError> {
    use crate::table::SledTable;
    let path = layout.table();
    if let Some(marked) = marked
        && let Ok(table) = SledTable::open(&path, cache_bytes)
        && table.applied() == marked
    {
        return Ok(Arc::new(table));
    }
    SledTable::remove(&path)?;
    Ok(Arc::new(SledTable::open(&path, cache_bytes)?))
}

/// Applies the records of the log.
struct Replay<'a> {
    state: &'a State,
    blobs: &'a FileBlobs,
    history: History,
    meta: Option<Meta>,
    references: References,
}

impl<'a> Replay<'a> {
    fn new(state: &'a State, blobs: &'a FileBlobs) -> Self {
        Self { state, blobs, history: History::default(), meta: None, references: References::default() }
    }

    fn add(&mut self, found: Found<'_>) -> Result<(), StoreError> {
        let corrupt = |reason: &str| StoreError::corrupt(found.segment, found.offset, reason);
        if let Some(meta) = Meta::in_record(&found.record) {
            self.meta = Some(meta.map_err(|_| corrupt("the meta record does not decode"))?);
        }
        for slot in &found.blobs {
            self.blobs.place(PlacedBlob {
                digest: slot.digest,
                path: Arc::clone(found.segment),
                offset: slot.range.start as u64,
                bytes: slot.range.len() as u64,
            });
        }
        self.history.add(found.lsn, found.txn, &found.record);
        if found.lsn > self.state.table().applied() {
            self.references.add(&found.record);
            self.state.publish(changes(&found.record, found.lsn), found.lsn);
            if self.state.overlay_bytes() > REPLAY_BYTES && found.proven {
                self.state.drain(found.lsn)?;
            }
        }
        Ok(())
    }

    /// Checks that every blob is there which the replayed records hold: each was durable before its record.
    fn check_blobs(&self) -> Result<(), StoreError> {
        for (digest, size) in self.references.held() {
            let reason = match self.blobs.length(&digest)? {
                Some(length) if length == size => continue,
                Some(length) => format!("a blob that a record holds has {length} bytes instead of {size}"),
                None => "a blob that a record holds is missing".to_owned(),
            };
            return Err(StoreError::corrupt(&self.blobs.path(&digest), 0, reason));
        }
        Ok(())
    }

    /// Checks that this build may read the store. A new store gets its first record here.
    fn finish(&mut self, layout: &Layout, end: &mut LogEnd) -> Result<Meta, StoreError> {
        if let Some(meta) = self.meta {
            meta.check_reader(&layout.root)?;
            return Ok(meta);
        }
        if end.last_lsn > 0 {
            return Err(StoreError::corrupt(&layout.wal(), 0, "the log has no meta record"));
        }
        if self.blobs.has_files()? {
            return Err(StoreError::corrupt(&layout.wal(), 0, LOG_IS_GONE));
        }
        let meta = Meta::first();
        let record = meta.record()?;
        end.last_lsn = 1;
        let mut bytes = frame::begin(1, TxnId::new(0, [0; 16]), FrameKind::Transaction, LAYOUT_1);
        record.encode(&mut bytes);
        frame::end(&mut bytes);
        let mut batch = Batch::default();
        batch.push(1, &bytes, &[]);
        end.survivors = batch;
        self.state.publish(changes(&record, 1), 1);
        Ok(meta)
    }
}

/// Brings the table up to the end of the log and says so, so that the next open need not rebuild it.
pub(crate) fn close_table(shared: &Shared) -> Result<(), StoreError> {
    let table = shared.state.table();
    if !table.is_persistent() {
        return Ok(());
    }
    let durable = shared.log.durable();
    shared.state.drain(durable)?;
    if table.applied() != durable {
        // Nothing was waiting, so nothing was applied: only the mark moves.
        table.apply(Vec::new(), durable)?;
    }
    table.sync()?;
    #[cfg(feature = "sled")]
    identity::mark_table(&*shared.vfs, &shared.layout, shared.store_id, durable)?;
    Ok(())
}
