//! The tables beside the official service model.
//!
//! Goal: no member, type or rule is missing, and where the service is known to differ from its model, that is written down.
//! Method: both are spelled as one line for each member, path by path. Lines that differ have to be among the
//! [`DEVIATIONS`], and each of these has to be one. The order of members counts, too: it is that of the complaints.
//! `scripts/service-model.py` brings a newer model.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Display, Write as _};

use funclet_validation::{Bounds, Member, Shape, TextRules};
use serde_json::Value;

use crate::tables::{TABLES, Table};

const MODEL: &str = include_str!("../../../../testdata/service-model/lambda.json");

/// Where the service is not as its model says.
struct Deviation {
    /// The member, in every operation that has it.
    member: &'static str,
    /// What the table says.
    table: &'static str,
    /// How that is known.
    _why: &'static str,
}

const DEVIATIONS: &[Deviation] = &[
    Deviation {
        member: "Runtime",
        table: "string",
        _why: "recorded: an unknown runtime is an InvalidParameterValueException, whose text lists other values",
    },
    Deviation {
        member: "Timeout",
        table: "integer(1..900)",
        _why: "quoted in hashicorp/terraform-provider-aws#29615; what a function needs for more is not known",
    },
    Deviation {
        member: "EphemeralStorage.Size",
        table: "integer(512..10240), required",
        _why: "documented: 10,240 MB; what a function needs for more is not known",
    },
    Deviation {
        member: "Layers[]",
        table: r"string(1..2048) /(arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+)/",
        _why: "quoted in public reports: the same without a pair of parentheses around it",
    },
    Deviation {
        member: "Resource",
        table: r"string(1..256) /arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:(function:[a-zA-Z0-9-_]+(:(\$LATEST|[a-zA-Z0-9-_]+))?|layer:([a-zA-Z0-9-_]+)|code-signing-config:csc-[a-z0-9]{17}|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|capacity-provider:[a-zA-Z0-9-_]+)/, required",
        _why: "recorded in late 2025",
    },
    Deviation {
        member: "FunctionName",
        table: r"string(1..140) /(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?/, required",
        _why: "recorded of GetFunctionUrlConfig in late 2025",
    },
    Deviation {
        member: "Arn",
        table: r"string(1..2048) /(arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+)/, required",
        _why: "as the ARNs of layers of a function",
    },
    Deviation {
        member: "",
        table: "members LayerName Description Content CompatibleRuntimes CompatibleArchitectures LicenseInfo",
        _why: "recorded: complaints about runtimes come before those about architectures",
    },
    Deviation {
        member: "CompatibleRuntimes[]",
        table: "string [dotnet10 dotnet6 dotnet8 java11 java17 java21 java25 java8.al2 nodejs16.x nodejs18.x nodejs20.x nodejs22.x nodejs24.x provided.al2 provided.al2023 python3.10 python3.11 python3.12 python3.13 python3.14 python3.8 python3.9 ruby3.2 ruby3.3 ruby3.4]",
        _why: "quoted in aws-cloudformation/cfn-lint#4427; others are accepted, but not printed",
    },
    Deviation {
        member: "CompatibleRuntime",
        table: "string [byol dotnet10 dotnet6 dotnet8 dotnetcore1.0 dotnetcore2.0 dotnetcore2.1 dotnetcore3.1 go1.9 go1.x java11 java17 java21 java25 java8 java8.al2 nasa nodejs nodejs10.x nodejs12.x nodejs14.x nodejs16.x nodejs18.x nodejs20.x nodejs22.x nodejs24.x nodejs4.3 nodejs4.3-edge nodejs6.10 nodejs8.10 nodejs8.9 nodejs8.x provided provided.al2 provided.al2023 python2.7 python2.7-greengrass python3.10 python3.11 python3.12 python3.13 python3.14 python3.15 python3.4 python3.6 python3.7 python3.8 python3.9 ruby2.5 ruby2.6 ruby2.7 ruby3.2 ruby3.3 ruby3.4]",
        _why: "quoted in public code of early 2025, with later runtimes put in; others are accepted, but not printed",
    },
];

type Lines = BTreeMap<String, String>;

#[test]
fn the_tables_are_those_of_the_model() {
    let model: Value = serde_json::from_str(MODEL).unwrap();
    let (mut official, mut ours) = (Lines::new(), Lines::new());
    for Table { operation, members, .. } in TABLES {
        let input = text(&model["operations"][*operation]["input"]);
        assert!(!input.is_empty(), "{operation} is not in the extract: see scripts/service-model.py");
        spell_structure(&model, input, operation, &mut official);
        table_structure(members, operation, &mut ours);
    }
    let mut unexplained = String::new();
    let mut used = BTreeSet::new();
    for path in official.keys().chain(ours.keys().filter(|path| !official.contains_key(*path))) {
        let line = |lines: &Lines| lines.get(path).cloned().unwrap_or_else(|| "nothing".into());
        let (expected, found) = (line(&official), line(&ours));
        if expected == found {
            continue;
        }
        // Without the operation.
        let member = path.split_once('.').map_or("", |(_, member)| member);
        if DEVIATIONS.iter().any(|known| (known.member, known.table) == (member, found.as_str())) {
            used.insert(member);
        } else {
            writeln!(unexplained, "{path}\n    model: {expected}\n    table: {found}").unwrap();
        }
    }
    assert!(unexplained.is_empty(), "not as the model says:\n{unexplained}");
    let known = DEVIATIONS.iter().map(|known| known.member).collect::<BTreeSet<_>>();
    assert_eq!(used, known, "each is a deviation");
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The members of a structure of the model, and those below.
fn spell_structure(model: &Value, shape: &str, path: &str, lines: &mut Lines) {
    let shape = &model["shapes"][shape];
    let required = shape["required"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut names = Vec::new();
    for member in shape["members"].as_array().unwrap() {
        let name = text(&member[0]);
        // The order is that of complaints.
        names.push(name);
        let is_required = required.iter().any(|required| text(required) == name);
        spell(model, text(&member[1]), &format!("{path}.{name}"), is_required, lines);
    }
    // The order is that of complaints.
    lines.insert(path.to_owned(), format!("members {}", names.join(" ")));
}

fn spell(model: &Value, name: &str, path: &str, required: bool, lines: &mut Lines) {
    let shape = &model["shapes"][name];
    let below = |key: &str| text(&shape[key]).to_owned();
    let number = |key: &str| shape[key].as_f64();
    let range = range(number("min"), number("max"));
    let kind = match text(&shape["type"]) {
        "string" => {
            let values = shape["enum"].as_array().map(|values| values.iter().map(text).collect::<Vec<_>>());
            string(&range, shape["pattern"].as_str(), values.as_deref())
        }
        "list" => {
            spell(model, &below("member"), &format!("{path}[]"), false, lines);
            format!("list{range}")
        }
        "map" => {
            spell(model, &below("key"), &format!("{path}{{key}}"), false, lines);
            spell(model, &below("value"), &format!("{path}{{value}}"), false, lines);
            format!("map{range}")
        }
        "structure" => {
            spell_structure(model, name, path, lines);
            lines.remove(path).unwrap_or_default()
        }
        "long" => format!("integer{range}"),
        "timestamp" => "double".to_owned(),
        other => format!("{other}{range}"),
    };
    lines.insert(path.to_owned(), format!("{kind}{}", if required { ", required" } else { "" }));
}

fn table_structure(members: &[Member], path: &str, lines: &mut Lines) {
    for member in members {
        table(&member.shape, &format!("{path}.{}", member.name), member.required, lines);
    }
    let names: Vec<_> = members.iter().map(|member| member.name).collect();
    lines.insert(path.to_owned(), format!("members {}", names.join(" ")));
}

fn table(shape: &Shape, path: &str, required: bool, lines: &mut Lines) {
    let kind = match shape {
        Shape::String(rules) => table_string(rules),
        Shape::Integer(bounds) => format!("integer{}", bounds_range(*bounds)),
        Shape::Double(bounds) => format!("double{}", bounds_range(*bounds)),
        Shape::Boolean => "boolean".into(),
        Shape::Blob | Shape::Payload => "blob".into(),
        Shape::List(list) => {
            table(list.item, &format!("{path}[]"), false, lines);
            format!("list{}", bounds_range(list.length))
        }
        Shape::Map(map) => {
            lines.insert(format!("{path}{{key}}"), table_string(&map.key));
            table(map.value, &format!("{path}{{value}}"), false, lines);
            format!("map{}", bounds_range(map.length))
        }
        Shape::Structure(members) => {
            table_structure(members, path, lines);
            lines.remove(path).unwrap_or_default()
        }
    };
    lines.insert(path.to_owned(), format!("{kind}{}", if required { ", required" } else { "" }));
}

fn table_string(rules: &TextRules) -> String {
    string(&bounds_range(rules.length), rules.pattern.map(|pattern| pattern.as_str()), rules.values)
}

/// Values stand in the order of the alphabet: the service has an order of its own, see `tables.rs`.
fn string(range: &str, pattern: Option<&str>, values: Option<&[&str]>) -> String {
    let pattern = pattern.map(|pattern| format!(" /{pattern}/")).unwrap_or_default();
    let values = values.map(|values| values.iter().copied().collect::<BTreeSet<_>>());
    let values = values.map(|values| Vec::from_iter(values).join(" "));
    let values = values.map(|values| format!(" [{values}]")).unwrap_or_default();
    format!("string{range}{pattern}{values}")
}

fn bounds_range<T: Copy + PartialOrd + Display>(bounds: Bounds<T>) -> String {
    range(bounds.min, bounds.max)
}

fn range<T: Display>(min: Option<T>, max: Option<T>) -> String {
    match (min, max) {
        (None, None) => String::new(),
        (Some(min), Some(max)) => format!("({min}..{max})"),
        (Some(min), None) => format!("({min}..)"),
        (None, Some(max)) => format!("(..{max})"),
    }
}
