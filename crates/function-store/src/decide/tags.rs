//! ListTags, TagResource and UntagResource.

use funclet_validation::{
    FunctionName, ListTags, StringMap, TagResource, TaggableResource, UntagResource, merge_tags,
};

use crate::answer::ResourceTags;
use crate::decide::sealed::{Command, Query};
use crate::decide::update::refusal_of;
use crate::decide::{Changes, Context, Decision, Stop};
use crate::error::ServiceError;
use crate::event::{FunctionEvent, FunctionEventKind};
use crate::keys;
use crate::stored::pairs;

/// Only functions can be created here, so nothing else is found.
fn function(resource: &TaggableResource) -> Result<&FunctionName, ServiceError> {
    match resource {
        TaggableResource::Function(name) => Ok(name),
        TaggableResource::Layer(_)
        | TaggableResource::CodeSigningConfig(_)
        | TaggableResource::EventSourceMapping(_)
        | TaggableResource::CapacityProvider(_) => Err(ServiceError::ResourceNotFound),
    }
}

impl Query for ListTags {
    type Answer = ResourceTags;

    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<ResourceTags, Stop> {
        let name = function(&self.resource)?;
        let found = context.require(name, context.caller.function_arn(name))?.value;
        Ok(ResourceTags { tags: found.tags.into_iter().collect() })
    }
}

impl Command for TagResource {
    type Answer = ();

    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<()>, Stop> {
        exchange(context, &self.resource, |tags| merge_tags(tags, self.tags.clone()).map_err(refusal_of))
    }
}

impl Command for UntagResource {
    type Answer = ();

    /// A key that the function does not have is no complaint (recorded from AWS).
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<()>, Stop> {
        let stays = |(key, _): &(String, String)| !self.tag_keys.contains(key);
        exchange(context, &self.resource, |tags| Ok(tags.into_iter().filter(stays).collect()))
    }
}

/// Gives a function other tags, and a new revision even if they are the same (recorded from AWS).
///
/// Possible while an update is in progress, which still ends with the revision that it has drawn. Versions have no tags, so
/// that `$LATEST` is not touched in the sense of PublishVersion \[both chosen\].
fn exchange(
    context: &Context<'_>,
    resource: &TaggableResource,
    change: impl FnOnce(StringMap) -> Result<StringMap, ServiceError>,
) -> Result<Decision<()>, Stop> {
    let name = function(resource)?;
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
