//! How many environments versions have on instances of their owner's: GetFunctionScalingConfig, PutFunctionScalingConfig.
//!
//! Nothing runs here, so what is asked for counts at once, for functions with a capacity provider and without \[chosen\].

use funclet_validation::{
    FunctionReference, FunctionScaling, GetFunctionScalingConfig, PutFunctionScalingConfig, Qualifier,
};

use crate::answer::{FunctionScalingAccepted, FunctionScalingAnswer, State};
use crate::decide::sealed::{Command, Query};
use crate::decide::setting::{Holder, Setting};
use crate::decide::{Changes, Context, Decision, Stop};
use crate::error::ServiceError;
use crate::event::ResourceKind;
use crate::keys;
use crate::stored::StoredFunctionScaling;

impl Setting for StoredFunctionScaling {
    const KIND_OF_KEY: &'static str = keys::FUNCTION_SCALING;
    const RESOURCE: ResourceKind = ResourceKind::FunctionScalingConfig;
}

/// The version that a reference speaks of, with its state. Another qualifier, of which the service documents
/// `$LATEST.PUBLISHED` alone, is there with every function and has the state of `$LATEST` \[chosen\]; a number that no version can
/// have is not there.
fn find(context: &Context<'_>, reference: &FunctionReference) -> Result<(Holder, State), Stop> {
    let missing = || ServiceError::FunctionNotFound { arn: reference.arn(context.caller) };
    let holder = Holder::perhaps(context, reference)?.ok_or_else(missing)?;
    let state = match &reference.qualifier {
        Some(Qualifier::Version(number)) => {
            let found = context.find_version(reference.name.as_str(), &holder.function, *number)?;
            found.ok_or_else(missing)?.value.status.state
        }
        Some(Qualifier::Other(other)) if other.is_numeric() => return Err(missing().into()),
        _ => holder.function.latest.status.state,
    };
    Ok((holder, state))
}

impl Query for GetFunctionScalingConfig {
    type Answer = FunctionScalingAnswer;

    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<FunctionScalingAnswer, Stop> {
        let (holder, _) = find(context, &self.function)?;
        let stored: Option<StoredFunctionScaling> = holder.setting(context)?;
        let scaling = stored.map(|stored| FunctionScaling {
            min_execution_environments: stored.min_execution_environments,
            max_execution_environments: stored.max_execution_environments,
        });
        Ok(FunctionScalingAnswer { function_arn: holder.arn(context), scaling })
    }
}

impl Command for PutFunctionScalingConfig {
    type Answer = FunctionScalingAccepted;

    /// It replaces what was there; without a configuration there is none any more \[chosen\].
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<FunctionScalingAccepted>, Stop> {
        let (holder, function_state) = find(context, &self.function)?;
        let old: Option<StoredFunctionScaling> = holder.setting(context)?;
        let new = self.scaling.map(|scaling| StoredFunctionScaling {
            min_execution_environments: scaling.min_execution_environments,
            max_execution_environments: scaling.max_execution_environments,
        });
        let mut changes = Changes::default();
        holder.exchange(context, old.as_ref(), new.as_ref(), &mut changes)?;
        Ok(Decision { changes, answer: FunctionScalingAccepted { function_state } })
    }
}
