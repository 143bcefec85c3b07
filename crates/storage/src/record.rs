//! What a transaction leaves in the log: four lists, all outcomes and no commands.
//!
//! ```text
//! record  = scope writes blobs references events
//! scope   = len:u32 utf-8
//! writes  = count:u32 { key:bytes tag:u8 [codec:u8 kind:u8 payload:bytes] }    tag 0 = removed, 1 = set
//! blobs   = count:u32 { digest:32 content:bytes }
//! references = count:u32 { digest:32 op:u8 size:u64 count:u64 }                op 1 = hold, 2 = release
//! events  = count:u32 { bytes }
//! bytes   = len:u32 octets
//! ```
//!
//! Little endian, nothing aligned, nothing left over. Keys are those within the scope. The count of a reference is
//! absolute, so that replaying a record twice does no harm.

use bytes::Bytes;

use crate::codec::Encoded;
use crate::digest::BlobDigest;
use crate::fields::{BytesReader, put_bytes, put_count};
use crate::scope::Scope;

/// The layout above.
pub(crate) const LAYOUT_1: u8 = 1;

/// One committed transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) scope: Scope,
    pub(crate) writes: Vec<Write>,
    pub(crate) blobs: Vec<InlinedBlob>,
    pub(crate) references: Vec<Reference>,
    pub(crate) events: Vec<Vec<u8>>,
}

/// A key set or removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Write {
    pub(crate) key: Vec<u8>,
    pub(crate) value: Option<Encoded>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InlinedBlob {
    pub(crate) digest: BlobDigest,
    pub(crate) content: Bytes,
}

/// A reference of the scope to a blob, taken or given back, and how many there are afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) digest: BlobDigest,
    pub(crate) op: ReferenceOp,
    pub(crate) size: u64,
    pub(crate) count: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReferenceOp {
    Hold = 1,
    Release = 2,
}

impl Record {
    /// Appends the encoded record to `out` and tells where in `out` the content of each inlined blob begins.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) -> Vec<usize> {
        put_bytes(out, self.scope.as_str().as_bytes());
        put_count(out, self.writes.len());
        for write in &self.writes {
            put_bytes(out, &write.key);
            match &write.value {
                None => out.push(0),
                Some(value) => {
                    out.extend_from_slice(&[1, value.codec, value.kind]);
                    put_bytes(out, &value.payload);
                }
            }
        }
        put_count(out, self.blobs.len());
        let mut places = Vec::with_capacity(self.blobs.len());
        for blob in &self.blobs {
            out.extend_from_slice(blob.digest.as_bytes());
            put_bytes(out, &blob.content);
            places.push(out.len() - blob.content.len());
        }
        put_count(out, self.references.len());
        for reference in &self.references {
            out.extend_from_slice(reference.digest.as_bytes());
            out.push(reference.op as u8);
            out.extend_from_slice(&reference.size.to_le_bytes());
            out.extend_from_slice(&reference.count.to_le_bytes());
        }
        put_count(out, self.events.len());
        for event in &self.events {
            put_bytes(out, event);
        }
        places
    }

    /// Decodes a record. `None` if the bytes are no record, to the last one.
    pub(crate) fn decode(bytes: &[u8]) -> Option<(Self, Vec<usize>)> {
        let mut reader = BytesReader::new(bytes);
        let scope = Scope::new(std::str::from_utf8(reader.bytes()?).ok()?).ok()?;
        let writes = reader.list(read_write)?;
        let placed = reader.list(read_blob)?;
        let references = reader.list(read_reference)?;
        let events = reader.list(|reader| Some(reader.bytes()?.to_vec()))?;
        if !reader.is_at_end() {
            return None;
        }
        let (blobs, places) = placed.into_iter().unzip();
        Some((Self { scope, writes, blobs, references, events }, places))
    }
}

/// Reads any bytes as a record. For fuzzing: it must not panic or take memory that the bytes do not have, and what is a
/// record is written just like that.
#[doc(hidden)]
pub fn decode_any_record(bytes: &[u8]) -> bool {
    let Some((record, places)) = Record::decode(bytes) else { return false };
    let mut again = Vec::new();
    assert!(record.encode(&mut again) == places && again == bytes, "a record has one form");
    true
}

fn read_write(reader: &mut BytesReader<'_>) -> Option<Write> {
    let key = reader.bytes()?.to_vec();
    let value = match reader.u8()? {
        0 => None,
        1 => {
            let (codec, kind) = (reader.u8()?, reader.u8()?);
            Some(Encoded { codec, kind, payload: reader.bytes()?.to_vec() })
        }
        _ => return None,
    };
    Some(Write { key, value })
}

fn read_blob(reader: &mut BytesReader<'_>) -> Option<(InlinedBlob, usize)> {
    let digest = reader.digest()?;
    let content = reader.bytes()?;
    let blob = InlinedBlob { digest, content: Bytes::copy_from_slice(content) };
    Some((blob, reader.position() - content.len()))
}

fn read_reference(reader: &mut BytesReader<'_>) -> Option<Reference> {
    let digest = reader.digest()?;
    let op = match reader.u8()? {
        1 => ReferenceOp::Hold,
        2 => ReferenceOp::Release,
        _ => return None,
    };
    Some(Reference { digest, op, size: reader.u64()?, count: reader.u64()? })
}

/// A record of nothing but references to one blob of four bytes.
#[cfg(test)]
pub(crate) fn with_references(scope: &str, references: &[(ReferenceOp, u64)]) -> Record {
    let digest = BlobDigest::of(b"blob");
    let reference = |(op, count): &(ReferenceOp, u64)| Reference { digest, op: *op, size: 4, count: *count };
    Record {
        scope: Scope::new(scope).unwrap(),
        writes: vec![],
        blobs: vec![],
        references: references.iter().map(reference).collect(),
        events: vec![],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Record {
        Record {
            scope: Scope::new("a/r").unwrap(),
            writes: vec![
                Write {
                    key: b"f/x".to_vec(),
                    value: Some(Encoded { codec: 1, kind: 16, payload: b"v".to_vec() }),
                },
                Write { key: b"f/y".to_vec(), value: None },
            ],
            blobs: vec![InlinedBlob { digest: BlobDigest::of(b"zip"), content: Bytes::from_static(b"zip") }],
            references: vec![Reference {
                digest: BlobDigest::of(b"zip"),
                op: ReferenceOp::Hold,
                size: 3,
                count: 1,
            }],
            events: vec![b"created".to_vec()],
        }
    }

    #[test]
    fn encode_and_decode_are_inverse_and_places_are_true() {
        let mut bytes = vec![];
        let places = sample().encode(&mut bytes);
        assert_eq!(&bytes[places[0]..places[0] + 3], b"zip");
        assert_eq!(Record::decode(&bytes), Some((sample(), places)));
        assert!(decode_any_record(&bytes));
    }

    #[test]
    fn a_cut_or_longer_record_is_none() {
        let mut bytes = vec![];
        sample().encode(&mut bytes);
        for cut in 0..bytes.len() {
            assert_eq!(Record::decode(&bytes[..cut]), None, "cut at {cut}");
        }
        bytes.push(0);
        assert_eq!(Record::decode(&bytes), None);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_decode_or_not_without_panic(bytes: Vec<u8>) {
            decode_any_record(&bytes);
        }
    }
}
