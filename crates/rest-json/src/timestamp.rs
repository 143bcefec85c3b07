//! Times as the service writes them.

use funclet::Timestamp;
use serde::{Serialize, Serializer};
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{Duration, OffsetDateTime};

/// A time on the wire: `2024-03-28T12:56:56.583+0000`, always UTC (recorded from AWS).
#[derive(Debug, Clone, Copy)]
pub(crate) struct WireTime(pub(crate) Timestamp);

const FORMAT: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]+0000");

/// The same without a fraction: `2024-03-28T12:56:56+0000`, as the service writes times of provisioned concurrency
/// (documented by example).
#[derive(Debug, Clone, Copy)]
pub(crate) struct WireSeconds(pub(crate) Timestamp);

const FORMAT_SECONDS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]+0000");

/// A time as the operations about URLs write it: `2024-03-28T12:56:56.583000Z`. The service tells microseconds, of which
/// this engine knows the milliseconds (reported; the model asks for ISO 8601).
#[derive(Debug, Clone, Copy)]
pub(crate) struct IsoTime(pub(crate) Timestamp);

const ISO_FORMAT: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z");

/// A time as the operations about asynchronous invocations write it: a number of seconds since 1970 (documented by example,
/// `1573687896.493`).
#[derive(Debug, Clone, Copy)]
pub(crate) struct EpochTime(pub(crate) Timestamp);

impl Serialize for EpochTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Milliseconds are exact in 53 bits for a quarter of a million years.
        serializer.serialize_f64(self.0.0 as f64 / 1000.0)
    }
}

fn text(time: Timestamp, format: &[BorrowedFormatItem<'_>]) -> String {
    let milliseconds = i64::try_from(time.0).unwrap_or(i64::MAX);
    let time = OffsetDateTime::UNIX_EPOCH.checked_add(Duration::milliseconds(milliseconds));
    // No clock comes near the year 10000; a time that does is told as the last one before.
    let time = time.unwrap_or(time::PrimitiveDateTime::MAX.assume_utc());
    time.format(format).unwrap_or_default()
}

impl WireTime {
    fn text(self) -> String {
        text(self.0, FORMAT)
    }
}

impl Serialize for WireSeconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&text(self.0, FORMAT_SECONDS))
    }
}

impl IsoTime {
    fn text(self) -> String {
        text(self.0, ISO_FORMAT)
    }
}

impl Serialize for IsoTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

impl Serialize for WireTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

#[cfg(test)]
mod tests {
    use funclet::Timestamp;

    use super::{IsoTime, WireTime};

    #[test]
    fn texts() {
        for (milliseconds, text) in [
            (0, "1970-01-01T00:00:00.000+0000"),
            (1_711_630_616_583, "2024-03-28T12:56:56.583+0000"),
            (1_711_630_623_000, "2024-03-28T12:57:03.000+0000"),
            (951_782_399_007, "2000-02-28T23:59:59.007+0000"),
            (u64::MAX, "9999-12-31T23:59:59.999+0000"),
        ] {
            assert_eq!(WireTime(Timestamp(milliseconds)).text(), text);
        }
    }

    #[test]
    fn texts_about_urls() {
        for (milliseconds, text) in [
            (1_711_630_616_583, "2024-03-28T12:56:56.583000Z"),
            (1_704_067_200_000, "2024-01-01T00:00:00.000000Z"),
        ] {
            assert_eq!(IsoTime(Timestamp(milliseconds)).text(), text);
        }
    }
}
