//! Provisioned concurrency: PutProvisionedConcurrencyConfig, GetProvisionedConcurrencyConfig,
//! DeleteProvisionedConcurrencyConfig, ListProvisionedConcurrencyConfigs.
//!
//! How much of it a function has in all lies in a key of its own, so that no decision adds up what its versions and aliases
//! have.

use funclet_validation::{
    DeleteProvisionedConcurrencyConfig, FunctionName, FunctionReference, GetProvisionedConcurrencyConfig,
    ListProvisionedConcurrencyConfigs, PutProvisionedConcurrencyConfig, Qualifier,
};

use crate::answer::{
    ProvisionedConcurrency, ProvisionedConcurrencyItem, ProvisionedConcurrencyPage,
    ProvisionedConcurrencyStatus, Timestamp,
};
use crate::decide::concurrency::claim;
use crate::decide::provisionable::{refuse_twice, refuse_unpublished};
use crate::decide::sealed::{Command, Query};
use crate::decide::setting::{self, Holder, Setting};
use crate::decide::settle::Due;
use crate::decide::{Changes, Context, Decision, Stop};
use crate::error::ServiceError;
use crate::event::ResourceKind;
use crate::keys;
use crate::stored::{StoredAllocation, StoredFunction, StoredProvisionedConcurrency, StoredProvisionedTotal};

impl Setting for StoredProvisionedConcurrency {
    const KIND_OF_KEY: &'static str = keys::PROVISIONED;
    const RESOURCE: ResourceKind = ResourceKind::ProvisionedConcurrencyConfig;
}

fn total_key(name: &FunctionName, function: &StoredFunction) -> Vec<u8> {
    keys::belonging(name.as_str(), &function.incarnation, keys::PROVISIONED_TOTAL, "")
}

/// How many executions are provisioned of a function in all.
pub(crate) fn total(
    context: &Context<'_>,
    name: &FunctionName,
    function: &StoredFunction,
) -> Result<u32, Stop> {
    let total = context.read::<StoredProvisionedTotal>(&total_key(name, function))?;
    Ok(total.map_or(0, |total| total.executions))
}

/// Writes how many executions are provisioned in all, and lets the account know; `before` was read.
fn exchange_total(
    (name, function): (&FunctionName, &StoredFunction),
    (before, after): (u32, u32),
    changes: &mut Changes,
) -> Result<(), Stop> {
    let key = total_key(name, function);
    if after == 0 {
        changes.delete(key);
    } else {
        changes.put(key, &StoredProvisionedTotal { executions: after })?;
    }
    let reserved = function.reserved_concurrent_executions;
    changes.reserve_concurrency(claim(reserved, before), claim(reserved, after));
    Ok(())
}

/// Removes what a version or an alias has that is deleted.
pub(crate) fn forget(
    context: &Context<'_>,
    (name, function): (&FunctionName, &StoredFunction),
    qualifier: &Qualifier,
    changes: &mut Changes,
) -> Result<(), Stop> {
    let qualifier = qualifier.to_string();
    let key = keys::belonging(name.as_str(), &function.incarnation, keys::PROVISIONED, &qualifier);
    if let Some(old) = context.read::<StoredProvisionedConcurrency>(&key)? {
        changes.delete(key);
        let total = total(context, name, function)?;
        exchange_total((name, function), (total, total.saturating_sub(old.executions)), changes)?;
    }
    Ok(())
}

/// Finds the version or alias that a request is about.
///
/// Without the function an alias is not found as an alias, and a version as a version (after LocalStack, not recorded).
fn find(context: &Context<'_>, reference: &FunctionReference) -> Result<Holder, Stop> {
    if context.find(reference.name.as_str())?.is_some() {
        return Holder::find(context, reference);
    }
    let arn = reference.arn(context.caller);
    Err(match &reference.qualifier {
        Some(Qualifier::Other(other)) if other.alias_name().is_some() => ServiceError::AliasNotFound { arn },
        _ => ServiceError::FunctionNotFound { arn },
    }
    .into())
}

impl StoredProvisionedConcurrency {
    fn answer(&self, now_ms: u64) -> ProvisionedConcurrency {
        let (status, reason) = match self.allocation.at(now_ms) {
            StoredAllocation::Ready => (ProvisionedConcurrencyStatus::Ready, None),
            StoredAllocation::InProgress { .. } => (ProvisionedConcurrencyStatus::InProgress, None),
            StoredAllocation::Failed { reason } => (ProvisionedConcurrencyStatus::Failed, Some(reason)),
        };
        let there = if status == ProvisionedConcurrencyStatus::Ready { self.executions } else { 0 };
        ProvisionedConcurrency {
            requested_provisioned_concurrent_executions: self.executions,
            available_provisioned_concurrent_executions: there,
            allocated_provisioned_concurrent_executions: there,
            status,
            status_reason: reason,
            last_modified: Timestamp(self.last_modified_ms).whole_seconds(),
        }
    }
}

impl Command for PutProvisionedConcurrencyConfig {
    type Answer = ProvisionedConcurrency;

    /// Refusals in this order (after LocalStack, not recorded): the version or alias, the reservation of the function, the
    /// executions of the account, an alias and its version that would both have some; last what the account has left, which
    /// the backend refuses. The answer always shows it in progress; the RevisionId stays \[chosen\].
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<ProvisionedConcurrency>, Stop> {
        let holder = find(context, &self.function)?;
        refuse_unpublished(context, &holder)?;
        let old = holder.setting::<StoredProvisionedConcurrency>(context)?;
        let total = total(context, &holder.name, &holder.function)?;
        let others = total.saturating_sub(old.as_ref().map_or(0, |old| old.executions));
        let executions = admit(self.provisioned_concurrent_executions, others, &holder.function, context)?;
        if others > 0 {
            refuse_twice(context, &holder)?;
        }
        let completes_at_ms = context.drawn.transitions.completes_at(context.drawn.now_ms);
        let new = StoredProvisionedConcurrency {
            executions,
            last_modified_ms: context.drawn.now_ms,
            allocation: StoredAllocation::InProgress { completes_at_ms },
        };
        let due = completes_at_ms.map(|at_ms| Due::Provisioned { name: holder.name.clone(), at_ms });
        let mut changes = Changes { due, ..Changes::default() };
        holder.exchange(context, old.as_ref(), Some(&new), &mut changes)?;
        let after = others.saturating_add(executions);
        exchange_total((&holder.name, &holder.function), (total, after), &mut changes)?;
        changes.without_concurrency = Some(ServiceError::TooFewUnreservedToProvision);
        let at_first = StoredProvisionedConcurrency {
            allocation: StoredAllocation::InProgress { completes_at_ms: None },
            ..new
        };
        Ok(Decision { changes, answer: at_first.answer(context.drawn.now_ms) })
    }
}

/// Refuses more executions than there can be beside `others` of the same function.
fn admit(
    asked: u64,
    others: u32,
    function: &StoredFunction,
    context: &Context<'_>,
) -> Result<u32, ServiceError> {
    let reserved = function.reserved_concurrent_executions;
    if reserved.is_some_and(|reserved| u64::from(reserved) < asked.saturating_add(others.into())) {
        return Err(ServiceError::ProvisionedAboveReserved);
    }
    let max = context.drawn.concurrent_executions_max;
    let executions = u32::try_from(asked).ok().filter(|executions| *executions <= max);
    executions.ok_or(ServiceError::ProvisionedAboveAccount { max })
}

impl Query for GetProvisionedConcurrencyConfig {
    type Answer = ProvisionedConcurrency;

    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<ProvisionedConcurrency, Stop> {
        let holder = find(context, &self.function)?;
        let found = holder.setting::<StoredProvisionedConcurrency>(context)?;
        Ok(found.ok_or(ServiceError::NoProvisionedConcurrency)?.answer(context.drawn.now_ms))
    }
}

impl Command for DeleteProvisionedConcurrencyConfig {
    type Answer = ();

    /// A version or alias that has none is no complaint (after LocalStack, not recorded).
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<()>, Stop> {
        let holder = find(context, &self.function)?;
        let mut changes = Changes::default();
        if let Some(old) = holder.setting::<StoredProvisionedConcurrency>(context)? {
            holder.exchange(context, Some(&old), None, &mut changes)?;
            let total = total(context, &holder.name, &holder.function)?;
            let after = total.saturating_sub(old.executions);
            exchange_total((&holder.name, &holder.function), (total, after), &mut changes)?;
        }
        Ok(Decision { changes, answer: () })
    }
}

impl Query for ListProvisionedConcurrencyConfigs {
    type Answer = ProvisionedConcurrencyPage;

    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<ProvisionedConcurrencyPage, Stop> {
        let name = &self.function_name;
        let function = context.require(name, context.caller.function_arn(name))?.value;
        let (configs, next_marker) = setting::list(
            context,
            (name, &function),
            (self.marker.as_deref(), self.max_items),
            |function_arn, stored: StoredProvisionedConcurrency| {
                let config = stored.answer(context.drawn.now_ms);
                Ok(ProvisionedConcurrencyItem { function_arn, config })
            },
        )?;
        Ok(ProvisionedConcurrencyPage { provisioned_concurrency_configs: configs, next_marker })
    }
}
