//! What updates of code and of configuration have in common; publications find their function and are refused as they are.

use funclet_validation::{FunctionName, FunctionReference, Qualifier, Rejection, RevisionId, Version};

use crate::answer::{FunctionConfiguration, Timestamp};
use crate::decide::context::Projected;
use crate::decide::settle::Due;
use crate::decide::{Changes, Context, Stop};
use crate::error::ServiceError;
use crate::event::{FunctionEvent, FunctionEventKind};
use crate::stored::{StoredFunction, StoredTransition, TransitionKind};

/// Finds the function of an update or a publication. Refusals in this order \[chosen\]: existence, a version addressed, RevisionId.
pub(crate) fn find(
    context: &Context<'_>,
    reference: &FunctionReference,
    revision_id: Option<&str>,
) -> Result<Projected<StoredFunction>, Stop> {
    let found = context.require(&reference.name, reference.arn(context.caller))?;
    if !matches!(reference.qualifier, None | Some(Qualifier::Latest)) {
        return Err(ServiceError::NotLatest.into());
    }
    check_revision(revision_id, found.value.latest.revision_id)?;
    Ok(found)
}

/// Compares a RevisionId, which is free text in requests, with the current one.
pub(crate) fn check_revision(sent: Option<&str>, current: [u8; 16]) -> Result<(), ServiceError> {
    if is_current(sent, current) { Ok(()) } else { Err(ServiceError::RevisionMismatch) }
}

/// Whether a RevisionId, if one was sent, is the current one.
pub(crate) fn is_current(sent: Option<&str>, current: [u8; 16]) -> bool {
    sent.is_none_or(|sent| sent == RevisionId::from_bytes(current).to_string())
}

/// Refuses what cannot be done while a creation or update is not finished.
pub(crate) fn check_idle(
    context: &Context<'_>,
    name: &FunctionName,
    function: &StoredFunction,
) -> Result<(), ServiceError> {
    if function.is_busy() {
        let arn = context.caller.function_arn(name);
        return Err(ServiceError::UpdateInProgress { arn });
    }
    Ok(())
}

/// A rejection that is found out only here carries the text of an invalid parameter.
pub(crate) fn refusal_of(rejection: Rejection) -> ServiceError {
    match rejection {
        Rejection::LatestWithRouting => ServiceError::LatestWithRouting,
        other => ServiceError::InvalidParameterValue(other.to_string()),
    }
}

/// Begins the update of `$LATEST` that `kind` tells: a new revision now, another one when it is finished.
///
/// The caller makes the change itself, and says what `$LATEST` is published as after it. It will fail if the code that is there
/// cannot be extracted; whoever exchanges the code says what becomes of the new one.
pub(crate) fn begin(
    context: &Context<'_>,
    name: &FunctionName,
    found: Projected<StoredFunction>,
    kind: FunctionEventKind,
    changes: &mut Changes,
) -> Result<StoredFunction, Stop> {
    let drawn = context.drawn;
    let [revision, when_done, ..] = drawn.revisions;
    let old_revision = found.value.latest.revision_id;
    context.note_completion(changes, (name, None), &found, old_revision)?;
    let mut function = found.value;
    let latest = &mut function.latest;
    latest.revision_id = revision;
    latest.last_modified_ms = Timestamp(drawn.now_ms).whole_seconds().0;
    let failure = latest.status.code_failure().cloned();
    latest.status = latest.status.updating();
    latest.transition = Some(StoredTransition {
        kind: TransitionKind::Update,
        failure,
        completes_at_ms: drawn.transitions.completes_at(drawn.now_ms),
        revision_id: when_done,
    });
    changes.event(FunctionEvent {
        kind,
        function_name: name.to_string(),
        version: None,
        old_revision: Some(old_revision),
        new_revision: Some(revision),
    })?;
    changes.due = Due::of(name, context);
    Ok(function)
}

/// Answers with `$LATEST`, under the ARN that it was addressed by.
pub(crate) fn latest(
    context: &Context<'_>,
    reference: &FunctionReference,
    function: &StoredFunction,
) -> Result<FunctionConfiguration, Stop> {
    context.configuration(&function.latest, reference.arn(context.caller), Version::Latest)
}
