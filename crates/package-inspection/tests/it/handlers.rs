//! What is missing of what a runtime starts. Goal: nothing is called missing that the runtime would find. Method: the layouts by which
//! the runtimes look for handlers.

use std::collections::BTreeSet;

use funclet_package_inspection::{Code, InspectOptions, Level, Limits, Usage, inspect};

use crate::elves::{Image, X86_64};
use crate::forge::{Entry, archive};

const CONTENT: &[u8] = b"GOOD = 1\n";

fn file(path: &str) -> Entry {
    Entry::new(path, CONTENT)
}

fn link(path: &str, target: &str) -> Entry {
    Entry::new(path, target.as_bytes()).mode(0o120_777)
}

/// What is called missing.
fn missing_within(limits: Limits, entries: &[Entry], runtime: &str, handler: &str) -> Vec<String> {
    let missing = |level| {
        let options = InspectOptions { limits, level, ..InspectOptions::default() };
        let facts = inspect(&archive(entries), &options).unwrap();
        let usage = Usage {
            runtime: Some(runtime.to_owned()),
            handler: Some(handler.to_owned()),
            ..Usage::default()
        };
        let report = facts.report(&usage);
        let missing = report.findings().filter(|finding| finding.code == Code::EntryMissing);
        missing.map(|finding| finding.entry.clone().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(missing(Level::Heads), missing(Level::Verify));
    missing(Level::Heads)
}

fn missing(entries: &[Entry], runtime: &str, handler: &str) -> Vec<String> {
    missing_within(Limits::default(), entries, runtime, handler)
}

/// Checks that with the files a handler is found, and with any other file it is not.
fn check_found(files: &[&str], runtime: &str, handler: &str) {
    let entries: Vec<Entry> = files.iter().map(|path| file(path)).collect();
    assert_eq!(missing(&entries, runtime, handler), [""; 0], "{files:?} {runtime} {handler}");
    assert_eq!(missing(&[file("other.txt")], runtime, handler).len(), 1, "{runtime} {handler}");
}

#[test]
fn handlers_outside_of_the_package_are_not_missed() {
    let entries = [file("index.js")];
    let datadog = "/opt/nodejs/node_modules/datadog-lambda-js/handler.handler";
    assert_eq!(missing(&entries, "nodejs20.x", datadog), [""; 0]);
    assert_eq!(missing(&entries, "nodejs20.x", "../opt/x.handler"), [""; 0]);
    check_found(&["index.js"], "nodejs20.x", "/var/task/index.handler");
}

#[test]
fn compiled_modules_of_python_are_found() {
    for name in [
        "app.so",
        "app.abi3.so",
        "app.cpython-312-x86_64-linux-gnu.so",
        "app.cpython-312-aarch64-linux-gnu.so",
        "app.pyc",
        "app/__init__.pyc",
        "app/__init__.cpython-312-x86_64-linux-gnu.so",
    ] {
        check_found(&[name], "python3.12", "app.handler");
    }
    check_found(&["src/app.cpython-37m-x86_64-linux-gnu.so"], "python3.7", "src/app.handler");
    // Python looks for its own version and system alone.
    for name in ["app.cpython-311-x86_64-linux-gnu.so", "app.cpython-312-darwin.so"] {
        assert_eq!(missing(&[file(name)], "python3.12", "app.handler"), ["app.py"]);
    }
}

#[test]
fn names_are_compared_once_they_are_resolved() {
    check_found(&["./app.py"], "python3.12", "app.handler");
    check_found(&["src//./app.py"], "python3.12", "src/app.handler");
    check_found(&["src\\app.py"], "python3.12", "src/app.handler");
    check_found(&["index.js"], "nodejs20.x", "./index.handler");
    check_found(&["./index.js"], "nodejs20.x", "dist/../index.handler");
    let bootstrap = Entry::new("./bootstrap", b"#!/bin/sh\n").mode(0o100_755);
    assert_eq!(missing(&[bootstrap], "provided.al2023", "x"), [""; 0]);
}

#[test]
fn packages_of_node_are_handlers() {
    for name in ["x/package.json", "x/index.js", "x/index.node", "x.js", "x.json"] {
        check_found(&[&format!("node_modules/{name}")], "nodejs20.x", "x.handler");
        check_found(&[&format!("lib/node_modules/{name}")], "nodejs20.x", "lib/x.handler");
        check_found(&[&format!("node_modules/{name}")], "nodejs20.x", "lib/x.handler");
    }
    check_found(&["src/index.js"], "nodejs20.x", "src.handler");
    let other = [file("node_modules/y/index.js"), file("node_modules/x/README.md")];
    assert_eq!(missing(&other, "nodejs20.x", "x.handler"), ["x.js"]);
    assert_eq!(missing(&[file("x.json")], "nodejs20.x", "x.handler"), ["x.js"]);
}

#[test]
fn links_on_the_way_are_followed() {
    let program = || Entry::new("real/boot", b"#!/bin/sh\n").mode(0o100_755);
    let found = [program(), link("cur", "real"), link("bootstrap", "cur/boot")];
    assert_eq!(missing(&found, "provided.al2023", "x"), [""; 0]);
    let dangling = [program(), link("cur", "unreal"), link("bootstrap", "cur/boot")];
    assert_eq!(missing(&dangling, "provided.al2023", "x"), ["bootstrap"]);
    let handler =
        |target| missing(&[file("src/app.py"), link("lib", target)], "python3.12", "lib/app.handler");
    assert_eq!(handler("src"), [""; 0]);
    assert_eq!(handler("./src/"), [""; 0]);
    assert_eq!(handler("/opt/lib"), [""; 0]);
    assert_eq!(handler("elsewhere"), ["lib/app.py"]);
    assert_eq!(
        missing(&[file("src/app.js"), link("app.js", "src/app.js")], "nodejs20.x", "app.handler"),
        [""; 0]
    );
}

/// What a program is started as lies where its links lead.
#[test]
fn a_program_behind_a_folders_link_has_to_fit() {
    let image = Image::library(X86_64, "GLIBC_2.17").bytes();
    let entries = [
        Entry::new("real/linux-x64/boot", &image).mode(0o100_644),
        Entry::new("real/linux-arm64/boot", &image).mode(0o100_755),
        link("cur", "real/linux-x64"),
        link("bootstrap", "cur/boot"),
    ];
    let facts = inspect(&archive(&entries), &InspectOptions::default()).unwrap();
    let usage = Usage { runtime: Some("provided.al2023".to_owned()), ..Usage::default() };
    let codes: BTreeSet<Code> = facts.report(&usage).findings().map(|finding| finding.code).collect();
    assert!(codes.contains(&Code::EntryNotExecutable), "{codes:?}");
}

#[test]
fn classes_are_not_missed_where_not_all_was_read() {
    let jar = |members: &[Entry]| archive(members);
    let filler = || Entry::new("filler", &vec![0; 1 << 20]);
    // The stored member with a descriptor hides from who reads from the front what comes behind it.
    let hidden = jar(&[file("a.bin").described(true, false), file("H.class"), filler()]);
    let whole = jar(&[file("a.bin"), file("H.class"), filler()]);
    let without = jar(&[file("a.bin"), file("G.class"), filler()]);
    let missing_in =
        |path: &str, jar: &[u8]| missing(&[Entry::deflated(path, jar, 6)], "java21", "H::handle");
    assert_eq!(missing_in("lib/app.jar", &hidden), [""; 0]);
    assert_eq!(missing_in("lib/app.jar", &whole), [""; 0]);
    assert_eq!(missing_in("lib/app.jar", &without), ["H.class"]);
    // That is no archive of the class path.
    assert_eq!(missing_in("assets/app.jar", &hidden), ["H.class"]);
    let long = format!("lib/{}.jar", "a".repeat(300));
    assert_eq!(missing_in(&long, &hidden), [""; 0]);
    let bounded = Limits { nested_bytes_max: 1 << 10, ..Limits::default() };
    let entries = [Entry::deflated("lib/app.jar", &whole, 6)];
    assert_eq!(missing_within(bounded, &entries, "java21", "H::handle"), [""; 0]);
    // Of many no more are told than some.
    let mut many: Vec<Entry> =
        (0..100).map(|at| Entry::deflated(format!("assets/{at}.jar"), &without, 6)).collect();
    many.extend(entries);
    assert_eq!(missing_within(bounded, &many, "java21", "H::handle"), [""; 0]);
}
