//! What an exploration has found.

use std::fmt;
use std::path::PathBuf;

use super::plan::Operation;

/// What [`explore`](super::explore) has found.
#[derive(Debug, Clone, Default)]
#[must_use = "a failure may be in it"]
#[non_exhaustive]
pub struct Explored {
    /// How many moments were looked at.
    pub moments: usize,
    /// How many images were checked.
    pub images: usize,
    /// How many images were built and left out, because one with the same content and marks was checked before.
    pub duplicates: usize,
    /// The first image that failed of the moments that were looked at. Later ones were not looked at, or do not count.
    pub failure: Option<CrashFailure>,
}

impl Explored {
    /// Adds what was found later.
    pub(super) fn add(&mut self, later: Self) {
        self.moments += later.moments;
        self.images += later.images;
        self.duplicates += later.duplicates;
        if self.failure.is_none() {
            self.failure = later.failure;
        }
    }

    /// Panics with the failure, if there is one.
    ///
    /// # Panics
    /// If an image failed.
    #[track_caller]
    pub fn assert_sound(&self) {
        if let Some(failure) = &self.failure {
            panic!("{failure}");
        }
    }
}

/// A crash image on which a check failed. [`Recording::image`](super::Recording::image) builds it again.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CrashFailure {
    /// The seed of the exploration.
    pub seed: u64,
    /// The index of the moment.
    pub moment: usize,
    /// The number of the image in its moment.
    pub image: usize,
    /// The last operation before the cut, if there was one.
    pub operation: Option<Operation>,
    /// The path that the operation was about.
    pub path: Option<PathBuf>,
    /// The marks that were put before the cut.
    pub marks: Vec<u64>,
    /// How the image was built.
    pub what: String,
    /// What the check said.
    pub message: String,
}

impl fmt::Display for CrashFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "seed {}, moment {} (", self.seed, self.moment)?;
        match (self.operation, &self.path) {
            (Some(operation), Some(path)) => write!(f, "after {operation:?} of {}", path.display())?,
            (Some(operation), None) => write!(f, "after {operation:?}")?,
            (None, _) => write!(f, "at the beginning")?,
        }
        if let Some(last) = self.marks.last() {
            write!(f, ", {} marks up to {last}", self.marks.len())?;
        }
        write!(f, "), image {} ({}): {}", self.image, self.what, self.message)
    }
}
