//! Random operations on few functions, so that they collide.

use std::collections::BTreeMap;
use std::sync::Mutex;

use funclet::{Ids as _, Package, Version};
use funclet_testkit::model::{Answer, Observation, Operation, Refusal};
use funclet_testkit::{SeededEntropy, zip_with_content};

pub(crate) const NAMES: [&str; 2] = ["f", "g"];

/// What somebody read of each function last. All threads share it, so that several use one RevisionId.
#[derive(Default)]
pub(crate) struct Known(Mutex<BTreeMap<String, Observation>>);

impl Known {
    pub(crate) fn note(&self, operation: &Operation, answer: &Answer) {
        let mut known = self.0.lock().unwrap();
        match (operation, answer) {
            (Operation::GetFunction { function, version: Version::Latest }, Answer::Configuration(told)) => {
                known.insert(function.clone(), told.clone());
            }
            (Operation::UpdateFunctionCode { function, .. }, Answer::Refused(Refusal::FunctionNotFound)) => {
                known.remove(function);
            }
            _ => {}
        }
    }

    fn of(&self, function: &str) -> Option<Observation> {
        self.0.lock().unwrap().get(function).cloned()
    }
}

/// One source of operations.
pub(crate) struct Workload<'k> {
    random: SeededEntropy,
    /// Stands in its packages, so that they are nobody else's.
    name: String,
    packages: usize,
    known: &'k Known,
}

impl<'k> Workload<'k> {
    pub(crate) fn new(seed: u64, process: usize, known: &'k Known) -> Self {
        // Seeds in a row would give the processes streams that are close to one another.
        let random = SeededEntropy::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ process as u64);
        Self { random, name: format!("process {process} of {seed}"), packages: 0, known }
    }

    /// Draws a number below `end`.
    pub(crate) fn below(&self, end: u64) -> u64 {
        let [low, ..] = self.random.bytes();
        u64::from(low) * end / 256
    }

    fn happens(&self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// Mostly new bytes, now and then some that are used again and again.
    fn package(&mut self) -> Package {
        if self.happens(10) {
            return zip_with_content("again").into();
        }
        self.packages += 1;
        zip_with_content(&format!("{} of {}", self.packages, self.name)).into()
    }

    fn version(&self) -> Version {
        Version::Number(1 + self.below(12))
    }

    pub(crate) fn next(&mut self) -> Operation {
        let function: String = NAMES[self.below(NAMES.len() as u64) as usize].into();
        let known = self.known.of(&function);
        if known.is_none() && self.happens(30) {
            return self.create(function);
        }
        let revision_id = known.as_ref().map(|known| known.revision_id.to_string());
        match self.below(100) {
            0..24 => Operation::GetFunction { function, version: Version::Latest },
            24..28 => Operation::GetFunctionConfiguration { function, version: Version::Latest },
            28..34 => Operation::GetFunction { function, version: self.version() },
            34..40 => {
                let max_items = self.happens(20).then_some(3);
                Operation::ListVersionsByFunction { function, max_items }
            }
            40..60 => Operation::UpdateFunctionCode {
                function,
                package: self.package(),
                publish: self.happens(30),
                dry_run: self.happens(8),
                revision_id: revision_id.filter(|_| self.happens(60)),
            },
            60..70 => Operation::UpdateFunctionConfiguration {
                function,
                description: self.happens(70).then(|| format!("number {}", self.below(4))),
                revision_id: revision_id.filter(|_| self.happens(60)),
            },
            70..86 => Operation::PublishVersion {
                function,
                description: self.happens(30).then(|| "described".into()),
                code_sha256: known.filter(|_| self.happens(30)).map(|known| known.code_sha256.to_string()),
                revision_id: revision_id.filter(|_| self.happens(40)),
            },
            86..94 => {
                let version = Some(1 + self.below(12));
                Operation::DeleteFunction { function, version }
            }
            94..96 => Operation::DeleteFunction { function, version: None },
            _ => self.create(function),
        }
    }

    fn create(&mut self, function: String) -> Operation {
        Operation::CreateFunction { function, package: self.package(), publish: self.happens(50) }
    }
}
