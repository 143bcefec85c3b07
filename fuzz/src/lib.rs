//! What has to be true of the inspection of any bytes, at each level.

use std::io::{self, Cursor};

use funclet_package_inspection::{
    Architecture, Facts, Fit, Framing, InspectOptions, Level, Seekable, Sha256Digest, Source, Usage, Verdict,
    inspect,
};

/// Inspects bytes from memory and as those of a file, and panics if anything is told that cannot be.
pub fn package(level: Level, bytes: &[u8]) {
    let facts = look(level, &bytes).expect("memory does not fail");
    let read = look(level, &Seekable::new(Cursor::new(bytes))).expect("memory does not fail");
    assert_eq!(facts, read);
    assert_eq!(facts.code_size, bytes.len() as u64);
    assert!(facts.entry_count <= bytes.len() as u64 / 46);
    assert!(facts.file_count <= facts.entry_count);
    assert!(facts.kinds.values().sum::<u64>() <= facts.file_count);
    assert_eq!(facts.largest_entry.is_some(), facts.entry_count > 0);
    // Another function for each package: reports cost more than the inspection of so few bytes.
    let choice = bytes.len();
    let architecture = [None, Some(Architecture::X86_64), Some(Architecture::Arm64)][choice % 3];
    let runtime = [None, Some("provided.al2023"), Some("python3.11"), Some("java21")][choice % 4];
    let (runtime, handler) = (runtime.map(str::to_owned), Some("app.handler".to_owned()));
    let is_layer = choice % 7 == 0;
    report(&facts, &Usage { architecture, runtime, handler, is_layer, ..Usage::default() });
}

/// The digest is none of the target's business, and would cost most of its time.
fn look(level: Level, source: &dyn Source) -> io::Result<Facts> {
    let digest = Some(Sha256Digest::from_bytes([0; 32]));
    match inspect(source, &InspectOptions { level, digest, ..InspectOptions::default() }) {
        Ok(facts) => Ok(facts),
        Err(error) => Err(io::Error::other(error)),
    }
}

fn report(facts: &Facts, usage: &Usage) {
    let report = facts.report(usage);
    assert!(report.verdict(Framing::Lenient) <= report.verdict(Framing::Strict));
    for framing in [Framing::Lenient, Framing::Strict] {
        let worst = report.findings().map(|finding| finding.verdict(framing)).max();
        assert_eq!(worst.unwrap_or(Verdict::Accept), report.verdict(framing));
    }
    serde_json::to_writer(io::sink(), &report.written(Framing::Lenient)).expect("a report serializes");
    assert_eq!(
        report.refusal(Framing::Strict).is_some(),
        report.verdict(Framing::Strict) == Verdict::Reject || facts.code_size > usage.limits.zipped_bytes_max
    );
    assert!(report.refusal(Framing::Lenient).is_none() || report.refusal(Framing::Strict).is_some());
    let mismatches = report.fits().iter().filter(|fit| !fit.offenders.is_empty());
    assert!(mismatches.into_iter().all(|fit| fit.offender_count >= fit.offenders.len() as u64));
    for fit in report.fits() {
        let refused = report.mismatch(fit.architecture).is_some();
        assert!(!refused || fit.fit == Fit::Mismatch, "{fit:?}");
    }
    assert_eq!(report.extraction_failure().is_some(), report.verdict(Framing::Lenient) == Verdict::Reject);
    let _ = report.predicted_failure();
}
