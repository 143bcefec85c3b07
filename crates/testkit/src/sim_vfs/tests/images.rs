//! The images that a power cut may leave, on recordings so small that all of them can be told.

use std::collections::BTreeSet;

use super::*;

/// What is on a disk, as a text: every file with its content, where a run of one byte is its first letter and its length, and
/// every empty directory.
fn shown(vfs: &SimVfs) -> String {
    let mut shown = Vec::new();
    show(vfs, path(""), &mut shown);
    shown.join(" ")
}

fn show(vfs: &SimVfs, directory: &Path, shown: &mut Vec<String>) {
    for name in vfs.list(directory).unwrap() {
        let path = directory.join(name);
        let Ok(content) = vfs.read_file(&path) else {
            let before = shown.len();
            show(vfs, &path, shown);
            if shown.len() == before {
                shown.push(format!("{}/", path.display()));
            }
            continue;
        };
        let letter = |run: &[u8]| if run[0] == 0 { '0' } else { char::from(run[0]) };
        let runs =
            content.chunk_by(|one, next| one == next).map(|run| format!("{}{}", letter(run), run.len()));
        shown.push(format!("{}={}", path.display(), runs.collect::<Vec<_>>().join("+")));
    }
}

/// All images, of any seed, of the last moment of what `program` does on a disk that `prepare` has made.
fn images_of(prepare: impl Fn(&SimVfs), program: impl Fn(&SimVfs)) -> BTreeSet<String> {
    let vfs = SimVfs::new();
    prepare(&vfs);
    vfs.record();
    program(&vfs);
    let recording = vfs.take_recording();
    let last = recording.moments().last().unwrap();
    let mut all = BTreeSet::new();
    for seed in 0..20 {
        let images: Vec<_> = last.images(seed, 10_000).map(|image| shown(&image.vfs)).collect();
        let different: BTreeSet<_> = images.iter().cloned().collect();
        assert_eq!(different.len(), images.len(), "an image occurs twice: {images:?}");
        all.extend(different);
    }
    all
}

fn set<const N: usize>(expected: [&str; N]) -> BTreeSet<String> {
    expected.map(str::to_owned).into()
}

/// Puts a file with this content there, durably.
fn durable(vfs: &SimVfs, name: &str, content: &[u8]) {
    write(vfs, name, content);
    vfs.sync_all(path("")).unwrap();
}

#[test]
fn what_is_synced_has_one_image() {
    let images = images_of(|vfs| durable(vfs, "a", b"xx"), |vfs| vfs.sync_dir(path("/")).unwrap());
    assert_eq!(images, set(["a=x2"]));
}

#[test]
fn each_sector_is_there_or_not() {
    let images = images_of(
        |vfs| durable(vfs, "a", &[b'x'; 1024]),
        |vfs| vfs.open(path("a")).unwrap().write_at(&[b'y'; 1024], 0).unwrap(),
    );
    let whole = ["a=x1024", "a=y1024", "a=x512+y512", "a=y512+x512"].map(str::to_owned);
    assert!(whole.iter().all(|image| images.contains(image)), "{images:?}");
    // All others are torn within a sector: the beginning of the write is there.
    let torn: Vec<_> = images.iter().filter(|image| !whole.contains(*image)).collect();
    assert!(torn.contains(&&"a=y1+x1023".to_owned()) && torn.contains(&&"a=y1023+x1".to_owned()), "{torn:?}");
    assert!(torn.contains(&&"a=y513+x511".to_owned()), "{torn:?}");
    assert!(torn.iter().all(|image| image.starts_with("a=y")), "{torn:?}");
}

/// Two writes to one sector: each may be the last that is there. The bytes differ in one place, so that nothing is torn.
#[test]
fn a_sector_has_the_bytes_after_any_of_its_writes() {
    let images = images_of(
        |vfs| durable(vfs, "a", b"xxx"),
        |vfs| {
            let file = vfs.open(path("a")).unwrap();
            file.write_at(b"y", 0).unwrap();
            file.write_at(b"z", 0).unwrap();
        },
    );
    assert_eq!(images, set(["a=x3", "a=y1+x2", "a=z1+x2"]));
}

#[test]
fn a_file_that_has_grown_is_short_or_zeros_or_data() {
    let images = images_of(
        |vfs| durable(vfs, "a", b"x"),
        |vfs| vfs.open(path("a")).unwrap().write_at(b"yy", 1).unwrap(),
    );
    assert_eq!(images, set(["a=x1", "a=x1+01", "a=x1+02", "a=x1+y1", "a=x1+y1+01", "a=x1+y2"]));
}

#[test]
fn a_file_that_was_emptied_is_old_or_empty_or_new() {
    let images = images_of(|vfs| durable(vfs, "a", b"xx"), |vfs| drop(write(vfs, "a", b"y")));
    assert_eq!(images, set(["a=x2", "a=x1", "a=02", "a=01", "a=", "a=y1", "a=y1+01"]));
}

/// The classical mistake: the rename is durable before the content is.
#[test]
fn a_rename_within_a_directory_is_one_change() {
    let images = images_of(
        |vfs| {
            durable(vfs, "a", b"x");
            durable(vfs, "b", b"o");
        },
        |vfs| vfs.rename(path("a"), path("b")).unwrap(),
    );
    assert_eq!(images, set(["a=x1 b=o1", "b=x1"]), "the old file stays under its name until then");
}

#[test]
fn a_rename_across_directories_is_two_changes() {
    let images = images_of(
        |vfs| {
            vfs.create_dir_all(path("d")).unwrap();
            durable(vfs, "a", b"x");
        },
        |vfs| vfs.rename(path("a"), path("d/b")).unwrap(),
    );
    assert_eq!(images, set(["a=x1 d/", "d/b=x1", "a=x1 d/b=x1", "d/"]));
}

#[test]
fn names_and_data_are_left_apart_in_any_order() {
    let images = images_of(
        |vfs| durable(vfs, "o", b"o"),
        |vfs| {
            write(vfs, "a", b"x");
            vfs.remove_file(path("o")).unwrap();
            vfs.hard_link(path("a"), path("b")).unwrap();
        },
    );
    let mut expected = BTreeSet::new();
    for old in ["", "o=o1"] {
        for content in ["", "01", "x1"] {
            for new in [vec![], vec!["a"], vec!["b"], vec!["a", "b"]] {
                let names: Vec<_> = new.iter().map(|name| format!("{name}={content}")).collect();
                expected.insert(format!("{} {old}", names.join(" ")).trim().to_owned());
            }
        }
    }
    assert_eq!(images, expected);
}

#[test]
fn a_directory_takes_its_files_with_it() {
    let program = |vfs: &SimVfs| {
        vfs.create_dir_all(path("d")).unwrap();
        write(vfs, "d/a", b"");
    };
    assert_eq!(images_of(|_| (), program), set(["", "d/", "d/a="]));
    let kept = |vfs: &SimVfs| {
        program(vfs);
        vfs.sync_dir(path("d")).unwrap();
        vfs.sync_dir(path("/")).unwrap();
    };
    assert_eq!(images_of(|_| (), kept), set(["d/a="]));
}

#[test]
fn what_a_failed_sync_lost_is_there_only_with_everything() {
    let images = images_of(
        |vfs| durable(vfs, "a", b"xx"),
        |vfs| {
            let file = vfs.open(path("a")).unwrap();
            file.write_at(b"y", 0).unwrap();
            vfs.fail(Operation::SyncData, 1);
            file.sync_data().unwrap_err();
            file.write_at(b"z", 1).unwrap();
        },
    );
    assert_eq!(images, set(["a=x2", "a=y1+z1", "a=x1+z1"]));
}

#[test]
fn what_was_not_synced_before_the_recording_is_in_it() {
    let images = images_of(|vfs| drop(write(vfs, "a", b"x")), |_| ());
    assert_eq!(images, set(["", "a=", "a=x1", "a=01"]));
}

#[test]
fn moments_know_operation_path_and_marks() {
    let vfs = SimVfs::new();
    let file = write(&vfs, "a", b"x");
    vfs.mark(1);
    vfs.record();
    vfs.mark(2);
    vfs.rename(path("/a"), path("b")).unwrap();
    file.write_at(b"y", 0).unwrap();
    vfs.create(path("no/directory")).map(drop).unwrap_err();
    file.sync_data().unwrap();
    vfs.mark(3);
    vfs.mark(4);
    vfs.sync_dir(path("/")).unwrap();
    let recording = vfs.take_recording();
    file.write_at(b"z", 0).unwrap();
    let shown: Vec<_> = recording
        .moments()
        .map(|moment| {
            let path = moment.path().map(|path| path.display().to_string()).unwrap_or_default();
            (moment.index(), moment.operation(), path, moment.marks().to_vec())
        })
        .collect();
    let expected = [
        (0, None, "", vec![2]),
        (1, Some(Operation::Rename), "b", vec![2]),
        (2, Some(Operation::Write), "b", vec![2]),
        (3, Some(Operation::SyncData), "b", vec![2, 3, 4]),
        (4, Some(Operation::SyncDir), "", vec![2, 3, 4]),
    ];
    assert_eq!(
        shown,
        expected.map(|(index, operation, path, marks)| (index, operation, path.to_owned(), marks))
    );
    assert_eq!(recording.moment_count(), 5);
    assert!(recording.moment(5).is_none());
}

#[test]
fn fewer_images_are_the_first_ones_and_a_seed_repeats_them() {
    let vfs = SimVfs::new();
    durable(&vfs, "a", &[b'x'; 20 << 10]);
    vfs.record();
    write(&vfs, "a", &[b'y'; 20 << 10]);
    vfs.create(path("b")).unwrap();
    let recording = vfs.take_recording();
    let moment = recording.moments().last().unwrap();
    let digests = |seed, max| moment.images(seed, max).map(|image| image.vfs.digest()).collect::<Vec<_>>();
    let many = digests(7, 300);
    assert_eq!(many.len(), 300);
    assert_eq!(digests(7, 40), many[..40]);
    assert_ne!(digests(8, 40), many[..40]);
    let again = recording.image(7, moment.index(), 123).unwrap();
    assert_eq!((again.number, again.vfs.digest()), (123, many[123]));
    assert!(recording.image(7, 99, 0).is_none());
}

#[test]
fn a_digest_is_of_names_and_contents() {
    let of = |names: &[(&str, &str)]| {
        let vfs = SimVfs::new();
        names.iter().for_each(|(name, content)| drop(write(&vfs, name, content.as_bytes())));
        vfs.digest()
    };
    assert_eq!(of(&[("a", "x"), ("b", "y")]), of(&[("b", "y"), ("a", "x")]));
    let different = [of(&[]), of(&[("a", "x")]), of(&[("a", "y")]), of(&[("b", "x")]), of(&[("a", "x\0")])];
    assert_eq!(BTreeSet::from(different).len(), different.len());
    let vfs = SimVfs::new();
    write(&vfs, "a", b"x");
    vfs.sync_all(path("/")).unwrap();
    assert_eq!(vfs.digest(), of(&[("a", "x")]), "being synced is no difference");
    assert_eq!(vfs.crash(Keep::Nothing).digest(), vfs.digest());
}
