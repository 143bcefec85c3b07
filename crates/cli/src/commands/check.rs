//! `funclet check`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use funclet_storage::{CheckReport, check};

use crate::{failure, output};

#[derive(Args)]
pub(crate) struct Arguments {
    /// The directory of the store
    dir: PathBuf,
}

/// Exit code for damage.
const DAMAGED: u8 = 1;

/// Exit code for a store that could not be checked.
const NOT_CHECKED: u8 = 2;

/// Checks a store and prints what was found.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let report = match check(&arguments.dir) {
        Ok(report) => report,
        Err(error) => {
            output::complain(failure::sentence(&error));
            return NOT_CHECKED.into();
        }
    };
    match output::line(describe(&report)) {
        Ok(()) if report.findings.is_empty() => ExitCode::SUCCESS,
        Ok(()) => DAMAGED.into(),
        Err(error) => {
            output::complain(error);
            NOT_CHECKED.into()
        }
    }
}

fn describe(report: &CheckReport) -> String {
    let CheckReport { records, blobs, blob_bytes, torn_tail, findings } = report;
    let mut text = format!("{records} records, {blobs} packages of {blob_bytes} bytes\n");
    if let Some((path, offset)) = torn_tail {
        let path = path.display();
        text += &format!(
            "{path}: an unfinished write at offset {offset}, which was never acknowledged; the next start cuts it off\n"
        );
    }
    for finding in findings {
        text += &format!("DAMAGED {}: {}\n", finding.file.display(), finding.problem);
    }
    text += if findings.is_empty() { "healthy" } else { "damaged" };
    text
}

#[cfg(test)]
mod tests {
    use funclet_storage::{CheckReport, Finding};

    use super::describe;

    #[test]
    fn reports() {
        let mut report = CheckReport { records: 3, blobs: 1, blob_bytes: 7, ..CheckReport::default() };
        assert_eq!(describe(&report), "3 records, 1 packages of 7 bytes\nhealthy");
        report.torn_tail = Some(("wal/1".into(), 64));
        report.findings = vec![Finding { file: "blobs/ab".into(), problem: "is missing".into() }];
        assert_eq!(
            describe(&report),
            "3 records, 1 packages of 7 bytes\n\
             wal/1: an unfinished write at offset 64, which was never acknowledged; the next start cuts it off\n\
             DAMAGED blobs/ab: is missing\n\
             damaged"
        );
    }
}
