//! The bytes on disk, so that no change of the format goes unnoticed. They are explained in docs/format.md.

use bytes::Bytes;
use funclet_storage::{
    Backend, BlobDigest, Events, LocalBackend, LocalOptions, Outcome, Position, Scope, TxnId, codec,
};
use funclet_testkit::{SeededEntropy, SimVfs};
use std::sync::Arc;

use crate::script::{last_byte, segments, snapshots};

const FORMAT: &str = "
    46554e434c45540a040000000000000003f166b233e3ef28956eeb2f2632d7bd
    f7d990c2
";
const HEADER: &str = "
    464e434c5457414c010000000000000003f166b233e3ef28956eeb2f2632d7bd
    010000000000000094e34a0effe11c5800000000000000000000000000000000
    00000000000000000000040000000000c756526a
";
const REACH: &str = "
    464e434c54454e44010000000000000003f166b233e3ef28956eeb2f2632d7bd
    0100000000000000030000000000000033371f11
";
const FRAMES: &str = "
    6a000000a4c41be1010000000000000000000000000000000000000000007000
    80000000000000000101000000000000060000005f73746f7265010000000400
    00006d6574610101031100000001000000010000000000000000000000000000
    00000000000000000000000000000000020100000b74cc7f0200000000000000
    0100000000000000018bcfe568007aaaaaaaaaaaaaaaaaaa0101000000000000
    160000003030303030303030303030302f75732d656173742d31020000000b00
    0000632f66756e6374696f6e7301010208000000010000000000000007000000
    662f68656c6c6f01011015000000050000000000000068656c6c6f0700000000
    000000010000004a70fe9aa6436e02c2dea340fbd1e352e4ef2d8ce6ca52ad25
    d4b95471fc8bf2030000007a6970010000004a70fe9aa6436e02c2dea340fbd1
    e352e4ef2d8ce6ca52ad25d4b95471fc8bf20103000000000000000100000000
    0000000100000007000000637265617465640000000000009700000098834815
    03000000000000000200000000000000018bcfe568017bbbbbbbbbbbbbbbbbbb
    0101000000000000160000003030303030303030303030302f75732d65617374
    2d310100000007000000662f68656c6c6f0000000000010000004a70fe9aa643
    6e02c2dea340fbd1e352e4ef2d8ce6ca52ad25d4b95471fc8bf2020300000000
    00000000000000000000000000000000300000001a5a58f90300000000000000
    0300000000000000000000000000000000000000000000000200000000000000
";
const SNAPSHOT: &str = "
    464e434c54534e50010000000000000003f166b233e3ef28956eeb2f2632d7bd
    020000000000000001000000000000000000000000000000000000000acac09d
    22010000c5ea0b94000000000400000001000000390000003030303030303030
    303030302f75732d656173742d3100622f4a70fe9aa6436e02c2dea340fbd1e3
    52e4ef2d8ce6ca52ad25d4b95471fc8bf220000000d6e910d301010000020000
    0000000000030000000000000001000000000000002200000030303030303030
    30303030302f75732d656173742d3100632f66756e6374696f6e7318000000c7
    830c5501020000020000000000000001000000000000001e0000003030303030
    303030303030302f75732d656173742d3100662f68656c6c6f25000000bc44f0
    e6011000000200000000000000050000000000000068656c6c6f070000000000
    00000b0000005f73746f7265006d65746121000000ed99369501030000010000
    000000000001000000010000000000000000000000002c0000001e7428f60100
    000001000000020000004a70fe9aa6436e02c2dea340fbd1e352e4ef2d8ce6ca
    52ad25d4b95471fc8bf203000000000000000100000031000000ce2f41810200
    0000010000000300000002000000000000001600000030303030303030303030
    30302f75732d656173742d3101000000070000006372656174656418000000f7
    0a839f030000000100000004000000018bcfe568007aaaaaaaaaaaaaaaaaaa02
    00000000000000580000000cf450910400000001000000050000000400000000
    000000bc522312352cfa2b1d5d91540de476d501000000000000007601000000
    0000000100000000000000010000000000000001000000000000000000000000
    00000000000000000000000068e5cf8b010000
";

/// A new store, one transaction with something in each of the four lists, a snapshot, a transaction that removes, and a
/// close.
fn history() -> SimVfs {
    let vfs = SimVfs::new();
    let options = LocalOptions::new("store", Arc::new(SeededEntropy::new(42))).vfs(Arc::new(vfs.clone()));
    let store = LocalBackend::open(&options.checkpoint_bytes_min(u64::MAX)).unwrap();
    let scope = Scope::new("000000000000/us-east-1").unwrap();
    let blob = BlobDigest::of(b"zip");
    let first = store.transact(&scope, TxnId::new(1_700_000_000_000, [0xaa; 16]), &mut |tx| {
        tx.get(b"f/hello")?;
        tx.put(b"f/hello", codec::encode(16, &("hello", 7_u64)).unwrap())?;
        tx.bounded_add(b"c/functions", 1, 9)?;
        tx.inline_blob(blob, Bytes::from_static(b"zip"))?;
        tx.hold(blob, 3)?;
        tx.event(b"created".to_vec())
    });
    first.unwrap();
    store.checkpoint().unwrap();
    let second = store.transact(&scope, TxnId::new(1_700_000_000_001, [0xbb; 16]), &mut |tx| {
        tx.get(b"f/hello")?;
        tx.delete(b"f/hello")?;
        tx.release(blob)
    });
    second.unwrap();
    store.close().unwrap();
    vfs
}

/// Bytes as lines of 32, in hexadecimal.
fn hex(bytes: &[u8]) -> String {
    let line = |line: &[u8]| line.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    bytes.chunks(32).map(line).collect::<Vec<_>>().join("\n")
}

fn check(what: &str, bytes: &[u8], expected: &str) {
    let expected: Vec<_> = expected.split_whitespace().collect();
    let found = hex(bytes);
    assert_eq!(found.lines().collect::<Vec<_>>(), expected, "{what} has other bytes:\n{found}");
}

#[test]
fn golden_bytes() {
    let vfs = history();
    check("FORMAT", &vfs.read_file("store/FORMAT").unwrap(), FORMAT);
    check("REACH", &vfs.read_file("store/REACH").unwrap(), REACH);
    let paths = segments(&vfs);
    assert_eq!(paths, [std::path::Path::new("store/wal/00000000000000000001.log")]);
    let segment = vfs.read_file(&paths[0]).unwrap();
    assert_eq!(segment.len(), 256 << 10);
    // Of the header's 512 bytes all but the first 80 and the checksum are zero.
    check("the header", &[&segment[..80], &segment[508..512]].concat(), HEADER);
    assert!(segment[80..508].iter().all(|byte| *byte == 0));
    let end = (last_byte(&segment) + 1).next_multiple_of(8);
    check("the frames", &segment[512..end], FRAMES);
    let paths = snapshots(&vfs);
    assert_eq!(paths, [std::path::Path::new("store/snap/00000000000000000002.snap")]);
    check("the snapshot", &vfs.read_file(&paths[0]).unwrap(), SNAPSHOT);
}

/// The bytes above as files, but for the snapshot.
fn golden_store() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for name in ["wal", "snap", "blobs", "tmp"] {
        std::fs::create_dir(directory.path().join(name)).unwrap();
    }
    std::fs::write(directory.path().join("FORMAT"), bytes(FORMAT)).unwrap();
    std::fs::write(directory.path().join("REACH"), bytes(REACH)).unwrap();
    let mut header = bytes(HEADER);
    let crc = header.split_off(80);
    header.resize(508, 0);
    let mut segment = [header, crc, bytes(FRAMES)].concat();
    segment.resize(256 << 10, 0);
    std::fs::write(directory.path().join("wal/00000000000000000001.log"), segment).unwrap();
    directory
}

/// What lines of hexadecimal digits stand for.
fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<char> = hex.chars().filter(char::is_ascii_hexdigit).collect();
    let byte = |pair: &[char]| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}

/// What an older version wrote stays readable: here, the bytes above without the code that wrote them.
#[test]
fn golden_bytes_are_read() {
    let directory = golden_store();
    let report = funclet_storage::check(directory.path()).unwrap();
    assert_eq!((report.records, report.findings.len(), report.torn_tail), (3, 0, None));
    let mut entries = Vec::new();
    funclet_storage::read_log(directory.path(), &mut |entry| entries.push(entry)).unwrap();
    let first = &entries[1];
    assert_eq!((first.lsn, first.txn.time_ms(), first.proven), (2, 1_700_000_000_000, true));
    assert_eq!(first.scope, "000000000000/us-east-1");
    let keys: Vec<_> = first.writes.iter().map(|write| write.key.as_slice()).collect();
    assert_eq!(keys, [&b"c/functions"[..], b"f/hello"]);
    assert_eq!((first.writes[1].kind, first.writes[1].bytes), (Some(16), 21));
    assert_eq!(first.blobs, [(BlobDigest::of(b"zip"), 3)]);
    assert_eq!(first.references, [(BlobDigest::of(b"zip"), true, 1)]);
    assert_eq!(first.events, [b"created"]);
    assert_eq!((entries[2].writes[0].key.as_slice(), entries[2].writes[0].kind), (&b"f/hello"[..], None));
    assert_eq!(entries[2].references, [(BlobDigest::of(b"zip"), false, 0)]);
}

/// The snapshot stands for the first transaction; what came after it is in the log.
#[test]
fn golden_bytes_of_a_snapshot_are_read() {
    let directory = golden_store();
    std::fs::write(directory.path().join("snap/00000000000000000002.snap"), bytes(SNAPSHOT)).unwrap();
    let report = funclet_storage::check(directory.path()).unwrap();
    assert_eq!((report.snapshot_entries, report.records, report.findings.len()), (4, 3, 0));
    let options = LocalOptions::new(directory.path(), Arc::new(SeededEntropy::new(7)));
    let store = LocalBackend::open(&options).unwrap();
    let scope = Scope::new("000000000000/us-east-1").unwrap();
    let mut keys = Vec::new();
    store
        .read(&scope, &mut |view| {
            keys = view.scan(b"", None, 10)?.entries.into_iter().map(|(key, _)| key).collect();
            Ok(())
        })
        .unwrap();
    assert_eq!(keys, [b"c/functions".to_vec()], "the second transaction removed the others");
    let first = TxnId::new(1_700_000_000_000, [0xaa; 16]);
    assert_eq!(store.resolve(&scope, first).unwrap(), Outcome::Committed(Position::from_u64(2)));
    let Events::Batches(batches) = store.events(Position::START, 9).unwrap() else {
        panic!("events are lost")
    };
    assert_eq!(batches.iter().map(|batch| batch.events.clone()).collect::<Vec<_>>(), [[b"created"]]);
    assert_eq!(store.time_ms_max(), 1_700_000_000_001);
}
