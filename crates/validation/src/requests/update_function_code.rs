//! UpdateFunctionCode.

use crate::admitted::{admitted_option, required};
use crate::architecture::{ARCHITECTURES_SHAPE, Architecture, only};
use crate::caller::Caller;
use crate::check::check;
use crate::code::SourceMembers;
use crate::constraint::Shape;
use crate::function_name::FUNCTION_NAME_SHAPE;
use crate::function_reference::FunctionReference;
use crate::kms::{KMS_KEY_ARN_SHAPE, KmsKeyArn};
use crate::publish_to::{PUBLISH_TO_SHAPE, PublishTo};
use crate::rejection::Rejection;
use crate::s3::{
    S3_BUCKET_SHAPE, S3_KEY_SHAPE, S3_OBJECT_STORAGE_MODE_SHAPE, S3_OBJECT_VERSION_SHAPE, S3ObjectStorageMode,
};
use crate::structure::structure;

structure! {
    /// An UpdateFunctionCode request as it was received.
    ///
    /// `P` is the type of a deployment package, which is only present or absent here.
    pub struct UpdateFunctionCodeRequest<P> {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", FUNCTION_NAME_SHAPE;
        /// A zip archive.
        blob zip_file: P = "ZipFile", Shape::Blob;
        /// The bucket that holds a zip archive.
        optional s3_bucket: String = "S3Bucket", S3_BUCKET_SHAPE;
        /// The key of the zip archive in the bucket.
        optional s3_key: String = "S3Key", S3_KEY_SHAPE;
        /// The version of the object.
        optional s3_object_version: String = "S3ObjectVersion", S3_OBJECT_VERSION_SHAPE;
        /// Whether the object is copied or referred to.
        optional s3_object_storage_mode: String = "S3ObjectStorageMode", S3_OBJECT_STORAGE_MODE_SHAPE;
        /// The URI of a container image.
        optional image_uri: String = "ImageUri", Shape::STRING;
        /// The one instruction set of the new code.
        optional architectures: Vec<String> = "Architectures", ARCHITECTURES_SHAPE;
        /// Whether a version is published from the new code.
        optional publish: bool = "Publish", Shape::Boolean;
        /// Where the version is published to.
        optional publish_to: String = "PublishTo", PUBLISH_TO_SHAPE;
        /// Whether nothing is changed, only checked.
        optional dry_run: bool = "DryRun", Shape::Boolean;
        /// The revision that the function must have.
        optional revision_id: String = "RevisionId", Shape::STRING;
        /// The key that the archive is encrypted with.
        optional source_kms_key_arn: String = "SourceKMSKeyArn", KMS_KEY_ARN_SHAPE;
    }
}

/// A valid UpdateFunctionCode request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateFunctionCode<P> {
    /// The function. A qualifier stays here, because the service refuses one only after it has found the function.
    pub function: FunctionReference,
    /// Where the new code comes from, as it was given.
    pub source: SourceMembers<P>,
    /// The instruction set of the new code; as before if not given.
    pub architectures: Option<Architecture>,
    /// Whether a version is published from the new code.
    pub publish: bool,
    /// Whether nothing is changed, only checked.
    pub dry_run: bool,
    /// The revision that the function must have, as free text: the service answers any other text with a failed
    /// precondition, whatever its form (recorded from AWS).
    pub revision_id: Option<String>,
    /// Where the version is published to.
    pub publish_to: Option<PublishTo>,
    /// The key that the archive is encrypted with.
    pub source_kms_key_arn: Option<KmsKeyArn>,
    /// Whether the object in S3 is copied or referred to.
    pub s3_object_storage_mode: Option<S3ObjectStorageMode>,
}

impl<P> UpdateFunctionCodeRequest<P> {
    /// Makes the request valid.
    ///
    /// ```
    /// use funclet_validation::{Architecture, Caller, UpdateFunctionCodeRequest};
    ///
    /// let caller = Caller { account: "111122223333".parse()?, region: "us-east-1".parse()? };
    /// let request = UpdateFunctionCodeRequest {
    ///     function_name: Some("hello".into()),
    ///     zip_file: Some(b"PK".to_vec()),
    ///     architectures: Some(vec!["arm64".into()]),
    ///     ..Default::default()
    /// };
    /// let update = request.validate(&caller).unwrap();
    /// assert_eq!(update.function.name.as_str(), "hello");
    /// assert_eq!(update.architectures, Some(Architecture::Arm64));
    /// assert!(!update.publish);
    /// # Ok::<(), funclet_validation::InvalidText>(())
    /// ```
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`]. Whether there is exactly one source
    /// is found out by [`SourceMembers::single`], when the function has been found.
    pub fn validate(self, caller: &Caller) -> Result<UpdateFunctionCode<P>, Rejection> {
        check(&self)?;
        let function = FunctionReference::resolve(caller, &required(self.function_name), None)?;
        Ok(UpdateFunctionCode {
            function,
            source: SourceMembers::from_admitted(
                self.zip_file,
                [self.s3_bucket, self.s3_key, self.s3_object_version, self.image_uri],
            ),
            architectures: only(self.architectures),
            publish: self.publish.unwrap_or_default(),
            dry_run: self.dry_run.unwrap_or_default(),
            revision_id: self.revision_id,
            publish_to: admitted_option(self.publish_to),
            source_kms_key_arn: KmsKeyArn::from_member(self.source_kms_key_arn),
            s3_object_storage_mode: admitted_option(self.s3_object_storage_mode),
        })
    }
}
