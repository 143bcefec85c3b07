//! UpdateFunctionConfiguration.

use funclet_validation::UpdateFunctionConfiguration;

use crate::answer::FunctionConfiguration;
use crate::decide::context::Projected;
use crate::decide::sealed::{Command, Query};
use crate::decide::update::{self, refusal_of};
use crate::decide::{Changes, Context, Decision, Stop};
use crate::error::ServiceError;
use crate::event::FunctionEventKind;
use crate::keys;
use crate::stored::{StoredFunction, StoredSettings, StoredVersion};

/// The checks of an UpdateFunctionConfiguration, to fail before somebody is asked about its network.
#[derive(Debug, Clone)]
pub struct CheckConfiguration(pub UpdateFunctionConfiguration);

impl Query for CheckConfiguration {
    type Answer = ();

    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<(), Stop> {
        admit(&self.0, context).map(drop)
    }
}

/// Refusals in this order \[chosen\]: existence, a version addressed, RevisionId, what the package type or the other
/// settings do not allow, layers, update in progress. Returns the settings after the change as well.
fn admit(
    request: &UpdateFunctionConfiguration,
    context: &Context<'_>,
) -> Result<(Projected<StoredFunction>, StoredSettings), Stop> {
    let found = update::find(context, &request.function, request.revision_id.as_deref())?;
    let settings = changed(request, &found.value.latest)?;
    update::check_idle(context, &request.function.name, &found.value)?;
    Ok((found, settings))
}

impl Command for UpdateFunctionConfiguration {
    type Answer = FunctionConfiguration;

    /// A change that changes nothing is an update like any other (recorded from AWS).
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<FunctionConfiguration>, Stop> {
        let name = &self.function.name;
        let (found, settings) = admit(self, context)?;
        let mut changes = Changes::default();
        let kind = FunctionEventKind::ConfigurationUpdated;
        let mut function = update::begin(context, name, found, kind, &mut changes)?;
        function.latest.settings = settings;
        function.published_as = None;
        let answer = update::latest(context, &self.function, &function)?;
        changes.put(keys::function(name.as_str()), &function)?;
        Ok(Decision { changes, answer })
    }
}

/// The settings after the change.
fn changed(request: &UpdateFunctionConfiguration, latest: &StoredVersion) -> Result<StoredSettings, Stop> {
    let layer = request.layers.as_ref().and_then(|layers| layers.first());
    request.settings.fit(latest.code.package_type(), layer.is_some()).map_err(refusal_of)?;
    let mut settings = latest.settings.typed()?;
    settings.apply(request.settings.clone()).map_err(refusal_of)?;
    match layer {
        // There are no layers yet, so whoever names one names one that does not exist.
        Some(arn) => Err(ServiceError::LayerNotFound { arn: arn.to_string() }.into()),
        None => Ok(latest.settings.configured(&settings)),
    }
}
