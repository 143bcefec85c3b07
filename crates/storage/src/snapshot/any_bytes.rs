//! Reading any bytes as a snapshot. For fuzzing: it must not panic, hang or take memory that the bytes do not have.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::error::StoreError;
use crate::fields::{BytesReader, put_bytes};
use crate::history::History;
use crate::holders::Holders;
use crate::snapshot::block::{self, Kind};
use crate::snapshot::{Footer, HEADER_BYTES, Header, Snapshot};
use crate::value::Value;
use crate::vfs::VfsFile;

/// Reads bytes as the file of a snapshot. Tells how many entries were read before it ended, or was found to be damaged.
#[doc(hidden)]
pub fn read_any_snapshot(bytes: &[u8]) -> usize {
    // That of the bytes themselves: another one would be refused at once.
    let store_id = bytes.get(16..32).and_then(|id| id.try_into().ok()).unwrap_or_default();
    let file = Box::new(Bytes(bytes.into()));
    let Ok(snapshot) = Snapshot::read(file, PathBuf::new(), store_id) else { return 0 };
    let mut entries = 0;
    let read = snapshot.entries(&mut |_, _| {
        entries += 1;
        Ok(())
    });
    assert!(matches!(read, Ok(()) | Err(StoreError::Corrupt { .. })), "bytes are damaged, nothing else");
    if let Ok(facts) = snapshot.facts() {
        let _ = Holders::restore(facts.blobs);
        let _ = History::restore(facts.batches, facts.transactions, snapshot.footer.forgotten());
    }
    entries
}

/// Makes blocks of bytes, with the checksums that they need to be looked at any further, and reads them as a snapshot.
///
/// Each block is a kind, a number of items, and as many bytes as its next byte says, times 8. The bytes of entries are keys
/// and values in turn, each as long as its first byte says.
#[doc(hidden)]
pub fn read_mended_snapshot(bytes: &[u8]) -> usize {
    let of = Header { store_id: [7; 16], lsn: 9, first_segment: 3 };
    let (mut file, mut number, mut footer) = (of.encode(), 0, Footer::default());
    let mut reader = BytesReader::new(bytes);
    while let Some((kind, items, payload)) = next_block(&mut reader) {
        block::encode(&mut file, &of, number, kind, items, &payload);
        number += 1;
        if kind == Kind::Entries {
            (footer.entry_blocks, footer.facts_at) = (number, file.len() as u64);
        }
    }
    if footer.entry_blocks == 0 {
        footer.facts_at = HEADER_BYTES as u64;
    }
    block::encode(&mut file, &of, number, Kind::Footer, 1, &footer.encode());
    read_any_snapshot(&file)
}

fn next_block(reader: &mut BytesReader<'_>) -> Option<(Kind, u32, Vec<u8>)> {
    const KINDS: [Kind; 5] = [Kind::Entries, Kind::Blobs, Kind::Events, Kind::Transactions, Kind::Footer];
    let kind = *KINDS.get(usize::from(reader.u8()?) % KINDS.len())?;
    let items = reader.u8()?.into();
    let length = 8 * usize::from(reader.u8()?);
    let payload = reader.take(length)?;
    Some((kind, items, if kind == Kind::Entries { entries(payload) } else { payload.to_vec() }))
}

/// Keys and values of any bytes. A value has a checksum of its own.
fn entries(bytes: &[u8]) -> Vec<u8> {
    let (mut reader, mut out) = (BytesReader::new(bytes), Vec::new());
    let mut next = || {
        let length = usize::from(reader.u8()?);
        reader.take(length)
    };
    while let (Some(key), Some(value)) = (next(), next()) {
        put_bytes(&mut out, key);
        put_bytes(&mut out, Value::from_parts(1, 16, value, 1).as_bytes());
    }
    out
}

/// Bytes as a file that nobody writes.
struct Bytes(Arc<[u8]>);

impl VfsFile for Bytes {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let from = usize::try_from(offset).ok().and_then(|offset| self.0.get(offset..)).unwrap_or_default();
        let length = from.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(from) {
            *to = *from;
        }
        Ok(length)
    }

    fn write_at(&self, _: &[u8], _: u64) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.0.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the mended blocks reach: two entries in order, and a blob.
    #[test]
    fn mended_blocks_are_read() {
        let entries = [0, 2, 1, 1, b'a', 1, b'x', 1, b'b', 1, b'y'];
        let blob = [[1, 1, 6].as_slice(), &[0; 48]].concat();
        assert_eq!(read_mended_snapshot(&[&entries[..], &blob].concat()), 2);
        assert_eq!(read_mended_snapshot(&entries[..5]), 0);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..1024)) {
            read_any_snapshot(&bytes);
            read_mended_snapshot(&bytes);
        }
    }
}
