//! Descriptions of functions and versions.

use crate::constraint::{Shape, TextRules};

/// `Description`: any text of at most 256 characters.
pub(crate) const DESCRIPTION_SHAPE: Shape = Shape::String(TextRules::ANY.length(0, 256));
