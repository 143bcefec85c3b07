//! Checking one blob.

use std::io::{self, Read as _};

use crate::backend::BlobStore as _;
use crate::blob::{BlobReader, FileBlobs};
use crate::check::finding::{Finding, UPLOAD};
use crate::digest::{BlobDigest, BlobHasher};
use crate::error::StoreError;

/// How much is read at once.
const READ_BYTES: usize = 64 << 10;

/// Reads a blob that is referenced and compares it with its name and its size. Returns what is wrong with it, if anything:
/// a blob that cannot be read is as good as damaged.
pub(super) fn damage(
    blobs: &FileBlobs,
    digest: &BlobDigest,
    size: u64,
    progress: &mut dyn FnMut(u64),
) -> Result<Option<Finding>, StoreError> {
    let finding =
        |problem| Ok(Some(Finding { file: blobs.path(digest), offset: None, problem, advice: UPLOAD }));
    let unreadable = |cause: &io::Error| finding(format!("a referenced blob cannot be read: {cause}"));
    let reader = match blobs.open(digest) {
        Ok(Some(reader)) => reader,
        Ok(None) => return finding("a referenced blob is missing".into()),
        Err(StoreError::Io { source, .. }) => return unreadable(&source),
        Err(error) => return Finding::of(error).map(Some),
    };
    match content(reader, progress) {
        Err(cause) => unreadable(&cause),
        Ok((length, _)) if length != size => {
            finding(format!("a referenced blob has {length} bytes instead of {size}"))
        }
        Ok((_, found)) if found != *digest => {
            finding("the content of a referenced blob does not have the digest that is its name".into())
        }
        Ok(_) => Ok(None),
    }
}

/// Reads a blob to its end. Returns its length and its digest.
fn content(mut reader: BlobReader, progress: &mut dyn FnMut(u64)) -> io::Result<(u64, BlobDigest)> {
    let (mut hasher, mut length) = (BlobHasher::default(), 0);
    let mut buffer = vec![0; READ_BYTES];
    loop {
        let read = reader.read(&mut buffer)?;
        if read == 0 {
            return Ok((length, hasher.finish()));
        }
        hasher.update(buffer.get(..read).unwrap_or_default());
        length += read as u64;
        progress(read as u64);
    }
}
