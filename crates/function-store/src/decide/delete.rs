//! DeleteFunction.

use funclet_storage::BlobDigest;
use funclet_validation::{DeleteFunction, DeletionTarget};

use crate::decide::context::Projected;
use crate::decide::sealed::Command;
use crate::decide::settle::Due;
use crate::decide::{Changes, Context, Decision, Stop};
use crate::event::{FunctionEvent, FunctionEventKind};
use crate::keys;
use crate::stored::{StoredCode, StoredFunction, StoredGone};

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

/// Removes the head and gives the whole quota back at once; versions go in a sweep, so that the transaction stays small
/// whatever the function has.
fn delete_function(
    request: &DeleteFunction,
    context: &Context<'_>,
    function: StoredFunction,
) -> Result<Changes, Stop> {
    let name = &request.function_name;
    let mut changes = Changes::default();
    changes.delete(keys::function(name.as_str()));
    changes.free_code_bytes(function.code_bytes);
    if let StoredCode::Zip { sha256, .. } = function.latest.code {
        changes.release(BlobDigest::from_bytes(sha256));
    }
    if function.next_version > 1 {
        let key = keys::gone(&function.incarnation);
        // Read because it is written.
        context.view.get(&key)?;
        changes.put(key, &StoredGone { name: name.to_string() })?;
        changes.due = Some(Due::Gone { incarnation: function.incarnation });
    }
    changes.event(&FunctionEvent {
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
    context.note_completion(&mut changes, (name, None), &found, found.value.latest.revision_id)?;
    let (mut function, version) = (found.value, version.value);
    changes.delete(keys::version(name.as_str(), &function.incarnation, number));
    let freed = version.code.quota_bytes();
    changes.free_code_bytes(freed);
    if let StoredCode::Zip { sha256, .. } = version.code {
        changes.release(BlobDigest::from_bytes(sha256));
    }
    function.code_bytes -= freed;
    changes.put(keys::function(name.as_str()), &function)?;
    changes.event(&FunctionEvent {
        kind: FunctionEventKind::VersionDeleted,
        function_name: name.to_string(),
        version: Some(number),
        old_revision: Some(version.revision_id),
        new_revision: None,
    })?;
    Ok(changes)
}
