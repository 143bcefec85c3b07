//! Mistakes that a test plants, to show that it would notice them.
//!
//! Each is one that is easily made, and that no test notices which only ends processes. Without the feature `planted-bugs`
//! nothing can be planted, and the questions cost nothing.

/// A mistake in what makes the store durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(feature = "planted-bugs"), expect(unreachable_pub, reason = "nobody can plant them"))]
pub enum PlantedBug {
    /// A record is acknowledged without a sync of the log.
    RecordNotSynced,
    /// A segment gets its name before its header is durable.
    SegmentNamedBeforeSync,
    /// The name of a new segment is not synced.
    SegmentNameNotSynced,
    /// Records behind the last watermark are shown after an opening, but not written again.
    SurvivorsNotRewritten,
    /// The checksum of a frame is not checked.
    FrameChecksumIgnored,
    /// Damage is taken for a torn tail, whatever the watermarks behind it say.
    WatermarkIgnored,
    /// A read is answered before what it saw is durable.
    ReadNotAwaited,
    /// A blob gets its name before its content is durable.
    BlobNotSynced,
    /// The name of a blob is not synced before the record that holds it.
    BlobNameNotSynced,
    /// A blob is written after the record that holds it.
    BlobAfterRecord,
    /// A blob is removed before the record that lets go of it is durable.
    BlobRemovedTooEarly,
    /// A snapshot gets its name before its content is durable.
    SnapshotNotSynced,
    /// The log goes before the snapshot has its name for good.
    LogDroppedBeforeSnapshot,
    /// Blobs that ride in the log go with it, though they are held.
    RidingBlobsDropped,
    /// Blobs that rode in the log get their names before their content is durable.
    RidingBlobsNotSynced,
    /// The log goes on from a snapshot that is newer than the records which it passes over.
    LogPassedOverTooFar,
    /// It is said that the log reaches a segment before that has its name for good.
    ReachToldTooEarly,
}

#[cfg(feature = "planted-bugs")]
mod switch {
    use std::cell::Cell;

    use super::PlantedBug;

    thread_local! {
        static PLANTED: Cell<Option<PlantedBug>> = const { Cell::new(None) };
    }

    impl PlantedBug {
        /// All of them.
        pub const ALL: [Self; 17] = [
            Self::RecordNotSynced,
            Self::SegmentNamedBeforeSync,
            Self::SegmentNameNotSynced,
            Self::SurvivorsNotRewritten,
            Self::FrameChecksumIgnored,
            Self::WatermarkIgnored,
            Self::ReadNotAwaited,
            Self::BlobNotSynced,
            Self::BlobNameNotSynced,
            Self::BlobAfterRecord,
            Self::BlobRemovedTooEarly,
            Self::SnapshotNotSynced,
            Self::LogDroppedBeforeSnapshot,
            Self::RidingBlobsDropped,
            Self::RidingBlobsNotSynced,
            Self::LogPassedOverTooFar,
            Self::ReachToldTooEarly,
        ];
    }

    /// Plants a mistake in everything that this thread does from now on, or none.
    pub fn plant(bug: Option<PlantedBug>) {
        PLANTED.set(bug);
    }

    pub(crate) fn is_planted(bug: PlantedBug) -> bool {
        PLANTED.get() == Some(bug)
    }
}

#[cfg(feature = "planted-bugs")]
pub(crate) use switch::is_planted;
#[cfg(feature = "planted-bugs")]
pub use switch::plant;

#[cfg(not(feature = "planted-bugs"))]
pub(crate) const fn is_planted(_bug: PlantedBug) -> bool {
    false
}
