//! SnapStart.

use crate::admitted::admitted_option;
use crate::constraint::{Shape, TextRules};
use crate::enumeration::enumeration;
use crate::structure::structure;

enumeration! {
    /// Which versions start from a snapshot.
    #[derive(Default)]
    pub enum SnapStartApplyOn {
        /// Published ones.
        PublishedVersions = "PublishedVersions",
        /// None, the default.
        #[default]
        None = "None",
    }
}

structure! {
    /// The member `SnapStart` of a request.
    pub struct SnapStart {
        /// One of [`SnapStartApplyOn::VALUES`].
        optional apply_on: String = "ApplyOn", Shape::String(TextRules::one_of(SnapStartApplyOn::VALUES));
    }
}

impl From<SnapStart> for SnapStartApplyOn {
    /// Takes an admitted member.
    fn from(snap_start: SnapStart) -> Self {
        admitted_option(snap_start.apply_on).unwrap_or_default()
    }
}
