//! Dead-letter queues.

use crate::constraint::{Shape, TextRules};
use crate::pattern::Pattern;
use crate::structure::structure;

static RESOURCE_ARN: Pattern = Pattern::regex(r"(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()");

structure! {
    /// The member `DeadLetterConfig` of a request.
    pub struct DeadLetterConfig {
        /// The ARN of a queue or topic; empty for none.
        optional target_arn: String = "TargetArn", Shape::String(TextRules::ANY.length(0, 10_000).pattern(&RESOURCE_ARN));
    }
}

/// Where events go that a function could not process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetterSettings {
    /// The ARN of a queue or topic.
    pub target_arn: String,
}

impl DeadLetterSettings {
    /// Reads an admitted member. A target that is empty or not given means that there is none.
    pub(crate) fn from_member(member: DeadLetterConfig) -> Option<Self> {
        let target_arn = member.target_arn.filter(|arn| !arn.is_empty())?;
        Some(Self { target_arn })
    }
}
