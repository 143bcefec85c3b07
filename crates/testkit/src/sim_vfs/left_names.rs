//! Which changes of names a power cut leaves of those that are not synced.

use super::left_data::density;
use super::names::NameChange;
use crate::entropy::SplitMix;

/// Which changes of names are left. They go by their positions in the order in which they were done.
#[derive(Debug, Clone, Copy)]
pub(super) enum LeftNames {
    Nothing,
    Everything,
    /// All but one.
    Without(usize),
    Only(usize),
    /// The first few.
    First(usize),
    /// What a random generator with this seed says.
    Drawn(u64),
}

impl LeftNames {
    /// Chooses from all changes those that are left.
    pub(super) fn of(self, changes: &[NameChange]) -> Vec<&NameChange> {
        let (seed, odds) = match self {
            Self::Drawn(seed) => (seed, density(&SplitMix::new(seed))),
            _ => (0, 0.0),
        };
        let random = SplitMix::new(!seed);
        let left = |at: usize| match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::Without(missing) => at != missing,
            Self::Only(only) => at == only,
            Self::First(count) => at < count,
            Self::Drawn(_) => random.happens(odds),
        };
        changes.iter().enumerate().filter(|(at, _)| left(*at)).map(|(_, change)| change).collect()
    }

    /// Tells people what is left.
    pub(super) fn describe(self, changes: &[NameChange]) -> String {
        let change = |at: usize| changes.get(at).map_or_else(String::new, NameChange::to_string);
        match self {
            Self::Nothing => "no changes of names".to_owned(),
            Self::Everything => "all changes of names".to_owned(),
            Self::Without(at) => format!("all changes of names but {}", change(at)),
            Self::Only(at) => format!("of the changes of names only {}", change(at)),
            Self::First(count) => format!("the changes of names before {}", change(count)),
            Self::Drawn(seed) => {
                format!(
                    "{} of {} changes of names, drawn with {seed:#x}",
                    self.of(changes).len(),
                    changes.len()
                )
            }
        }
    }
}
