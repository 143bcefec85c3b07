//! Patterns: the text that the service prints, and the matcher behind it.

use std::fmt;
use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};

/// A pattern of the service: its text as AWS prints it, and a matcher for whole values.
///
/// The expression is compiled at its first use, once.
///
/// ```
/// use funclet_validation::Pattern;
///
/// static VERSION: Pattern = Pattern::regex(r"(\$LATEST|[0-9]+)");
/// assert!(VERSION.matches("$LATEST"));
/// assert!(!VERSION.matches("12x"));
/// assert_eq!(VERSION.as_str(), r"(\$LATEST|[0-9]+)");
/// ```
pub struct Pattern {
    text: &'static str,
    matcher: Matcher,
}

enum Matcher {
    Regex { compiled: OnceLock<Regex>, unicode: bool },
    Function(fn(&str) -> bool),
}

impl Pattern {
    /// Makes a pattern whose text is also the expression that decides.
    #[must_use]
    pub const fn regex(text: &'static str) -> Self {
        Self { text, matcher: Matcher::Regex { compiled: OnceLock::new(), unicode: false } }
    }

    /// Like [`Pattern::regex`], for an expression that names classes of Unicode, such as `\p{L}`, or takes one character
    /// of any kind, such as `[^.]`. The class `\d` is still that of ASCII.
    #[must_use]
    pub const fn unicode_regex(text: &'static str) -> Self {
        Self { text, matcher: Matcher::Regex { compiled: OnceLock::new(), unicode: true } }
    }

    /// Makes a pattern that a function decides, for expressions with look-around.
    #[must_use]
    pub const fn function(text: &'static str, matches: fn(&str) -> bool) -> Self {
        Self { text, matcher: Matcher::Function(matches) }
    }

    /// Returns the text of the pattern as the service prints it.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        self.text
    }

    /// Tells whether the whole value matches.
    ///
    /// # Panics
    /// If the expression does not compile. The tests of this crate compile every pattern of every table.
    #[must_use]
    pub fn matches(&self, value: &str) -> bool {
        match &self.matcher {
            Matcher::Regex { compiled, unicode } => {
                compiled.get_or_init(|| compile(self.text, *unicode)).is_match(value.as_bytes())
            }
            Matcher::Function(matches) => matches(value),
        }
    }
}

/// Compiles for bytes, because the service's classes (`\d`, `\s`) are those of ASCII.
fn compile(text: &str, unicode: bool) -> Regex {
    let digits = if unicode { "[0-9]" } else { r"\d" };
    RegexBuilder::new(&format!(r"\A(?:{})\z", text.replace(r"\d", digits)))
        .unicode(unicode)
        .build()
        .expect("the patterns of the tables are well-formed")
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({})", self.text)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}
