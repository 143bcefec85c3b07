//! The crash images of a moment that can be listed one by one.

use super::crash_image::Recipe;
use super::left_data::LeftData;
use super::left_names::LeftNames;
use super::unsynced::{SECTOR_BYTES, Unsynced, UnsyncedFile};
use crate::entropy::SplitMix;

/// How many of the newest changes of names are looked at before all older ones: that is where an order can be wrong, while a
/// directory that is never synced has a long history.
const NEWEST_NAMES: usize = 8;

/// The recipes, kind by kind, each in random order.
pub(super) fn lists(unsynced: &Unsynced, random: &SplitMix) -> Vec<Vec<Recipe>> {
    let all_names = |data| Recipe { data, names: LeftNames::Everything };
    let no_names = |data| Recipe { data, names: LeftNames::Nothing };
    let without = (0..unsynced.sectors.len()).map(|at| all_names(LeftData::Without(at)));
    let only =
        (0..unsynced.sectors.len()).map(LeftData::Only).flat_map(|data| [all_names(data), no_names(data)]);
    let (mut at_sectors, mut at_bytes, mut lengths) = (Vec::new(), Vec::new(), Vec::new());
    for (number, file) in unsynced.files.iter().enumerate() {
        at_sectors.extend(torn(number, file, &sector_cuts(file)).map(all_names));
        at_bytes.extend(torn(number, file, &byte_cuts(file, random)).map(all_names));
        lengths.extend(other_lengths(number, file, random).map(all_names));
    }
    let mut lists = vec![without.collect(), only.collect(), at_sectors, at_bytes, lengths];
    lists.iter_mut().for_each(|list| random.shuffle(list));
    lists.push(single_names(unsynced, random));
    lists
}

/// The last write of a file cut after so many bytes, each with the length that this makes and with the full one.
fn torn(file: usize, of: &UnsyncedFile, cuts: &[usize]) -> impl Iterator<Item = LeftData> {
    let ends =
        of.last_write.iter().flat_map(|write| cuts.iter().map(|bytes| (*bytes, write.offset + *bytes)));
    ends.flat_map(move |(bytes, end)| {
        let grown = (end < of.full.len()).then_some(LeftData::Torn { file, bytes, grown: true });
        [Some(LeftData::Torn { file, bytes, grown: false }), grown]
    })
    .flatten()
}

/// How many bytes of the last write lie before each end of a sector, beginning with none.
fn sector_cuts(file: &UnsyncedFile) -> Vec<usize> {
    let Some(write) = &file.last_write else { return Vec::new() };
    let first = SECTOR_BYTES - write.offset % SECTOR_BYTES;
    std::iter::once(0).chain((first..write.bytes.len()).step_by(SECTOR_BYTES)).collect()
}

/// Some numbers of bytes at which no sector ends, but for chance.
fn byte_cuts(file: &UnsyncedFile, random: &SplitMix) -> Vec<usize> {
    let length = file.last_write.as_ref().map_or(0, |write| write.bytes.len());
    let drawn = [(); 3].map(|()| random.below(length));
    let mut cuts: Vec<_> = [1, (length / 2) | 1, length.saturating_sub(1)].into_iter().chain(drawn).collect();
    cuts.retain(|cut| (1..length).contains(cut));
    cuts.sort_unstable();
    cuts.dedup();
    cuts
}

/// A file at each of its lengths since the last sync, and at one between, with its data and without.
fn other_lengths(file: usize, of: &UnsyncedFile, random: &SplitMix) -> impl Iterator<Item = LeftData> {
    let (min, max) = (of.length_min(), of.length_max());
    let mut lengths = of.lengths.clone();
    lengths.extend([of.synced.len(), min + random.below(max - min + 1)]);
    lengths.sort_unstable();
    lengths.dedup();
    let with_and_without = move |length| [true, false].map(|kept| LeftData::Length { file, length, kept });
    lengths.into_iter().flat_map(with_and_without)
}

/// Each change of a name missing, alone, and as the first that is missing, with all data, none, and some.
fn single_names(unsynced: &Unsynced, random: &SplitMix) -> Vec<Recipe> {
    let recipes = |at: usize| {
        let data = [LeftData::Everything, LeftData::Nothing, LeftData::Drawn(random.next())];
        let data = if unsynced.files.is_empty() { vec![LeftData::Everything] } else { data.to_vec() };
        let names = [LeftNames::Without(at), LeftNames::Only(at), LeftNames::First(at)];
        names
            .into_iter()
            .flat_map(move |names| data.clone().into_iter().map(move |data| Recipe { data, names }))
    };
    let mut old: Vec<_> = (0..unsynced.renamings.len()).collect();
    let new = old.split_off(old.len().saturating_sub(NEWEST_NAMES));
    let [mut first, mut then] =
        [new, old].map(|changes| changes.into_iter().flat_map(recipes).collect::<Vec<_>>());
    random.shuffle(&mut first);
    random.shuffle(&mut then);
    first.append(&mut then);
    first
}
