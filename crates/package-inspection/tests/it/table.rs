//! Tables of what was expected beside what was found, for people; and the one assertion on them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use funclet_package_inspection::{Architecture, Fit, Native, Report};

/// Rows of a table: what each is about, and what is wrong with it.
#[derive(Default)]
pub(crate) struct Table {
    text: String,
    wrong: usize,
}

impl Table {
    pub(crate) fn row(&mut self, name: &str, told: &str, wrong: &[String]) {
        let mark = if wrong.is_empty() { "ok" } else { "WRONG" };
        writeln!(self.text, "{name:32} {mark:5} {told}").unwrap();
        for wrong in wrong {
            writeln!(self.text, "    {wrong}").unwrap();
        }
        self.wrong += usize::from(!wrong.is_empty());
    }

    /// Prints the table, and fails unless all of it is as expected.
    pub(crate) fn finish(self) {
        println!("{}", self.text);
        assert_eq!(self.wrong, 0, "rows are not as expected:\n{}", self.text);
    }
}

/// Says what differs.
pub(crate) fn compare<T: PartialEq + std::fmt::Debug>(
    wrong: &mut Vec<String>,
    what: &str,
    expected: &T,
    found: &T,
) {
    if expected != found {
        wrong.push(format!("{what}: expected {expected:?}, found {found:?}"));
    }
}

/// The verdict for each architecture as manifests have it.
pub(crate) fn fits(report: &Report<'_>) -> BTreeMap<String, String> {
    report.fits().iter().map(|fit| (fit.architecture.to_string(), fit.fit.to_string())).collect()
}

/// Whether a verdict is the expected one. Where no native code matters, manifests say that all is well.
pub(crate) fn is_fit(report: &Report<'_>, architecture: &str, expected: &str) -> bool {
    let fit = match architecture {
        "x86_64" => report.fit(Architecture::X86_64).fit,
        "arm64" => report.fit(Architecture::Arm64).fit,
        other => panic!("no architecture: {other}"),
    };
    fit.to_string() == expected || fit == Fit::NoNative && expected == "ok"
}

pub(crate) fn machines(native: &Native) -> Vec<String> {
    native.machines.iter().map(ToString::to_string).collect()
}
