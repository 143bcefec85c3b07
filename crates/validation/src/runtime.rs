//! Runtimes.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::pattern::Pattern;
use crate::rejection::Rejection;

/// The identifiers that functions can be created with, in the order in which AWS prints them (recorded from AWS, January
/// 2026).
pub(crate) const SUPPORTED: [&str; 25] = [
    "nodejs20.x",
    "python3.14",
    "provided.al2023",
    "python3.12",
    "python3.13",
    "nodejs24.x",
    "nodejs22.x",
    "java25",
    "python3.10",
    "python3.11",
    "java21",
    "ruby3.3",
    "ruby3.4",
    "ruby3.2",
    "python3.8",
    "python3.9",
    "java17",
    "nodejs16.x",
    "dotnet10",
    "dotnet8",
    "java11",
    "dotnet6",
    "nodejs18.x",
    "provided.al2",
    "java8.al2",
];

/// In the newest service model, but not in the recorded list: accepted, not printed.
pub(crate) const NEWER: [&str; 6] =
    ["ruby4.0", "nodejs26.x", "python3.15", "java8.al2023", "java11.al2023", "java17.al2023"];

/// The identifiers that are refused with a text of their own. The first eight are recorded from AWS, the rest are the
/// remaining ones of the service model, which went out of use before them.
pub(crate) const DEPRECATED: [&str; 20] = [
    "java8",
    "go1.x",
    "provided",
    "ruby2.7",
    "nodejs14.x",
    "nodejs12.x",
    "python3.7",
    "dotnetcore3.1",
    "nodejs",
    "nodejs4.3",
    "nodejs4.3-edge",
    "nodejs6.10",
    "nodejs8.10",
    "nodejs10.x",
    "python2.7",
    "python3.6",
    "dotnetcore1.0",
    "dotnetcore2.0",
    "dotnetcore2.1",
    "ruby2.5",
];

static RUNTIME_VERSION_ARN: Pattern = Pattern::regex(
    r"arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}::runtime:.+",
);

/// What a zip function's code runs on: an identifier such as `python3.12`, or the ARN of a runtime version.
///
/// ```
/// use funclet_validation::Runtime;
///
/// assert_eq!("python3.12".parse::<Runtime>()?.as_str(), "python3.12");
/// let rejection = "java8".parse::<Runtime>().unwrap_err();
/// assert!(rejection.to_string().starts_with("The runtime parameter of java8 is no longer supported"));
/// # Ok::<(), funclet_validation::Rejection>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Runtime(Arc<str>);

impl Runtime {
    /// Returns the identifier or ARN.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Runtime {
    type Err = Rejection;

    /// Accepts what functions can be created with.
    ///
    /// # Errors
    /// [`Rejection::InvalidParameterValue`], with one text for runtimes out of use and another for everything else
    /// (both recorded from AWS; unlike other enums of the model this one is no `ValidationException`).
    fn from_str(text: &str) -> Result<Self, Rejection> {
        if SUPPORTED.contains(&text) || NEWER.contains(&text) || RUNTIME_VERSION_ARN.matches(text) {
            return Ok(Self(text.into()));
        }
        Err(Rejection::invalid(if DEPRECATED.contains(&text) {
            format!(
                "The runtime parameter of {text} is no longer supported for creating or updating AWS Lambda functions. \
                 We recommend you use a supported runtime while creating or updating functions."
            )
        } else {
            let supported = SUPPORTED.join(", ");
            format!(
                "Value {text} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: \
                 [{supported}] or be a valid ARN"
            )
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::{DEPRECATED, NEWER, Runtime, SUPPORTED};

    #[test]
    fn lists_do_not_overlap() {
        let mut all: Vec<_> = SUPPORTED.iter().chain(&NEWER).chain(&DEPRECATED).collect();
        all.sort_unstable();
        assert!(all.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn accepted() {
        for text in SUPPORTED.into_iter().chain(NEWER).chain([
            "arn:aws:lambda:us-east-1::runtime:0cdcfbdefbc5e7d3343f73c2e2dd3cba17d61dea0686b404502a0c9ce83931b9",
        ]) {
            assert_eq!(text.parse::<Runtime>().unwrap().as_str(), text);
        }
    }

    #[test]
    fn refused() {
        for text in DEPRECATED {
            let rejection = text.parse::<Runtime>().unwrap_err().to_string();
            assert!(rejection.contains("is no longer supported"), "{rejection}");
        }
        for text in
            ["", "PYTHON3.9", "non-existent-runtime", "arn:aws:lambda:us-east-1:111122223333:runtime:x"]
        {
            let rejection = text.parse::<Runtime>().unwrap_err().to_string();
            assert!(rejection.starts_with(&format!("Value {text} at 'runtime' failed")), "{rejection}");
            assert!(rejection.ends_with("provided.al2, java8.al2] or be a valid ARN"), "{rejection}");
        }
    }
}
