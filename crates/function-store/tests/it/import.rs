//! No file makes a store that does not answer: whatever is changed in an export, it is refused, or the store that it makes
//! answers everything and agrees with itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use funclet_function_store::{ExportedEntry, ImportError, Importer};
use funclet_storage::{BlobDigest, MemoryBackend};
use funclet_testkit::SeededEntropy;
use funclet_validation::ListFunctionsRequest;
use proptest::sample::Index;
use serde_json::{Value, json};

use crate::export::{lines, packages};
use crate::whole::{RESOURCES, answers, everything};
use crate::world::{NOON_MS, World};

/// Reads lines and imports them, all with the same packages.
fn import(lines: &[String], packages: &[Vec<u8>]) -> Result<World, String> {
    let backend = MemoryBackend::new();
    let ids = SeededEntropy::new(8);
    let mut importer = Importer::new(&backend, &ids, NOON_MS);
    for content in packages {
        let mut writer = importer.stage().unwrap();
        writer.push(content).unwrap();
        importer.add_package(writer.finish().unwrap()).unwrap();
    }
    let told = |error: ImportError| error.to_string();
    for (number, line) in lines.iter().enumerate() {
        let entry: ExportedEntry =
            serde_json::from_str(line).map_err(|error| format!("line {number}: {error}"))?;
        importer.add(number as u64, entry).map_err(told)?;
    }
    importer.finish().map_err(told)?;
    Ok(World::on_backend(Arc::new(backend)))
}

fn exported(world: &World) -> (Vec<String>, Vec<Vec<u8>>) {
    (lines(&*world.backend), packages(&*world.backend).into_values().collect())
}

/// Imports lines. Says whether they were refused, which a line has to be the reason of; a store that comes of them answers,
/// and agrees with itself.
pub(crate) fn is_refused(lines: &[String], packages: &[Vec<u8>], what: &str) -> bool {
    match import(lines, packages) {
        Err(complaint) => {
            assert!(complaint.starts_with("line "), "{what}: {complaint}");
            true
        }
        Ok(world) => {
            // What was taken is told if it does not answer after all.
            #[expect(clippy::print_stderr, reason = "shown with a failure only")]
            {
                eprintln!("taken: {what}");
            }
            answers(&world);
            assert_agrees(&world);
            world.settle();
            answers(&world);
            assert_goes(&world);
            false
        }
    }
}

/// Functions take away whatever they have.
fn assert_goes(world: &World) {
    let request = ListFunctionsRequest::default().validate(&world.caller).unwrap();
    for function in world.look(request).unwrap().functions {
        world.delete(function.function_name.as_str(), None).unwrap();
    }
    world.settle();
    assert_agrees(world);
    assert_eq!(world.reserved_concurrency(), 0);
    assert!([&b"f/"[..], b"gone/", b"v/", b"x/"].iter().all(|prefix| world.dump(prefix).is_empty()));
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// The numbers that entries hold, added up anew from what was exported, and the indexes made anew.
pub(crate) fn assert_agrees(world: &World) {
    let entries: Vec<Value> =
        lines(&*world.backend).iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of_kind = |kind: &'static str| entries.iter().filter(move |entry| entry["kind"] == kind);
    let size = |code: &Value| code["Zip"]["size"].as_u64().unwrap_or(0);
    let functions: BTreeMap<&str, &Value> =
        of_kind("function").map(|entry| (text(&entry["key"]), &entry["value"])).collect();
    let resources: BTreeMap<&str, &Value> =
        of_kind("resource").map(|entry| (text(&entry["key"]), &entry["value"])).collect();
    // What living functions have: the function, the kind, and what stands behind it.
    let belongings: Vec<(&str, &str, &str, &Value)> = resources
        .iter()
        .filter_map(|(key, value)| {
            let parts: Vec<_> = key.strip_prefix("x/")?.splitn(4, '/').collect();
            let lives = functions.get(parts[0]).is_some_and(|head| head["incarnation"] == parts[1]);
            lives.then_some((parts[0], parts[2], parts[3], *value))
        })
        .collect();
    let mut bytes = 0;
    let mut executions = 0;
    for (name, head) in &functions {
        let versions = of_kind("version").filter(|entry| {
            entry["key"]["function"] == *name && entry["key"]["incarnation"] == head["incarnation"]
        });
        let of_versions: u64 = versions.map(|entry| size(&entry["value"]["code"])).sum();
        assert_eq!(head["code_bytes"], of_versions + size(&head["latest"]["code"]), "{name}");
        bytes += head["code_bytes"].as_u64().unwrap();
        let sum = |kind: &str| -> u64 {
            let of_kind = belongings.iter().filter(|(of, found, ..)| of == name && *found == kind);
            of_kind.map(|(.., value)| value["executions"].as_u64().unwrap()).sum()
        };
        assert_eq!(sum("provisioned"), sum("provisioned-total"), "{name}");
        executions += head["reserved_concurrent_executions"].as_u64().unwrap_or(sum("provisioned"));
    }
    for (name, head) in resources.iter().filter_map(|(key, head)| Some((key.strip_prefix("layer/")?, head))) {
        let prefix = format!("layer-version/{name}/");
        let versions = resources.iter().filter(|(key, _)| key.starts_with(&prefix));
        let of_versions: u64 = versions.map(|(_, version)| version["size"].as_u64().unwrap()).sum();
        assert_eq!(head["code_bytes"], of_versions, "{name}");
        bytes += of_versions;
    }
    assert_eq!((world.code_bytes(), world.reserved_concurrency()), (bytes, executions));

    for (function, kind, qualifier, _) in &belongings {
        let is_there = match *kind {
            "alias" | "alias-of" => continue,
            _ if qualifier.is_empty() || qualifier.starts_with("$LATEST") => continue,
            _ if qualifier.bytes().all(|byte| byte.is_ascii_digit()) => of_kind("version").any(|entry| {
                entry["key"]["function"] == *function
                    && entry["key"]["number"].as_u64() == qualifier.parse().ok()
            }),
            _ => belongings
                .iter()
                .any(|(of, kind, alias, _)| (of, *kind, alias) == (function, "alias", qualifier)),
        };
        assert!(is_there, "{function} {kind} {qualifier}");
    }
    let mut referrers = BTreeSet::new();
    for (function, _, alias, value) in belongings.iter().filter(|(_, kind, ..)| *kind == "alias") {
        let others = value["routing"].as_array().unwrap().iter().map(|route| route[0].to_string());
        for version in others.chain([text(&value["function_version"]).to_owned()]) {
            referrers.insert((*function, format!("{version}/{alias}")));
        }
    }
    let found = belongings.iter().filter(|(_, kind, ..)| *kind == "alias-of");
    assert_eq!(
        found.map(|(function, _, rest, _)| (*function, (*rest).to_owned())).collect::<BTreeSet<_>>(),
        referrers
    );

    let users = belongings.iter().filter(|(_, kind, ..)| *kind == "code-signing");
    let users: BTreeSet<_> = users
        .map(|(function, .., value)| format!("{}/{function}", text(&value["code_signing_config_id"])))
        .collect();
    let found = resources.keys().filter_map(|key| key.strip_prefix("code-signing-user/").map(str::to_owned));
    assert_eq!(found.collect::<BTreeSet<_>>(), users);

    let mut places = BTreeSet::new();
    let mut mapping_count = 0;
    for (key, mapping) in &resources {
        let Some(uuid) = key.strip_prefix("event-source-mapping/") else { continue };
        mapping_count += 1;
        let qualifier = mapping["qualifier"].as_str().unwrap_or_default();
        let invoked = format!("{}/{qualifier}/{uuid}", text(&mapping["function_name"]));
        places.insert(format!("function/{invoked}"));
        if let Some(arn) = mapping["event_source"]["Arn"].as_str() {
            places.insert(format!("source/{}/{invoked}", BlobDigest::of(arn.as_bytes())));
        }
    }
    let found = resources.keys().filter_map(|key| key.strip_prefix("event-source-mapping-by/"));
    let (claims, found): (BTreeSet<_>, BTreeSet<_>) =
        found.map(str::to_owned).partition(|place| place.starts_with("claim/"));
    assert_eq!((found, claims.len()), (places, mapping_count));
}

/// Other texts in the place of one.
fn damages(text: &str) -> Vec<String> {
    let mut short = text.to_owned();
    short.pop();
    let mut all = vec![
        String::new(),
        "?é".to_owned(),
        "7".to_owned(),
        "live".to_owned(),
        short,
        format!("{text}a"),
        format!("{text}/"),
        text.to_uppercase(),
    ];
    all.retain(|damaged| damaged != text);
    all
}

/// Every value with one text or number of it changed, with where that is.
fn variants(value: &Value) -> Vec<(String, Value)> {
    match value {
        Value::String(text) => damages(text).into_iter().map(|text| (String::new(), json!(text))).collect(),
        Value::Number(number) => {
            let next = number.as_u64().map(|number| json!(number.wrapping_add(1)));
            let all = [json!(0), json!(u64::MAX), json!(u32::MAX), json!(-1.5)].into_iter().chain(next);
            all.filter(|other| other != value).map(|other| (String::new(), other)).collect()
        }
        Value::Array(items) => {
            let of_item = |(at, item): (usize, &Value)| {
                let changed = variants(item).into_iter();
                let of_item = changed.map(move |(place, item)| {
                    let mut items = items.clone();
                    items[at] = item;
                    (format!("/{at}{place}"), Value::Array(items))
                });
                of_item.collect::<Vec<_>>()
            };
            let mut all: Vec<_> = items.iter().enumerate().flat_map(of_item).collect();
            all.extend((!items.is_empty()).then(|| ("/all".to_owned(), json!([]))));
            all
        }
        Value::Object(members) => members
            .iter()
            .flat_map(|(name, member)| {
                variants(member).into_iter().map(move |(place, member)| {
                    let mut members = members.clone();
                    members.insert(name.clone(), member);
                    (format!("/{name}{place}"), Value::Object(members))
                })
            })
            .collect(),
        Value::Null | Value::Bool(_) => Vec::new(),
    }
}

/// Leaves a line out, repeats it somewhere, or changes something in it, as `choice` has it.
pub(crate) fn change(lines: &mut Vec<String>, at: usize, choice: Index) {
    let line = lines[at].clone();
    let value: Value = serde_json::from_str(&line).unwrap();
    let changed: Vec<_> = variants(&value).into_iter().chain(other_keys(&value)).collect();
    // As often as half of the changes together.
    let rarely = changed.len() / 4;
    match choice.index(changed.len() + 2 * rarely) {
        one if one < changed.len() => lines[at] = changed[one].1.to_string(),
        one if one < changed.len() + rarely => drop(lines.remove(at)),
        one => lines.insert(one % (lines.len() + 1), line),
    }
}

/// Every line with one part of its key changed, where the key is a text.
fn other_keys(line: &Value) -> Vec<(String, Value)> {
    let Some(key) = line["key"].as_str() else { return Vec::new() };
    let parts: Vec<_> = key.split('/').collect();
    let mut all = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        for damaged in damages(part) {
            let mut parts = parts.clone();
            parts[at] = &damaged;
            let mut line = line.clone();
            line["key"] = json!(parts.join("/"));
            all.push((format!("/key part {at}"), line));
        }
    }
    all
}

#[test]
fn a_store_with_everything_goes_round() {
    let world = everything();
    let (lines, packages) = exported(&world);
    let kinds: BTreeSet<String> = lines
        .iter()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter_map(|line| Some(line["value"]["resource"].as_str()?.to_owned()))
        .collect();
    assert_eq!(kinds, RESOURCES.map(str::to_owned).into());
    assert_agrees(&world);
    let imported = import(&lines, &packages).unwrap();
    assert_eq!(exported(&imported).0, lines);
    assert_eq!(answers(&imported), answers(&world));
    assert!(answers(&world).iter().filter(|answer| answer.starts_with("Ok")).count() > 60);
    assert_eq!(
        (imported.references(), imported.code_bytes(), imported.reserved_concurrency()),
        (world.references(), world.code_bytes(), world.reserved_concurrency())
    );
}

#[test]
fn whatever_is_damaged_the_store_answers() {
    let (lines, packages) = exported(&everything());
    let (mut tried, mut refused) = (0, BTreeMap::<String, usize>::new());
    for (number, line) in lines.iter().enumerate() {
        let line: Value = serde_json::from_str(line).unwrap();
        // One version stands for all of them.
        if line["kind"] == "version" && refused.contains_key("version") {
            continue;
        }
        for (place, damaged) in variants(&line).into_iter().chain(other_keys(&line)) {
            let mut lines = lines.clone();
            lines[number] = damaged.to_string();
            tried += 1;
            if is_refused(&lines, &packages, &format!("{place}: {}", lines[number])) {
                let kind = line["value"]["resource"].as_str().or(line["kind"].as_str()).unwrap();
                *refused.entry(kind.to_owned()).or_default() += 1;
            }
        }
    }
    let kinds = RESOURCES.into_iter().chain(["function", "gone", "version"]);
    assert_eq!(refused.keys().map(String::as_str).collect::<BTreeSet<_>>(), kinds.collect());
    assert!(tried > 3000 && refused.values().sum::<usize>() > tried / 2, "{tried} {refused:?}");
}

#[test]
fn whatever_is_left_out_or_there_twice_the_store_answers() {
    let (lines, packages) = exported(&everything());
    for number in 0..lines.len() {
        let mut without = lines.clone();
        let line = without.remove(number);
        is_refused(&without, &packages, &format!("without {line}"));
        for at in [0, number, lines.len()] {
            let mut twice = lines.clone();
            twice.insert(at, line.clone());
            assert!(is_refused(&twice, &packages, &format!("twice {line}")));
        }
    }
}

/// Changes lines, and expects a complaint about one of them.
#[track_caller]
fn assert_disagrees(change: impl FnOnce(&mut Vec<String>), named: &str, complaint: &str) {
    let (mut lines, packages) = exported(&everything());
    change(&mut lines);
    let told = import(&lines, &packages).err().expect("a refusal");
    let (line, reason) = told.strip_prefix("line ").unwrap().split_once(": ").unwrap();
    assert_eq!(reason, complaint);
    let line = &lines[line.parse::<usize>().unwrap()];
    assert!(line.contains(named), "{line}");
}

/// Of the function that is there, not of the one that is deleted.
fn place(lines: &[String], part: &str) -> usize {
    let of_part = |line: &&String| line.contains(part) && !line.contains("\"key\":\"x/gone/");
    let line = lines.iter().find(of_part).unwrap_or_else(|| panic!("no line has {part}"));
    lines.iter().position(|other| other == line).unwrap()
}

fn replace(part: &'static str, from: &'static str, to: &'static str) -> impl FnOnce(&mut Vec<String>) {
    move |lines| {
        let at = place(lines, part);
        let line = &mut lines[at];
        assert!(line.contains(from), "{line}");
        *line = line.replacen(from, to, 1);
    }
}

fn remove(part: &'static str) -> impl FnOnce(&mut Vec<String>) {
    move |lines| drop(lines.remove(place(lines, part)))
}

const FUNCTION: &str = "\"kind\":\"function\",\"key\":\"f\"";

#[test]
fn functions_that_disagree() {
    assert_disagrees(
        replace(FUNCTION, "\"code_bytes\":9", "\"code_bytes\":8"),
        FUNCTION,
        "the function does not have as many bytes as its versions together",
    );
    assert_disagrees(
        replace(FUNCTION, "\"unsettled_from\":1", "\"unsettled_from\":2"),
        FUNCTION,
        "the function counts a version as settled that is not",
    );
    assert_disagrees(
        replace(FUNCTION, "\"reserved_concurrent_executions\":9", "\"reserved_concurrent_executions\":3"),
        FUNCTION,
        "fewer executions are reserved for the function than are provisioned",
    );
    let total =
        "the function does not have as many provisioned executions as its versions and aliases together";
    assert_disagrees(replace("/provisioned-total/", "\"executions\":4", "\"executions\":5"), FUNCTION, total);
    assert_disagrees(remove("/provisioned-total/"), FUNCTION, total);
    assert_disagrees(remove("/provisioned/2"), FUNCTION, total);
    let gone = |lines: &mut Vec<String>| {
        let function: Value = serde_json::from_str(&lines[place(lines, FUNCTION)]).unwrap();
        let (scope, key) = (&function["scope"], &function["value"]["incarnation"]);
        lines.push(
            json!({ "scope": scope, "kind": "gone", "key": key, "value": { "name": "f" } }).to_string(),
        );
    };
    assert_disagrees(gone, "{\"name\":\"f\"}", SAME_INCARNATION);
    let renamed = |lines: &mut Vec<String>| {
        let mut function: Value = serde_json::from_str(&lines[place(lines, FUNCTION)]).unwrap();
        function["key"] = json!("g");
        lines.push(function.to_string());
    };
    assert_disagrees(renamed, "\"key\":\"g\"", SAME_INCARNATION);
}

const SAME_INCARNATION: &str = "a line before this one has a function of the same incarnation";

/// What could never be deleted again, because no transaction writes so many keys.
#[test]
fn more_than_there_can_be_of_something() {
    let layers = |lines: &mut Vec<String>| {
        let at = place(lines, FUNCTION);
        let mut function: Value = serde_json::from_str(&lines[at]).unwrap();
        let layers = function["value"]["latest"]["settings"]["layers"].as_array_mut().unwrap();
        *layers = vec![layers[0].clone(); 6];
        lines[at] = function.to_string();
    };
    assert_disagrees(layers, "\"key\":\"f\"", "a stored value is not valid: the number of layers");
    let routes = replace("/alias/live", "[2,", "[1,0.1],[2,");
    assert_disagrees(routes, "/alias/live", "a stored value is not valid: the other version of an alias");
}

#[test]
fn belongings_that_disagree() {
    assert_disagrees(
        remove("/alias-of/2/live"),
        "/alias/live",
        "the version of the alias does not know of it",
    );
    let elsewhere = |lines: &mut Vec<String>| {
        let line = lines[place(lines, "/alias-of/2/live")].replace("/alias-of/2/", "/alias-of/$LATEST/");
        lines.push(line);
    };
    assert_disagrees(elsewhere, "/alias-of/$LATEST/live", "the alias does not refer to this version");
    let unpublished = |lines: &mut Vec<String>| {
        replace("/alias-of/2/live", "/2/live", "/7/live")(lines);
        replace("/alias/live", "[2,", "[7,")(lines);
    };
    assert_disagrees(unpublished, "/alias-of/7/live", "the version that the alias refers to is not there");
    for (part, other) in [("/policy/1", "/policy/7"), ("/policy/live", "/policy/dead")] {
        assert_disagrees(
            replace(part, part, other),
            other,
            "the version or alias that this belongs to is not there",
        );
    }
}

#[test]
fn other_resources_that_disagree() {
    assert_disagrees(
        replace("\"layer/tools\"", "\"code_bytes\":8", "\"code_bytes\":9"),
        "\"layer/tools\"",
        "the layer does not have as many bytes as its versions together",
    );
    let number = "the layer of this version is not there, or has no such number yet";
    assert_disagrees(
        replace("\"layer/tools\"", "\"next_version\":3", "\"next_version\":2"),
        "layer-version/tools/",
        number,
    );
    assert_disagrees(remove("\"layer/tools\""), "layer-version/tools/", number);
    assert_disagrees(
        replace("layer-policy/tools/2", "tools/2", "tools/7"),
        "layer-policy/tools/7",
        "the version of a layer that this is about is not there",
    );
    assert_disagrees(
        remove("\"code-signing/csc-"),
        "/code-signing/\"",
        "the code signing config of the function is not there",
    );
    assert_disagrees(
        remove("\"code-signing-user/"),
        "/code-signing/\"",
        "the code signing config does not know of the function",
    );
    assert_disagrees(
        remove("/code-signing/\""),
        "code-signing-user/",
        "the function does not have this code signing config",
    );
    for index in ["function/f/live/", "source/", "claim/"] {
        let part: &'static str = format!("event-source-mapping-by/{index}").leak();
        assert_disagrees(
            remove(part),
            "\"event-source-mapping/",
            "the event source mapping is not where it has to be found",
        );
    }
    assert_disagrees(
        remove("\"event-source-mapping/"),
        "event-source-mapping-by/",
        "the event source mapping is not one that has to be found here",
    );
}

/// A value of which nothing is known would be in the way of what is looked for there.
#[test]
fn unknown_kinds_lie_elsewhere() {
    for (key, place) in [("Zi9m", "f/f"), ("bGF5ZXIvbA==", "layer/l"), ("eC9m", "x/f"), ("Z29uZS8=", "gone/")]
    {
        let raw = json!({
            "scope": "111122223333/eu-central-1",
            "kind": "raw",
            "key": key,
            "value": { "kind": 99, "codec": 7, "payload": "AAEC" },
        });
        let told = import(&[raw.to_string()], &[]).err().expect("a refusal");
        assert_eq!(told, format!("line 0: a value lies under a key that is not one of its kind: {place}"));
    }
}
