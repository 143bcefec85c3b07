//! `funclet check`.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use funclet_storage::{CheckReport, Finding, StoreError, check_with_progress};
use serde::Serialize;

use crate::progress::{Progress, Unit};
use crate::{failure, output};

#[derive(Args)]
pub(crate) struct Arguments {
    /// The directory of the store
    dir: PathBuf,
    /// Print the report as one JSON object
    #[arg(long)]
    json: bool,
    /// Show no progress
    #[arg(long)]
    quiet: bool,
}

/// Exit code for damage.
const DAMAGED: u8 = 1;

/// Exit code for a store that could not be checked.
const NOT_CHECKED: u8 = 2;

/// Checks a store and prints what was found.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let report = match report(&arguments.dir, arguments.quiet) {
        Ok(report) => report,
        Err(error) => {
            output::complain(failure::sentence(&error));
            return NOT_CHECKED.into();
        }
    };
    match print(&report, arguments.json) {
        Ok(()) if report.findings.is_empty() => ExitCode::SUCCESS,
        Ok(()) => DAMAGED.into(),
        Err(error) => {
            output::complain(error);
            NOT_CHECKED.into()
        }
    }
}

/// Checks a store while a bar shows how far that is.
pub(crate) fn report(dir: &Path, quiet: bool) -> Result<CheckReport, StoreError> {
    let bar = Progress::new(quiet, "Checking packages", Unit::Bytes);
    check_with_progress(dir, &mut |progress| bar.set(progress.blob_bytes.0, progress.blob_bytes.1))
}

fn print(report: &CheckReport, json: bool) -> io::Result<()> {
    if json {
        output::line(serde_json::to_string(&Told::of(report))?)
    } else {
        output::line(describe(report))
    }
}

/// Says what is wrong, where, and what can be done.
pub(crate) fn damage(finding: &Finding) -> String {
    let Finding { file, offset, problem, advice } = finding;
    let place = offset.map(|offset| format!(" at offset {offset}")).unwrap_or_default();
    format!("DAMAGED {}{place}: {problem}; {advice}", file.display())
}

fn describe(report: &CheckReport) -> String {
    let CheckReport { snapshot_entries, records, blobs, blob_bytes, unreferenced, torn_tail, findings } =
        report;
    let mut text = format!(
        "snapshot: {snapshot_entries} entries\nlog: {records} records\npackages: {blobs} of {blob_bytes} bytes\n"
    );
    // Writing to a text does not fail.
    if *unreferenced > 0 {
        let _ = writeln!(text, "unreferenced packages: {unreferenced}, which a later checkpoint removes");
    }
    if let Some((path, offset)) = torn_tail {
        let meaning = match findings[..] {
            [] => "an unfinished write, as a crash leaves it; the next start cuts it off",
            // What else is wrong decides what that means, and whether there is a next start.
            _ => "behind which the log cannot be read",
        };
        let _ = writeln!(text, "torn tail: {} at offset {offset}, {meaning}", path.display());
    }
    for finding in findings {
        let _ = writeln!(text, "{}", damage(finding));
    }
    text + if findings.is_empty() { "healthy" } else { "damaged" }
}

/// A report as JSON.
#[derive(Serialize)]
struct Told {
    healthy: bool,
    snapshot_entries: u64,
    records: u64,
    packages: u64,
    package_bytes: u64,
    unreferenced_packages: u64,
    torn_tail: Option<Place>,
    findings: Vec<Damage>,
}

#[derive(Serialize)]
struct Place {
    file: String,
    offset: u64,
}

#[derive(Serialize)]
struct Damage {
    file: String,
    offset: Option<u64>,
    problem: String,
    advice: &'static str,
}

impl Told {
    fn of(report: &CheckReport) -> Self {
        let place =
            |(file, offset): &(PathBuf, u64)| Place { file: file.display().to_string(), offset: *offset };
        let damage = |finding: &Finding| Damage {
            file: finding.file.display().to_string(),
            offset: finding.offset,
            problem: finding.problem.clone(),
            advice: finding.advice,
        };
        Self {
            healthy: report.findings.is_empty(),
            snapshot_entries: report.snapshot_entries,
            records: report.records,
            packages: report.blobs,
            package_bytes: report.blob_bytes,
            unreferenced_packages: report.unreferenced,
            torn_tail: report.torn_tail.as_ref().map(place),
            findings: report.findings.iter().map(damage).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use funclet_storage::{CheckReport, Finding};
    use serde_json::json;

    use super::{Told, describe};

    fn damaged() -> CheckReport {
        let finding = |offset| Finding {
            file: "blobs/ab".into(),
            offset,
            problem: "is wrong".into(),
            advice: "bring it back",
        };
        CheckReport {
            snapshot_entries: 4,
            records: 3,
            blobs: 1,
            blob_bytes: 7,
            unreferenced: 2,
            torn_tail: Some(("wal/1".into(), 64)),
            findings: vec![finding(None), finding(Some(9))],
        }
    }

    #[test]
    fn texts() {
        assert_eq!(
            describe(&CheckReport { records: 3, ..CheckReport::default() }),
            "snapshot: 0 entries\nlog: 3 records\npackages: 0 of 0 bytes\nhealthy"
        );
        let torn_tail = Some(("wal/1".into(), 64));
        assert_eq!(
            describe(&CheckReport { torn_tail, ..CheckReport::default() }),
            "snapshot: 0 entries\nlog: 0 records\npackages: 0 of 0 bytes\n\
             torn tail: wal/1 at offset 64, an unfinished write, as a crash leaves it; the next start cuts it off\n\
             healthy"
        );
        assert_eq!(
            describe(&damaged()),
            "snapshot: 4 entries\nlog: 3 records\npackages: 1 of 7 bytes\n\
             unreferenced packages: 2, which a later checkpoint removes\n\
             torn tail: wal/1 at offset 64, behind which the log cannot be read\n\
             DAMAGED blobs/ab: is wrong; bring it back\n\
             DAMAGED blobs/ab at offset 9: is wrong; bring it back\n\
             damaged"
        );
    }

    #[test]
    fn json() {
        let finding = |offset| json!({ "file": "blobs/ab", "offset": offset, "problem": "is wrong", "advice": "bring it back" });
        assert_eq!(
            serde_json::to_value(Told::of(&damaged())).unwrap(),
            json!({
                "healthy": false,
                "snapshot_entries": 4,
                "records": 3,
                "packages": 1,
                "package_bytes": 7,
                "unreferenced_packages": 2,
                "torn_tail": { "file": "wal/1", "offset": 64 },
                "findings": [finding(None), finding(Some(9))],
            })
        );
    }
}
