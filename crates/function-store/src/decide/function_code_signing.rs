//! The code signing config of a function: GetFunctionCodeSigningConfig, PutFunctionCodeSigningConfig,
//! DeleteFunctionCodeSigningConfig.
//!
//! Signatures of code are not verified. Possible while an update is in progress; the RevisionId stays \[both chosen\].

use funclet_validation::{
    CodeSigningConfigArn, DeleteFunctionCodeSigningConfig, FunctionName, GetFunctionCodeSigningConfig,
    PutFunctionCodeSigningConfig,
};

use crate::answer::FunctionCodeSigning;
use crate::decide::sealed::{Command, Query};
use crate::decide::setting::{Holder, Setting};
use crate::decide::{Changes, Context, Decision, Stop, code_signing};
use crate::error::ServiceError;
use crate::event::ResourceKind;
use crate::keys;
use crate::stored::{StoredCodeSigningUser, StoredFunction, StoredFunctionCodeSigning};

impl Setting for StoredFunctionCodeSigning {
    const KIND_OF_KEY: &'static str = keys::FUNCTION_CODE_SIGNING;
    const RESOURCE: ResourceKind = ResourceKind::FunctionCodeSigningConfig;
}

/// Finds the code signing config that a function is to have, and tells its id.
pub(crate) fn attachable(context: &Context<'_>, arn: &CodeSigningConfigArn) -> Result<String, Stop> {
    let not_found = || ServiceError::CodeSigningConfigNotFound { arn: arn.to_string() };
    Ok(code_signing::find(context, arn)?.ok_or_else(not_found)?.id)
}

/// Gives a function another code signing config, or none.
pub(crate) fn attach(
    context: &Context<'_>,
    holder: &Holder,
    id: Option<&str>,
    changes: &mut Changes,
) -> Result<(), Stop> {
    let old = holder.setting::<StoredFunctionCodeSigning>(context)?;
    let old_id = old.as_ref().map(|old| old.code_signing_config_id.as_str());
    if old_id != id {
        if let Some(old_id) = old_id {
            changes.delete(user(context, old_id, &holder.name)?);
        }
        if let Some(id) = id {
            changes.put(user(context, id, &holder.name)?, &StoredCodeSigningUser {})?;
        }
    }
    let new = id.map(|id| StoredFunctionCodeSigning { code_signing_config_id: id.to_owned() });
    holder.exchange(context, old.as_ref(), new.as_ref(), changes)
}

/// Lets a code signing config know no more of a function that is deleted. What the function itself has goes in the sweep.
pub(crate) fn forget_user(
    context: &Context<'_>,
    name: &FunctionName,
    function: &StoredFunction,
    changes: &mut Changes,
) -> Result<(), Stop> {
    let key = keys::belonging(name.as_str(), &function.incarnation, keys::FUNCTION_CODE_SIGNING, "");
    if let Some(StoredFunctionCodeSigning { code_signing_config_id }) = context.read(&key)? {
        changes.delete(user(context, &code_signing_config_id, name)?);
    }
    Ok(())
}

/// The key that says that a function has a code signing config, read because it is written.
fn user(context: &Context<'_>, id: &str, name: &FunctionName) -> Result<Vec<u8>, Stop> {
    let key = keys::code_signing_user(id, name.as_str());
    context.view.get(&key)?;
    Ok(key)
}

impl Query for GetFunctionCodeSigningConfig {
    type Answer = FunctionCodeSigning;

    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<FunctionCodeSigning, Stop> {
        let holder = Holder::of_function(context, &self.function_name)?;
        let found = holder.setting::<StoredFunctionCodeSigning>(context)?;
        let arn = found.map(|found| code_signing::arn(context.caller, &found.code_signing_config_id));
        Ok(FunctionCodeSigning { function_name: holder.name, code_signing_config_arn: arn.transpose()? })
    }
}

impl Command for PutFunctionCodeSigningConfig {
    type Answer = FunctionCodeSigning;

    /// The code signing config is looked for before the function (recorded from AWS).
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<FunctionCodeSigning>, Stop> {
        let id = attachable(context, &self.code_signing_config_arn)?;
        let holder = Holder::of_function(context, &self.function_name)?;
        let mut changes = Changes::default();
        attach(context, &holder, Some(&id), &mut changes)?;
        let answer = FunctionCodeSigning {
            function_name: holder.name,
            code_signing_config_arn: Some(self.code_signing_config_arn.clone()),
        };
        Ok(Decision { changes, answer })
    }
}

impl Command for DeleteFunctionCodeSigningConfig {
    type Answer = ();

    /// A function that has none is no complaint (recorded from AWS).
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<()>, Stop> {
        let holder = Holder::of_function(context, &self.function_name)?;
        let mut changes = Changes::default();
        attach(context, &holder, None, &mut changes)?;
        Ok(Decision { changes, answer: () })
    }
}
