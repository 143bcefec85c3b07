//! What says that a directory is a store: the file `FORMAT`, and the marker of the table.
//!
//! ```text
//! FORMAT = magic(8) version:u32 reserved(4) store id(16) crc32:u32      crc of the 32 bytes before it
//! TABLE  = magic(8) version:u32 reserved(4) store id(16) applied:u64 crc32:u32
//! ```

use std::io::{self, ErrorKind};
use std::path::Path;

use crate::error::StoreError;
use crate::txn::Lsn;
use crate::vfs::{self, Layout, Vfs};

/// The newest version of the store's format that this build reads, and the one it writes.
///
/// Version 1 had no snapshots: a build of its time would miss the begin of the log. Version 2 had functions and versions only,
/// version 3 no reports of packages: one of their time would leave behind what belongs to what it deletes. All are read, and
/// become version 4 when they are opened to be written to.
pub(crate) const FORMAT_VERSION: u32 = 4;
/// The version of the marker of the table.
const TABLE_VERSION: u32 = 1;
const FORMAT_MAGIC: &[u8; 8] = b"FUNCLET\n";
const TABLE_MAGIC: &[u8; 8] = b"FNCLTTBL";
const SMALL_FILE_BYTES: usize = 4096;

/// The random name of a store, drawn when it was created.
pub(crate) type StoreId = [u8; 16];

/// Who a store is, and the version of its format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) id: StoreId,
    pub(crate) format_version: u32,
}

/// Writes `FORMAT` in the newest version; afterwards the directory is a store.
pub(crate) fn write(vfs: &dyn Vfs, layout: &Layout, id: StoreId) -> Result<Identity, StoreError> {
    let path = layout.format();
    let bytes = encode(FORMAT_MAGIC, FORMAT_VERSION, id, &[]);
    vfs::write_atomic(vfs, &layout.tmp().join("format"), &path, &bytes)
        .map_err(StoreError::io("write", &path))?;
    Ok(Identity { id, format_version: FORMAT_VERSION })
}

/// Reads `FORMAT`. `None` if there is none.
pub(crate) fn read(vfs: &dyn Vfs, layout: &Layout) -> Result<Option<Identity>, StoreError> {
    let path = layout.format();
    let foreign = |reason: &str| StoreError::NotAStore { path: layout.root.clone(), reason: reason.into() };
    let bytes = match read_begin(vfs, &path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) if error.kind() == ErrorKind::IsADirectory => {
            return Err(foreign("its FORMAT is a directory"));
        }
        Err(error) => return Err(StoreError::io("read", &path)(error)),
    };
    if bytes.get(..8) != Some(FORMAT_MAGIC) {
        return Err(foreign("its FORMAT file is not one of ours"));
    }
    let damaged = || StoreError::corrupt(&path, 0, "FORMAT has a wrong length or checksum");
    let (version, id, rest) = decode(&bytes).ok_or_else(damaged)?;
    if version > FORMAT_VERSION {
        let (path, supported) = (layout.root.clone(), FORMAT_VERSION);
        return Err(StoreError::NewerFormat { path, found: version, supported });
    }
    if rest.is_empty() { Ok(Some(Identity { id, format_version: version })) } else { Err(damaged()) }
}

/// Reads the first bytes of a file. Of one that is longer than any of ours they have no valid checksum.
fn read_begin(vfs: &dyn Vfs, path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; SMALL_FILE_BYTES];
    let read = vfs::read_up_to(&*vfs.open(path)?, &mut bytes, 0)?;
    bytes.truncate(read);
    Ok(bytes)
}

/// Says that the table holds every record up to `applied` and nothing else. Written at a clean close.
#[cfg(feature = "sled")]
pub(crate) fn mark_table(
    vfs: &dyn Vfs,
    layout: &Layout,
    id: StoreId,
    applied: Lsn,
) -> Result<(), StoreError> {
    let path = layout.table_marker();
    let bytes = encode(TABLE_MAGIC, TABLE_VERSION, id, &applied.to_le_bytes());
    vfs::write_atomic(vfs, &layout.tmp().join("table"), &path, &bytes).map_err(StoreError::io("write", &path))
}

/// Reads what the marker says of this store's table.
///
/// A marker that cannot be read, is damaged or of another store says nothing; the table is then rebuilt.
pub(crate) fn table_mark(vfs: &dyn Vfs, layout: &Layout, id: StoreId) -> Option<Lsn> {
    let bytes = read_begin(vfs, &layout.table_marker()).ok()?;
    if bytes.get(..8) != Some(TABLE_MAGIC) {
        return None;
    }
    let (version, of, rest) = decode(&bytes)?;
    let known = version == TABLE_VERSION && of == id;
    known.then(|| rest.try_into().ok().map(Lsn::from_le_bytes)).flatten()
}

/// Takes the marker away, durably, whatever it says: it must not vouch for a table that changes from now on.
pub(crate) fn remove_table_mark(vfs: &dyn Vfs, layout: &Layout) -> Result<(), StoreError> {
    let path = layout.table_marker();
    if !vfs.exists(&path).map_err(StoreError::io("look for", &path))? {
        return Ok(());
    }
    vfs.remove_file(&path).map_err(StoreError::io("remove", &path))?;
    vfs.sync_dir(&layout.root).map_err(StoreError::io("sync", &layout.root))
}

/// Checks that the log holds everything that the table held at the clean close: else it has lost its end since.
pub(crate) fn check_table_mark(marked: Option<Lsn>, log_end: Lsn, wal: &Path) -> Result<(), StoreError> {
    match marked {
        Some(applied) if applied > log_end => Err(StoreError::Corrupt {
            file: wal.into(),
            offset: 0,
            lsn: Some(log_end + 1),
            reason: format!("the store was closed after record {applied}, but the log ends at {log_end}"),
        }),
        _ => Ok(()),
    }
}

/// The form of all small files: what it is, whose, and the rest, with a checksum of it all.
pub(crate) fn encode(magic: &[u8; 8], version: u32, id: StoreId, rest: &[u8]) -> Vec<u8> {
    let mut bytes = [magic, &version.to_le_bytes()[..], &[0; 4], &id, rest].concat();
    let crc = crc32fast::hash(&bytes);
    bytes.extend_from_slice(&crc.to_le_bytes());
    bytes
}

/// Version, store id and what follows. `None` if the checksum does not fit.
pub(crate) fn decode(bytes: &[u8]) -> Option<(u32, StoreId, &[u8])> {
    let (body, crc) = bytes.split_at_checked(bytes.len().checked_sub(4)?)?;
    if crc32fast::hash(body) != u32::from_le_bytes(crc.try_into().ok()?) {
        return None;
    }
    let version = u32::from_le_bytes(body.get(8..12)?.try_into().ok()?);
    Some((version, body.get(16..32)?.try_into().ok()?, body.get(32..)?))
}

/// Checks that a directory without `FORMAT` is empty, or a store whose creation was interrupted.
pub(crate) fn check_fresh(vfs: &dyn Vfs, layout: &Layout) -> Result<(), StoreError> {
    let list = |dir: &Path| vfs.list(dir).map_err(StoreError::io("list", dir));
    let names = list(&layout.root)?;
    let is_ours = |name: &str| Layout::FILES.contains(&name) || Layout::DIRECTORIES.contains(&name);
    if let Some(name) =
        names.iter().find(|name| !is_ours(name) && !Layout::LATER_NAMES.contains(&name.as_str()))
    {
        let reason = format!("it has no FORMAT file but holds {name:?}");
        return Err(StoreError::NotAStore { path: layout.root.clone(), reason });
    }
    let mut was_a_store = names.iter().any(|name| Layout::LATER_NAMES.contains(&name.as_str()));
    for dir in [layout.wal(), layout.snap(), layout.blobs()] {
        let is_there = vfs.exists(&dir).map_err(StoreError::io("look for", &dir))?;
        was_a_store |= is_there && !list(&dir)?.is_empty();
    }
    if was_a_store {
        return Err(StoreError::corrupt(&layout.format(), 0, "FORMAT is missing"));
    }
    Ok(())
}

/// Checks that what stands in the place of the store, if anything, is no file.
pub(crate) fn check_directory(vfs: &dyn Vfs, layout: &Layout) -> Result<(), StoreError> {
    match vfs.list(&layout.root) {
        Err(error) if error.kind() == ErrorKind::NotADirectory => {
            Err(StoreError::NotAStore { path: layout.root.clone(), reason: "it is a file".into() })
        }
        // Whatever else is wrong is told by who needs it.
        _ => Ok(()),
    }
}
