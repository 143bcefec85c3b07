//! Goal: nothing acknowledged is ever lost, nothing half-done is ever seen, whatever a power cut leaves.
//!
//! Method: a random history of transactions, batches, uploads, checkpoints, failing syncs and openings runs on a simulated
//! disk that records every operation. After each of them, the disks are built that a power cut may leave; each is opened, and
//! what is there has to be the state after some transaction that was asked for, none earlier than the last acknowledged one.
//! The opening itself is recorded, too, and cut in the same way.
//!
//! The invariants, by their names in docs/durability.md: I1, what is acknowledged is there; I2, what is there is a prefix of
//! the history, transactions whole; I3, every blob that is held is there; I5, recovering twice is recovering once, also if
//! the first time is cut; I6, no healthy disk is refused. I4 is that of the control plane and checked there, I7 in `table.rs`.

mod history;
mod recovered;

use std::collections::BTreeSet;
use std::time::Instant;

use funclet_storage::{PlantedBug, plant};
use funclet_testkit::{Exploration, Explored, explore};

use history::{Setting, record};
use recovered::check;

const STEPS: usize = 40;

/// Plays the history of a seed, with a mistake in everything or with none, and looks at what may be left of it.
fn explore_seed(seed: u64, images_max: usize, bug: Option<PlantedBug>) -> Explored {
    plant(bug);
    let history = record(&Setting::of(seed), STEPS);
    plant(None);
    let how = Exploration { seed, images_per_moment: 40, images_max, threads: 2 };
    explore(&history.recording, &how, &|image, marks| {
        plant(bug);
        check(&history, image, marks)
    })
}

/// A few histories in every run of the tests; `FUNCLET_CRASH_SEEDS=1000..2000` looks at others, and more of each.
#[test]
fn no_power_cut_loses_anything() {
    let (seeds, images_max) = match std::env::var("FUNCLET_CRASH_SEEDS") {
        Err(_) => (1..13, 1_500),
        Ok(range) => {
            let (first, end) = range.split_once("..").expect("a range like 1000..2000");
            (first.parse().unwrap()..end.parse().unwrap(), 20_000)
        }
    };
    let (begun, mut images, mut moments) = (Instant::now(), 0, 0);
    for seed in seeds.clone() {
        let explored = explore_seed(seed, images_max, None);
        if let Some(failure) = explored.failure {
            panic!("history of seed {seed}, {:?}: {failure}", Setting::of(seed));
        }
        (images, moments) = (images + explored.images, moments + explored.moments);
    }
    println!("{images} images at {moments} moments of the histories {seeds:?} in {:?}", begun.elapsed());
    assert!(images >= 100 * seeds.count(), "{images}");
}

/// The test above would notice each of these mistakes, and it is the mistake that it notices: the same history without it is
/// sound.
#[test]
fn every_planted_bug_is_caught() {
    let (begun, mut sound) = (Instant::now(), BTreeSet::new());
    for bug in PlantedBug::ALL {
        let (seed, failure) =
            (1..40).find_map(|seed| Some((seed, caught(seed, bug)?))).unwrap_or_else(|| {
                panic!("nobody notices {bug:?}");
            });
        println!("{bug:?} is noticed in the history of seed {seed}: {failure}");
        if sound.insert(seed) {
            explore_seed(seed, IMAGES_WITH_BUG, None).assert_sound();
        }
    }
    println!("{} planted bugs in {:?}", PlantedBug::ALL.len(), begun.elapsed());
}

const IMAGES_WITH_BUG: usize = 900;

/// What the check says of a history with a mistake in everything, if it notices.
fn caught(seed: u64, bug: PlantedBug) -> Option<String> {
    let explored = std::panic::catch_unwind(|| explore_seed(seed, IMAGES_WITH_BUG, Some(bug)));
    plant(None);
    match explored {
        Ok(explored) => explored.failure.map(|failure| failure.to_string()),
        Err(_) => Some("it does not even play".into()),
    }
}
