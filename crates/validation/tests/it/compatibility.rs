//! `docs/compatibility.md` beside the tables and the service model.
//!
//! Goal: every member and every error is spoken of, and none that does not exist. Method: the names in backticks in the
//! first cells of the document's tables are compared with those of the requests' tables and of the model. A member of a
//! structure is named after the member that holds the structure.

use std::collections::BTreeSet;

use funclet_validation::{Member, Shape};
use serde_json::Value;

use crate::tables::TABLES;

const DOCUMENT: &str = include_str!("../../../../docs/compatibility.md");
const MODEL: &str = include_str!("../../../../testdata/service-model/lambda.json");
/// Has the errors that are answered, also those that the model does not have.
const ERRORS_ON_THE_WIRE: &str = include_str!("../../../rest-json/src/error.rs");

type Names = BTreeSet<String>;

/// The names in a chapter of the document, each after the names of its section's heading.
fn documented(chapter: &str) -> Names {
    let begin = format!("\n## {chapter}\n");
    let (_, text) = DOCUMENT.split_once(&begin).unwrap_or_else(|| panic!("no chapter {chapter}"));
    let text = text.split("\n## ").next().unwrap();
    let mut names = Names::new();
    let mut heading = "";
    for line in text.lines() {
        if let Some(next) = line.strip_prefix("### ") {
            heading = next;
        } else if let Some(row) = line.strip_prefix("| `") {
            let cell = row.split(" |").next().unwrap();
            for name in cell.split(", ").map(|name| name.trim_matches('`')) {
                names.extend(qualified(heading, name));
            }
        }
    }
    names
}

/// A heading may name several requests; those of structures name none, since the names below have their own.
fn qualified(heading: &str, name: &str) -> Vec<String> {
    match heading {
        "" | "Structures of requests" | "Structures of answers" => vec![name.to_owned()],
        requests => requests.split(", ").map(|request| format!("{request}.{name}")).collect(),
    }
}

#[track_caller]
fn compare(documented: &Names, expected: &Names) {
    let missing: Vec<_> = expected.difference(documented).collect();
    let unknown: Vec<_> = documented.difference(expected).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "missing: {missing:#?}\nnot there: {unknown:#?}");
}

#[test]
fn every_member_of_a_request() {
    fn collect(holder: &str, members: &[Member], names: &mut Names) {
        for member in members {
            names.insert(format!("{holder}.{}", member.name));
            let inner = match member.shape {
                Shape::List(list) => *list.item,
                other => other,
            };
            if let Shape::Structure(members) = inner {
                collect(member.name, members, names);
            }
        }
    }
    let mut expected = Names::new();
    for table in TABLES {
        collect(table.operation, table.members, &mut expected);
    }
    compare(&documented("Requests"), &expected);
}

#[test]
fn every_member_of_an_answer() {
    let model: Value = serde_json::from_str(MODEL).unwrap();
    let answers: BTreeSet<_> =
        TABLES.iter().filter_map(|table| model["operations"][table.operation]["output"].as_str()).collect();
    let mut expected = Names::new();
    for answer in &answers {
        collect(&model, &answers, answer, answer, &mut expected);
    }
    compare(&documented("Answers"), &expected);
}

/// Collects the members of a shape of the model, and those of the structures in it, unless they are answers themselves.
fn collect(model: &Value, answers: &BTreeSet<&str>, holder: &str, shape: &str, names: &mut Names) {
    let Some(members) = model["shapes"][shape]["members"].as_array() else { return };
    for member in members {
        let (name, shape) = (member[0].as_str().unwrap(), member[1].as_str().unwrap());
        names.insert(format!("{holder}.{name}"));
        let inner = model["shapes"][shape]["member"].as_str().unwrap_or(shape);
        if !answers.contains(inner) {
            collect(model, answers, name, inner, names);
        }
    }
}

#[test]
fn every_error() {
    let model: Value = serde_json::from_str(MODEL).unwrap();
    let mut expected = Names::new();
    for table in TABLES {
        let errors = model["operations"][table.operation]["errors"].as_array().unwrap();
        expected.extend(errors.iter().map(|error| error.as_str().unwrap().to_owned()));
    }
    let texts = ERRORS_ON_THE_WIRE.split('"').filter(|text| text.ends_with("Exception"));
    expected.extend(texts.map(str::to_owned));
    compare(&documented("Errors"), &expected);
}
