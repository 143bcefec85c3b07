//! Versions of functions.

use std::fmt;
use std::str::FromStr;

use crate::text::InvalidText;

/// A version of a function: the unpublished one, or the number of a published one.
///
/// ```
/// use funclet_validation::Version;
///
/// assert_eq!(Version::Latest.to_string(), "$LATEST");
/// assert_eq!("7".parse(), Ok(Version::Number(7)));
/// assert!(Version::Latest < Version::Number(1));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// `$LATEST`: what updates change.
    Latest,
    /// A published version. The first one of a function is 1.
    Number(u64),
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latest => f.write_str("$LATEST"),
            Self::Number(number) => number.fmt(f),
        }
    }
}

impl FromStr for Version {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        if text == "$LATEST" {
            return Ok(Self::Latest);
        }
        number(text)
            .map(Self::Number)
            .ok_or_else(|| InvalidText::new(text, "a version ($LATEST or a number)"))
    }
}

/// Reads a number that prints as the same text again: no sign, no leading zero, no more than 64 bits.
pub(crate) fn number(text: &str) -> Option<u64> {
    let canonical = text == "0" || text.starts_with(|first: char| matches!(first, '1'..='9'));
    if canonical { text.parse().ok() } else { None }
}
