//! What says that a directory is a store: the file `FORMAT`, and the marker of the table.
//!
//! ```text
//! FORMAT = magic(8) version:u32 reserved(4) store id(16) crc32:u32      crc of the 32 bytes before it
//! TABLE  = magic(8) version:u32 reserved(4) store id(16) applied:u64 crc32:u32
//! ```

use std::path::Path;

use crate::error::StoreError;
use crate::txn::Lsn;
use crate::vfs::{self, Layout, Vfs};

/// The newest version of the store's format that this build reads, and the one it writes.
pub(crate) const FORMAT_VERSION: u32 = 1;
const FORMAT_MAGIC: &[u8; 8] = b"FUNCLET\n";
const TABLE_MAGIC: &[u8; 8] = b"FNCLTTBL";
const SMALL_FILE_BYTES: u64 = 4096;

/// The random name of a store, drawn when it was created.
pub(crate) type StoreId = [u8; 16];

/// Writes `FORMAT`; afterwards the directory is a store.
pub(crate) fn create(vfs: &dyn Vfs, layout: &Layout, id: StoreId) -> Result<(), StoreError> {
    let path = layout.format();
    vfs::write_atomic(vfs, &layout.tmp().join("format"), &path, &encode(FORMAT_MAGIC, id, &[]))
        .map_err(StoreError::io("write", &path))
}

/// Reads `FORMAT`. `None` if there is none.
pub(crate) fn read(vfs: &dyn Vfs, layout: &Layout) -> Result<Option<StoreId>, StoreError> {
    let path = layout.format();
    let bytes = match vfs::read_all(vfs, &path, SMALL_FILE_BYTES) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StoreError::io("read", &path)(error)),
    };
    if bytes.get(..8) != Some(FORMAT_MAGIC) {
        let reason = "its FORMAT file is not one of ours".into();
        return Err(StoreError::NotAStore { path: layout.root.clone(), reason });
    }
    let damaged = || StoreError::corrupt(&path, 0, "FORMAT has a wrong length or checksum");
    let (version, id, rest) = decode(&bytes).ok_or_else(damaged)?;
    if version > FORMAT_VERSION {
        let (path, supported) = (layout.root.clone(), FORMAT_VERSION);
        return Err(StoreError::NewerFormat { path, found: version, supported });
    }
    if rest.is_empty() { Ok(Some(id)) } else { Err(damaged()) }
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
    let bytes = encode(TABLE_MAGIC, id, &applied.to_le_bytes());
    vfs::write_atomic(vfs, &layout.tmp().join("table"), &path, &bytes).map_err(StoreError::io("write", &path))
}

/// Takes the marker away, durably, before the table may change. Returns what it said of this store's table.
///
/// A marker that is damaged or of another store says nothing; the table is then rebuilt.
pub(crate) fn take_table_mark(
    vfs: &dyn Vfs,
    layout: &Layout,
    id: StoreId,
) -> Result<Option<Lsn>, StoreError> {
    let path = layout.table_marker();
    let bytes = match vfs::read_all(vfs, &path, SMALL_FILE_BYTES) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        // One that cannot be read has to go all the same: it must not vouch for a later table.
        read => read.unwrap_or_default(),
    };
    vfs.remove_file(&path).map_err(StoreError::io("remove", &path))?;
    vfs.sync_dir(&layout.root).map_err(StoreError::io("sync", &layout.root))?;
    let marker = (bytes.get(..8) == Some(TABLE_MAGIC)).then(|| decode(&bytes)).flatten();
    Ok(marker.and_then(|(version, of, rest)| {
        let known = version == FORMAT_VERSION && of == id;
        known.then(|| rest.try_into().ok().map(Lsn::from_le_bytes)).flatten()
    }))
}

fn encode(magic: &[u8; 8], id: StoreId, rest: &[u8]) -> Vec<u8> {
    let mut bytes = [magic, &FORMAT_VERSION.to_le_bytes()[..], &[0; 4], &id, rest].concat();
    let crc = crc32fast::hash(&bytes);
    bytes.extend_from_slice(&crc.to_le_bytes());
    bytes
}

/// Version, store id and what follows. `None` if the checksum does not fit.
fn decode(bytes: &[u8]) -> Option<(u32, StoreId, &[u8])> {
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
    for name in list(&layout.root)? {
        let ours = name == "LOCK" || Layout::DIRECTORIES.contains(&name.as_str());
        if !ours {
            let reason = format!("it has no FORMAT file but holds {name:?}");
            return Err(StoreError::NotAStore { path: layout.root.clone(), reason });
        }
    }
    for dir in [layout.wal(), layout.blobs()] {
        if vfs.exists(&dir).map_err(StoreError::io("look for", &dir))? && !list(&dir)?.is_empty() {
            return Err(StoreError::corrupt(&layout.format(), 0, "FORMAT is missing"));
        }
    }
    Ok(())
}
