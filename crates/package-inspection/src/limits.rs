//! The sizes up to which a package is accepted.

/// What a package may measure.
///
/// The defaults are the service's own quotas for a package that is sent inside the request. A package fetched from
/// S3 is not bound by the zipped size: set [`zipped_bytes_max`](Self::zipped_bytes_max) to [`u64::MAX`] for it. With
/// layers, what is left of the unzipped size for the function is smaller.
///
/// ```
/// use funclet_package_inspection::Limits;
///
/// let limits = Limits { zipped_bytes_max: u64::MAX, ..Limits::default() };
/// assert_eq!(limits.unzipped_bytes_max, 262_144_000);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest archive, in bytes, inclusive: 52,428,800 (50 MiB) by default, the `CodeSizeZipped` of
    /// GetAccountSettings. Recorded from AWS: one byte more is answered with RequestEntityTooLargeException.
    pub zipped_bytes_max: u64,
    /// The bound on the sum of the uncompressed sizes that the archive's directory declares, in bytes,
    /// **exclusive**: 262,144,000 (250 MiB) by default, the `CodeSizeUnzipped` of GetAccountSettings. Recorded from
    /// AWS: 262,143,000 bytes pass, 262,144,000 do not.
    pub unzipped_bytes_max: u64,
    /// The largest number of entries, inclusive: 65,535 by default, what an archive without ZIP64 records can
    /// announce. This bound is Funclet's; whether the service has one is not known.
    pub entries_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { zipped_bytes_max: 52_428_800, unzipped_bytes_max: 262_144_000, entries_max: 65_535 }
    }
}
