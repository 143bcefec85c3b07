//! Where a new version is published to.

use crate::constraint::{Shape, TextRules};
use crate::enumeration::enumeration;

enumeration! {
    /// Where a new version is published to (`FunctionVersionLatestPublished` in the service model).
    pub enum PublishTo {
        /// The version behind `$LATEST.PUBLISHED`, which functions on capacity providers have.
        LatestPublished = "LATEST_PUBLISHED",
    }
}

pub(crate) const PUBLISH_TO_SHAPE: Shape = Shape::String(TextRules::one_of(PublishTo::VALUES));
