mod explore;
mod faults;
mod images;
mod store;

use std::collections::BTreeSet;
use std::sync::Mutex;

use funclet_storage::{Vfs, VfsFile};

use super::*;

fn path(text: &str) -> &Path {
    Path::new(text)
}

fn write(vfs: &SimVfs, name: &str, bytes: &[u8]) -> Box<dyn VfsFile> {
    let file = vfs.create(path(name)).unwrap();
    file.write_at(bytes, 0).unwrap();
    file
}

/// What the file holds after each kind of power cut; `None` where it is gone.
fn left(vfs: &SimVfs, name: &str) -> [Option<Vec<u8>>; 2] {
    [Keep::Nothing, Keep::Everything].map(|keep| vfs.crash(keep).read_file(name).ok())
}

#[test]
fn a_file_that_goes_piece_by_piece_may_come_back_as_a_part() {
    let vfs = SimVfs::new();
    for name in ["gone", "kept"] {
        write(&vfs, name, &[1; 2000]).sync_data().unwrap();
    }
    vfs.hard_link(path("kept"), path("link")).unwrap();
    vfs.sync_dir(path("/")).unwrap();
    vfs.record();
    vfs.remove_unread(path("gone")).unwrap();
    vfs.remove_unread(path("kept")).unwrap();
    let lengths = Mutex::new(BTreeSet::new());
    let explored = explore(&vfs.take_recording(), &Exploration::default(), &|image, _marks| {
        let length = |name: &str| image.read_file(name).map(|content| content.len()).ok();
        lengths.lock().unwrap().insert(length("gone"));
        if length("link") == Some(2000) { Ok(()) } else { Err("the other name has lost its bytes".into()) }
    });
    assert!(explored.failure.is_none(), "{explored:?}");
    let lengths = lengths.into_inner().unwrap();
    assert!(
        [None, Some(0), Some(1000), Some(2000)].iter().all(|length| lengths.contains(length)),
        "{lengths:?}"
    );
}

#[test]
fn content_and_name_are_synced_apart() {
    let vfs = SimVfs::new();
    let file = write(&vfs, "a", b"one");
    assert_eq!(left(&vfs, "a"), [None, Some(b"one".to_vec())]);
    file.sync_data().unwrap();
    assert_eq!(left(&vfs, "a"), [None, Some(b"one".to_vec())]);
    vfs.sync_dir(path("")).unwrap();
    file.write_at(b"two!", 1).unwrap();
    assert_eq!(left(&vfs, "a"), [Some(b"one".to_vec()), Some(b"otwo!".to_vec())]);
    vfs.create(path("a")).unwrap();
    assert_eq!(left(&vfs, "a"), [Some(b"one".to_vec()), Some(Vec::new())]);
}

#[test]
fn a_rename_is_durable_in_each_directory_by_itself() {
    let vfs = SimVfs::new();
    vfs.create_dir_all(path("from")).unwrap();
    vfs.create_dir_all(path("to")).unwrap();
    vfs.sync_dir(path("/")).unwrap();
    write(&vfs, "from/a", b"x").sync_data().unwrap();
    vfs.sync_dir(path("from")).unwrap();
    vfs.rename(path("from/a"), path("to/b")).unwrap();
    let names = |keep| vfs.crash(keep).files();
    assert_eq!(names(Keep::Nothing), [path("from/a")]);
    assert_eq!(names(Keep::Everything), [path("to/b")]);
    vfs.sync_dir(path("to")).unwrap();
    let both = vfs.crash(Keep::Nothing);
    assert_eq!(both.files(), [path("from/a"), path("to/b")]);
    both.open(path("to/b")).unwrap();
    both.overwrite("to/b", b"y").unwrap();
    assert_eq!(both.read_file("from/a").unwrap(), b"y", "two names, one file");
    vfs.sync_dir(path("from")).unwrap();
    assert_eq!(names(Keep::Nothing), [path("to/b")]);
}

#[test]
fn a_directory_that_its_parent_forgets_takes_everything_with_it() {
    let vfs = SimVfs::new();
    vfs.create_dir_all(path("a/b")).unwrap();
    write(&vfs, "a/b/c", b"x").sync_data().unwrap();
    vfs.sync_dir(path("a/b")).unwrap();
    vfs.sync_dir(path("/")).unwrap();
    assert!(!vfs.crash(Keep::Nothing).exists(path("a/b")).unwrap());
    vfs.sync_dir(path("a")).unwrap();
    assert_eq!(vfs.crash(Keep::Nothing).files(), [path("a/b/c")]);
}

#[test]
fn a_removed_file_comes_back_unless_its_directory_is_synced() {
    let vfs = SimVfs::new();
    write(&vfs, "a", b"x").sync_data().unwrap();
    vfs.sync_dir(path("/")).unwrap();
    vfs.remove_file(path("a")).unwrap();
    assert!(!vfs.exists(path("a")).unwrap() && vfs.open(path("a")).is_err());
    assert_eq!(left(&vfs, "a"), [Some(b"x".to_vec()), None]);
    vfs.sync_dir(path("/")).unwrap();
    assert_eq!(left(&vfs, "a"), [None, None]);
}

#[test]
fn a_failed_sync_loses_its_bytes_for_good() {
    let vfs = SimVfs::new();
    let file = write(&vfs, "a", b"....");
    file.sync_data().unwrap();
    vfs.sync_dir(path("/")).unwrap();
    vfs.fail(Operation::SyncData, 1);
    file.write_at(b"x", 0).unwrap();
    file.sync_data().unwrap_err();
    file.write_at(b"y", 1).unwrap();
    file.sync_data().unwrap();
    assert_eq!(left(&vfs, "a"), [Some(b".y..".to_vec()), Some(b"xy..".to_vec())]);
}

#[test]
fn the_planned_call_fails_and_only_that() {
    let vfs = SimVfs::new();
    vfs.fail(Operation::Create, 2);
    vfs.create(path("a")).unwrap();
    vfs.create(path("b")).map(drop).unwrap_err();
    vfs.create(path("c")).unwrap();
    assert_eq!(vfs.files(), [path("a"), path("c")]);
    assert_eq!((vfs.counts().of(Operation::Create), vfs.counts().total()), (3, 3));
}

#[test]
fn nothing_happens_after_the_power_is_cut() {
    let vfs = SimVfs::new();
    vfs.cut_power_after(2);
    let file = write(&vfs, "a", b"x");
    file.write_at(b"y", 0).unwrap_err();
    file.sync_data().unwrap_err();
    vfs.create(path("b")).map(drop).unwrap_err();
    assert_eq!(vfs.counts().total(), 2);
    let image = vfs.crash(Keep::Everything);
    assert_eq!(image.read_file("a").unwrap(), b"x");
    image.create(path("b")).unwrap();
}

#[test]
fn a_full_disk_lets_files_be_overwritten_and_not_grow() {
    let vfs = SimVfs::new();
    vfs.set_capacity_bytes(Some(4));
    let file = write(&vfs, "a", b"1234");
    assert_eq!(file.write_at(b"5", 4).unwrap_err().kind(), io::ErrorKind::StorageFull);
    file.write_at(b"5", 3).unwrap();
    assert_eq!(vfs.read_file("a").unwrap(), b"1235");
    assert_eq!(vfs.counts().bytes_written(), 5);
    vfs.remove_file(path("a")).unwrap();
    write(&vfs, "b", b"4321");
}

#[test]
fn one_lock_at_a_time_and_none_after_a_crash() {
    let vfs = SimVfs::new();
    let held = vfs.lock(path("LOCK")).unwrap().unwrap();
    assert!(vfs.lock(path("./LOCK")).unwrap().is_none());
    assert!(vfs.crash(Keep::Everything).lock(path("LOCK")).unwrap().is_some());
    drop(held);
    assert!(vfs.lock(path("LOCK")).unwrap().is_some());
}

#[test]
fn held_syncs_go_on_when_they_are_let() {
    let vfs = SimVfs::new();
    let file = write(&vfs, "a", b"x");
    let held = vfs.hold_syncs();
    std::thread::scope(|threads| {
        let syncing = threads.spawn(|| file.sync_data());
        held.wait_for_a_sync();
        assert_eq!(vfs.counts().of(Operation::SyncData), 0);
        drop(held);
        syncing.join().unwrap().unwrap();
    });
    assert_eq!(vfs.counts().of(Operation::SyncData), 1);
}

#[test]
fn one_sync_can_be_for_everything_below_a_directory() {
    let vfs = SimVfs::new();
    vfs.create_dir_all(path("a/b")).unwrap();
    vfs.sync_dir(path("/")).unwrap();
    write(&vfs, "a/b/c", b"x");
    write(&vfs, "d", b"y");
    vfs.fail(Operation::SyncAll, 1);
    vfs.sync_all(path("a")).unwrap_err();
    assert_eq!(left(&vfs, "a/b/c"), [None, Some(b"x".to_vec())]);
    vfs.sync_all(path("a")).unwrap();
    assert_eq!(left(&vfs, "a/b/c"), [Some(b"".to_vec()), Some(b"x".to_vec())], "the failed sync has lost it");
    assert_eq!(left(&vfs, "d"), [None, Some(b"y".to_vec())]);
    write(&vfs, "a/b/c", b"z");
    vfs.sync_all(path("")).unwrap();
    for name in ["a/b/c", "d"] {
        assert_eq!(left(&vfs, name)[0], vfs.read_file(name).ok());
    }
    assert_eq!(vfs.counts().of(Operation::SyncAll), 3);
}

#[test]
fn a_hard_link_is_a_further_name_of_the_same_file() {
    let vfs = SimVfs::new();
    let file = write(&vfs, "a", b"x");
    vfs.sync_dir(path("/")).unwrap();
    vfs.hard_link(path("a"), path("b")).unwrap();
    file.write_at(b"y", 0).unwrap();
    assert_eq!(vfs.read_file("b").unwrap(), b"y");
    assert_eq!(vfs.crash(Keep::Nothing).files(), [path("a")]);
    vfs.rename(path("a"), path("b")).unwrap();
    assert_eq!(vfs.files(), [path("a"), path("b")], "as POSIX has it");
    vfs.remove_file(path("a")).unwrap();
    assert_eq!(vfs.read_file("b").unwrap(), b"y");
}

#[test]
fn the_length_of_a_file_can_be_set() {
    let vfs = SimVfs::new();
    write(&vfs, "a", b"abcd").sync_data().unwrap();
    vfs.sync_dir(path("/")).unwrap();
    vfs.set_len(path("a"), 2).unwrap();
    vfs.set_len(path("a"), 3).unwrap();
    assert_eq!(left(&vfs, "a"), [Some(b"abcd".to_vec()), Some(b"ab\0".to_vec())]);
    vfs.set_capacity_bytes(Some(3));
    assert_eq!(vfs.set_len(path("a"), 4).unwrap_err().kind(), io::ErrorKind::StorageFull);
    vfs.sync_file(path("a")).unwrap();
    assert_eq!(left(&vfs, "a")[0], Some(b"ab\0".to_vec()));
}

#[test]
fn an_open_file_needs_no_name() {
    let vfs = SimVfs::new();
    let file = write(&vfs, "a", b"x");
    vfs.remove_file(path("a")).unwrap();
    write(&vfs, "b", b"y");
    file.write_at(b"z", 1).unwrap();
    let mut read = [0; 2];
    assert_eq!(file.read_at(&mut read, 0).unwrap(), 2);
    assert_eq!(&read, b"xz");
}

#[test]
fn files_can_be_damaged() {
    let vfs = SimVfs::new();
    write(&vfs, "a", b"abc").sync_data().unwrap();
    vfs.sync_dir(path("/")).unwrap();
    vfs.flip("a", 1, 0x20).unwrap();
    assert_eq!(left(&vfs, "a"), [Some(b"aBc".to_vec()), Some(b"aBc".to_vec())]);
    assert_eq!(vfs.flip("a", 3, 1).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    assert_eq!(vfs.overwrite("b", b"").unwrap_err().kind(), io::ErrorKind::NotFound);
}

#[test]
fn paths_that_lead_nowhere_are_refused() {
    let vfs = SimVfs::new();
    vfs.create_dir_all(path("d")).unwrap();
    write(&vfs, "f", b"");
    let kind = |result: io::Result<()>| result.unwrap_err().kind();
    assert_eq!(kind(vfs.create(path("no/a")).map(drop)), io::ErrorKind::NotFound);
    assert_eq!(kind(vfs.open(path("d")).map(drop)), io::ErrorKind::IsADirectory);
    assert_eq!(kind(vfs.create_dir_all(path("f/g"))), io::ErrorKind::NotADirectory);
    assert_eq!(kind(vfs.rename(path("no"), path("a"))), io::ErrorKind::NotFound);
    assert_eq!(kind(vfs.rename(path("f"), path("d"))), io::ErrorKind::IsADirectory);
    assert_eq!(kind(vfs.list(path("no")).map(drop)), io::ErrorKind::NotFound);
    assert_eq!(kind(vfs.hard_link(path("f"), path("d"))), io::ErrorKind::AlreadyExists);
    assert_eq!(kind(vfs.set_len(path("no"), 1)), io::ErrorKind::NotFound);
    assert_eq!(kind(vfs.sync_all(path("no")).map(drop)), io::ErrorKind::NotFound);
    assert_eq!(kind(vfs.open(path("../a")).map(drop)), io::ErrorKind::NotFound);
}
