//! Holding a whole answer against what is expected of it.

use serde_json::Value;

use crate::conformance::bindings::Bindings;
use crate::conformance::compare::{Comparison, Rules};
use crate::conformance::difference::{Difference, shown};
use crate::conformance::pattern::Pattern;
use crate::conformance::values::at;
use crate::conformance::{Answer, Expect, sequence};

/// Compares an answer and returns what is wrong with it. References in `expect` are resolved.
pub(crate) fn differences(
    expect: &Expect,
    answer: &Answer,
    only: &[&String],
    rules: Rules<'_>,
    bindings: &mut Bindings,
) -> Vec<Difference> {
    let mut body = parsed(answer);
    for list in only {
        if let Some(Value::Array(entries)) = body.as_mut().and_then(|body| body.get_mut(list.as_str())) {
            *entries = sequence::only_created(entries, rules.created);
        }
    }
    let mut comparison = Comparison::new(rules, bindings);
    outcome(expect, answer, &mut comparison);
    message(expect, body.as_ref(), &mut comparison);
    complaints(expect, body.as_ref(), &mut comparison);
    self::body(expect, answer, body.as_ref(), &mut comparison);
    comparison.differences
}

/// The body as JSON; `None` if it is empty or something else.
pub(crate) fn parsed(answer: &Answer) -> Option<Value> {
    serde_json::from_slice(&answer.body).ok()
}

/// Status and error code.
fn outcome(expect: &Expect, answer: &Answer, comparison: &mut Comparison<'_>) {
    let fails = expect.error
        || expect.error_code.is_some()
        || expect.error_message.is_some()
        || expect.error_message_prefix.is_some()
        || expect.validation_errors.is_some();
    let code = answer.error_code();
    match expect.status {
        Some(status) if status != answer.status => {
            comparison.differences.push(Difference::new("status", status.to_string(), told(answer)));
        }
        None if fails && answer.status < 400 => {
            comparison.differences.push(Difference::new("status", "an error", told(answer)));
        }
        // Whatever else is expected, it is what a success answers.
        None if !fails && !answer.is_success() => {
            comparison.differences.push(Difference::new("status", "a success", told(answer)));
        }
        _ => {}
    }
    if let Some(expected) = &expect.error_code
        && code != Some(expected)
    {
        let found = code.unwrap_or("nothing");
        comparison.differences.push(Difference::new("error_code", expected, found));
    }
}

/// A status with its reason, so that an unexpected error need not be looked up.
fn told(answer: &Answer) -> String {
    match answer.error_code() {
        None => answer.status.to_string(),
        Some(code) => format!("{} {code}: {}", answer.status, String::from_utf8_lossy(&answer.body)),
    }
}

fn message_of(body: Option<&Value>) -> Option<&Value> {
    let body = body?;
    let spellings = ["message", "Message"].into_iter().filter_map(|name| body.get(name));
    spellings.into_iter().find(|message| !message.is_null())
}

fn message(expect: &Expect, body: Option<&Value>, comparison: &mut Comparison<'_>) {
    let found = message_of(body);
    if let Some(expected) = &expect.error_message {
        match found {
            None if expected.is_null() => {}
            Some(_) if expected.is_null() => {
                comparison.differences.push(Difference::new("error_message", "no text", shown(found)))
            }
            _ => comparison.value("error_message", expected, found),
        }
    }
    if let Some(prefix) = &expect.error_message_prefix {
        let text = found.and_then(Value::as_str).unwrap_or_default();
        let begins = Pattern::parse(prefix, comparison.rules.setting)
            .is_ok_and(|pattern| pattern.begins(text, comparison.bindings, comparison.rules.sent));
        if !begins {
            let expected = format!("a text that begins with {prefix:?}");
            comparison.differences.push(Difference::new("error_message", expected, shown(found)));
        }
    }
}

/// The complaints of `N validation errors detected: a; b`.
fn complaints(expect: &Expect, body: Option<&Value>, comparison: &mut Comparison<'_>) {
    if expect.validation_errors.is_none() && expect.validation_error_count.is_none() {
        return;
    }
    let text = message_of(body).and_then(Value::as_str).unwrap_or_default();
    let (head, list) = text.split_once(" detected: ").unwrap_or((text, ""));
    if let Some(count) = expect.validation_error_count {
        let plural = if count == 1 { "" } else { "s" };
        let expected = format!("{count} validation error{plural}");
        if head != expected {
            comparison.differences.push(Difference::new("validation_error_count", expected, head));
        }
    }
    let Some(expected) = &expect.validation_errors else { return };
    // A value may contain "; ", but hardly what every complaint begins with.
    let mut found: Vec<Value> =
        list.split("; Value ").map(|text| Value::from(format!("Value {text}"))).collect();
    if let Some(first) = found.first_mut() {
        *first = Value::from(list.split("; Value ").next().unwrap_or_default());
    }
    let expected: Vec<Value> = expected.iter().map(|text| Value::from(text.as_str())).collect();
    if expected.len() == found.len() {
        sequence::in_any_order(comparison, "validation_errors", &expected, &found);
    } else {
        let expected = shown(Some(&Value::Array(expected)));
        comparison.differences.push(Difference::new(
            "validation_errors",
            expected,
            shown(Some(&Value::Array(found))),
        ));
    }
}

fn body(expect: &Expect, answer: &Answer, body: Option<&Value>, comparison: &mut Comparison<'_>) {
    match &expect.body {
        Some(Value::Null) if !answer.body.is_empty() => {
            let found = String::from_utf8_lossy(&answer.body).into_owned();
            comparison.differences.push(Difference::new("body", "nothing", found));
        }
        Some(Value::Null) | None => {}
        Some(expected) => comparison.value("body", expected, body),
    }
    for (path, names) in &expect.body_keys {
        keys(path, names, body.and_then(|body| at(body, path)), comparison);
    }
    for part in &expect.parts {
        let found = body.and_then(|body| at(body, &part.at));
        comparison.value(&format!("body.{}", part.at), &part.value, found);
    }
    if let Some(partial) = &expect.partial {
        comparison.rules.strict = false;
        comparison.value("body", partial, body);
        comparison.rules.strict = true;
    }
}

/// Compares the names of members that are not null.
fn keys(path: &str, names: &[String], found: Option<&Value>, comparison: &mut Comparison<'_>) {
    let members = found.and_then(Value::as_object).into_iter().flatten();
    let mut found: Vec<&str> =
        members.filter(|(_, value)| !value.is_null()).map(|(name, _)| name.as_str()).collect();
    let mut expected: Vec<&str> = names.iter().map(String::as_str).collect();
    found.sort_unstable();
    expected.sort_unstable();
    if found != expected {
        let path = format!("body.{path}");
        comparison.differences.push(Difference::new(path, expected.join(", "), found.join(", ")));
    }
}
