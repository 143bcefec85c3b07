//! Function names: the bare name, and the rules about the member `FunctionName` of each operation.

use crate::constraint::{Shape, TextRules};
use crate::pattern::Pattern;
use crate::text::text;

static BARE_NAME: Pattern = Pattern::regex(r"[a-zA-Z0-9-_\.]+");

text! {
    /// The bare name of a function: what stands behind `function:` in its ARN.
    ///
    /// Accepts what some operation of the service lets through: 1 to 256 letters, digits, `-`, `_` and `.`. The 64
    /// characters that documentation speaks of are a rule of CreateFunction alone, which also admits no dot, so
    /// that no function has another name.
    ///
    /// ```
    /// use funclet_validation::FunctionName;
    ///
    /// assert_eq!("my-function".parse::<FunctionName>()?.as_str(), "my-function");
    /// assert!("my-function!".parse::<FunctionName>().is_err());
    /// # Ok::<(), funclet_validation::InvalidText>(())
    /// ```
    pub struct FunctionName = "a function name (letters, digits, - _ .)", TextRules::ANY.length(1, 256).pattern(&BARE_NAME);
}

impl FunctionName {
    /// The greatest length that CreateFunction accepts, after the rules of its table (recorded from AWS).
    pub const CREATED_LENGTH_MAX: usize = 64;
}

static FUNCTION_NAME: Pattern = Pattern::regex(
    r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?",
);

static UNQUALIFIED_FUNCTION_NAME: Pattern = Pattern::regex(
    r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_]+)",
);

static NAMESPACED_FUNCTION_NAME: Pattern = Pattern::regex(
    r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?",
);

/// `FunctionName` of the operations that change functions. The model's pattern lacks `(eusc-)?`; this is the text
/// that AWS prints (recorded from AWS, late 2025).
pub(crate) const FUNCTION_NAME_SHAPE: Shape =
    Shape::String(TextRules::ANY.length(1, 140).pattern(&FUNCTION_NAME));

/// `FunctionName` of operations that admit no qualifier (`UnqualifiedFunctionName` in the model).
pub(crate) const UNQUALIFIED_FUNCTION_NAME_SHAPE: Shape =
    Shape::String(TextRules::ANY.length(1, 140).pattern(&UNQUALIFIED_FUNCTION_NAME));

/// `FunctionName` of the operations that read or delete functions (`NamespacedFunctionName` in the model).
pub(crate) const NAMESPACED_FUNCTION_NAME_SHAPE: Shape =
    Shape::String(TextRules::ANY.length(1, 256).pattern(&NAMESPACED_FUNCTION_NAME));

#[cfg(test)]
mod tests {
    use super::FunctionName;

    #[test]
    fn bare_names() {
        let long = "a".repeat(256);
        let too_long = "a".repeat(257);
        for (text, accepted) in [
            ("hello", true),
            ("Hello-World_2.x", true),
            (long.as_str(), true),
            (too_long.as_str(), false),
            ("", false),
            ("a:b", false),
            ("a b", false),
            ("é", false),
            ("a\n", false),
        ] {
            assert_eq!(text.parse::<FunctionName>().is_ok(), accepted, "{text:?}");
        }
    }
}
