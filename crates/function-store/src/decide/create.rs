//! CreateFunction.

use funclet_validation::{Caller, CreateFunction, FunctionName, Version};

use crate::answer::FunctionConfiguration;
use crate::decide::sealed::{Command, Query};
use crate::decide::setting::Holder;
use crate::decide::settle::Due;
use crate::decide::{
    Changes, Context, Decision, Fetched, ForeignLayer, NewCode, Stop, function_code_signing, layers,
};
use crate::error::ServiceError;
use crate::event::{FunctionEvent, FunctionEventKind};
use crate::keys;
use crate::stored::{
    StoredCode, StoredFunction, StoredLayer, StoredSettings, StoredStatus, StoredTransition, StoredVersion,
    TransitionKind, pairs,
};

/// A valid CreateFunction request with its code, fetched and inspected.
#[derive(Debug, Clone)]
pub struct CreateFunctionWith<P> {
    /// The request; its own package is not looked at.
    pub request: CreateFunction<P>,
    /// What became of the code.
    pub fetched: Fetched,
    /// Its layers that belong to other accounts.
    pub foreign_layers: Vec<ForeignLayer>,
}

/// The checks that come before the code is looked at, to fail before a long fetch.
#[derive(Debug, Clone)]
pub struct CheckCreate<P>(pub CreateFunction<P>);

impl<P: Send + 'static> Query for CheckCreate<P> {
    type Answer = ();

    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<(), Stop> {
        admit(&self.0, context).map(drop)
    }
}

/// Refusals in this order \[chosen\]: name taken, code signing config, layers of the account. Answers the id of the code
/// signing config.
fn admit<P>(request: &CreateFunction<P>, context: &Context<'_>) -> Result<Option<String>, Stop> {
    let name = &request.function_name;
    if context.find(name.as_str())?.is_some() {
        return Err(ServiceError::FunctionExists { name: name.clone() }.into());
    }
    let config = request.code_signing_config_arn.as_ref();
    let config = config.map(|arn| function_code_signing::attachable(context, arn)).transpose()?;
    layers::check_own(context, &request.layers)?;
    Ok(config)
}

impl<P: Send + 'static> Command for CreateFunctionWith<P> {
    type Answer = FunctionConfiguration;

    /// After the checks of [`CheckCreate`]: layers of other accounts, the code itself, both together, then the storage quota,
    /// which the backend refuses.
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<FunctionConfiguration>, Stop> {
        let request = &self.request;
        let name = &request.function_name;
        let code_signing_config = admit(request, context)?;
        let layers = layers::find(context, &request.layers, &self.foreign_layers)?;
        let code = self.fetched.as_ref().map_err(Clone::clone)?;
        layers::check_room(&StoredCode::from(code), &layers)?;
        code.check_architecture(request.architecture)?;
        let mut changes = Changes::default();
        changes.keep_layers(&layers, &self.foreign_layers);
        let function = self.function(context, code, layers);
        changes.use_code(code, if request.publish { 2 } else { 1 });
        changes.keep_report(context, name, request.architecture, code)?;
        changes.put(keys::function(name.as_str()), &function)?;
        changes.event(created(name, &function))?;
        if let Some(id) = &code_signing_config {
            let holder = Holder { name: name.clone(), function: function.clone(), qualifier: None };
            function_code_signing::attach(context, &holder, Some(id), &mut changes)?;
        }
        let answer = match self.publish(context, &function, &mut changes)? {
            // The ARN is unqualified here, unlike in other answers that publish (recorded from AWS).
            Some(version) => {
                context.configuration(&version, unqualified(context.caller, name), Version::Number(1))?
            }
            None => {
                context.configuration(&function.latest, unqualified(context.caller, name), Version::Latest)?
            }
        };
        changes.due = Due::of(name, context);
        Ok(Decision { changes, answer })
    }
}

fn unqualified(caller: &Caller, name: &FunctionName) -> funclet_validation::FunctionArn {
    caller.function_arn(name)
}

fn created(name: &FunctionName, function: &StoredFunction) -> FunctionEvent {
    FunctionEvent {
        kind: FunctionEventKind::FunctionCreated,
        function_name: name.to_string(),
        version: None,
        old_revision: None,
        new_revision: Some(function.latest.revision_id),
    }
}

impl<P> CreateFunctionWith<P> {
    fn function(&self, context: &Context<'_>, code: &NewCode, layers: Vec<StoredLayer>) -> StoredFunction {
        let (request, drawn) = (&self.request, context.drawn);
        let [revision, when_active, ..] = drawn.revisions;
        let source_key = request.source_kms_key_arn.as_ref().map(ToString::to_string);
        let failure = code.failure();
        let code = StoredCode::from(code);
        let uses = if request.publish { 2 } else { 1 };
        StoredFunction {
            incarnation: drawn.incarnation,
            next_version: if request.publish { 2 } else { 1 },
            unsettled_from: 1,
            published_as: request.publish.then_some(1),
            code_bytes: code.quota_bytes() * uses,
            tags: pairs(&request.tags),
            reserved_concurrent_executions: None,
            latest: StoredVersion {
                revision_id: revision,
                last_modified_ms: drawn.now_ms,
                code,
                architecture: request.architecture.to_string(),
                settings: StoredSettings {
                    layers,
                    ..StoredSettings::new(&request.configuration, source_key)
                },
                status: StoredStatus::creating(),
                transition: Some(StoredTransition {
                    kind: TransitionKind::Create,
                    failure,
                    completes_at_ms: drawn.transitions.completes_at(drawn.now_ms),
                    revision_id: when_active,
                }),
            },
        }
    }

    /// Version 1, if the request asks for it.
    fn publish(
        &self,
        context: &Context<'_>,
        function: &StoredFunction,
        changes: &mut Changes,
    ) -> Result<Option<StoredVersion>, Stop> {
        if !self.request.publish {
            return Ok(None);
        }
        super::publish::pending_version(context, (&self.request.function_name, function), 1, changes)
            .map(Some)
    }
}

impl From<&NewCode> for StoredCode {
    fn from(code: &NewCode) -> Self {
        match code {
            NewCode::Zip { digest, size, unzipped_size, entry_count, .. } => Self::Zip {
                sha256: *digest.as_bytes(),
                size: *size,
                unzipped_size: *unzipped_size,
                entry_count: *entry_count,
            },
            NewCode::Image { digest, image_uri, resolved_image_uri } => Self::Image {
                digest: *digest,
                image_uri: image_uri.clone(),
                resolved_image_uri: resolved_image_uri.clone(),
            },
        }
    }
}
