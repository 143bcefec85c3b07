//! Keys that data is encrypted with.

use crate::admitted::admitted_option;
use crate::constraint::{Shape, TextRules};
use crate::pattern::Pattern;
use crate::text::text;

static KMS_KEY_ARN: Pattern = Pattern::regex(r"(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()");

/// An ARN of some resource, or the empty text, which means none.
pub(crate) const KMS_KEY_ARN_SHAPE: Shape =
    Shape::String(TextRules::ANY.length(0, 10_000).pattern(&KMS_KEY_ARN));

text! {
    /// The ARN of a KMS key. The service asks for little: any ARN fits.
    pub struct KmsKeyArn = "the ARN of a key",
        TextRules::ANY.length(1, 10_000).pattern(&KMS_KEY_ARN);
}

impl KmsKeyArn {
    /// Reads an admitted member. The empty text means no key, as the pattern's second half suggests.
    pub(crate) fn from_member(member: Option<String>) -> Option<Self> {
        admitted_option(member.filter(|text| !text.is_empty()))
    }
}
