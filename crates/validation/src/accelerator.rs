//! Accelerators that functions run beside.

use crate::constraint::{Bounds, Shape};
use crate::structure::structure;

structure! {
    /// The member `AcceleratorConfig` of a request. It is checked and has no effect.
    pub struct AcceleratorConfig {
        /// The memory of the accelerator.
        required accelerator_memory_size: i64 = "AcceleratorMemorySize", Shape::Integer(Bounds::NONE);
    }
}
