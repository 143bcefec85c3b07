//! What was done to a simulated disk, step by step, and the disk at each moment of it.

use std::path::{Path, PathBuf};

use super::crash_image::CrashImage;
use super::disk::Disk;
use super::images::Images;
use super::plan::Operation;
use super::step::Step;

/// Everything that was done to a [`SimVfs`](super::SimVfs) from [`record`](super::SimVfs::record) to
/// [`take_recording`](super::SimVfs::take_recording), and what the disk was before.
///
/// It has a [`Moment`] before the first operation and one after each. Operations that failed did not happen and are none,
/// except that a failed sync and a short write leave what they leave. Damage done by the test
/// ([`overwrite`](super::SimVfs::overwrite)) counts as a write.
#[derive(Clone)]
pub struct Recording {
    start: Disk,
    steps: Vec<Recorded>,
    marks: Vec<u64>,
    /// How many of the marks were put before the first step.
    marks_at_start: usize,
}

#[derive(Clone)]
struct Recorded {
    step: Step,
    path: Option<PathBuf>,
    /// How many marks were put before the next step.
    marks: usize,
}

impl Recording {
    pub(super) fn begin(disk: &Disk) -> Self {
        Self { start: disk.for_replay(), steps: Vec::new(), marks: Vec::new(), marks_at_start: 0 }
    }

    pub(super) fn add(&mut self, step: Step, path: Option<PathBuf>) {
        self.steps.push(Recorded { step, path, marks: self.marks.len() });
    }

    pub(super) fn mark(&mut self, mark: u64) {
        self.marks.push(mark);
        let known = self.steps.last_mut().map_or(&mut self.marks_at_start, |last| &mut last.marks);
        *known = self.marks.len();
    }

    /// Returns how many moments there are: one more than operations.
    #[must_use]
    pub fn moment_count(&self) -> usize {
        self.steps.len() + 1
    }

    /// Returns the moments in order. [`nth`](Iterator::nth) goes past many at little cost.
    #[must_use]
    pub fn moments(&self) -> Moments<'_> {
        Moments { recording: self, disk: self.start.clone(), done: 0, next: 0 }
    }

    /// Returns the moment after as many operations as `index` says, `None` if there were fewer.
    #[must_use]
    pub fn moment(&self, index: usize) -> Option<Moment<'_>> {
        self.moments().nth(index)
    }

    /// Builds one crash image again: the one that a [`CrashFailure`](super::CrashFailure) names by its seed, moment and
    /// image. `None` if there is no such image.
    #[must_use]
    pub fn image(&self, seed: u64, moment: usize, image: usize) -> Option<CrashImage> {
        self.moment(moment)?.images(seed, image.saturating_add(1)).nth(image)
    }
}

impl std::fmt::Debug for Recording {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recording").field("operations", &self.steps.len()).finish_non_exhaustive()
    }
}

/// The moments of a [`Recording`], in order; given by [`Recording::moments`].
pub struct Moments<'a> {
    recording: &'a Recording,
    /// The disk after the first `done` operations.
    disk: Disk,
    done: usize,
    /// The index of the next moment.
    next: usize,
}

impl<'a> Iterator for Moments<'a> {
    type Item = Moment<'a>;

    fn next(&mut self) -> Option<Moment<'a>> {
        self.nth(0)
    }

    fn nth(&mut self, skipped: usize) -> Option<Moment<'a>> {
        let (index, steps) = (self.next.saturating_add(skipped), &self.recording.steps);
        self.next = index.saturating_add(1);
        if index > steps.len() {
            return None;
        }
        for recorded in steps.get(self.done..index).unwrap_or_default() {
            // It was done once to an equal disk. What failed then is not in the recording.
            let _: std::io::Result<()> = self.disk.perform(&recorded.step);
        }
        self.done = index;
        let last = index.checked_sub(1).and_then(|last| steps.get(last));
        let marks = last.map_or(self.recording.marks_at_start, |last| last.marks);
        let marks = self.recording.marks.get(..marks).unwrap_or_default();
        Some(Moment { disk: self.disk.clone(), index, last, marks })
    }
}

/// The disk between two operations of a [`Recording`].
pub struct Moment<'a> {
    disk: Disk,
    index: usize,
    last: Option<&'a Recorded>,
    marks: &'a [u64],
}

impl<'a> Moment<'a> {
    /// Returns how many operations were done before.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// Returns the operation that was done last, `None` at the beginning.
    #[must_use]
    pub fn operation(&self) -> Option<Operation> {
        self.last.map(|last| last.step.operation())
    }

    /// Returns the path that this operation was about, without the leading slash: the new one of a rename, and of an open
    /// file the name that it had then. `None` at the beginning, and for a file that had no name.
    #[must_use]
    pub fn path(&self) -> Option<&'a Path> {
        self.last.and_then(|last| last.path.as_deref())
    }

    /// Returns the marks that were put before the next operation, in order: what the test knew in this moment.
    #[must_use]
    pub fn marks(&self) -> &'a [u64] {
        self.marks
    }

    /// Gives at most `max` disks that a power cut in this moment may leave, no two of them equal.
    ///
    /// The same seed gives the same images in the same order, and a smaller `max` the first of them. What the images are is
    /// told at [`CrashImage`].
    #[must_use]
    pub fn images(&self, seed: u64, max: usize) -> Images<'_> {
        Images::of(&self.disk, seed ^ (self.index as u64).rotate_left(32), max)
    }
}
