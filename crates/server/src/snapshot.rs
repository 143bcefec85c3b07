//! Telling of a damaged snapshot while that does no harm.

use funclet::{Funclet, StoreError, UpkeepError};
use tracing::warn;

use crate::access_log::chain;

/// Reads the snapshot that the opening has passed over, and tells what is wrong with it, if anything.
pub(crate) fn verify(funclet: &Funclet) {
    match funclet.verify_snapshot() {
        Ok(()) | Err(UpkeepError::NotOnDisk | UpkeepError::Store(StoreError::Closed)) => {}
        Err(error) => warn!(
            error = %chain(&error),
            "the snapshot is damaged: nothing is lost as long as the table is whole, and the next checkpoint replaces it"
        ),
    }
}
