//! PublishVersion.

use crate::admitted::{admitted_option, required};
use crate::caller::Caller;
use crate::check::check;
use crate::constraint::Shape;
use crate::description::DESCRIPTION_SHAPE;
use crate::function_name::{FUNCTION_NAME_SHAPE, FunctionName};
use crate::function_reference::FunctionReference;
use crate::publish_to::{PUBLISH_TO_SHAPE, PublishTo};
use crate::qualifier::Qualifier;
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
    /// The function.
    pub function_name: FunctionName,
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
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`], then
    /// [`Rejection::InvalidParameterValue`] for a qualifier other than `$LATEST`: what the service does with one is
    /// not recorded; the text is the one it gives to updates of versions.
    pub fn validate(self, caller: &Caller) -> Result<PublishVersion, Rejection> {
        check(&self)?;
        let function = FunctionReference::resolve(caller, &required(self.function_name), None)?;
        if !matches!(function.qualifier, None | Some(Qualifier::Latest)) {
            return Err(Rejection::invalid(NOT_LATEST));
        }
        Ok(PublishVersion {
            function_name: function.name,
            code_sha256: self.code_sha256,
            description: self.description,
            revision_id: self.revision_id,
            publish_to: admitted_option(self.publish_to),
        })
    }
}

const NOT_LATEST: &str = "Current operation does not support versions other than $LATEST. Please set the version to \
     $LATEST or do not set a version in your request.";
