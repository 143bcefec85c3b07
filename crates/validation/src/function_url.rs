//! URLs of functions: which functions have one, how it answers, and to whom.

use crate::alias::is_alias;
use crate::constraint::{Bounds, ItemWords, ListRules, Shape, TextRules};
use crate::enumeration::enumeration;
use crate::pattern::Pattern;
use crate::structure::structure;

static ALIAS_QUALIFIER: Pattern = Pattern::function(r"((?!^\d+$)^[0-9a-zA-Z-_]+$)", is_alias);

static ONE_LINE: Pattern = Pattern::regex(".*");

/// `Qualifier` of the operations about URLs: an alias, no version.
pub(crate) const FUNCTION_URL_QUALIFIER_SHAPE: Shape =
    Shape::String(TextRules::ANY.length(1, 128).pattern(&ALIAS_QUALIFIER));

/// `InvokeMode`.
pub(crate) const INVOKE_MODE_SHAPE: Shape = Shape::String(TextRules::one_of(InvokeMode::VALUES));

enumeration! {
    /// How a function's URL answers.
    #[derive(Default)]
    pub enum InvokeMode {
        /// When the whole answer is there; the default (documented).
        #[default]
        Buffered = "BUFFERED",
        /// As the answer is made.
        ResponseStream = "RESPONSE_STREAM",
    }
}

/// A list of texts. That complaints end with "Member must not be null" is chosen.
const fn texts(item: &'static Shape, max: usize) -> Shape {
    Shape::List(ListRules { item, words: ItemWords::NestedNotNull, length: Bounds::within(0, max) })
}

const HEADER: Shape = Shape::String(TextRules::ANY.length(0, 1024).pattern(&ONE_LINE));
const METHOD: Shape = Shape::String(TextRules::ANY.length(0, 6).pattern(&ONE_LINE));
const ORIGIN: Shape = Shape::String(TextRules::ANY.length(1, 253).pattern(&ONE_LINE));

const HEADERS: Shape = texts(&HEADER, 100);
const METHODS: Shape = texts(&METHOD, 6);
const ORIGINS: Shape = texts(&ORIGIN, 100);

structure! {
    /// The member `Cors` of requests about URLs of functions: what pages of other origins may do. It is kept as it was sent.
    pub struct Cors {
        /// Whether cookies and the like are let through.
        optional allow_credentials: bool = "AllowCredentials", Shape::Boolean;
        /// Headers that requests may have.
        optional allow_headers: Vec<String> = "AllowHeaders", HEADERS;
        /// Methods of requests.
        optional allow_methods: Vec<String> = "AllowMethods", METHODS;
        /// Origins of pages.
        optional allow_origins: Vec<String> = "AllowOrigins", ORIGINS;
        /// Headers of answers that pages may see.
        optional expose_headers: Vec<String> = "ExposeHeaders", HEADERS;
        /// Seconds that browsers may remember all this, 0 to 86400.
        optional max_age: i64 = "MaxAge", Shape::Integer(Bounds::within(0, 86_400));
    }
}

#[cfg(test)]
mod tests {
    use super::ALIAS_QUALIFIER;

    #[test]
    fn versions_have_no_url() {
        for (text, admitted) in
            [("live", true), ("1a", true), ("7", false), ("$LATEST", false), ("", false), ("a b", false)]
        {
            assert_eq!(ALIAS_QUALIFIER.matches(text), admitted, "{text}");
        }
    }
}
