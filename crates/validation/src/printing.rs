//! How complaints print paths, values and nested rules.

use std::fmt::{self, Display, Write};

use crate::constraint::{ItemWords, ListRules, Shape};
use crate::rule::{Rule, double_rules, integer_rules, length_rules, text_rules};
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
    /// Whose rules.
    pub(crate) shape: &'a Shape,
    /// Whether the last of them is that the part must not be null.
    pub(crate) not_null: bool,
}

impl<'a> Nested<'a> {
    /// The rules about the items of a list.
    pub(crate) fn items(list: &'a ListRules) -> Self {
        Self { what: "Member", shape: list.item, not_null: list.words == ItemWords::NestedNotNull }
    }
}

impl Display for Nested<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} must satisfy constraint: [", self.what)?;
        let mut rules = words(self.shape);
        rules.extend(self.not_null.then(|| Rule::NotNull.to_string()));
        write!(f, "{}]", rules.join(", "))
    }
}

/// The words of the rules about a part of a value. Those about a list in a map, which no recording shows, are chosen:
/// of its length, then of its items. No part is a structure or a map in any table, nor is anything asked of a truth value.
fn words(shape: &Shape) -> Vec<String> {
    match shape {
        Shape::String(rules) => text_rules(rules).map(|rule| rule.to_string()).collect(),
        Shape::Integer(bounds) => integer_rules(*bounds).map(|rule| rule.to_string()).collect(),
        Shape::Double(bounds) => double_rules(*bounds).map(|rule| rule.to_string()).collect(),
        Shape::List(list) => {
            let length = length_rules(list.length).map(|rule| rule.to_string());
            length.chain([Nested::items(list).to_string()]).collect()
        }
        Shape::Boolean | Shape::Blob | Shape::Payload | Shape::Map(_) | Shape::Structure(_) => Vec::new(),
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
            text.push('{');
            let mut separator = "";
            entries.for_each_entry(&mut |key, value| {
                push_display(text, format_args!("{separator}{key}="));
                separator = ", ";
                push(text, value);
            });
            text.push('}');
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
