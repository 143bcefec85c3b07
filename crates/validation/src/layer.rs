//! Layers: their names, their ARNs, and what one consists of.

use std::fmt;

use crate::account::AccountId;
use crate::admitted::admitted;
use crate::architecture::Architecture;
use crate::caller::Caller;
use crate::constraint::{Bounds, ItemWords, ListRules, Shape, TextRules};
use crate::layers::LayerVersionArn;
use crate::pattern::Pattern;
use crate::region::Region;
use crate::rejection::Rejection;
use crate::s3::{S3_BUCKET_SHAPE, S3_KEY_SHAPE, S3_OBJECT_STORAGE_MODE_SHAPE, S3_OBJECT_VERSION_SHAPE};
use crate::structure::structure;
use crate::text::text;

static LAYER_NAME_OR_ARN: Pattern = Pattern::regex(
    r"(arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:layer:[a-zA-Z0-9-_]{1,140}|[a-zA-Z0-9-_]{1,140})",
);

static LAYER_NAME: Pattern = Pattern::regex("[a-zA-Z0-9-_]+");

/// `LayerName`: a name or the ARN of a layer.
pub(crate) const LAYER_NAME_SHAPE: Shape =
    Shape::String(TextRules::ANY.length(1, 2048).pattern(&LAYER_NAME_OR_ARN));

/// `CompatibleArchitectures`.
pub(crate) const COMPATIBLE_ARCHITECTURES_SHAPE: Shape = Shape::List(ListRules {
    item: &Shape::String(TextRules::one_of(Architecture::VALUES)),
    words: ItemWords::NestedNotNull,
    length: Bounds::within(0, 2),
});

/// The filter `CompatibleArchitecture`.
pub(crate) const COMPATIBLE_ARCHITECTURE_SHAPE: Shape =
    Shape::String(TextRules::one_of(Architecture::VALUES));

/// `MaxItems` of lists of layers.
pub(crate) const MAX_LAYER_ITEMS_SHAPE: Shape = Shape::Integer(Bounds::within(1, 50));

structure! {
    /// The member `Content` of a PublishLayerVersion request.
    ///
    /// `P` is the type of a package, which is only present or absent here.
    pub struct LayerVersionContentInput<P> {
        /// The bucket that holds a zip archive.
        optional s3_bucket: String = "S3Bucket", S3_BUCKET_SHAPE;
        /// The key of the zip archive in the bucket.
        optional s3_key: String = "S3Key", S3_KEY_SHAPE;
        /// The version of the object.
        optional s3_object_version: String = "S3ObjectVersion", S3_OBJECT_VERSION_SHAPE;
        /// Whether the object is copied or referred to.
        optional s3_object_storage_mode: String = "S3ObjectStorageMode", S3_OBJECT_STORAGE_MODE_SHAPE;
        /// A zip archive.
        blob zip_file: P = "ZipFile", Shape::Blob;
    }
}

text! {
    /// The name of a layer: letters, digits, `-` and `_`.
    ///
    /// A layer is published under a name of 1 to 140 characters. Operations about tags admit longer ones, which no layer has.
    pub struct LayerName = "the name of a layer (letters, digits, - _)",
        TextRules::ANY.length(1, 256).pattern(&LAYER_NAME);
}

/// A layer, which may be of another account or region than the caller's. Prints as its ARN.
///
/// ```
/// use funclet_validation::{Caller, ListLayerVersionsRequest};
///
/// let caller = Caller { account: "111122223333".parse()?, region: "us-east-1".parse()? };
/// let layer = |name: &str| {
///     let request = ListLayerVersionsRequest { layer_name: Some(name.into()), ..Default::default() };
///     request.validate(&caller).unwrap().layer
/// };
/// let tools = layer("tools");
/// assert_eq!(tools.to_string(), "arn:aws:lambda:us-east-1:111122223333:layer:tools");
/// assert_eq!(tools.version_arn(3).as_str(), "arn:aws:lambda:us-east-1:111122223333:layer:tools:3");
///
/// let other = layer("arn:aws:lambda:eu-west-1:444455556666:layer:tools");
/// assert_eq!((other.region.as_str(), other.account.as_str()), ("eu-west-1", "444455556666"));
/// assert!(tools.is_of(&caller) && !other.is_of(&caller));
/// # Ok::<(), funclet_validation::InvalidText>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LayerReference {
    /// The region that it lies in.
    pub region: Region,
    /// The account that it belongs to.
    pub account: AccountId,
    /// Its name.
    pub name: LayerName,
}

impl LayerReference {
    /// Reads an admitted `LayerName`: a name of the caller's account and region, or an ARN.
    pub(crate) fn resolve(caller: &Caller, text: &str) -> Self {
        match text.split(':').collect::<Vec<_>>()[..] {
            [_, _, _, region, account, _, name, ..] => {
                Self { region: admitted(region), account: admitted(account), name: admitted(name) }
            }
            _ => {
                Self { region: caller.region.clone(), account: caller.account.clone(), name: admitted(text) }
            }
        }
    }

    /// Returns the ARN of a version of the layer.
    #[must_use]
    pub fn version_arn(&self, version: u64) -> LayerVersionArn {
        admitted(&format!("{self}:{version}"))
    }

    /// Tells whether the layer lies in the account and region of a caller.
    #[must_use]
    pub fn is_of(&self, caller: &Caller) -> bool {
        self.region == caller.region && self.account == caller.account
    }
}

impl fmt::Display for LayerReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { region, account, name } = self;
        write!(f, "arn:{}:lambda:{region}:{account}:layer:{name}", region.partition())
    }
}

/// A version of a layer. Prints as its ARN.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LayerVersionReference {
    /// The layer.
    pub layer: LayerReference,
    /// The number of the version, from 1.
    pub version: u64,
}

impl LayerVersionReference {
    /// Takes an admitted name and a number.
    ///
    /// # Errors
    /// [`Rejection::InvalidParameterValue`] for numbers below 1 (recorded from AWS for GetLayerVersion and
    /// DeleteLayerVersion, chosen for others).
    pub(crate) fn resolve(caller: &Caller, name: &str, version: i64) -> Result<Self, Rejection> {
        match u64::try_from(version) {
            Ok(version @ 1..) => Ok(Self { layer: LayerReference::resolve(caller, name), version }),
            _ => Err(Rejection::invalid("Layer Version Cannot be less than 1")),
        }
    }

    /// Reads the ARN of a version.
    ///
    /// None for the layers of the service itself, and for names and numbers that none has.
    ///
    /// ```
    /// use funclet_validation::LayerVersionReference;
    ///
    /// let arn = "arn:aws:lambda:eu-west-1:444455556666:layer:tools:3".parse()?;
    /// let version = LayerVersionReference::of_arn(&arn).unwrap();
    /// assert_eq!((version.layer.name.as_str(), version.version), ("tools", 3));
    /// assert_eq!(version.to_string(), arn.as_str());
    /// # Ok::<(), funclet_validation::InvalidText>(())
    /// ```
    #[must_use]
    pub fn of_arn(arn: &LayerVersionArn) -> Option<Self> {
        let mut parts = arn.as_str().split(':').skip(3);
        let region = parts.next()?.parse().ok()?;
        let account = parts.next()?.parse().ok()?;
        let name = parts.nth(1)?.parse().ok()?;
        let version = crate::version::number(parts.next()?).filter(|number| *number > 0)?;
        Some(Self { layer: LayerReference { region, account, name }, version })
    }
}

impl fmt::Display for LayerVersionReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.layer, self.version)
    }
}
