//! A random history on a recording disk, and what the store should hold after each transaction of it.

use std::sync::{Arc, Mutex};

use funclet_storage::{
    Abort, Backend, CommitError, LocalBackend, LocalOptions, Outcome, Position, ReadError, Tx, TxnId, View,
};
use funclet_testkit::{Operation, Recording, SeededEntropy, SimVfs};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::model::maps::{End, Model};
use crate::model::{Action, INLINE_BYTES_MAX, act, action, blob_content, scope};
use crate::script::{ROOT, id, upload};

/// How the store of a history is set up. Everything is small, so that everything happens often.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    pub(crate) seed: u64,
    checkpoint_bytes_min: u64,
    overlay_bytes_max: usize,
    segment_bytes: u64,
}

impl Setting {
    pub(crate) fn of(seed: u64) -> Self {
        let pick = |choices: &[u64], by: u64| choices[(seed / by) as usize % choices.len()];
        Self {
            seed,
            checkpoint_bytes_min: pick(&[1_500, 6_000, 0, u64::MAX], 1),
            overlay_bytes_max: pick(&[300, 1 << 20, 0], 4) as usize,
            segment_bytes: pick(&[4 << 10, 16 << 10], 2),
        }
    }

    /// `opening` numbers the openings of a disk, so that no two have the same random numbers.
    pub(crate) fn options(&self, vfs: &SimVfs, opening: u64) -> LocalOptions {
        let entropy = Arc::new(SeededEntropy::new(self.seed << 32 | opening << 16));
        LocalOptions::new(ROOT, entropy)
            .vfs(Arc::new(vfs.clone()))
            .inline_bytes_max(INLINE_BYTES_MAX)
            .overlay_bytes_max(self.overlay_bytes_max)
            .checkpoint_bytes_min(self.checkpoint_bytes_min)
            .segment_bytes(self.segment_bytes, 4 * self.segment_bytes)
    }
}

#[derive(Debug, Clone)]
struct Transaction {
    scope: usize,
    actions: Vec<Action>,
    refuse: bool,
}

#[derive(Debug, Clone)]
enum Step {
    Commit(Transaction),
    /// Transactions of several callers that share a sync.
    Batch(Vec<Transaction>),
    /// An upload that nobody comes to hold.
    Upload(u8),
    Checkpoint,
    Reopen,
    /// The next sync but so many fails.
    FailingSync(u64),
}

fn transaction() -> impl Strategy<Value = Transaction> {
    let actions = prop::collection::vec(action(), 1..5);
    (0..2_usize, actions, prop::bool::weighted(0.05)).prop_map(|(scope, actions, refuse)| Transaction {
        scope,
        actions,
        refuse,
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        10 => transaction().prop_map(Step::Commit),
        3 => prop::collection::vec(transaction(), 2..5).prop_map(Step::Batch),
        1 => (0..3_u8).prop_map(Step::Upload),
        2 => Just(Step::Checkpoint),
        2 => Just(Step::Reopen),
        1 => (1..6_u64).prop_map(Step::FailingSync),
    ]
}

fn steps(seed: u64, count: usize) -> Vec<Step> {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed.to_le_bytes(); 4].concat());
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    prop::collection::vec(step(), count).new_tree(&mut runner).unwrap().current()
}

/// What was asked for since the store was last known for sure.
#[derive(Clone, Default)]
pub(crate) struct Epoch {
    /// The transactions that were to be written, in the order of the log.
    pub(crate) written: Vec<(usize, TxnId)>,
    /// What the store holds after as many of them.
    pub(crate) states: Vec<Model>,
}

/// A history that was played.
pub(crate) struct History {
    pub(crate) setting: Setting,
    pub(crate) recording: Recording,
    pub(crate) epochs: Vec<Epoch>,
}

/// A mark of the recording: in the epoch, so many transactions are acknowledged.
pub(crate) fn mark(epoch: usize, acknowledged: usize) -> u64 {
    (epoch as u64) << 32 | acknowledged as u64
}

pub(crate) fn unmark(mark: u64) -> (usize, usize) {
    ((mark >> 32) as usize, (mark & 0xffff_ffff) as usize)
}

/// What the callbacks of a batch share with the history.
struct Shared {
    vfs: SimVfs,
    epochs: Vec<Epoch>,
    next: u64,
    /// Whether something failed, so that only an opening can tell what is there.
    in_doubt: bool,
}

type Store = Arc<LocalBackend>;

pub(crate) fn record(setting: &Setting, count: usize) -> History {
    let vfs = SimVfs::new();
    vfs.record();
    let first = Epoch { states: vec![Model::default()], ..Epoch::default() };
    let shared =
        Arc::new(Mutex::new(Shared { vfs: vfs.clone(), epochs: vec![first], next: 0, in_doubt: false }));
    let mut openings = 0;
    let mut open = || {
        // Failures that are planned may meet one opening after another.
        let tries = (0..count).find_map(|_| {
            openings += 1;
            LocalBackend::open(&setting.options(&vfs, openings)).ok()
        });
        Arc::new(tries.expect("the store opens when no failure is left"))
    };
    let mut store: Store = open();
    for step in steps(setting.seed, count) {
        match step {
            Step::Commit(transaction) => submit(&store, &shared, &[transaction], &[]),
            Step::Batch(transactions) => {
                let (first, rest) = transactions.split_at(1);
                submit(&store, &shared, first, rest);
            }
            Step::Upload(number) => drop(upload(&*store, &blob_content(number, true))),
            Step::Checkpoint => drop(store.checkpoint()),
            Step::Reopen => shared.lock().unwrap().in_doubt = true,
            Step::FailingSync(nth) => vfs.fail(Operation::SyncData, nth),
        }
        if shared.lock().unwrap().in_doubt {
            drop(store.close());
            store = open();
            begin_epoch(&store, &shared);
        }
    }
    drop(store);
    let recording = vfs.take_recording();
    let epochs = std::mem::take(&mut shared.lock().unwrap().epochs);
    History { setting: setting.clone(), recording, epochs }
}

/// Submits transactions one after another, and the others when the first is through: all of those share the next sync.
fn submit(store: &Store, shared: &Arc<Mutex<Shared>>, now: &[Transaction], then: &[Transaction]) {
    for (nth, transaction) in now.iter().enumerate() {
        let Transaction { scope: number, actions, refuse } = transaction.clone();
        let uploads = actions.iter().filter_map(|action| match action {
            Action::Upload { blob } => Some(upload(&**store, &blob_content(*blob, true))),
            _ => None,
        });
        let Ok(pins) = uploads.collect::<Result<Vec<_>, _>>() else { continue };
        let txn = {
            let mut shared = shared.lock().unwrap();
            shared.next += 1;
            id(shared.next)
        };
        let body = {
            let actions = actions.clone();
            move |tx: &mut dyn Tx| {
                // The pins live as long as the body.
                let _ = &pins;
                actions.iter().try_for_each(|action| act(tx, action))?;
                if refuse { Err(Abort::Refused) } else { Ok(()) }
            }
        };
        let then = if nth == 0 { then.to_vec() } else { Vec::new() };
        let (epoch, count) = expect(shared, number, txn, &actions, refuse);
        let done = {
            let (store, shared) = (Arc::clone(store), Arc::clone(shared));
            move |end: Result<Position, CommitError>| {
                answered(&shared, epoch, count, &end);
                submit(&store, &shared, &then, &[]);
            }
        };
        store.submit(&scope(number), txn, Box::new(body), Box::new(done));
        read(store, shared, number);
    }
}

/// Reads a scope. What is answered must be there for good from then on.
fn read(store: &Store, shared: &Arc<Mutex<Shared>>, number: usize) {
    let (epoch, reached) = {
        let shared = shared.lock().unwrap();
        if shared.in_doubt {
            // What was asked for last may never have happened.
            return;
        }
        let states = &shared.epochs.last().unwrap().states;
        let now = &states.last().unwrap().scopes[number];
        // As few transactions as make the scope what it is now.
        let other = states.iter().rposition(|state| state.scopes[number] != *now);
        (shared.epochs.len() - 1, other.map_or(0, |other| other + 1))
    };
    let shared = Arc::clone(shared);
    let answered = move |end: Result<(), ReadError>| {
        if end.is_ok() {
            shared.lock().unwrap().vfs.mark(mark(epoch, reached));
        }
    };
    let body = |view: &dyn View| view.scan(b"", None, 100).map(drop);
    store.submit_read(&scope(number), Box::new(body), Box::new(answered));
}

/// Takes note of what a transaction should do. Returns its epoch and, if it writes anything, which one of it it is.
fn expect(
    shared: &Mutex<Shared>,
    number: usize,
    txn: TxnId,
    actions: &[Action],
    refuse: bool,
) -> (usize, Option<usize>) {
    let mut shared = shared.lock().unwrap();
    let at = shared.epochs.len() - 1;
    let epoch = &mut shared.epochs[at];
    let mut state = epoch.states.last().unwrap().clone();
    if state.transact(number, txn, actions, refuse) != End::Committed {
        return (at, None);
    }
    epoch.written.push((number, txn));
    epoch.states.push(state);
    (at, Some(epoch.written.len()))
}

fn answered(shared: &Mutex<Shared>, epoch: usize, count: Option<usize>, end: &Result<Position, CommitError>) {
    let mut shared = shared.lock().unwrap();
    match (end, count) {
        (Ok(_), Some(count)) => shared.vfs.mark(mark(epoch, count)),
        (Ok(_), None) => panic!("a transaction committed that should not"),
        (Err(CommitError::OutcomeUnknown { .. } | CommitError::Failed(_)), _) => shared.in_doubt = true,
        (Err(other), Some(_)) => panic!("{other:?}"),
        (Err(_), None) => {}
    }
}

/// Asks the store what is there, and goes on from that.
fn begin_epoch(store: &Store, shared: &Mutex<Shared>) {
    let mut shared = shared.lock().unwrap();
    let mut epoch = shared.epochs.last().unwrap().clone();
    let there = landed(&**store, &epoch.written).expect("a prefix of what was asked for");
    epoch.written.truncate(there);
    epoch.states.truncate(there + 1);
    shared.epochs.push(epoch);
    let mark = mark(shared.epochs.len() - 1, there);
    shared.vfs.mark(mark);
    shared.in_doubt = false;
}

/// How many of the transactions are there: they have to be the first ones.
pub(crate) fn landed(store: &dyn Backend, written: &[(usize, TxnId)]) -> Result<usize, String> {
    let mut there = Vec::new();
    for (number, txn) in written {
        let outcome = store.resolve(&scope(*number), *txn).map_err(|error| error.to_string())?;
        there.push(matches!(outcome, Outcome::Committed(_)));
    }
    let count = there.iter().take_while(|there| **there).count();
    if there[count..].contains(&true) {
        Err(format!("not a prefix of the history: {there:?}"))
    } else {
        Ok(count)
    }
}
