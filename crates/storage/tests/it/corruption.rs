//! Damage to every kind of file. Opening refuses and names the file, or everything acknowledged is intact; the offline
//! check finds whatever touches referenced data, and finds nothing on a healthy store.

use std::fs;
use std::path::{Path, PathBuf};

use funclet_storage::{
    Backend, BlobDigest, LocalBackend, LocalOptions, StoreError, TableKind, Vfs as _, check, read_log,
};
use funclet_testkit::{Keep, SimVfs};

use crate::script::{
    ROOT, blob, content, entropy, id, inline, last_byte, open, open_keeping_log, put, refused, scope,
    segments, texts, upload,
};

/// Small and large blobs that ride in their records, one in a file.
const INLINED: [usize; 3] = [1, 500, 3000];
const FILE_BYTES: usize = 100_000;

/// Writes what is checked later, opening and closing in between, so that there are several segments.
fn write(open: &dyn Fn() -> LocalBackend) {
    for half in 0..3 {
        let store = open();
        for number in 0..5 {
            put(&store, half * 5 + number, &format!("k{number}"), &format!("{half}/{number}")).unwrap();
        }
        let inlined = content(half as u8, INLINED[half as usize]);
        store.transact(&scope(), id(100 + half), &mut |tx| inline(tx, &inlined)).unwrap();
        if half == 1 {
            let pin = upload(&store, &content(9, FILE_BYTES)).unwrap();
            store.transact(&scope(), id(200), &mut |tx| tx.hold(pin.digest(), pin.size())).unwrap();
        }
        store.close().unwrap();
    }
}

/// Whether everything is there that [`write`] was acknowledged, leaving out the blob in a file.
fn is_intact(store: &dyn Backend) -> bool {
    let expected = (0..5).map(|number| (format!("k{number}"), format!("2/{number}"))).collect();
    let blobs = (0..3).all(|half| {
        let expected = content(half, INLINED[usize::from(half)]);
        blob(store, &BlobDigest::of(&expected)).as_deref() == Some(&expected)
    });
    texts(store).is_ok_and(|found| found == expected) && blobs
}

/// Opens a damaged disk and judges the outcome.
fn judge(vfs: &SimVfs, damaged: &Path, what: &str) {
    match open(vfs) {
        Ok(store) => assert!(is_intact(&store), "{what}: opens, and something is lost"),
        Err(StoreError::Corrupt { file, .. }) => {
            // A header also tells of its predecessor, so a wrong byte in one may show at the other.
            assert_eq!(file.parent(), damaged.parent(), "{what}: {file:?} is blamed");
        }
        Err(StoreError::NotAStore { .. } | StoreError::NewerFormat { .. }) if damaged.ends_with("FORMAT") => {
        }
        Err(other) => panic!("{what}: {other:?}"),
    }
}

/// The offsets that are worth a flip: everything that is in use, and a few places beyond.
fn places(content: &[u8]) -> Vec<usize> {
    let used = last_byte(content) + 1;
    let beyond = (1..6).map(|n| used + (content.len() - used) * n / 6);
    // Of long contents every seventh place; seven is prime to the alignment of the format.
    let step = if used > 2000 { 7 } else { 1 };
    (0..used).step_by(step).chain(beyond).filter(|at| *at < content.len()).collect()
}

#[test]
fn no_flipped_bit_is_believed() {
    let origin = SimVfs::new();
    write(&|| open_keeping_log(&origin));
    assert_eq!(segments(&origin).len(), 3);
    let mut flips = 0;
    for path in
        origin.files().iter().filter(|path| !path.ends_with("LOCK") && !path.starts_with("store/blobs"))
    {
        let content = origin.read_file(path).unwrap();
        for at in places(&content) {
            let vfs = origin.crash(Keep::Everything);
            let mask = 1 << (at % 8);
            vfs.flip(path, at, mask).unwrap();
            judge(&vfs, path, &format!("{} at {at}, mask {mask}", path.display()));
            flips += 1;
        }
    }
    assert!(flips > 1000, "{flips}");
}

/// Pages of zeros or of another time where data was.
#[test]
fn no_lost_or_swapped_sector_is_believed() {
    let origin = SimVfs::new();
    write(&|| open_keeping_log(&origin));
    for path in segments(&origin) {
        let content = origin.read_file(&path).unwrap();
        // The last sector of the tail may hold both the last record and the watermark that proves it: that it got lost
        // cannot be told from its never having been written.
        let is_tail = segments(&origin).last() == Some(&path);
        let sectors = last_byte(&content) / 512 + 1;
        for sector in 0..sectors - 2 * usize::from(is_tail) {
            let range = sector * 512..(sector + 1) * 512;
            let mut zeroed = content.clone();
            zeroed[range.clone()].fill(0);
            let mut repeated = content.clone();
            repeated.copy_within(range.clone(), ((sector + 1) % sectors) * 512);
            for (damage, bytes) in [("zeroed", zeroed), ("repeated", repeated)] {
                let vfs = origin.crash(Keep::Everything);
                vfs.overwrite(&path, &bytes).unwrap();
                judge(&vfs, &path, &format!("{} sector {sector} {damage}", path.display()));
            }
        }
    }
}

/// A healthy store on the real disk.
fn real_store() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("store");
    let options = LocalOptions::new(&root, entropy()).table(TableKind::Memory).checkpoint_bytes_min(u64::MAX);
    write(&|| LocalBackend::open(&options).unwrap());
    (directory, root)
}

/// The bytes of the log that say something: headers in use, and frames.
fn log_bytes(root: &Path) -> Vec<(PathBuf, usize)> {
    let mut places = Vec::new();
    read_log(root, &mut |entry| {
        let content = fs::read(&entry.segment).unwrap();
        let at = entry.offset as usize;
        let length = u32::from_le_bytes(content[at..at + 4].try_into().unwrap()) as usize;
        places.extend((at..at + length).map(|at| (entry.segment.clone(), at)));
        assert!(entry.proven, "the store was closed");
    })
    .unwrap();
    for entry in fs::read_dir(root.join("wal")).unwrap() {
        let path = entry.unwrap().path();
        places.extend((0..512).map(|at| (path.clone(), at)));
    }
    places
}

#[test]
fn the_check_says_nothing_of_a_healthy_store() {
    let (_directory, root) = real_store();
    let report = check(&root).unwrap();
    assert_eq!(report.findings, []);
    assert_eq!(report.torn_tail, None);
    // 15 texts, 3 inlined blobs, a blob in a file, and the store's own first record.
    assert_eq!((report.records, report.blobs), (20, 4));
    assert_eq!(report.blob_bytes, (INLINED.iter().sum::<usize>() + FILE_BYTES) as u64);
}

#[test]
fn the_check_changes_nothing() {
    let (_directory, root) = real_store();
    let wal = |root: &Path| {
        let mut files: Vec<_> = fs::read_dir(root.join("wal")).unwrap().map(|e| e.unwrap().path()).collect();
        files.sort();
        files.iter().map(|path| fs::read(path).unwrap()).collect::<Vec<_>>()
    };
    let before = wal(&root);
    check(&root).unwrap();
    read_log(&root, &mut |_| {}).unwrap();
    assert!(wal(&root) == before);
}

/// A store may lie on a disk that cannot be written.
#[test]
fn the_check_writes_nothing_at_all() {
    let (_directory, root) = real_store();
    let look = || {
        assert_eq!(check(&root).unwrap().findings, []);
        read_log(&root, &mut |_| {}).unwrap();
    };
    let lock = root.join("LOCK");
    fs::write(&lock, b"who was it?").unwrap();
    let set_read_only = |read_only| {
        let mut permissions = fs::metadata(&lock).unwrap().permissions();
        permissions.set_readonly(read_only);
        fs::set_permissions(&lock, permissions).unwrap();
    };
    set_read_only(true);
    look();
    assert_eq!(fs::read(&lock).unwrap(), b"who was it?");
    set_read_only(false);
    fs::remove_file(&lock).unwrap();
    look();
    assert!(!lock.exists());
}

#[test]
fn what_is_whole_before_the_damage_is_shown() {
    let (_directory, root) = real_store();
    let mut entries = Vec::new();
    read_log(&root, &mut |entry| entries.push((entry.segment, entry.offset))).unwrap();
    // The third record of the last segment.
    let (segment, _) = entries.last().unwrap().clone();
    let before = entries.iter().position(|(path, _)| *path == segment).unwrap() + 2;
    let mut content = fs::read(&segment).unwrap();
    content[entries[before].1 as usize + 60] ^= 1;
    fs::write(&segment, content).unwrap();
    let mut shown = Vec::new();
    let read = read_log(&root, &mut |entry| {
        assert!(entry.proven, "what comes before a durable record was durable");
        shown.push((entry.segment, entry.offset));
    });
    assert!(matches!(read, Err(StoreError::Corrupt { .. })), "{read:?}");
    assert_eq!(shown, entries[..before]);
    let report = check(&root).unwrap();
    assert_eq!((report.records, report.findings.is_empty()), (before as u64, false));
}

#[test]
fn the_check_finds_damage_in_the_log() {
    let (_directory, root) = real_store();
    let places = log_bytes(&root);
    assert!(places.len() > 4000, "{}", places.len());
    for (n, (path, at)) in places.into_iter().enumerate().step_by(5) {
        let content = fs::read(&path).unwrap();
        let mut damaged = content.clone();
        damaged[at] ^= 1 << (n % 8);
        fs::write(&path, damaged).unwrap();
        match check(&root) {
            Ok(report) => {
                assert!(!report.findings.is_empty(), "{} at {at}", path.display());
                assert!(report.findings.iter().all(|finding| finding.file.starts_with(&root)));
            }
            Err(error) => panic!("{} at {at}: {error}", path.display()),
        }
        fs::write(&path, content).unwrap();
    }
    assert_eq!(check(&root).unwrap().findings, []);
}

#[test]
fn the_check_finds_damaged_and_missing_blobs() {
    let (_directory, root) = real_store();
    let digest = BlobDigest::of(&content(9, FILE_BYTES)).to_string();
    let path = root.join("blobs").join(&digest[..2]).join(&digest);
    let healthy = fs::read(&path).unwrap();
    let found = |what: &str| {
        let findings = check(&root).unwrap().findings;
        assert_eq!(findings.len(), 1, "{what}: {findings:?}");
        assert_eq!(findings[0].file, path, "{what}");
    };
    for at in (0..FILE_BYTES).step_by(9_973) {
        let mut damaged = healthy.clone();
        damaged[at] ^= 0x10;
        fs::write(&path, damaged).unwrap();
        found("a flipped bit");
    }
    fs::write(&path, &healthy[1..]).unwrap();
    found("a shorter blob");
    fs::write(&path, [&healthy[..], b"x"].concat()).unwrap();
    found("a longer blob");
    fs::remove_file(&path).unwrap();
    found("a missing blob");
    fs::write(&path, healthy).unwrap();
    assert_eq!(check(&root).unwrap().findings, []);
}

#[test]
fn a_missing_blob_is_noticed_when_the_store_is_opened() {
    let vfs = SimVfs::new();
    write(&|| open_keeping_log(&vfs));
    let digest = BlobDigest::of(&content(9, FILE_BYTES)).to_string();
    let path = Path::new(ROOT).join("blobs").join(&digest[..2]).join(&digest);
    drop(open_keeping_log(&vfs));
    vfs.remove_file(&path).unwrap();
    let error = refused(&vfs);
    assert!(matches!(&error, StoreError::Corrupt { file, .. } if *file == path), "{error:?}");
}

#[test]
fn the_check_refuses_what_is_no_store_or_open() {
    let directory = tempfile::tempdir().unwrap();
    assert!(matches!(check(directory.path()), Err(StoreError::NotAStore { .. })));
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0, "nothing was left there");
    let (_directory, root) = real_store();
    let store = LocalBackend::open(&LocalOptions::new(&root, entropy()).table(TableKind::Memory)).unwrap();
    assert!(matches!(check(&root), Err(StoreError::Locked { .. })));
    assert!(matches!(read_log(&root, &mut |_| {}), Err(StoreError::Locked { .. })));
    drop(store);
    let format = root.join("FORMAT");
    let healthy = fs::read(&format).unwrap();
    for at in 0..healthy.len() {
        let mut damaged = healthy.clone();
        damaged[at] ^= 1;
        fs::write(&format, damaged).unwrap();
        let is_whole = check(&root).is_ok_and(|report| report.findings.is_empty());
        assert!(!is_whole, "FORMAT at {at}");
    }
}

/// Writes that were never acknowledged are no damage.
#[test]
fn the_check_tells_a_torn_tail_from_damage() {
    let (_directory, root) = real_store();
    let mut segments: Vec<_> = fs::read_dir(root.join("wal")).unwrap().map(|e| e.unwrap().path()).collect();
    segments.sort();
    let tail = segments.last().unwrap();
    let mut content = fs::read(tail).unwrap();
    let end = (last_byte(&content) + 1).next_multiple_of(8);
    content[end..end + 60].fill(0xab);
    fs::write(tail, content).unwrap();
    let report = check(&root).unwrap();
    assert_eq!((report.findings, report.torn_tail), (vec![], Some((tail.clone(), end as u64))));
}
