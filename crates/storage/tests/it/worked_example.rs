//! The worked example of docs/format.md is what this version writes, byte for byte.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use funclet_storage::{Backend, BlobDigest, LocalBackend, LocalOptions, Scope, TxnId, codec};
use funclet_testkit::{SeededEntropy, SimVfs};

const DOCUMENT: &str = include_str!("../../../../docs/format.md");

/// A new store, one transaction, and a close, which writes a snapshot.
fn example() -> SimVfs {
    let vfs = SimVfs::new();
    let options = LocalOptions::new("store", Arc::new(SeededEntropy::new(7))).vfs(Arc::new(vfs.clone()));
    let store = LocalBackend::open(&options).unwrap();
    let (scope, blob) = (Scope::new("a/r").unwrap(), BlobDigest::of(b"zip"));
    let ended = store.transact(&scope, TxnId::new(1_700_000_000_000, [0xaa; 16]), &mut |tx| {
        tx.get(b"f/hi")?;
        tx.put(b"f/hi", codec::encode(16, &7_u32).unwrap())?;
        tx.inline_blob(blob, Bytes::from_static(b"zip"))?;
        tx.hold(blob, 3)?;
        tx.event(b"new".to_vec())
    });
    ended.unwrap();
    store.close().unwrap();
    vfs
}

/// The files of the example as the document spells them: lines of an offset in hexadecimal, a colon and bytes, until two
/// spaces; what follows is for people. Bytes that no line names are zero.
fn documented() -> BTreeMap<String, Vec<(usize, Vec<u8>)>> {
    let example = DOCUMENT.split("## A worked example").nth(1).expect("the section is there");
    let (mut files, mut name) = (BTreeMap::<_, Vec<_>>::new(), String::new());
    for line in example.lines().filter_map(|line| line.strip_prefix("    ")) {
        match line.split_once(": ") {
            Some((offset, rest)) if offset.chars().all(|digit| digit.is_ascii_hexdigit()) => {
                let hex: String = rest.split("  ").next().unwrap_or_default().split(' ').collect();
                let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
                let bytes = (0..hex.len()).step_by(2).map(byte).collect();
                let at = usize::from_str_radix(offset, 16).unwrap();
                files.entry(name.clone()).or_default().push((at, bytes));
            }
            _ => name = line.split([',', ' ']).next().unwrap_or_default().to_owned(),
        }
    }
    files
}

#[test]
fn the_document_spells_what_is_written() {
    let vfs = example();
    let documented = documented();
    let written: Vec<_> = vfs.files().into_iter().filter(|path| !path.ends_with("LOCK")).collect();
    let names: Vec<_> = written.iter().map(|path| path.to_str().unwrap().to_owned()).collect();
    assert_eq!(names, documented.keys().cloned().collect::<Vec<_>>());
    for path in written {
        let found = vfs.read_file(&path).unwrap();
        let mut expected = vec![0; found.len()];
        for (at, bytes) in &documented[path.to_str().unwrap()] {
            expected[*at..at + bytes.len()].copy_from_slice(bytes);
        }
        let differs = (0..found.len()).find(|at| found[*at] != expected[*at]);
        assert_eq!(differs, None, "{} differs at that offset", path.display());
    }
}
