//! The kinds of files as the first bytes of compressed members show them, against those of the whole content.

use std::collections::BTreeMap;

use funclet_package_inspection::{Kind, Level};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::forge::{Entry, archive, facts_at};
use crate::models::{cases, content};

/// The kind of a file by a second reading of what is written about the formats.
fn kind(content: &[u8]) -> Kind {
    let starts = |magic: &[u8]| content.starts_with(magic);
    let word = content.get(4..8).map(|word| u32::from_be_bytes(word.try_into().unwrap()));
    if starts(b"\x7fELF") {
        Kind::Elf
    } else if [0xfeed_face_u32, 0xfeed_facf]
        .iter()
        .any(|m| starts(&m.to_be_bytes()) || starts(&m.to_le_bytes()))
    {
        Kind::MachO
    } else if starts(&0xcafe_babf_u32.to_be_bytes()) {
        Kind::MachOFat
    } else if starts(&0xcafe_babe_u32.to_be_bytes()) {
        if word.is_some_and(|parts| parts < 45) { Kind::MachOFat } else { Kind::JavaClass }
    } else if starts(b"MZ") {
        Kind::Pe
    } else if starts(b"\0asm") {
        Kind::Wasm
    } else if starts(b"PK\x03\x04") || starts(b"PK\x05\x06") {
        Kind::Zip
    } else if starts(b"#!") {
        Kind::Script
    } else if starts(b"!<arch>\n") {
        Kind::Ar
    } else {
        Kind::Data
    }
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn first_bytes_show_what_the_whole_content_shows(contents in vec(content(), 1..5)) {
        // Stored, and at every level of compression.
        let entries: Vec<Entry> = contents
            .iter()
            .enumerate()
            .flat_map(|(at, content)| {
                let name = move |level| format!("{at}-{level}");
                let deflated = (0..10).map(move |level| Entry::deflated(name(level), content, level));
                deflated.chain([Entry::new(format!("{at}-stored"), content)])
            })
            .collect();
        let mut expected: BTreeMap<Kind, u64> = BTreeMap::new();
        for content in &contents {
            *expected.entry(kind(content)).or_default() += 11;
        }
        let package = archive(&entries);
        prop_assert_eq!(&facts_at(Level::Heads, &package).kinds, &expected);
        prop_assert_eq!(&facts_at(Level::Verify, &package).kinds, &expected);
        prop_assert!(facts_at(Level::Frame, &package).kinds.is_empty());
    }
}

#[test]
fn machines_are_told_by_heads_alone() {
    let mut windows = b"MZ".to_vec();
    windows.resize(60, 0);
    windows.extend(128_u32.to_le_bytes());
    windows.resize(128, 0);
    windows.extend(b"PE\0\0\x64\xaa");
    let fat =
        b"\xca\xfe\xba\xbe\0\0\0\x02\x01\0\0\x07\0\0\0\x03\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\x0c".to_vec();
    let cases: [(&str, Vec<u8>, Kind, &[&str]); 4] = [
        ("a.exe", windows, Kind::Pe, &["aarch64"]),
        ("a.dylib", b"\xcf\xfa\xed\xfe\x07\0\0\x01".to_vec(), Kind::MachO, &["x86_64"]),
        ("b.dylib", b"\xfe\xed\xfa\xce\0\0\0\x0c".to_vec(), Kind::MachO, &["arm"]),
        ("c.dylib", fat, Kind::MachOFat, &["x86_64", "aarch64"]),
    ];
    for (name, content, kind, machines) in cases {
        for entry in [Entry::new(name, &content), Entry::deflated(name, &content, 9)] {
            let facts = facts_at(Level::Heads, &archive(&[entry]));
            let [native] = &facts.natives[..] else { panic!("{:?}", facts.natives) };
            assert_eq!((native.path.as_str(), native.kind, native.malformed), (name, kind, false));
            assert_eq!(crate::table::machines(native), machines, "{name}");
        }
    }
}
