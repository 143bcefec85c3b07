//! When a function gets a newer version of its runtime.

use crate::constraint::{Shape, TextRules};
use crate::enumeration::enumeration;
use crate::pattern::Pattern;
use crate::text::text;

static RUNTIME_VERSION_ARN: Pattern = Pattern::regex(
    r"((arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}::runtime:.+)|(arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:runtime/[A-Za-z0-9_.-]{1,128}/version/[A-Za-z0-9_.-]{1,128}))",
);

/// `UpdateRuntimeOn`.
pub(crate) const UPDATE_RUNTIME_ON_SHAPE: Shape = Shape::String(TextRules::one_of(UpdateRuntimeOn::VALUES));

/// `RuntimeVersionArn`.
pub(crate) const RUNTIME_VERSION_ARN_SHAPE: Shape = Shape::String(RuntimeVersionArn::RULES);

enumeration! {
    /// When a function gets a newer version of its runtime.
    #[derive(Default)]
    pub enum UpdateRuntimeOn {
        /// When there is one; the default (documented).
        #[default]
        Auto = "Auto",
        /// Never: it has the version that it was given.
        Manual = "Manual",
        /// When the function is updated.
        FunctionUpdate = "FunctionUpdate",
    }
}

text! {
    /// The ARN of a version of a runtime. Its form is checked, its existence is not.
    pub struct RuntimeVersionArn = "the ARN of a runtime version",
        TextRules::ANY.length(26, 2048).pattern(&RUNTIME_VERSION_ARN);
}
