//! `/_funclet/faults`: what goes wrong on request, so that clients can be tested.
//!
//! A fault is asked for an operation, or for all, and happens to the next requests for it, so many times. The first that was
//! asked for happens first.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use funclet_rest_json::{WireError, is_operation};
use hyper::body::Incoming;
use serde::{Deserialize, Serialize};

use crate::control::answer::{self, Answer};
use crate::control::request::{self, Request};
use crate::server::Shared;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Fault {
    /// The request is refused as by a service that failed, and not carried out.
    ServiceException,
    /// The request is refused as by a service that is asked too often, and not carried out.
    TooManyRequestsException,
    /// The request waits before it is carried out.
    Latency,
    /// The connection ends before the request is carried out.
    DroppedConnection,
    /// The request is carried out, and the connection ends instead of an answer.
    DroppedAnswer,
}

/// A fault that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Rule {
    /// The operation, as AWS spells it. Default: any.
    operation: Option<String>,
    fault: Fault,
    /// To how many requests it happens. Default: one.
    #[serde(default = "once")]
    times: u32,
    /// How long a request waits, in milliseconds. Only for [`Fault::Latency`].
    #[serde(default)]
    latency_ms: u64,
}

fn once() -> u32 {
    1
}

/// Longer than any client waits.
const LATENCY_MS_MAX: u64 = 600_000;
/// How many faults may be waiting to happen.
const RULES_MAX: usize = 1_000;

impl Request for Rule {
    const FOR: &'static str = "faults";

    fn check(&self) -> Result<(), &'static str> {
        if self.operation.as_deref().is_some_and(|operation| !is_operation(operation)) {
            return Err("Operation is none that this server offers");
        }
        if self.times == 0 {
            return Err("Times is zero");
        }
        match (self.fault, self.latency_ms) {
            (Fault::Latency, 0) => Err("LatencyMs is missing"),
            (Fault::Latency, ms) if ms > LATENCY_MS_MAX => Err("LatencyMs is more than ten minutes"),
            (Fault::Latency, _) | (_, 0) => Ok(()),
            _ => Err("LatencyMs does not go with this fault"),
        }
    }
}

/// The faults that are yet to happen.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    rules: Mutex<Vec<Rule>>,
}

impl Faults {
    /// Takes the fault that happens to a request now, and how long it waits.
    pub(crate) fn take(&self, operation: Option<&str>) -> Option<(Fault, Duration)> {
        let operation = operation?;
        let mut rules = self.rules();
        let at = rules
            .iter()
            .position(|rule| rule.operation.as_deref().is_none_or(|expected| expected == operation))?;
        let rule = rules.get_mut(at)?;
        let taken = (rule.fault, Duration::from_millis(rule.latency_ms));
        rule.times -= 1;
        if rule.times == 0 {
            rules.remove(at);
        }
        Some(taken)
    }

    fn add(&self, rule: Rule) -> Result<(), WireError> {
        let mut rules = self.rules();
        if rules.len() >= RULES_MAX {
            let text = format!("There are {RULES_MAX} faults already that have not happened.");
            return Err(WireError::invalid_parameter_value(text));
        }
        rules.push(rule);
        Ok(())
    }

    fn rules(&self) -> MutexGuard<'_, Vec<Rule>> {
        // Nothing panics while it is held.
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Waiting {
    faults: Vec<Rule>,
}

/// Adds a fault.
pub(super) async fn add(shared: &Shared, body: Incoming) -> Result<Answer, WireError> {
    shared.faults.add(request::read(shared, body).await?)?;
    list(shared)
}

/// Tells which are yet to happen.
pub(super) fn list(shared: &Shared) -> Result<Answer, WireError> {
    let faults = shared.faults.rules().clone();
    answer::json(&Waiting { faults })
}

/// Forgets them all.
pub(super) fn clear(shared: &Shared) -> Result<Answer, WireError> {
    shared.faults.rules().clear();
    list(shared)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::request::parse;

    fn rule(text: &'static str) -> Option<Rule> {
        parse(&text.into()).ok()
    }

    #[test]
    fn requests() {
        let expected =
            Rule { operation: Some("GetFunction".into()), fault: Fault::Latency, times: 3, latency_ms: 5 };
        let text = r#"{"Operation":"GetFunction","Fault":"Latency","Times":3,"LatencyMs":5}"#;
        assert_eq!(rule(text), Some(expected));
        assert_eq!(
            rule(r#"{"Fault":"DroppedAnswer"}"#).map(|rule| (rule.operation, rule.times)),
            Some((None, 1))
        );
        for text in [
            "{}",
            r#"{"Fault":"Fire"}"#,
            r#"{"Fault":"ServiceException","Times":0}"#,
            r#"{"Fault":"ServiceException","LatencyMs":1}"#,
            r#"{"Fault":"Latency"}"#,
            r#"{"Fault":"Latency","LatencyMs":600001}"#,
            r#"{"Fault":"ServiceException","Operation":"GetFunktion"}"#,
        ] {
            assert_eq!(rule(text), None, "{text}");
        }
    }

    #[test]
    fn the_first_that_fits_happens_so_many_times() {
        let faults = Faults::default();
        faults
            .add(rule(r#"{"Operation":"GetFunction","Fault":"ServiceException","Times":2}"#).unwrap())
            .unwrap();
        faults.add(rule(r#"{"Fault":"DroppedConnection"}"#).unwrap()).unwrap();
        let take = |operation| faults.take(operation).map(|(fault, _)| fault);
        assert_eq!(take(None), None, "what is no operation is left alone");
        assert_eq!(take(Some("GetFunction")), Some(Fault::ServiceException));
        assert_eq!(take(Some("ListFunctions")), Some(Fault::DroppedConnection));
        assert_eq!(take(Some("ListFunctions")), None);
        assert_eq!(take(Some("GetFunction")), Some(Fault::ServiceException));
        assert_eq!(take(Some("GetFunction")), None);
    }

    #[test]
    fn there_is_an_end_to_what_is_remembered() {
        let faults = Faults::default();
        let add = || faults.add(rule(r#"{"Fault":"ServiceException"}"#).unwrap());
        (0..RULES_MAX).for_each(|_| add().unwrap());
        assert!(add().is_err());
    }
}
