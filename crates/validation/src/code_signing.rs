//! Code signing configurations: how requests name them, and what they consist of.

use crate::constraint::{Bounds, ItemWords, ListRules, Shape, TextRules};
use crate::enumeration::enumeration;
use crate::pattern::Pattern;
use crate::resource_arn::RESOURCE_ARN_SHAPE;
use crate::structure::structure;
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

/// `SigningProfileVersionArns`. That complaints end with "Member must not be null" is chosen.
const SIGNING_PROFILE_VERSION_ARNS_SHAPE: Shape = Shape::List(ListRules {
    item: &RESOURCE_ARN_SHAPE,
    words: ItemWords::NestedNotNull,
    length: Bounds::within(1, 20),
});

structure! {
    /// The member `AllowedPublishers` of the operations about code signing configurations.
    pub struct AllowedPublishers {
        /// ARNs of versions of signing profiles, 1 to 20. The service does not ask whether they exist (recorded from AWS).
        required signing_profile_version_arns: Vec<String> = "SigningProfileVersionArns",
            SIGNING_PROFILE_VERSION_ARNS_SHAPE;
    }
}

structure! {
    /// The member `CodeSigningPolicies` of the operations about code signing configurations.
    pub struct CodeSigningPolicies {
        /// One of [`CodeSigningPolicy::VALUES`].
        optional untrusted_artifact_on_deployment: String = "UntrustedArtifactOnDeployment",
            Shape::String(TextRules::one_of(CodeSigningPolicy::VALUES));
    }
}

enumeration! {
    /// What happens to code that is not signed as it should be.
    #[derive(Default)]
    pub enum CodeSigningPolicy {
        /// It is deployed all the same; the default (documented).
        #[default]
        Warn = "Warn",
        /// It is refused.
        Enforce = "Enforce",
    }
}
