//! UntagResource.

use crate::admitted::required;
use crate::caller::Caller;
use crate::check::check;
use crate::constraint::{Bounds, ItemWords, ListRules, Shape};
use crate::rejection::Rejection;
use crate::structure::structure;
use crate::tags::{TAG_KEY_RULES, TAGGABLE_RESOURCE_SHAPE, TaggableResource};

const TAG_KEYS_SHAPE: Shape = Shape::List(ListRules {
    item: &Shape::String(TAG_KEY_RULES),
    words: ItemWords::Nested,
    length: Bounds::NONE,
});

structure! {
    /// An UntagResource request as it was received.
    pub struct UntagResourceRequest {
        /// The ARN of the resource.
        required resource: String = "Resource", TAGGABLE_RESOURCE_SHAPE;
        /// Keys of tags to remove. None at all counts as absent (recorded from AWS, whose query string cannot tell the two
        /// apart).
        required tag_keys: Vec<String> = "TagKeys", TAG_KEYS_SHAPE;
    }
}

/// A valid UntagResource request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UntagResource {
    /// What loses tags.
    pub resource: TaggableResource,
    /// At least one key; the resource need not have it.
    pub tag_keys: Vec<String>,
}

impl UntagResourceRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of the resource (region, account, a qualifier).
    pub fn validate(mut self, caller: &Caller) -> Result<UntagResource, Rejection> {
        self.tag_keys = self.tag_keys.filter(|keys| !keys.is_empty());
        check(&self)?;
        let resource = TaggableResource::resolve(caller, &required(self.resource))?;
        Ok(UntagResource { resource, tag_keys: required(self.tag_keys) })
    }
}
