//! The runner has to be able to fail: wrong answers are told with their path, right ones pass.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::conformance::{
    Answer, Case, Client, ClientError, Operation, Outcome, Request, Setting, Suite, Wait, run_case,
};

/// Answers from a list, whatever is asked.
struct Script {
    answers: RefCell<Vec<Answer>>,
    requests: RefCell<Vec<Request>>,
}

impl Client for Script {
    fn send(&self, request: &Request) -> Result<Answer, ClientError> {
        self.requests.borrow_mut().push(request.clone());
        let mut answers = self.answers.borrow_mut();
        if answers.is_empty() {
            return Err(ClientError::NoAnswer("the script is over".into()));
        }
        Ok(answers.remove(0))
    }

    fn wait(
        &self,
        _: &Wait<'_>,
        reached: &mut dyn FnMut() -> Result<bool, ClientError>,
    ) -> Result<(), ClientError> {
        reached().map(drop)
    }
}

const ACCOUNT: &str = "700000000001";
const UUID_A: &str = "0b8f8a1c-4d0c-4f6e-9a53-0a4c1b6f7d01";
const UUID_B: &str = "0b8f8a1c-4d0c-4f6e-9a53-0a4c1b6f7d02";

fn suite() -> Suite {
    let operation = |method: &str, uri: &str, query: &[&str]| Operation {
        method: method.into(),
        uri: uri.into(),
        success_status: 200,
        uri_params: BTreeMap::from([("FunctionName".into(), "FunctionName".into())]),
        query_params: query.iter().map(|name| ((*name).to_owned(), (*name).to_owned())).collect(),
        header_params: BTreeMap::new(),
        body_params: Vec::new(),
        blob_params: Vec::new(),
        payload: None,
    };
    let operations = BTreeMap::from([
        ("Get".to_owned(), operation("GET", "/functions/{FunctionName}", &["Qualifier"])),
        ("List".to_owned(), operation("GET", "/functions", &["Marker", "tagKeys"])),
        ("CreateFunction".to_owned(), operation("POST", "/functions/{FunctionName}", &[])),
    ]);
    let archives = json!({ "hello@1": { "base64": "UEs=", "size": 2, "code_sha256": "abc" } });
    Suite { operations, archives: serde_json::from_value(archives).unwrap(), cases: Vec::new() }
}

fn case(steps: Value) -> Case {
    let case = json!({ "id": "c", "topic": "t", "kind": "recorded", "source": {}, "steps": steps });
    serde_json::from_value(case).unwrap()
}

fn answer(status: u16, body: &Value) -> Answer {
    Answer { status, headers: Vec::new(), body: body.to_string().into_bytes() }
}

fn error(status: u16, code: &str, body: &Value) -> Answer {
    let headers = vec![("X-Amzn-ErrorType".to_owned(), code.to_owned())];
    Answer { headers, ..answer(status, body) }
}

/// Plays steps against answers; returns the paths of the differences, each with its step.
fn play(steps: Value, answers: Vec<Answer>) -> Vec<String> {
    let script = Script { answers: RefCell::new(answers), requests: RefCell::default() };
    match run_case(&script, &suite(), &case(steps), &Setting::new(ACCOUNT, 1)).outcome {
        Outcome::Passed => Vec::new(),
        Outcome::Failed { differences } => {
            differences.into_iter().map(|found| format!("{} {}", found.step, found.difference.path)).collect()
        }
        Outcome::Skipped { reason } => vec![format!("skipped: {reason}")],
    }
}

/// One call for a function `f`, and what is wrong with the answer.
#[track_caller]
fn check(expect: &Value, answer: Answer, expected: &[&str]) {
    let steps = json!([{ "n": 1, "op": "Get", "params": { "FunctionName": "f" }, "expect": expect }]);
    let expected: Vec<_> = expected.iter().map(|path| format!("1 {path}")).collect();
    assert_eq!(play(steps, vec![answer.clone()]), expected, "{expect} {answer:?}");
}

/// One body, and what is wrong with it.
#[track_caller]
fn check_body(expected: &Value, found: &Value, differences: &[&str]) {
    check(&json!({ "status": 200, "body": expected }), answer(200, found), differences);
}

#[test]
fn statuses_and_codes() {
    let expect = json!({ "status": 404, "error_code": "ResourceNotFoundException" });
    let found = |status, code| error(status, code, &json!({}));
    check(&expect, found(404, "ResourceNotFoundException"), &[]);
    check(&expect, found(404, "ResourceNotFoundException:http://x"), &[]);
    check(&expect, found(400, "ResourceNotFoundException"), &["status"]);
    check(&expect, found(404, "InvalidParameterValueException"), &["error_code"]);
    check(&expect, answer(404, &json!({})), &["error_code"]);
    check(&json!({ "ok": true }), answer(202, &json!({})), &[]);
    check(&json!({ "ok": true }), found(400, "X"), &["status"]);
    check(&json!({ "error": true }), found(500, "X"), &[]);
    check(&json!({ "error": true }), answer(200, &json!({})), &["status"]);
    check(&json!({ "error_code": "X" }), found(200, "X"), &["status"]);
    check(&json!({ "body": { "A": 1 } }), answer(404, &json!({ "A": 1 })), &["status"]);
}

#[test]
fn members() {
    let expected = json!({ "A": 1, "B": { "C": "x" } });
    check_body(&expected, &json!({ "A": 1, "B": { "C": "x" } }), &[]);
    check_body(&expected, &json!({ "A": 1, "B": { "C": "x", "D": null } }), &[]);
    check_body(&expected, &json!({ "A": 1, "B": { "C": "x" }, "ConfigSha256": "new" }), &[]);
    check_body(&expected, &json!({ "A": 1, "B": { "C": "x", "D": 2 } }), &["body.B.D"]);
    check_body(&expected, &json!({ "A": 1, "B": { "C": "x" }, "D": false }), &["body.D"]);
    check_body(&expected, &json!({ "B": { "C": "x" } }), &["body.A"]);
    check_body(&expected, &json!({ "A": null, "B": { "C": "x" } }), &["body.A"]);
    check_body(&expected, &json!({ "A": "1", "B": { "C": "x" } }), &["body.A"]);
    check_body(&expected, &json!({ "A": 1, "B": { "c": "x" } }), &["body.B.C", "body.B.c"]);
    check_body(&expected, &json!([]), &["body"]);
    check_body(&json!({ "A": 512 }), &json!({ "A": 512.0 }), &[]);
}

#[test]
fn empty_bodies() {
    let expect = json!({ "status": 204, "body": null });
    check(&expect, Answer { status: 204, ..Answer::default() }, &[]);
    check(&expect, answer(204, &json!({})), &["body"]);
    check(&json!({ "status": 200, "body": {} }), Answer { status: 200, ..Answer::default() }, &["body"]);
}

#[test]
fn error_texts() {
    let expect = json!({
        "status": 400, "error_code": "X", "error_message": "no f",
        "body": { "Type": "User", "Message": "no f" }
    });
    let found = |body: Value| error(400, "X", &body);
    check(&expect, found(json!({ "Type": "User", "Message": "no f" })), &[]);
    check(&expect, found(json!({ "Type": "User", "Message": "no g" })), &["error_message", "body.Message"]);
    check(&expect, found(json!({ "Type": "User", "message": "no f" })), &["body.Message", "body.message"]);
    check(&expect, found(json!({ "Message": "no f" })), &["body.Type"]);
    let silent = json!({ "error_code": "X", "error_message": null });
    check(&silent, found(json!({ "Message": null })), &[]);
    check(&silent, found(json!({ "Message": "no" })), &["error_message"]);
    let prefix = json!({ "error_code": "X", "error_message_prefix": "Current operation" });
    check(&prefix, found(json!({ "message": "Current operation does not" })), &[]);
    check(&prefix, found(json!({ "message": "The current operation" })), &["error_message"]);
}

#[test]
fn complaints_come_in_any_order_but_all() {
    let found = |text: &str| error(400, "ValidationException", &json!({ "message": text }));
    let head = "2 validation errors detected: ";
    // What separates complaints may stand in a value.
    let expect = json!({
        "error_code": "ValidationException",
        "validation_errors": ["Value 'a' at 'x' is bad", "Value 'f; g' at 'y' is bad"],
        "validation_error_count": 2
    });
    check(&expect, found(&format!("{head}Value 'f; g' at 'y' is bad; Value 'a' at 'x' is bad")), &[]);
    let expect = json!({
        "error_code": "ValidationException",
        "validation_errors": ["Value 'a' at 'x' is bad", "Value 'f' at 'y' is bad"],
        "validation_error_count": 2
    });
    check(&expect, found(&format!("{head}Value 'f' at 'y' is bad; Value 'a' at 'x' is bad")), &[]);
    check(
        &expect,
        found(&format!("{head}Value 'f' at 'y' is bad; Value 'a' at 'x' is worse")),
        &["validation_errors[0]"],
    );
    check(&expect, found(&format!("{head}Value 'f' at 'y' is bad")), &["validation_errors"]);
    check(
        &expect,
        found("3 validation errors detected: Value 'f' at 'y' is bad; Value 'a' at 'x' is bad"),
        &["validation_error_count"],
    );
}

#[test]
fn placeholders_bind_in_both_directions() {
    let pair = json!({ "A": "<uuid:1>", "B": "<uuid:2>" });
    check_body(&pair, &json!({ "A": UUID_A, "B": UUID_B }), &[]);
    check_body(&pair, &json!({ "A": UUID_A, "B": UUID_A }), &["body.B"]);
    let same = json!({ "A": "<uuid:1>", "B": "<uuid:1>" });
    check_body(&same, &json!({ "A": UUID_A, "B": UUID_A }), &[]);
    check_body(&same, &json!({ "A": UUID_A, "B": UUID_B }), &["body.B"]);
    check_body(&json!({ "A": "<uuid:1>" }), &json!({ "A": "f" }), &["body.A"]);
    check_body(&json!({ "A": "<uuid:1>" }), &json!({ "A": 1 }), &["body.A"]);
    // Kinds do not meddle with each other.
    check_body(
        &json!({ "A": "<resource:1>", "B": "<function-name:1>" }),
        &json!({ "A": "f", "B": "f" }),
        &[],
    );
}

#[test]
fn placeholders_bind_over_steps() {
    let step = |n: u32, name: &str| json!({ "n": n, "op": "Get", "params": { "FunctionName": "f" }, "expect": { "body": { "R": name } } });
    let found = |uuid: &str| answer(200, &json!({ "R": uuid }));
    let changes = json!([step(1, "<uuid:1>"), step(2, "<uuid:2>")]);
    assert!(play(changes.clone(), vec![found(UUID_A), found(UUID_B)]).is_empty());
    assert_eq!(play(changes, vec![found(UUID_A), found(UUID_A)]), ["2 body.R"]);
    let stays = json!([step(1, "<uuid:1>"), step(2, "<uuid:1>")]);
    assert_eq!(play(stays, vec![found(UUID_A), found(UUID_B)]), ["2 body.R"]);
}

#[test]
fn placeholders_inside_of_texts() {
    let arn = json!({ "A": "arn:<partition>:lambda:<region>:111111111111:function:<function-name:1>:1" });
    let found = |arn: &str| json!({ "A": arn });
    check_body(&arn, &found(&format!("arn:aws:lambda:us-east-1:{ACCOUNT}:function:f:1")), &[]);
    for wrong in [
        format!("arn:aws:lambda:us-east-1:{ACCOUNT}:function:f:2"),
        // No name that the case has sent.
        format!("arn:aws:lambda:us-east-1:{ACCOUNT}:function:g:1"),
        format!("arn:aws:lambda:eu-west-1:{ACCOUNT}:function:f:1"),
        "arn:aws:lambda:us-east-1:111111111111:function:f:1".to_owned(),
    ] {
        check_body(&arn, &found(&wrong), &["body.A"]);
    }
    check_body(&json!({ "A": "<unheard-of:1>" }), &json!({ "A": "<unheard-of:1>" }), &["body.A"]);
    check_body(&json!({ "A": "(?<b>.) <" }), &json!({ "A": "(?<b>.) <" }), &["body.A"]);
    check_body(&json!({ "A": "a < B > c" }), &json!({ "A": "a < B > c" }), &[]);
}

#[test]
fn values_that_are_open() {
    check_body(&json!({ "A": "<code-size>", "B": "<location>" }), &json!({ "A": 3, "B": "http://x" }), &[]);
    check_body(&json!({ "A": "<code-size>" }), &json!({ "A": null }), &["body.A"]);
    check_body(&json!({ "A": "<code-size>" }), &json!({}), &["body.A"]);
    check_body(&json!({ "A": "date" }), &json!({ "A": "2025-11-25T02:38:32.000+0000" }), &[]);
    check_body(&json!({ "A": "date" }), &json!({ "A": 1_764_038_312.5 }), &[]);
    for wrong in ["yesterday", "2025-11-25", "2025-11-25T02:38:32", "2025-11-25 02:38:32.000+0000"] {
        check_body(&json!({ "A": "date" }), &json!({ "A": wrong }), &["body.A"]);
    }
}

#[test]
fn lists() {
    let expected = json!({ "L": [{ "R": "<uuid:1>" }, { "R": "<uuid:2>" }], "A": "<uuid:2>" });
    let found = |first: &str, second: &str| json!({ "L": [{ "R": first }, { "R": second }], "A": UUID_A });
    check_body(&expected, &found(UUID_B, UUID_A), &[]);
    check_body(&expected, &found(UUID_A, UUID_B), &["body.L[0].R", "body.L[1].R"]);
    check_body(&json!({ "L": ["a", "b"] }), &json!({ "L": ["b", "a"] }), &["body.L[0]", "body.L[1]"]);
    check_body(&json!({ "L": ["a", "b"] }), &json!({ "L": ["a"] }), &["body.L"]);
    check_body(&json!({ "L": [] }), &json!({ "L": ["a"] }), &["body.L"]);
}

#[test]
fn lists_in_any_order() {
    let steps = |list: Value| json!([{ "n": 1, "op": "List", "unordered": ["L"], "params": {}, "expect": { "body": { "L": list } } }]);
    let found = |list: Value| vec![answer(200, &json!({ "L": list }))];
    // Only the second pairing leaves a text for each placeholder.
    let list = json!([{ "R": "<uuid:1>" }, { "R": "<uuid:2>", "N": 1 }]);
    let there = json!([{ "R": UUID_A, "N": 1 }, { "R": UUID_B }]);
    assert!(play(steps(list.clone()), found(there)).is_empty());
    let there = json!([{ "R": UUID_A, "N": 1 }, { "R": UUID_A }]);
    assert_eq!(play(steps(list.clone()), found(there)), ["1 body.L"]);
    let there = json!([{ "R": UUID_A, "N": 2 }, { "R": UUID_B }]);
    assert_eq!(play(steps(list), found(there)), ["1 body.L[1].N"]);
}

#[test]
fn only_what_the_case_created() {
    let list = json!({
        "n": 2, "op": "List", "params": {}, "only": { "Functions": "own" },
        "expect": { "body": { "Functions": [{ "FunctionName": "f" }] } }
    });
    let steps = json!([{ "n": 1, "op": "CreateFunction", "params": { "FunctionName": "f" } }, list]);
    let found = |names: &[&str]| {
        let list: Vec<_> = names.iter().map(|name| json!({ "FunctionName": name })).collect();
        vec![answer(200, &json!({})), answer(200, &json!({ "Functions": list }))]
    };
    assert!(play(steps.clone(), found(&["other", "f"])).is_empty());
    assert_eq!(play(steps, found(&["other"])), ["2 body.Functions"]);
}

#[test]
fn partial_forms() {
    let check = |partial: Value, body: Value, paths: &[&str]| {
        check(&json!({ "partial": partial }), answer(200, &body), paths);
    };
    check(json!({ "A": { "B": 1 } }), json!({ "A": { "B": 1, "C": 2 }, "D": 3 }), &[]);
    check(json!({ "A": { "B": 1 } }), json!({ "A": { "B": 2 } }), &["body.A.B"]);
    check(json!({ "A": { "$ne": 1 } }), json!({ "A": 2 }), &[]);
    check(json!({ "A": { "$ne": 1 } }), json!({ "A": 1 }), &["body.A"]);
    check(json!({ "A": { "$absent": true } }), json!({ "A": null }), &[]);
    check(json!({ "A": { "$absent": true } }), json!({ "A": 1 }), &["body.A"]);
    check(json!({ "A": { "$any": true } }), json!({ "A": 1 }), &[]);
    check(json!({ "A": { "$any": true } }), json!({}), &["body.A"]);
    check(json!({ "A": { "$length": 2 } }), json!({ "A": [1, 2] }), &[]);
    check(json!({ "A": { "$length": 2 } }), json!({ "A": [1] }), &["body.A"]);
    check(json!({ "A": { "$zip_size": "hello@1" } }), json!({ "A": 2 }), &[]);
    check(json!({ "A": { "$zip_size": "hello@1" } }), json!({ "A": 3 }), &["body.A"]);
    check(json!({ "A": { "$zip_sha256": "hello@1" } }), json!({ "A": "abc" }), &[]);
    check(json!({ "A": { "$unheard": 1 } }), json!({ "A": 1 }), &["body.A"]);
    check(json!({ "L": { "$only_created": [] } }), json!({ "L": [{ "FunctionName": "g" }] }), &[]);
}

#[test]
fn json_inside_of_texts() {
    let expected = json!({ "P": { "$json": { "Sid": "s", "R": "<uuid:1>" } } });
    let found = |inner: Value| json!({ "P": inner.to_string() });
    check_body(&expected, &found(json!({ "R": UUID_A, "Sid": "s" })), &[]);
    check_body(&expected, &found(json!({ "R": UUID_A, "Sid": "t" })), &["body.P.$json.Sid"]);
    check_body(&expected, &found(json!({ "R": UUID_A, "Sid": "s", "X": 1 })), &["body.P.$json.X"]);
    check_body(&expected, &json!({ "P": { "Sid": "s" } }), &["body.P"]);
}

#[test]
fn keys_and_parts() {
    let expect = json!({ "status": 200, "body_keys": { "A": ["C", "B"] } });
    check(&expect, answer(200, &json!({ "A": { "B": 1, "C": 2, "D": null } })), &[]);
    check(&expect, answer(200, &json!({ "A": { "B": 1 } })), &["body.A"]);
    let expect = json!({ "status": 200, "parts": [{ "at": "L[1].A", "value": 2 }] });
    check(&expect, answer(200, &json!({ "L": [{}, { "A": 2 }] })), &[]);
    check(&expect, answer(200, &json!({ "L": [{}, { "A": 3 }] })), &["body.L[1].A"]);
}

#[test]
fn references_pages_and_checks() {
    let steps = json!([
        { "n": 1, "op": "List", "paginate": true, "params": { "tagKeys": ["a", "b/c"] },
          "expect": { "body": { "L": [1, 2] } } },
        { "n": 2, "op": "Get", "params": { "FunctionName": "x:${s1.L[0]|add:1}$" } },
        { "n": 3, "op": "Check", "expr": "${s1.L[1]} - ${s1.L[0]}", "equals": 1 },
        { "n": 4, "op": "Check", "expr": "(${s1.L[1]} - ${s1.L[0]}) > 1", "equals": true },
        { "n": 5, "op": "Get", "params": { "FunctionName": "${s1.M}" } }
    ]);
    let answers = vec![
        answer(200, &json!({ "L": [1], "NextMarker": "m" })),
        answer(200, &json!({ "L": [2], "NextMarker": null })),
        answer(200, &json!({})),
    ];
    let script = Script { answers: RefCell::new(answers), requests: RefCell::default() };
    let result = run_case(&script, &suite(), &case(steps), &Setting::new(ACCOUNT, 1));
    let Outcome::Failed { differences } = result.outcome else { panic!("{result:?}") };
    let found: Vec<_> =
        differences.iter().map(|found| (found.step, found.difference.path.as_str())).collect();
    assert_eq!(found, [(4, "expr"), (5, "step")], "{differences:?}");
    let targets: Vec<_> = script.requests.borrow().iter().map(|request| request.target.clone()).collect();
    assert_eq!(
        targets,
        [
            "/functions?tagKeys=a&tagKeys=b%2Fc",
            "/functions?Marker=m&tagKeys=a&tagKeys=b%2Fc",
            "/functions/x%3A2%24"
        ]
    );
}

#[test]
fn what_is_not_offered_is_skipped_unless_something_was_wrong_before() {
    let unknown = || error(404, "UnknownOperationException", &json!({ "message": "no" }));
    let get = |n: u32| json!({ "n": n, "op": "Get", "params": { "FunctionName": "f" }, "expect": { "status": 200 } });
    let skipped = ["skipped: the operation Get is not offered"];
    assert_eq!(play(json!([get(1)]), vec![unknown()]), skipped);
    assert_eq!(play(json!([get(1), get(2)]), vec![answer(200, &json!({})), unknown()]), skipped);
    let wrong = answer(500, &json!({}));
    assert_eq!(play(json!([get(1), get(2)]), vec![wrong, unknown()]), ["1 status"]);
    let mut case = case(json!([]));
    case.requires = vec!["s3".into()];
    let script = Script { answers: RefCell::default(), requests: RefCell::default() };
    let result = run_case(&script, &suite(), &case, &Setting::new(ACCOUNT, 1));
    assert_eq!(result.outcome, Outcome::Skipped { reason: "needs s3".into() });
}

#[test]
fn unknown_expectations_are_refused() {
    let step = json!({ "n": 1, "op": "Get", "expect": { "sattus": 200 } });
    let case = json!({ "id": "c", "topic": "t", "kind": "recorded", "source": {}, "steps": [step] });
    assert!(serde_json::from_value::<Case>(case).is_err());
}
