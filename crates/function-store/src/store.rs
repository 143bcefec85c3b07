//! Running decisions on a backend.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use funclet_storage::{
    Backend, CommitError, Entropy, InvalidScope, Position, ReadError, Scope, Tx, TxnId, View,
};
use funclet_validation::Caller;

use crate::agenda::Agenda;
use crate::attempt::Attempt;
use crate::clock::{Clock, EngineTime};
use crate::decide::{Command, Drawn, Query, Stop};
use crate::error::ServiceError;
use crate::keys;
use crate::lifecycle::Transitions;

/// What a store is made of.
pub struct StoreParts {
    /// Where everything is kept.
    pub backend: Arc<dyn Backend>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The source of revisions, transactions and incarnations.
    pub ids: Arc<dyn Entropy>,
    /// When creations and updates are finished.
    pub transitions: Transitions,
    /// The storage quota of an account in a region, in bytes.
    pub code_bytes_max: u64,
    /// How many executions at a time an account has in a region. Functions can reserve all but 100 of them.
    pub concurrent_executions_max: u32,
}

/// Functions of all accounts and regions on one backend. Cheap to clone.
#[derive(Clone)]
pub struct FunctionStore {
    shared: Arc<Shared>,
}

struct Shared {
    backend: Arc<dyn Backend>,
    time: EngineTime,
    ids: Arc<dyn Entropy>,
    transitions: Transitions,
    code_bytes_max: u64,
    concurrent_executions_max: u32,
    /// Shared with callbacks, so that none of them keeps the backend open.
    agenda: Arc<Agenda>,
}

/// Why an operation has no answer.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It is refused.
    #[error(transparent)]
    Refused(#[from] ServiceError),
    /// The store failed while it wrote; whether the operation happened is unknown until the store is opened again.
    #[error("the outcome of transaction {id} is unknown")]
    OutcomeUnknown {
        /// The transaction.
        id: TxnId,
        /// What failed.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The disk is full. Nothing was done.
    #[error("no space left for the store")]
    Full,
    /// The store failed. Nothing was done.
    #[error("the store failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Refused(error) => Self::Refused(error),
            other => Self::Failed(Box::new(other)),
        }
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        Self::Failed(Box::new(error))
    }
}

impl FunctionStore {
    /// Puts a store together.
    #[must_use]
    pub fn new(parts: StoreParts) -> Self {
        let time = EngineTime::new(parts.clock, parts.backend.time_ms_max());
        let shared = Shared {
            backend: parts.backend,
            time,
            ids: parts.ids,
            transitions: parts.transitions,
            code_bytes_max: parts.code_bytes_max,
            concurrent_executions_max: parts.concurrent_executions_max,
            agenda: Arc::default(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Returns the backend, for blobs and events.
    #[must_use]
    pub fn backend(&self) -> &Arc<dyn Backend> {
        &self.shared.backend
    }

    /// Returns engine time in milliseconds since 1970.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        self.shared.time.now_ms()
    }

    /// Tells whose scope of the backend it is; `None` if it is no account's.
    #[must_use]
    pub fn caller_of(scope: &Scope) -> Option<Caller> {
        keys::caller(scope)
    }

    pub(crate) fn agenda(&self) -> &Agenda {
        &self.shared.agenda
    }

    /// Runs a command and blocks until its outcome is durable.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn run<C: Command>(&self, caller: &Caller, command: C) -> Result<C::Answer, Failure> {
        let scope = scope(caller)?;
        let (drawn, id) = self.draw();
        let mut attempt = Attempt::new(command, caller, drawn);
        let result = self.shared.backend.transact(&scope, id, &mut |tx| attempt.run(tx));
        conclude(&mut attempt, result, self.agenda())
    }

    /// Runs a command; `done` learns its outcome when that is durable, possibly before this returns.
    pub fn submit<C: Command>(
        &self,
        caller: &Caller,
        command: C,
        done: impl FnOnce(Result<C::Answer, Failure>) + Send + 'static,
    ) {
        let scope = match scope(caller) {
            Ok(scope) => scope,
            Err(error) => return done(Err(error)),
        };
        let (drawn, id) = self.draw();
        let (of_body, of_done) = shared(Attempt::new(command, caller, drawn));
        let body = move |tx: &mut dyn Tx| lock(&of_body).run(tx);
        let agenda = Arc::clone(&self.shared.agenda);
        let conclude = move |result| {
            let outcome = conclude(&mut lock(&of_done), result, &agenda);
            done(outcome);
        };
        self.shared.backend.submit(&scope, id, Box::new(body), Box::new(conclude));
    }

    /// Runs a query and blocks until what it read is durable.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn look<Q: Query>(&self, caller: &Caller, query: Q) -> Result<Q::Answer, Failure> {
        let mut attempt = Attempt::new(query, caller, self.draw_for_reading());
        self.shared.backend.read(&scope(caller)?, &mut |view| attempt.look(view))?;
        attempt.told()
    }

    /// Runs a query; `done` learns the answer when what it rests on is durable, possibly before this returns.
    pub fn submit_query<Q: Query>(
        &self,
        caller: &Caller,
        query: Q,
        done: impl FnOnce(Result<Q::Answer, Failure>) + Send + 'static,
    ) {
        let scope = match scope(caller) {
            Ok(scope) => scope,
            Err(error) => return done(Err(error)),
        };
        let (of_body, of_done) = shared(Attempt::new(query, caller, self.draw_for_reading()));
        let body = move |view: &dyn View| lock(&of_body).look(view);
        let conclude = move |result: Result<(), ReadError>| {
            let told = lock(&of_done).told();
            done(result.map_err(Failure::from).and(told));
        };
        self.shared.backend.submit_read(&scope, Box::new(body), Box::new(conclude));
    }

    /// Draws what a decision may need, so that it comes to the same end however often it runs.
    fn draw(&self) -> (Drawn, TxnId) {
        let ids = &self.shared.ids;
        let now_ms = self.now_ms();
        let drawn = Drawn {
            now_ms,
            incarnation: ids.bytes(),
            revisions: std::array::from_fn(|_| version_4(ids.bytes())),
            transitions: self.shared.transitions,
            code_bytes_max: self.shared.code_bytes_max,
            concurrent_executions_max: self.shared.concurrent_executions_max,
        };
        (drawn, TxnId::new(now_ms, ids.bytes()))
    }

    /// Reading draws nothing but the time.
    fn draw_for_reading(&self) -> Drawn {
        Drawn {
            now_ms: self.now_ms(),
            incarnation: [0; 16],
            revisions: [[0; 16]; 4],
            transitions: self.shared.transitions,
            code_bytes_max: self.shared.code_bytes_max,
            concurrent_executions_max: self.shared.concurrent_executions_max,
        }
    }
}

/// Marks random bytes as a version 4 UUID.
fn version_4(mut bytes: [u8; 16]) -> [u8; 16] {
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    bytes
}

fn scope(caller: &Caller) -> Result<Scope, Failure> {
    keys::scope(caller).map_err(|error: InvalidScope| Failure::Failed(Box::new(error)))
}

/// Ends an attempt and takes note of what has to be done later, which is harmless if nothing has happened after all.
fn conclude<C, A>(
    attempt: &mut Attempt<C, A>,
    result: Result<Position, CommitError>,
    agenda: &Agenda,
) -> Result<A, Failure> {
    let answer = attempt.conclude(result);
    if let (Ok(_) | Err(Failure::OutcomeUnknown { .. }), Some(due)) = (&answer, attempt.take_due()) {
        agenda.note(&attempt.caller, due);
    }
    answer
}

/// An attempt for its body and for its callback, which never run at the same time.
fn shared<T>(attempt: T) -> (Arc<Mutex<T>>, Arc<Mutex<T>>) {
    let attempt = Arc::new(Mutex::new(attempt));
    (Arc::clone(&attempt), attempt)
}

/// A body that panicked has left no outcome, and that is what the callback then tells.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
