//! Goal: whatever a power cut leaves of the disk, functions, versions and RevisionIds are those after the last acknowledged
//! operation, or after the one that was under way; and no version number and no RevisionId comes a second time (invariant I4
//! of docs/durability.md).
//!
//! Method: random operations run on a recording disk; after each operation of the disk, the images are built that a power cut
//! may leave. Each is opened, compared with the model, and used: the operations that follow have to be answered as the model
//! does, which knows every RevisionId that was ever told.

use std::sync::Arc;

use funclet::Funclet;
use funclet_storage::{LocalBackend, LocalOptions};
use funclet_testkit::model::Model;
use funclet_testkit::{Exploration, Recording, SeededEntropy, SimVfs, explore};

use crate::workload::{Known, Workload};

/// How many operations are recorded, and how many follow on each image.
const OPERATIONS: usize = 40;
const OPERATIONS_AFTER: usize = 3;

/// How a store is set up: so that checkpoints happen, and packages ride in their records or have files, as the seed says.
fn open(seed: u64, opening: u64, vfs: &SimVfs) -> Result<Funclet, String> {
    let ids = Arc::new(SeededEntropy::new(seed << 32 | opening << 20));
    let options = LocalOptions::new("store", ids.clone())
        .vfs(Arc::new(vfs.clone()))
        .inline_bytes_max(if seed.is_multiple_of(2) { 64 << 10 } else { 0 })
        .checkpoint_bytes_min([2_000, 20_000, u64::MAX][(seed % 3) as usize])
        .segment_bytes(16 << 10, 64 << 10);
    let backend = LocalBackend::open(&options).map_err(|error| format!("does not open: {error}"))?;
    Funclet::builder().ids(ids).open_on(Arc::new(backend)).map_err(|error| error.to_string())
}

/// The disk at every moment of a history, and the model after as many operations of it.
struct History {
    recording: Recording,
    models: Vec<Model>,
}

fn record(seed: u64) -> History {
    let vfs = SimVfs::new();
    vfs.record();
    let mut funclet = open(seed, 1, &vfs).unwrap();
    let known = Known::default();
    let (mut workload, mut models) = (Workload::new(seed, 0, &known), vec![Model::default()]);
    for number in 1..=OPERATIONS {
        if number % 16 == 0 {
            funclet.close().unwrap();
            funclet = open(seed, 1 + number as u64, &vfs).unwrap();
        }
        let operation = workload.next();
        let answer = operation.run(&funclet.lambda()).unwrap();
        let mut model = models[number - 1].clone();
        model.step(&operation, &answer).unwrap_or_else(|mismatch| panic!("seed {seed}: {mismatch}"));
        known.note(&operation, &answer);
        models.push(model);
        vfs.mark(number as u64);
    }
    drop(funclet);
    History { recording: vfs.take_recording(), models }
}

fn check(seed: u64, history: &History, image: &SimVfs, marks: &[u64]) -> Result<(), String> {
    let acknowledged = marks.last().map_or(0, |mark| *mark as usize);
    let funclet = open(seed, 500, image)?;
    let lambda = funclet.lambda();
    let mut complaints = Vec::new();
    // One operation may have been under way.
    for there in acknowledged..history.models.len().min(acknowledged + 2) {
        let mut model = history.models[there].clone();
        match model.compare(&lambda) {
            Ok(()) => return go_on(seed, &funclet, model),
            Err(complaint) => complaints.push(format!("not the state after {there} operations: {complaint}")),
        }
    }
    Err(complaints.join("; "))
}

/// Works with what was recovered.
fn go_on(seed: u64, funclet: &Funclet, mut model: Model) -> Result<(), String> {
    let known = Known::default();
    let mut workload = Workload::new(seed, 7, &known);
    let lambda = funclet.lambda();
    for _ in 0..OPERATIONS_AFTER {
        let operation = workload.next();
        let answer = operation.run(&lambda).map_err(|error| format!("{operation} fails: {error}"))?;
        model.step(&operation, &answer).map_err(|mismatch| format!("after the recovery: {mismatch}"))?;
        known.note(&operation, &answer);
    }
    model.compare(&lambda)
}

#[test]
fn no_power_cut_loses_or_repeats_anything() {
    for seed in 1..=6 {
        let history = record(seed);
        let how = Exploration { seed, images_per_moment: 12, images_max: 500, threads: 2 };
        let explored = explore(&history.recording, &how, &|image, marks| check(seed, &history, image, marks));
        if let Some(failure) = &explored.failure {
            panic!("history of seed {seed}: {failure}");
        }
        assert!(explored.images > 300, "{explored:?}");
    }
}

/// The comparison would notice an operation that was acknowledged and is not there.
#[test]
fn a_lost_operation_is_noticed() {
    let history = record(1);
    let how = Exploration { images_per_moment: 4, ..Exploration::default() };
    let too_early = |image: &SimVfs, marks: &[u64]| {
        // As if one more had been acknowledged than the disk can know.
        let more: Vec<u64> = marks.iter().map(|mark| (mark + 3).min(OPERATIONS as u64)).collect();
        check(1, &history, image, &more)
    };
    let failure = explore(&history.recording, &how, &too_early).failure.expect("it is noticed");
    assert!(failure.message.contains("not the state after"), "{failure}");
}
