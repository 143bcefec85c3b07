//! Single rules: whether a value breaks one, and how the service words it.

use std::fmt;

use crate::constraint::{Bounds, TextRules};
use crate::pattern::Pattern;

/// A rule about one value. Prints the words of the service.
#[derive(Clone, Copy)]
pub(crate) enum Rule {
    NotNull,
    LengthMax(usize),
    LengthMin(usize),
    Matches(&'static Pattern),
    OneOf(TextRules),
    IntegerMax(i64),
    IntegerMin(i64),
    DoubleMax(f64),
    DoubleMin(f64),
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotNull => f.write_str("Member must not be null"),
            Self::LengthMax(max) => write!(f, "Member must have length less than or equal to {max}"),
            Self::LengthMin(min) => write!(f, "Member must have length greater than or equal to {min}"),
            Self::Matches(pattern) => write!(f, "Member must satisfy regular expression pattern: {pattern}"),
            Self::OneOf(TextRules { values, .. }) => {
                let values = values.unwrap_or_default().join(", ");
                write!(f, "Member must satisfy enum value set: [{values}]")
            }
            Self::IntegerMax(max) => write!(f, "Member must have value less than or equal to {max}"),
            Self::IntegerMin(min) => write!(f, "Member must have value greater than or equal to {min}"),
            // With a fraction even where it is zero, as in the recorded `1.0`.
            Self::DoubleMax(max) => write!(f, "Member must have value less than or equal to {max:?}"),
            Self::DoubleMin(min) => write!(f, "Member must have value greater than or equal to {min:?}"),
        }
    }
}

/// The rules about a text, in the order in which the service prints them.
pub(crate) fn text_rules(text: &TextRules) -> impl Iterator<Item = Rule> {
    let length = length_rules(text.length);
    length.chain(text.pattern.map(Rule::Matches)).chain(text.values.map(|_| Rule::OneOf(*text)))
}

/// The rules about a length, in the order in which the service prints them.
pub(crate) fn length_rules(length: Bounds<usize>) -> impl Iterator<Item = Rule> {
    length.max.map(Rule::LengthMax).into_iter().chain(length.min.map(Rule::LengthMin))
}

/// The rules about a whole number, in the order in which the service prints them.
pub(crate) fn integer_rules(bounds: Bounds<i64>) -> impl Iterator<Item = Rule> {
    bounds.max.map(Rule::IntegerMax).into_iter().chain(bounds.min.map(Rule::IntegerMin))
}

/// The rules about a number with a fraction, in the order in which the service prints them.
pub(crate) fn double_rules(bounds: Bounds<f64>) -> impl Iterator<Item = Rule> {
    bounds.max.map(Rule::DoubleMax).into_iter().chain(bounds.min.map(Rule::DoubleMin))
}

/// Whether a text breaks a rule. Lengths count Unicode scalar values.
pub(crate) fn broken_by_text(rule: Rule, text: &str) -> bool {
    match rule {
        Rule::Matches(pattern) => !pattern.matches(text),
        Rule::OneOf(rules) => !rules.has_value(text),
        Rule::LengthMax(_) | Rule::LengthMin(_) => broken_by_length(rule, text.chars().count()),
        _ => false,
    }
}

/// Whether a number of characters, items or entries breaks a rule.
pub(crate) fn broken_by_length(rule: Rule, length: usize) -> bool {
    match rule {
        Rule::LengthMax(max) => length > max,
        Rule::LengthMin(min) => length < min,
        _ => false,
    }
}

/// Whether a whole number breaks a rule.
pub(crate) fn broken_by_integer(rule: Rule, value: i64) -> bool {
    match rule {
        Rule::IntegerMax(max) => value > max,
        Rule::IntegerMin(min) => value < min,
        _ => false,
    }
}

/// Whether a number breaks a rule.
pub(crate) fn broken_by_double(rule: Rule, value: f64) -> bool {
    match rule {
        Rule::DoubleMax(max) => value > max,
        Rule::DoubleMin(min) => value < min,
        _ => false,
    }
}
