//! The whole table: by example, and beside the service model and docs/compatibility.md.

use std::collections::{BTreeMap, BTreeSet};

use funclet_validation::Shape;

use super::address::Address;
use super::{RequestBody, UNOFFERED, find, routes};
use crate::query::Query;

/// Path and query.
fn cut(uri: &str) -> (&str, Option<&str>) {
    uri.split_once('?').map_or((uri, None), |(path, query)| (path, Some(query)))
}

fn check(method: &str, uri: &str, expected: Result<(&str, &[&str]), &str>) {
    let (path, query) = cut(uri);
    let found = find(&method.parse().unwrap(), path, &Query::parse(query));
    let found = found
        .map(|(route, labels)| (route.name, labels.into_iter().map(|(_, value)| value).collect::<Vec<_>>()));
    let expected = expected.map(|(name, labels)| (name, labels.iter().map(|l| (*l).to_owned()).collect()));
    assert_eq!(found.map_err(|error| error.code()), expected, "{method} {uri}");
}

#[test]
fn operations() {
    check("POST", "/2015-03-31/functions", Ok(("CreateFunction", &[])));
    check("GET", "/2015-03-31/functions", Ok(("ListFunctions", &[])));
    check("GET", "/2015-03-31/functions/", Ok(("ListFunctions", &[])));
    check("GET", "/2015-03-31/functions/f", Ok(("GetFunction", &["f"])));
    check("DELETE", "/2015-03-31/functions/f%3A1", Ok(("DeleteFunction", &["f:1"])));
    check("PUT", "/2015-03-31/functions/f/code", Ok(("UpdateFunctionCode", &["f"])));
    check("GET", "/2015-03-31/functions/f/configuration", Ok(("GetFunctionConfiguration", &["f"])));
    check("PUT", "/2015-03-31/functions/f/configuration", Ok(("UpdateFunctionConfiguration", &["f"])));
    check("GET", "/2015-03-31/functions/f/versions", Ok(("ListVersionsByFunction", &["f"])));
    check("POST", "/2015-03-31/functions/f/versions", Ok(("PublishVersion", &["f"])));
    check("POST", "/2015-03-31/functions/f/invocations", Ok(("Invoke", &["f"])));
    check("POST", "/2017-03-31/tags/arn%3Aaws", Ok(("TagResource", &["arn:aws"])));
}

#[test]
fn what_is_not_offered() {
    check("GET", "/2025-12-01/durable-executions/one", Err("UnknownOperationException"));
    for path in ["/", "//2015-03-31/functions/f", "/2015-03-31/functions/f/", "/2015-03-31/functions//code"] {
        check("GET", path, Err("AccessDeniedException"));
    }
    check("PATCH", "/2015-03-31/functions/f", Err("AccessDeniedException"));
}

/// The path to a package is written down once more than necessary; the request's table has the last word.
#[test]
fn packages_are_where_the_tables_have_them() {
    for route in routes() {
        let mut path = Vec::new();
        for member in route.members {
            match member.shape {
                Shape::Blob => path = vec![member.name],
                Shape::Structure(inner) => {
                    let blob = inner.iter().find(|member| member.shape == Shape::Blob);
                    if let Some(blob) = blob {
                        path = vec![member.name, blob.name];
                    }
                }
                _ => {}
            }
        }
        let stated = if let RequestBody::Package(path) = route.body { path } else { &[] };
        assert_eq!(path, stated, "{}", route.name);
        let payload = route.members.iter().find(|member| member.shape == Shape::Payload);
        let stated = if let RequestBody::Payload { member, .. } = route.body { Some(member) } else { None };
        assert_eq!(payload.map(|member| member.name), stated, "{}", route.name);
    }
}

#[test]
fn members_outside_of_the_body_are_in_the_tables() {
    for route in routes() {
        let in_path =
            route.address.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        let placed = route.query.iter().chain(route.headers).map(|(member, _)| *member);
        for name in in_path.chain(placed) {
            assert!(route.members.iter().any(|member| member.name == name), "{} {name}", route.name);
        }
    }
}

const MODEL: &str = include_str!("../../../../testdata/service-model/lambda.json");
const DOCUMENT: &str = include_str!("../../../../docs/compatibility.md");

/// Where the status of a success is not the model's, and how that is known.
const STATUSES: &[(&str, u16, &str)] = &[("DeleteFunction", 204, "recorded")];

/// Of each operation of the model: method, path with query, and status.
fn model() -> BTreeMap<String, (String, String, u16)> {
    let model: serde_json::Value = serde_json::from_str(MODEL).unwrap();
    serde_json::from_value(model["bindings"].clone()).unwrap()
}

/// What is compared of an address: method, path and selector. Whether a path ends with a slash has changed from model to
/// model.
fn compared(method: &str, path: &str, selector: Option<String>) -> (String, String, Option<String>) {
    (method.to_owned(), path.trim_end_matches('/').to_owned(), selector)
}

fn compared_address(address: &Address) -> (String, String, Option<String>) {
    let selector = address.selector.map(|(parameter, value)| format!("{parameter}={value}"));
    compared(address.method, address.path, selector)
}

#[test]
fn offered_or_not_every_operation_is_that_of_the_model() {
    let model = model();
    let expected: BTreeMap<_, _> = model
        .iter()
        .map(|(name, (method, uri, _))| {
            let (path, selector) = cut(uri);
            (name.as_str(), compared(method, path, selector.map(str::to_owned)))
        })
        .collect();
    let mut found = BTreeMap::new();
    for route in routes() {
        let address = compared_address(&route.address);
        let other = found.insert(route.name, address.clone());
        assert!(other.is_none_or(|other| other == address), "{} has two addresses", route.name);
    }
    for (name, address) in UNOFFERED {
        let other = found.insert(name, compared_address(address));
        assert_eq!(other, None, "{name} is there twice");
    }
    assert_eq!(found, expected);
}

#[test]
fn statuses_are_those_of_the_model() {
    let model = model();
    let mut deviations = BTreeSet::new();
    for route in routes() {
        let (.., expected) = &model[route.name];
        let status = route.status.as_u16();
        if status != *expected {
            deviations.insert((route.name, status));
        }
    }
    let known = STATUSES.iter().map(|(name, status, _)| (*name, *status)).collect();
    assert_eq!(deviations, known);
}

/// The name of the operation that a request reaches, offered or not.
fn reached(method: &str, uri: &str) -> Option<String> {
    let (path, query) = cut(uri);
    match find(&method.parse().unwrap(), path, &Query::parse(query)) {
        Ok((route, _)) => Some(route.name.to_owned()),
        Err(error) => {
            let body = String::from_utf8(error.body()).unwrap();
            let (_, text) = body.split_once("does not offer the operation ")?;
            Some(text.split_once(' ').unwrap().0.to_owned())
        }
    }
}

/// A template with a value instead of each label.
fn filled(template: &str, value: &str) -> String {
    let parts = template.split('{').map(|part| part.split_once('}').unwrap_or(("", part)).1);
    parts.collect::<Vec<_>>().join(value)
}

#[test]
fn every_operation_is_reached_and_no_label_takes_two_segments() {
    for (name, (method, uri, _)) in model() {
        assert!(!uri.contains("+}"), "{name}: greedy labels are not known here");
        for value in ["x", "arn%3Aaws%2Fx"] {
            assert_eq!(reached(&method, &filled(&uri, value)).as_ref(), Some(&name), "{method} {uri}");
        }
        if uri.contains('{') {
            assert_ne!(reached(&method, &filled(&uri, "x/y")).as_ref(), Some(&name), "{method} {uri}");
        }
    }
}

/// The text below a heading of the document.
fn section(heading: &str) -> &'static str {
    let (_, text) = DOCUMENT.split_once(&format!("\n## {heading}\n")).unwrap();
    text.split("\n## ").next().unwrap()
}

#[test]
fn the_document_names_what_is_offered_and_what_is_not() {
    let unoffered = section("Operations that are not offered").split('`').skip(1).step_by(2);
    let expected = UNOFFERED.iter().map(|(name, _)| *name);
    assert_eq!(unoffered.collect::<BTreeSet<_>>(), expected.collect());

    // In the first paragraph, among other words.
    let words = section("Offered").trim_start().split("\n\n").next().unwrap();
    let words: BTreeSet<_> = words.split(|c: char| !c.is_alphanumeric()).collect();
    let model = model();
    let offered: BTreeSet<_> = words.into_iter().filter(|word| model.contains_key(*word)).collect();
    assert_eq!(offered, routes().map(|route| route.name).collect());
}
