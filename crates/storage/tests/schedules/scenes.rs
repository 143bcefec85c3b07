//! The scenes, and how many schedules of each are drawn.

use std::sync::Arc;

use funclet_testkit::Operation;
use shuttle::rand::{Rng as _, thread_rng};
use shuttle::scheduler::{PctScheduler, RandomScheduler, ReplayScheduler};
use shuttle::{Config, FailurePersistence, MaxSteps, Runner};

use crate::disk::SYNCS_ARE_LATE;
use crate::sync::WAKES_ONLY_ONE;
use crate::world::{LARGE_BYTES, Leads, World};

/// How many schedules of a scene are drawn, by each scheduler.
const SCHEDULES: usize = 500;
/// How many preemptions the second scheduler places. Most bugs need no more.
const PREEMPTIONS: usize = 3;
/// Far more than any scene takes: whoever needs them goes round in circles.
const STEPS_MAX: usize = 20_000;

fn config() -> Config {
    let mut config = Config::new();
    config.stack_size = 256 << 10;
    config.max_steps = MaxSteps::FailAfter(STEPS_MAX);
    // It says of each run that it takes all atomics for sequentially consistent: weaker ones are not tested here.
    config.silence_warnings = true;
    config
}

/// Draws schedules, of a long scene only every `one_in`th, or repeats the one that `FUNCLET_SCHEDULE` names.
fn draw(one_in: usize, scene: fn()) {
    if let Ok(schedule) = std::env::var("FUNCLET_SCHEDULE") {
        Runner::new(ReplayScheduler::new_from_encoded(&schedule), config()).run(scene);
        return;
    }
    let schedules = std::env::var("FUNCLET_SCHEDULES").map_or(SCHEDULES, |number| number.parse().unwrap());
    let schedules = schedules.div_ceil(one_in);
    Runner::new(RandomScheduler::new(schedules), config()).run(scene);
    Runner::new(PctScheduler::new(PREEMPTIONS, schedules), config()).run(scene);
}

/// Drawn like the schedule, and repeated with it.
fn coin() -> bool {
    thread_rng().r#gen()
}

fn new_world() -> Arc<World> {
    World::new(if coin() { Leads::Callers } else { Leads::Thread })
}

/// Runs a scene of these threads, with a close that comes while they are at work or afterwards.
fn play(world: &Arc<World>, bodies: &[fn(&Arc<World>)]) {
    world.run(bodies, coin());
}

/// Commits twice and waits each time. Whoever leads writes one batch, its own, and is let go.
fn waits(world: &Arc<World>) {
    for _ in 0..2 {
        let Some(lsn) = world.commit(16) else { return };
        let batches_max = if world.leads == Leads::Callers { 1 } else { 0 };
        let batches = world.wait(lsn);
        assert!(batches <= batches_max, "a thread that waits for one record wrote {batches} batches");
    }
}

/// Waits while there are callbacks, for whose sake a leader goes on. It is let go when nothing is queued.
fn waits_among_callbacks(world: &Arc<World>) {
    let Some(lsn) = world.commit(16) else { return };
    let batches = world.wait(lsn);
    assert!(batches <= world.last_lsn(), "{batches} batches for fewer records");
    assert_eq!(world.wait(lsn), 0, "the answer is there at once");
}

/// Commits twice without waiting. The second time the callback commits once more.
fn submits(world: &Arc<World>) {
    if let Some(lsn) = world.commit(16) {
        world.notify(lsn, |_| ());
    }
    if let Some(lsn) = world.commit(16) {
        world.notify(lsn, |world| {
            if let Some(lsn) = world.commit(16) {
                world.notify(lsn, |_| ());
            }
        });
    }
}

/// Commits without waiting, and does nothing else until it has its answer.
fn rests(world: &Arc<World>) {
    for _ in 0..2 {
        let Some(lsn) = world.commit(16) else { return };
        world.rest(lsn);
    }
}

/// Commits from callback to callback, until a thread that waits was let go.
fn goes_on(world: &Arc<World>) {
    if !world.has_let_go()
        && let Some(lsn) = world.commit(16)
    {
        world.notify(lsn, goes_on);
    }
}

/// Reads what is perhaps not durable yet, and is answered by callback.
fn reads(world: &Arc<World>) {
    for _ in 0..2 {
        world.notify(world.last_lsn(), |_| ());
    }
}

/// Has a callback that waits for the log, as it should not do.
fn waits_in_a_callback(world: &Arc<World>) {
    if let Some(lsn) = world.commit(16) {
        world.notify(lsn, |world| {
            if let Some(lsn) = world.commit(16) {
                world.wait(lsn);
            }
        });
    }
}

/// Fills a segment and a half, and prepares the next one ahead of its use, as a store does after a commit.
fn writes_much(world: &Arc<World>) {
    for _ in 0..2 {
        let Some(lsn) = world.commit(LARGE_BYTES) else { return };
        world.wait(lsn);
        world.log.make_spare_if_due().unwrap();
    }
}

fn some_wait() {
    play(&new_world(), &[waits, waits, waits]);
}

fn some_have_callbacks() {
    play(&new_world(), &[submits, waits_among_callbacks, reads, submits]);
}

fn some_rest() {
    play(&new_world(), &[rests, reads, rests]);
}

/// The thread of the log leads. A caller that leads is kept as long as its own callbacks queue more, having nobody to
/// hand over to.
fn the_leader_goes_on() {
    let world = World::new(Leads::Thread);
    play(&world, &[goes_on, waits]);
}

fn a_callback_waits() {
    play(&new_world(), &[waits_in_a_callback, waits_in_a_callback, waits_among_callbacks]);
}

fn a_segment_is_full() {
    play(&new_world(), &[writes_much, submits, writes_much]);
}

fn the_disk_fails() {
    let world = new_world();
    let operation = if coin() { Operation::SyncData } else { Operation::Write };
    world.disk.sim.fail(operation, thread_rng().gen_range(1..4));
    play(&world, &[submits, waits_among_callbacks, reads, waits_in_a_callback]);
}

#[test]
fn threads_that_wait_share_batches_and_are_let_go() {
    draw(1, some_wait);
}

#[test]
fn callbacks_are_called_once_and_never_early() {
    draw(1, some_have_callbacks);
}

#[test]
fn callbacks_need_nobody_who_waits() {
    draw(1, some_rest);
}

/// Drawn only by a scheduler that is fair: another may never let the waiting thread have its turn.
#[test]
fn a_leader_that_goes_on_lets_the_others_go() {
    Runner::new(RandomScheduler::new(SCHEDULES), config()).run(the_leader_goes_on);
}

#[test]
fn a_callback_that_waits_leads_on() {
    draw(1, a_callback_waits);
}

#[test]
fn the_log_goes_on_in_the_next_segment() {
    draw(10, a_segment_is_full);
}

#[test]
fn a_failure_is_told_to_all_and_nothing_is_written_after_it() {
    draw(1, the_disk_fails);
}

/// The test itself is tested: it has to notice who waits for ever ...
#[test]
#[should_panic(expected = "deadlock")]
fn a_lost_wakeup_is_noticed() {
    WAKES_ONLY_ONE.set(true);
    plant(some_wait);
}

/// ... and who is told too early.
#[test]
#[should_panic(expected = "when there is")]
fn an_early_answer_is_noticed() {
    SYNCS_ARE_LATE.set(true);
    plant(some_wait);
}

/// Draws as many schedules as usual, and does not print the one that fails as expected.
fn plant(scene: fn()) {
    let mut config = config();
    config.failure_persistence = FailurePersistence::None;
    Runner::new(PctScheduler::new(PREEMPTIONS, SCHEDULES), config).run(scene);
}
