//! Runs a check on every disk that a power cut may leave.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Mutex;

use super::SimVfs;
use super::crash_image::CrashImage;
use super::explored::{CrashFailure, Explored};
use super::recording::{Moment, Moments, Recording};
use super::state::lock;
use crate::entropy::SplitMix;

/// How many moments one thread takes at once. Within them an image is checked once, however often it occurs: what follows
/// from one another has most images in common. The number is fixed, so that the result is the same for any number of threads.
const MOMENTS_AT_ONCE: usize = 8;

/// What must be true of a disk after a power cut. It gets the disk, and the marks that were put before the cut.
pub type CrashCheck<'a> = dyn Fn(&SimVfs, &[u64]) -> Result<(), String> + Sync + 'a;

/// How much [`explore`] looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exploration {
    /// What all that is random comes from.
    pub seed: u64,
    /// How many images of each moment are built at most.
    pub images_per_moment: usize,
    /// How many images are checked at most. If the moments have more than that, some moments are chosen evenly.
    pub images_max: usize,
    /// How many threads share the work, the calling one included.
    pub threads: usize,
}

impl Default for Exploration {
    /// The seed 1, up to 100 images of each moment and 20,000 of all, on the calling thread.
    fn default() -> Self {
        Self { seed: 1, images_per_moment: 100, images_max: 20_000, threads: 1 }
    }
}

/// Runs `check` on disks that a power cut may leave, at every moment of a recording or at as many as `how` allows.
///
/// The check gets a disk of its own each time, and the marks that were put before the cut. It fails by an error or by a
/// panic. The result depends on the recording and on `how` only, not on the number of threads, as long as the check does not
/// depend on the order in which it is called.
///
/// A program that renames what it has not synced is caught:
///
/// ```
/// use std::path::Path;
///
/// use funclet_storage::Vfs;
/// use funclet_testkit::{Exploration, SimVfs, explore};
///
/// let vfs = SimVfs::new();
/// vfs.record();
/// let file = vfs.create(Path::new("new")).unwrap();
/// file.write_at(b"complete", 0).unwrap();
/// vfs.rename(Path::new("new"), Path::new("note")).unwrap();
/// vfs.sync_dir(Path::new("/")).unwrap();
/// let recording = vfs.take_recording();
///
/// let explored = explore(&recording, &Exploration::default(), &|image, _marks| match image.read_file("note") {
///     Ok(content) if content != b"complete" => Err(format!("the note says {content:?}")),
///     _ => Ok(()),
/// });
/// let failure = explored.failure.expect("the missing sync is noticed");
/// let image = recording.image(failure.seed, failure.moment, failure.image).unwrap();
/// assert_ne!(image.vfs.read_file("note").unwrap(), b"complete");
/// ```
pub fn explore(recording: &Recording, how: &Exploration, check: &CrashCheck<'_>) -> Explored {
    let images_per_moment = how.images_per_moment.min(how.images_max);
    let how = &Exploration { images_per_moment, ..*how };
    let random = SplitMix::new(how.seed);
    let mut left: Vec<_> = (0..recording.moment_count()).collect();
    let mut explored = Explored::default();
    // Most moments have fewer images than they may. So there are rounds: each looks at as many moments as are affordable even
    // if all of them have as many images as they may, and leaves some for the next one.
    let mut affordable = (how.images_max / how.images_per_moment.max(1)).max(1);
    while affordable > 0 && !left.is_empty() && explored.failure.is_none() {
        let chosen = take_evenly(&mut left, affordable, &random);
        explored.add(explore_moments(recording, chosen, how, check));
        affordable = how.images_max.saturating_sub(explored.images) / how.images_per_moment.max(1);
    }
    explored
}

/// Takes out `count` items, one of each stretch, or all if there are not so many.
fn take_evenly(items: &mut Vec<usize>, count: usize, random: &SplitMix) -> Vec<usize> {
    if items.len() <= count {
        return std::mem::take(items);
    }
    let bound = |part: usize| part * items.len() / count;
    let one_of = |part: usize| bound(part) + random.below(bound(part + 1) - bound(part));
    let mut positions = (0..count).map(one_of).collect::<Vec<_>>().into_iter().peekable();
    let mut position = 0;
    items
        .extract_if(.., |_| {
            position += 1;
            positions.next_if(|chosen| chosen + 1 == position).is_some()
        })
        .collect()
}

/// Looks at these moments, in as many threads as are wanted.
fn explore_moments(
    recording: &Recording,
    chosen: Vec<usize>,
    how: &Exploration,
    check: &CrashCheck<'_>,
) -> Explored {
    let work =
        Work { moments: recording.moments(), chosen: chosen.into_iter(), at: 0, parts: 0, done: Vec::new() };
    let work = Mutex::new(work);
    std::thread::scope(|threads| {
        let run = || {
            loop {
                // The lock is held for this statement only.
                let Some((number, moments)) = lock(&work).next() else { break };
                let result = check_moments(&moments, how, check);
                lock(&work).done.push((number, result));
            }
        };
        (1..how.threads).for_each(|_| drop(threads.spawn(run)));
        run();
    });
    let mut done = std::mem::take(&mut lock(&work).done);
    done.sort_unstable_by_key(|(number, _)| *number);
    let mut explored = Explored::default();
    for (_, part) in done {
        explored.add(part);
        if explored.failure.is_some() {
            break;
        }
    }
    explored
}

/// What is left to do, and what is done.
struct Work<'a> {
    moments: Moments<'a>,
    /// The indices of the moments to look at, ascending.
    chosen: std::vec::IntoIter<usize>,
    /// The index of the moment that `moments` gives next.
    at: usize,
    /// How many parts were given out.
    parts: usize,
    done: Vec<(usize, Explored)>,
}

impl<'a> Work<'a> {
    /// The next part of the work and its number; `None` if nothing is left that could come before a failure. Parts are given
    /// out in order, so whatever comes before a failure has been given out when it is found.
    fn next(&mut self) -> Option<(usize, Vec<Moment<'a>>)> {
        if self.done.iter().any(|(_, part)| part.failure.is_some()) {
            return None;
        }
        let mut moments = Vec::new();
        for index in self.chosen.by_ref().take(MOMENTS_AT_ONCE) {
            moments.extend(self.moments.nth(index - self.at));
            self.at = index + 1;
        }
        self.parts += 1;
        (!moments.is_empty()).then_some((self.parts, moments))
    }
}

fn check_moments(moments: &[Moment<'_>], how: &Exploration, check: &CrashCheck<'_>) -> Explored {
    let mut explored = Explored::default();
    // Marks only become more, so their number tells which they are.
    let mut seen = HashSet::new();
    for moment in moments {
        explored.moments += 1;
        let mut images = moment.images(how.seed, how.images_per_moment);
        while let Some(image) = images.next() {
            if !seen.insert((image.digest, moment.marks().len())) {
                explored.duplicates += 1;
                continue;
            }
            explored.images += 1;
            if let Err(message) = check_image(&image, moment, check) {
                explored.failure = Some(failure_of(how.seed, moment, image, message));
                explored.duplicates += images.duplicates();
                return explored;
            }
        }
        explored.duplicates += images.duplicates();
    }
    explored
}

fn check_image(image: &CrashImage, moment: &Moment<'_>, check: &CrashCheck<'_>) -> Result<(), String> {
    // What the check has left behind is not looked at again.
    catch_unwind(AssertUnwindSafe(|| check(&image.vfs, moment.marks()))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().copied();
        let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Err(format!("panicked: {}", text.unwrap_or("without a message")))
    })
}

fn failure_of(seed: u64, moment: &Moment<'_>, image: CrashImage, message: String) -> CrashFailure {
    CrashFailure {
        seed,
        moment: moment.index(),
        image: image.number,
        operation: moment.operation(),
        path: moment.path().map(PathBuf::from),
        marks: moment.marks().to_vec(),
        what: image.what,
        message,
    }
}
