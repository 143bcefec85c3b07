//! ListTags, TagResource and UntagResource.

use funclet_validation::{
    FunctionName, LayerName, ListTags, StringMap, TagResource, TaggableResource, UntagResource, merge_tags,
};

use crate::answer::ResourceTags;
use crate::decide::layer::LAYER_NAME_LENGTH_MAX;
use crate::decide::sealed::{Command, Query};
use crate::decide::update::refusal_of;
use crate::decide::{Changes, Context, Decision, Stop, code_signing, event_source_mapping};
use crate::error::ServiceError;
use crate::event::{FunctionEvent, FunctionEventKind};
use crate::keys;
use crate::stored::{Stored, StoredLayerHead, pairs};

/// A resource beside functions that keeps its tags itself.
trait Tagged: Stored {
    fn tags(&mut self) -> &mut Vec<(String, String)>;
}

impl Tagged for StoredLayerHead {
    fn tags(&mut self) -> &mut Vec<(String, String)> {
        &mut self.tags
    }
}

/// Where a layer lies. No layer has a longer name, nor a key.
fn layer_key(name: &LayerName) -> Result<Vec<u8>, ServiceError> {
    let fits = name.as_str().len() <= LAYER_NAME_LENGTH_MAX;
    if fits { Ok(keys::layer(name.as_str())) } else { Err(ServiceError::ResourceNotFound) }
}

/// What changes tags.
type Change<'a> = &'a dyn Fn(StringMap) -> Result<StringMap, ServiceError>;

impl Query for ListTags {
    type Answer = ResourceTags;

    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<ResourceTags, Stop> {
        let tags = match &self.resource {
            TaggableResource::Function(name) => {
                context.require(name, context.caller.function_arn(name))?.value.tags
            }
            TaggableResource::Layer(name) => stored::<StoredLayerHead>(context, &layer_key(name)?)?.tags,
            TaggableResource::CodeSigningConfig(arn) => code_signing::require(context, arn)?.value.tags,
            TaggableResource::EventSourceMapping(uuid) => {
                return event_source_mapping::tags_of(context, uuid);
            }
            // There are none.
            TaggableResource::CapacityProvider(_) => return Err(ServiceError::ResourceNotFound.into()),
        };
        Ok(ResourceTags { tags: tags.into_iter().collect() })
    }
}

impl Command for TagResource {
    type Answer = ();

    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<()>, Stop> {
        exchange(context, &self.resource, &|tags| merge_tags(tags, self.tags.clone()).map_err(refusal_of))
    }
}

impl Command for UntagResource {
    type Answer = ();

    /// A key that the resource does not have is no complaint (recorded from AWS).
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<()>, Stop> {
        let stays = |(key, _): &(String, String)| !self.tag_keys.contains(key);
        exchange(context, &self.resource, &|tags| Ok(tags.into_iter().filter(stays).collect()))
    }
}

/// Gives a resource other tags.
fn exchange(
    context: &Context<'_>,
    resource: &TaggableResource,
    change: Change<'_>,
) -> Result<Decision<()>, Stop> {
    match resource {
        TaggableResource::Function(name) => exchange_of_function(context, name, change),
        TaggableResource::Layer(name) => {
            exchange_stored::<StoredLayerHead>(context, layer_key(name)?, change)
        }
        TaggableResource::CodeSigningConfig(arn) => code_signing::exchange_tags(context, arn, change),
        TaggableResource::EventSourceMapping(uuid) => {
            event_source_mapping::exchange_tags(context, uuid, change)
        }
        // There are none.
        TaggableResource::CapacityProvider(_) => Err(ServiceError::ResourceNotFound.into()),
    }
}

/// Reads a resource that must exist.
fn stored<S: Tagged>(context: &Context<'_>, key: &[u8]) -> Result<S, Stop> {
    Ok(context.read(key)?.ok_or(ServiceError::ResourceNotFound)?)
}

/// Nothing but the tags changes.
fn exchange_stored<S: Tagged>(
    context: &Context<'_>,
    key: Vec<u8>,
    change: Change<'_>,
) -> Result<Decision<()>, Stop> {
    let mut resource: S = stored(context, &key)?;
    let tags = std::mem::take(resource.tags()).into_iter().collect();
    *resource.tags() = pairs(&change(tags)?);
    let mut changes = Changes::default();
    changes.put(key, &resource)?;
    Ok(Decision { changes, answer: () })
}

/// The function gets a new revision even if its tags are the same (recorded from AWS).
///
/// Possible while an update is in progress, which still ends with the revision that it has drawn. Versions have no tags, so
/// that `$LATEST` is not touched in the sense of PublishVersion \[both chosen\].
fn exchange_of_function(
    context: &Context<'_>,
    name: &FunctionName,
    change: Change<'_>,
) -> Result<Decision<()>, Stop> {
    let found = context.require(name, context.caller.function_arn(name))?;
    let mut changes = Changes::default();
    let old_revision = found.value.latest.revision_id;
    context.note_completion(&mut changes, (name, None), &found, old_revision)?;
    let mut function = found.value;
    let [revision, ..] = context.drawn.revisions;
    let tags = std::mem::take(&mut function.tags).into_iter().collect();
    function.tags = pairs(&change(tags)?);
    function.latest.revision_id = revision;
    changes.put(keys::function(name.as_str()), &function)?;
    changes.event(FunctionEvent {
        kind: FunctionEventKind::TagsUpdated,
        function_name: name.to_string(),
        version: None,
        old_revision: Some(old_revision),
        new_revision: Some(revision),
    })?;
    Ok(Decision { changes, answer: () })
}
