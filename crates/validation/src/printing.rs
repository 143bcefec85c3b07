//! How complaints print paths, values and nested rules.

use std::fmt::{self, Display, Write};

use crate::rule::Rule;
use crate::structure::Value;

/// The place of a member, as a chain towards the request.
pub(crate) struct Path<'a> {
    pub(crate) outer: Option<&'a Path<'a>>,
    pub(crate) step: Step<'a>,
}

/// One step of a path.
pub(crate) enum Step<'a> {
    /// A member, by its wire name; printed with a small first letter (`KMSKeyArn` is `kMSKeyArn`).
    Member(&'a str),
    /// An item of a list of structures, counted from 1; printed as `1.member`.
    Item(usize),
}

impl Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(outer) = self.outer {
            write!(f, "{outer}.")?;
        }
        match self.step {
            Step::Member(name) => {
                let mut letters = name.chars();
                let first = letters.next().map(|letter| letter.to_ascii_lowercase());
                write!(f, "{}{}", first.unwrap_or_default(), letters.as_str())
            }
            Step::Item(index) => write!(f, "{index}.member"),
        }
    }
}

/// Rules about the parts of a value: `Member must satisfy constraint: [RULE, RULE]`.
pub(crate) struct Nested<'a> {
    /// What the rules are about: `Member`, `Map keys`, `Map value`.
    pub(crate) what: &'a str,
    pub(crate) rules: Vec<Rule>,
}

impl Display for Nested<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} must satisfy constraint: [", self.what)?;
        for (index, rule) in self.rules.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}{rule}")?;
        }
        f.write_str("]")
    }
}

/// Prints a value as the service does inside quotes: lists as `[a, b]`, maps as `{k=v}`, numbers with a fraction as
/// `1.0`. Structures, which no recording shows, print as `{a, b}`.
pub(crate) fn printed(value: Value<'_>) -> String {
    let mut text = String::new();
    push(&mut text, value);
    text
}

fn push(text: &mut String, value: Value<'_>) {
    match value {
        Value::Null => text.push_str("null"),
        Value::String(value) => text.push_str(value),
        Value::Integer(value) => push_display(text, value),
        Value::Double(value) => push_display(text, format_args!("{value:?}")),
        Value::Boolean(value) => push_display(text, value),
        Value::Blob => text.push_str("blob"),
        Value::List(items) => bracketed(text, ['[', ']'], |visit| items.for_each_item(visit)),
        Value::Structure(view) => bracketed(text, ['{', '}'], |visit| view.for_each_value(visit)),
        Value::Map(entries) => {
            let entries: Vec<_> = entries.iter().map(|(key, value)| format!("{key}={value}")).collect();
            push_display(text, format_args!("{{{}}}", entries.join(", ")));
        }
    }
}

fn push_display(text: &mut String, value: impl Display) {
    write!(text, "{value}").expect("a String takes every text");
}

fn bracketed<'a>(
    text: &mut String,
    [open, close]: [char; 2],
    for_each: impl FnOnce(&mut dyn FnMut(Value<'a>)),
) {
    text.push(open);
    let mut first = true;
    for_each(&mut |item| {
        if !first {
            text.push_str(", ");
        }
        first = false;
        push(text, item);
    });
    text.push(close);
}
