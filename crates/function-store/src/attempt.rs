//! One operation on a backend: its body, which may run several times, and what it comes to.

use funclet_storage::{Abort, CommitError, ReadError, RuleBroken, Tx, View};
use funclet_validation::Caller;

use crate::decide::{Context, Decision, Drawn, Due, Stop, sealed};
use crate::error::ServiceError;
use crate::keys;
use crate::store::Failure;

/// A command or query with everything that was drawn for it, and the outcome of its last run.
pub(crate) struct Attempt<O, A> {
    pub(crate) operation: O,
    pub(crate) caller: Caller,
    pub(crate) drawn: Drawn,
    outcome: Option<Result<A, Stop>>,
    due: Option<Due>,
    /// What is said if the account has too few executions.
    without_concurrency: Option<ServiceError>,
}

impl<O, A> Attempt<O, A> {
    pub(crate) fn new(operation: O, caller: &Caller, drawn: Drawn) -> Self {
        Self { operation, caller: caller.clone(), drawn, outcome: None, due: None, without_concurrency: None }
    }

    /// Takes what is to be done later because of the operation.
    pub(crate) fn take_due(&mut self) -> Option<Due> {
        self.due.take()
    }

    /// Takes the outcome of the last run.
    pub(crate) fn told(&mut self) -> Result<A, Failure> {
        let nothing = || Failure::Failed("the operation ended without an answer".into());
        self.outcome.take().ok_or_else(nothing)?.map_err(Failure::from)
    }

    /// Puts what the backend says and what the body left together.
    pub(crate) fn conclude<P>(&mut self, result: Result<P, CommitError>) -> Result<A, Failure> {
        match result {
            Ok(_) | Err(CommitError::Refused) => self.told(),
            Err(CommitError::Limit(counter)) => Err(Failure::Refused(match &counter[..] {
                keys::RESERVED_CONCURRENCY => {
                    self.without_concurrency.take().unwrap_or(ServiceError::TooFewUnreserved)
                }
                _ => ServiceError::CodeStorageExceeded,
            })),
            // Texts that no rule of the service bounds can add up to more than is stored in one place.
            Err(CommitError::Rule(RuleBroken::ValueLength { max, .. })) => {
                let text = format!("The configuration of the function takes more than {max} bytes.");
                Err(Failure::Refused(ServiceError::InvalidParameterValue(text)))
            }
            Err(CommitError::Full) => Err(Failure::Full),
            Err(CommitError::OutcomeUnknown { id, source }) => {
                Err(Failure::OutcomeUnknown { id, source: Box::new(source) })
            }
            Err(other) => Err(Failure::Failed(Box::new(other))),
        }
    }
}

impl<C: sealed::Command> Attempt<C, C::Answer> {
    /// Decides, and plays the decision into the transaction.
    pub(crate) fn run(&mut self, tx: &mut dyn Tx) -> Result<(), Abort> {
        let Self { operation, caller, drawn, .. } = self;
        match operation.decide(&Context { view: tx, caller, drawn }) {
            Ok(Decision { changes, answer }) => {
                changes.play(tx, drawn)?;
                self.due = changes.due;
                self.without_concurrency = changes.without_concurrency;
                self.outcome = Some(Ok(answer));
                Ok(())
            }
            // The backend knows what to do about a read that failed: run again, or fail the transaction.
            Err(Stop::Read(error)) => Err(Abort::Read(error)),
            Err(stop) => {
                self.outcome = Some(Err(stop));
                Err(Abort::Refused)
            }
        }
    }
}

impl<Q: sealed::Query> Attempt<Q, Q::Answer> {
    /// Looks at a snapshot.
    pub(crate) fn look(&mut self, view: &dyn View) -> Result<(), ReadError> {
        match self.operation.look(&Context { view, caller: &self.caller, drawn: &self.drawn }) {
            Err(Stop::Read(error)) => return Err(error),
            other => self.outcome = Some(other),
        }
        Ok(())
    }
}
