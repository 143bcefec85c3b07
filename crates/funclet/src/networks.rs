//! Networks that functions run in: who knows them.

use funclet_validation::{Caller, VpcSettings};

use crate::sources::SourceError;

/// Knows subnets and security groups. Calls may block; an async host runs operations that name a network on a thread of their
/// own (see [`Operation::blocks`](crate::Operation::blocks)).
pub trait Networks: Send + Sync {
    /// Returns the id of the network (VPC) that the subnets lie in. Only asked about networks that name a subnet or a security
    /// group.
    ///
    /// # Errors
    /// [`SourceError`]; [`SourceError::unknown_security_group`] and [`SourceError::unknown_subnet`] have the service's texts.
    fn vpc_of(&self, caller: &Caller, network: &VpcSettings) -> Result<String, SourceError>;
}

/// The default: takes every subnet and every security group for existing, in a network whose id is empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct AnyNetwork;

impl Networks for AnyNetwork {
    fn vpc_of(&self, _: &Caller, _: &VpcSettings) -> Result<String, SourceError> {
        Ok(String::new())
    }
}

impl SourceError {
    /// Refuses a security group that does not exist. The text is recorded from AWS, which looks for these before subnets.
    #[must_use]
    pub fn unknown_security_group(id: &str) -> Self {
        Self::Refused(format!(
            "Error occurred while DescribeSecurityGroups. EC2 Error Code: InvalidGroup.NotFound. EC2 Error Message: The \
             security group '{id}' does not exist"
        ))
    }

    /// Refuses a subnet that does not exist. The text is quoted in public reports.
    #[must_use]
    pub fn unknown_subnet(id: &str) -> Self {
        Self::Refused(format!(
            "Error occurred while DescribeSubnets. EC2 Error Code: InvalidSubnetID.NotFound. EC2 Error Message: The subnet ID \
             '{id}' does not exist"
        ))
    }
}
