//! Calls that fail as planned.

use super::*;

#[test]
fn a_rule_counts_the_calls_about_its_path() {
    let vfs = SimVfs::new();
    vfs.create_dir_all(path("wal")).unwrap();
    let (log, note) = (write(&vfs, "wal/1", b""), write(&vfs, "note", b""));
    vfs.fail_matching(Operation::Write, "wal/", 2);
    log.write_at(b"1", 0).unwrap();
    note.write_at(b"1", 0).unwrap();
    note.write_at(b"2", 0).unwrap();
    log.write_at(b"2", 0).unwrap_err();
    log.write_at(b"3", 0).unwrap();
    assert_eq!(
        (vfs.read_file("wal/1").unwrap(), vfs.read_file("note").unwrap()),
        (b"3".to_vec(), b"2".to_vec())
    );
}

#[test]
fn an_open_file_goes_by_the_name_that_it_has_now() {
    let vfs = SimVfs::new();
    let file = write(&vfs, "tmp", b"x");
    vfs.fail_matching(Operation::SyncData, "final", 1);
    file.sync_data().unwrap();
    vfs.rename(path("tmp"), path("final")).unwrap();
    file.sync_data().unwrap_err();
    vfs.fail_matching(Operation::Rename, "final", 1);
    vfs.rename(path("final"), path("other")).unwrap_err();
    vfs.fail_matching(Operation::Rename, "other", 1);
    vfs.rename(path("final"), path("other")).unwrap_err();
    assert_eq!(vfs.files(), [path("final")]);
}

#[test]
fn a_cut_write_leaves_its_beginning() {
    let vfs = SimVfs::new();
    let file = write(&vfs, "a", b"....");
    vfs.cut_write("", 2, 2);
    file.write_at(b"1234", 0).unwrap();
    vfs.record();
    file.write_at(b"abcd", 0).unwrap_err();
    let recording = vfs.take_recording();
    assert_eq!(vfs.read_file("a").unwrap(), b"ab34");
    assert_eq!(recording.moment(1).unwrap().operation(), Some(Operation::Write));
    vfs.cut_write("a", 1, 9);
    file.write_at(b"xyz", 0).unwrap_err();
    assert_eq!(vfs.read_file("a").unwrap(), b"xyz4", "never more than was to be written");
    vfs.cut_write("a", 1, 0);
    file.write_at(b"!!!!!", 0).unwrap_err();
    assert_eq!(vfs.read_file("a").unwrap(), b"xyz4");
}

#[test]
fn a_read_can_fail_and_is_not_counted() {
    let vfs = SimVfs::new();
    let (a, b) = (write(&vfs, "a", b"x"), write(&vfs, "b", b"x"));
    let before = vfs.counts();
    vfs.fail(Operation::Read, 2);
    vfs.fail_matching(Operation::Read, "b", 2);
    let mut buffer = [0];
    let mut reads = |file: &dyn VfsFile| file.read_at(&mut buffer, 0).is_ok();
    assert_eq!([reads(&*a), reads(&*a), reads(&*a)], [true, false, true]);
    assert_eq!([reads(&*b), reads(&*b), reads(&*b)], [true, false, true]);
    vfs.cut_power_after(0);
    assert!(reads(&*a));
    assert_eq!(vfs.counts(), before);
    assert_eq!(before.of(Operation::Read), 0);
}
