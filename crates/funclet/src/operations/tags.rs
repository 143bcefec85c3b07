//! Tags.

use funclet_function_store::ResourceTags;
use funclet_validation::{
    ListTags, ListTagsRequest, TagResource, TagResourceRequest, UntagResource, UntagResourceRequest,
};

use crate::error::Error;
use crate::lambda::Lambda;
use crate::work::{Change, Look};

operations! {
    /// Returns the tags of a function or a code signing config.
    ///
    /// # Errors
    /// [`Error`].
    ListTagsRequest, "ListTags", list_tags, Look<ListTags> -> ResourceTags;

    /// Adds tags to a function or a code signing config, or gives new values to those that it has. A function gets a new
    /// RevisionId.
    ///
    /// # Errors
    /// [`Error`].
    TagResourceRequest, "TagResource", tag_resource, Change<TagResource> -> ();

    /// Removes tags of a function or a code signing config. A function gets a new RevisionId.
    ///
    /// # Errors
    /// [`Error`].
    UntagResourceRequest, "UntagResource", untag_resource, Change<UntagResource> -> ();
}
