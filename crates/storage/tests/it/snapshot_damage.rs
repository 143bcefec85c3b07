//! Damage to a snapshot, and to what it rests on: the store says so and names the file, or everything that was acknowledged
//! is intact. The offline check finds all of it.

use std::fs;
use std::path::{Path, PathBuf};

use funclet_storage::{
    Backend, LocalBackend, LocalOptions, StoreError, TableKind, Vfs as _, check, read_log,
};
use funclet_testkit::{Keep, SimVfs};

use crate::everything::Everything;
use crate::script::{
    ROOT, blob_file, content, entropy, hold, id, inline, open, options, put, scope, segments, snapshots,
};

/// A snapshot with a bit of everything, several segments that are gone, and a log behind it.
fn write(store: &dyn Backend, seed: u8) {
    for number in 0..30 {
        put(store, number, &format!("k{}", number % 7), &format!("{seed}/{number:0100}")).unwrap();
    }
    for blob in 0..3 {
        let (riding, in_file) = (content(seed + blob, 600), content(seed + 10 + blob, 2_000));
        let both = store.transact(&scope(), id(100 + u64::from(blob)), &mut |tx| {
            tx.event(vec![blob; 10])?;
            tx.bounded_add(b"c/n", 1, 9)?;
            inline(tx, &riding)
        });
        both.unwrap();
        hold(store, 200 + u64::from(blob), &in_file);
    }
}

fn small(options: LocalOptions) -> LocalOptions {
    options.segment_bytes(4 << 10, 4 << 10).inline_bytes_max(1_000).checkpoint_bytes_min(u64::MAX)
}

/// What was acknowledged, and the disk.
fn simulated(seed: u8) -> (SimVfs, Everything) {
    let vfs = SimVfs::new();
    let store = LocalBackend::open(&small(options(&vfs))).unwrap();
    write(&store, seed);
    store.checkpoint().unwrap();
    put(&store, 300, "later", "than the snapshot").unwrap();
    let everything = Everything::of(&store, &[id(1), id(100), id(300), id(999)]);
    store.close().unwrap();
    assert_eq!((snapshots(&vfs).len(), segments(&vfs).len()), (1, 1));
    (vfs, everything)
}

fn is_intact(store: &dyn Backend, everything: &Everything) -> bool {
    Everything::of(store, &[id(1), id(100), id(300), id(999)]) == *everything
}

/// Opens a damaged disk and judges the outcome. Tells whether it was refused.
fn judge(vfs: &SimVfs, everything: &Everything, blamed: &[&Path], what: &str) -> bool {
    match open(vfs) {
        Ok(store) => {
            assert!(is_intact(&store, everything), "{what}: opens, and something is lost");
            false
        }
        Err(StoreError::Corrupt { file, .. }) => {
            assert!(blamed.iter().any(|blamed| file.starts_with(blamed)), "{what}: {file:?} is blamed");
            true
        }
        Err(other) => panic!("{what}: {other:?}"),
    }
}

#[test]
fn no_flipped_bit_of_a_snapshot_is_believed() {
    let (origin, everything) = simulated(1);
    let path = snapshots(&origin).pop().unwrap();
    let bytes = origin.read_file(&path).unwrap();
    for at in 0..bytes.len() {
        let vfs = origin.crash(Keep::Everything);
        let mask = 1 << ((at * 5) % 8);
        vfs.flip(&path, at, mask).unwrap();
        let refused = judge(&vfs, &everything, &[&path], &format!("at {at}, mask {mask}"));
        // Without a table of its own, a store needs every byte of it.
        assert!(refused, "a byte at {at} that nobody misses");
    }
}

#[test]
fn no_cut_longer_or_rearranged_snapshot_is_believed() {
    let (origin, everything) = simulated(1);
    let path = snapshots(&origin).pop().unwrap();
    let bytes = origin.read_file(&path).unwrap();
    let blocks = blocks(&bytes);
    assert_eq!(blocks.len(), 5, "entries, blobs, events, transactions, footer");
    let part = |n: usize| bytes[blocks[n].clone()].to_vec();
    let of = |order: &[usize]| {
        let header = bytes[..64].to_vec();
        order.iter().fold(header, |all, n| [all, part(*n)].concat())
    };
    assert!(of(&[0, 1, 2, 3, 4]) == bytes);
    let mut damages = vec![("nothing", Vec::new()), ("a byte more", [&bytes[..], &[0]].concat())];
    damages.push(("twice the same", [&bytes[..], &bytes].concat()));
    for order in [
        &[0, 1, 2, 3][..],
        &[1, 0, 2, 3, 4],
        &[0, 2, 1, 3, 4],
        &[0, 1, 1, 2, 3, 4],
        &[0, 0, 1, 2, 3, 4],
        &[1, 2, 3, 4],
        &[0, 4],
        &[0, 1, 2, 4],
        &[4],
        &[4, 0, 1, 2, 3],
    ] {
        damages.push(("another order", of(order)));
    }
    damages.extend((0..bytes.len()).step_by(11).map(|cut| ("cut", bytes[..cut].to_vec())));
    let mut zeroed = bytes.clone();
    zeroed[512..1024].fill(0);
    damages.push(("a lost sector", zeroed));
    for (nth, (what, damaged)) in damages.into_iter().enumerate() {
        let vfs = origin.crash(Keep::Everything);
        vfs.overwrite(&path, &damaged).unwrap();
        assert!(judge(&vfs, &everything, &[&path], what), "{what} ({nth}) opens");
    }
}

/// Where the blocks of a snapshot are.
fn blocks(bytes: &[u8]) -> Vec<std::ops::Range<usize>> {
    let (mut at, mut blocks) = (64, Vec::new());
    while at < bytes.len() {
        let length = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        blocks.push(at..at + 20 + length);
        at += 20 + length;
    }
    blocks
}

/// Whole files that are in the wrong place: of another store, of another time, or not there.
#[test]
fn no_foreign_old_or_missing_file_is_passed_over() {
    let (origin, everything) = simulated(1);
    let (other, _) = simulated(50);
    let (path, segment) = (snapshots(&origin).pop().unwrap(), segments(&origin).pop().unwrap());
    let (snap, wal) = (path.parent().unwrap(), segment.parent().unwrap());
    let foreign = other.read_file(snapshots(&other).pop().unwrap()).unwrap();
    let of_now = origin.read_file(&path).unwrap();
    type Damage<'a> = Box<dyn Fn(&SimVfs) + 'a>;
    let rename = |vfs: &SimVfs, lsn: u64| vfs.rename(&path, &snap.join(format!("{lsn:020}.snap"))).unwrap();
    let damages: [(&str, Damage<'_>); 9] = [
        ("of another store", Box::new(|vfs| vfs.overwrite(&path, &foreign).unwrap())),
        ("under an older name", Box::new(|vfs| rename(vfs, 7))),
        ("under a newer name", Box::new(|vfs| rename(vfs, 1_000))),
        ("gone", Box::new(|vfs| vfs.remove_file(&path).unwrap())),
        ("with a file beside it that is none", Box::new(|vfs| drop(vfs.create(&snap.join("x")).unwrap()))),
        (
            "with a newer one that is empty",
            Box::new(|vfs| {
                drop(vfs.create(&snap.join(format!("{:020}.snap", 1_000))).unwrap());
            }),
        ),
        ("without its segment", Box::new(|vfs| vfs.remove_file(&segment).unwrap())),
        (
            "with the segment of another store",
            Box::new(|vfs| {
                vfs.overwrite(&segment, &other.read_file(segments(&other).pop().unwrap()).unwrap()).unwrap();
            }),
        ),
        (
            "with its segment under another name",
            Box::new(|vfs| {
                vfs.rename(&segment, &wal.join(format!("{:020}.log", 1_000))).unwrap();
            }),
        ),
    ];
    for (what, damage) in damages {
        let vfs = origin.crash(Keep::Everything);
        damage(&vfs);
        assert!(judge(&vfs, &everything, &[snap, wal], what), "{what}: opens");
        assert!(judge(&vfs, &everything, &[snap, wal], what), "{what}: opens when it is tried again");
    }
    // An older one beside it is what an interrupted checkpoint leaves; nobody reads it.
    let vfs = origin.crash(Keep::Everything);
    let older = snap.join(format!("{:020}.snap", 7));
    drop(vfs.create(&older).unwrap());
    assert!(!judge(&vfs, &everything, &[], "an older one"));
    assert!(!vfs.exists(&older).unwrap() && vfs.read_file(&path).unwrap() == of_now);
}

/// An older snapshot of the same store, and the log of now.
#[test]
fn an_older_snapshot_does_not_stand_in_for_a_newer_one() {
    let vfs = SimVfs::new();
    let store = LocalBackend::open(&small(options(&vfs))).unwrap();
    write(&store, 1);
    store.checkpoint().unwrap();
    let older = snapshots(&vfs).pop().unwrap();
    let bytes = vfs.read_file(&older).unwrap();
    write(&store, 2);
    store.checkpoint().unwrap();
    let everything = Everything::of(&store, &[id(1), id(100), id(300), id(999)]);
    drop(store);
    vfs.remove_file(&snapshots(&vfs)[0]).unwrap();
    drop(vfs.create(&older).unwrap());
    vfs.overwrite(&older, &bytes).unwrap();
    assert!(judge(&vfs, &everything, &[&Path::new(ROOT).join("wal")], "the older one"), "it opens");
}

/// The same on a real directory, for the offline check.
fn real_store() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("store");
    let store =
        LocalBackend::open(&small(LocalOptions::new(&root, entropy())).table(TableKind::Memory)).unwrap();
    write(&store, 1);
    store.checkpoint().unwrap();
    put(&store, 300, "later", "than the snapshot").unwrap();
    store.close().unwrap();
    let snapshot = fs::read_dir(root.join("snap")).unwrap().next().unwrap().unwrap().path();
    (directory, root, snapshot)
}

#[test]
fn the_check_reads_a_snapshot_and_the_log_behind_it() {
    let (_directory, root, _) = real_store();
    let report = check(&root).unwrap();
    assert_eq!((report.findings, report.torn_tail, report.unreferenced), (vec![], None, 0));
    // Seven texts, a counter, six references and the store's own entry.
    assert_eq!((report.snapshot_entries, report.blobs), (15, 6));
    assert_eq!(report.blob_bytes, 3 * 600 + 3 * 2_000);
    let mut lsns = Vec::new();
    read_log(&root, &mut |entry| lsns.push(entry.lsn)).unwrap();
    assert!(lsns.len() < 20 && lsns.windows(2).all(|pair| pair[0] + 1 == pair[1]), "{lsns:?}");
    assert_eq!((lsns.last(), report.records), (Some(&38), lsns.len() as u64));
}

#[test]
fn the_check_finds_damage_in_a_snapshot_and_tells_where() {
    let (_directory, root, path) = real_store();
    let healthy = fs::read(&path).unwrap();
    let blocks = blocks(&healthy);
    for at in (0..healthy.len()).step_by(3) {
        let mut damaged = healthy.clone();
        damaged[at] ^= 1 << (at % 8);
        fs::write(&path, damaged).unwrap();
        let findings = check(&root).unwrap().findings;
        let named = findings.iter().find(|finding| finding.file == path);
        let offset = named.unwrap_or_else(|| panic!("at {at}: {findings:?}")).offset.unwrap();
        let begin = blocks.iter().rfind(|block| block.start <= at).map_or(0, |block| block.start as u64);
        assert_eq!(offset, begin, "at {at}: the block that is damaged");
    }
    fs::write(&path, &healthy[..healthy.len() - 1]).unwrap();
    assert_eq!(check(&root).unwrap().findings.len(), 1);
    fs::remove_file(&path).unwrap();
    assert_eq!(check(&root).unwrap().findings[0].file.parent(), Some(root.join("wal").as_path()));
    assert!(read_log(&root, &mut |_| ()).is_err());
    fs::write(&path, healthy).unwrap();
    assert_eq!(check(&root).unwrap().findings, []);
}

/// Blobs that only the snapshot names.
#[test]
fn the_check_finds_blobs_that_a_snapshot_misses() {
    let (_directory, root, _) = real_store();
    for content in [content(1, 600), content(12, 2_000)] {
        let path = blob_file(&root, &content);
        let healthy = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let findings = check(&root).unwrap().findings;
        assert_eq!(
            findings.iter().map(|finding| finding.file.as_path()).collect::<Vec<_>>(),
            [path.as_path()]
        );
        fs::write(&path, &healthy[1..]).unwrap();
        assert_eq!(check(&root).unwrap().findings.len(), 1);
        fs::write(&path, healthy).unwrap();
    }
    // One that nobody names is told and no damage.
    let stray = blob_file(&root, b"stray");
    fs::create_dir_all(stray.parent().unwrap()).unwrap();
    fs::write(stray, b"stray").unwrap();
    let report = check(&root).unwrap();
    assert_eq!((report.findings, report.unreferenced), (vec![], 1));
}
