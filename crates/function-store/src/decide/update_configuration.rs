//! UpdateFunctionConfiguration.

use funclet_validation::{FunctionSettings, UpdateFunctionConfiguration};

use crate::answer::FunctionConfiguration;
use crate::decide::context::Projected;
use crate::decide::sealed::{Command, Query};
use crate::decide::update::{self, refusal_of};
use crate::decide::{Changes, Context, Decision, ForeignLayer, Stop, layers};
use crate::event::FunctionEventKind;
use crate::keys;
use crate::stored::{StoredFunction, StoredLayer, StoredVersion};

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

/// A valid UpdateFunctionConfiguration request with what it refers to elsewhere.
#[derive(Debug, Clone)]
pub struct UpdateConfiguration {
    /// The request.
    pub request: UpdateFunctionConfiguration,
    /// Its layers that belong to other accounts.
    pub foreign_layers: Vec<ForeignLayer>,
}

impl From<UpdateFunctionConfiguration> for UpdateConfiguration {
    fn from(request: UpdateFunctionConfiguration) -> Self {
        Self { request, foreign_layers: Vec::new() }
    }
}

/// Refusals in this order \[chosen\]: existence, a version addressed, RevisionId, what the package type or the other
/// settings do not allow, layers of the account, update in progress. Returns the settings after the change as well.
fn admit(
    request: &UpdateFunctionConfiguration,
    context: &Context<'_>,
) -> Result<(Projected<StoredFunction>, FunctionSettings), Stop> {
    let found = update::find(context, &request.function, request.revision_id.as_deref())?;
    let settings = changed(request, &found.value.latest)?;
    layers::check_own(context, request.layers.as_deref().unwrap_or_default())?;
    update::check_idle(context, &request.function.name, &found.value)?;
    Ok((found, settings))
}

impl Command for UpdateConfiguration {
    type Answer = FunctionConfiguration;

    /// A change that changes nothing is an update like any other (recorded from AWS).
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<FunctionConfiguration>, Stop> {
        let reference = &self.request.function;
        let (found, settings) = admit(&self.request, context)?;
        let mut changes = Changes::default();
        let layers = self.exchange_layers(context, &found.value.latest, &mut changes)?;
        let kind = FunctionEventKind::ConfigurationUpdated;
        let mut function = update::begin(context, &reference.name, found, kind, &mut changes)?;
        function.latest.settings = function.latest.settings.configured(&settings, layers);
        function.published_as = None;
        let answer = update::latest(context, reference, &function)?;
        changes.put(keys::function(reference.name.as_str()), &function)?;
        Ok(Decision { changes, answer })
    }
}

impl UpdateConfiguration {
    /// The layers after the change, held in the place of those before it.
    fn exchange_layers(
        &self,
        context: &Context<'_>,
        latest: &StoredVersion,
        changes: &mut Changes,
    ) -> Result<Vec<StoredLayer>, Stop> {
        let before = &latest.settings.layers;
        let Some(arns) = &self.request.layers else { return Ok(before.clone()) };
        let layers = layers::find(context, arns, &self.foreign_layers)?;
        layers::check_room(&latest.code, &layers)?;
        changes.keep_layers(&layers, &self.foreign_layers);
        before.iter().for_each(|layer| changes.release(layer.blob().0));
        Ok(layers)
    }
}

/// The settings after the change.
fn changed(request: &UpdateFunctionConfiguration, latest: &StoredVersion) -> Result<FunctionSettings, Stop> {
    let has_layers = request.layers.as_ref().is_some_and(|layers| !layers.is_empty());
    request.settings.fit(latest.code.package_type(), has_layers).map_err(refusal_of)?;
    let mut settings = latest.settings.typed()?;
    settings.apply(request.settings.clone()).map_err(refusal_of)?;
    Ok(settings)
}
