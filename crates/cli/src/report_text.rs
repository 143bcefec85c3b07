//! The report on a package, for people.

use std::borrow::Cow;
use std::fmt::Write as _;

use funclet_package_inspection::{
    ArchitectureFit, Code, Finding, Fit, Framing, Level, Linkage, Native, Refusal, Report, Verdict,
};

use crate::paint::{Paint, Tone};

/// How many lines a list has at most.
const LISTED_MAX: usize = 20;
/// How many findings of one code are told.
const TOLD_PER_CODE: usize = 5;
/// How many libraries are named that a file needs.
const NEEDED_MAX: usize = 4;
/// What the whole of a native file tells.
const WHOLE_COLUMNS: [&str; 5] = ["kind", "machine", "C library", "path", "needs"];
/// What its first bytes tell.
const HEAD_COLUMNS: [&str; 3] = ["kind", "machine", "path"];
/// How wide a column is at most that has another one behind it.
const COLUMN_MAX: usize = 56;
/// What stands for the middle of a text that is longer.
const ELLIPSIS: &str = "...";

/// Escapes what could do something to a terminal.
pub(crate) fn printable(text: &str) -> String {
    let mut shown = String::new();
    for letter in text.chars() {
        if letter.is_control() { shown.extend(letter.escape_default()) } else { shown.push(letter) }
    }
    shown
}

/// Writes a number with a comma before every three digits.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// What is to be told of a package.
pub(crate) struct ReportText<'a> {
    /// What it is called.
    pub(crate) name: &'a str,
    pub(crate) report: &'a Report<'a>,
    /// The profile that judges.
    pub(crate) framing: Framing,
    pub(crate) notes: &'a [String],
}

impl ReportText<'_> {
    /// Writes all of it, without a line end behind the last line.
    pub(crate) fn describe(&self, paint: Paint) -> String {
        let sections =
            [self.summary(paint), self.facts(), self.fits(paint), self.natives(paint), self.findings(paint)];
        let sections: Vec<_> = sections.into_iter().filter(|section| !section.is_empty()).collect();
        sections.join("\n\n")
    }

    fn summary(&self, paint: Paint) -> String {
        let verdict = self.report.verdict(self.framing);
        let (profile, other, other_framing) = match self.framing {
            Framing::Lenient => ("lenient", "strict", Framing::Strict),
            Framing::Strict => ("strict", "lenient", Framing::Lenient),
        };
        let text = match verdict {
            Verdict::Accept => "accepted",
            Verdict::Warn => "accepted with warnings",
            Verdict::Reject => "refused",
        };
        let other_verdict = self.report.verdict(other_framing);
        let opinion = match other_verdict {
            _ if other_verdict == verdict => String::new(),
            Verdict::Accept => format!("; the {other} one accepts it"),
            Verdict::Warn => format!("; the {other} one warns"),
            Verdict::Reject => format!("; the {other} one refuses it"),
        };
        let text = paint.text(tone(verdict), text);
        format!("{}: {text} by the {profile} profile{opinion}", self.name)
    }

    fn facts(&self) -> String {
        let facts = self.report.facts();
        let mut rows = vec![
            ("CodeSha256", facts.code_sha256.base64()),
            ("size", format!("{}, unzipped {}", bytes(facts.code_size), bytes(facts.unzipped_size))),
        ];
        let kinds: Vec<_> =
            facts.kinds.iter().map(|(kind, &count)| format!("{} {kind}", grouped(count))).collect();
        let kinds = if kinds.is_empty() { String::new() } else { format!(": {}", kinds.join(", ")) };
        rows.push(("entries", grouped(facts.entry_count)));
        rows.push(("files", format!("{}{kinds}", grouped(facts.file_count))));
        if let Some(largest) = &facts.largest_entry {
            rows.push(("largest", format!("{}, {}", largest.path(), bytes(largest.unzipped_size))));
        }
        if facts.entry_count > 0 {
            rows.push(("looked at", looked_at(facts.level).to_owned()));
        }
        rows.extend(self.refusal().map(|text| ("refusal", text)));
        if let Some(failure) = self.report.predicted_failure() {
            rows.push(("will fail", format!("{}: {}", failure.error_type, failure.message)));
        }
        rows.extend(self.notes.iter().map(|note| ("note", note.clone())));
        let rows: Vec<_> = rows.iter().map(|(key, value)| format!("{key:<10}  {value}")).collect();
        rows.join("\n")
    }

    /// What whoever uploads it is told; strict findings speak for themselves.
    fn refusal(&self) -> Option<String> {
        match self.report.refusal(self.framing) {
            Some(Refusal::Framing(_)) => None,
            _ => self.report.refusal_text(self.framing),
        }
    }

    fn fits(&self, paint: Paint) -> String {
        let facts = self.report.facts();
        if facts.level == Level::Frame || facts.entry_count == 0 {
            return String::new();
        }
        let mut text = paint.text(Tone::Heading, "architectures");
        for ArchitectureFit { architecture, fit, offenders, offender_count, .. } in self.report.fits() {
            let (tone, meaning) = match fit {
                Fit::Ok => (Tone::Good, "ok"),
                Fit::NoNative => (Tone::Good, "ok, no native code"),
                Fit::Mismatch => (Tone::Doubtful, "mismatch"),
                Fit::Unknown if facts.natives_left_out > 0 => {
                    (Tone::Doubtful, "unknown, too many native files")
                }
                Fit::Unknown => (Tone::Doubtful, "unknown, native code is malformed"),
            };
            // Writing to a text does not fail.
            let _ = write!(text, "\n  {:<6}  {}", architecture.to_string(), paint.text(tone, meaning));
            for offender in offenders {
                let _ = write!(text, "\n    {offender}");
            }
            more(&mut text, "    ", offender_count.saturating_sub(offenders.len() as u64), paint);
        }
        text
    }

    fn natives(&self, paint: Paint) -> String {
        let facts = self.report.facts();
        if facts.natives.is_empty() {
            return String::new();
        }
        let whole = facts.level == Level::Verify;
        let header = if whole { &WHOLE_COLUMNS[..] } else { &HEAD_COLUMNS };
        let header = header.iter().map(|&title| title.to_owned()).collect();
        let listed = facts.natives.iter().take(LISTED_MAX).map(|native| native_row(native, whole));
        let rows: Vec<_> = std::iter::once(header).chain(listed).collect();
        let mut text = paint.text(Tone::Heading, "native files");
        for (at, line) in table(&rows).iter().enumerate() {
            let line = if at == 0 { paint.text(Tone::Quiet, line) } else { line.clone() };
            let _ = write!(text, "\n  {line}");
        }
        let count = facts.natives.len() as u64 + facts.natives_left_out;
        more(&mut text, "  ", count.saturating_sub(rows.len() as u64 - 1), paint);
        text
    }

    fn findings(&self, paint: Paint) -> String {
        let sections = [(Verdict::Reject, "reject"), (Verdict::Warn, "warn"), (Verdict::Accept, "info")];
        let mut text = String::new();
        for (verdict, title) in sections {
            let groups: Vec<_> = Code::ALL
                .iter()
                .map(|&code| self.of_code(code, verdict))
                .filter(|group| group.count > 0)
                .collect();
            if groups.is_empty() {
                continue;
            }
            let count = groups.iter().map(|group| group.count).sum();
            let heading = paint.text(tone_of_finding(verdict), title);
            let _ = write!(text, "\n  {heading} ({})", grouped(count));
            for group in groups {
                for finding in &group.told {
                    let _ = write!(text, "\n    {}", told(finding));
                }
                let code = group.told.first().map(|finding| finding.code.as_str()).unwrap_or_default();
                let left = group.count.saturating_sub(group.told.len() as u64);
                more(&mut text, &format!("    {code}  "), left, paint);
            }
        }
        if text.is_empty() { text } else { paint.text(Tone::Heading, "findings") + &text }
    }

    /// The findings of one code and severity.
    fn of_code(&self, code: Code, verdict: Verdict) -> Group<'_> {
        let of_code = || self.report.findings().filter(|finding| finding.code == code);
        let worst = of_code().map(|finding| finding.verdict(self.framing)).max();
        let kept = || of_code().filter(|finding| finding.verdict(self.framing) == verdict);
        // How severe those are of which there is only the number, nobody knows; they count as the worst.
        let unkept = match worst {
            Some(worst) if worst == verdict => {
                self.report.count(code).saturating_sub(of_code().count() as u64)
            }
            _ => 0,
        };
        Group { count: kept().count() as u64 + unkept, told: kept().take(TOLD_PER_CODE).collect() }
    }
}

/// Findings that are told together.
struct Group<'a> {
    told: Vec<&'a Finding>,
    count: u64,
}

fn bytes(count: u64) -> String {
    format!("{} {}", grouped(count), if count == 1 { "byte" } else { "bytes" })
}

fn told(Finding { code, entry, detail, .. }: &Finding) -> String {
    match entry {
        Some(entry) if detail.is_empty() => format!("{code}  {entry}"),
        Some(entry) => format!("{code}  {entry}: {detail}"),
        None if detail.is_empty() => code.to_string(),
        None => format!("{code}  {detail}"),
    }
}

fn more(text: &mut String, indent: &str, count: u64, paint: Paint) {
    if count > 0 {
        let line = paint.text(Tone::Quiet, &format!("... and {} more", grouped(count)));
        let _ = write!(text, "\n{indent}{line}");
    }
}

fn tone(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Accept => Tone::Good,
        Verdict::Warn => Tone::Doubtful,
        Verdict::Reject => Tone::Bad,
    }
}

fn tone_of_finding(verdict: Verdict) -> Tone {
    if verdict == Verdict::Accept { Tone::Quiet } else { tone(verdict) }
}

fn looked_at(level: Level) -> &'static str {
    match level {
        Level::Frame => "how the archive is framed",
        Level::Heads => "the first bytes of each file",
        Level::Verify => "the whole content",
    }
}

/// Writes rows of as many cells with their columns one below the other; only the last column is as wide as it likes.
fn table(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.first().map_or(0, Vec::len);
    let widths: Vec<_> = (1..=columns)
        .map(|number| {
            let cells = rows.iter().filter_map(|row| row.get(number - 1));
            let width = cells.map(|cell| cell.chars().count()).max().unwrap_or(0);
            if number < columns { width.min(COLUMN_MAX) } else { width }
        })
        .collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths);
        let cells: Vec<_> = cells.map(|(cell, &width)| format!("{:<width$}", cut(cell, width))).collect();
        cells.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

/// Leaves out the middle of what has more letters than that. Two thirds of the rest are the end, for of a path that is the name.
fn cut(text: &str, letters_max: usize) -> Cow<'_, str> {
    let letters = text.chars().count();
    if letters <= letters_max {
        return text.into();
    }
    let left = letters_max.saturating_sub(ELLIPSIS.len());
    let begin: String = text.chars().take(left / 3).collect();
    let end: String = text.chars().skip(letters - (left - left / 3)).collect();
    format!("{begin}{ELLIPSIS}{end}").into()
}

fn native_row(native: &Native, whole: bool) -> Vec<String> {
    let machines: Vec<_> = native.machines.iter().map(ToString::to_string).collect();
    let mut machine = if machines.is_empty() { "unknown".to_owned() } else { machines.join(" and ") };
    if native.malformed {
        machine.push_str(", malformed");
    }
    let mut row = vec![native.kind.to_string(), machine, native.path.clone()];
    if whole {
        row.insert(2, native.linkage.as_ref().map_or_else(String::new, library));
        row.push(native.linkage.as_ref().map_or_else(String::new, needed));
    }
    row
}

fn library(linkage: &Linkage) -> String {
    match &linkage.glibc {
        _ if linkage.is_musl() => "musl".to_owned(),
        Some(glibc) => format!("glibc {glibc}"),
        None if linkage.is_static() => "static".to_owned(),
        None => "-".to_owned(),
    }
}

fn needed(linkage: &Linkage) -> String {
    let mut needed = linkage.needed.iter().take(NEEDED_MAX).cloned().collect::<Vec<_>>().join(", ");
    let left = linkage.needed.len().saturating_sub(NEEDED_MAX);
    if left > 0 {
        let _ = write!(needed, " and {left} more");
    }
    needed
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use funclet_package_inspection::{Framing, InspectOptions, Level, Usage, inspect};

    use super::{COLUMN_MAX, ReportText, bytes, cut, grouped, printable, table};
    use crate::paint::Paint;

    #[test]
    fn numbers() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (52_428_800, "52,428,800")] {
            assert_eq!(grouped(number), text);
        }
        assert_eq!([0, 1, 2000].map(bytes), ["0 bytes", "1 byte", "2,000 bytes"]);
    }

    #[test]
    fn names() {
        assert_eq!(printable("a\x1b[2Jü\n"), "a\\u{1b}[2Jü\\n");
    }

    #[test]
    fn long_texts_are_cut_in_their_middle() {
        assert_eq!(cut("lib/ä.so", 8), "lib/ä.so");
        assert_eq!(cut("lib/öä.so", 8), "l...ä.so");
        let long = cut(&"äb".repeat(COLUMN_MAX), COLUMN_MAX).into_owned();
        assert_eq!(long.chars().count(), COLUMN_MAX);
    }

    #[test]
    fn columns_hold() {
        let long = "node_modules/".repeat(9);
        let rows = [["path", "needs"], [&long, &long], ["a.so", "libc.so.6"]];
        let lines = table(&rows.map(|row| row.map(str::to_owned).to_vec()));
        let second = COLUMN_MAX + 2;
        assert_eq!(lines[0].find("needs"), Some(second));
        assert_eq!(lines[1].get(second..), Some(&*long));
        assert_eq!(lines[2].find("libc"), Some(second));
    }

    #[test]
    fn colours_change_nothing_else() {
        let hostile = Path::new(env!("CARGO_MANIFEST_DIR")).join("../package-inspection/tests/data/hostile");
        for name in ["glibc-too-new", "crc-wrong", "descriptor-good"] {
            let package = std::fs::read(hostile.join(name).with_extension("zip")).unwrap();
            let options = InspectOptions { level: Level::Verify, ..InspectOptions::default() };
            let facts = inspect(&package, &options).unwrap();
            let report = facts.report(&Usage::default());
            let text = ReportText { name, report: &report, framing: Framing::Lenient, notes: &[] };
            let coloured = text.describe(Paint::COLOURED);
            let mut plain = String::new();
            for piece in coloured.split('\x1b') {
                plain.push_str(piece.strip_prefix('[').map_or(piece, |code| code.split_once('m').unwrap().1));
            }
            assert_eq!(plain, text.describe(Paint::PLAIN));
            assert!(coloured.len() > plain.len() + 8, "{coloured}");
        }
    }
}
