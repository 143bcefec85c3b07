//! Tracing with X-Ray.

use crate::admitted::admitted_option;
use crate::constraint::{Shape, TextRules};
use crate::enumeration::enumeration;
use crate::structure::structure;

enumeration! {
    /// Whether invocations are sampled for X-Ray.
    #[derive(Default)]
    pub enum TracingMode {
        /// Sampled.
        Active = "Active",
        /// As the caller decided; the default.
        #[default]
        PassThrough = "PassThrough",
    }
}

structure! {
    /// The member `TracingConfig` of a request.
    pub struct TracingConfig {
        /// One of [`TracingMode::VALUES`].
        optional mode: String = "Mode", Shape::String(TextRules::one_of(TracingMode::VALUES));
    }
}

impl From<TracingConfig> for TracingMode {
    /// Takes an admitted member.
    fn from(config: TracingConfig) -> Self {
        admitted_option(config.mode).unwrap_or_default()
    }
}
