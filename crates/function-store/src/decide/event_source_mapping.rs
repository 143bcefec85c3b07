//! Event source mappings: CreateEventSourceMapping, GetEventSourceMapping, UpdateEventSourceMapping,
//! DeleteEventSourceMapping, ListEventSourceMappings, and their tags. Nothing is polled.
//!
//! A mapping outlives its function, as on AWS. One whose deletion is due is gone for everybody, whether or not anybody has
//! removed it.

use std::collections::BTreeSet;

use funclet_validation::{
    CreateEventSourceMapping, DeleteEventSourceMapping, EventSourceMappingSettings, FunctionArn,
    FunctionName, FunctionReference, GetEventSourceMapping, ListEventSourceMappings, Qualifier, RevisionId,
    StringMap, UpdateEventSourceMapping,
};

use crate::answer::{
    EventSourceMappingConfiguration, EventSourceMappingPage, EventSourceMappingState, ResourceTags, Timestamp,
};
use crate::decide::event_source_mapping_claims::predecessor;
use crate::decide::event_source_mapping_settings::{updated, with_defaults};
use crate::decide::list::Filling;
use crate::decide::marker::Marker;
use crate::decide::sealed::{Command, Query};
use crate::decide::setting::Holder;
use crate::decide::settle::Due;
use crate::decide::update::refusal_of;
use crate::decide::{Changes, Context, Decision, Stop};
use crate::error::ServiceError;
use crate::event::{ResourceChange, ResourceEvent, ResourceKind};
use crate::keys;
use crate::stored::{
    BadStored, MappingTransition, Stored as _, StoredEventSource, StoredEventSourceMapping,
    StoredMappingEntry, StoredMappingSettings, StoredMappingTransition, Twin as _, TypedMapping, pairs,
    parse,
};

/// A mapping with its id.
#[derive(Debug, Clone)]
pub(crate) struct Mapping {
    pub(crate) uuid: [u8; 16],
    pub(crate) stored: StoredEventSourceMapping,
}

/// What has become of a mapping by now.
pub(crate) enum Projected {
    /// As it is stored.
    Unchanged,
    /// What was in progress is over.
    Finished,
    /// It was to be deleted, and is.
    Gone,
}

impl StoredEventSourceMapping {
    /// Finishes the transition if it is due, or in any case.
    pub(crate) fn finish(&mut self, now_ms: u64, in_any_case: bool) -> Projected {
        let is_due = |transition: &mut StoredMappingTransition| {
            in_any_case || transition.completes_at_ms.is_some_and(|at| at <= now_ms)
        };
        match self.transition.take_if(is_due).map(|transition| transition.kind) {
            None => Projected::Unchanged,
            Some(MappingTransition::Deleting) => Projected::Gone,
            Some(_) => Projected::Finished,
        }
    }

    fn state(&self) -> EventSourceMappingState {
        match self.transition {
            Some(transition) => transition.kind.state(),
            None if self.enabled => EventSourceMappingState::Enabled,
            None => EventSourceMappingState::Disabled,
        }
    }

    /// Begins a transition, which is over at once if it is due. Tells when it will be, if it is not over and somebody does
    /// not end it.
    fn begin(&mut self, kind: MappingTransition, context: &Context<'_>) -> Option<u64> {
        let completes_at_ms = context.drawn.transitions.completes_at(context.drawn.now_ms);
        self.last_modified_ms = context.drawn.now_ms;
        self.transition = Some(StoredMappingTransition { kind, completes_at_ms })
            .filter(|_| completes_at_ms.is_none_or(|at| at > context.drawn.now_ms));
        self.transition.and(completes_at_ms)
    }
}

impl MappingTransition {
    fn state(self) -> EventSourceMappingState {
        match self {
            Self::Creating => EventSourceMappingState::Creating,
            Self::Updating => EventSourceMappingState::Updating,
            Self::Enabling => EventSourceMappingState::Enabling,
            Self::Disabling => EventSourceMappingState::Disabling,
            Self::Deleting => EventSourceMappingState::Deleting,
        }
    }
}

impl Context<'_> {
    /// Reads a mapping as it is stored.
    pub(crate) fn stored_mapping(&self, uuid: [u8; 16]) -> Result<Option<Mapping>, Stop> {
        let stored = self.read(&keys::mapping(&uuid))?;
        Ok(stored.map(|stored| Mapping { uuid, stored }))
    }

    /// Reads a mapping that must exist. A text that is no UUID is the id of none.
    fn require_mapping(&self, uuid: &str) -> Result<Mapping, Stop> {
        let uuid = uuid.parse::<RevisionId>().map_err(|_| ServiceError::ResourceNotFound)?;
        let mut mapping = self.stored_mapping(*uuid.as_bytes())?.ok_or(ServiceError::ResourceNotFound)?;
        match mapping.stored.finish(self.drawn.now_ms, false) {
            Projected::Gone => Err(ServiceError::ResourceNotFound.into()),
            Projected::Unchanged | Projected::Finished => Ok(mapping),
        }
    }

    /// Refuses a function, version or alias that does not exist. The text is quoted in
    /// hashicorp/terraform-provider-aws#22373 about functions; that versions and aliases get it is chosen.
    fn require_invoked(&self, function: &FunctionReference) -> Result<(), Stop> {
        match Holder::find(self, function) {
            Err(Stop::Refused(_)) => {
                Err(ServiceError::InvalidParameterValue("Function does not exist".into()).into())
            }
            found => found.map(drop),
        }
    }
}

/// The ARN of what a mapping invokes.
fn arn(context: &Context<'_>, (name, qualifier): (FunctionName, Option<Qualifier>)) -> FunctionArn {
    let arn = context.caller.function_arn(&name);
    match qualifier {
        Some(qualifier) => arn.qualified(qualifier),
        None => arn,
    }
}

impl Mapping {
    pub(crate) fn is_being_deleted(&self) -> bool {
        self.stored.transition.is_some_and(|transition| transition.kind == MappingTransition::Deleting)
    }

    pub(crate) fn uuid_text(&self) -> String {
        RevisionId::from_bytes(self.uuid).to_string()
    }

    fn arn(&self, context: &Context<'_>) -> String {
        let (region, account) = (&context.caller.region, &context.caller.account);
        let partition = region.partition();
        format!("arn:{partition}:lambda:{region}:{account}:event-source-mapping:{}", self.uuid_text())
    }

    pub(crate) fn function_arn(&self, context: &Context<'_>) -> Result<FunctionArn, BadStored> {
        Ok(arn(context, self.stored.function()?))
    }

    /// Where it says what no second mapping may have: function, source, and what of the source is read.
    pub(crate) fn claim(&self) -> Vec<u8> {
        let StoredEventSourceMapping { function_name, qualifier, event_source, topics, queues, .. } =
            &self.stored;
        // Debug quotes every text, so that no two claims look like one.
        keys::mapping_claim(&format!(
            "{function_name:?} {qualifier:?} {event_source:?} {topics:?} {queues:?}"
        ))
    }

    /// The keys under which it is found. One that is being deleted gives its claim back already: so storing that makes the
    /// store smaller, which a full disk takes.
    pub(crate) fn entries(&self) -> BTreeSet<Vec<u8>> {
        let function = (self.stored.function_name.as_str(), self.stored.qualifier.as_deref());
        let by_source = match &self.stored.event_source {
            StoredEventSource::Arn(arn) => Some(keys::mappings_by_source(arn, Some(function))),
            StoredEventSource::SelfManaged(_) => None,
        };
        let by = [Some(keys::mappings_by_function(function)), by_source].into_iter().flatten();
        let claim = (!self.is_being_deleted()).then(|| self.claim());
        by.map(|prefix| keys::mapping_entry(prefix, &self.uuid)).chain(claim).collect()
    }

    /// Whether it may be found under a key: one that was being deleted in an older store has its claim still.
    pub(crate) fn may_have_entry(&self, key: &[u8]) -> bool {
        self.entries().contains(key) || self.claim() == key
    }

    fn answer(
        &self,
        context: &Context<'_>,
        state: EventSourceMappingState,
    ) -> Result<EventSourceMappingConfiguration, Stop> {
        let stored = &self.stored;
        let TypedMapping { function, event_source, starting_position, settings } = stored.typed()?;
        let is_stream = matches!(event_source.service(), "kinesis" | "dynamodb");
        let is_kafka = matches!(event_source.service(), "kafka" | "");
        Ok(EventSourceMappingConfiguration {
            uuid: self.uuid_text(),
            event_source_mapping_arn: self.arn(context),
            function_arn: arn(context, function),
            starting_position,
            starting_position_timestamp: stored.starting_position_timestamp,
            topics: stored.topics.clone(),
            queues: stored.queues.clone(),
            last_modified: Timestamp(stored.last_modified_ms),
            state,
            // Recorded from AWS for queues and Kinesis; that the others are like queues is documented by examples.
            state_transition_reason: if is_stream { "User action" } else { "USER_INITIATED" },
            last_processing_result: (is_stream || is_kafka).then_some("No records processed"),
            settings,
            event_source,
        })
    }

    fn event(&self, context: &Context<'_>, change: ResourceChange) -> ResourceEvent {
        ResourceEvent {
            resource: ResourceKind::EventSourceMapping,
            change,
            arn: self.arn(context),
            old_revision: None,
            new_revision: None,
        }
    }
}

/// Writes a mapping in the place of what it was, or of nothing, and where it is found; says so in the feed.
fn write(
    context: &Context<'_>,
    old: Option<&Mapping>,
    new: &Mapping,
    changes: &mut Changes,
) -> Result<(), Stop> {
    let before = old.map(Mapping::entries).unwrap_or_default();
    let after = new.entries();
    for key in before.symmetric_difference(&after) {
        // Read because it is written.
        context.view.get(key)?;
        if after.contains(key) {
            changes.put(key.clone(), &StoredMappingEntry { uuid: new.uuid })?;
        } else {
            changes.delete(key.clone());
        }
    }
    context.view.get(&keys::mapping(&new.uuid))?;
    changes.put(keys::mapping(&new.uuid), &new.stored)?;
    let change = if old.is_some() { ResourceChange::Updated } else { ResourceChange::Created };
    changes.event(new.event(context, change))
}

/// Removes a mapping and where it is found, but for what a new one writes; says so in the feed.
fn remove(
    context: &Context<'_>,
    old: &Mapping,
    new: Option<&Mapping>,
    changes: &mut Changes,
) -> Result<(), Stop> {
    let kept = new.map(Mapping::entries).unwrap_or_default();
    for key in old.entries().difference(&kept) {
        // The claim that it gave back may be another's by now.
        if context.read::<StoredMappingEntry>(key)?.is_some_and(|entry| entry.uuid == old.uuid) {
            changes.delete(key.clone());
        }
    }
    changes.delete(keys::mapping(&old.uuid));
    changes.event(old.event(context, ResourceChange::Deleted))
}

/// Stores that what was in progress is over: for one that is gone, that it is.
pub(crate) fn store_finished(
    context: &Context<'_>,
    mapping: &Mapping,
    became: &Projected,
    changes: &mut Changes,
) -> Result<(), Stop> {
    match became {
        Projected::Unchanged => Ok(()),
        Projected::Finished => write(context, Some(mapping), mapping, changes),
        Projected::Gone => remove(context, mapping, None, changes),
    }
}

fn qualifier_text(function: &FunctionReference) -> Option<String> {
    function.qualifier.as_ref().map(ToString::to_string)
}

fn note_due(changes: &mut Changes, uuid: [u8; 16], at_ms: Option<u64>) {
    changes.due = at_ms.map(|at_ms| Due::Mapping { uuid, at_ms });
}

impl Command for CreateEventSourceMapping {
    type Answer = EventSourceMappingConfiguration;

    /// Refusals in this order \[chosen\]: the function, then another mapping of the same two. Whether the source exists is not
    /// known here.
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<EventSourceMappingConfiguration>, Stop> {
        context.require_invoked(&self.function)?;
        let [uuid, ..] = context.drawn.revisions;
        let uuid_text = RevisionId::from_bytes(uuid).to_string();
        let settings = updated(EventSourceMappingSettings::default(), self.settings.clone());
        let settings = with_defaults(settings, &self.source, &uuid_text);
        let stored = StoredEventSourceMapping {
            function_name: self.function.name.to_string(),
            qualifier: qualifier_text(&self.function),
            event_source: StoredEventSource::of(&self.source),
            topics: self.topics.clone(),
            queues: self.queues.clone(),
            starting_position: self.starting_position.map(|position| position.as_str().to_owned()),
            starting_position_timestamp: self.starting_position_timestamp,
            enabled: self.enabled,
            transition: None,
            last_modified_ms: context.drawn.now_ms,
            settings: StoredMappingSettings::of(settings),
            tags: pairs(&self.tags),
        };
        let mut new = Mapping { uuid, stored };
        let gone = predecessor(context, &new)?;
        let mut changes = Changes::default();
        let due = new.stored.begin(MappingTransition::Creating, context);
        note_due(&mut changes, uuid, due);
        if let Some(gone) = gone {
            remove(context, &gone, Some(&new), &mut changes)?;
        }
        write(context, None, &new, &mut changes)?;
        Ok(Decision { changes, answer: new.answer(context, EventSourceMappingState::Creating)? })
    }
}

impl Command for UpdateEventSourceMapping {
    type Answer = EventSourceMappingConfiguration;

    /// Refusals in this order \[chosen\]: the mapping, what is in progress, the function, another mapping of the same function
    /// and source, the settings. An update that changes nothing is one all the same \[chosen\].
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<EventSourceMappingConfiguration>, Stop> {
        let old = context.require_mapping(&self.uuid)?;
        if old.stored.transition.is_some() {
            return Err(ServiceError::MappingInUse { attempt: "update" }.into());
        }
        let mut new = old.clone();
        if let Some(function) = &self.function {
            context.require_invoked(function)?;
            new.stored.function_name = function.name.to_string();
            new.stored.qualifier = qualifier_text(function);
        }
        let gone = predecessor(context, &new)?;
        let source = old.stored.event_source.told()?;
        let settings = updated(old.stored.settings.clone().told()?, self.settings.clone());
        settings.fit(&source).map_err(refusal_of)?;
        new.stored.settings = StoredMappingSettings::of(with_defaults(settings, &source, &old.uuid_text()));
        new.stored.enabled = self.enabled.unwrap_or(old.stored.enabled);
        let kind = match (old.stored.enabled, new.stored.enabled) {
            (false, true) => MappingTransition::Enabling,
            (true, false) => MappingTransition::Disabling,
            _ => MappingTransition::Updating,
        };
        let mut changes = Changes::default();
        let due = new.stored.begin(kind, context);
        note_due(&mut changes, new.uuid, due);
        if let Some(gone) = gone {
            remove(context, &gone, Some(&new), &mut changes)?;
        }
        write(context, Some(&old), &new, &mut changes)?;
        Ok(Decision { changes, answer: new.answer(context, kind.state())? })
    }
}

impl Command for DeleteEventSourceMapping {
    type Answer = EventSourceMappingConfiguration;

    /// Refused while something is in progress (quoted in many public reports).
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<EventSourceMappingConfiguration>, Stop> {
        let old = context.require_mapping(&self.uuid)?;
        if old.stored.transition.is_some() {
            return Err(ServiceError::MappingInUse { attempt: "delete" }.into());
        }
        let mut new = old.clone();
        let mut changes = Changes::default();
        let due = new.stored.begin(MappingTransition::Deleting, context);
        note_due(&mut changes, new.uuid, due);
        if new.stored.transition.is_none() {
            remove(context, &old, None, &mut changes)?;
        } else {
            write(context, Some(&old), &new, &mut changes)?;
        }
        Ok(Decision { changes, answer: new.answer(context, EventSourceMappingState::Deleting)? })
    }
}

impl Query for GetEventSourceMapping {
    type Answer = EventSourceMappingConfiguration;

    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<EventSourceMappingConfiguration, Stop> {
        let mapping = context.require_mapping(&self.uuid)?;
        mapping.answer(context, mapping.stored.state())
    }
}

impl Query for ListEventSourceMappings {
    type Answer = EventSourceMappingPage;

    /// A name without a qualifier lists the mappings that were created without one; a function that does not exist has those
    /// that it has left \[both chosen\]. Filters that are encrypted are not shown (documented).
    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<EventSourceMappingPage, Stop> {
        let qualifier = self.function.as_ref().and_then(qualifier_text);
        let function = self.function.as_ref().map(|function| (function.name.as_str(), qualifier.as_deref()));
        let prefix = match (&self.event_source_arn, function) {
            (Some(arn), function) => keys::mappings_by_source(arn.as_str(), function),
            (None, Some(function)) => keys::mappings_by_function(function),
            (None, None) => keys::MAPPINGS.as_bytes().to_vec(),
        };
        let after = self.marker.as_deref().map(Marker::decode).transpose()?;
        let after = after.map(|marker| [&prefix[..], marker.name.as_bytes()].concat());
        let mut page = Filling::new(self.max_items);
        let found = context.view.scan(&prefix, after.as_deref(), page.limit)?;
        page.more = found.more;
        for (key, value) in found.entries {
            let rest =
                String::from_utf8_lossy(key.strip_prefix(&prefix[..]).unwrap_or_default()).into_owned();
            let mapping = if value.kind() == StoredMappingEntry::KIND {
                context.stored_mapping(StoredMappingEntry::decode(&value)?.uuid)?
            } else {
                let uuid = keys::last_part(&key).unwrap_or_default();
                let uuid = *parse::<RevisionId>(uuid)?.as_bytes();
                Some(Mapping { uuid, stored: StoredEventSourceMapping::decode(&value)? })
            };
            let mapping = mapping.and_then(|mut mapping| {
                let became = mapping.stored.finish(context.drawn.now_ms, false);
                Some(mapping).filter(|_| !matches!(became, Projected::Gone))
            });
            match mapping {
                Some(mapping) => {
                    let mut entry = mapping.answer(context, mapping.stored.state())?;
                    if entry.settings.kms_key_arn.is_some() {
                        entry.settings.filter_criteria = None;
                    }
                    page.push(&rest, 0, entry);
                }
                None => page.pass_over(&rest, 0),
            }
        }
        let (event_source_mappings, next_marker) = page.finish();
        Ok(EventSourceMappingPage { event_source_mappings, next_marker })
    }
}

/// The tags of a mapping.
pub(crate) fn tags_of(context: &Context<'_>, uuid: &str) -> Result<ResourceTags, Stop> {
    let tags = context.require_mapping(uuid)?.stored.tags;
    Ok(ResourceTags { tags: tags.into_iter().collect() })
}

/// Gives a mapping other tags. Possible while something is in progress, and no update: neither state nor LastModified change
/// \[chosen\].
pub(crate) fn exchange_tags(
    context: &Context<'_>,
    uuid: &str,
    change: impl FnOnce(StringMap) -> Result<StringMap, ServiceError>,
) -> Result<Decision<()>, Stop> {
    let old = context.require_mapping(uuid)?;
    let mut new = old.clone();
    new.stored.tags = pairs(&change(old.stored.tags.iter().cloned().collect())?);
    let mut changes = Changes::default();
    write(context, Some(&old), &new, &mut changes)?;
    Ok(Decision { changes, answer: () })
}
