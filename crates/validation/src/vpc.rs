//! Networks that functions run in.

use crate::constraint::{Bounds, ItemWords, ListRules, Shape, TextRules};
use crate::pattern::Pattern;
use crate::structure::structure;

static SUBNET_ID: Pattern = Pattern::regex("subnet-[0-9a-z]*");
static SECURITY_GROUP_ID: Pattern = Pattern::regex("sg-[0-9a-zA-Z]*");

/// The model has no rules about the items; these are what AWS prints (recorded from AWS).
const SUBNET_IDS_SHAPE: Shape = Shape::List(ListRules {
    item: &Shape::String(TextRules::ANY.length(0, 1024).pattern(&SUBNET_ID)),
    words: ItemWords::Nested,
    length: Bounds::within(0, 16),
});

/// As for subnets.
const SECURITY_GROUP_IDS_SHAPE: Shape = Shape::List(ListRules {
    item: &Shape::String(TextRules::ANY.length(0, 1024).pattern(&SECURITY_GROUP_ID)),
    words: ItemWords::Nested,
    length: Bounds::within(0, 5),
});

structure! {
    /// The member `VpcConfig` of a request.
    pub struct VpcConfig {
        /// At most 16 ids of subnets.
        optional subnet_ids: Vec<String> = "SubnetIds", SUBNET_IDS_SHAPE;
        /// At most 5 ids of security groups.
        optional security_group_ids: Vec<String> = "SecurityGroupIds", SECURITY_GROUP_IDS_SHAPE;
        /// Whether IPv6 traffic may leave through dual-stack subnets.
        optional ipv6_allowed_for_dual_stack: bool = "Ipv6AllowedForDualStack", Shape::Boolean;
    }
}

/// The network of a function. Present but empty if the request had an empty `VpcConfig`, as the service shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VpcSettings {
    /// Ids of subnets.
    pub subnet_ids: Vec<String>,
    /// Ids of security groups.
    pub security_group_ids: Vec<String>,
    /// Whether IPv6 traffic may leave through dual-stack subnets.
    pub ipv6_allowed_for_dual_stack: bool,
    /// The network (VPC) that the subnets lie in. No request has it: it is empty until somebody who knows is asked.
    pub vpc_id: String,
}

impl VpcSettings {
    /// Tells whether a subnet or a security group is named.
    #[must_use]
    pub fn names_any(&self) -> bool {
        !self.subnet_ids.is_empty() || !self.security_group_ids.is_empty()
    }
}

impl From<VpcConfig> for VpcSettings {
    fn from(config: VpcConfig) -> Self {
        Self {
            subnet_ids: config.subnet_ids.unwrap_or_default(),
            security_group_ids: config.security_group_ids.unwrap_or_default(),
            ipv6_allowed_for_dual_stack: config.ipv6_allowed_for_dual_stack.unwrap_or_default(),
            vpc_id: String::new(),
        }
    }
}
