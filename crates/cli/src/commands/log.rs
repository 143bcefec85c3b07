//! `funclet log`.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use funclet_storage::{LogEntry, LoggedSnapshot, LoggedWrite, Lsn, read_log_after};
use serde::Serialize;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::{failure, output};

#[derive(Args)]
pub(crate) struct Arguments {
    /// The directory of the store
    dir: PathBuf,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
    /// Begin with the record of this number
    #[arg(long, value_name = "LSN", default_value_t = 0)]
    from: Lsn,
}

/// Prints the snapshot that the log begins after, and the records. Exits with 1 if the log cannot be read to its end.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let printed = RefCell::new(Ok(()));
    let print = |print: &dyn Fn(bool) -> io::Result<()>| {
        let mut printed = printed.borrow_mut();
        if printed.is_ok() {
            *printed = print(arguments.json);
        }
    };
    let read = read_log_after(
        &arguments.dir,
        &mut |snapshot| {
            if let Some(snapshot) = snapshot {
                print(&|json| print_begin(&snapshot, json));
            }
        },
        &mut |entry| {
            if entry.lsn >= arguments.from {
                print(&|json| print_record(&entry, json));
            }
        },
    );
    if let Err(error) = read {
        output::complain(failure::sentence(&error));
        return ExitCode::FAILURE;
    }
    match output::unless_seen_enough(printed.into_inner()) {
        Err(error) => {
            output::complain(error);
            ExitCode::FAILURE
        }
        Ok(()) => ExitCode::SUCCESS,
    }
}

fn print_begin(snapshot: &LoggedSnapshot, json: bool) -> io::Result<()> {
    let begin = Begin { snapshot: Snapshot { lsn: snapshot.lsn, file: snapshot.file.display().to_string() } };
    if json { output::line(serde_json::to_string(&begin)?) } else { output::line(begin.text()) }
}

fn print_record(entry: &LogEntry, json: bool) -> io::Result<()> {
    let record = Record::of(entry);
    if json { output::line(serde_json::to_string(&record)?) } else { output::line(record.text()) }
}

/// What comes before the records.
#[derive(Serialize)]
struct Begin {
    snapshot: Snapshot,
}

#[derive(Serialize)]
struct Snapshot {
    lsn: Lsn,
    file: String,
}

impl Begin {
    fn text(&self) -> String {
        let Snapshot { lsn, file } = &self.snapshot;
        format!("the log goes on after record {lsn}: what came before is in the snapshot {file}")
    }
}

/// A record as it is printed.
#[derive(Serialize)]
struct Record {
    lsn: Lsn,
    time: String,
    txn: String,
    scope: String,
    /// Whether a later frame proves it durable.
    proven: bool,
    segment: String,
    offset: u64,
    writes: Vec<Write>,
    blobs: Vec<Blob>,
    references: Vec<Reference>,
    events: usize,
}

#[derive(Serialize)]
struct Write {
    /// Bytes that are no printable ASCII are escaped.
    key: String,
    /// None for a key that was removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<usize>,
}

#[derive(Serialize)]
struct Blob {
    digest: String,
    bytes: usize,
}

#[derive(Serialize)]
struct Reference {
    digest: String,
    taken: bool,
    /// How many the scope has afterwards.
    count: u64,
}

impl Record {
    fn of(entry: &LogEntry) -> Self {
        let write = |write: &LoggedWrite| Write {
            key: write.key.escape_ascii().to_string(),
            kind: write.kind,
            bytes: write.kind.map(|_| write.bytes),
        };
        Self {
            lsn: entry.lsn,
            time: time_of(entry.txn.time_ms()),
            txn: entry.txn.to_string(),
            scope: entry.scope.clone(),
            proven: entry.proven,
            segment: entry.segment.display().to_string(),
            offset: entry.offset,
            writes: entry.writes.iter().map(write).collect(),
            blobs: entry
                .blobs
                .iter()
                .map(|(digest, bytes)| Blob { digest: digest.to_string(), bytes: *bytes })
                .collect(),
            references: entry
                .references
                .iter()
                .map(|(digest, taken, count)| Reference {
                    digest: digest.to_string(),
                    taken: *taken,
                    count: *count,
                })
                .collect(),
            events: entry.events.len(),
        }
    }

    fn text(&self) -> String {
        let Self { lsn, time, txn, scope, events, .. } = self;
        let mut text = format!("{lsn} {time} {scope} txn {txn}, {events} events");
        if !self.proven {
            text.push_str(", not proven durable");
        }
        for Write { key, kind, bytes } in &self.writes {
            // Writing to a text does not fail.
            let _ = match (kind, bytes) {
                (Some(kind), Some(bytes)) => write!(text, "\n  set {key} (kind {kind}, {bytes} bytes)"),
                _ => write!(text, "\n  remove {key}"),
            };
        }
        for Blob { digest, bytes } in &self.blobs {
            let _ = write!(text, "\n  package {digest} ({bytes} bytes, in the record)");
        }
        for Reference { digest, taken, count } in &self.references {
            let verb = if *taken { "hold" } else { "release" };
            let _ = write!(text, "\n  {verb} {digest} ({count} held)");
        }
        text
    }
}

fn time_of(milliseconds: u64) -> String {
    let since = i64::try_from(milliseconds).ok().map(Duration::milliseconds);
    let time = since.and_then(|since| OffsetDateTime::UNIX_EPOCH.checked_add(since));
    time.and_then(|time| time.format(&Rfc3339).ok()).unwrap_or_else(|| format!("{milliseconds} ms"))
}

#[cfg(test)]
mod tests {
    use super::{Begin, Blob, Record, Reference, Snapshot, Write, time_of};

    #[test]
    fn begins() {
        let begin = Begin { snapshot: Snapshot { lsn: 7, file: "snap/7".into() } };
        assert_eq!(
            begin.text(),
            "the log goes on after record 7: what came before is in the snapshot snap/7"
        );
        let json = serde_json::to_value(&begin).unwrap();
        assert_eq!(json, serde_json::json!({ "snapshot": { "lsn": 7, "file": "snap/7" } }));
    }

    #[test]
    fn texts() {
        let record = Record {
            lsn: 7,
            time: time_of(1_711_630_616_583),
            txn: "t".into(),
            scope: "000000000000/us-east-1".into(),
            proven: false,
            segment: "wal/1".into(),
            offset: 64,
            writes: vec![
                Write { key: "f\\x00hello".into(), kind: Some(16), bytes: Some(300) },
                Write { key: "g".into(), kind: None, bytes: None },
            ],
            blobs: vec![Blob { digest: "ab".into(), bytes: 9 }],
            references: vec![Reference { digest: "ab".into(), taken: true, count: 2 }],
            events: 1,
        };
        assert_eq!(
            record.text(),
            "7 2024-03-28T12:56:56.583Z 000000000000/us-east-1 txn t, 1 events, not proven durable\n  \
             set f\\x00hello (kind 16, 300 bytes)\n  remove g\n  package ab (9 bytes, in the record)\n  hold ab (2 held)"
        );
        let json = serde_json::to_value(&record).unwrap();
        assert_eq!(json["writes"][1], serde_json::json!({ "key": "g" }));
        assert_eq!(json["references"][0]["taken"], true);
    }
}
