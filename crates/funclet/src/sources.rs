//! Where code comes from that is not in the request: objects in S3, images in a registry.

use funclet_function_store::ServiceError;
use funclet_validation::{Caller, ImageUri, S3Object};

use crate::error::Error;
use crate::package::PackageWriter;

/// Fetches code from elsewhere. Calls block; an async host runs operations whose code comes from here on a thread of
/// their own (see [`Operation::blocks`](crate::Operation::blocks)).
pub trait CodeSources: Send + Sync {
    /// Copies an object into `package`, as it is now; later changes of the object have no effect.
    ///
    /// # Errors
    /// [`SourceError`].
    fn fetch_object(
        &self,
        caller: &Caller,
        object: &S3Object,
        package: &mut PackageWriter,
    ) -> Result<(), SourceError>;

    /// Resolves an image to what it is now; its tag is never followed again.
    ///
    /// # Errors
    /// [`SourceError`].
    fn resolve_image(&self, caller: &Caller, image: &ImageUri) -> Result<ResolvedImage, SourceError>;
}

/// An image, pinned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedImage {
    /// The SHA-256 of its manifest.
    pub digest: [u8; 32],
    /// Its URI with the digest instead of a tag.
    pub resolved_image_uri: String,
}

/// Why somebody who was asked does not give an answer: a source of code, or whoever knows the networks.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The caller is to blame; told as `InvalidParameterValueException` with this text.
    #[error("{0}")]
    Refused(String),
    /// The engine failed to take the package in.
    #[error(transparent)]
    Engine(#[from] Error),
    /// The source failed.
    #[error("whoever was asked failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<SourceError> for Error {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::Refused(text) => Self::Refused(ServiceError::InvalidParameterValue(text)),
            SourceError::Engine(error) => error,
            SourceError::Failed(source) => Self::Failed { source },
        }
    }
}

/// The default: knows no buckets and no registries, and says so.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoSources;

impl CodeSources for NoSources {
    fn fetch_object(&self, _: &Caller, object: &S3Object, _: &mut PackageWriter) -> Result<(), SourceError> {
        Err(SourceError::Refused(format!(
            "Error occurred while GetObject. Funclet has no source for S3 objects configured, so it cannot read {} from \
             bucket {}.",
            object.key, object.bucket
        )))
    }

    fn resolve_image(&self, _: &Caller, image: &ImageUri) -> Result<ResolvedImage, SourceError> {
        Err(SourceError::Refused(format!(
            "Source image {image} cannot be resolved. Funclet has no source for images configured."
        )))
    }
}
