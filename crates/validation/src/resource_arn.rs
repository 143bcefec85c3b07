//! ARNs of resources of any service.

use crate::constraint::{Shape, TextRules};
use crate::pattern::Pattern;
use crate::text::text;

static RESOURCE_ARN: Pattern = Pattern::regex(
    r"arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1})?:(\d{12})?:(.*)",
);

/// Members that name a resource of any service (`Arn` in the model).
pub(crate) const RESOURCE_ARN_SHAPE: Shape = Shape::String(ResourceArn::RULES);

text! {
    /// The ARN of a resource of any service. Its form is checked, its existence is not.
    pub struct ResourceArn = "an ARN", TextRules::ANY.length(0, 10_000).pattern(&RESOURCE_ARN);
}

impl ResourceArn {
    /// Returns the service that the resource belongs to, for example `sqs`.
    #[must_use]
    pub fn service(&self) -> &str {
        self.as_str().split(':').nth(2).unwrap_or_default()
    }
}
