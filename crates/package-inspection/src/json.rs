//! Reports for programs.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::finding::{Framing, Verdict};
use crate::native::Native;
use crate::report::Report;
use crate::verdict::ArchitectureFit;

/// A report as it is written for programs.
///
/// Member names never change their meaning; new ones may come.
#[derive(Serialize)]
struct Document<'a> {
    level: String,
    code_sha256: String,
    code_size: u64,
    entries: u64,
    files: u64,
    unzipped: u64,
    strict: String,
    lenient: String,
    architectures: BTreeMap<String, String>,
    offenders: BTreeMap<String, Vec<String>>,
    findings: Vec<DocumentFinding<'a>>,
    finding_counts: BTreeMap<&'static str, u64>,
    kinds: BTreeMap<&'static str, u64>,
    natives: Vec<DocumentNative<'a>>,
    #[serde(skip_serializing_if = "is_zero")]
    natives_left_out: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    wheels: Vec<DocumentWheel<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    predicted_failure: Option<DocumentFailure<'a>>,
}

#[derive(Serialize)]
struct DocumentFinding<'a> {
    code: &'static str,
    severity: String,
    entry: Option<&'a str>,
    detail: &'a str,
}

#[derive(Serialize)]
struct DocumentNative<'a> {
    path: &'a str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    machine: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    machines: Vec<String>,
    size: u64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    malformed: bool,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    linkage: Option<DocumentLinkage<'a>>,
}

#[derive(Serialize)]
struct DocumentLinkage<'a> {
    interp: Option<&'a str>,
    needed: &'a [String],
    run_path: Option<&'a str>,
    glibc: Option<String>,
    musl: bool,
    #[serde(rename = "static")]
    is_static: bool,
}

#[derive(Serialize)]
struct DocumentWheel<'a> {
    path: &'a str,
    tags: &'a [String],
}

#[derive(Serialize)]
struct DocumentFailure<'a> {
    error_type: &'static str,
    message: &'a str,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A report as JSON or another form of that kind, with the severities that findings have to a profile.
///
/// The members: `level`; `code_sha256` (base64) and `code_size`; `entries`, `files` and `unzipped`, their declared bytes; `strict` and
/// `lenient`, each `accept`, `warn` or `reject`; `architectures`, for `x86_64` and `arm64` each `ok`, `mismatch`, `no_native` or
/// `unknown`, with the first `offenders`; `findings`, a list of `code`, `severity`, `entry` and `detail`, and `finding_counts`, for
/// no more than 64 of each code are listed; `kinds` of files with their numbers; `natives`, a list of `path`, `kind`,
/// `machine` (`machines` in a fat file), `size` and, at the level `verify`, `interp`, `needed`, `run_path`, `glibc`, `musl` and `static`;
/// `wheels`; `predicted_failure`.
pub struct Written<'a> {
    report: &'a Report<'a>,
    framing: Framing,
    /// How many of each list are written.
    most: usize,
}

impl Report<'_> {
    /// Returns the report in a form that serializes.
    #[must_use]
    pub fn written(&self, framing: Framing) -> Written<'_> {
        Written { report: self, framing, most: usize::MAX }
    }

    /// As [`Report::written`], with no more than `most` native files, findings, wheels and files that do not fit; the numbers count all.
    #[must_use]
    pub fn written_briefly(&self, framing: Framing, most: usize) -> Written<'_> {
        Written { report: self, framing, most }
    }
}

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (report, facts) = (self.report, self.report.facts());
        let severity = |verdict| match verdict {
            Verdict::Accept => "info".to_owned(),
            other => other.to_string(),
        };
        let findings = report.findings().take(self.most).map(|finding| DocumentFinding {
            code: finding.code.as_str(),
            severity: severity(finding.verdict(self.framing)),
            entry: finding.entry.as_deref(),
            detail: &finding.detail,
        });
        let fits = report.fits();
        let document = Document {
            level: facts.level.to_string(),
            code_sha256: facts.code_sha256.base64(),
            code_size: facts.code_size,
            entries: facts.entry_count,
            files: facts.file_count,
            unzipped: facts.unzipped_size,
            strict: report.verdict(Framing::Strict).to_string(),
            lenient: report.verdict(Framing::Lenient).to_string(),
            architectures: fits
                .iter()
                .map(|fit| (fit.architecture.to_string(), fit.fit.to_string()))
                .collect(),
            offenders: fits.iter().map(|fit| offenders(fit, self.most)).collect(),
            findings: findings.collect(),
            finding_counts: report
                .findings()
                .map(|finding| (finding.code.as_str(), report.count(finding.code)))
                .collect(),
            kinds: facts.kinds.iter().map(|(kind, &count)| (kind.as_str(), count)).collect(),
            natives: facts.natives.iter().take(self.most).map(native).collect(),
            natives_left_out: facts.natives_left_out + facts.natives.len().saturating_sub(self.most) as u64,
            wheels: facts
                .wheels
                .iter()
                .take(self.most)
                .map(|wheel| DocumentWheel { path: &wheel.path, tags: &wheel.tags })
                .collect(),
            predicted_failure: report
                .predicted_failure()
                .map(|failure| DocumentFailure { error_type: failure.error_type, message: &failure.message }),
        };
        document.serialize(serializer)
    }
}

fn offenders(fit: &ArchitectureFit, most: usize) -> (String, Vec<String>) {
    (fit.architecture.to_string(), fit.offenders.iter().take(most).map(ToString::to_string).collect())
}

fn native(native: &Native) -> DocumentNative<'_> {
    let linkage = native.linkage.as_ref().map(|linkage| DocumentLinkage {
        interp: linkage.interpreter.as_deref(),
        needed: &linkage.needed,
        run_path: linkage.run_path.as_deref(),
        glibc: linkage.glibc.as_ref().map(ToString::to_string),
        musl: linkage.is_musl(),
        is_static: linkage.is_static(),
    });
    let machines: Vec<String> = native.machines.iter().map(ToString::to_string).collect();
    let fat = native.kind == crate::native::Kind::MachOFat;
    DocumentNative {
        path: &native.path,
        kind: native.kind.as_str(),
        machine: if fat { None } else { machines.first().cloned() },
        machines: if fat { machines } else { Vec::new() },
        size: native.size,
        malformed: native.malformed,
        linkage,
    }
}
