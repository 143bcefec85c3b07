//! When versions get newer versions of their runtimes: GetRuntimeManagementConfig, PutRuntimeManagementConfig.

use funclet_validation::{
    FunctionReference, GetRuntimeManagementConfig, PutRuntimeManagementConfig, Qualifier, UpdateRuntimeOn,
};

use crate::answer::RuntimeManagementConfig;
use crate::decide::sealed::{Command, Query};
use crate::decide::setting::{Holder, Setting};
use crate::decide::{Changes, Context, Decision, Stop};
use crate::error::ServiceError;
use crate::event::ResourceKind;
use crate::keys;
use crate::stored::StoredRuntimeManagement;

impl Setting for StoredRuntimeManagement {
    const KIND_OF_KEY: &'static str = keys::RUNTIME_MANAGEMENT;
    const RESOURCE: ResourceKind = ResourceKind::RuntimeManagementConfig;
}

/// The version that a reference speaks of. An alias has nothing of the kind (documented), and is missed like a version
/// \[chosen\].
fn find(context: &Context<'_>, reference: &FunctionReference) -> Result<Holder, Stop> {
    if let Some(Qualifier::Other(_)) = &reference.qualifier {
        return Err(ServiceError::FunctionNotFound { arn: reference.arn(context.caller) }.into());
    }
    Ok(Holder::find(context, reference)?.or_latest())
}

impl Query for GetRuntimeManagementConfig {
    type Answer = RuntimeManagementConfig;

    /// `Auto` where nothing was set (documented).
    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<RuntimeManagementConfig, Stop> {
        let stored: Option<StoredRuntimeManagement> = find(context, &self.function)?.setting(context)?;
        let (update_runtime_on, runtime_version_arn) = match &stored {
            Some(stored) => stored.typed()?,
            None => (UpdateRuntimeOn::default(), None),
        };
        let function_arn = self.function.arn(context.caller);
        Ok(RuntimeManagementConfig { update_runtime_on, function_arn, runtime_version_arn })
    }
}

impl Command for PutRuntimeManagementConfig {
    type Answer = RuntimeManagementConfig;

    /// It is kept and shown, and changes nothing else: neither the RevisionId nor the version of the runtime that the
    /// function shows \[chosen\].
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<RuntimeManagementConfig>, Stop> {
        let holder = find(context, &self.function)?;
        let old: Option<StoredRuntimeManagement> = holder.setting(context)?;
        let new = StoredRuntimeManagement {
            update_runtime_on: self.update_runtime_on.to_string(),
            runtime_version_arn: self.runtime_version_arn.as_ref().map(ToString::to_string),
        };
        let mut changes = Changes::default();
        holder.exchange(context, old.as_ref(), Some(&new), &mut changes)?;
        let answer = RuntimeManagementConfig {
            update_runtime_on: self.update_runtime_on,
            function_arn: self.function.arn(context.caller),
            runtime_version_arn: self.runtime_version_arn.clone(),
        };
        Ok(Decision { changes, answer })
    }
}
