//! The operations of one account in one region.

use funclet_function_store::Reason;
use funclet_validation::{Caller, FunctionName};

use crate::engine::Funclet;
use crate::error::Error;
use crate::operations::Operation;
use crate::work::Work as _;

/// The operations of AWS Lambda in one account and region.
///
/// Each comes as a blocking method; [`Lambda::submit`] is the same without waiting.
#[derive(Debug, Clone)]
pub struct Lambda {
    funclet: Funclet,
    caller: Caller,
}

impl Lambda {
    pub(crate) fn new(funclet: Funclet, caller: Caller) -> Self {
        Self { funclet, caller }
    }

    /// Returns the account and region.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Carries out an operation and blocks until its outcome is durable.
    ///
    /// # Errors
    /// [`Error`].
    pub fn call<R: Operation>(&self, request: R) -> Result<R::Answer, Error> {
        let engine = &self.funclet.engine;
        engine.admit(&self.caller, R::NAME)?;
        request.prepare(engine, &self.caller)?.run(engine, &self.caller)
    }

    /// Carries out an operation without waiting for the disk; `done` learns its outcome when that is durable.
    ///
    /// `done` may run before this returns, or on the thread that writes the log: it must not block. If
    /// [`Operation::blocks`] is true, this call itself may block while code is fetched and stored.
    pub fn submit<R: Operation>(
        &self,
        request: R,
        done: impl FnOnce(Result<R::Answer, Error>) + Send + 'static,
    ) {
        let engine = &self.funclet.engine;
        let admitted = engine.admit(&self.caller, R::NAME);
        match admitted.and_then(|()| request.prepare(engine, &self.caller)) {
            Ok(work) => work.submit(engine, &self.caller, Box::new(done)),
            Err(error) => done(Err(error)),
        }
    }

    /// Completes everything that is pending of a function and its versions, or fails it with a reason; returns how much
    /// that was.
    ///
    /// For [`Transitions::Manual`](crate::Transitions::Manual): the emulator calls it when its runtime is ready.
    ///
    /// # Errors
    /// [`Error`] if there is no such function, or of the store.
    pub fn complete_transitions(
        &self,
        function_name: &FunctionName,
        failure: Option<Reason>,
    ) -> Result<usize, Error> {
        Ok(self.funclet.engine.store.complete_transitions(&self.caller, function_name, failure)?)
    }
}
