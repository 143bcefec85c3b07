//! What the operations do, one after the other, in a form that is small enough to be believed.
//!
//! A [`Model`] is a few maps. It is told each [`Operation`] with the [`Answer`] that an engine gave, and complains when
//! the answer is not the right one. It knows everything beforehand but RevisionIds, which are random: it demands that a
//! new one was never seen before, remembers it, and demands the same one until the next change.
//!
//! ```
//! use funclet::{Funclet, Version};
//! use funclet_testkit::model::{Model, Operation};
//! use funclet_testkit::zip_with_content;
//!
//! let lambda = Funclet::in_memory().lambda();
//! let mut model = Model::default();
//! for operation in [
//!     Operation::CreateFunction {
//!         function: "hello".into(),
//!         package: zip_with_content("x = 1").into(),
//!         publish: true,
//!     },
//!     Operation::GetFunction { function: "hello".into(), version: Version::Number(1) },
//!     Operation::DeleteFunction { function: "nobody".into(), version: None },
//! ] {
//!     let answer = operation.run(&lambda).unwrap();
//!     model.step(&operation, &answer).unwrap();
//! }
//! // Whatever can be read is as it should be, too.
//! model.compare(&lambda).unwrap();
//! ```
//!
//! It is also the [`Specification`] that histories of concurrent calls are checked against.
//!
//! # Limits
//!
//! The engine has [`Transitions::Immediate`](funclet::Transitions::Immediate); packages are valid archives and fit into
//! the quota; functions are zip functions of whose settings only the description is of interest. Of a list it knows the
//! first page. All answers that changed or showed something have to be told: a RevisionId that was learned behind the
//! model's back is a wrong one to it.

mod answer;
mod compare;
mod expectation;
mod function;
mod operation;
mod run;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use funclet::RevisionId;

pub use answer::{Answer, Observation, Refusal};
pub use expectation::{Expectation, Expected, ExpectedRevision, Mismatch};
pub use operation::Operation;

use crate::linearizability::Specification;
use function::Function;

/// All functions of one account in one region, as they should be.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Model {
    functions: BTreeMap<String, Function>,
    /// Every RevisionId that was ever shown: none of them may come as a new one.
    seen: BTreeSet<RevisionId>,
}

impl Model {
    /// Carries out an operation, and then compares what it should have answered with what it did.
    ///
    /// # Errors
    /// [`Mismatch`] if the answer is wrong; the model is of no use afterwards.
    pub fn step(&mut self, operation: &Operation, answer: &Answer) -> Result<(), Mismatch> {
        let expectation = self.apply(operation);
        self.meet(operation.function(), &expectation, answer)
            .map_err(|complaint| Mismatch::new(complaint, operation, expectation, answer))
    }

    /// Carries out an operation and returns what it should answer.
    ///
    /// Alone, without [`Model::step`], it is for operations whose answer nobody has seen.
    pub fn apply(&mut self, operation: &Operation) -> Expectation {
        self.decide(operation).unwrap_or_else(Expectation::Refused)
    }

    fn decide(&mut self, operation: &Operation) -> Result<Expectation, Refusal> {
        let found = self.functions.get_mut(operation.function());
        match (operation, found) {
            (Operation::CreateFunction { .. }, Some(_)) => Err(Refusal::FunctionExists),
            (Operation::CreateFunction { function, package, publish }, None) => {
                let (created, expected) = Function::create(package, *publish);
                self.functions.insert(function.clone(), created);
                Ok(Expectation::Configuration(expected))
            }
            (_, None) => Err(Refusal::FunctionNotFound),
            (Operation::UpdateFunctionCode { package, publish, dry_run, revision_id, .. }, Some(found)) => {
                found.check_revision(revision_id.as_deref())?;
                let expected =
                    if *dry_run { found.dry_run(package) } else { found.update(package, *publish) };
                Ok(Expectation::Configuration(expected))
            }
            (Operation::UpdateFunctionConfiguration { description, revision_id, .. }, Some(found)) => {
                found.check_revision(revision_id.as_deref())?;
                Ok(Expectation::Configuration(found.configure(description.as_deref())))
            }
            (Operation::PublishVersion { description, code_sha256, revision_id, .. }, Some(found)) => {
                found.check_revision(revision_id.as_deref())?;
                found.check_code(code_sha256.as_deref())?;
                Ok(Expectation::Configuration(found.publish(description.as_deref())))
            }
            (
                Operation::GetFunction { version, .. } | Operation::GetFunctionConfiguration { version, .. },
                Some(found),
            ) => found.get(*version).map(Expectation::Configuration),
            (Operation::ListVersionsByFunction { max_items, .. }, Some(found)) => Ok(found.page(*max_items)),
            (Operation::DeleteFunction { version: Some(number), .. }, Some(found)) => {
                found.delete_version(*number);
                Ok(Expectation::Deleted)
            }
            (Operation::DeleteFunction { function, version: None }, Some(_)) => {
                self.functions.remove(function);
                Ok(Expectation::Deleted)
            }
        }
    }

    /// Compares an answer with what it should be, and takes in the RevisionIds that are new.
    fn meet(
        &mut self,
        function: &str,
        expectation: &Expectation,
        answer: &Answer,
    ) -> Result<(), &'static str> {
        match (expectation, answer) {
            (Expectation::Configuration(expected), Answer::Configuration(told)) => {
                self.observe(function, expected, told)
            }
            (
                Expectation::Versions { versions, more },
                Answer::Versions { versions: told, more: told_more },
            ) => {
                if (versions.len(), more) != (told.len(), told_more) {
                    return Err("another number of versions");
                }
                versions
                    .iter()
                    .zip(told)
                    .try_for_each(|(expected, told)| self.observe(function, expected, told))
            }
            (Expectation::Deleted, Answer::Deleted) => Ok(()),
            (Expectation::Refused(expected), Answer::Refused(told)) if expected == told => Ok(()),
            (Expectation::Refused(_), Answer::Refused(_)) => Err("another refusal"),
            _ => Err("another kind of answer"),
        }
    }

    fn observe(
        &mut self,
        function: &str,
        expected: &Expected,
        told: &Observation,
    ) -> Result<(), &'static str> {
        expected.admit(told)?;
        match expected.revision {
            ExpectedRevision::Known(known) if known != told.revision_id => return Err("another RevisionId"),
            ExpectedRevision::Known(_) => return Ok(()),
            ExpectedRevision::New | ExpectedRevision::Passing => {}
        }
        if !self.seen.insert(told.revision_id) {
            return Err("a RevisionId that is not new");
        }
        if expected.revision == ExpectedRevision::New
            && let Some(found) = self.functions.get_mut(function)
        {
            found.bind(expected.version, told.revision_id);
        }
        Ok(())
    }
}

impl Specification for Model {
    type Operation = Operation;
    type Answer = Answer;

    fn after(&self, operation: &Operation, answer: Option<&Answer>) -> Option<Self> {
        let mut next = self.clone();
        let expectation = next.apply(operation);
        match answer {
            Some(answer) => next.meet(operation.function(), &expectation, answer).ok().map(|()| next),
            None => Some(next),
        }
    }
}
