//! What was done on a simulated disk, and what is to fail.

use std::io;

/// What changes a disk, or makes a change durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// Creating or emptying a file.
    Create,
    /// Writing into a file.
    Write,
    /// Renaming a file.
    Rename,
    /// Removing a file.
    Remove,
    /// Creating directories.
    CreateDir,
    /// Syncing a file.
    SyncData,
    /// Syncing a directory.
    SyncDir,
}

/// The operations, in the order in which they are counted.
const OPERATIONS: [Operation; 7] = [
    Operation::Create,
    Operation::Write,
    Operation::Rename,
    Operation::Remove,
    Operation::CreateDir,
    Operation::SyncData,
    Operation::SyncDir,
];

/// How often each operation was called, failed calls included, but none after the power was cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    calls: [u64; OPERATIONS.len()],
    bytes_written: u64,
}

impl Counts {
    /// Returns how often `operation` was called.
    #[must_use]
    pub fn of(&self, operation: Operation) -> u64 {
        OPERATIONS.iter().zip(self.calls).filter(|(counted, _)| **counted == operation).map(|(_, n)| n).sum()
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
        for (counted, calls) in OPERATIONS.iter().zip(&mut self.calls) {
            *calls += u64::from(*counted == operation);
        }
    }
}

/// Counts, and decides what fails.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) counts: Counts,
    /// Operations that fail, each with the count at which it does.
    failing: Vec<(Operation, u64)>,
    /// The total of operations after which the power is off.
    off_after: Option<u64>,
}

impl Plan {
    pub(super) fn fail(&mut self, operation: Operation, nth: u64) {
        let at = self.counts.of(operation).saturating_add(nth);
        self.failing.push((operation, at));
    }

    pub(super) fn cut_power_after(&mut self, operations: u64) {
        self.off_after = Some(self.counts.total().saturating_add(operations));
    }

    /// Takes note of a call. An error says that it fails.
    pub(super) fn begin(&mut self, operation: Operation) -> io::Result<()> {
        if self.off_after.is_some_and(|last| self.counts.total() >= last) {
            return Err(io::Error::other("the power is off"));
        }
        self.counts.add(operation);
        let at = self.counts.of(operation);
        if self.failing.contains(&(operation, at)) {
            return Err(io::Error::other(format!("{operation:?} number {at} is planned to fail")));
        }
        Ok(())
    }

    pub(super) fn wrote(&mut self, bytes: usize) {
        self.counts.bytes_written += bytes as u64;
    }
}
