//! The table of a request: its members, their shapes and the rules that the service checks.

use crate::pattern::Pattern;

/// A row of a request's table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Member {
    /// The name on the wire, for example `S3Bucket`.
    pub name: &'static str,
    /// Whether its absence is a complaint.
    pub required: bool,
    /// Whether the service leaves the value out of its complaints.
    pub sensitive: bool,
    /// The type, with its rules.
    pub shape: Shape,
}

/// The type of a member, with the rules about its value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    /// A text.
    String(TextRules),
    /// A whole number.
    Integer(Bounds<i64>),
    /// A number with a fraction.
    Double(Bounds<f64>),
    /// A truth value.
    Boolean,
    /// A deployment package: present or absent, never looked into here.
    Blob,
    /// The payload of an invocation, which is the whole body of its request.
    Payload,
    /// A list of elements of one shape.
    List(ListRules),
    /// A map from texts to values of one shape.
    Map(MapRules),
    /// A nested structure with a table of its own.
    Structure(&'static [Member]),
}

impl Shape {
    /// A text without rules.
    pub const STRING: Self = Self::String(TextRules::ANY);
}

/// Inclusive bounds, each of which may be missing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds<T> {
    /// The least value that is accepted.
    pub min: Option<T>,
    /// The greatest value that is accepted.
    pub max: Option<T>,
}

impl<T: Copy + PartialOrd> Bounds<T> {
    /// No bounds at all.
    pub const NONE: Self = Self { min: None, max: None };

    /// A bound below only.
    #[must_use]
    pub const fn at_least(min: T) -> Self {
        Self { min: Some(min), max: None }
    }

    /// Bounds on both sides.
    #[must_use]
    pub const fn within(min: T, max: T) -> Self {
        Self { min: Some(min), max: Some(max) }
    }

    /// Tells whether a value is within the bounds.
    #[must_use]
    pub fn admit(&self, value: T) -> bool {
        self.min.is_none_or(|min| value >= min) && self.max.is_none_or(|max| value <= max)
    }
}

/// The rules about a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TextRules {
    /// Bounds of the length, counted in Unicode scalar values.
    pub length: Bounds<usize>,
    /// The pattern that the whole text has to match.
    pub pattern: Option<&'static Pattern>,
    /// The only texts that are accepted, in the order in which the service prints them.
    pub values: Option<&'static [&'static str]>,
    /// Other texts that are accepted as well as those values, which the service does not print.
    pub unprinted: &'static [&'static [&'static str]],
}

impl TextRules {
    /// Accepts any text.
    pub const ANY: Self = Self { length: Bounds::NONE, pattern: None, values: None, unprinted: &[] };

    /// Accepts only the given texts.
    #[must_use]
    pub const fn one_of(values: &'static [&'static str]) -> Self {
        Self { values: Some(values), ..Self::ANY }
    }

    /// Accepts texts that the service does not print among the values.
    #[must_use]
    pub const fn or_unprinted(self, unprinted: &'static [&'static [&'static str]]) -> Self {
        Self { unprinted, ..self }
    }

    /// Adds bounds of the length.
    #[must_use]
    pub const fn length(self, min: usize, max: usize) -> Self {
        Self { length: Bounds::within(min, max), ..self }
    }

    /// Adds a pattern.
    #[must_use]
    pub const fn pattern(self, pattern: &'static Pattern) -> Self {
        Self { pattern: Some(pattern), ..self }
    }

    /// Tells whether a text satisfies every rule.
    #[must_use]
    pub fn admits(&self, text: &str) -> bool {
        self.length.admit(text.chars().count())
            && self.pattern.is_none_or(|pattern| pattern.matches(text))
            && self.has_value(text)
    }

    /// Tells whether a text is one of the values, if they are limited.
    pub(crate) fn has_value(&self, text: &str) -> bool {
        let unprinted = || self.unprinted.iter().any(|texts| texts.contains(&text));
        self.values.is_none_or(|values| values.contains(&text) || unprinted())
    }
}

/// The rules about a list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ListRules {
    /// What each item has to be.
    pub item: &'static Shape,
    /// How the service's complaint about an item puts these rules.
    pub words: ItemWords,
    /// Bounds of the number of items.
    pub length: Bounds<usize>,
}

/// How the service puts the rules about the items of a list in a complaint.
///
/// The items here are never null; whether they may be is only seen in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemWords {
    /// `Member must satisfy constraint: [RULE, Member must not be null]`.
    NestedNotNull,
    /// `Member must satisfy constraint: [RULE]`.
    Nested,
    /// `RULE`, as if the list were the item.
    Plain,
}

/// The rules about a map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MapRules {
    /// What each key has to be.
    pub key: TextRules,
    /// What each value has to be.
    pub value: &'static Shape,
    /// Bounds of the number of entries.
    pub length: Bounds<usize>,
}

impl MapRules {
    /// Accepts any map from texts to texts.
    pub const ANY: Self = Self { key: TextRules::ANY, value: &Shape::STRING, length: Bounds::NONE };
}
