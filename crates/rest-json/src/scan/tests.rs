//! Examples and properties of the scanner.

use funclet_validation::{
    CreateFunctionRequest, FromDocument as _, Structure as _, UpdateFunctionCodeRequest,
};
use proptest::prelude::*;
use serde::de::IgnoredAny;

use super::{Piece, Scanner};
use crate::decode;

/// What a scanner made of a body.
#[derive(Debug, Default, PartialEq)]
struct Scanned {
    rest: String,
    /// The package texts, in order; those that did not end lack the full stop.
    texts: Vec<String>,
    malformed: bool,
}

fn scan(path: &'static [&'static str], chunks: &[&[u8]]) -> Scanned {
    let (rest, texts, malformed) = scan_bytes(path, chunks);
    let texts = texts.iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect();
    Scanned { rest: String::from_utf8(rest).unwrap(), texts, malformed }
}

/// The same for bytes that are no text.
fn scan_bytes(path: &'static [&'static str], chunks: &[&[u8]]) -> (Vec<u8>, Vec<Vec<u8>>, bool) {
    let (mut rest, mut texts, mut malformed) = (Vec::new(), Vec::<Vec<u8>>::new(), false);
    let mut scanner = Scanner::new(path);
    for chunk in chunks {
        scanner.push(chunk, &mut |piece| match piece {
            Piece::Rest(bytes) => rest.extend_from_slice(bytes),
            Piece::Begin => texts.push(Vec::new()),
            Piece::Text(text) => texts.last_mut().unwrap().extend_from_slice(text),
            Piece::End => texts.last_mut().unwrap().push(b'.'),
            Piece::Malformed => malformed = true,
        });
    }
    (rest, texts, malformed)
}

/// Checks what a body comes to, whole and byte by byte.
fn check(path: &'static [&'static str], body: &str, rest: &str, texts: &[&str]) {
    let expected = Scanned {
        rest: rest.to_owned(),
        texts: texts.iter().map(|text| (*text).to_owned()).collect(),
        malformed: false,
    };
    assert_eq!(scan(path, &[body.as_bytes()]), expected, "{body}");
    let bytes: Vec<_> = body.as_bytes().chunks(1).collect();
    assert_eq!(scan(path, &bytes), expected, "{body}, byte by byte");
}

const UPDATE: &[&str] = &["ZipFile"];
const CREATE: &[&str] = &["Code", "ZipFile"];

#[test]
fn the_package_is_taken_out() {
    check(UPDATE, r#"{"ZipFile":"UEs=","Publish":true}"#, r#"{"ZipFile":"","Publish":true}"#, &["UEs=."]);
    check(
        UPDATE,
        r#"{ "A" : [ {"b":1} ] , "ZipFile" : "x" }"#,
        r#"{ "A" : [ {"b":1} ] , "ZipFile" : "" }"#,
        &["x."],
    );
    check(
        CREATE,
        r#"{"Code":{"S3Key":"k","ZipFile":"x"},"Z":"y"}"#,
        r#"{"Code":{"S3Key":"k","ZipFile":""},"Z":"y"}"#,
        &["x."],
    );
}

#[test]
fn other_places_are_left_alone() {
    for (path, body) in [
        (UPDATE, r#"{"zipfile":"x","ZipFile ":"x","":"x","a":"ZipFile","b":"x"}"#),
        (UPDATE, r#"{"a":{"ZipFile":"x"},"b":[{"ZipFile":"x"},"ZipFile","x"]}"#),
        (UPDATE, r#"[{"ZipFile":"x"},"ZipFile","x"]"#),
        (UPDATE, r#"{"ZipFile":{"ZipFile":"x"}}"#),
        (UPDATE, r#"{"ZipFile":["x"]}"#),
        (UPDATE, r#"{"ZipFile":null,"b":"x"}"#),
        (UPDATE, r#"{"ZipFile":5,"b":"x"}"#),
        (UPDATE, r#""ZipFile""#),
        (UPDATE, r#"{"a\\":"\"ZipFile\":\"x","b\"":"{"}"#),
        (CREATE, r#"{"ZipFile":"x","Code":"x"}"#),
        (CREATE, r#"{"Code":[{"ZipFile":"x"}]}"#),
        (CREATE, r#"{"Code":{"a":{"ZipFile":"x"}},"ZipFile":"x"}"#),
        (CREATE, r#"{"Code":{},"x":{"ZipFile":"x"}}"#),
    ] {
        check(path, body, body, &[]);
    }
}

#[test]
fn keys_may_be_escaped() {
    check(UPDATE, r#"{"\u005aip\u0046ile":"x"}"#, r#"{"\u005aip\u0046ile":""}"#, &["x."]);
    let all = "\\u005A\\u0069\\u0070\\u0046\\u0069\\u006c\\u0065";
    check(UPDATE, &format!(r#"{{"{all}":"x"}}"#), &format!(r#"{{"{all}":""}}"#), &["x."]);
    let long = format!(r#"{{"{}ZipFile":"x"}}"#, "\\u0041".repeat(100));
    check(UPDATE, &long, &long, &[]);
}

#[test]
fn escapes_in_the_package() {
    check(UPDATE, r#"{"ZipFile":"a\/b\u0041\u002Bc"}"#, r#"{"ZipFile":""}"#, &["a/bA+c."]);
    check(UPDATE, r#"{"ZipFile":"a\"b\\","c":"\""}"#, r#"{"ZipFile":"","c":"\""}"#, &["a\u{fffd}b\u{fffd}."]);
    check(UPDATE, r#"{"ZipFile":"\u00e9\n"}"#, r#"{"ZipFile":""}"#, &["\u{fffd}\u{fffd}."]);
    for body in [r#"{"ZipFile":"\q"}"#, r#"{"ZipFile":"\u00g0"}"#, r#"{"ZipFile":"\u0"}"#] {
        assert!(scan(UPDATE, &[body.as_bytes()]).malformed, "{body}");
    }
}

#[test]
fn later_ones_follow_earlier_ones() {
    check(UPDATE, r#"{"ZipFile":"x","ZipFile":"y"}"#, r#"{"ZipFile":"","ZipFile":""}"#, &["x.", "y."]);
    check(
        CREATE,
        r#"{"Code":{"ZipFile":"x"},"Code":{"ZipFile":"y"}}"#,
        r#"{"Code":{"ZipFile":""},"Code":{"ZipFile":""}}"#,
        &["x.", "y."],
    );
}

#[test]
fn an_open_end_stays_open() {
    check(UPDATE, r#"{"ZipFile":"UEs"#, r#"{"ZipFile":""#, &["UEs"]);
    check(UPDATE, r#"{"ZipFile"#, r#"{"ZipFile"#, &[]);
}

/// Tokens of bodies, valid and not, with the names that matter.
fn token() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"",
        "\\",
        " ",
        "null",
        "1",
        "u",
        "0041",
        "\"ZipFile\":\"UEs=\"",
        "\"ZipFile\"",
        "\"ZipFile\":",
        "\"Code\":{",
        "\"\\u005aip\\u0046ile\"",
        "\"UEs=\"",
        "\"U\\u0045s=\"",
        "\"\\/+\\/+\"",
        "\"\\q\"",
        "\"\\u00g1\"",
        "\"a\\\\\"",
        "\"\\\"\"",
        "{\"ZipFile\":\"UEs=\"}",
        "\"é\"",
    ])
}

/// A value of a body, written as JSON. Names come from few, so that they repeat.
fn value() -> impl Strategy<Value = String> {
    let text =
        prop::sample::select(vec!["UEs=", "", "\\/+\\/+", "a\\\"{", "\\\\", "\\u0055Es=", "ZipFile", "é\\n"]);
    let leaf = prop_oneof![
        text.prop_map(|text| format!("\"{text}\"")),
        prop::sample::select(vec!["null", "true", "12", "-3.5e2"]).prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        let name = prop::sample::select(vec![
            "ZipFile",
            "Code",
            "\\u005aipFile",
            "Cod\\u0065",
            "S3Key",
            "a\\\\\\\"",
        ]);
        let space = prop::sample::select(vec!["", " ", "\n\t"]);
        let entry = (name, space, inner.clone())
            .prop_map(|(name, space, value)| format!("{space}\"{name}\"{space}:{space}{value}{space}"));
        prop_oneof![
            3 => prop::collection::vec(entry, 0..5).prop_map(|entries| format!("{{{}}}", entries.join(","))),
            1 => prop::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(","))),
        ]
    })
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

fn is_base64(text: &str) -> bool {
    let complete = text.strip_suffix('.');
    complete.is_some_and(|text| base64_simd::STANDARD.check(text.as_bytes()).is_ok())
}

proptest! {
    /// Any chunking of any tokens gives the same pieces.
    #[test]
    fn chunks_do_not_matter(
        tokens in prop::collection::vec(token(), 0..40),
        cuts in prop::collection::vec(1..7_usize, 1..10),
        path in prop::sample::select(vec![UPDATE, CREATE]),
    ) {
        let body = tokens.concat();
        let mut chunks = Vec::new();
        let mut rest = body.as_bytes();
        for cut in cuts.iter().cycle() {
            let (chunk, later) = rest.split_at(*cut.min(&rest.len()));
            chunks.push(chunk);
            rest = later;
            if rest.is_empty() {
                break;
            }
        }
        let whole = scan_bytes(path, &[body.as_bytes()]);
        prop_assert_eq!(scan_bytes(path, &chunks), whole);
    }

    /// Bytes without any sense do no harm.
    #[test]
    fn any_bytes_are_scanned(bytes: Vec<u8>) {
        scan_bytes(CREATE, &[&bytes]);
    }

    /// The promise of the module: nothing that is no JSON becomes JSON, nor the other way round.
    #[test]
    fn the_rest_is_json_if_the_body_is(
        tokens in prop::collection::vec(token(), 0..20),
        (body, at) in (value(), 0..60_usize),
        path in prop::sample::select(vec![UPDATE, CREATE]),
    ) {
        // A valid body with a token too many somewhere is nearer to the edge than tokens alone.
        let broken: String = body.chars().take(at).chain(tokens.concat().chars().take(3)).chain(body.chars().skip(at)).collect();
        for body in [tokens.concat(), body, broken] {
            let scanned = scan(path, &[body.as_bytes()]);
            if is_json(&body) {
                prop_assert!(is_json(&scanned.rest) && !scanned.malformed, "{body}");
            } else {
                let readable = !scanned.malformed && scanned.texts.iter().all(|text| is_base64(text));
                prop_assert!(!readable || !is_json(&scanned.rest), "{body}");
            }
        }
    }

    /// Scanner and decoder together find the package that a JSON parser finds.
    #[test]
    fn the_package_is_the_one_that_a_parser_finds(body in value()) {
        let parsed: serde_json::Value = serde_json::from_str(&body).unwrap();
        for (path, member) in [(UPDATE, parsed.get("ZipFile")), (CREATE, parsed.get("Code").and_then(|code| code.get("ZipFile")))] {
            let expected = member.and_then(serde_json::Value::as_str);
            if expected.is_some_and(|text| base64_simd::STANDARD.check(text.as_bytes()).is_err()) {
                continue;
            }
            let scanned = scan(path, &[body.as_bytes()]);
            let last = scanned.texts.last().and_then(|text| text.strip_suffix('.')).map(str::to_owned);
            let found = package(path, &scanned.rest, last);
            if let Ok(found) = found {
                prop_assert_eq!(found.as_deref(), expected, "{}", body);
            }
        }
    }
}

/// Reads the rest of a body; fails if members have wrong types.
fn package(path: &[&str], rest: &str, package: Option<String>) -> Result<Option<String>, ()> {
    if path == UPDATE {
        type Request = UpdateFunctionCodeRequest<String>;
        let document = decode::members(rest.as_bytes(), Request::MEMBERS, package).map_err(drop)?;
        Ok(Request::from_document(document).map_err(drop)?.zip_file)
    } else {
        type Request = CreateFunctionRequest<String>;
        let document = decode::members(rest.as_bytes(), Request::MEMBERS, package).map_err(drop)?;
        Ok(Request::from_document(document).map_err(drop)?.code.and_then(|code| code.zip_file))
    }
}
