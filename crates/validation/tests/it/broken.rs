//! Requests with mistakes, of every table.
//!
//! Goal: a request that breaks rules of its table gets a complaint about each of them, in the words of the service, and no
//! other; one that breaks none gets no complaint. Method: a valid document is made from the table, and at places drawn
//! anywhere in it the values are replaced by such as break one rule or several; and each rule is broken by itself. What is
//! complained about is compared with the places, and the complaints with the words of [`words`](crate::words). Mistakes in
//! the type of a value are made one at a time, since the first is answered alone.

use std::collections::BTreeSet;

use funclet_validation::{
    Document, Kind, ListRules, MapRules, Member, Rejection, Shape, TextRules, WrongType,
};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::{Union, ValueTree as _};
use proptest::test_runner::TestRunner;

use crate::documents::{Place, at, places, replace, stretched, valid};
use crate::tables::{TABLES, Table};
use crate::words::{admits, complaints, complaints_about, first_small, is_admitted};

/// A table and a valid request of it. Tables with more members come more often.
fn requests() -> impl Strategy<Value = (&'static Table, Document<()>)> {
    let of_table = |table: &'static Table| {
        let weight = 4 + u32::try_from(table.members.len()).unwrap();
        (weight, valid(table.members).prop_map(move |document| (table, document)).boxed())
    };
    Union::new_weighted(TABLES.iter().map(of_table).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn what_breaks_rules_is_complained_about_and_nothing_else(
        (table, mut document) in requests(),
        draws in proptest::collection::vec(any::<[Index; 2]>(), 0..6),
        without_nulls: bool,
    ) {
        prop_assert_eq!(complaints(table.members, &document), Vec::<String>::new());
        let mut broken = Vec::new();
        for draw in draws {
            break_one(table, &mut document, &mut broken, draw);
        }
        judge(table, document, &broken, without_nulls)?;
    }

    #[test]
    fn wrong_types_are_told_with_their_place(
        (table, mut document) in requests(),
        [place, value] in any::<[Index; 2]>(),
    ) {
        let places = places(&document, table.members);
        let Place { path, shape, member } = place.get(&places);
        let mut wrong = of_every_kind();
        wrong.retain(|value| !accepted(shape, *member, value.kind()));
        let wrong = value.get(&wrong).clone();
        let expected = (as_sent(&document, path), kind(shape), wrong.kind());
        replace(&mut document, path, wrong);
        let WrongType { path, expected: asked, found, .. } = (table.validate)(document).unwrap_err();
        prop_assert_eq!((path, asked, found), expected);
    }
}

/// Each rule by itself, so that none depends on what is drawn.
#[test]
fn every_rule_is_complained_about() {
    let mut runner = TestRunner::deterministic();
    for table in TABLES.iter().flat_map(|table| [table; 8]) {
        let document = valid(table.members).new_tree(&mut runner).unwrap().current();
        for (member, path) in breakable(table, &document, &[]) {
            for value in bad_values(member, at(&document, &path)) {
                let mut document = document.clone();
                replace(&mut document, &path, value);
                judge(table, document, std::slice::from_ref(&path), false)
                    .unwrap_or_else(|difference| panic!("{table:?}: {difference}"));
            }
        }
    }
}

/// Validates a document in which the values at some places are broken, and compares the complaints.
fn judge(
    table: &Table,
    mut document: Document<()>,
    broken: &[Vec<usize>],
    without_nulls: bool,
) -> Result<(), TestCaseError> {
    let paths: BTreeSet<_> = broken.iter().map(|path| as_complained(&document, path)).collect();
    let mut expected = complaints(table.members, &document);
    if without_nulls {
        remove_nulls(&mut document);
    }
    let mut found = Vec::new();
    match (table.validate)(document) {
        Ok(Err(Rejection::Validation(error))) => {
            let about: BTreeSet<_> = error.complaints().iter().map(|one| one.path().to_owned()).collect();
            prop_assert_eq!(about, paths);
            found.extend(error.complaints().iter().map(ToString::to_string));
            let plural = if found.len() == 1 { "" } else { "s" };
            let text = format!("{} validation error{plural} detected: {}", found.len(), found.join("; "));
            prop_assert_eq!(error.to_string(), text);
        }
        // Rules of later stages answer only where no rule of the table is broken.
        Ok(_) => prop_assert!(paths.is_empty(), "no complaint about {:?}", paths),
        Err(wrong) => return Err(TestCaseError::fail(wrong.to_string())),
    }
    found.sort_unstable();
    expected.sort_unstable();
    prop_assert_eq!(found, expected);
    Ok(())
}

/// Replaces the value of a member by one that breaks a rule, unless something in it is broken already.
fn break_one(
    table: &Table,
    document: &mut Document<()>,
    broken: &mut Vec<Vec<usize>>,
    [place, value]: [Index; 2],
) {
    let breakable = breakable(table, document, broken);
    if breakable.is_empty() {
        return;
    }
    let (member, path) = place.get(&breakable);
    let values = bad_values(member, at(document, path));
    if !values.is_empty() {
        replace(document, path, value.get(&values).clone());
        broken.push(path.clone());
    }
}

/// The members that can be broken without repairing what is broken already.
fn breakable(
    table: &Table,
    document: &Document<()>,
    broken: &[Vec<usize>],
) -> Vec<(&'static Member, Vec<usize>)> {
    places(document, table.members)
        .into_iter()
        .filter(|place| !broken.iter().any(|path| path.starts_with(&place.path)))
        .filter_map(|place| Some((place.member.filter(|member| has_rules(member))?, place.path)))
        .collect()
}

/// Whether the value of the member itself, and not only what is below it, can break a rule.
fn has_rules(member: &Member) -> bool {
    member.required
        || !matches!(
            member.shape,
            Shape::STRING | Shape::Boolean | Shape::Blob | Shape::Payload | Shape::Structure(_)
        )
}

/// Values that break a rule of a member, or several, but none of the members below it.
fn bad_values(member: &Member, value: &Document<()>) -> Vec<Document<()>> {
    let mut values = candidates(member, value);
    values.retain(|value| !complaints_about(member, value).is_empty());
    values
}

/// Values of which most break a rule.
fn candidates(member: &Member, value: &Document<()>) -> Vec<Document<()>> {
    let mut values = broken_values(&member.shape, value);
    values.extend(member.required.then_some(Document::Null));
    values
}

fn broken_values(shape: &Shape, value: &Document<()>) -> Vec<Document<()>> {
    match (shape, value) {
        (Shape::String(rules), Document::String(text)) => {
            bad_texts(rules, text).into_iter().map(Document::String).collect()
        }
        (Shape::Integer(bounds), _) => {
            let below = bounds.min.map(|min| [min - 1, i64::MIN]);
            let above = bounds.max.map(|max| [max + 1, i64::MAX]);
            [below, above].into_iter().flatten().flatten().map(Document::Integer).collect()
        }
        (Shape::Double(bounds), _) => {
            let beyond = [bounds.min.map(|min| min - 0.125), bounds.max.map(|max| max + 1.0)];
            let beyond: Vec<_> = beyond.into_iter().flatten().collect();
            let whole = beyond.iter().map(|beyond| Document::Integer(beyond.round() as i64 * 2));
            whole.chain(beyond.iter().copied().map(Document::Double)).collect()
        }
        (Shape::List(list), Document::List(items)) => bad_lists(list, items),
        (Shape::Map(map), Document::Map(entries)) => bad_maps(map, entries),
        _ => Vec::new(),
    }
}

/// Texts of which most break a rule. A line feed fits no pattern, the others few.
fn bad_texts(rules: &TextRules, text: &str) -> Vec<String> {
    let mut texts = vec![
        String::new(),
        format!("{text}\n"),
        format!("\n{text}"),
        format!("{text}."),
        format!("{text} \u{a0}"),
        text.to_lowercase(),
        text.to_uppercase(),
        text.replace(|letter: char| letter.is_ascii_digit(), "\u{663}"),
        "7".to_owned(),
        "arn:aws:lambda".to_owned(),
        "null".to_owned(),
    ];
    if let Some(max) = rules.length.max {
        texts.extend([stretched(text, max + 1), stretched("\n", max + 1), stretched("\u{1f980}", max + 1)]);
    }
    if let Some(min) = rules.length.min {
        texts.push(text.chars().take(min.saturating_sub(1)).collect());
    }
    texts
}

/// Too long, too short, with a bad item, or too long with bad items.
fn bad_lists(list: &ListRules, items: &[Document<()>]) -> Vec<Document<()>> {
    let mut lists = Vec::new();
    let beyond = list.length.max.map_or(items.len() + 1, |max| max + 1);
    let filled = |item: &Document<()>| {
        let mut items = items.to_vec();
        items.resize(beyond.max(items.len()), item.clone());
        items
    };
    lists.extend(items.last().map(filled));
    lists.push(items[..list.length.min.unwrap_or(0).saturating_sub(1)].to_vec());
    if let Shape::String(rules) = list.item {
        for bad in bad_texts(rules, "sg-1").into_iter().map(Document::String) {
            lists.extend(items.first().map(|_| [std::slice::from_ref(&bad), &items[1..]].concat()));
            lists.push(filled(&bad));
        }
    }
    lists.into_iter().map(Document::List).collect()
}

/// With bad keys, bad values, and both; and without entries, which may be too few.
fn bad_maps(map: &MapRules, entries: &[(String, Document<()>)]) -> Vec<Document<()>> {
    let Some((good_key, good_value)) = entries.first() else { return Vec::new() };
    let with = |key: &str, value: &Document<()>| {
        let others = entries.iter().filter(|(name, _)| name != key).cloned();
        Document::Map(others.chain([(key.to_owned(), value.clone())]).collect())
    };
    let mut keys = bad_texts(&map.key, good_key);
    keys.retain(|key| !admits(&map.key, key));
    let mut values = broken_values(map.value, good_value);
    values.retain(|value| !is_admitted(map.value, value));
    let both = keys.iter().zip(values.iter().cycle()).map(|(key, value)| with(key, value));
    let bad_keys = keys.iter().map(|key| with(key, good_value));
    let bad_values = values.iter().map(|value| with(good_key, value));
    bad_keys.chain(bad_values).chain(both).chain([Document::Map(Vec::new())]).collect()
}

/// One value of every kind.
fn of_every_kind() -> Vec<Document<()>> {
    vec![
        Document::Null,
        Document::Bool(true),
        Document::Integer(1),
        Document::Double(1.5),
        Document::String("text".into()),
        Document::Blob(()),
        Document::Payload("{}".into()),
        Document::List(Vec::new()),
        Document::Map(Vec::new()),
    ]
}

/// Null counts as absent, but not inside of lists and maps.
fn accepted(shape: &Shape, member: Option<&Member>, found: Kind) -> bool {
    let whole_number = matches!(shape, Shape::Double(_)) && found == Kind::Integer;
    found == kind(shape) || whole_number || (found == Kind::Null && member.is_some())
}

fn kind(shape: &Shape) -> Kind {
    match shape {
        Shape::String(_) => Kind::String,
        Shape::Integer(_) => Kind::Integer,
        Shape::Double(_) => Kind::Double,
        Shape::Boolean => Kind::Boolean,
        Shape::Blob => Kind::Blob,
        Shape::Payload => Kind::Payload,
        Shape::List(_) => Kind::List,
        Shape::Map(_) | Shape::Structure(_) => Kind::Map,
    }
}

/// A place as complaints print it.
fn as_complained(document: &Document<()>, path: &[usize]) -> String {
    joined(document, path, |index| format!("{}.member", index + 1), first_small)
}

/// A place as wrong types print it.
fn as_sent(document: &Document<()>, path: &[usize]) -> String {
    joined(document, path, |index| index.to_string(), str::to_owned)
}

fn joined(
    document: &Document<()>,
    path: &[usize],
    item: impl Fn(usize) -> String,
    name: impl Fn(&str) -> String,
) -> String {
    let step = |depth: usize| match at(document, &path[..depth]) {
        Document::Map(entries) => name(&entries[path[depth]].0),
        _ => item(path[depth]),
    };
    (0..path.len()).map(step).collect::<Vec<_>>().join(".")
}

fn remove_nulls(document: &mut Document<()>) {
    match document {
        Document::Map(entries) => {
            entries.retain(|(_, value)| *value != Document::Null);
            entries.iter_mut().for_each(|(_, value)| remove_nulls(value));
        }
        Document::List(items) => items.iter_mut().for_each(remove_nulls),
        _ => {}
    }
}
