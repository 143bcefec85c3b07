//! Goal: whatever is asked for in whatever order, with time passing and processes ending in between, the store answers
//! as a small model does. Method: random operations on few names, so that they collide; after each one everything that
//! can be read is compared, and so is what is stored beside it: references are counted as versions hold code, the quota
//! is the sum of what they take, no RevisionId comes twice, and the feed of events tells all of it.

mod expected;
mod operation;
mod run;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::world::{Kind, World};
use operation::{Operation, operation};
use run::Run;

fn check(kind: Kind, operations: &[Operation]) {
    let mut run = Run::new(World::new(kind));
    for (number, operation) in operations.iter().enumerate() {
        run.step(operation);
        run.compare(&format!("after operation {number}, {operation:?}"));
    }
    run.compare_feed();
}

macro_rules! on_each_kind {
    ($($name:ident: $kind:expr;)+) => {
        proptest! {
            #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]
            $(#[test]
            fn $name(operations in vec(operation(), 1..60)) {
                check($kind, &operations);
            })+

            #[test]
            fn chaos(operations in vec(operation(), 1..60), seed: u64) {
                check(Kind::Chaos(seed), &operations);
            }
        }
    };
}

on_each_kind! {
    memory: Kind::Memory;
    local: Kind::Local;
    remote: Kind::Remote;
}
