//! UpdateFunctionConfiguration.

use funclet_validation::UpdateFunctionConfiguration;

use crate::answer::FunctionConfiguration;
use crate::decide::sealed::Command;
use crate::decide::update::{self, refusal_of};
use crate::decide::{Changes, Context, Decision, Stop};
use crate::error::ServiceError;
use crate::event::FunctionEventKind;
use crate::keys;
use crate::stored::{StoredSettings, StoredVersion};

impl Command for UpdateFunctionConfiguration {
    type Answer = FunctionConfiguration;

    /// Refusals in this order \[chosen\]: existence, a version addressed, RevisionId, what the package type or the other
    /// settings do not allow, layers, update in progress.
    ///
    /// A change that changes nothing is an update like any other (recorded from AWS).
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<FunctionConfiguration>, Stop> {
        let name = &self.function.name;
        let found = update::find(context, &self.function, self.revision_id.as_deref())?;
        let settings = changed(self, &found.value.latest)?;
        update::check_idle(context, name, &found.value)?;
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
