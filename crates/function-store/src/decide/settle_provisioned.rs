//! Storing that what is provisioned has come, or has failed.

use funclet_validation::FunctionName;

use crate::answer::Reason;
use crate::decide::sealed::Command;
use crate::decide::settle::Due;
use crate::decide::{Changes, Context, Decision, Stop};
use crate::event::{ResourceChange, ResourceEvent, ResourceKind};
use crate::keys;
use crate::stored::{Stored as _, StoredAllocation, StoredProvisionedConcurrency};

/// How many versions and aliases are looked at in one transaction.
const PER_TRANSACTION: usize = 24;

/// Stores the end of what is in progress with the provisioned concurrency of a function, which may not exist any more.
#[derive(Debug, Clone)]
pub(crate) struct SettleProvisioned {
    pub(crate) function_name: FunctionName,
    pub(crate) ending: Ending,
    /// Goes on after this key.
    pub(crate) after: Option<Vec<u8>>,
}

/// What ends.
#[derive(Debug, Clone)]
pub(crate) enum Ending {
    /// What is due.
    Due,
    /// Everything, now; what is not due yet fails if there is a reason.
    Now { failure: Option<Reason> },
}

/// What one transaction has settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SettledProvisioned {
    /// Of how many versions and aliases.
    pub(crate) finished: usize,
    /// The key after which to go on, if not all were looked at.
    pub(crate) next: Option<Vec<u8>>,
}

impl Ending {
    /// How something ends, of which it is known how it counts now; `None` while it goes on.
    fn of(&self, now: StoredAllocation) -> Option<StoredAllocation> {
        match (now, self) {
            (StoredAllocation::InProgress { .. }, Self::Due) => None,
            (StoredAllocation::InProgress { .. }, Self::Now { failure: Some(reason) }) => {
                Some(StoredAllocation::Failed { reason: reason.text.clone() })
            }
            (StoredAllocation::InProgress { .. }, Self::Now { failure: None }) => {
                Some(StoredAllocation::Ready)
            }
            (ended, _) => Some(ended),
        }
    }
}

impl Command for SettleProvisioned {
    type Answer = SettledProvisioned;

    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<SettledProvisioned>, Stop> {
        let (name, mut changes) = (&self.function_name, Changes::default());
        let Some(function) = context.find(name.as_str())? else {
            return Ok(Decision { changes, answer: SettledProvisioned { finished: 0, next: None } });
        };
        let prefix = keys::belongings_of(name.as_str(), &function.value.incarnation, keys::PROVISIONED);
        let page = context.view.scan(&prefix, self.after.as_deref(), PER_TRANSACTION)?;
        let next = page.more.then(|| page.entries.last().map(|(key, _)| key.clone())).flatten();
        let (mut finished, mut next_due_ms) = (0, None);
        for (key, value) in page.entries {
            let stored = StoredProvisionedConcurrency::decode(&value)?;
            let StoredAllocation::InProgress { completes_at_ms } = stored.allocation else { continue };
            let Some(allocation) = self.ending.of(stored.allocation.at(context.drawn.now_ms)) else {
                next_due_ms = next_due_ms.into_iter().chain(completes_at_ms).min();
                continue;
            };
            finished += 1;
            let arn = context.caller.function_arn(name);
            changes.event(ResourceEvent {
                resource: ResourceKind::ProvisionedConcurrencyConfig,
                change: ResourceChange::Updated,
                arn: format!("{arn}:{}", keys::last_part(&key).unwrap_or_default()),
                old_revision: None,
                new_revision: None,
            })?;
            changes.put(key, &StoredProvisionedConcurrency { allocation, ..stored })?;
        }
        changes.due = next_due_ms.map(|at_ms| Due::Provisioned { name: name.clone(), at_ms });
        Ok(Decision { changes, answer: SettledProvisioned { finished, next } })
    }
}
