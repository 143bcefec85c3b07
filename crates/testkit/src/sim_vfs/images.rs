//! The order in which crash images are built: every kind has its turn, so that few images still show a bit of each.

use std::collections::HashSet;
use std::vec;

use super::SimVfs;
use super::crash_image::{CrashImage, Recipe};
use super::disk::Disk;
use super::left_data::LeftData;
use super::left_names::LeftNames;
use super::recipes::lists;
use super::unsynced::Unsynced;
use crate::entropy::SplitMix;

/// How many random images in a row may turn out to be known before no more are drawn.
const MISSES_MAX: usize = 16;

/// The crash images of a moment; given by [`Moment::images`](super::Moment::images).
pub struct Images<'a> {
    disk: &'a Disk,
    unsynced: Unsynced,
    random: SplitMix,
    /// What comes first.
    corners: vec::IntoIter<Recipe>,
    kinds: Vec<Kind>,
    /// The position of the kind whose turn it is.
    turn: usize,
    seen: HashSet<u128>,
    max: usize,
    duplicates: usize,
}

/// Recipes of one kind.
enum Kind {
    Listed(vec::IntoIter<Recipe>),
    /// As many as new images come of it. `data`: about all data, else about all changes of names.
    Drawn {
        data: bool,
        misses: usize,
    },
}

impl<'a> Images<'a> {
    pub(super) fn of(disk: &'a Disk, seed: u64, max: usize) -> Self {
        let (unsynced, random) = (Unsynced::of(disk), SplitMix::new(seed));
        let corner = |data, names| Recipe { data, names };
        let corners = vec![
            corner(LeftData::Nothing, LeftNames::Nothing),
            corner(LeftData::Everything, LeftNames::Everything),
            corner(LeftData::Everything, LeftNames::Nothing),
            corner(LeftData::Nothing, LeftNames::Everything),
        ];
        let lists = lists(&unsynced, &random).into_iter();
        let mut kinds: Vec<_> = lists.map(|recipes| Kind::Listed(recipes.into_iter())).collect();
        kinds.push(Kind::Drawn { data: true, misses: 0 });
        kinds.push(Kind::Drawn { data: false, misses: 0 });
        Self {
            disk,
            unsynced,
            random,
            corners: corners.into_iter(),
            kinds,
            turn: 0,
            seen: HashSet::new(),
            max,
            duplicates: 0,
        }
    }

    /// How many images were left out so far, because they were equal to one before.
    pub(super) fn duplicates(&self) -> usize {
        self.duplicates
    }

    /// The next recipe, and the position of its kind.
    fn next_recipe(&mut self) -> Option<(Recipe, Option<usize>)> {
        if let Some(recipe) = self.corners.next() {
            return Some((recipe, None));
        }
        loop {
            self.turn = if self.turn < self.kinds.len() { self.turn } else { 0 };
            let at = self.turn;
            match self.kinds.get_mut(at)?.next(&self.unsynced, &self.random) {
                Some(recipe) => {
                    self.turn += 1;
                    return Some((recipe, Some(at)));
                }
                None => drop(self.kinds.remove(at)),
            }
        }
    }
}

impl Iterator for Images<'_> {
    type Item = CrashImage;

    fn next(&mut self) -> Option<CrashImage> {
        while self.seen.len() < self.max {
            let (recipe, kind) = self.next_recipe()?;
            let disk = recipe.build(self.disk, &self.unsynced);
            let (digest, number) = (disk.digest(), self.seen.len());
            let new = self.seen.insert(digest);
            if let Some(Kind::Drawn { misses, .. }) = kind.and_then(|at| self.kinds.get_mut(at)) {
                *misses = if new { 0 } else { *misses + 1 };
            }
            if new {
                let what = recipe.describe(&self.unsynced);
                return Some(CrashImage { number, what, vfs: SimVfs::with_disk(disk), digest });
            }
            self.duplicates += 1;
        }
        None
    }
}

impl Kind {
    fn next(&mut self, unsynced: &Unsynced, random: &SplitMix) -> Option<Recipe> {
        match self {
            Self::Listed(recipes) => recipes.next(),
            Self::Drawn { misses, .. } if *misses >= MISSES_MAX => None,
            Self::Drawn { data: true, .. } if unsynced.files.is_empty() => None,
            Self::Drawn { data: false, .. } if unsynced.renamings.len() < 2 => None,
            Self::Drawn { data: true, .. } => {
                let names = [LeftNames::Everything, LeftNames::Nothing, LeftNames::Drawn(random.next())];
                Some(Recipe { data: LeftData::Drawn(random.next()), names: random.pick(names) })
            }
            Self::Drawn { data: false, .. } => {
                let data = [LeftData::Everything, LeftData::Nothing, LeftData::Drawn(random.next())];
                Some(Recipe { data: random.pick(data), names: LeftNames::Drawn(random.next()) })
            }
        }
    }
}
