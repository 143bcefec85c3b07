//! Whether an archive is framed as every reader expects it: the check in front of all reading of members.
//!
//! Two passes: [`Archive::open`] reads the end records and the directory, and a [`Walk`] goes through the members in the order
//! in which they lie, looking at what lies between them on the way.

mod directory;
mod end_records;
mod extra;
mod local;
mod names;
mod tiling;

use std::io;
use std::num::NonZeroU64;

pub(crate) use directory::{DEFLATED, Directory, Member, MemberKind};
pub(crate) use local::Content;

use end_records::End;
use local::Local;
use tiling::Tiling;

use crate::error::InspectError;
use crate::finding::Findings;
use crate::inspect::InspectOptions;
use crate::source::Window;

/// An archive whose directory was read.
pub(crate) struct Archive {
    end: End,
    directory: Directory,
    /// Indexes of the members in the order in which they lie, if the directory has them in another.
    order: Option<Vec<u32>>,
}

impl Archive {
    /// Reads the end records and the directory. `None` if there is no directory to be read.
    pub(crate) fn open(
        window: &mut Window<'_>,
        options: &InspectOptions<'_>,
        findings: &mut Findings,
    ) -> Result<Option<Self>, InspectError> {
        let Some(end) = end_records::locate(window, options, findings)? else { return Ok(None) };
        let directory = directory::walk(window, &end, options, findings)?;
        let members = &directory.members;
        let order = (!members.is_sorted_by_key(|member| member.local)).then(|| {
            let mut order: Vec<u32> = (0..).take(members.len()).collect();
            order.sort_by_key(|&at| members.get(at as usize).map(|member| member.local));
            order
        });
        Ok(Some(Self { end, directory, order }))
    }

    pub(crate) fn directory(&self) -> &Directory {
        &self.directory
    }

    /// Returns the length of the archive's comment in bytes.
    pub(crate) fn comment_length(&self) -> u64 {
        self.end.end.saturating_sub(self.end.comment)
    }

    /// Begins to walk the members in the order in which they lie. Their names are read through `names`.
    pub(crate) fn walk<'w, 's>(&'w mut self, names: &'w mut Window<'s>) -> Walk<'w, 's> {
        Walk { archive: self, names, tiling: Tiling::default(), at: 0, described: None, name: Vec::new() }
    }
}

/// On the way through an archive, from its beginning to its end.
pub(crate) struct Walk<'w, 's> {
    archive: &'w mut Archive,
    names: &'w mut Window<'s>,
    tiling: Tiling,
    /// How many members were walked to.
    at: usize,
    /// The member before, if a descriptor follows its content.
    described: Option<(Member, Local)>,
    /// The name of the member that was walked to last.
    name: Vec<u8>,
}

/// A member that was walked to.
pub(crate) struct Walked<'w> {
    pub(crate) member: Member,
    /// As the directory has it.
    pub(crate) name: &'w [u8],
    /// Where its content lies, if it has some that can be read.
    pub(crate) content: Option<Content>,
}

impl Walk<'_, '_> {
    fn index(&self) -> Option<usize> {
        match &self.archive.order {
            Some(order) => order.get(self.at).map(|&at| at as usize),
            None => Some(self.at),
        }
    }

    /// Returns where the next member lies.
    pub(crate) fn next_at(&self) -> Option<u64> {
        self.index().and_then(|at| self.archive.directory.members.get(at)).map(|member| member.local)
    }

    /// Walks to the next member, and checks what lies up to its content.
    pub(crate) fn next(
        &mut self,
        window: &mut Window<'_>,
        findings: &mut Findings,
    ) -> io::Result<Option<Walked<'_>>> {
        self.leave(window, findings)?;
        let index = self.index();
        let Some(member) = index.and_then(|at| self.archive.directory.members.get_mut(at)) else {
            return Ok(None);
        };
        self.at += 1;
        self.name.clear();
        self.name.extend_from_slice(self.names.bytes(member.name_at, member.name_length.into())?);
        let room = self.archive.end.directory;
        // What lies in another member is looked at no further: any number of members could share the same bytes.
        let overlaps = member.local < self.tiling.covered();
        let local = local::compare(window, member, &self.name, room, overlaps, findings)?;
        let content = local.as_ref().map(|local| local.content);
        if let Some(local) = local {
            self.tiling.member(window, member.local, &self.name, findings)?;
            self.tiling.cover(local.content.end());
            self.described = member.has_descriptor().then_some((*member, local));
        }
        let content = content.filter(|_| member.is_readable() && !overlaps);
        member.content = content.and_then(|content| NonZeroU64::new(content.at));
        Ok(Some(Walked { member: *member, name: &self.name, content }))
    }

    /// Leaves the member before for what lies behind its content.
    fn leave(&mut self, window: &mut Window<'_>, findings: &mut Findings) -> io::Result<()> {
        if let Some((member, local)) = self.described.take() {
            let end = local::descriptor(window, &member, &self.name, &local, findings)?;
            self.tiling.cover(end.min(self.archive.end.directory));
        }
        Ok(())
    }

    /// Looks at what lies behind the last member.
    pub(crate) fn finish(mut self, window: &mut Window<'_>, findings: &mut Findings) -> io::Result<()> {
        self.leave(window, findings)?;
        let Archive { end, directory, .. } = &*self.archive;
        self.tiling.finish(window, end, directory.end, findings)
    }
}
