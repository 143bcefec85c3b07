//! What a package may measure.

/// What a package may measure, and how much is read of one that measures more.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limits {
    /// The largest archive, in bytes, inclusive: 52,428,800 (50 MiB) by default, the `CodeSizeZipped` of
    /// GetAccountSettings. Recorded from AWS: one byte more is answered with RequestEntityTooLargeException.
    pub zipped_bytes_max: u64,
    /// The bound on the sum of the uncompressed sizes that the archive's directory declares, in bytes,
    /// **exclusive**: 262,144,000 (250 MiB) by default, the `CodeSizeUnzipped` of GetAccountSettings. Recorded from
    /// AWS: 262,143,000 bytes pass, 262,144,000 do not. No content is decompressed of an archive that declares more.
    pub unzipped_bytes_max: u64,
    /// The largest number of entries, inclusive: 65,535 by default, what an archive without ZIP64 records can
    /// announce. This bound is Funclet's; whether the service has one is not known. Of an archive with up to sixteen
    /// times as many all are read; one with yet more is refused.
    pub entries_max: u64,
    /// How deep archives in the archive are looked into: 3 by default.
    pub nesting_max: u32,
    /// How many bytes of archives in the archive are decompressed to look into them, and of native files in them to
    /// find out what those need, all together: 262,144,000 by default.
    pub nested_bytes_max: u64,
}

/// How many times [`Limits::entries_max`] are read.
const ENTRIES_READ_FACTOR: u64 = 16;

impl Limits {
    /// How many entries are read at most.
    pub(crate) fn entries_read_max(&self) -> u64 {
        self.entries_max.saturating_mul(ENTRIES_READ_FACTOR)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            zipped_bytes_max: 52_428_800,
            unzipped_bytes_max: 262_144_000,
            entries_max: 65_535,
            nesting_max: 3,
            nested_bytes_max: 262_144_000,
        }
    }
}
