//! Code signing configurations, as requests name them.

use crate::constraint::{Shape, TextRules};
use crate::pattern::Pattern;
use crate::text::text;

static CODE_SIGNING_CONFIG_ARN: Pattern = Pattern::regex(
    r"arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:code-signing-config:csc-[a-z0-9]{17}",
);

pub(crate) const CODE_SIGNING_CONFIG_ARN_SHAPE: Shape = Shape::String(CodeSigningConfigArn::RULES);

text! {
    /// The ARN of a code signing configuration.
    pub struct CodeSigningConfigArn = "the ARN of a code signing configuration",
        TextRules::ANY.length(0, 200).pattern(&CODE_SIGNING_CONFIG_ARN);
}
