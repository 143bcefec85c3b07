//! Reading a whole store, entry by entry.

use std::collections::VecDeque;

use funclet_storage::codec::CALLER_KIND_MIN;
use funclet_storage::{Backend, Page, Scope};

use crate::exported::{BadEntry, ExportedEntry};
use crate::store::Failure;

/// How many entries are read at once.
const PAGE_ENTRIES: usize = 64;
/// Scopes that begin with this belong to one store alone; the next one makes its own.
pub(crate) const OWN_SCOPE: char = '_';

/// Everything that accounts have in a store, in the order of scopes and keys: functions before what is left of deleted
/// ones, and both before their versions. What storage counts by itself is left out.
///
/// The entries are those of one moment only if nobody writes meanwhile.
pub fn exported_entries(backend: &dyn Backend) -> impl Iterator<Item = Result<ExportedEntry, Failure>> {
    Entries { backend, at: Place::AfterScope(None), waiting: VecDeque::new() }
}

struct Entries<'a> {
    backend: &'a dyn Backend,
    at: Place,
    waiting: VecDeque<ExportedEntry>,
}

/// What is read next.
enum Place {
    /// The scope after this one.
    AfterScope(Option<Scope>),
    /// What lies in this scope after this key.
    Within(Scope, Option<Vec<u8>>),
    End,
}

impl Entries<'_> {
    fn read_on(&mut self) -> Result<(), Failure> {
        self.at = match std::mem::replace(&mut self.at, Place::End) {
            Place::End => Place::End,
            Place::AfterScope(after) => match self.backend.scopes(after.as_ref(), 1)?.pop() {
                None => Place::End,
                Some(scope) if scope.as_str().starts_with(OWN_SCOPE) => Place::AfterScope(Some(scope)),
                Some(scope) => Place::Within(scope, None),
            },
            Place::Within(scope, after) => {
                let page = self.page(&scope, after.as_deref())?;
                let last = page.entries.last().map(|(key, _)| key.clone());
                for (key, value) in page.entries {
                    if value.kind() >= CALLER_KIND_MIN {
                        let entry = ExportedEntry::new(&scope, &key, &value);
                        self.waiting
                            .push_back(entry.map_err(|bad: BadEntry| Failure::Failed(Box::new(bad)))?);
                    }
                }
                if page.more { Place::Within(scope, last) } else { Place::AfterScope(Some(scope)) }
            }
        };
        Ok(())
    }

    fn page(&self, scope: &Scope, after: Option<&[u8]>) -> Result<Page, Failure> {
        let mut page = Page::default();
        self.backend.read(scope, &mut |view| {
            page = view.scan(b"", after, PAGE_ENTRIES)?;
            Ok(())
        })?;
        Ok(page)
    }
}

impl Iterator for Entries<'_> {
    type Item = Result<ExportedEntry, Failure>;

    /// Ends after the first failure.
    fn next(&mut self) -> Option<Self::Item> {
        while self.waiting.is_empty() {
            if matches!(self.at, Place::End) {
                return None;
            }
            if let Err(failure) = self.read_on() {
                self.at = Place::End;
                self.waiting.clear();
                return Some(Err(failure));
            }
        }
        self.waiting.pop_front().map(Ok)
    }
}
