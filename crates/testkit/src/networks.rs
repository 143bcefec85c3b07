//! Subnets and security groups in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use funclet::{Caller, Networks, SourceError, VpcSettings};

/// [`Networks`] in memory, the same for every account. What is not there is refused in the words of the service.
///
/// ```
/// use funclet::{Networks, VpcSettings};
/// use funclet_testkit::MemoryNetworks;
///
/// let networks = MemoryNetworks::new();
/// networks.create_subnet("subnet-1", "vpc-1");
/// networks.create_security_group("sg-1");
/// let network = VpcSettings {
///     subnet_ids: vec!["subnet-1".into()],
///     security_group_ids: vec!["sg-1".into()],
///     ..VpcSettings::default()
/// };
/// let caller = funclet::Funclet::in_memory().default_caller().clone();
/// assert_eq!(networks.vpc_of(&caller, &network)?, "vpc-1");
/// # Ok::<(), funclet::SourceError>(())
/// ```
#[derive(Debug, Default)]
pub struct MemoryNetworks(Mutex<Content>);

#[derive(Debug, Default)]
struct Content {
    /// The network that each subnet lies in.
    subnets: BTreeMap<String, String>,
    security_groups: BTreeSet<String>,
}

impl MemoryNetworks {
    /// Makes a world without networks.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a subnet in a network.
    pub fn create_subnet(&self, id: &str, vpc_id: &str) {
        self.content().subnets.insert(id.into(), vpc_id.into());
    }

    /// Creates a security group.
    pub fn create_security_group(&self, id: &str) {
        self.content().security_groups.insert(id.into());
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Networks for MemoryNetworks {
    fn vpc_of(&self, _: &Caller, network: &VpcSettings) -> Result<String, SourceError> {
        let content = self.content();
        let mut groups = network.security_group_ids.iter();
        if let Some(unknown) = groups.find(|id| !content.security_groups.contains(*id)) {
            return Err(SourceError::unknown_security_group(unknown));
        }
        let mut vpc_id = String::new();
        for id in &network.subnet_ids {
            let found = content.subnets.get(id).ok_or_else(|| SourceError::unknown_subnet(id))?;
            vpc_id.clone_from(found);
        }
        Ok(vpc_id)
    }
}
