//! ListFunctions and ListVersionsByFunction, page by page, while others come and go.

use std::collections::BTreeSet;

use funclet_function_store::{FunctionConfiguration, ServiceError};
use funclet_validation::{ListFunctionsRequest, ListVersionsByFunctionRequest};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::world::{Kind, World};

on_every_backend!(
    a_page_has_at_most_fifty_entries,
    functions_come_in_the_order_of_their_names,
    latest_comes_first_then_the_versions,
    all_versions_across_functions,
    the_last_page_has_no_marker,
    entries_lack_what_lists_leave_out,
    a_marker_of_somebody_else_is_refused,
    a_marker_outlives_what_it_names,
);

fn functions(
    world: &World,
    all: bool,
    max_items: Option<i64>,
    marker: Option<String>,
) -> (Vec<String>, Option<String>) {
    let request = ListFunctionsRequest {
        function_version: all.then(|| "ALL".into()),
        max_items,
        marker,
        ..Default::default()
    };
    let page = world.look(request.validate(&world.caller).unwrap()).unwrap();
    (page.functions.iter().map(|function| shown(function, all)).collect(), page.next_marker)
}

fn versions(
    world: &World,
    name: &str,
    max_items: Option<i64>,
    marker: Option<String>,
) -> (Vec<String>, Option<String>) {
    let request = ListVersionsByFunctionRequest { function_name: Some(name.into()), marker, max_items };
    let page = world.look(request.validate(&world.caller).unwrap()).unwrap();
    (page.versions.iter().map(|version| shown(version, true)).collect(), page.next_marker)
}

/// What the ARN says, which must agree with the members.
fn shown(entry: &FunctionConfiguration, qualified: bool) -> String {
    let text = entry.function_arn.to_string();
    let text = text.strip_prefix("arn:aws:lambda:eu-central-1:111122223333:function:").unwrap().to_owned();
    let expected = format!("{}:{}", entry.function_name, entry.version);
    assert_eq!(text, if qualified { expected } else { entry.function_name.to_string() });
    text
}

/// Follows the markers to the end. `between` runs before each page but the first.
fn follow(
    mut page: impl FnMut(Option<String>) -> (Vec<String>, Option<String>),
    mut between: impl FnMut(usize),
) -> Vec<String> {
    let (mut found, mut marker) = (Vec::new(), None);
    for number in 0.. {
        if number > 0 {
            between(number);
        }
        let (entries, next) = page(marker);
        found.extend(entries);
        match next {
            Some(_) => marker = next,
            None => break,
        }
    }
    found
}

fn a_page_has_at_most_fifty_entries(world: World) {
    for number in 0..51 {
        world.create(&format!("f{number:02}"), "one");
    }
    for max_items in [None, Some(50), Some(51), Some(10_000)] {
        let (page, marker) = functions(&world, false, max_items, None);
        assert_eq!((page.len(), marker.is_some()), (50, true), "{max_items:?}");
        assert_eq!(functions(&world, false, max_items, marker), (vec!["f50".to_owned()], None));
        assert_eq!(functions(&world, true, max_items, None).0.len(), 50);
    }
    for number in 0..51 {
        world.update_published("f00", &format!("code {number}"));
    }
    let (page, marker) = versions(&world, "f00", Some(10_000), None);
    assert_eq!((page.len(), page[0].as_str(), page[49].as_str()), (50, "f00:$LATEST", "f00:49"));
    assert_eq!(versions(&world, "f00", None, marker), (vec!["f00:50".into(), "f00:51".into()], None));
}

fn functions_come_in_the_order_of_their_names(world: World) {
    for name in ["b", "a", "B", "a-1", "a_1", "ab", "0"] {
        world.create(name, "one");
    }
    let expected = ["0", "B", "a", "a-1", "a_1", "ab", "b"];
    for max_items in 1..9 {
        let found = follow(|marker| functions(&world, false, Some(max_items), marker), |_| {});
        assert_eq!(found, expected, "byte order, {max_items} a page");
    }
}

fn latest_comes_first_then_the_versions(world: World) {
    world.create("f", "one");
    assert_eq!(versions(&world, "f", None, None), (vec!["f:$LATEST".into()], None));
    for number in 1..=12 {
        world.update_published("f", &format!("code {number}"));
    }
    world.delete("f", Some("7")).unwrap();
    let numbers = (1..=12).filter(|number| *number != 7).map(|number| format!("f:{number}"));
    let expected: Vec<_> = std::iter::once("f:$LATEST".to_owned()).chain(numbers).collect();
    for max_items in 1..14 {
        assert_eq!(follow(|marker| versions(&world, "f", Some(max_items), marker), |_| {}), expected);
    }
    let unknown = ListVersionsByFunctionRequest { function_name: Some("g:1".into()), ..Default::default() };
    let told = world.look(unknown.validate(&world.caller).unwrap()).unwrap_err().to_string();
    assert_eq!(told, "Function not found: arn:aws:lambda:eu-central-1:111122223333:function:g");
}

fn all_versions_across_functions(world: World) {
    for (name, count) in [("a", 3), ("b", 0), ("c", 1), ("d", 0)] {
        world.create(name, "one");
        (0..count).for_each(|number| drop(world.update_published(name, &format!("code {number}"))));
    }
    let expected = ["a:$LATEST", "a:1", "a:2", "a:3", "b:$LATEST", "c:$LATEST", "c:1", "d:$LATEST"];
    for max_items in 1..10 {
        assert_eq!(follow(|marker| functions(&world, true, Some(max_items), marker), |_| {}), expected);
    }
    assert_eq!(functions(&world, false, None, None).0, ["a", "b", "c", "d"]);
}

fn the_last_page_has_no_marker(world: World) {
    for all in [false, true] {
        assert_eq!(functions(&world, all, None, None), (vec![], None));
    }
    for name in ["a", "b"] {
        world.create(name, "one");
    }
    for all in [false, true] {
        assert_eq!(functions(&world, all, Some(2), None).1, None, "exactly full");
        assert!(functions(&world, all, Some(1), None).1.is_some());
    }
    world.publish("b");
    assert_eq!(versions(&world, "b", Some(2), None).1, None);
    assert_eq!(functions(&world, true, Some(3), None).1, None);
    assert!(functions(&world, true, Some(2), None).1.is_some());
}

fn entries_lack_what_lists_leave_out(world: World) {
    world.create_published("f", "one");
    let mut expected = world.get("f");
    (expected.status, expected.runtime_version_arn) = (None, None);
    let page = world.look(ListFunctionsRequest::default().validate(&world.caller).unwrap()).unwrap();
    assert_eq!(page.functions, [expected]);
}

fn a_marker_of_somebody_else_is_refused(world: World) {
    world.create("f", "one");
    let refused = Err(ServiceError::InvalidParameterValue("The pagination marker is not valid.".into()));
    for marker in ["", "x", "AAAA", "not base64!", "=", &"A".repeat(5000)] {
        let marker = Some(marker.to_owned());
        let request = ListFunctionsRequest { marker: marker.clone(), ..Default::default() };
        assert_eq!(world.look(request.validate(&world.caller).unwrap()).map(drop), refused);
        let request =
            ListVersionsByFunctionRequest { function_name: Some("f".into()), marker, max_items: None };
        assert_eq!(world.look(request.validate(&world.caller).unwrap()).map(drop), refused);
    }
}

fn a_marker_outlives_what_it_names(world: World) {
    for name in ["a", "b", "c"] {
        world.create_published(name, "one");
    }
    let (_, marker) = functions(&world, false, Some(2), None);
    let (_, all_marker) = functions(&world, true, Some(3), None);
    let (_, versions_marker) = versions(&world, "c", Some(1), None);
    world.delete("b", None).unwrap();
    world.delete("c", Some("1")).unwrap();
    assert_eq!(functions(&world, false, None, marker), (vec!["c".into()], None));
    assert_eq!(functions(&world, true, None, all_marker), (vec!["c:$LATEST".into()], None));
    assert_eq!(versions(&world, "c", None, versions_marker), (vec![], None));
}

/// What others do between two pages.
#[derive(Debug, Clone)]
enum Meanwhile {
    Create(u8),
    Publish(u8),
    Delete(u8),
    DeleteVersion(u8, u64),
}

fn meanwhile() -> impl Strategy<Value = Meanwhile> {
    prop_oneof![
        (0..12_u8).prop_map(Meanwhile::Create),
        (0..12_u8).prop_map(Meanwhile::Publish),
        (0..12_u8).prop_map(Meanwhile::Delete),
        (0..12_u8, 1..6_u64).prop_map(|(name, number)| Meanwhile::DeleteVersion(name, number)),
    ]
}

fn name(number: u8) -> String {
    format!("f{number:02}")
}

/// Every function and version that nobody touches while somebody pages comes exactly once and in its order, whatever is
/// created and deleted around it.
#[test]
fn what_is_not_touched_comes_exactly_once() {
    let start = proptest::collection::vec(0..5_u64, 12);
    let script = proptest::collection::vec(proptest::collection::vec(meanwhile(), 0..3), 1..20);
    let mut runner = TestRunner::new(ProptestConfig { cases: 48, ..ProptestConfig::default() });
    let outcome = runner.run(&(start, script, 1..7_i64, 0..4_u8), |(start, script, max_items, kind)| {
        let kind = [Kind::Memory, Kind::Local, Kind::Remote, Kind::Chaos(1)][usize::from(kind)];
        let world = World::new(kind);
        for (number, versions) in start.iter().enumerate() {
            let name = name(number as u8);
            // Every second name is free at the begin.
            if number % 2 == 0 {
                world.create(&name, "one");
                (0..*versions).for_each(|version| drop(world.update_published(&name, &format!("{version}"))));
            }
        }
        for all in [true, false] {
            let before: BTreeSet<_> = everything(&world, all);
            let mut touched = BTreeSet::new();
            let page = |marker| functions(&world, all, Some(max_items), marker);
            let found = follow(page, |number| {
                script.get(number).into_iter().flatten().for_each(|step| touch(&world, step, &mut touched));
            });
            let untouched = |entry: &&String| !touched.iter().any(|name| is_of(entry, name));
            let found_untouched: Vec<_> = found.iter().filter(untouched).collect();
            let expected: Vec<_> = before.iter().filter(untouched).collect();
            prop_assert_eq!(
                found_untouched.iter().copied().collect::<BTreeSet<_>>(),
                expected.into_iter().collect()
            );
            let once: BTreeSet<_> = found.iter().collect();
            prop_assert_eq!(once.len(), found.len(), "something came twice: {:?}", found);
            prop_assert!(found.is_sorted_by_key(|entry| position(entry)), "{:?}", found);
        }
        Ok(())
    });
    outcome.unwrap();
}

fn everything(world: &World, all: bool) -> BTreeSet<String> {
    follow(|marker| functions(world, all, None, marker), |_| {}).into_iter().collect()
}

fn is_of(entry: &str, touched: &str) -> bool {
    entry == touched || (!touched.contains(':') && entry.split(':').next() == Some(touched))
}

/// The name, then `$LATEST`, then the number.
fn position(entry: &str) -> (String, u64) {
    let (name, version) = entry.split_once(':').unwrap_or((entry, "$LATEST"));
    (name.into(), version.parse().unwrap_or(0))
}

/// Does it, and takes down what is no longer as it was at the first page. Publishing adds a version to a function that
/// otherwise stays.
fn touch(world: &World, step: &Meanwhile, touched: &mut BTreeSet<String>) {
    match step {
        Meanwhile::Create(number) => {
            let name = name(*number);
            if world.detail(&name).is_err() {
                world.create(&name, "new");
                touched.insert(name);
            }
        }
        Meanwhile::Publish(number) => {
            let name = name(*number);
            if world.detail(&name).is_ok() {
                let version = world.update_published(&name, "newer").version;
                touched.insert(format!("{name}:{version}"));
            }
        }
        Meanwhile::Delete(number) => {
            if world.delete(&name(*number), None).is_ok() {
                touched.insert(name(*number));
            }
        }
        Meanwhile::DeleteVersion(number, version) => {
            if world.delete(&name(*number), Some(&version.to_string())).is_ok() {
                touched.insert(format!("{}:{version}", name(*number)));
            }
        }
    }
}
