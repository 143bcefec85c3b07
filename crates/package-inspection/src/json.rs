//! Reports for programs.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::error::Refusal;
use crate::finding::{Framing, Verdict};
use crate::native::Native;
use crate::report::{Report, Usage};
use crate::verdict::ArchitectureFit;

/// What becomes of a package that the service takes and cannot extract.
const NOT_EXTRACTED: &str = "the upload is taken, but the archive cannot be extracted";

/// A report as it is written for programs.
///
/// Member names never change their meaning; new ones may come.
#[derive(Serialize)]
struct Document<'a> {
    level: String,
    profile: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    asked: Option<DocumentAsked<'a>>,
    code_sha256: String,
    code_size: u64,
    entries: u64,
    files: u64,
    unzipped: u64,
    strict: String,
    lenient: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<String>,
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
struct DocumentAsked<'a> {
    architecture: Option<String>,
    runtime: Option<&'a str>,
    handler: Option<&'a str>,
    layer: bool,
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
/// The members:
///
/// - `level`: `frame`, `heads` or `verify`.
/// - `profile`, by which it is judged: `lenient` or `strict`.
/// - `asked`, what it is used for, only if that was [told](Written::asked): `architecture`, `runtime` and `handler`, each `null` if none
///   was asked for, and `layer`.
/// - `code_sha256` (base64) and `code_size`.
/// - `entries`, `files` and `unzipped`, their declared bytes.
/// - `strict` and `lenient`, what each profile makes of it: `accept`, `warn` or `reject`.
/// - `refusal`, only if the profile rejects it: why, as [`Report::refusal_text`] has it.
/// - `architectures`, for `x86_64` and `arm64` each `ok`, `mismatch`, `no_native`, which is as good as `ok`, or `unknown`: native code is
///   malformed or too much, or no file was looked into, be it for the level `frame` or because the archive cannot be read.
/// - `offenders`, for each architecture the first files that do not run on it.
/// - `findings`, a list of `code`, `severity` (`info`, `warn` or `reject`), `entry` and `detail`, and `finding_counts` by code, for no more
///   than 64 of each code are listed.
/// - `kinds` of files with their numbers.
/// - `natives`, a list of `path`, `kind`, `machine` (`machines` in a fat file), `size`, `malformed` if it is, and at the level `verify`
///   `interp`, `needed`, `run_path`, `glibc`, `musl` and `static`; `natives_left_out`, only if some are: how many more there are.
/// - `wheels`, only if there are some: a list of `path` and `tags`.
/// - `predicted_failure`, only if one is foreseen: `error_type` and `message`.
pub struct Written<'a> {
    report: &'a Report<'a>,
    framing: Framing,
    usage: Option<&'a Usage>,
    /// How many of each list are written.
    most: usize,
}

impl Report<'_> {
    /// Returns the report in a form that serializes.
    #[must_use]
    pub fn written(&self, framing: Framing) -> Written<'_> {
        Written { report: self, framing, usage: None, most: usize::MAX }
    }

    /// As [`Report::written`], with no more than `most` native files, findings, wheels and files that do not fit; the numbers count all.
    #[must_use]
    pub fn written_briefly(&self, framing: Framing, most: usize) -> Written<'_> {
        Written { report: self, framing, usage: None, most }
    }

    /// Returns the sentence with which a profile refuses the package; `None` if its [verdict](Report::verdict) is another one.
    ///
    /// It is that of the [refusal](Report::refusal), or, where the service takes the upload and finds out when it extracts the archive,
    /// one that says so.
    #[must_use]
    pub fn refusal_text(&self, framing: Framing) -> Option<String> {
        if self.verdict(framing) != Verdict::Reject {
            return None;
        }
        let refusal = self.refusal(framing).as_ref().map(Refusal::to_string);
        Some(refusal.unwrap_or_else(|| NOT_EXTRACTED.to_owned()))
    }
}

impl<'a> Written<'a> {
    /// Has it say what the package is used for: the usage that the report was made for.
    #[must_use]
    pub fn asked(self, usage: &'a Usage) -> Self {
        Self { usage: Some(usage), ..self }
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
            profile: match self.framing {
                Framing::Lenient => "lenient",
                Framing::Strict => "strict",
            },
            asked: self.usage.map(asked),
            code_sha256: facts.code_sha256.base64(),
            code_size: facts.code_size,
            entries: facts.entry_count,
            files: facts.file_count,
            unzipped: facts.unzipped_size,
            strict: report.verdict(Framing::Strict).to_string(),
            lenient: report.verdict(Framing::Lenient).to_string(),
            refusal: report.refusal_text(self.framing),
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

fn asked(usage: &Usage) -> DocumentAsked<'_> {
    DocumentAsked {
        architecture: usage.architecture.map(|architecture| architecture.to_string()),
        runtime: usage.runtime.as_deref(),
        handler: usage.handler.as_deref(),
        layer: usage.is_layer,
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::{Value, json};

    use crate::verdict::Architecture;
    use crate::{Framing, InspectOptions, Level, Usage, inspect};

    fn written(name: &str, level: Level, framing: Framing, usage: Option<&Usage>) -> Value {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/hostile");
        let package = std::fs::read(folder.join(name).with_extension("zip")).unwrap();
        let facts = inspect(&package, &InspectOptions { level, ..InspectOptions::default() }).unwrap();
        let none = Usage::default();
        let report = facts.report(usage.unwrap_or(&none));
        let written = report.written(framing);
        let written = usage.map_or(report.written(framing), |usage| written.asked(usage));
        serde_json::to_value(written).unwrap()
    }

    #[test]
    fn nothing_is_known_of_files_that_were_not_looked_into() {
        for (name, level, expected) in [
            ("elf-x86-only", Level::Heads, ["ok", "mismatch"]),
            ("elf-x86-only", Level::Frame, ["unknown", "unknown"]),
            ("descriptor-good", Level::Verify, ["no_native", "no_native"]),
            ("descriptor-good", Level::Frame, ["unknown", "unknown"]),
            ("empty-file", Level::Verify, ["unknown", "unknown"]),
            ("truncated-half", Level::Verify, ["unknown", "unknown"]),
            ("cd-offset-past-end", Level::Heads, ["unknown", "unknown"]),
            ("empty-archive", Level::Verify, ["no_native", "no_native"]),
            ("empty-archive", Level::Frame, ["unknown", "unknown"]),
        ] {
            let [x86_64, arm64] = expected;
            assert_eq!(
                written(name, level, Framing::Lenient, None)["architectures"],
                json!({ "x86_64": x86_64, "arm64": arm64 }),
                "{name} at {level}"
            );
        }
    }

    #[test]
    fn whoever_rejects_says_why() {
        for (name, lenient, strict) in [
            ("descriptor-good", None, None),
            (
                "text-file",
                Some("Could not unzip uploaded file. Please check your file, then try to upload again."),
                Some("Could not unzip uploaded file. Please check your file, then try to upload again."),
            ),
            (
                "crc-wrong",
                Some("the upload is taken, but the archive cannot be extracted"),
                Some(
                    "the package is refused by strict framing: crc_mismatch in entry app.py \
                     (697008b4, declared is 12345678)",
                ),
            ),
            (
                "hidden-local-member",
                None,
                Some(
                    "the package is refused by strict framing: orphan_local_header in entry hidden.py (at 79)",
                ),
            ),
        ] {
            for (framing, profile, refusal) in
                [(Framing::Lenient, "lenient", lenient), (Framing::Strict, "strict", strict)]
            {
                let written = written(name, Level::Verify, framing, None);
                assert_eq!(written["profile"], profile);
                assert_eq!(written.get("refusal"), refusal.map(Value::from).as_ref(), "{name}, {profile}");
                assert_eq!(refusal.is_some(), written[profile] == "reject", "{name}, {profile}");
            }
        }
    }

    #[test]
    fn what_was_asked_is_said_where_somebody_asked() {
        let asked = |usage: Option<&Usage>| {
            written("descriptor-good", Level::Heads, Framing::Lenient, usage).get("asked").cloned()
        };
        assert_eq!(asked(None), None);
        let nothing = json!({ "architecture": null, "runtime": null, "handler": null, "layer": false });
        assert_eq!(asked(Some(&Usage::default())), Some(nothing));
        let usage = Usage {
            architecture: Some(Architecture::Arm64),
            runtime: Some("python3.13".to_owned()),
            handler: Some("app.handler".to_owned()),
            is_layer: true,
            ..Usage::default()
        };
        let all = json!({
            "architecture": "arm64", "runtime": "python3.13", "handler": "app.handler", "layer": true
        });
        assert_eq!(asked(Some(&usage)), Some(all));
    }
}
