//! Pins keep a stored blob while nobody counts a reference to it yet.

use std::collections::HashMap;
use std::sync::Arc;

use crate::digest::BlobDigest;
use crate::sync::Mutex;

/// How many pins each blob has. A blob without an entry has none.
#[derive(Default)]
pub(crate) struct Pins(Mutex<HashMap<BlobDigest, usize>>);

impl Pins {
    pub(crate) fn pin(self: &Arc<Self>, digest: BlobDigest, size: u64) -> PinnedBlob {
        *self.0.lock().entry(digest).or_default() += 1;
        PinnedBlob { digest, size, pins: Arc::clone(self) }
    }

    pub(crate) fn is_pinned(&self, digest: &BlobDigest) -> bool {
        self.0.lock().contains_key(digest)
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
        let mut pins = self.pins.0.lock();
        if let Some(count) = pins.get_mut(&self.digest) {
            *count -= 1;
            if *count == 0 {
                pins.remove(&self.digest);
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
        let (first, second) = (pins.pin(digest, 1), pins.pin(digest, 1));
        drop(first);
        assert!(pins.is_pinned(&digest));
        drop(second);
        assert!(!pins.is_pinned(&digest));
    }
}
