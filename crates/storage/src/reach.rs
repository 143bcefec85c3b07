//! How far the log reaches at least: the file `REACH`.
//!
//! ```text
//! REACH = magic(8) version:u32 reserved(4) store id(16) segment:u64 record:u64 crc32:u32      crc of the 48 bytes before it
//! ```
//!
//! What a power cut takes from a log cannot be told from what somebody else took: both leave a log that ends early. This
//! file is a second witness. It is written after the fact, so it never says too much: a log that falls short of it has lost
//! something that was durable. It need not say everything, and a store of an older build has none.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::StoreError;
use crate::identity::{self, StoreId};
use crate::local::Shared;
use crate::sync::Mutex;
use crate::txn::Lsn;
use crate::vfs::{self, Layout, Vfs};

const MAGIC: &[u8; 8] = b"FNCLTEND";
const VERSION: u32 = 1;
const FILE_BYTES_MAX: u64 = 4096;

/// How far a log reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reach {
    /// The LSN that names the last segment; 0 of a log without any.
    pub(crate) segment: Lsn,
    /// The last record.
    pub(crate) record: Lsn,
}

impl Reach {
    /// Says that the log reaches this far, which has to be durable. The file is replaced as a whole.
    pub(crate) fn write(self, vfs: &dyn Vfs, layout: &Layout, id: StoreId) -> Result<(), StoreError> {
        let path = layout.reach();
        let numbers = [self.segment.to_le_bytes(), self.record.to_le_bytes()].concat();
        let bytes = identity::encode(MAGIC, VERSION, id, &numbers);
        vfs::write_atomic(vfs, &layout.tmp().join("reach"), &path, &bytes)
            .map_err(StoreError::io("write", &path))
    }

    /// Reads how far the log of this store reaches at least; `None` if nobody has said it.
    pub(crate) fn read(vfs: &dyn Vfs, layout: &Layout, id: StoreId) -> Result<Option<Self>, StoreError> {
        let path = layout.reach();
        let bytes = match vfs::read_all(vfs, &path, FILE_BYTES_MAX) {
            Ok(bytes) => bytes,
            // Something else of that name is told as what it is.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::IsADirectory) => {
                return Ok(None);
            }
            Err(error) => return Err(StoreError::io("read", &path)(error)),
        };
        match Self::decode(&bytes) {
            Some((of, reach)) if of == id => Ok(Some(reach)),
            Some(_) => Err(StoreError::corrupt(&path, 0, "it says how far the log of another store reaches")),
            None => Err(StoreError::corrupt(&path, 0, "it has a wrong length, version or checksum")),
        }
    }

    fn decode(bytes: &[u8]) -> Option<(StoreId, Self)> {
        let (VERSION, of, numbers) = identity::decode(bytes).filter(|_| bytes.starts_with(MAGIC))? else {
            return None;
        };
        let (segment, record) = numbers.split_first_chunk()?;
        let record = Lsn::from_le_bytes(record.try_into().ok()?);
        Some((of, Self { segment: Lsn::from_le_bytes(*segment), record }))
    }

    /// Checks that a log which reaches this far has not lost its end, given how far it once reached.
    pub(crate) fn check(self, least: Option<Self>, wal: &Path) -> Result<(), StoreError> {
        let reason = match least {
            Some(Self { segment, .. }) if segment > self.segment => {
                format!("the segment that begins with record {segment} is gone")
            }
            Some(Self { record, .. }) if record > self.record => {
                format!("record {record} was durable, but the log ends at {}", self.record)
            }
            _ => return Ok(()),
        };
        Err(StoreError::Corrupt { file: wal.into(), offset: 0, lsn: Some(self.record + 1), reason })
    }
}

/// Keeps `REACH` of an open store up to date: it is written when a segment is begun, beside the commits.
pub(crate) struct Keeper {
    /// The segment that the file names; the greatest LSN once the file is not kept any more.
    segment: AtomicU64,
    /// Held while the file is written: whether it is kept at all.
    is_kept: Mutex<bool>,
}

impl Keeper {
    /// `written` is what the file says. `None`: it is not kept, because a store without syncs promises nothing that it could
    /// say.
    pub(crate) fn new(written: Option<Reach>) -> Self {
        Self {
            segment: AtomicU64::new(written.map_or(Lsn::MAX, |written| written.segment)),
            is_kept: Mutex::new(written.is_some()),
        }
    }

    /// Whether the log goes on in a segment that the file does not name. Cheap enough for every commit.
    pub(crate) fn is_due(&self, segment: Lsn) -> bool {
        self.segment.load(Ordering::Relaxed) < segment
    }
}

impl Shared {
    fn reach(&self) -> Reach {
        Reach { segment: self.log.segment(), record: self.log.durable() }
    }

    /// Writes that the log goes on in another segment, unless that is written already or somebody is at it.
    ///
    /// What fails is not tried again before the next segment: the file then says less than it could, as at any other time.
    pub(crate) fn update_reach_if_due(&self) {
        if self.reach.is_due(self.log.segment())
            && let Some(is_kept) = self.reach.is_kept.try_lock()
            && *is_kept
        {
            let reach = self.reach();
            self.reach.segment.store(reach.segment, Ordering::Relaxed);
            let _: Result<(), StoreError> = reach.write(&*self.vfs, &self.layout, self.store_id);
        }
    }

    /// Writes at a clean close where the log ends; nothing is written afterwards. A full disk has no room for that, and the
    /// log is whole without.
    pub(crate) fn close_reach(&self) -> Result<(), StoreError> {
        let mut is_kept = self.reach.is_kept.lock();
        if !std::mem::take(&mut *is_kept) {
            return Ok(());
        }
        self.reach.segment.store(Lsn::MAX, Ordering::Relaxed);
        match self.reach().write(&*self.vfs, &self.layout, self.store_id) {
            Err(StoreError::Full { .. }) => Ok(()),
            written => written,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back_and_nothing_else_does() {
        let reach = Reach { segment: 7, record: 9 };
        let numbers = [reach.segment.to_le_bytes(), reach.record.to_le_bytes()].concat();
        let bytes = identity::encode(MAGIC, VERSION, [5; 16], &numbers);
        assert_eq!(Reach::decode(&bytes), Some(([5; 16], reach)));
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            assert_eq!(Reach::decode(&flipped), None, "byte {at}");
            assert_eq!(Reach::decode(&bytes[..at]), None, "{at} bytes");
        }
        for crafted in [
            identity::encode(b"FNCLTTBL", VERSION, [5; 16], &numbers),
            identity::encode(MAGIC, VERSION + 1, [5; 16], &numbers),
            identity::encode(MAGIC, VERSION, [5; 16], &numbers[..15]),
        ] {
            assert_eq!(Reach::decode(&crafted), None);
        }
    }

    #[test]
    fn a_log_falls_short_by_a_segment_or_a_record() {
        let is_whole = |segment, record| {
            let least = Some(Reach { segment: 7, record: 9 });
            Reach { segment, record }.check(least, Path::new("wal")).is_ok()
        };
        assert!(is_whole(7, 9) && is_whole(7, 10) && is_whole(11, 10));
        assert!(!is_whole(7, 8) && !is_whole(1, 9));
        assert!(Reach { segment: 0, record: 0 }.check(None, Path::new("wal")).is_ok());
    }
}
