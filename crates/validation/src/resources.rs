//! Memory and time that an invocation has.

use crate::constraint::{Bounds, Shape};

/// `Timeout`, in seconds. The model has no greatest value; the service does (documented, and quoted in public reports).
pub(crate) const TIMEOUT_SHAPE: Shape = Shape::Integer(Bounds::within(1, 900));

/// `MemorySize`, in megabytes. The greatest value is that of functions on capacity providers.
pub(crate) const MEMORY_SIZE_SHAPE: Shape = Shape::Integer(Bounds::within(128, 32_768));

/// Megabytes of memory that a function without a capacity provider can have (documented).
pub(crate) const MEMORY_SIZE_MAX: u32 = 10_240;

/// Seconds that an invocation may take if the request does not say (recorded from AWS).
pub(crate) const DEFAULT_TIMEOUT: u32 = 3;

/// Megabytes of memory if the request does not say (recorded from AWS).
pub(crate) const DEFAULT_MEMORY_SIZE: u32 = 128;
