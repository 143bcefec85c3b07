//! The words of the service about a request, spelled from its table a second time and on purpose not with the code of the
//! crate: what is recorded of AWS is repeated here, and patterns are matched by other means.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use funclet_validation::{Bounds, Document, ItemWords, ListRules, Member, Shape, TextRules};
use regex::Regex;

/// All complaints about the members of a structure.
pub(crate) fn complaints(members: &[Member], document: &Document<()>) -> Vec<String> {
    let mut found = Vec::new();
    for_each_member(members, document, "", &mut found);
    found
}

/// All complaints about one member and what is below it.
pub(crate) fn complaints_about(member: &Member, value: &Document<()>) -> Vec<String> {
    let mut found = Vec::new();
    about(member, value, &first_small(member.name), &mut found);
    found
}

/// Whether a text satisfies every rule.
pub(crate) fn admits(rules: &TextRules, text: &str) -> bool {
    judged(rules, text).iter().all(|(_, broken)| !broken)
}

/// As complaints print the name of a member.
pub(crate) fn first_small(name: &str) -> String {
    name[..1].to_lowercase() + &name[1..]
}

fn for_each_member(members: &[Member], document: &Document<()>, prefix: &str, found: &mut Vec<String>) {
    for member in members {
        about(member, value_of(member, document), &format!("{prefix}{}", first_small(member.name)), found);
    }
}

fn value_of<'a>(member: &Member, document: &'a Document<()>) -> &'a Document<()> {
    let Document::Map(entries) = document else { panic!("a structure, not {document:?}") };
    entries.iter().find(|(name, _)| name == member.name).map_or(&Document::Null, |(_, value)| value)
}

fn about(member: &Member, value: &Document<()>, path: &str, found: &mut Vec<String>) {
    let shown = match value {
        Document::Null => "Value null".to_owned(),
        _ if member.sensitive => "Value".to_owned(),
        _ => format!("Value '{}'", printed(&member.shape, value)),
    };
    let mut complain = |words: &str| {
        found.push(format!("{shown} at '{path}' failed to satisfy constraint: {words}"));
    };
    match (member.shape, value) {
        (_, Document::Null) if member.required => complain("Member must not be null"),
        (Shape::String(rules), Document::String(text)) => {
            judged(&rules, text).iter().filter(|(_, broken)| *broken).for_each(|(words, _)| complain(words));
        }
        (Shape::Integer(bounds), Document::Integer(value)) => {
            outside(bounds, *value, "value").iter().for_each(|words| complain(words));
        }
        (Shape::Double(bounds), Document::Double(value)) => {
            outside(bounds, *value, "value").iter().for_each(|words| complain(words));
        }
        (Shape::Double(bounds), Document::Integer(value)) => {
            outside(bounds, *value as f64, "value").iter().for_each(|words| complain(words));
        }
        (Shape::List(list), Document::List(items)) => {
            outside(list.length, items.len(), "length").iter().for_each(|words| complain(words));
            match list.item {
                Shape::Structure(members) => {
                    for (index, item) in items.iter().enumerate() {
                        for_each_member(members, item, &format!("{path}.{}.member.", index + 1), found);
                    }
                }
                item if items.iter().all(|one| is_admitted(item, one)) => {}
                Shape::String(rules) if list.words == ItemWords::Plain => {
                    let broken = items.iter().flat_map(|item| judged(rules, text(item)));
                    let broken: BTreeSet<_> = broken.filter(|(_, broken)| *broken).collect();
                    broken.iter().for_each(|(words, _)| complain(words));
                }
                _ => complain(&of_items(&list)),
            }
        }
        (Shape::Map(map), Document::Map(entries)) => {
            outside(map.length, entries.len(), "length").iter().for_each(|words| complain(words));
            if !entries.iter().all(|(_, value)| is_admitted(map.value, value)) {
                complain(&nested("Map value", map.value, true));
            }
            if !entries.iter().all(|(key, _)| admits(&map.key, key)) {
                complain(&nested("Map keys", &Shape::String(map.key), false));
            }
        }
        (Shape::Structure(members), Document::Map(_)) => {
            for_each_member(members, value, &format!("{path}."), found);
        }
        _ => {}
    }
}

/// The rules about a text in the order of the service, and which of them it breaks.
fn judged(rules: &TextRules, text: &str) -> Vec<(String, bool)> {
    let length = text.chars().count();
    let longest = rules.length.max.map(|max| (at_most("length", max), length > max));
    let shortest = rules.length.min.map(|min| (at_least("length", min), length < min));
    let pattern = rules.pattern.map(|pattern| {
        let words = format!("Member must satisfy regular expression pattern: {}", pattern.as_str());
        (words, !matches(pattern.as_str(), text))
    });
    let values = rules.values.map(|values| {
        let words = format!("Member must satisfy enum value set: [{}]", values.join(", "));
        (words, !values.contains(&text) && !rules.unprinted.concat().contains(&text))
    });
    [longest, shortest, pattern, values].into_iter().flatten().collect()
}

/// The words about the bound that a number is beyond, if it is.
fn outside<T: PartialOrd + std::fmt::Debug>(bounds: Bounds<T>, number: T, what: &str) -> Option<String> {
    let above = bounds.max.filter(|max| number > *max).map(|max| at_most(what, max));
    above.or(bounds.min.filter(|min| number < *min).map(|min| at_least(what, min)))
}

fn at_most(what: &str, max: impl std::fmt::Debug) -> String {
    format!("Member must have {what} less than or equal to {max:?}")
}

fn at_least(what: &str, min: impl std::fmt::Debug) -> String {
    format!("Member must have {what} greater than or equal to {min:?}")
}

fn of_items(list: &ListRules) -> String {
    nested("Member", list.item, list.words == ItemWords::NestedNotNull)
}

/// Whether a part of a value, which is no structure, satisfies every rule.
pub(crate) fn is_admitted(shape: &Shape, part: &Document<()>) -> bool {
    match (shape, part) {
        (Shape::String(rules), part) => admits(rules, text(part)),
        (Shape::Double(bounds), Document::Double(value)) => outside(*bounds, *value, "").is_none(),
        (Shape::Double(bounds), Document::Integer(value)) => outside(*bounds, *value as f64, "").is_none(),
        (Shape::List(list), Document::List(items)) => {
            outside(list.length, items.len(), "").is_none()
                && items.iter().all(|item| is_admitted(list.item, item))
        }
        (shape, part) => panic!("no table has {shape:?} there, but for {part:?}"),
    }
}

fn nested(what: &str, shape: &Shape, not_null: bool) -> String {
    let bounds = |what: &str, max: Option<String>, min: Option<String>| {
        let words = |side: &str, bound| format!("Member must have {what} {side} than or equal to {bound}");
        [max.map(|max| words("less", max)), min.map(|min| words("greater", min))]
    };
    let mut words: Vec<_> = match shape {
        Shape::String(rules) => judged(rules, "").into_iter().map(|(words, _)| words).collect(),
        Shape::Double(Bounds { min, max }) => {
            let text = |bound: f64| format!("{bound:?}");
            bounds("value", max.map(text), min.map(text)).into_iter().flatten().collect()
        }
        Shape::List(list) => {
            let text = |bound: usize| bound.to_string();
            let length = bounds("length", list.length.max.map(text), list.length.min.map(text));
            length.into_iter().flatten().chain([of_items(list)]).collect()
        }
        other => panic!("no table has {other:?} there"),
    };
    words.extend(not_null.then(|| "Member must not be null".to_owned()));
    format!("{what} must satisfy constraint: [{}]", words.join(", "))
}

fn printed(shape: &Shape, value: &Document<()>) -> String {
    match (shape, value) {
        (_, Document::Null) => "null".into(),
        (_, Document::String(text)) => text.clone(),
        (Shape::Double(_), Document::Integer(number)) => format!("{number}.0"),
        (_, Document::Integer(number)) => number.to_string(),
        (_, Document::Double(number)) => format!("{number:?}"),
        (Shape::List(list), Document::List(items)) => {
            format!("[{}]", joined(items.iter().map(|item| printed(list.item, item))))
        }
        (Shape::Map(map), Document::Map(entries)) => {
            format!(
                "{{{}}}",
                joined(entries.iter().map(|(key, value)| format!("{key}={}", printed(map.value, value))))
            )
        }
        (Shape::Structure(members), value) => {
            let values = members.iter().map(|member| printed(&member.shape, value_of(member, value)));
            format!("{{{}}}", joined(values))
        }
        // Nothing complains about truth values and packages.
        _ => String::new(),
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

fn text(value: &Document<()>) -> &str {
    let Document::String(text) = value else { panic!("a text, not {value:?}") };
    text
}

/// Matches a whole text. Classes are those of ASCII, as in Java; look-around, which the engine does not know, is taken out
/// and done by hand.
fn matches(pattern: &'static str, text: &str) -> bool {
    match pattern {
        r"[0-9A-Za-z\.\-_]*(?<!\.)" => !text.ends_with('.') && is_match(r"[0-9A-Za-z\.\-_]*", text),
        COLLECTION_NAME => !text.starts_with("system.") && is_match("[_a-zA-Z0-9][^$]*", text),
        ALIAS_NAME => !is_match("[0-9]+", text) && is_match("[a-zA-Z0-9-_]+", text),
        r"((?!^\d+$)^[0-9a-zA-Z-_]+$)" => !is_match(r"\d+", text) && is_match("[0-9a-zA-Z-_]+", text),
        other => is_match(other, text),
    }
}

/// Has a look-ahead.
pub(crate) const COLLECTION_NAME: &str = r"(^(?!(system\x2e)))(^[_a-zA-Z0-9])([^$]*)";

/// Has a look-ahead.
pub(crate) const ALIAS_NAME: &str = "(?!^[0-9]+$)([a-zA-Z0-9-_]+)";

fn is_match(pattern: &'static str, text: &str) -> bool {
    static COMPILED: Mutex<BTreeMap<&str, Regex>> = Mutex::new(BTreeMap::new());
    let compile = || {
        let of_ascii =
            pattern.replace(r"[\s\S]", "(?s:.)").replace(r"\d", "[0-9]").replace(r"\s", r" \t\n\x0B\f\r");
        Regex::new(&format!("^(?:{of_ascii})$")).unwrap()
    };
    let regex = COMPILED.lock().unwrap().entry(pattern).or_insert_with(compile).clone();
    regex.is_match(text)
}
