//! Reserved concurrency: PutFunctionConcurrency, GetFunctionConcurrency, DeleteFunctionConcurrency.

use funclet_validation::{
    DeleteFunctionConcurrency, FunctionArn, FunctionName, GetFunctionConcurrency, PutFunctionConcurrency,
    Qualifier,
};

use crate::answer::FunctionConcurrency;
use crate::decide::sealed::{Command, Query};
use crate::decide::{Changes, Context, Decision, Stop, provisioned_concurrency};
use crate::error::ServiceError;
use crate::event::{ResourceChange, ResourceEvent, ResourceKind};
use crate::keys;

/// How many executions of an account always stay with the functions that have reserved none (recorded from AWS).
pub(crate) const UNRESERVED_MIN: u32 = 100;

/// How many executions all functions of an account can reserve together.
pub(crate) fn reservable(concurrent_executions_max: u32) -> u32 {
    concurrent_executions_max.saturating_sub(UNRESERVED_MIN)
}

/// What a function takes of the executions of its account: what is reserved for it, of which what is provisioned is a part, or
/// else what is provisioned (documented).
pub(crate) fn claim(reserved: Option<u32>, provisioned: u32) -> u32 {
    reserved.unwrap_or(provisioned)
}

impl Command for PutFunctionConcurrency {
    type Answer = FunctionConcurrency;

    /// A function that does not exist is named with `$LATEST` in the complaint (recorded from AWS).
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<FunctionConcurrency>, Stop> {
        let arn = context.caller.function_arn(&self.function_name).qualified(Qualifier::Latest);
        let executions = u32::try_from(self.reserved_concurrent_executions);
        exchange(context, &self.function_name, arn, || {
            executions.map(Some).map_err(|_| ServiceError::TooFewUnreserved)
        })
    }
}

impl Command for DeleteFunctionConcurrency {
    type Answer = ();

    /// A function that has reserved nothing is no complaint \[chosen\].
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<()>, Stop> {
        let arn = context.caller.function_arn(&self.function_name);
        let Decision { changes, .. } = exchange(context, &self.function_name, arn, || Ok(None))?;
        Ok(Decision { changes, answer: () })
    }
}

/// Gives a function another reservation, or none; `arn` is what the complaint names if there is no such function.
///
/// Possible while an update is in progress. The RevisionId stays \[both chosen\].
fn exchange(
    context: &Context<'_>,
    name: &FunctionName,
    arn: FunctionArn,
    executions: impl FnOnce() -> Result<Option<u32>, ServiceError>,
) -> Result<Decision<FunctionConcurrency>, Stop> {
    let found = context.require(name, arn)?;
    let mut changes = Changes::default();
    let old = found.value.reserved_concurrent_executions;
    let new = executions()?;
    let provisioned = provisioned_concurrency::total(context, name, &found.value)?;
    if let Some(reserved) = new.filter(|reserved| *reserved < provisioned) {
        return Err(ServiceError::ReservedBelowProvisioned { reserved, provisioned }.into());
    }
    let answer = FunctionConcurrency { reserved_concurrent_executions: new };
    let change = match (old, new) {
        (None, None) => return Ok(Decision { changes, answer }),
        (None, Some(_)) => ResourceChange::Created,
        (Some(_), Some(_)) => ResourceChange::Updated,
        (Some(_), None) => ResourceChange::Deleted,
    };
    context.note_completion(&mut changes, (name, None), &found, found.value.latest.revision_id)?;
    let mut function = found.value;
    function.reserved_concurrent_executions = new;
    changes.reserve_concurrency(claim(old, provisioned), claim(new, provisioned));
    changes.put(keys::function(name.as_str()), &function)?;
    changes.event(ResourceEvent {
        resource: ResourceKind::FunctionConcurrency,
        change,
        arn: context.caller.function_arn(name).to_string(),
        old_revision: None,
        new_revision: None,
    })?;
    Ok(Decision { changes, answer })
}

impl Query for GetFunctionConcurrency {
    type Answer = FunctionConcurrency;

    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<FunctionConcurrency, Stop> {
        let name = &self.function_name;
        let function = context.require(name, context.caller.function_arn(name))?.value;
        let reserved_concurrent_executions = function.reserved_concurrent_executions;
        Ok(FunctionConcurrency { reserved_concurrent_executions })
    }
}
