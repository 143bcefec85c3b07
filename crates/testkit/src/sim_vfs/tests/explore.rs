//! Mistakes that are planted in a small program are found, and none where there is none.

use super::*;

/// A program that keeps a number of two sectors in a file. Each field says whether it does what it should.
#[derive(Clone, Copy)]
struct Program {
    syncs_content: bool,
    syncs_directory: bool,
    /// It prepares another file and renames it; otherwise it overwrites the file in place.
    renames: bool,
}

const SOUND: Program = Program { syncs_content: true, syncs_directory: true, renames: true };

impl Program {
    /// Stores the numbers 1 to 4, and marks each that is acknowledged.
    fn recorded(self) -> Recording {
        let vfs = SimVfs::new();
        write(&vfs, "number", &[0; 1024]);
        vfs.sync_all(path("/")).unwrap();
        vfs.record();
        for number in 1..=4 {
            let file = if self.renames { vfs.create(path("new")) } else { vfs.open(path("number")) }.unwrap();
            file.write_at(&[number; 1024], 0).unwrap();
            if self.syncs_content {
                file.sync_data().unwrap();
            }
            if self.renames {
                vfs.rename(path("new"), path("number")).unwrap();
            }
            if self.syncs_directory {
                vfs.sync_dir(path("/")).unwrap();
            }
            vfs.mark(number.into());
        }
        vfs.take_recording()
    }
}

/// The number is there, whole, and not older than what was acknowledged.
fn check(vfs: &SimVfs, marks: &[u64]) -> Result<(), String> {
    let content = vfs.read_file("number").map_err(|error| error.to_string())?;
    let [first, .., last] = content[..] else { return Err("it is too short".to_owned()) };
    if content.len() != 1024 || content.iter().any(|byte| *byte != first) {
        return Err(format!("it is torn between {first} and {last}"));
    }
    let acknowledged = marks.last().copied().unwrap_or_default();
    assert!(u64::from(first) >= acknowledged, "{first} is there after {acknowledged} was acknowledged");
    Ok(())
}

fn found(program: Program) -> CrashFailure {
    explore(&program.recorded(), &Exploration::default(), &check).failure.expect("the mistake is found")
}

#[test]
fn a_sound_program_passes() {
    let explored = explore(&SOUND.recorded(), &Exploration::default(), &check);
    explored.assert_sound();
    assert_eq!(explored.moments, 1 + 4 * 5);
    assert!(explored.images > 50 && explored.duplicates > 0, "{explored:?}");
}

#[test]
fn a_rename_of_what_is_not_synced_is_found() {
    let failure = found(Program { syncs_content: false, ..SOUND });
    assert_eq!((failure.operation, failure.path.as_deref()), (Some(Operation::Rename), Some(path("number"))));
}

#[test]
fn a_name_that_is_not_synced_is_found() {
    let failure = found(Program { syncs_directory: false, ..SOUND });
    assert_eq!(failure.message, "panicked: 0 is there after 1 was acknowledged");
    assert_eq!((failure.operation, failure.marks.as_slice()), (Some(Operation::Rename), &[1][..]));
}

#[test]
fn a_torn_write_is_found() {
    let failure = found(Program { renames: false, ..SOUND });
    assert_eq!(failure.operation, Some(Operation::Write));
    assert!(failure.message.starts_with("it is torn between"), "{failure}");
}

#[test]
fn a_failure_says_how_to_repeat_it() {
    let program = Program { renames: false, ..SOUND };
    let failure = found(program);
    let text = failure.to_string();
    let named =
        format!("seed 1, moment {} (after Write of number), image {} (", failure.moment, failure.image);
    assert!(text.starts_with(&named) && text.ends_with(&failure.message), "{text}");
    // Another recording of the same program is as good.
    let recording = program.recorded();
    let again = recording.image(failure.seed, failure.moment, failure.image).unwrap();
    assert_eq!(again.what, failure.what);
    assert_eq!(check(&again.vfs, &failure.marks), Err(failure.message));
}

#[test]
fn the_number_of_threads_makes_no_difference() {
    for program in [SOUND, Program { syncs_directory: false, ..SOUND }] {
        let recording = program.recorded();
        let results = [1, 2, 5].map(|threads| {
            let how = Exploration { threads, ..Exploration::default() };
            // Late in the recording, so that several threads are at work.
            let late = |vfs: &SimVfs, marks: &[u64]| if marks.len() < 4 { Ok(()) } else { check(vfs, marks) };
            format!("{:?}", explore(&recording, &how, &late))
        });
        assert_eq!(results[0].contains("panicked"), !program.syncs_directory, "{}", results[0]);
        assert_eq!((&results[1], &results[2]), (&results[0], &results[0]));
    }
}

#[test]
fn more_moments_than_affordable_are_chosen_evenly() {
    let recording = SOUND.recorded();
    let explored_of = |seed| {
        // Ten of the moments have as many images as they may.
        let how = Exploration { seed, images_per_moment: 10, images_max: 50, threads: 1 };
        let marks = std::sync::Mutex::new(Vec::new());
        let explored = explore(&recording, &how, &|_, known| {
            lock(&marks).push(known.len());
            Ok(())
        });
        assert!((5..21).contains(&explored.moments) && (41..=50).contains(&explored.images), "{explored:?}");
        marks.into_inner().unwrap()
    };
    let marks = explored_of(1);
    assert_eq!(marks, explored_of(1));
    assert_ne!(marks, explored_of(2));
    assert!((0..4).all(|known| marks.contains(&known)), "{marks:?}");
}

#[test]
fn what_is_left_of_the_images_goes_to_further_moments() {
    let vfs = SimVfs::new();
    vfs.record();
    (0..40).for_each(|_| vfs.sync_dir(path("/")).unwrap());
    let how = Exploration { images_per_moment: 10, images_max: 100, ..Exploration::default() };
    let explored = explore(&vfs.take_recording(), &how, &|_, _| Ok(()));
    assert_eq!(explored.moments, 41, "each has one image");
}
