//! Goal: what AWS was recorded answering, Funclet answers too.
//!
//! Method: the cases in `testdata/conformance` are played against an engine in this process. Those that pass are listed
//! in `expected-passes.txt`, and the others in `waiting.txt` with what they wait for; the lists change with the
//! behaviour, and never unnoticed.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use funclet_testkit::conformance::{
    Answer, Client, ClientError, InProcess, Options, Outcome, Request, Suite, Verdicts, Wait, run,
};
use serde_json::Value;

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/conformance"))
}

#[test]
fn every_case_is_as_listed() {
    let suite = Suite::load(folder()).unwrap();
    let begun = Instant::now();
    let report = run(&InProcess::new(), &suite, &Options::default());
    let took = begun.elapsed();
    for list in ["expected-passes.txt", "waiting.txt"] {
        let text = std::fs::read_to_string(folder().join(list)).unwrap();
        assert!(text.lines().is_sorted(), "{list} is sorted");
    }
    let contradictions = Verdicts::load(folder()).unwrap().contradictions(&report);
    assert!(contradictions.is_empty(), "{contradictions:#?}\n{report}");
    // No case needs more than memory; a minute is for machines that are busy.
    assert!(took < Duration::from_secs(60), "the cases took {took:?}");
}

/// Spoils one member of one answer.
struct Spoiling<'a> {
    inner: InProcess,
    call: std::cell::Cell<usize>,
    spoiled_call: usize,
    spoil: &'a dyn Fn(&mut Value),
}

impl Client for Spoiling<'_> {
    fn send(&self, request: &Request) -> Result<Answer, ClientError> {
        let mut answer = self.inner.send(request)?;
        let call = self.call.replace(self.call.get() + 1);
        if call == self.spoiled_call {
            let mut body: Value = serde_json::from_slice(&answer.body).unwrap();
            (self.spoil)(&mut body);
            answer.body = body.to_string().into_bytes();
        }
        Ok(answer)
    }

    fn wait(
        &self,
        wait: &Wait<'_>,
        reached: &mut dyn FnMut() -> Result<bool, ClientError>,
    ) -> Result<(), ClientError> {
        self.inner.wait(wait, reached)
    }
}

/// A runner that lets mistakes pass would make the list worthless: each member of an answer is spoilt in turn.
#[test]
fn a_wrong_member_is_noticed() {
    let mut suite = Suite::load(folder()).unwrap();
    suite.cases.retain(|case| case.id == "api.TestLambdaVersions.test_publish_with_wrong_sha256");
    let case = suite.cases.first().unwrap();
    let created = case.steps[0].expect.as_ref().unwrap().body.clone().unwrap();
    let outcome = |spoil: &dyn Fn(&mut Value)| {
        let (inner, call) = (InProcess::new(), std::cell::Cell::new(0));
        let client = Spoiling { inner, call, spoiled_call: 0, spoil };
        run(&client, &suite, &Options::default()).results.remove(0).outcome
    };
    assert_eq!(outcome(&|_| {}), Outcome::Passed);
    for member in created.as_object().unwrap().keys() {
        let path = format!("body.{member}");
        let spoils: [&dyn Fn(&mut Value); 3] = [
            &|body| drop(body.as_object_mut().unwrap().remove(member)),
            &|body| {
                let value = body.as_object_mut().unwrap().remove(member).unwrap();
                body[member.to_lowercase()] = value;
            },
            &|body| body[member] = Value::Null,
        ];
        for spoil in spoils {
            let Outcome::Failed { differences } = outcome(spoil) else { panic!("{member} is not noticed") };
            assert!(
                differences.iter().any(|found| found.difference.path == path),
                "{member} {differences:?}"
            );
        }
        if member != "CodeSize" {
            let Outcome::Failed { differences } = outcome(&|body| body[member] = "spoilt".into()) else {
                panic!("{member} is not noticed")
            };
            assert!(differences[0].difference.path.starts_with(&path), "{member} {differences:?}");
        }
    }
}
