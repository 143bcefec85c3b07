//! Clearing away what deleted functions have left.

use funclet_storage::BlobDigest;

use crate::decide::sealed::{Command, Query};
use crate::decide::{Changes, Context, Decision, Stop};
use crate::keys;
use crate::stored::{Stored as _, StoredCode, StoredGone, StoredVersion};

/// How many versions one transaction removes: each costs its key and a count of references.
const VERSIONS_PER_SWEEP: usize = 24;

/// Removes versions of one deleted function; answers whether it is finished.
#[derive(Debug, Clone)]
pub(crate) struct SweepGone {
    pub(crate) incarnation: [u8; 16],
}

impl Command for SweepGone {
    type Answer = bool;

    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<bool>, Stop> {
        let key = keys::gone(&self.incarnation);
        let mut changes = Changes::default();
        let Some(value) = context.view.get(&key)? else { return Ok(Decision { changes, answer: true }) };
        let gone = StoredGone::decode(&value)?;
        let page =
            context.view.scan(&keys::versions(&gone.name, &self.incarnation), None, VERSIONS_PER_SWEEP)?;
        for (key, value) in page.entries {
            if let StoredCode::Zip { sha256, .. } = StoredVersion::decode(&value)?.code {
                changes.release(BlobDigest::from_bytes(sha256));
            }
            changes.delete(key);
        }
        if !page.more {
            changes.delete(key);
        }
        Ok(Decision { changes, answer: !page.more })
    }
}

/// Finds deleted functions that are not swept yet: one page of them after `after`.
pub(crate) fn gone_functions(after: Option<Vec<u8>>) -> impl Query<Answer = Vec<[u8; 16]>> {
    GoneFunctions { after }
}

struct GoneFunctions {
    after: Option<Vec<u8>>,
}

impl Query for GoneFunctions {
    type Answer = Vec<[u8; 16]>;

    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<Self::Answer, Stop> {
        let page = context.view.scan(keys::GONE, self.after.as_deref(), 64)?;
        Ok(page.entries.iter().filter_map(|(key, _)| keys::incarnation_of(key)).collect())
    }
}
