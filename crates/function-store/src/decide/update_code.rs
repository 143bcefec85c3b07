//! UpdateFunctionCode.

use funclet_storage::BlobDigest;
use funclet_validation::{Qualifier, Rejection, UpdateFunctionCode, Version};

use crate::answer::{FunctionConfiguration, Timestamp};
use crate::decide::context::Projected;
use crate::decide::publish::{check_revision, pending_version};
use crate::decide::sealed::{Command, Query};
use crate::decide::settle::Due;
use crate::decide::{Changes, Context, Decision, Fetched, NewCode, Stop};
use crate::error::ServiceError;
use crate::event::{FunctionEvent, FunctionEventKind};
use crate::keys;
use crate::stored::{StoredCode, StoredFunction, StoredTransition, TransitionKind};

/// A valid UpdateFunctionCode request with its code, fetched and inspected.
#[derive(Debug, Clone)]
pub struct UpdateCode<P> {
    /// The request; its own package is not looked at.
    pub request: UpdateFunctionCode<P>,
    /// What became of the code.
    pub fetched: Fetched,
}

/// The checks that come before the code is looked at, to fail before a long fetch.
#[derive(Debug, Clone)]
pub struct CheckUpdate<P>(pub UpdateFunctionCode<P>);

impl<P: Clone + Send + 'static> Query for CheckUpdate<P> {
    type Answer = ();

    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<(), Stop> {
        admit(&self.0, context).map(drop)
    }
}

/// Refusals in this order \[chosen\]: existence, a version addressed, RevisionId, package type, combination of sources,
/// update in progress.
fn admit<P: Clone>(
    request: &UpdateFunctionCode<P>,
    context: &Context<'_>,
) -> Result<Projected<StoredFunction>, Stop> {
    let reference = &request.function;
    let found = context.require(&reference.name, reference.arn(context.caller))?;
    if !matches!(reference.qualifier, None | Some(Qualifier::Latest)) {
        return Err(ServiceError::NotLatest.into());
    }
    let function = &found.value;
    check_revision(request.revision_id.as_deref(), &function.latest)?;
    match function.latest.code {
        StoredCode::Image { .. } if request.source.has_zip() => return Err(ServiceError::ZipForImage.into()),
        StoredCode::Zip { .. } if request.source.has_image() => return Err(ServiceError::ImageForZip.into()),
        _ => {}
    }
    request.source.clone().single().map_err(refusal_of)?;
    if function.is_busy() {
        let arn = context.caller.function_arn(&reference.name);
        return Err(ServiceError::UpdateInProgress { arn }.into());
    }
    Ok(found)
}

/// A rejection that is found out only here carries the text of an invalid parameter.
fn refusal_of(rejection: Rejection) -> ServiceError {
    ServiceError::InvalidParameterValue(rejection.to_string())
}

impl<P: Clone + Send + 'static> Command for UpdateCode<P> {
    type Answer = FunctionConfiguration;

    /// After the checks of [`CheckUpdate`]: the code itself, then the storage quota, which the backend refuses.
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<FunctionConfiguration>, Stop> {
        let found = admit(&self.request, context)?;
        let code = self.fetched.as_ref().map_err(Clone::clone)?;
        if self.request.dry_run {
            return self.dry_run(context, found.value, code);
        }
        self.update(context, found, code)
    }
}

impl<P> UpdateCode<P> {
    /// What the function would be, and nothing changes \[chosen\]: the new code with everything else as it is.
    fn dry_run(
        &self,
        context: &Context<'_>,
        mut function: StoredFunction,
        code: &NewCode,
    ) -> Result<Decision<FunctionConfiguration>, Stop> {
        self.take_code(&mut function, code);
        let answer = self.latest(context, &function)?;
        Ok(Decision { changes: Changes::default(), answer })
    }

    fn update(
        &self,
        context: &Context<'_>,
        found: Projected<StoredFunction>,
        code: &NewCode,
    ) -> Result<Decision<FunctionConfiguration>, Stop> {
        let name = &self.request.function.name;
        let drawn = context.drawn;
        let [revision, when_done, ..] = drawn.revisions;
        let mut changes = Changes::default();
        let old_revision = found.value.latest.revision_id;
        context.note_completion(&mut changes, (name, None), &found, old_revision)?;
        let mut function = found.value;
        self.exchange_code(&mut function, code, &mut changes);

        let latest = &mut function.latest;
        latest.revision_id = revision;
        latest.last_modified_ms = Timestamp(drawn.now_ms).whole_seconds().0;
        latest.status = latest.status.updating();
        latest.transition = Some(StoredTransition {
            kind: TransitionKind::Update,
            failure: None,
            completes_at_ms: drawn.transitions.completes_at(drawn.now_ms),
            revision_id: when_done,
        });
        changes.event(&FunctionEvent {
            kind: FunctionEventKind::CodeUpdated,
            function_name: name.to_string(),
            version: None,
            old_revision: Some(old_revision),
            new_revision: Some(revision),
        })?;
        changes.due = Due::of(name, context);
        let answer = if self.request.publish {
            self.publish(context, &mut function, &mut changes)?
        } else {
            function.published_as = None;
            self.latest(context, &function)?
        };
        changes.put(keys::function(name.as_str()), &function)?;
        Ok(Decision { changes, answer })
    }

    fn take_code(&self, function: &mut StoredFunction, code: &NewCode) {
        function.latest.code = StoredCode::from(code);
        if let Some(architecture) = self.request.architectures {
            function.latest.architecture = architecture.to_string();
        }
        if let Some(key) = &self.request.source_kms_key_arn {
            function.latest.settings.source_kms_key_arn = Some(key.to_string());
        }
    }

    /// Puts the new code in the place of the old one, with references and bytes.
    fn exchange_code(&self, function: &mut StoredFunction, code: &NewCode, changes: &mut Changes) {
        let uses = if self.request.publish { 2 } else { 1 };
        changes.use_code(code, uses);
        let freed = function.latest.code.quota_bytes();
        if let StoredCode::Zip { sha256, .. } = &function.latest.code {
            changes.release(BlobDigest::from_bytes(*sha256));
        }
        changes.free_code_bytes(freed);
        self.take_code(function, code);
        function.code_bytes = function.code_bytes - freed + function.latest.code.quota_bytes() * uses;
    }

    /// A new version comes of every update that asks for one, also of identical code (recorded from AWS).
    fn publish(
        &self,
        context: &Context<'_>,
        function: &mut StoredFunction,
        changes: &mut Changes,
    ) -> Result<FunctionConfiguration, Stop> {
        let name = &self.request.function.name;
        let number = function.next_version;
        let version = pending_version(context, (name, function), number, changes)?;
        function.next_version += 1;
        function.published_as = Some(number);
        let arn = context.caller.function_arn(name).qualified(Qualifier::Version(number));
        context.configuration(&version, arn, Version::Number(number))
    }

    fn latest(
        &self,
        context: &Context<'_>,
        function: &StoredFunction,
    ) -> Result<FunctionConfiguration, Stop> {
        let arn = self.request.function.arn(context.caller);
        context.configuration(&function.latest, arn, Version::Latest)
    }
}
