//! Telling of a damaged snapshot while that does no harm.

use funclet::{Funclet, StoreError, UpkeepError};
use tracing::{info, warn};

use crate::access_log::chain;

/// Reads the snapshot that the opening has passed over, and tells what is wrong with it, if anything. A damaged one is
/// replaced.
pub(crate) fn verify(funclet: &Funclet) {
    let is_closed = |error: &UpkeepError| {
        matches!(error, UpkeepError::NotOnDisk | UpkeepError::Store(StoreError::Closed))
    };
    let Err(damage) = funclet.verify_snapshot() else { return };
    if is_closed(&damage) {
        return;
    }
    warn!(error = %chain(&damage), "the snapshot is damaged; the table stands in for it, so nothing is lost");
    match funclet.checkpoint() {
        Ok(_) => info!("another snapshot was written"),
        Err(error) if is_closed(&error) => {}
        Err(error) => {
            warn!(error = %chain(&error), "no other snapshot could be written; the next checkpoint tries again")
        }
    }
}
