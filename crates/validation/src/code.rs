//! Sources of code: what a request says, and the one source that it comes to.

use crate::admitted::admitted_option;
use crate::constraint::Shape;
use crate::image::ImageUri;
use crate::kms::KMS_KEY_ARN_SHAPE;
use crate::rejection::Rejection;
use crate::s3::{
    S3_BUCKET_SHAPE, S3_KEY_SHAPE, S3_OBJECT_STORAGE_MODE_SHAPE, S3_OBJECT_VERSION_SHAPE, S3Bucket, S3Key,
    S3Object, S3ObjectVersion,
};
use crate::structure::structure;

structure! {
    /// The member `Code` of a CreateFunction request.
    ///
    /// `P` is the type of a deployment package, which is only present or absent here.
    pub struct FunctionCode<P> {
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
        /// The key that the archive is encrypted with.
        optional source_kms_key_arn: String = "SourceKMSKeyArn", KMS_KEY_ARN_SHAPE;
    }
}

/// The members of a request that say where code comes from, each valid by itself.
///
/// UpdateFunctionCode keeps them as they were given, because the service judges their combination only after it has
/// found the function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceMembers<P> {
    /// A zip archive.
    pub zip_file: Option<P>,
    /// The bucket that holds a zip archive.
    pub s3_bucket: Option<S3Bucket>,
    /// The key of the zip archive in the bucket.
    pub s3_key: Option<S3Key>,
    /// The version of the object.
    pub s3_object_version: Option<S3ObjectVersion>,
    /// The URI of a container image.
    pub image_uri: Option<ImageUri>,
}

/// The one place that code comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeSource<P> {
    /// A zip archive in the request.
    ZipFile(P),
    /// A zip archive in S3.
    S3(S3Object),
    /// A container image.
    Image(ImageUri),
}

impl<P> SourceMembers<P> {
    pub(crate) fn from_admitted(
        zip_file: Option<P>,
        [bucket, key, version, image_uri]: [Option<String>; 4],
    ) -> Self {
        Self {
            zip_file,
            s3_bucket: admitted_option(bucket),
            s3_key: admitted_option(key),
            s3_object_version: admitted_option(version),
            image_uri: admitted_option(image_uri),
        }
    }

    /// Tells whether an image is asked for.
    #[must_use]
    pub fn has_image(&self) -> bool {
        self.image_uri.is_some()
    }

    /// Tells whether a zip archive is asked for, in the request or in S3.
    #[must_use]
    pub fn has_zip(&self) -> bool {
        self.zip_file.is_some() || self.has_s3()
    }

    fn has_s3(&self) -> bool {
        self.s3_bucket.is_some() || self.s3_key.is_some() || self.s3_object_version.is_some()
    }

    /// Takes the one source.
    ///
    /// # Errors
    /// [`Rejection::InvalidParameterValue`] if there is none, or more than one. The texts for no source (which a
    /// bucket without key, and the reverse, count as) and for a ZipFile beside others are quoted from the service in
    /// public reports; the one for an image beside S3 is chosen.
    pub fn single(self) -> Result<CodeSource<P>, Rejection> {
        let has_s3 = self.has_s3();
        let Self { zip_file, s3_bucket, s3_key, s3_object_version, image_uri } = self;
        match (zip_file, image_uri) {
            (Some(_), image) if has_s3 || image.is_some() => Err(Rejection::invalid(BESIDE_ZIP_FILE)),
            (Some(zip), _) => Ok(CodeSource::ZipFile(zip)),
            (None, Some(_)) if has_s3 => Err(Rejection::invalid(BESIDE_IMAGE_URI)),
            (None, Some(image)) => Ok(CodeSource::Image(image)),
            (None, None) => match (s3_bucket, s3_key) {
                (Some(bucket), Some(key)) => {
                    Ok(CodeSource::S3(S3Object { bucket, key, version: s3_object_version }))
                }
                _ => Err(Rejection::invalid(NO_SOURCE)),
            },
        }
    }
}

const NO_SOURCE: &str = "Please provide a source for function code.";
const BESIDE_ZIP_FILE: &str = "Please do not provide other FunctionCode parameters when providing a ZipFile.";
const BESIDE_IMAGE_URI: &str =
    "Please do not provide other FunctionCode parameters when providing an ImageUri.";

#[cfg(test)]
mod tests {
    use super::{BESIDE_IMAGE_URI, BESIDE_ZIP_FILE, CodeSource, NO_SOURCE, SourceMembers};

    /// Checks the outcome of a combination: zip, bucket, key, version, image.
    fn check(given: [bool; 5], expected: Result<&str, &str>) {
        let [zip, bucket, key, version, image] = given;
        let some = |given: bool, text: &str| given.then(|| text.to_owned());
        let members = SourceMembers::from_admitted(
            zip.then_some(()),
            [some(bucket, "bucket"), some(key, "key"), some(version, "v1"), some(image, "repo:latest")],
        );
        let outcome = members.single().map_err(|rejection| rejection.to_string());
        let outcome = outcome.map(|source| match source {
            CodeSource::ZipFile(()) => "zip".to_owned(),
            CodeSource::S3(object) => format!("s3 {:?}", object.version.map(|version| version.to_string())),
            CodeSource::Image(uri) => uri.to_string(),
        });
        assert_eq!(outcome.as_deref().map_err(String::as_str), expected, "{given:?}");
    }

    #[test]
    fn combinations() {
        check([true, false, false, false, false], Ok("zip"));
        check([false, true, true, false, false], Ok("s3 None"));
        check([false, true, true, true, false], Ok("s3 Some(\"v1\")"));
        check([false, false, false, false, true], Ok("repo:latest"));
        check([false, false, false, false, false], Err(NO_SOURCE));
        check([false, true, false, false, false], Err(NO_SOURCE));
        check([false, false, true, false, false], Err(NO_SOURCE));
        check([false, false, false, true, false], Err(NO_SOURCE));
        check([true, true, true, false, false], Err(BESIDE_ZIP_FILE));
        check([true, false, false, true, false], Err(BESIDE_ZIP_FILE));
        check([true, false, false, false, true], Err(BESIDE_ZIP_FILE));
        check([false, true, true, false, true], Err(BESIDE_IMAGE_URI));
    }
}
