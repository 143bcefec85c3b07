//! Bytes of a file that copies share until one of them changes.

use std::sync::{Arc, OnceLock};

use funclet_storage::BlobDigest;

const PAGE_BYTES: usize = 4096;
static ZEROS: [u8; PAGE_BYTES] = [0; PAGE_BYTES];

/// The bytes of a file. A copy costs nothing, a change a page, and pages of zeros have no memory: crash images are made by
/// the thousand, of files that are mostly zeros and mostly the same.
#[derive(Clone, Default)]
pub(super) struct SparseBytes(Arc<Pages>);

/// Everything beyond the last page, up to the length, is zeros; so are the bytes of the last page beyond the length.
#[derive(Clone, Default)]
struct Pages {
    length: usize,
    pages: Vec<Option<Arc<Page>>>,
    digest: OnceLock<u128>,
}

#[derive(Clone)]
struct Page {
    bytes: [u8; PAGE_BYTES],
    digest: OnceLock<u128>,
}

impl SparseBytes {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut sparse = Self::default();
        sparse.write(bytes, 0);
        sparse
    }

    pub(super) fn len(&self) -> usize {
        self.0.length
    }

    /// Reads at `offset` and returns how many bytes there were; 0 at the end.
    pub(super) fn read(&self, buffer: &mut [u8], offset: usize) -> usize {
        let available = self.len().saturating_sub(offset).min(buffer.len());
        let (mut rest, mut at) = (buffer.get_mut(..available).unwrap_or_default(), offset);
        while !rest.is_empty() {
            let start = at % PAGE_BYTES;
            let (part, behind) = rest.split_at_mut(rest.len().min(PAGE_BYTES - start));
            let page = self.0.pages.get(at / PAGE_BYTES).and_then(Option::as_ref);
            let bytes = page.map_or(&ZEROS, |page| &page.bytes);
            part.copy_from_slice(bytes.get(start..start + part.len()).unwrap_or_default());
            at += part.len();
            rest = behind;
        }
        available
    }

    pub(super) fn to_vec(&self) -> Vec<u8> {
        let mut bytes = vec![0; self.len()];
        self.read(&mut bytes, 0);
        bytes
    }

    /// Writes at `offset`, with zeros before it if there is less.
    pub(super) fn write(&mut self, bytes: &[u8], offset: usize) {
        let pages = self.change();
        pages.length = pages.length.max(offset + bytes.len());
        let (mut rest, mut at) = (bytes, offset);
        while !rest.is_empty() {
            let start = at % PAGE_BYTES;
            let (part, behind) = rest.split_at(rest.len().min(PAGE_BYTES - start));
            pages.put(at / PAGE_BYTES, start, part);
            at += part.len();
            rest = behind;
        }
    }

    /// Cuts the end off, or adds zeros.
    pub(super) fn set_len(&mut self, length: usize) {
        if length == self.len() {
            return;
        }
        let pages = self.change();
        if length < pages.length {
            pages.pages.truncate(length.div_ceil(PAGE_BYTES));
            let used = length % PAGE_BYTES;
            if used > 0 && length / PAGE_BYTES < pages.pages.len() {
                pages.put(length / PAGE_BYTES, used, ZEROS.get(used..).unwrap_or_default());
            }
        }
        pages.length = length;
    }

    /// A number that other bytes do not have: the beginning of a SHA-256.
    pub(super) fn digest(&self) -> u128 {
        *self.0.digest.get_or_init(|| {
            let mut described = (self.len() as u64).to_le_bytes().to_vec();
            for (number, page) in self.0.pages.iter().enumerate() {
                let digest = page.as_ref().map_or(0, |page| page.digest());
                // Whether zeros have memory is no difference.
                if digest != 0 {
                    described.extend((number as u64).to_le_bytes());
                    described.extend(digest.to_le_bytes());
                }
            }
            digest_of(&described)
        })
    }

    fn change(&mut self) -> &mut Pages {
        let pages = Arc::make_mut(&mut self.0);
        pages.digest = OnceLock::new();
        pages
    }
}

impl Pages {
    /// Writes within one page.
    fn put(&mut self, number: usize, start: usize, part: &[u8]) {
        let zeros = ZEROS.get(..part.len()) == Some(part);
        if self.pages.len() <= number {
            if zeros {
                return;
            }
            self.pages.resize_with(number + 1, || None);
        }
        let Some(slot) = self.pages.get_mut(number) else { return };
        if zeros && (slot.is_none() || part.len() == PAGE_BYTES) {
            *slot = None;
            return;
        }
        let empty = || Arc::new(Page { bytes: ZEROS, digest: OnceLock::new() });
        let page = Arc::make_mut(slot.get_or_insert_with(empty));
        page.digest = OnceLock::new();
        if let Some(target) = page.bytes.get_mut(start..start + part.len()) {
            target.copy_from_slice(part);
        }
    }
}

impl Page {
    /// The digest of a page; 0 if it has only zeros.
    fn digest(&self) -> u128 {
        *self.digest.get_or_init(|| if self.bytes == ZEROS { 0 } else { digest_of(&self.bytes) })
    }
}

/// Half a SHA-256: long enough that no two contents of a test run share it.
pub(super) fn digest_of(bytes: &[u8]) -> u128 {
    let digest = BlobDigest::of(bytes);
    digest.as_bytes().iter().take(16).fold(0, |number, byte| number << 8 | u128::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SplitMix;

    #[test]
    fn it_reads_what_a_vector_would_hold() {
        let random = SplitMix::new(1);
        let (mut sparse, mut plain) = (SparseBytes::default(), Vec::<u8>::new());
        for step in 0..2000 {
            let (offset, length) = (random.below(20_000), random.below(9000));
            if random.below(4) == 0 {
                sparse.set_len(offset);
                plain.resize(offset, 0);
            } else {
                let bytes = vec![if random.below(3) == 0 { 0 } else { step as u8 }; length];
                sparse.write(&bytes, offset);
                plain.resize(plain.len().max(offset + length), 0);
                plain[offset..offset + length].copy_from_slice(&bytes);
            }
            assert!(sparse.to_vec() == plain, "step {step}");
            assert_eq!(sparse.digest(), SparseBytes::of(&plain).digest(), "step {step}");
            let mut part = [7; 100];
            let read = sparse.read(&mut part, offset);
            assert_eq!(part[..read], plain[offset.min(plain.len())..(offset + 100).min(plain.len())]);
        }
    }

    #[test]
    fn copies_part_when_one_changes() {
        let one = SparseBytes::of(b"same");
        let mut other = one.clone();
        assert_eq!(one.digest(), other.digest());
        other.write(b"S", 0);
        assert_eq!((one.to_vec(), other.to_vec()), (b"same".to_vec(), b"Same".to_vec()));
        assert_ne!(one.digest(), other.digest());
        other.write(b"s", 0);
        assert_eq!(one.digest(), other.digest());
        other.set_len(5);
        assert_ne!(one.digest(), other.digest(), "a zero more is a difference");
    }
}
