//! Requests as decoders find them, made from their tables.

use funclet_validation::{Bounds, Document, ListRules, Member, Shape, TextRules};
use proptest::bool::weighted;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::string::string_regex;

use crate::words::{ALIAS_NAME, COLLECTION_NAME, admits};

/// Documents that satisfy every rule of a table: required members are there, others perhaps, or null.
pub(crate) fn valid(members: &'static [Member]) -> BoxedStrategy<Document<()>> {
    let entries: Vec<_> = members.iter().map(entry).collect();
    let unknown = proptest::option::weighted(0.1, Just(("Unknown".to_owned(), Document::Double(1.5))));
    (entries, unknown)
        .prop_map(|(entries, unknown)| entries.into_iter().chain([unknown]).flatten().collect::<Vec<_>>())
        .prop_shuffle()
        .prop_map(Document::Map)
        .boxed()
}

fn entry(member: &'static Member) -> BoxedStrategy<Option<(String, Document<()>)>> {
    let named = |value| Some((member.name.to_owned(), value));
    let there = values_of(member).prop_map(named);
    if member.required {
        return there.boxed();
    }
    prop_oneof![6 => there, 5 => Just(None), 1 => Just(named(Document::Null))].boxed()
}

/// Values of a member; those that later stages ask for are more frequent, so that these are reached.
fn values_of(member: &'static Member) -> BoxedStrategy<Document<()>> {
    let any = values(member.shape);
    let often = match member.name {
        "FunctionName" => Document::String("hello".into()),
        "Runtime" => Document::String("python3.12".into()),
        // None at all counts as absent.
        "TagKeys" => return any.prop_filter("keys", |keys| *keys != Document::List(Vec::new())).boxed(),
        _ => return any,
    };
    prop_oneof![Just(often), any].boxed()
}

fn values(shape: Shape) -> BoxedStrategy<Document<()>> {
    match shape {
        Shape::String(rules) => texts(rules).prop_map(Document::String).boxed(),
        Shape::Integer(bounds) => integers(bounds).prop_map(Document::Integer).boxed(),
        Shape::Double(bounds) => doubles(bounds),
        Shape::Boolean => any::<bool>().prop_map(Document::Bool).boxed(),
        Shape::Blob => Just(Document::Blob(())).boxed(),
        Shape::Payload => Just(Document::Payload("{}".into())).boxed(),
        Shape::List(list) => lists(list),
        Shape::Map(map) => {
            let (min, max) = (map.length.min.unwrap_or(0), map.length.max.unwrap_or(3));
            btree_map(texts(map.key), values(*map.value), min..=max)
                .prop_map(|map| Document::Map(map.into_iter().collect()))
                .boxed()
        }
        Shape::Structure(members) => valid(members),
    }
}

/// Texts made from the pattern, some of them as long as the rules allow.
fn texts(rules: TextRules) -> BoxedStrategy<String> {
    if let Some(values) = rules.values {
        return proptest::sample::select(values).prop_map(str::to_owned).boxed();
    }
    let expression = match rules.pattern.map(|pattern| pattern.as_str()) {
        None => {
            let min = rules.length.min.unwrap_or(0);
            format!(".{{{min},{}}}", rules.length.max.unwrap_or(min + 12).min(min + 12))
        }
        Some(COLLECTION_NAME) => "[_a-rt-zA-Z0-9][^$]{0,20}".to_owned(),
        Some(ALIAS_NAME) => "[0-9]{0,3}[a-zA-Z_-][0-9a-zA-Z_-]{0,30}".to_owned(),
        // What the generator does not understand: look-around, anchors inside, classes of ASCII.
        Some(r"[0-9A-Za-z\.\-_]*(?<!\.)") => "[0-9A-Za-z._-]{2,62}[a-z]".to_owned(),
        Some(r"((?!^\d+$)^[0-9a-zA-Z-_]+$)") => "[a-z][0-9a-zA-Z_-]{0,30}".to_owned(),
        Some(pattern) => pattern.trim_start_matches('$').replace("$|^", "|").replace(r"\d", "[0-9]"),
    };
    let fitting =
        string_regex(&expression).unwrap().prop_filter("the length", move |text| admits(&rules, text));
    (fitting, weighted(0.1))
        .prop_map(move |(text, longest)| match rules.length.max {
            Some(max) if longest => {
                Some(stretched(&text, max)).filter(|long| admits(&rules, long)).unwrap_or(text)
            }
            _ => text,
        })
        .boxed()
}

/// The text with its last character repeated until it has a length.
pub(crate) fn stretched(text: &str, length: usize) -> String {
    let last = text.chars().next_back().unwrap_or('x');
    text.chars().chain(std::iter::repeat(last)).take(length).collect()
}

fn integers(bounds: Bounds<i64>) -> impl Strategy<Value = i64> {
    let (min, max) = (bounds.min.unwrap_or(i64::MIN), bounds.max.unwrap_or(i64::MAX));
    prop_oneof![Just(min), Just(max), min..=max]
}

fn doubles(bounds: Bounds<f64>) -> BoxedStrategy<Document<()>> {
    let (min, max) = (bounds.min.unwrap_or(-1e12), bounds.max.unwrap_or(1e12));
    let fractions = prop_oneof![Just(min), Just(max), min..max].prop_map(Document::Double);
    prop_oneof![fractions, (min as i64..=max as i64).prop_map(Document::Integer)].boxed()
}

/// Lists, some of them as long as the rules allow.
fn lists(list: ListRules) -> BoxedStrategy<Document<()>> {
    let (min, max) = (list.length.min.unwrap_or(0), list.length.max.unwrap_or(3));
    (vec(values(*list.item), min..=max.min(3)), weighted(0.1))
        .prop_map(move |(mut items, longest)| {
            if let Some(last) = items.last().cloned().filter(|_| longest) {
                items.resize(max, last);
            }
            Document::List(items)
        })
        .boxed()
}

/// A place in a document that its table knows.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The index at each depth: of an entry or of an item.
    pub(crate) path: Vec<usize>,
    pub(crate) shape: Shape,
    /// The member that stands there, if it is no item and no value of a map.
    pub(crate) member: Option<&'static Member>,
}

/// All places of a document, itself first.
pub(crate) fn places(document: &Document<()>, members: &'static [Member]) -> Vec<Place> {
    let mut places = vec![Place { path: Vec::new(), shape: Shape::Structure(members), member: None }];
    // What is added is looked into in its turn.
    for index in 0.. {
        let Some(outer) = places.get(index).cloned() else { break };
        let below = |index, shape, member| {
            let path = outer.path.iter().copied().chain([index]).collect();
            Place { path, shape, member }
        };
        match (outer.shape, at(document, &outer.path)) {
            (Shape::Structure(members), Document::Map(entries)) => {
                places.extend(entries.iter().enumerate().filter_map(|(index, (name, _))| {
                    let member = members.iter().find(|member| member.name == name)?;
                    Some(below(index, member.shape, Some(member)))
                }));
            }
            (Shape::Map(map), Document::Map(entries)) => {
                places.extend((0..entries.len()).map(|index| below(index, *map.value, None)));
            }
            (Shape::List(list), Document::List(items)) => {
                places.extend((0..items.len()).map(|index| below(index, *list.item, None)));
            }
            _ => {}
        }
    }
    places
}

/// What stands at a place.
pub(crate) fn at<'a>(document: &'a Document<()>, path: &[usize]) -> &'a Document<()> {
    path.iter().fold(document, |outer, index| match outer {
        Document::Map(entries) => &entries[*index].1,
        Document::List(items) => &items[*index],
        other => panic!("nothing is in {other:?}"),
    })
}

/// Puts another value at a place.
pub(crate) fn replace(document: &mut Document<()>, path: &[usize], value: Document<()>) {
    let place = path.iter().fold(document, |outer, index| match outer {
        Document::Map(entries) => &mut entries[*index].1,
        Document::List(items) => &mut items[*index],
        other => panic!("nothing is in {other:?}"),
    });
    *place = value;
}
