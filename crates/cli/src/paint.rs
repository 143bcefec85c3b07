//! Colours, for a terminal.

use std::ffi::OsStr;
use std::io::{IsTerminal as _, stdout};

/// Colours texts, or leaves them alone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paint {
    coloured: bool,
}

/// What a colour says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Doubtful,
    Bad,
    Heading,
    Quiet,
}

impl Paint {
    /// Colours for standard output: if it is a terminal, and `NO_COLOR` does not ask to do without.
    pub(crate) fn for_stdout() -> Self {
        Self::decided(stdout().is_terminal(), std::env::var_os("NO_COLOR").as_deref())
    }

    /// As <https://no-color.org> has it, an empty variable counts as one that is not set.
    fn decided(terminal: bool, no_color: Option<&OsStr>) -> Self {
        Self { coloured: terminal && no_color.is_none_or(OsStr::is_empty) }
    }

    pub(crate) fn text(self, tone: Tone, text: &str) -> String {
        if !self.coloured {
            return text.to_owned();
        }
        let code = match tone {
            Tone::Good => 32,
            Tone::Doubtful => 33,
            Tone::Bad => 31,
            Tone::Heading => 1,
            Tone::Quiet => 2,
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}

#[cfg(test)]
impl Paint {
    pub(crate) const COLOURED: Self = Self { coloured: true };
    pub(crate) const PLAIN: Self = Self { coloured: false };
}

#[cfg(test)]
mod tests {
    use super::{OsStr, Paint, Tone};

    #[test]
    fn colours_are_for_terminals_that_want_them() {
        let coloured = |terminal, no_color: Option<&str>| {
            Paint::decided(terminal, no_color.map(OsStr::new)).text(Tone::Bad, "x") != "x"
        };
        assert!(coloured(true, None) && coloured(true, Some("")));
        assert!(!coloured(true, Some("1")) && !coloured(true, Some("0")));
        assert!(!coloured(false, None));
    }
}
