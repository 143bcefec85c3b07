//! PublishVersion, and the versions that creations and updates publish.

use funclet_validation::{FunctionName, PublishVersion, Qualifier, SnapStartApplyOn, Version};

use crate::answer::FunctionConfiguration;
use crate::decide::context::Projected;
use crate::decide::sealed::Command;
use crate::decide::settle::Due;
use crate::decide::{Changes, Context, Decision, Stop, update};
use crate::error::ServiceError;
use crate::event::{FunctionEvent, FunctionEventKind};
use crate::keys;
use crate::stored::{
    StoredFunction, StoredReason, StoredStatus, StoredTransition, StoredVersion, TransitionKind,
};

impl Command for PublishVersion {
    type Answer = FunctionConfiguration;

    /// Refusals in this order \[chosen\]: existence, a version addressed, RevisionId, update in progress, digest of the
    /// code.
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<FunctionConfiguration>, Stop> {
        let name = &self.function.name;
        let found = update::find(context, &self.function, self.revision_id.as_deref())?;
        update::check_idle(context, name, &found.value)?;
        check_code(self, &update::latest(context, &self.function, &found.value)?)?;
        if let Some((number, version)) = unchanged(context, name, &found.value)? {
            let answer = numbered(context, name, &version, number)?;
            return Ok(Decision { changes: Changes::default(), answer });
        }
        publish(self, context, found)
    }
}

/// The version that `$LATEST` was published as, if nothing was changed since and it was not deleted.
fn unchanged(
    context: &Context<'_>,
    name: &FunctionName,
    function: &StoredFunction,
) -> Result<Option<(u64, StoredVersion)>, Stop> {
    let Some(number) = function.published_as else { return Ok(None) };
    let found = context.find_version(name.as_str(), function, number)?;
    Ok(found.map(|found| (number, found.value)))
}

fn numbered(
    context: &Context<'_>,
    name: &FunctionName,
    version: &StoredVersion,
    number: u64,
) -> Result<FunctionConfiguration, Stop> {
    let arn = context.caller.function_arn(name).qualified(Qualifier::Version(number));
    context.configuration(version, arn, Version::Number(number))
}

/// Looks at the digest that the caller expects; the service does not check its form (recorded from AWS).
fn check_code(request: &PublishVersion, latest: &FunctionConfiguration) -> Result<(), ServiceError> {
    let current = latest.code_sha256.to_string();
    match &request.code_sha256 {
        Some(sent) if *sent != current => Err(ServiceError::CodeShaMismatch { sent: sent.clone(), current }),
        _ => Ok(()),
    }
}

/// Publishes `$LATEST` as the next version. Both get new revisions.
fn publish(
    request: &PublishVersion,
    context: &Context<'_>,
    found: Projected<StoredFunction>,
) -> Result<Decision<FunctionConfiguration>, Stop> {
    let name = &request.function.name;
    let mut changes = Changes::default();
    let old_revision = found.value.latest.revision_id;
    context.note_completion(&mut changes, (name, None), &found, old_revision)?;
    let mut function = found.value;
    let number = function.next_version;
    let [latest_revision, revision, when_active, _] = context.drawn.revisions;
    let mut version = function.latest.clone();
    version.revision_id = revision;
    if let Some(description) = &request.description {
        version.settings.description.clone_from(description);
    }
    let failure = version.status.failure().cloned();
    if failure.is_some() || takes_snapshots(&version) {
        // A snapshot is taken before the version can be used, and what has failed as `$LATEST` fails as a version.
        begin_creation(&mut version, context, when_active, failure);
        changes.due = Due::of(name, context);
    } else if function.unsettled_from == number {
        function.unsettled_from = number + 1;
    }
    add_version(context, (name, &function), (number, &version), &mut changes)?;
    if let Some((digest, size)) = version.code.blob() {
        changes.hold(digest, size);
    }
    function.next_version += 1;
    function.published_as = Some(number);
    function.code_bytes += version.code.quota_bytes();
    function.latest.revision_id = latest_revision;
    changes.event(FunctionEvent {
        kind: FunctionEventKind::RevisionRenewed,
        function_name: name.to_string(),
        version: None,
        old_revision: Some(old_revision),
        new_revision: Some(latest_revision),
    })?;
    changes.put(keys::function(name.as_str()), &function)?;
    Ok(Decision { changes, answer: numbered(context, name, &version, number)? })
}

fn takes_snapshots(version: &StoredVersion) -> bool {
    version.settings.snap_start == SnapStartApplyOn::PublishedVersions.as_str()
}

/// Lets a version begin as one that is being created, and that will fail for a reason if there is one.
fn begin_creation(
    version: &mut StoredVersion,
    context: &Context<'_>,
    when_active: [u8; 16],
    failure: Option<StoredReason>,
) {
    version.status = StoredStatus::creating();
    version.transition = Some(StoredTransition {
        kind: TransitionKind::Create,
        failure,
        completes_at_ms: context.drawn.transitions.completes_at(context.drawn.now_ms),
        revision_id: when_active,
    });
}

/// The version that a creation or update publishes: pending, with a transition of its own.
///
/// The code's reference and its bytes are counted by the caller.
pub(crate) fn pending_version(
    context: &Context<'_>,
    (name, function): (&FunctionName, &StoredFunction),
    number: u64,
    changes: &mut Changes,
) -> Result<StoredVersion, Stop> {
    let [.., revision, when_active] = context.drawn.revisions;
    let mut version = StoredVersion { revision_id: revision, ..function.latest.clone() };
    // Code that cannot be extracted fails here as well.
    let failure = version.transition.take().and_then(|transition| transition.failure);
    begin_creation(&mut version, context, when_active, failure);
    add_version(context, (name, function), (number, &version), changes)?;
    Ok(version)
}

/// Writes a version under a number that was never used, and holds its layers. The code's reference is counted by the caller.
fn add_version(
    context: &Context<'_>,
    (name, function): (&FunctionName, &StoredFunction),
    (number, version): (u64, &StoredVersion),
    changes: &mut Changes,
) -> Result<(), Stop> {
    let key = keys::version(name.as_str(), &function.incarnation, number);
    // Read because it is written; a number that is taken would be a broken promise of ours.
    let taken = context.view.get(&key)?.is_some();
    assert!(!taken, "version {number} of {name} was published before");
    version.settings.layers.iter().for_each(|layer| changes.keep(layer.blob()));
    changes.put(key, version)?;
    changes.event(FunctionEvent {
        kind: FunctionEventKind::VersionPublished,
        function_name: name.to_string(),
        version: Some(number),
        old_revision: None,
        new_revision: Some(version.revision_id),
    })
}
