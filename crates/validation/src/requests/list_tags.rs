//! ListTags.

use crate::admitted::required;
use crate::caller::Caller;
use crate::check::check;
use crate::rejection::Rejection;
use crate::structure::structure;
use crate::tags::{TAGGABLE_RESOURCE_SHAPE, TaggableResource};

structure! {
    /// A ListTags request as it was received.
    pub struct ListTagsRequest {
        /// The ARN of the resource.
        required resource: String = "Resource", TAGGABLE_RESOURCE_SHAPE;
    }
}

/// A valid ListTags request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListTags {
    /// Whose tags are asked for.
    pub resource: TaggableResource,
}

impl ListTagsRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of the resource (region, account, a qualifier).
    pub fn validate(self, caller: &Caller) -> Result<ListTags, Rejection> {
        check(&self)?;
        Ok(ListTags { resource: TaggableResource::resolve(caller, &required(self.resource))? })
    }
}
