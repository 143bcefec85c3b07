//! What may be asked for.

use proptest::prelude::*;

/// The RevisionId of a request.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Revision {
    Absent,
    Current,
    /// One that the function had, or that no function ever had.
    Stale,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Mode {
    Immediate,
    After,
    Manual,
}

#[derive(Debug, Clone)]
pub(crate) enum Operation {
    Create { name: usize, code: usize, publish: bool },
    Update { name: usize, code: usize, publish: bool, dry_run: bool, arm: Option<bool>, revision: Revision },
    Configure { name: usize, description: Option<bool>, revision: Revision },
    Tag { name: usize, removes: bool },
    Publish { name: usize, description: Option<bool>, right_code: Option<bool>, revision: Revision },
    Delete { name: usize },
    DeleteVersion { name: usize, number: u64 },
    Complete { name: usize, fails: bool },
    Settle,
    Pass { ms: u64 },
    Reopen { mode: Mode },
}

pub(crate) const NAMES: [&str; 3] = ["f", "f-1", "g"];
/// Of different lengths, so that a wrong sum is noticed.
pub(crate) const CODES: [&str; 4] = ["", "one", "seven..", "seventeen bytes.."];
/// The one of them that cannot be extracted.
pub(crate) const BROKEN: usize = 2;
pub(crate) const DELAY_MS: u64 = 1000;
/// Few enough to be reached now and then.
pub(crate) const QUOTA: u64 = 90;

fn revision() -> impl Strategy<Value = Revision> {
    prop_oneof![4 => Just(Revision::Absent), 3 => Just(Revision::Current), 1 => Just(Revision::Stale)]
}

pub(crate) fn operation() -> impl Strategy<Value = Operation> {
    let (name, code) = (0..NAMES.len(), 0..CODES.len());
    let maybe = proptest::option::of(any::<bool>());
    prop_oneof![
        4 => (name.clone(), code.clone(), any::<bool>())
            .prop_map(|(name, code, publish)| Operation::Create { name, code, publish }),
        8 => (name.clone(), code, any::<bool>(), proptest::bool::weighted(0.1), maybe.clone(), revision())
            .prop_map(|(name, code, publish, dry_run, arm, revision)| {
                Operation::Update { name, code, publish, dry_run, arm, revision }
            }),
        4 => (name.clone(), maybe.clone(), revision())
            .prop_map(|(name, description, revision)| Operation::Configure { name, description, revision }),
        2 => (name.clone(), any::<bool>()).prop_map(|(name, removes)| Operation::Tag { name, removes }),
        5 => (name.clone(), maybe.clone(), maybe, revision())
            .prop_map(|(name, description, right_code, revision)| {
                Operation::Publish { name, description, right_code, revision }
            }),
        1 => name.clone().prop_map(|name| Operation::Delete { name }),
        2 => (name.clone(), 1..6_u64).prop_map(|(name, number)| Operation::DeleteVersion { name, number }),
        3 => (name, any::<bool>()).prop_map(|(name, fails)| Operation::Complete { name, fails }),
        1 => Just(Operation::Settle),
        3 => (0..DELAY_MS + 200).prop_map(|ms| Operation::Pass { ms }),
        1 => prop_oneof![Just(Mode::Immediate), Just(Mode::After), Just(Mode::Manual)]
            .prop_map(|mode| Operation::Reopen { mode }),
    ]
}
