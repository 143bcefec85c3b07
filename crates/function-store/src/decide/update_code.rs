//! UpdateFunctionCode.

use funclet_validation::{Architecture, PackageType, Qualifier, UpdateFunctionCode, Version};

use crate::answer::FunctionConfiguration;
use crate::decide::context::Projected;
use crate::decide::layers::check_room_left;
use crate::decide::publish::pending_version;
use crate::decide::sealed::{Command, Query};
use crate::decide::update::{self, refusal_of};
use crate::decide::{Changes, Context, Decision, Fetched, NewCode, Stop};
use crate::error::ServiceError;
use crate::event::FunctionEventKind;
use crate::keys;
use crate::stored::{StoredCode, StoredFunction, StoredVersion, parse};

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

/// What a function says of the code that it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeUser {
    /// Its architecture, once it is updated.
    pub architecture: Architecture,
    /// Its runtime.
    pub runtime: Option<String>,
    /// Its handler.
    pub handler: Option<String>,
}

impl<P: Clone + Send + 'static> Query for CheckUpdate<P> {
    type Answer = CodeUser;

    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<CodeUser, Stop> {
        let function = admit(&self.0, context)?.value.latest;
        Ok(CodeUser {
            architecture: architecture(&self.0, &function)?,
            runtime: function.settings.runtime,
            handler: function.settings.handler,
        })
    }
}

/// The architecture of a function once it is updated.
fn architecture<P>(request: &UpdateFunctionCode<P>, latest: &StoredVersion) -> Result<Architecture, Stop> {
    Ok(match request.architectures {
        Some(architecture) => architecture,
        None => parse(&latest.architecture)?,
    })
}

/// Refusals in this order \[chosen\]: existence, a version addressed, RevisionId, package type, combination of sources,
/// update in progress.
fn admit<P: Clone>(
    request: &UpdateFunctionCode<P>,
    context: &Context<'_>,
) -> Result<Projected<StoredFunction>, Stop> {
    let found = update::find(context, &request.function, request.revision_id.as_deref())?;
    match found.value.latest.code.package_type() {
        PackageType::Image if request.source.has_zip() => return Err(ServiceError::ZipForImage.into()),
        PackageType::Zip if request.source.has_image() => return Err(ServiceError::ImageForZip.into()),
        _ => {}
    }
    request.source.clone().single().map_err(refusal_of)?;
    update::check_idle(context, &request.function.name, &found.value)?;
    Ok(found)
}

impl<P: Clone + Send + 'static> Command for UpdateCode<P> {
    type Answer = FunctionConfiguration;

    /// After the checks of [`CheckUpdate`]: the code itself, then the storage quota, which the backend refuses.
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<FunctionConfiguration>, Stop> {
        let found = admit(&self.request, context)?;
        let code = self.fetched.as_ref().map_err(Clone::clone)?;
        check_room_left(&StoredCode::from(code), found.value.latest.settings.unzipped_layers())?;
        let architecture = architecture(&self.request, &found.value.latest)?;
        code.check_architecture(architecture)?;
        if self.request.dry_run {
            return self.dry_run(context, found.value, code);
        }
        self.update(context, found, code, architecture)
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
        let answer = update::latest(context, &self.request.function, &function)?;
        Ok(Decision { changes: Changes::default(), answer })
    }

    fn update(
        &self,
        context: &Context<'_>,
        found: Projected<StoredFunction>,
        code: &NewCode,
        architecture: Architecture,
    ) -> Result<Decision<FunctionConfiguration>, Stop> {
        let name = &self.request.function.name;
        let mut changes = Changes::default();
        let kind = FunctionEventKind::CodeUpdated;
        let mut function = update::begin(context, name, found, kind, &mut changes)?;
        self.exchange_code(&mut function, code, &mut changes);
        changes.keep_report(context, name, architecture, code)?;
        if let Some(transition) = &mut function.latest.transition {
            transition.failure = code.failure();
        }
        let answer = if self.request.publish {
            self.publish(context, &mut function, &mut changes)?
        } else {
            function.published_as = None;
            update::latest(context, &self.request.function, &function)?
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
        if let Some((digest, _)) = function.latest.code.blob() {
            changes.release(digest);
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
}
