//! Buckets and a registry in memory.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use funclet::{
    BlobDigest, Caller, CodeSources, ImageUri, PackageWriter, ResolvedImage, S3Object, SourceError,
};

/// [`CodeSources`] in memory: versioned objects in buckets, and images.
///
/// What is not there is refused in the words of S3 as the service passes them on (recorded from AWS: `NoSuchBucket`,
/// `NoSuchKey`; quoted in public reports: `PermanentRedirect`; chosen: `NoSuchVersion`, and the text for images).
///
/// ```
/// use std::sync::Arc;
///
/// use funclet::{CreateFunctionRequest, FunctionCode, Funclet};
/// use funclet_testkit::{MemorySources, zip_with_content};
///
/// let sources = Arc::new(MemorySources::new());
/// sources.create_bucket("packages");
/// sources.put_object("packages", "hello.zip", zip_with_content("x = 1"));
/// let lambda = Funclet::builder().code_sources(sources.clone()).open_in_memory().lambda();
/// let created = lambda.create_function(CreateFunctionRequest {
///     function_name: Some("hello".into()),
///     runtime: Some("python3.13".into()),
///     handler: Some("index.handler".into()),
///     role: Some("arn:aws:iam::000000000000:role/any".into()),
///     code: Some(FunctionCode {
///         s3_bucket: Some("packages".into()),
///         s3_key: Some("hello.zip".into()),
///         ..Default::default()
///     }),
///     ..Default::default()
/// })?;
/// assert_eq!(created.code_size, zip_with_content("x = 1").len() as u64);
/// # Ok::<(), funclet::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct MemorySources(Mutex<Content>);

#[derive(Debug, Default)]
struct Content {
    buckets: BTreeMap<String, Bucket>,
    /// The digest that each URI leads to.
    images: BTreeMap<String, [u8; 32]>,
    objects_read: u64,
}

#[derive(Debug, Default)]
struct Bucket {
    /// The only region from which the bucket is read; any if not given.
    region: Option<String>,
    /// The versions of each object, the newest last. `None` is a mark that it was deleted.
    objects: BTreeMap<String, Vec<Option<Vec<u8>>>>,
}

impl MemorySources {
    /// Makes sources without buckets and images.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a bucket that is read from every region. One that exists stays as it is.
    pub fn create_bucket(&self, bucket: &str) {
        self.content().buckets.entry(bucket.into()).or_default();
    }

    /// Creates a bucket that is read from one region only, or moves it there.
    pub fn create_bucket_in(&self, bucket: &str, region: &str) {
        self.content().buckets.entry(bucket.into()).or_default().region = Some(region.into());
    }

    /// Stores an object, creating the bucket if need be, and returns its version.
    pub fn put_object(&self, bucket: &str, key: &str, object: impl Into<Vec<u8>>) -> String {
        self.add_version(bucket, key, Some(object.into()))
    }

    /// Deletes an object; its earlier versions stay, as in a bucket with versions.
    pub fn delete_object(&self, bucket: &str, key: &str) {
        self.add_version(bucket, key, None);
    }

    fn add_version(&self, bucket: &str, key: &str, object: Option<Vec<u8>>) -> String {
        let mut content = self.content();
        let bucket = content.buckets.entry(bucket.into()).or_default();
        let versions = bucket.objects.entry(key.into()).or_default();
        versions.push(object);
        versions.len().to_string()
    }

    /// Lets `uri` lead to an image whose manifest has the digest `digest`.
    pub fn put_image(&self, uri: &str, digest: [u8; 32]) {
        self.content().images.insert(uri.into(), digest);
    }

    /// Returns how many objects were read so far.
    #[must_use]
    pub fn objects_read(&self) -> u64 {
        self.content().objects_read
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Content {
    fn object(&mut self, caller: &Caller, object: &S3Object) -> Result<Vec<u8>, SourceError> {
        let refused = |code: &str, message: &str| {
            let call = if object.version.is_some() { "GetObjectVersion" } else { "GetObject" };
            let text =
                format!("Error occurred while {call}. S3 Error Code: {code}. S3 Error Message: {message}");
            Err(SourceError::Refused(text))
        };
        let Some(bucket) = self.buckets.get(object.bucket.as_str()) else {
            return refused("NoSuchBucket", "The specified bucket does not exist");
        };
        if let Some(region) = bucket.region.as_deref().filter(|region| *region != caller.region.as_str()) {
            // Reported with these two texts (aws/serverless-application-model#1993,
            // hashicorp/terraform-provider-aws#43568).
            let message = match object.version {
                None => format!(
                    "The bucket is in this region: {region}. Please use this region to retry the request"
                ),
                Some(_) => "The bucket you are attempting to access must be addressed using the specified \
                            endpoint. Please send all future requests to this endpoint."
                    .to_owned(),
            };
            return refused("PermanentRedirect", &message);
        }
        let Some(versions) = bucket.objects.get(object.key.as_str()) else {
            return refused("NoSuchKey", "The specified key does not exist.");
        };
        let found = match &object.version {
            None => versions.last(),
            Some(version) => version
                .as_str()
                .parse::<usize>()
                .ok()
                .and_then(|number| number.checked_sub(1).and_then(|index| versions.get(index))),
        };
        match (found, &object.version) {
            (Some(Some(bytes)), _) => {
                self.objects_read += 1;
                Ok(bytes.clone())
            }
            (_, None) => refused("NoSuchKey", "The specified key does not exist."),
            (_, Some(_)) => refused("NoSuchVersion", "The specified version does not exist."),
        }
    }
}

impl CodeSources for MemorySources {
    fn fetch_object(
        &self,
        caller: &Caller,
        object: &S3Object,
        package: &mut PackageWriter,
    ) -> Result<(), SourceError> {
        let bytes = self.content().object(caller, object)?;
        // In pieces, as a network brings them.
        bytes.chunks(64 << 10).try_for_each(|piece| package.push(piece))?;
        Ok(())
    }

    fn resolve_image(&self, _: &Caller, image: &ImageUri) -> Result<ResolvedImage, SourceError> {
        let Some(digest) = self.content().images.get(image.as_str()).copied() else {
            let text = format!("Source image {image} does not exist. Provide a valid source image.");
            return Err(SourceError::Refused(text));
        };
        let hex = BlobDigest::from_bytes(digest);
        let resolved_image_uri = format!("{}@sha256:{hex}", repository_of(image.as_str()));
        Ok(ResolvedImage { digest, resolved_image_uri })
    }
}

/// Cuts tag and digest off. A colon before the last slash belongs to the registry's port.
fn repository_of(uri: &str) -> &str {
    let uri = uri.split_once('@').map_or(uri, |(repository, _)| repository);
    let name_at = uri.rfind('/').map_or(0, |slash| slash + 1);
    match uri.get(name_at..).and_then(|name| name.find(':')) {
        Some(colon) => uri.get(..name_at + colon).unwrap_or(uri),
        None => uri,
    }
}

#[cfg(test)]
mod tests {
    use super::repository_of;

    #[test]
    fn tags_and_digests_are_cut_off() {
        for (uri, repository) in [
            ("repo", "repo"),
            ("repo:tag", "repo"),
            ("host:5000/repo", "host:5000/repo"),
            ("host:5000/team/repo:tag", "host:5000/team/repo"),
            ("host/repo@sha256:00", "host/repo"),
            ("host/repo:tag@sha256:00", "host/repo"),
        ] {
            assert_eq!(repository_of(uri), repository, "{uri}");
        }
    }
}
