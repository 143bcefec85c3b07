//! GetFunctionUrlConfig.

use crate::admitted::required;
use crate::alias::is_alias;
use crate::caller::Caller;
use crate::check::check;
use crate::constraint::{Shape, TextRules};
use crate::function_name::FUNCTION_NAME_SHAPE;
use crate::function_reference::FunctionReference;
use crate::pattern::Pattern;
use crate::rejection::Rejection;
use crate::structure::structure;

static ALIAS_QUALIFIER: Pattern = Pattern::function(r"((?!^\d+$)^[0-9a-zA-Z-_]+$)", is_alias);

structure! {
    /// A GetFunctionUrlConfig request as it was received.
    pub struct GetFunctionUrlConfigRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", FUNCTION_NAME_SHAPE;
        /// An alias; no version.
        optional qualifier: String = "Qualifier",
            Shape::String(TextRules::ANY.length(1, 128).pattern(&ALIAS_QUALIFIER));
    }
}

/// A valid GetFunctionUrlConfig request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetFunctionUrlConfig {
    /// The function, and which of its aliases.
    pub function: FunctionReference,
}

impl GetFunctionUrlConfigRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`].
    pub fn validate(self, caller: &Caller) -> Result<GetFunctionUrlConfig, Rejection> {
        check(&self)?;
        let name = required(self.function_name);
        let function = FunctionReference::resolve(caller, &name, self.qualifier.as_deref())?;
        Ok(GetFunctionUrlConfig { function })
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
