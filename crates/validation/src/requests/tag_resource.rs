//! TagResource.

use crate::admitted::required;
use crate::caller::Caller;
use crate::check::check;
use crate::rejection::Rejection;
use crate::string_map::StringMap;
use crate::structure::structure;
use crate::tags::{TAGGABLE_RESOURCE_SHAPE, TAGS_SHAPE, TaggableResource, check_tags};

structure! {
    /// A TagResource request as it was received.
    pub struct TagResourceRequest {
        /// The ARN of the resource.
        required resource: String = "Resource", TAGGABLE_RESOURCE_SHAPE;
        /// Tags to add, in the order of the request.
        required tags: StringMap = "Tags", TAGS_SHAPE;
    }
}

/// A valid TagResource request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagResource {
    /// What is tagged.
    pub resource: TaggableResource,
    /// At least one tag, and at most 50.
    pub tags: StringMap,
}

impl TagResourceRequest {
    /// Makes the request valid.
    ///
    /// ```
    /// use funclet_validation::{Caller, TagResourceRequest, TaggableResource};
    ///
    /// let caller = Caller { account: "111122223333".parse()?, region: "us-east-1".parse()? };
    /// let request = TagResourceRequest {
    ///     resource: Some("arn:aws:lambda:us-east-1:111122223333:function:hello".into()),
    ///     tags: Some([("team", "blue")].into_iter().collect()),
    /// };
    /// let tagged = request.validate(&caller).unwrap();
    /// assert_eq!(tagged.resource, TaggableResource::Function("hello".parse()?));
    /// # Ok::<(), funclet_validation::InvalidText>(())
    /// ```
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of the resource (region, account, a qualifier), then
    /// [`Rejection::InvalidParameterValue`] for no tags and for more than 50. The texts are recorded from AWS, the order is
    /// chosen.
    pub fn validate(self, caller: &Caller) -> Result<TagResource, Rejection> {
        check(&self)?;
        let resource = TaggableResource::resolve(caller, &required(self.resource))?;
        let tags = required(self.tags);
        if tags.is_empty() {
            return Err(Rejection::invalid("An error occurred and the request cannot be processed."));
        }
        check_tags(&tags)?;
        Ok(TagResource { resource, tags })
    }
}
