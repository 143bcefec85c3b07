//! Storing that what was in progress with event source mappings is over.

use funclet_validation::FunctionName;

use crate::decide::event_source_mapping::{Projected, store_finished};
use crate::decide::sealed::{Command, Query};
use crate::decide::settle::Due;
use crate::decide::{Changes, Context, Decision, Stop};
use crate::keys;
use crate::stored::{Stored as _, StoredEventSourceMapping, StoredMappingEntry};

/// Stores the end of what is in progress with a mapping; answers whether there was any.
#[derive(Debug, Clone)]
pub(crate) struct SettleMapping {
    pub(crate) uuid: [u8; 16],
    /// Ends it now, due or not.
    pub(crate) in_any_case: bool,
}

impl Command for SettleMapping {
    type Answer = bool;

    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<bool>, Stop> {
        let mut changes = Changes::default();
        let Some(mut mapping) = context.stored_mapping(self.uuid)? else {
            return Ok(Decision { changes, answer: false });
        };
        let became = mapping.stored.finish(context.drawn.now_ms, self.in_any_case);
        if let Some(at_ms) = mapping.stored.transition.and_then(|transition| transition.completes_at_ms) {
            changes.due = Some(Due::Mapping { uuid: mapping.uuid, at_ms });
        }
        store_finished(context, &mapping, &became, &mut changes)?;
        Ok(Decision { changes, answer: !matches!(became, Projected::Unchanged) })
    }
}

/// How many mappings of a function are read at once.
const PAGE: usize = 48;

/// Finds the mappings of a function, its versions and its aliases with which something is in progress: one page of its
/// mappings after a key, and where to go on.
pub(crate) fn pending_mappings(
    function_name: FunctionName,
    after: Option<Vec<u8>>,
) -> impl Query<Answer = Pending> {
    PendingMappings { function_name, after }
}

type Pending = (Vec<[u8; 16]>, Option<Vec<u8>>);

struct PendingMappings {
    function_name: FunctionName,
    after: Option<Vec<u8>>,
}

impl Query for PendingMappings {
    type Answer = Pending;

    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<Pending, Stop> {
        let prefix = keys::mappings_by_any_of(self.function_name.as_str());
        let page = context.view.scan(&prefix, self.after.as_deref(), PAGE)?;
        let next = page.more.then(|| page.entries.last().map(|(key, _)| key.clone())).flatten();
        let mut found = Vec::new();
        for (_, value) in page.entries {
            let mapping = context.stored_mapping(StoredMappingEntry::decode(&value)?.uuid)?;
            let pending = mapping.filter(|mapping| mapping.stored.transition.is_some());
            found.extend(pending.map(|mapping| mapping.uuid));
        }
        Ok((found, next))
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
