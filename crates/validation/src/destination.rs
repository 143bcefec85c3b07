//! Where records go of what a function has done, or failed to do.

use crate::admitted::admitted_option;
use crate::constraint::{Shape, TextRules};
use crate::pattern::Pattern;
use crate::structure::structure;
use crate::text::text;

static DESTINATION: Pattern = Pattern::unicode_regex(
    r"$|kafka://([^.]([a-zA-Z0-9\-_.]{0,248}))|arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1})?:(\d{12})?:(.*)",
);

/// A destination, or the empty text, which means none.
const DESTINATION_SHAPE: Shape = Shape::String(TextRules::ANY.length(0, 350).pattern(&DESTINATION));

text! {
    /// The ARN of a queue, a topic, a function, an event bus or a bucket, or the URL of a Kafka topic. Its form is checked,
    /// its existence is not.
    pub struct Destination = "a destination (an ARN or kafka://TOPIC)",
        TextRules::ANY.length(1, 350).pattern(&DESTINATION);
}

impl Destination {
    fn from_member(member: Option<String>) -> Option<Self> {
        admitted_option(member.filter(|text| !text.is_empty()))
    }
}

structure! {
    /// The member `OnSuccess` of [`DestinationConfig`].
    pub struct OnSuccess {
        /// Where records go; empty for nowhere.
        optional destination: String = "Destination", DESTINATION_SHAPE;
    }
}

structure! {
    /// The member `OnFailure` of [`DestinationConfig`].
    pub struct OnFailure {
        /// Where records go; empty for nowhere.
        optional destination: String = "Destination", DESTINATION_SHAPE;
    }
}

structure! {
    /// The member `DestinationConfig` of requests about asynchronous invocations and event sources.
    pub struct DestinationConfig {
        /// For what succeeded.
        optional on_success: OnSuccess = "OnSuccess", Shape::Structure(OnSuccess::MEMBERS);
        /// For what failed.
        optional on_failure: OnFailure = "OnFailure", Shape::Structure(OnFailure::MEMBERS);
    }
}

/// Where records of invocations go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Destinations {
    /// For what succeeded.
    pub on_success: Option<Destination>,
    /// For what failed.
    pub on_failure: Option<Destination>,
}

impl Destinations {
    /// Reads an admitted member. A destination that is empty or not given means that there is none.
    pub(crate) fn from_member(member: DestinationConfig) -> Self {
        let success = member.on_success.and_then(|on_success| on_success.destination);
        let failure = member.on_failure.and_then(|on_failure| on_failure.destination);
        Self { on_success: Destination::from_member(success), on_failure: Destination::from_member(failure) }
    }
}
