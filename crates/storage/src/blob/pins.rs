//! Pins keep a stored blob while nobody counts a reference to it yet.

use std::collections::HashMap;
use std::sync::Arc;

use crate::digest::BlobDigest;
use crate::sync::Mutex;

/// How many pins each blob has. A blob without an entry has none.
#[derive(Default)]
pub(crate) struct Pins {
    counts: Mutex<HashMap<BlobDigest, (usize, u64)>>,
    /// Blobs whose last pin went since this was taken: perhaps nobody holds them.
    unpinned: Mutex<Vec<BlobDigest>>,
}

impl Pins {
    pub(crate) fn pin(self: &Arc<Self>, digest: BlobDigest, size: u64) -> PinnedBlob {
        self.counts.lock().entry(digest).or_insert((0, size)).0 += 1;
        PinnedBlob { digest, size, pins: Arc::clone(self) }
    }

    /// Pins a blob once more, if it is pinned.
    pub(crate) fn pin_again(self: &Arc<Self>, digest: &BlobDigest) -> Option<PinnedBlob> {
        let mut counts = self.counts.lock();
        let (count, size) = counts.get_mut(digest)?;
        *count += 1;
        Some(PinnedBlob { digest: *digest, size: *size, pins: Arc::clone(self) })
    }

    /// Runs `body` unless the blob is pinned, and lets nobody pin it meanwhile.
    pub(crate) fn unless_pinned<T>(&self, digest: &BlobDigest, body: impl FnOnce() -> T) -> Option<T> {
        let counts = self.counts.lock();
        (!counts.contains_key(digest)).then(body)
    }

    pub(crate) fn has_unpinned(&self) -> bool {
        !self.unpinned.lock().is_empty()
    }

    /// Takes out the blobs whose last pin went.
    pub(crate) fn take_unpinned(&self) -> Vec<BlobDigest> {
        std::mem::take(&mut *self.unpinned.lock())
    }
}

/// A stored blob that stays while this value lives, whether or not a transaction holds it.
pub struct PinnedBlob {
    digest: BlobDigest,
    size: u64,
    pins: Arc<Pins>,
}

impl PinnedBlob {
    /// Returns the digest of the blob.
    #[must_use]
    pub fn digest(&self) -> BlobDigest {
        self.digest
    }

    /// Returns the length of the blob in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }
}

impl std::fmt::Debug for PinnedBlob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PinnedBlob({})", self.digest)
    }
}

impl Drop for PinnedBlob {
    fn drop(&mut self) {
        let mut counts = self.pins.counts.lock();
        if let Some((count, _)) = counts.get_mut(&self.digest) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.digest);
                self.pins.unpinned.lock().push(self.digest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blob_is_pinned_until_the_last_pin_goes() {
        let pins = Arc::new(Pins::default());
        let digest = BlobDigest::of(b"x");
        let is_pinned = || pins.unless_pinned(&digest, || ()).is_none();
        assert!(pins.pin_again(&digest).is_none());
        let first = pins.pin(digest, 1);
        let second = pins.pin_again(&digest).unwrap();
        assert_eq!(second.size(), 1);
        drop(first);
        assert!(is_pinned() && pins.take_unpinned().is_empty());
        drop(second);
        assert!(!is_pinned());
        assert_eq!(pins.take_unpinned(), [digest]);
    }
}
