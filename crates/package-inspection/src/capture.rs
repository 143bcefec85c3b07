//! The parts of an ELF image that its loader reads, caught while the image passes by.
//!
//! The dynamic segment lies near the end of an image, and what it points to mostly near the beginning, but not always:
//! tools move it. So the beginning is kept, whatever is known to be needed is kept when it passes, and an image whose needs turn out
//! to have passed already is read again.

use std::io;
use std::ops::ControlFlow;

use crate::framing::Member;
use crate::inflate::{Ended, Inflater};
use crate::native::Linkage;
use crate::native::elf::{self, Image};
use crate::scan::at_most;
use crate::source::Part;

/// How much of the beginning is kept, in bytes: the symbols of the largest libraries end after 2.7 MB. And how much has to have passed
/// before it is looked at.
const BEGINNING_BYTES: usize = 3 << 20;
const LOOKED_AT_BYTES: usize = 4 << 10;
/// How much is kept around what is needed, in bytes: what is needed next lies near it.
const AROUND_BYTES: u64 = 256 << 10;
/// How much passes between two looks at most, in bytes, while something is awaited: the less, the less is gone once it is known to be
/// needed.
const STEP_BYTES: usize = 16 << 10;
/// How many such places are kept.
const PLACES_MAX: usize = 6;

/// Catches parts of one image.
#[derive(Default)]
pub(crate) struct Capture {
    beginning: Vec<u8>,
    places: Vec<Place>,
    /// How much has passed.
    passed: u64,
    /// What must have passed before it is worth looking again.
    awaited: u64,
    /// What was asked for and is not kept.
    missing: Option<(u64, usize)>,
    looked: bool,
}

/// A part of the image that is kept.
struct Place {
    at: u64,
    length: u64,
    bytes: Vec<u8>,
}

impl Capture {
    /// Prepares for an image whose declared length is `size`.
    pub(crate) fn of(size: u64) -> Self {
        Self { beginning: Vec::with_capacity(at_most(size, BEGINNING_BYTES)), ..Self::default() }
    }

    /// Takes the next bytes of the image.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        for step in bytes.chunks(STEP_BYTES) {
            self.keep(step);
            self.passed += step.len() as u64;
            let ready =
                if self.looked { self.awaited <= self.passed } else { self.passed >= LOOKED_AT_BYTES as u64 };
            if ready {
                self.look_ahead();
            }
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.beginning.len() as u64 == self.passed {
            let free = BEGINNING_BYTES - self.beginning.len();
            self.beginning.extend_from_slice(bytes.get(..free).unwrap_or(bytes));
        }
        for place in &mut self.places {
            place.take(self.passed, bytes);
        }
    }

    /// Finds out what is needed that has not passed yet.
    fn look_ahead(&mut self) {
        self.looked = true;
        self.awaited = u64::MAX;
        if self.read().is_some() {
            return;
        }
        if let Some((at, length)) = self.missing.filter(|&(at, _)| at >= self.passed)
            && self.places.len() < PLACES_MAX
        {
            self.places.push(Place::around(at, length, self.passed));
            self.awaited = at.saturating_add(length as u64);
        }
    }

    /// Ends the image. `None` if it has to pass again from its beginning; the inner is `None` if it is malformed.
    pub(crate) fn finish(&mut self) -> Option<Option<Linkage>> {
        if let Some(linkage) = self.read() {
            return Some(Some(linkage));
        }
        let Some((at, length)) = self.missing else { return Some(None) };
        if at.saturating_add(length as u64) > self.passed || self.places.len() >= PLACES_MAX {
            return Some(None);
        }
        self.places.push(Place::around(at, length, 0));
        self.beginning.clear();
        for place in &mut self.places {
            place.bytes.clear();
        }
        (self.passed, self.awaited) = (0, u64::MAX);
        None
    }

    fn read(&mut self) -> Option<Linkage> {
        self.missing = None;
        elf::linkage(self)
    }
}

impl Place {
    /// The place of `length` bytes that are needed and what lies around them, not before `from`.
    fn around(at: u64, length: usize, from: u64) -> Self {
        let from = at.saturating_sub(AROUND_BYTES).max(from.min(at));
        Self { at: from, length: (at - from) + AROUND_BYTES.max(length as u64), bytes: Vec::new() }
    }

    fn take(&mut self, passed: u64, bytes: &[u8]) {
        let next = self.at + self.bytes.len() as u64;
        let left = self.length.saturating_sub(self.bytes.len() as u64);
        let Some(skipped) = next.checked_sub(passed).and_then(|skipped| usize::try_from(skipped).ok()) else {
            return;
        };
        let rest = bytes.get(skipped..).unwrap_or_default();
        self.bytes.extend_from_slice(rest.get(..usize::try_from(left).unwrap_or(usize::MAX)).unwrap_or(rest));
    }
}

impl Image for Capture {
    fn bytes(&mut self, offset: u64, length: usize) -> Option<&[u8]> {
        let beginning = (0, &self.beginning);
        let places = self.places.iter().map(|place| (place.at, &place.bytes));
        let found = std::iter::once(beginning).chain(places).find_map(|(at, bytes)| {
            let from = usize::try_from(offset.checked_sub(at)?).ok()?;
            bytes.get(from..from.checked_add(length)?)
        });
        if found.is_none() && self.missing.is_none() {
            self.missing = Some((offset, length));
        }
        found
    }
}

/// Reads what the loader needs of a native file; the member may have to be read more than once. `each` gets its pieces once and may end
/// it; `stops` is asked for each piece of a further reading.
pub(crate) fn linkage(
    inflater: &mut Inflater,
    source: Part<'_>,
    member: &Member,
    mut each: impl FnMut(&[u8]) -> io::Result<ControlFlow<()>>,
    stops: impl Fn() -> bool,
) -> io::Result<(Ended, Option<Linkage>)> {
    let Some(content) = member.content() else { return Ok((Ended::Broken, None)) };
    let mut capture = Capture::of(member.unzipped);
    let ended = inflater.read(&source, member, content, |piece| {
        capture.push(piece);
        each(piece)
    })?;
    if !matches!(ended, Ended::Whole { .. }) {
        return Ok((ended, None));
    }
    loop {
        if let Some(linkage) = capture.finish() {
            return Ok((ended, linkage));
        }
        let again = inflater.read(&source, member, content, |piece| {
            capture.push(piece);
            Ok(if stops() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        if again == Ended::Early {
            return Ok((again, None));
        }
    }
}
