//! What was done on a simulated disk, and what is to fail.

use std::io;
use std::path::PathBuf;

/// What changes a disk, makes a change durable, or reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// Creating or emptying a file.
    Create,
    /// Writing into a file.
    Write,
    /// Cutting a file, or filling it up with zeros, to a length.
    SetLen,
    /// Renaming a file.
    Rename,
    /// Giving a file a further name.
    HardLink,
    /// Removing a file.
    Remove,
    /// Creating directories.
    CreateDir,
    /// Syncing a file.
    SyncData,
    /// Syncing a directory.
    SyncDir,
    /// Syncing everything below a directory.
    SyncAll,
    /// Reading from a file. Reads can be made to fail; they are not counted, and go on after the power is cut.
    Read,
}

/// The operations that are counted.
const COUNTED: [Operation; 10] = [
    Operation::Create,
    Operation::Write,
    Operation::SetLen,
    Operation::Rename,
    Operation::HardLink,
    Operation::Remove,
    Operation::CreateDir,
    Operation::SyncData,
    Operation::SyncDir,
    Operation::SyncAll,
];

/// How often each operation was called, failed calls included, but none after the power was cut, and no reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    calls: [u64; COUNTED.len()],
    bytes_written: u64,
}

impl Counts {
    /// Returns how often `operation` was called.
    #[must_use]
    pub fn of(&self, operation: Operation) -> u64 {
        COUNTED.iter().zip(self.calls).filter(|(counted, _)| **counted == operation).map(|(_, n)| n).sum()
    }

    /// Returns how often all of them were called.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.calls.iter().sum()
    }

    /// Returns how many bytes were written into files.
    #[must_use]
    pub fn bytes_written(&self) -> u64 {
        self.bytes_written
    }

    fn add(&mut self, operation: Operation) {
        for (counted, calls) in COUNTED.iter().zip(&mut self.calls) {
            *calls += u64::from(*counted == operation);
        }
    }
}

/// One call that is to fail.
pub(super) struct Rule {
    pub(super) operation: Operation,
    /// Only calls about a path that contains this are meant.
    pub(super) path_contains: String,
    /// The how manieth of these calls fails.
    pub(super) nth: u64,
    /// How many bytes a write still writes.
    pub(super) bytes_kept: usize,
}

impl Rule {
    fn is_about(&self, operation: Operation, paths: &[PathBuf]) -> bool {
        let matches = |path: &PathBuf| path.to_string_lossy().contains(&self.path_contains);
        self.operation == operation && (self.path_contains.is_empty() || paths.iter().any(matches))
    }
}

/// A call that fails.
pub(super) struct Fault {
    pub(super) error: io::Error,
    pub(super) bytes_kept: usize,
}

impl From<Fault> for io::Error {
    fn from(fault: Fault) -> Self {
        fault.error
    }
}

/// Counts, and decides what fails.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) counts: Counts,
    rules: Vec<Rule>,
    /// The total of operations after which the power is off.
    off_after: Option<u64>,
}

impl Plan {
    pub(super) fn fail(&mut self, rule: Rule) {
        self.rules.push(rule);
    }

    /// Whether it matters which paths a call is about.
    pub(super) fn asks_for_paths(&self) -> bool {
        self.rules.iter().any(|rule| !rule.path_contains.is_empty())
    }

    pub(super) fn cut_power_after(&mut self, operations: u64) {
        self.off_after = Some(self.counts.total().saturating_add(operations));
    }

    /// Takes note of a call. An error says that it fails.
    pub(super) fn begin(&mut self, operation: Operation, paths: &[PathBuf]) -> Result<(), Fault> {
        if operation != Operation::Read {
            if self.off_after.is_some_and(|last| self.counts.total() >= last) {
                return Err(Fault { error: io::Error::other("the power is off"), bytes_kept: 0 });
            }
            self.counts.add(operation);
        }
        let mut fault = None;
        self.rules.retain_mut(|rule| {
            if rule.is_about(operation, paths) {
                rule.nth = rule.nth.saturating_sub(1);
                if rule.nth == 0 {
                    let error = io::Error::other(format!("this {operation:?} is planned to fail"));
                    fault = Some(Fault { error, bytes_kept: rule.bytes_kept });
                }
            }
            rule.nth > 0
        });
        fault.map_or(Ok(()), Err)
    }

    pub(super) fn wrote(&mut self, bytes: usize) {
        self.counts.bytes_written += bytes as u64;
    }
}
