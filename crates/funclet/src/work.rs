//! An operation that is validated and has its code: what is left is to run it on the store.

use funclet_function_store::{Command, Query};
use funclet_validation::Caller;

use crate::engine::Engine;
use crate::error::Error;
use crate::package::Stay;

/// Takes the outcome of an operation.
pub(crate) type Done<T> = Box<dyn FnOnce(Result<T, Error>) + Send>;

/// What is left of an operation.
///
/// A thread that waits and one that does not take different ways on purpose: those who wait write the log for one another,
/// each until its own record is durable, while callbacks need somebody who goes on for as long as there are any.
#[allow(private_interfaces)]
pub trait Work: Send + 'static {
    /// What the operation answers.
    type Answer: Send + 'static;

    /// Takes the id of the request, where that is told anybody.
    fn identify(&mut self, _request_id: &str) {}

    /// Runs it and blocks until its outcome is durable.
    fn run(self, engine: &Engine, caller: &Caller) -> Result<Self::Answer, Error>;

    /// Runs it without waiting for the disk.
    fn submit(self, engine: &Engine, caller: &Caller, done: Done<Self::Answer>);
}

/// A query of the store.
pub struct Look<Q> {
    pub(crate) query: Q,
    /// Where it looks, if that is not where the call is made.
    pub(crate) elsewhere: Option<Caller>,
}

impl<Q: Query> From<Q> for Look<Q> {
    fn from(query: Q) -> Self {
        Self { query, elsewhere: None }
    }
}

#[allow(private_interfaces)]
impl<Q: Query> Work for Look<Q> {
    type Answer = Q::Answer;

    fn run(self, engine: &Engine, caller: &Caller) -> Result<Q::Answer, Error> {
        let caller = self.elsewhere.as_ref().unwrap_or(caller);
        Ok(engine.store.look(caller, self.query)?)
    }

    fn submit(self, engine: &Engine, caller: &Caller, done: Done<Q::Answer>) {
        let caller = self.elsewhere.as_ref().unwrap_or(caller);
        engine.store.submit_query(caller, self.query, move |outcome| done(outcome.map_err(Error::from)));
    }
}

/// A command of the store.
pub struct Change<C> {
    pub(crate) command: C,
    /// Keep the blobs of packages until the outcome is known: until then nobody else does.
    pub(crate) stays: Vec<Stay>,
}

impl<C: Command> From<C> for Change<C> {
    fn from(command: C) -> Self {
        Self { command, stays: Vec::new() }
    }
}

#[allow(private_interfaces)]
impl<C: Command> Work for Change<C> {
    type Answer = C::Answer;

    fn run(self, engine: &Engine, caller: &Caller) -> Result<C::Answer, Error> {
        let Self { command, stays } = self;
        let outcome = engine.store.run(caller, command);
        drop(stays);
        Ok(outcome?)
    }

    fn submit(self, engine: &Engine, caller: &Caller, done: Done<C::Answer>) {
        let Self { command, stays } = self;
        engine.store.submit(caller, command, move |outcome| {
            drop(stays);
            done(outcome.map_err(Error::from));
        });
    }
}
