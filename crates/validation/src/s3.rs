//! S3 objects that code comes from.

use crate::constraint::{Shape, TextRules};
use crate::enumeration::enumeration;
use crate::pattern::Pattern;
use crate::text::text;

static S3_BUCKET: Pattern = Pattern::function(r"[0-9A-Za-z\.\-_]*(?<!\.)", is_bucket);

static ONE_LINE: Pattern = Pattern::regex(".*");

/// Decides the pattern, whose look-behind asks that the name does not end with a dot.
fn is_bucket(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    name.bytes().all(plain) && !name.ends_with('.')
}

pub(crate) const S3_BUCKET_SHAPE: Shape = Shape::String(S3Bucket::RULES);
pub(crate) const S3_KEY_SHAPE: Shape = Shape::String(S3Key::RULES);
pub(crate) const S3_OBJECT_VERSION_SHAPE: Shape = Shape::String(S3ObjectVersion::RULES);
pub(crate) const S3_OBJECT_STORAGE_MODE_SHAPE: Shape =
    Shape::String(TextRules::one_of(S3ObjectStorageMode::VALUES));

text! {
    /// The name of an S3 bucket: 3 to 63 letters, digits, `.`, `-` and `_`, the last of them no dot.
    pub struct S3Bucket = "a bucket name", TextRules::ANY.length(3, 63).pattern(&S3_BUCKET);
}

text! {
    /// The key of an S3 object: 1 to 1024 characters in one line.
    pub struct S3Key = "an object key (1 to 1024 characters in one line)", TextRules::ANY.length(1, 1024).pattern(&ONE_LINE);
}

text! {
    /// The version of an S3 object: 1 to 1024 characters in one line.
    pub struct S3ObjectVersion = "an object version (1 to 1024 characters in one line)",
        TextRules::ANY.length(1, 1024).pattern(&ONE_LINE);
}

enumeration! {
    /// Whether the service keeps a copy of an S3 object, or refers to it.
    pub enum S3ObjectStorageMode {
        /// A copy is kept.
        Copy = "COPY",
        /// The object is referred to.
        Reference = "REFERENCE",
    }
}

/// An object in S3 that code comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct S3Object {
    /// The bucket.
    pub bucket: S3Bucket,
    /// The key.
    pub key: S3Key,
    /// The version; the current one if not given.
    pub version: Option<S3ObjectVersion>,
}

#[cfg(test)]
mod tests {
    use super::is_bucket;

    #[test]
    fn buckets() {
        for (name, fits) in [
            ("my-bucket", true),
            ("my.bucket_2", true),
            ("", true),
            ("my-bucket.", false),
            ("my bucket", false),
            ("é", false),
        ] {
            assert_eq!(is_bucket(name), fits, "{name}");
        }
    }
}
