//! Comparing a body with what was recorded.

use serde_json::{Map, Value};

use crate::conformance::bindings::Bindings;
use crate::conformance::difference::{Difference, shown};
use crate::conformance::pattern::Pattern;
use crate::conformance::values::form;
use crate::conformance::{Setting, sequence};

/// Members that the service has added since the recordings.
const NEWER_MEMBERS: [&str; 3] = ["ConfigSha256", "DurableConfig", "TenancyConfig"];

/// What decides, besides the two values.
#[derive(Clone, Copy)]
pub(crate) struct Rules<'a> {
    pub(crate) setting: &'a Setting,
    /// Every text that the case has sent.
    pub(crate) sent: &'a [String],
    /// The names that the case has created.
    pub(crate) created: &'a [String],
    /// Lists at the top whose order is open.
    pub(crate) unordered: &'a [String],
    /// Whether members that are not listed are refused.
    pub(crate) strict: bool,
}

/// Compares, and binds the placeholders of what is equal.
pub(crate) struct Comparison<'a> {
    pub(crate) rules: Rules<'a>,
    pub(crate) bindings: &'a mut Bindings,
    pub(crate) differences: Vec<Difference>,
}

impl<'a> Comparison<'a> {
    pub(crate) fn new(rules: Rules<'a>, bindings: &'a mut Bindings) -> Self {
        Self { rules, bindings, differences: Vec::new() }
    }

    /// Compares a value at a path; `None` if nothing is there.
    pub(crate) fn value(&mut self, path: &str, expected: &Value, found: Option<&Value>) {
        if let Value::Object(members) = expected
            && let Some((name, argument)) = form(members)
        {
            return self.form(path, name, argument, found);
        }
        let Some(there) = found else {
            return match expected {
                Value::Null => {}
                _ => self.differ(path, shown(Some(expected)), None),
            };
        };
        match (expected, there) {
            (Value::Object(expected), Value::Object(found)) => self.object(path, expected, found),
            (Value::Array(expected), Value::Array(found)) => self.list(path, expected, found),
            (Value::String(expected), _) => self.text(path, expected, there),
            (Value::Number(a), Value::Number(b)) if a == b || a.as_f64() == b.as_f64() => {}
            _ if expected == there => {}
            _ => self.differ(path, shown(Some(expected)), found),
        }
    }

    fn object(&mut self, path: &str, expected: &Map<String, Value>, found: &Map<String, Value>) {
        for (name, value) in expected {
            self.value(&below(path, name), value, found.get(name));
        }
        let unlisted = found.iter().filter(|(name, value)| {
            self.rules.strict
                && !value.is_null()
                && !expected.contains_key(*name)
                && !NEWER_MEMBERS.contains(&name.as_str())
        });
        for (name, value) in unlisted.collect::<Vec<_>>() {
            self.differ(&below(path, name), "nothing or null", Some(value));
        }
    }

    fn list(&mut self, path: &str, expected: &[Value], found: &[Value]) {
        let is_open = self.rules.unordered.iter().any(|name| below("body", name) == path);
        if expected.len() != found.len() {
            let list = Value::Array(found.to_vec());
            self.differ(path, format!("{} entries", expected.len()), None);
            if let Some(last) = self.differences.last_mut() {
                last.found = format!("{} entries: {}", found.len(), shown(Some(&list)));
            }
        } else if is_open {
            sequence::in_any_order(self, path, expected, found);
        } else {
            for (at, (expected, found)) in expected.iter().zip(found).enumerate() {
                self.value(&format!("{path}[{at}]"), expected, Some(found));
            }
        }
    }

    /// Compares a text, which may have placeholders.
    pub(crate) fn text(&mut self, path: &str, expected: &str, found: &Value) {
        match expected {
            "date" | "datetime" if is_timestamp(found) => return,
            "date" | "datetime" => return self.differ(path, "a timestamp", Some(found)),
            "code-sha256" if found.is_string() => return,
            _ => {}
        }
        let pattern = match Pattern::parse(expected, self.rules.setting) {
            Ok(pattern) => pattern,
            Err(unknown) => {
                return self.differ(path, format!("a placeholder that is known, not {unknown}"), Some(found));
            }
        };
        let is_equal = match found {
            Value::String(found) => pattern.matches(found, self.bindings, self.rules.sent),
            Value::Null => false,
            _ => pattern.is_anything(),
        };
        if !is_equal {
            self.differ(path, pattern.explain(self.bindings), Some(found));
        }
    }

    fn form(&mut self, path: &str, name: &str, argument: &Value, found: Option<&Value>) {
        let is_there = found.is_some_and(|found| !found.is_null());
        match (name, argument) {
            ("$absent", _) if !is_there => {}
            ("$absent", _) => self.differ(path, "nothing or null", found),
            ("$any", _) if is_there => {}
            ("$any", _) => self.differ(path, "a value", found),
            ("$ne", other) if is_there && found != Some(other) => {}
            ("$ne", other) => self.differ(path, format!("something other than {other}"), found),
            ("$length", length) => {
                let entries = found.and_then(Value::as_array).map(Vec::len);
                if entries.map(Value::from).as_ref() != Some(length) {
                    self.differ(path, format!("{length} entries"), found);
                }
            }
            ("$only_created", Value::Array(expected)) => match found {
                Some(Value::Array(found)) => {
                    self.list(path, expected, &sequence::only_created(found, self.rules.created));
                }
                _ => self.differ(path, "a list", found),
            },
            ("$json", inner) => {
                let parsed = found.and_then(Value::as_str).and_then(|text| serde_json::from_str(text).ok());
                match parsed {
                    Some(parsed) => self.value(&format!("{path}.$json"), inner, Some(&parsed)),
                    None => self.differ(path, "a text that is JSON", found),
                }
            }
            _ => self.differ(path, format!("a form that is known, not {name}"), found),
        }
    }

    fn differ(&mut self, path: &str, expected: impl Into<String>, found: Option<&Value>) {
        self.differences.push(Difference::new(path, expected, shown(found)));
    }
}

fn below(path: &str, name: &str) -> String {
    format!("{path}.{name}")
}

/// Tells whether a value is a time as the service writes it: a number of seconds, or `2025-11-25T02:38:32.000+0000`.
fn is_timestamp(value: &Value) -> bool {
    let Value::String(text) = value else { return value.is_number() };
    let form = "dddd-dd-ddTdd:dd:dd";
    let Some((time, zone)) = text.split_at_checked(form.len()) else { return false };
    let fits = |(form, found): (char, char)| if form == 'd' { found.is_ascii_digit() } else { form == found };
    form.chars().zip(time.chars()).all(fits)
        && !zone.is_empty()
        && zone.chars().all(|c| c.is_ascii_digit() || ".+-:Z".contains(c))
}
