//! The names in a directory, and how they change.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// Tells the files of a disk apart, whatever they are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FileId(pub(super) u64);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    File(FileId),
    Directory,
}

pub(super) type Names = BTreeMap<String, Entry>;

/// The names in a directory as programs see them, and as its last sync left them.
#[derive(Clone, Default)]
pub(super) struct Directory {
    pub(super) current: Names,
    pub(super) durable: Names,
}

/// One change of the names in one directory. A power cut leaves all of it or nothing.
#[derive(Clone)]
pub(super) struct NameChange {
    pub(super) directory: PathBuf,
    pub(super) kind: NameChangeKind,
}

#[derive(Clone)]
pub(super) enum NameChangeKind {
    /// A name is given, perhaps taken from another file.
    Given {
        name: String,
        entry: Entry,
    },
    Gone {
        name: String,
    },
    /// A name is replaced by another one of the same directory.
    Replaced {
        from: String,
        to: String,
        entry: Entry,
    },
}

impl NameChange {
    pub(super) fn apply(&self, names: &mut Names) {
        match &self.kind {
            NameChangeKind::Given { name, entry } => {
                names.insert(name.clone(), *entry);
            }
            NameChangeKind::Gone { name } => {
                names.remove(name);
            }
            NameChangeKind::Replaced { from, to, entry } => {
                names.remove(from);
                names.insert(to.clone(), *entry);
            }
        }
    }
}

impl fmt::Display for NameChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = |name: &str| self.directory.join(name).display().to_string();
        match &self.kind {
            NameChangeKind::Given { name, .. } => write!(f, "the new name {}", path(name)),
            NameChangeKind::Gone { name } => write!(f, "the end of the name {}", path(name)),
            NameChangeKind::Replaced { from, to, .. } => {
                write!(f, "the rename of {} to {}", path(from), path(to))
            }
        }
    }
}

impl Directory {
    /// What leads from the durable names to the current ones, name by name. New names come before the end of old ones, so
    /// that no beginning of the list loses a file.
    pub(super) fn changes(&self, path: &std::path::Path) -> Vec<NameChange> {
        let given = self.current.iter().filter(|(name, entry)| self.durable.get(*name) != Some(*entry));
        let gone = self.durable.keys().filter(|name| !self.current.contains_key(*name));
        let given = given.map(|(name, entry)| NameChangeKind::Given { name: name.clone(), entry: *entry });
        let gone = gone.map(|name| NameChangeKind::Gone { name: name.clone() });
        given.chain(gone).map(|kind| NameChange { directory: path.to_path_buf(), kind }).collect()
    }
}
