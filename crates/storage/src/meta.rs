//! The `meta` record: who may read and write the store at all. Looked at by every commit.

use serde::{Deserialize, Serialize};

use crate::codec::{self, DecodeError};
use crate::error::StoreError;
use crate::record::{Record, Write};
use crate::scope::Scope;
use crate::txn::{RecordId, TxnId};

/// The version of the stored shapes that this build reads and writes.
pub(crate) const VERSION: u32 = 1;
/// The scope that belongs to the store itself; it is no scope of callers.
pub(crate) const STORE_SCOPE: &str = "_store";
pub(crate) const META_KEY: &[u8] = b"meta";
const META_KIND: u8 = 3;

/// What a build must know to work with a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Meta {
    /// Builds older than this must not read the store.
    pub(crate) least_reader: u32,
    /// Builds older than this must not write to it.
    pub(crate) least_writer: u32,
    /// Counts takeovers; a writer of an older epoch has lost the store. Always 0 on one machine.
    pub(crate) epoch: u64,
    /// Nobody may write.
    pub(crate) frozen: bool,
}

impl Meta {
    /// The record of a new store.
    pub(crate) fn first() -> Self {
        Self { least_reader: 1, least_writer: 1, epoch: 0, frozen: false }
    }

    /// The first record of a store, which is this one. Nobody asked for it, so its transaction is always the same.
    pub(crate) fn first_record() -> RecordId {
        RecordId { lsn: 1, txn: TxnId::new(0, [0; 16]) }
    }

    /// The transaction that writes this.
    pub(crate) fn record(&self) -> Result<Record, StoreError> {
        let refused = |error: &dyn std::fmt::Display| StoreError::WriterRefused { reason: error.to_string() };
        let scope = Scope::new(STORE_SCOPE).map_err(|e| refused(&e))?;
        let value = codec::encode(META_KIND, self).map_err(|e| refused(&e))?;
        let writes = vec![Write { key: META_KEY.to_vec(), value: Some(value) }];
        Ok(Record { scope, writes, blobs: Vec::new(), references: Vec::new(), events: Vec::new() })
    }

    /// Finds a newer `meta` in a record.
    pub(crate) fn in_record(record: &Record) -> Option<Result<Self, DecodeError>> {
        if record.scope.as_str() != STORE_SCOPE {
            return None;
        }
        let write = record.writes.iter().find(|write| write.key == META_KEY)?;
        write.value.as_ref().map(|value| Self::decode(&value.payload))
    }

    /// The key under which the table keeps it.
    pub(crate) fn full_key() -> Vec<u8> {
        [STORE_SCOPE.as_bytes(), b"\0", META_KEY].concat()
    }

    pub(crate) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        codec::decode_payload(META_KIND, payload)
    }

    /// Refuses a build that is too old to read.
    pub(crate) fn check_reader(&self, path: &std::path::Path) -> Result<(), StoreError> {
        if self.least_reader > VERSION {
            let found = self.least_reader;
            return Err(StoreError::NewerFormat { path: path.into(), found, supported: VERSION });
        }
        Ok(())
    }

    /// Refuses a build that is too old to write, and everybody while the store is frozen.
    pub(crate) fn check_writer(&self) -> Result<(), StoreError> {
        if self.frozen {
            return Err(StoreError::WriterRefused { reason: "it is frozen".into() });
        }
        if self.least_writer > VERSION {
            let reason = format!("it asks for version {}, this is {VERSION}", self.least_writer);
            return Err(StoreError::WriterRefused { reason });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_of_meta_reads_back() {
        let meta = Meta { frozen: true, ..Meta::first() };
        assert_eq!(Meta::in_record(&meta.record().unwrap()).unwrap().unwrap(), meta);
    }

    #[test]
    fn newer_and_frozen_stores_are_refused() {
        let path = std::path::Path::new("x");
        assert!(Meta::first().check_reader(path).is_ok() && Meta::first().check_writer().is_ok());
        assert!(Meta { least_reader: 2, ..Meta::first() }.check_reader(path).is_err());
        assert!(Meta { least_writer: 2, ..Meta::first() }.check_writer().is_err());
        assert!(Meta { frozen: true, ..Meta::first() }.check_writer().is_err());
    }
}
