//! Completing by hand what is provisioned.

use funclet_validation::FunctionName;

use crate::answer::Reason;
use crate::decide::sealed::Command;
use crate::decide::{Changes, Context, Decision, Stop};
use crate::event::{ResourceChange, ResourceEvent, ResourceKind};
use crate::keys;
use crate::stored::{Stored as _, StoredAllocation, StoredProvisionedConcurrency};

/// How many versions and aliases are looked at in one transaction.
const PER_TRANSACTION: usize = 24;

/// Completes the provisioned concurrency of a function that is in progress, now, due or not.
#[derive(Debug, Clone)]
pub(crate) struct CompleteProvisioned {
    pub(crate) function_name: FunctionName,
    /// Fails it with this reason instead.
    pub(crate) failure: Option<Reason>,
    /// Goes on after this key.
    pub(crate) after: Option<Vec<u8>>,
}

/// What one transaction has completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CompletedProvisioned {
    /// How many versions and aliases.
    pub(crate) finished: usize,
    /// The key after which to go on, if not all were looked at.
    pub(crate) next: Option<Vec<u8>>,
}

impl Command for CompleteProvisioned {
    type Answer = CompletedProvisioned;

    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<CompletedProvisioned>, Stop> {
        let name = &self.function_name;
        let function = context.require(name, context.caller.function_arn(name))?.value;
        let prefix = keys::belongings_of(name.as_str(), &function.incarnation, keys::PROVISIONED);
        let page = context.view.scan(&prefix, self.after.as_deref(), PER_TRANSACTION)?;
        let next = page.more.then(|| page.entries.last().map(|(key, _)| key.clone())).flatten();
        let (mut changes, mut finished) = (Changes::default(), 0);
        for (key, value) in page.entries {
            let stored = StoredProvisionedConcurrency::decode(&value)?;
            if !matches!(stored.allocation.at(context.drawn.now_ms), StoredAllocation::InProgress { .. }) {
                continue;
            }
            finished += 1;
            let arn = context.caller.function_arn(name);
            changes.event(ResourceEvent {
                resource: ResourceKind::ProvisionedConcurrencyConfig,
                change: ResourceChange::Updated,
                arn: format!("{arn}:{}", keys::last_part(&key).unwrap_or_default()),
                old_revision: None,
                new_revision: None,
            })?;
            let allocation = match &self.failure {
                Some(reason) => StoredAllocation::Failed { reason: reason.text.clone() },
                None => StoredAllocation::Ready,
            };
            changes.put(key, &StoredProvisionedConcurrency { allocation, ..stored })?;
        }
        Ok(Decision { changes, answer: CompletedProvisioned { finished, next } })
    }
}
