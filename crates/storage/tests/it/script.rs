//! The words in which the tests speak to a store.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use funclet_storage::{
    Abort, Backend, BlobDigest, CommitError, Encoded, LocalBackend, LocalOptions, Position, ReadError, Scope,
    StoreError, Tx, TxnId, codec,
};
use funclet_testkit::{SeededEntropy, SimVfs};

/// The directory of the store on a simulated disk.
pub(crate) const ROOT: &str = "store";
/// The kind of all values of the tests.
pub(crate) const KIND: u8 = 16;

pub(crate) fn scope() -> Scope {
    Scope::new("a/r").unwrap()
}

/// The id of a transaction: `number` is also its time. All others differ from the id of the store's own first record.
pub(crate) fn id(number: u64) -> TxnId {
    TxnId::new(number, [1; 16])
}

/// Random bytes that differ from store to store and from opening to opening.
pub(crate) fn entropy() -> Arc<SeededEntropy> {
    static SEED: AtomicU64 = AtomicU64::new(1);
    Arc::new(SeededEntropy::new(SEED.fetch_add(1, Ordering::Relaxed) << 32))
}

pub(crate) fn options(vfs: &SimVfs) -> LocalOptions {
    LocalOptions::new(ROOT, entropy()).vfs(Arc::new(vfs.clone()))
}

pub(crate) fn open(vfs: &SimVfs) -> Result<LocalBackend, StoreError> {
    LocalBackend::open(&options(vfs))
}

/// Opens a store that keeps all of its log.
pub(crate) fn open_keeping_log(vfs: &SimVfs) -> LocalBackend {
    LocalBackend::open(&options(vfs).checkpoint_bytes_min(u64::MAX)).unwrap()
}

/// How the opening failed.
pub(crate) fn refused(vfs: &SimVfs) -> StoreError {
    match open(vfs) {
        Ok(_) => panic!("the store opens"),
        Err(error) => error,
    }
}

pub(crate) fn text(value: &str) -> Encoded {
    codec::encode(KIND, &value).unwrap()
}

/// Sets `key` to `value` in the transaction `number`.
pub(crate) fn put(store: &dyn Backend, number: u64, key: &str, value: &str) -> Result<Position, CommitError> {
    store.transact(&scope(), id(number), &mut |tx| {
        tx.get(key.as_bytes())?;
        tx.put(key.as_bytes(), text(value))
    })
}

pub(crate) fn try_get(store: &dyn Backend, key: &str) -> Result<Option<String>, ReadError> {
    let mut found = None;
    store.read(&scope(), &mut |view| view.get(key.as_bytes()).map(|value| found = value))?;
    Ok(found.map(|value| codec::decode(KIND, &value).unwrap()))
}

pub(crate) fn get(store: &dyn Backend, key: &str) -> Option<String> {
    try_get(store, key).unwrap()
}

/// All keys and values of the tests' scope that are texts.
pub(crate) fn texts(store: &dyn Backend) -> Result<BTreeMap<String, String>, ReadError> {
    let mut found = BTreeMap::new();
    store.read(&scope(), &mut |view| {
        let page = view.scan(b"", None, 10_000)?;
        assert!(!page.more);
        let texts = page.entries.iter().filter(|(_, value)| value.kind() == KIND);
        found = texts
            .map(|(key, value)| (String::from_utf8_lossy(key).into(), codec::decode(KIND, value).unwrap()))
            .collect();
        Ok(())
    })?;
    Ok(found)
}

/// Copies a directory of the real file system as it is, with everything below it.
#[cfg(feature = "sled")]
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Bytes that belong to `seed` alone.
pub(crate) fn content(seed: u8, length: usize) -> Vec<u8> {
    let mut next = u32::from(seed) + 1;
    let byte = |_| {
        next = next.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (next >> 24) as u8
    };
    (0..length).map(byte).collect()
}

/// Takes a blob in and makes it durable, as a file.
pub(crate) fn upload(store: &dyn Backend, content: &[u8]) -> Result<funclet_storage::PinnedBlob, StoreError> {
    let mut writer = store.blobs().stage()?;
    writer.push(content)?;
    store.blobs().store(writer.finish()?)
}

/// The body that lets a blob ride in the record and holds it.
pub(crate) fn inline(tx: &mut dyn Tx, content: &[u8]) -> Result<(), Abort> {
    let digest = BlobDigest::of(content);
    tx.inline_blob(digest, Bytes::copy_from_slice(content))?;
    tx.hold(digest, content.len() as u64)
}

/// Takes a blob in as a file and holds it in the transaction `number`.
pub(crate) fn hold(store: &dyn Backend, number: u64, content: &[u8]) {
    let pin = upload(store, content).unwrap();
    store.transact(&scope(), id(number), &mut |tx| tx.hold(pin.digest(), pin.size())).unwrap();
}

/// Lets go of a blob in the transaction `number`.
pub(crate) fn release(store: &dyn Backend, number: u64, content: &[u8]) {
    store.transact(&scope(), id(number), &mut |tx| tx.release(BlobDigest::of(content))).unwrap();
}

pub(crate) fn blob(store: &dyn Backend, digest: &BlobDigest) -> Option<Vec<u8>> {
    let reader = store.blobs().open(digest).unwrap()?;
    Some(reader.read_whole().unwrap().to_vec())
}

/// The segments of the store on a simulated disk, in the order of the log.
pub(crate) fn segments(vfs: &SimVfs) -> Vec<PathBuf> {
    files_in(vfs, "wal")
}

/// Its snapshots, the oldest first.
pub(crate) fn snapshots(vfs: &SimVfs) -> Vec<PathBuf> {
    files_in(vfs, "snap")
}

/// The files below a directory of the store on a simulated disk.
pub(crate) fn files_in(vfs: &SimVfs, directory: &str) -> Vec<PathBuf> {
    let directory = Path::new(ROOT).join(directory);
    vfs.files().into_iter().filter(|path| path.starts_with(&directory)).collect()
}

/// The file of a blob in the store `root`.
pub(crate) fn blob_file(root: &Path, content: &[u8]) -> PathBuf {
    let digest = BlobDigest::of(content).to_string();
    root.join("blobs").join(&digest[..2]).join(&digest)
}

/// Where the last byte of a file that is not zero lies.
pub(crate) fn last_byte(content: &[u8]) -> usize {
    content.iter().rposition(|byte| *byte != 0).unwrap()
}
