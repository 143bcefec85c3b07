//! PublishVersion.

use crate::admitted::{admitted_option, required};
use crate::caller::Caller;
use crate::check::check;
use crate::constraint::Shape;
use crate::description::DESCRIPTION_SHAPE;
use crate::function_name::FUNCTION_NAME_SHAPE;
use crate::function_reference::FunctionReference;
use crate::publish_to::{PUBLISH_TO_SHAPE, PublishTo};
use crate::rejection::Rejection;
use crate::structure::structure;

structure! {
    /// A PublishVersion request as it was received.
    pub struct PublishVersionRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", FUNCTION_NAME_SHAPE;
        /// The digest that the code must have.
        optional code_sha256: String = "CodeSha256", Shape::STRING;
        /// The description of the version, at most 256 characters.
        optional description: String = "Description", DESCRIPTION_SHAPE;
        /// The revision that `$LATEST` must have.
        optional revision_id: String = "RevisionId", Shape::STRING;
        /// Where the version is published to.
        optional publish_to: String = "PublishTo", PUBLISH_TO_SHAPE;
    }
}

/// A valid PublishVersion request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishVersion {
    /// The function. A qualifier stays here, because the service refuses one of an update only after it has found the
    /// function.
    pub function: FunctionReference,
    /// The digest that the code must have, as free text: the service does not check its form (recorded from AWS).
    pub code_sha256: Option<String>,
    /// The description of the version; that of `$LATEST` if not given.
    pub description: Option<String>,
    /// The revision that `$LATEST` must have, as free text.
    pub revision_id: Option<String>,
    /// Where the version is published to.
    pub publish_to: Option<PublishTo>,
}

impl PublishVersionRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`].
    pub fn validate(self, caller: &Caller) -> Result<PublishVersion, Rejection> {
        check(&self)?;
        let function = FunctionReference::resolve(caller, &required(self.function_name), None)?;
        Ok(PublishVersion {
            function,
            code_sha256: self.code_sha256,
            description: self.description,
            revision_id: self.revision_id,
            publish_to: admitted_option(self.publish_to),
        })
    }
}
