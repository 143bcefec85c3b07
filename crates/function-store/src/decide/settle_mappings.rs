//! Storing that what was in progress with event source mappings is over.

use funclet_validation::FunctionName;

use crate::decide::event_source_mapping::{Mapping, Projected, store_finished};
use crate::decide::sealed::{Command, Query};
use crate::decide::settle::Due;
use crate::decide::{Changes, Context, Decision, Stop};
use crate::keys;
use crate::stored::{Stored as _, StoredEventSourceMapping, StoredMappingEntry};

/// How many mappings are looked at in one transaction: each may write four keys, of which one has a long value.
const MAPPINGS_PER_COMPLETION: usize = 3;

/// Stores the end of what was in progress with a mapping, if it is due; answers how much that was.
#[derive(Debug, Clone)]
pub(crate) struct SettleMapping {
    pub(crate) uuid: [u8; 16],
}

impl Command for SettleMapping {
    type Answer = usize;

    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<usize>, Stop> {
        let mut changes = Changes::default();
        let mut finished = 0;
        if let Some(mapping) = context.stored_mapping(self.uuid)? {
            finished = finish(context, mapping, false, &mut changes)?;
        }
        Ok(Decision { changes, answer: finished })
    }
}

/// Stores a mapping if what was in progress is over, and takes note of what is not. Answers how much was over.
fn finish(
    context: &Context<'_>,
    mut mapping: Mapping,
    in_any_case: bool,
    changes: &mut Changes,
) -> Result<usize, Stop> {
    let became = mapping.stored.finish(context.drawn.now_ms, in_any_case);
    if let Some(at_ms) = mapping.stored.transition.and_then(|transition| transition.completes_at_ms) {
        changes.due = Some(Due::Mapping { uuid: mapping.uuid, at_ms });
    }
    store_finished(context, &mapping, &became, changes)?;
    Ok(usize::from(!matches!(became, Projected::Unchanged)))
}

/// Ends what is in progress with the mappings of a function, its versions and its aliases, now, due or not.
#[derive(Debug, Clone)]
pub(crate) struct CompleteMappings {
    pub(crate) function_name: FunctionName,
    /// Goes on after this key.
    pub(crate) after: Option<Vec<u8>>,
}

/// How much was over, and the key after which to go on, if not all were looked at.
type Completed = (usize, Option<Vec<u8>>);

impl Command for CompleteMappings {
    type Answer = Completed;

    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<Completed>, Stop> {
        let prefix = keys::mappings_by_any_of(self.function_name.as_str());
        let found = context.view.scan(&prefix, self.after.as_deref(), MAPPINGS_PER_COMPLETION)?;
        let next = found.more.then(|| found.entries.last().map(|(key, _)| key.clone())).flatten();
        let (mut changes, mut finished) = (Changes::default(), 0);
        for (_, value) in found.entries {
            let uuid = StoredMappingEntry::decode(&value)?.uuid;
            if let Some(mapping) = context.stored_mapping(uuid)? {
                finished += finish(context, mapping, true, &mut changes)?;
            }
        }
        Ok(Decision { changes, answer: (finished, next) })
    }
}

/// Finds mappings with which something is in progress that will be over, with the engine time at which it is: one page of
/// mappings after a key, and where to go on.
pub(crate) fn unsettled_mappings(after: Option<Vec<u8>>) -> impl Query<Answer = Unsettled> {
    UnsettledMappings { after }
}

type Unsettled = (Vec<([u8; 16], u64)>, Option<Vec<u8>>);

struct UnsettledMappings {
    after: Option<Vec<u8>>,
}

impl Query for UnsettledMappings {
    type Answer = Unsettled;

    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<Unsettled, Stop> {
        let page = context.view.scan(keys::MAPPINGS.as_bytes(), self.after.as_deref(), 256)?;
        let next = page.more.then(|| page.entries.last().map(|(key, _)| key.clone())).flatten();
        let mut found = Vec::new();
        for (key, value) in page.entries {
            let transition = StoredEventSourceMapping::decode(&value)?.transition;
            let uuid = std::str::from_utf8(&key).ok().and_then(keys::mapping_id);
            found.extend(uuid.zip(transition.and_then(|transition| transition.completes_at_ms)));
        }
        Ok((found, next))
    }
}
