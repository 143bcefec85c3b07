//! Playing cases.

use serde_json::{Map, Value, json};

use crate::conformance::bindings::Bindings;
use crate::conformance::compare::Rules;
use crate::conformance::difference::Difference;
use crate::conformance::expect::{differences, parsed};
use crate::conformance::request::bytes;
use crate::conformance::values::{BYTES, Values, form};
use crate::conformance::{
    Answer, Case, CaseResult, Client, ClientError, Expect, Outcome, Report, Setting, Step, StepDifference,
    Suite, Wait, waiter,
};

/// How many pages of a list are asked for at most, so that a list without an end is a failure.
const PAGES_MAX: usize = 1_000;

/// What is played, and where.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Only the cases of this topic.
    pub topic: Option<String>,
    /// The account for all cases; each has its own if not given, as a fresh store.
    pub account: Option<String>,
    /// What names, and accounts if not given, are drawn from.
    pub seed: u64,
}

/// Plays the cases of a suite, one after the other.
#[must_use]
pub fn run(client: &dyn Client, suite: &Suite, options: &Options) -> Report {
    let is_asked = |case: &&Case| options.topic.as_ref().is_none_or(|topic| *topic == case.topic);
    let cases = suite.cases.iter().enumerate().filter(|(_, case)| is_asked(case));
    let results = cases.map(|(number, case)| {
        let seed = options.seed.wrapping_mul(100_003).wrapping_add(number as u64);
        let account = options.account.clone();
        // Not 123456789012, and as little an id as the recordings': both are in the cases.
        let account = account.unwrap_or_else(|| format!("7{:011}", seed % 100_000_000_000));
        run_case(client, suite, case, &Setting::new(account, seed))
    });
    Report { results: results.collect() }
}

/// Plays a case in an account that has nothing of it yet.
#[must_use]
pub fn run_case(client: &dyn Client, suite: &Suite, case: &Case, setting: &Setting) -> CaseResult {
    let outcome = match case.requires.iter().find(|requirement| !is_offered(client, requirement)) {
        Some(requirement) => Outcome::Skipped { reason: format!("needs {requirement}") },
        None => Player::new(client, suite, setting).play(case),
    };
    CaseResult { id: case.id.clone(), topic: case.topic.clone(), outcome }
}

/// Operations, of which `invoke` is one, are found missing when they are called; that needs no word of the client's.
fn is_offered(client: &dyn Client, requirement: &str) -> bool {
    requirement == "invoke" || requirement.starts_with("op:") || client.offers(requirement)
}

/// Why a step has no answer to compare.
enum Halt {
    /// The case cannot be played here.
    Skip(String),
    /// The case itself, or what came before, does not allow the step.
    Trouble(String),
    Client(ClientError),
}

impl From<String> for Halt {
    fn from(reason: String) -> Self {
        Self::Trouble(reason)
    }
}

impl From<ClientError> for Halt {
    fn from(error: ClientError) -> Self {
        Self::Client(error)
    }
}

/// A case that is being played.
struct Player<'a> {
    client: &'a dyn Client,
    suite: &'a Suite,
    setting: &'a Setting,
    values: Values<'a>,
    bindings: Bindings,
    sent: Vec<String>,
    created: Vec<String>,
}

impl<'a> Player<'a> {
    fn new(client: &'a dyn Client, suite: &'a Suite, setting: &'a Setting) -> Self {
        Self {
            client,
            suite,
            setting,
            values: Values::new(setting, &suite.archives),
            bindings: Bindings::default(),
            sent: Vec::new(),
            created: Vec::new(),
        }
    }

    fn play(mut self, case: &Case) -> Outcome {
        let mut differences = Vec::new();
        if case.requires.iter().any(|requirement| requirement == "ecr")
            && let Err(error) = self.put_images()
        {
            return Outcome::Skipped { reason: error.to_string() };
        }
        for step in &case.steps {
            let found = match self.step(step) {
                Ok(found) => found,
                // What was different before counts all the same.
                Err(Halt::Skip(reason)) if differences.is_empty() => return Outcome::Skipped { reason },
                Err(Halt::Skip(_)) => break,
                Err(Halt::Trouble(reason)) => {
                    vec![Difference::new("step", "a step that can be played", reason)]
                }
                Err(Halt::Client(error)) => vec![Difference::new("step", "an answer", with_causes(&error))],
            };
            differences.extend(found.into_iter().map(|difference| StepDifference {
                step: step.n,
                op: step.op.clone(),
                difference,
            }));
        }
        if differences.is_empty() { Outcome::Passed } else { Outcome::Failed { differences } }
    }

    fn put_images(&self) -> Result<(), ClientError> {
        (1..=2).try_for_each(|number| {
            let uri = format!("{}:latest", self.setting.image_repository(number));
            self.client.put_image(&uri, [number; 32])
        })
    }

    fn step(&mut self, step: &Step) -> Result<Vec<Difference>, Halt> {
        match step.op.as_str() {
            "Check" => return self.check(step),
            _ if step.optional => return Ok(Vec::new()),
            _ => {}
        }
        let params = self.values.members(&step.params)?;
        match step.op.as_str() {
            "Wait" => self.wait(step, &params).map(|()| Vec::new()),
            "s3:PutObject" => self.put_object(&params).map(|()| Vec::new()),
            op if op.contains(':') => Err(Halt::Skip(format!("{op} is not offered by the runner"))),
            _ => self.call(step, params),
        }
    }

    fn call(&mut self, step: &Step, mut params: Map<String, Value>) -> Result<Vec<Difference>, Halt> {
        let region = match &step.region {
            Some(region) => plain(&self.values.text(region)?),
            None => self.setting.region.clone(),
        };
        note_texts(&Value::Object(params.clone()), &mut self.sent);
        let answer = if step.paginate {
            self.all_pages(step, &mut params, &region)?
        } else {
            self.send(&step.op, &params, &region)?
        };
        let expect = step.expect.as_ref();
        let expects_code = expect.and_then(|expect| expect.error_code.as_deref());
        if answer.error_code() == Some("UnknownOperationException")
            && expects_code != Some("UnknownOperationException")
        {
            return Err(Halt::Skip(format!("the operation {} is not offered", step.op)));
        }
        if let Some(body) = parsed(&answer) {
            self.note_created(&step.op, &params, &body);
            self.values.keep(step.n, body);
        }
        let Some(expect) = expect else { return Ok(Vec::new()) };
        let expect = self.resolved(expect)?;
        let only: Vec<&String> = step.only.keys().collect();
        let rules = Rules {
            setting: self.setting,
            sent: &self.sent,
            created: &self.created,
            unordered: &step.unordered,
            strict: true,
        };
        Ok(differences(&expect, &answer, &only, rules, &mut self.bindings))
    }

    fn send(&self, op: &str, params: &Map<String, Value>, region: &str) -> Result<Answer, Halt> {
        let operation =
            self.suite.operations.get(op).ok_or_else(|| format!("{op} has no binding to HTTP"))?;
        Ok(self.client.send(&operation.request(params, self.setting, region)?)?)
    }

    /// Asks for every page and answers with the last, which gets the entries of all.
    fn all_pages(&self, step: &Step, params: &mut Map<String, Value>, region: &str) -> Result<Answer, Halt> {
        let mut entries: Map<String, Value> = Map::new();
        for _ in 0..PAGES_MAX {
            let mut answer = self.send(&step.op, params, region)?;
            let Some(Value::Object(page)) = parsed(&answer).filter(|_| answer.is_success()) else {
                return Ok(answer);
            };
            let marker = page.get("NextMarker").filter(|marker| !marker.is_null()).cloned();
            for (name, value) in page {
                match (entries.get_mut(&name), value) {
                    (Some(Value::Array(list)), Value::Array(more)) => list.extend(more),
                    (_, value) => drop(entries.insert(name, value)),
                }
            }
            let Some(marker) = marker else {
                entries.remove("NextMarker");
                answer.body = Value::Object(entries).to_string().into_bytes();
                return Ok(answer);
            };
            params.insert("Marker".to_owned(), marker);
        }
        Err(Halt::Trouble(format!("more than {PAGES_MAX} pages")))
    }

    /// Puts values into what may refer to earlier answers.
    fn resolved(&self, expect: &Expect) -> Result<Expect, String> {
        let mut expect = expect.clone();
        if let Some(message) = &mut expect.error_message {
            *message = self.values.resolve(message)?;
        }
        if let Some(prefix) = &mut expect.error_message_prefix {
            *prefix = plain(&self.values.text(prefix)?);
        }
        if let Some(partial) = &mut expect.partial {
            *partial = self.values.resolve(partial)?;
        }
        for part in &mut expect.parts {
            part.value = self.values.resolve(&part.value)?;
        }
        Ok(expect)
    }

    /// Remembers the names that are the case's own.
    fn note_created(&mut self, op: &str, params: &Map<String, Value>, body: &Value) {
        if !op.starts_with("Create") && !op.starts_with("Publish") {
            return;
        }
        for name in ["FunctionName", "LayerName"] {
            let names = [params.get(name), body.get(name)].into_iter().flatten().filter_map(Value::as_str);
            self.created.extend(names.map(str::to_owned));
        }
    }

    fn wait(&self, step: &Step, params: &Map<String, Value>) -> Result<(), Halt> {
        let waiter = step.waiter.as_deref().ok_or_else(|| "a Wait without a waiter".to_owned())?;
        let function = params.get("FunctionName").and_then(Value::as_str).unwrap_or_default();
        let mut reached = || {
            let answer = match self.send("GetFunctionConfiguration", params, &self.setting.region) {
                Ok(answer) => answer,
                Err(Halt::Client(error)) => return Err(error),
                Err(Halt::Skip(reason) | Halt::Trouble(reason)) => {
                    return Err(ClientError::NoAnswer(reason.into()));
                }
            };
            if !answer.is_success() {
                let body = String::from_utf8_lossy(&answer.body).into_owned();
                return Err(ClientError::NoAnswer(format!("{}: {body}", answer.status).into()));
            }
            let configuration = parsed(&answer).unwrap_or_default();
            waiter::is_reached(waiter, &configuration)
                .ok_or_else(|| ClientError::NotOffered(format!("the waiter {waiter}")))
        };
        Ok(self.client.wait(&Wait { setting: self.setting, function, waiter }, &mut reached)?)
    }

    fn put_object(&self, params: &Map<String, Value>) -> Result<(), Halt> {
        let text = |name: &str| params.get(name).map(plain).unwrap_or_default();
        let body = bytes(params.get("Body").unwrap_or(&Value::Null))?;
        Ok(self.client.put_object(&text("Bucket"), &text("Key"), body)?)
    }

    fn check(&self, step: &Step) -> Result<Vec<Difference>, Halt> {
        let expression = step.expr.as_deref().unwrap_or_default();
        let expected = step.equals.clone().unwrap_or_default();
        let resolved = plain(&self.values.text(expression)?);
        let found = computed(&resolved).ok_or_else(|| format!("{resolved:?} cannot be computed"))?;
        if found == expected {
            return Ok(Vec::new());
        }
        Ok(vec![Difference::new("expr", expected.to_string(), format!("{found}, of {resolved}"))])
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Computes `a - b` or `(a - b) > n`.
fn computed(expression: &str) -> Option<Value> {
    if let Some((left, right)) = expression.split_once('>') {
        let left = left.trim().strip_prefix('(')?.strip_suffix(')')?;
        let bound: i64 = right.trim().parse().ok()?;
        return Some(json!(computed(left)?.as_i64()? > bound));
    }
    let (left, right) = expression.split_once(" - ")?;
    let number = |text: &str| text.trim().parse::<i64>().ok();
    Some(json!(number(left)?.checked_sub(number(right)?)?))
}

/// Collects the texts of a request, but not its packages.
fn note_texts(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(list) => list.iter().for_each(|entry| note_texts(entry, texts)),
        Value::Object(members) if form(members).is_some_and(|(name, _)| name == BYTES) => {}
        Value::Object(members) => members.values().for_each(|value| note_texts(value, texts)),
        _ => {}
    }
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
