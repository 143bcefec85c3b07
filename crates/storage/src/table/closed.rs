//! The table of a closed store: refuses everything.

use crate::error::StoreError;
use crate::full_view::Entries;
use crate::table::{Change, Extent, Table, TableDigest};
use crate::value::Value;

pub(crate) struct ClosedTable;

impl Table for ClosedTable {
    fn get(&self, _: &[u8]) -> Result<Option<Value>, StoreError> {
        Err(StoreError::Closed)
    }

    fn scan(&self, _: &[u8], _: Option<&[u8]>, _: usize) -> Result<Entries, StoreError> {
        Err(StoreError::Closed)
    }

    fn apply(&self, _: Vec<Change>, _: Extent) -> Result<(), StoreError> {
        Err(StoreError::Closed)
    }

    fn extent(&self) -> Extent {
        Extent::EMPTY
    }

    fn digest(&self) -> TableDigest {
        TableDigest::default()
    }

    fn sync(&self) -> Result<(), StoreError> {
        Err(StoreError::Closed)
    }

    fn is_persistent(&self) -> bool {
        false
    }
}
