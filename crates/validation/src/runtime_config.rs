//! Runtimes that are chosen by their ARN.

use crate::constraint::{Shape, TextRules};
use crate::pattern::Pattern;
use crate::structure::structure;

static RUNTIME_ARN: Pattern = Pattern::regex(r"arn:[a-z-]+:lambda:[a-z0-9-]+:\d{12}:runtime/.+");

structure! {
    /// The member `RuntimeConfig` of a request. It is checked and has no effect.
    pub struct RuntimeConfig {
        /// The ARN of the runtime.
        required runtime_arn: String = "RuntimeArn", Shape::String(TextRules::ANY.length(48, 2048).pattern(&RUNTIME_ARN));
        /// The alias of its version.
        required runtime_alias: String = "RuntimeAlias", Shape::String(TextRules::ANY.length(1, 128));
    }
}
