//! Execution roles.

use crate::constraint::{Shape, TextRules};
use crate::pattern::Pattern;
use crate::text::text;

static ROLE_ARN: Pattern = Pattern::regex(r"arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+");

pub(crate) const ROLE_SHAPE: Shape = Shape::String(RoleArn::RULES);

text! {
    /// The ARN of the role that a function runs under. Its form is checked, its existence is not.
    pub struct RoleArn = "the ARN of a role", TextRules::ANY.length(0, 10_000).pattern(&ROLE_ARN);
}
