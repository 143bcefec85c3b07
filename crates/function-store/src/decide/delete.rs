//! DeleteFunction.

use funclet_validation::{DeleteFunction, DeletionTarget, FunctionName, Qualifier};

use crate::decide::concurrency::claim;
use crate::decide::context::Projected;
use crate::decide::sealed::Command;
use crate::decide::settle::Due;
use crate::decide::{Changes, Context, Decision, Stop, function_code_signing, provisioned_concurrency};
use crate::error::ServiceError;
use crate::event::{FunctionEvent, FunctionEventKind};
use crate::keys;
use crate::stored::{StoredFunction, StoredGone};

impl Command for DeleteFunction {
    type Answer = ();

    /// A function that does not exist is named without qualifier in the complaint, whatever was asked for (recorded from
    /// AWS).
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<()>, Stop> {
        let name = &self.function_name;
        let found = context.require(name, context.caller.function_arn(name))?;
        let changes = match self.target {
            DeletionTarget::Function => delete_function(self, context, found.value)?,
            DeletionTarget::Version(number) => delete_version(self, context, found, number)?,
            DeletionTarget::Nothing => Changes::default(),
        };
        Ok(Decision { changes, answer: () })
    }
}

/// Removes the head and gives the whole quota back at once; everything else goes in a sweep, so that the transaction stays
/// small whatever the function has.
fn delete_function(
    request: &DeleteFunction,
    context: &Context<'_>,
    function: StoredFunction,
) -> Result<Changes, Stop> {
    let name = &request.function_name;
    let mut changes = Changes::default();
    changes.delete(keys::function(name.as_str()));
    changes.free_code_bytes(function.code_bytes);
    let provisioned = provisioned_concurrency::total(context, name, &function)?;
    changes.reserve_concurrency(claim(function.reserved_concurrent_executions, provisioned), 0);
    function_code_signing::forget_user(context, name, &function, &mut changes)?;
    function.latest.blobs().for_each(|(digest, _)| changes.release(digest));
    if context.leaves_something(name, &function)? {
        let key = keys::gone(&function.incarnation);
        // Read because it is written.
        context.view.get(&key)?;
        changes.put(key, &StoredGone { name: name.to_string() })?;
        changes.due = Some(Due::Gone { incarnation: function.incarnation });
    }
    changes.event(FunctionEvent {
        kind: FunctionEventKind::FunctionDeleted,
        function_name: name.to_string(),
        version: None,
        old_revision: Some(function.latest.revision_id),
        new_revision: None,
    })?;
    Ok(changes)
}

/// Removes one version. A version that does not exist is no complaint (recorded from AWS).
fn delete_version(
    request: &DeleteFunction,
    context: &Context<'_>,
    found: Projected<StoredFunction>,
    number: u64,
) -> Result<Changes, Stop> {
    let name = &request.function_name;
    let mut changes = Changes::default();
    let Some(version) = context.find_version(name.as_str(), &found.value, number)? else {
        return Ok(changes);
    };
    refuse_if_referred_to(context, name, &found.value, number)?;
    context.remove_settings(name, &found.value, &Qualifier::Version(number), &mut changes)?;
    context.note_completion(&mut changes, (name, None), &found, found.value.latest.revision_id)?;
    let (mut function, version) = (found.value, version.value);
    changes.delete(keys::version(name.as_str(), &function.incarnation, number));
    let freed = version.code.quota_bytes();
    changes.free_code_bytes(freed);
    version.blobs().for_each(|(digest, _)| changes.release(digest));
    function.code_bytes -= freed;
    changes.put(keys::function(name.as_str()), &function)?;
    changes.event(FunctionEvent {
        kind: FunctionEventKind::VersionDeleted,
        function_name: name.to_string(),
        version: Some(number),
        old_revision: Some(version.revision_id),
        new_revision: None,
    })?;
    Ok(changes)
}

/// How many aliases a refusal names at most.
const ALIASES_NAMED: usize = 50;

/// Refuses to delete a version that aliases stand for.
fn refuse_if_referred_to(
    context: &Context<'_>,
    name: &FunctionName,
    function: &StoredFunction,
    number: u64,
) -> Result<(), Stop> {
    let prefix = keys::aliases_of(name.as_str(), &function.incarnation, &number.to_string());
    let page = context.view.scan(&prefix, None, ALIASES_NAMED)?;
    let aliases: Vec<_> =
        page.entries.iter().filter_map(|(key, _)| keys::last_part(key)).map(str::to_owned).collect();
    if aliases.is_empty() { Ok(()) } else { Err(ServiceError::VersionReferredTo { aliases }.into()) }
}
