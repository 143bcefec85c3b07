//! Goal: whatever is asked for in whatever order, with power cuts in between, the engine answers as the model of testkit
//! does. Method: random operations on few functions; after each one everything that can be read is compared.

use std::sync::Arc;

use funclet::{Funclet, Lambda};
use funclet_storage::{LocalBackend, LocalOptions};
use funclet_testkit::model::Model;
use funclet_testkit::{Keep, SeededEntropy, SimVfs};

use crate::workload::{Known, Workload};

const OPERATIONS: usize = 150;

fn step(lambda: &Lambda, model: &mut Model, workload: &mut Workload<'_>, known: &Known, when: &str) {
    let operation = workload.next();
    let answer = operation.run(lambda).unwrap();
    model.step(&operation, &answer).unwrap_or_else(|mismatch| panic!("{when}: {mismatch}"));
    known.note(&operation, &answer);
    model.compare(lambda).unwrap_or_else(|complaint| panic!("{when}, after {operation}: {complaint}"));
}

#[test]
fn in_memory() {
    for seed in 0..4 {
        let (lambda, known, mut model) = (Funclet::in_memory().lambda(), Known::default(), Model::default());
        let mut workload = Workload::new(seed, 0, &known);
        for number in 0..OPERATIONS {
            let when = format!("seed {seed}, operation {number}");
            step(&lambda, &mut model, &mut workload, &known, &when);
        }
    }
}

#[test]
fn on_a_disk_that_loses_its_power() {
    for seed in 0..4 {
        let mut vfs = SimVfs::new();
        let ids = Arc::new(SeededEntropy::new(seed));
        let open = |vfs: &SimVfs| {
            let options = LocalOptions::new("store", ids.clone()).vfs(Arc::new(vfs.clone()));
            Funclet::builder()
                .ids(ids.clone())
                .open_on(Arc::new(LocalBackend::open(&options).unwrap()))
                .unwrap()
        };
        let (known, mut model) = (Known::default(), Model::default());
        let mut workload = Workload::new(seed, 0, &known);
        let mut funclet = open(&vfs);
        for number in 0..OPERATIONS {
            let when = format!("seed {seed}, operation {number}");
            if workload.below(10) == 0 {
                // What was acknowledged is there, whatever the disk kept beside it.
                vfs = vfs.crash([Keep::Nothing, Keep::Everything][number % 2]);
                funclet = open(&vfs);
                model.compare(&funclet.lambda()).unwrap_or_else(|complaint| panic!("{when}: {complaint}"));
            }
            step(&funclet.lambda(), &mut model, &mut workload, &known, &when);
        }
    }
}
