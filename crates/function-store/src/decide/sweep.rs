//! Clearing away what deleted functions have left.

use crate::decide::sealed::{Command, Query};
use crate::decide::{Changes, Context, Decision, Stop};
use crate::keys;
use crate::stored::resource::StoredResource;
use crate::stored::{Stored as _, StoredGone, StoredVersion};

/// How many keys one transaction writes, references to packages and what is kept of those among them; those of one more version may
/// come on top.
const KEYS_PER_SWEEP: usize = 48;

/// Removes versions and belongings of one deleted function; answers whether it is finished.
#[derive(Debug, Clone)]
pub(crate) struct SweepGone {
    pub(crate) incarnation: [u8; 16],
}

impl Command for SweepGone {
    type Answer = bool;

    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<bool>, Stop> {
        let gone_key = keys::gone(&self.incarnation);
        let mut changes = Changes::default();
        let Some(gone) = context.read::<StoredGone>(&gone_key)? else {
            return Ok(Decision { changes, answer: true });
        };
        let mut room = KEYS_PER_SWEEP;
        let versions = keys::versions(&gone.name, &self.incarnation);
        let mut more = sweep(context, &versions, &mut room, &mut changes)?;
        if !more {
            more = sweep(context, &keys::belongings(&gone.name, &self.incarnation), &mut room, &mut changes)?;
        }
        if !more {
            changes.delete(gone_key);
        }
        Ok(Decision { changes, answer: !more })
    }
}

/// Removes what lies below a prefix, as far as there is room. Tells whether there is more.
fn sweep(
    context: &Context<'_>,
    prefix: &[u8],
    room: &mut usize,
    changes: &mut Changes,
) -> Result<bool, Stop> {
    if *room == 0 {
        return Ok(true);
    }
    let page = context.view.scan(prefix, None, *room)?;
    for (key, value) in page.entries {
        if *room == 0 {
            return Ok(true);
        }
        let blobs = match StoredResource::decode(&value)? {
            Some(resource) => resource.blobs(),
            None => StoredVersion::decode(&value)?.blobs().collect(),
        };
        // With a package its report may go: a key and a reference more.
        *room = room.saturating_sub(1 + 3 * blobs.len());
        blobs.into_iter().for_each(|(digest, _)| changes.release(digest));
        changes.delete(key);
    }
    Ok(page.more)
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
