//! The size of `/tmp`.

use crate::admitted::{admitted_number, required};
use crate::constraint::{Bounds, Shape};
use crate::structure::structure;

structure! {
    /// The member `EphemeralStorage` of a request.
    pub struct EphemeralStorage {
        /// The size of `/tmp` in megabytes, 512 to 10240.
        required size: i64 = "Size", Shape::Integer(Bounds::within(512, 10_240));
    }
}

/// Megabytes of `/tmp` if the request does not say (recorded from AWS).
pub(crate) const DEFAULT_MEGABYTES: u32 = 512;

/// Reads an admitted member.
pub(crate) fn megabytes(member: EphemeralStorage) -> u32 {
    admitted_number(required(member.size))
}
