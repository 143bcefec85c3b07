//! The operations of one account in one region.

use funclet_function_store::Reason;
use funclet_package_inspection::Framing;
use funclet_validation::{Caller, FunctionName};

use crate::engine::Funclet;
use crate::error::Error;
use crate::inspection::Inspection;
use crate::operations::Operation;
use crate::work::Work as _;

/// The operations of AWS Lambda in one account and region.
///
/// Each comes as a blocking method; [`Lambda::submit`] is the same without waiting.
#[derive(Debug, Clone)]
pub struct Lambda {
    pub(crate) funclet: Funclet,
    caller: Caller,
    /// Drawn for each request, if the host has none.
    request_id: Option<String>,
    inspection: Inspection,
}

impl Lambda {
    pub(crate) fn new(funclet: Funclet, caller: Caller) -> Self {
        let inspection = funclet.engine.inspection;
        Self { funclet, caller, request_id: None, inspection }
    }

    /// Sets the id, a UUID, of the one request that is made with what this returns: an invocation shows it to the function.
    #[must_use]
    pub fn with_request_id(self, request_id: String) -> Self {
        Self { request_id: Some(request_id), ..self }
    }

    /// Sets how packages are inspected that come with requests that are made with what this returns.
    #[must_use]
    pub fn with_inspection(self, inspection: Inspection) -> Self {
        Self { inspection, ..self }
    }

    /// Returns how packages are inspected.
    #[must_use]
    pub fn inspection(&self) -> Inspection {
        self.inspection
    }

    /// Tells whether carrying out a request may block for long: as [`Operation::blocks`], and because strict framing reads all of a
    /// package, which may be far larger than it looks.
    #[must_use]
    pub fn blocks<R: Operation>(&self, request: &R) -> bool {
        request.blocks() || R::BRINGS_CODE && self.inspection.framing == Framing::Strict
    }

    fn prepare<R: Operation>(&self, request: R) -> Result<R::Work, Error> {
        let engine = &self.funclet.engine;
        engine.admit(&self.caller, R::NAME)?;
        let mut work = request.prepare(engine, &self.caller, self.inspection)?;
        if let Some(request_id) = &self.request_id {
            work.identify(request_id);
        }
        Ok(work)
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
        self.prepare(request)?.run(&self.funclet.engine, &self.caller)
    }

    /// Carries out an operation without waiting for the disk; `done` learns its outcome when that is durable.
    ///
    /// `done` may run before this returns, or on the thread that writes the log: it must not block. If
    /// [`Lambda::blocks`] is true, this call itself may block while code is fetched and stored, or run.
    pub fn submit<R: Operation>(
        &self,
        request: R,
        done: impl FnOnce(Result<R::Answer, Error>) + Send + 'static,
    ) {
        match self.prepare(request) {
            Ok(work) => work.submit(&self.funclet.engine, &self.caller, Box::new(done)),
            Err(error) => done(Err(error)),
        }
    }

    /// Completes everything that is pending of a function and its versions, or fails it with a reason; returns how much
    /// that was. What is bound to fail, because its code cannot be extracted, fails for that reason in any case.
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
