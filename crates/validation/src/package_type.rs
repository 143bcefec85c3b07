//! Kinds of deployment packages.

use crate::constraint::{Shape, TextRules};
use crate::enumeration::enumeration;

enumeration! {
    /// The kind of deployment package that a function was created with. It never changes.
    #[derive(Default)]
    pub enum PackageType {
        /// A zip archive, the default.
        #[default]
        Zip = "Zip",
        /// A container image.
        Image = "Image",
    }
}

pub(crate) const PACKAGE_TYPE_SHAPE: Shape = Shape::String(TextRules::one_of(PackageType::VALUES));
