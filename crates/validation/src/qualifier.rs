//! Qualifiers: what names a version or an alias of a function.

use std::fmt;
use std::str::FromStr;

use crate::admitted::admitted;
use crate::alias::AliasName;
use crate::constraint::{Shape, TextRules};
use crate::pattern::Pattern;
use crate::text::{InvalidText, text};
use crate::version::{Version, number};

static QUALIFIER: Pattern = Pattern::regex(r"\$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9-_$]+");

/// The separate member `Qualifier` of the operations that read or delete functions.
pub(crate) const QUALIFIER_SHAPE: Shape = Shape::String(RULES);

const RULES: TextRules = TextRules::ANY.length(1, 128).pattern(&QUALIFIER);

/// Also holds qualifiers that came inside a name, and versions that an alias is to point to: both may be longer than the
/// separate member.
const RULES_ANYWHERE: TextRules = TextRules::ANY.length(1, 1024).pattern(&QUALIFIER);

text! {
    /// A qualifier that is neither `$LATEST` nor a number: the name of an alias, or a text that can name nothing but
    /// that the service admits (`$latest`, `$LATEST.PUBLISHED`, a number beyond 64 bits or with leading zeros).
    pub struct OtherQualifier = "a qualifier (letters, digits, - _ $)", RULES_ANYWHERE;
}

impl OtherQualifier {
    /// Tells whether the text consists of digits alone. No alias has such a name (pattern of the service model).
    #[must_use]
    pub fn is_numeric(&self) -> bool {
        self.as_str().bytes().all(|byte| byte.is_ascii_digit())
    }

    /// Returns the text as the name of an alias, if it can be one.
    ///
    /// ```
    /// use funclet_validation::Qualifier;
    ///
    /// let alias = |text: &str| match text.parse() {
    ///     Ok(Qualifier::Other(other)) => other.alias_name(),
    ///     _ => None,
    /// };
    /// assert_eq!(alias("live").map(|name| name.to_string()).as_deref(), Some("live"));
    /// assert!(alias("$latest").is_none() && alias("007").is_none() && alias("7").is_none());
    /// ```
    #[must_use]
    pub fn alias_name(&self) -> Option<AliasName> {
        self.as_str().parse().ok()
    }
}

/// What names a version or an alias of a function. It prints as the text that was sent.
///
/// ```
/// use funclet_validation::Qualifier;
///
/// assert_eq!("$LATEST".parse(), Ok(Qualifier::Latest));
/// assert_eq!("12".parse(), Ok(Qualifier::Version(12)));
/// assert!(matches!("live".parse(), Ok(Qualifier::Other(alias)) if alias.as_str() == "live"));
/// # Ok::<(), funclet_validation::InvalidText>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Qualifier {
    /// `$LATEST`.
    Latest,
    /// The number of a published version.
    Version(u64),
    /// Any other text.
    Other(OtherQualifier),
}

impl Qualifier {
    /// Returns the version that the qualifier names without looking anything up, if it names one.
    #[must_use]
    pub fn version(&self) -> Option<Version> {
        match self {
            Self::Latest => Some(Version::Latest),
            Self::Version(number) => Some(Version::Number(*number)),
            Self::Other(_) => None,
        }
    }
}

impl From<Version> for Qualifier {
    fn from(version: Version) -> Self {
        match version {
            Version::Latest => Self::Latest,
            Version::Number(number) => Self::Version(number),
        }
    }
}

impl From<AliasName> for Qualifier {
    fn from(name: AliasName) -> Self {
        Self::from(&name)
    }
}

impl From<&AliasName> for Qualifier {
    fn from(name: &AliasName) -> Self {
        // What the name of an alias may be is part of what a qualifier may be.
        Self::Other(admitted(name.as_str()))
    }
}

impl From<&Qualifier> for Qualifier {
    fn from(qualifier: &Qualifier) -> Self {
        qualifier.clone()
    }
}

impl FromStr for Qualifier {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        if text == "$LATEST" {
            return Ok(Self::Latest);
        }
        match number(text) {
            Some(number) => Ok(Self::Version(number)),
            None => text.parse().map(Self::Other),
        }
    }
}

impl fmt::Display for Qualifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latest => f.write_str("$LATEST"),
            Self::Version(number) => number.fmt(f),
            Self::Other(text) => text.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Qualifier;

    #[test]
    fn kinds() {
        let longest = "a".repeat(128);
        for (text, kind) in [
            ("$LATEST", "latest"),
            ("1", "version"),
            ("18446744073709551615", "version"),
            ("18446744073709551616", "numeric"),
            ("007", "numeric"),
            ("live", "other"),
            ("2024-01-02", "other"),
            ("$latest", "other"),
            ("$LATEST.PUBLISHED", "other"),
            (longest.as_str(), "other"),
            ("", "none"),
            ("a.b", "none"),
            ("+1", "none"),
        ] {
            let parsed = text.parse::<Qualifier>();
            let found = match &parsed {
                Ok(Qualifier::Latest) => "latest",
                Ok(Qualifier::Version(_)) => "version",
                Ok(Qualifier::Other(text)) if text.is_numeric() => "numeric",
                Ok(Qualifier::Other(_)) => "other",
                Err(_) => "none",
            };
            assert_eq!(found, kind, "{text}");
            assert!(parsed.is_err() || parsed.unwrap().to_string() == text);
        }
    }
}
