//! What happens to a function that calls itself without end.

use crate::constraint::{Shape, TextRules};
use crate::enumeration::enumeration;

/// `RecursiveLoop`.
pub(crate) const RECURSIVE_LOOP_SHAPE: Shape = Shape::String(TextRules::one_of(RecursiveLoop::VALUES));

enumeration! {
    /// What happens to a function that calls itself without end.
    #[derive(Default)]
    pub enum RecursiveLoop {
        /// It is stopped; the default (recorded from AWS).
        #[default]
        Terminate = "Terminate",
        /// It goes on.
        Allow = "Allow",
    }
}
