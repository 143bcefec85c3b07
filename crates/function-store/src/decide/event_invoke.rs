//! What is configured about asynchronous invocations: PutFunctionEventInvokeConfig, UpdateFunctionEventInvokeConfig,
//! GetFunctionEventInvokeConfig, DeleteFunctionEventInvokeConfig, ListFunctionEventInvokeConfigs.

use funclet_validation::{
    DeleteFunctionEventInvokeConfig, Destination, Destinations, FunctionArn, FunctionReference,
    GetFunctionEventInvokeConfig, ListFunctionEventInvokeConfigs, PutFunctionEventInvokeConfig, Qualifier,
    UpdateFunctionEventInvokeConfig,
};

use crate::answer::{FunctionEventInvokeConfig, FunctionEventInvokeConfigPage, Timestamp};
use crate::decide::sealed::{Command, Query};
use crate::decide::setting::{Holder, Setting, list};
use crate::decide::{Changes, Context, Decision, Stop};
use crate::error::ServiceError;
use crate::event::ResourceKind;
use crate::keys;
use crate::stored::StoredEventInvokeConfig;

impl Setting for StoredEventInvokeConfig {
    const KIND_OF_KEY: &'static str = keys::EVENT_INVOKE_CONFIG;
    const RESOURCE: ResourceKind = ResourceKind::FunctionEventInvokeConfig;
}

impl StoredEventInvokeConfig {
    fn answer(&self, function_arn: FunctionArn) -> Result<FunctionEventInvokeConfig, Stop> {
        Ok(FunctionEventInvokeConfig {
            last_modified: Timestamp(self.last_modified_ms),
            function_arn,
            maximum_retry_attempts: self.maximum_retry_attempts,
            maximum_event_age_in_seconds: self.maximum_event_age,
            destinations: self.destinations()?,
        })
    }

    fn send_to(&mut self, destinations: &Destinations) {
        self.on_success = destinations.on_success.as_ref().map(ToString::to_string);
        self.on_failure = destinations.on_failure.as_ref().map(ToString::to_string);
    }
}

/// Finds whom a configuration is to be about. Function, version and alias are missed in the same words (as LocalStack has
/// it after recordings of AWS).
fn find(context: &Context<'_>, reference: &FunctionReference) -> Result<Holder, Stop> {
    if let Some(holder) = Holder::perhaps(context, reference)?.map(Holder::or_latest)
        && holder.is_there(context)?
    {
        return Ok(holder);
    }
    Err(ServiceError::NoFunctionForEventInvokeConfig.into())
}

/// Finds a configuration with whom it is about. The text is the same for a version that does not exist (recorded from AWS),
/// and so for a function; without a qualifier it names `$LATEST`.
fn require(
    context: &Context<'_>,
    reference: &FunctionReference,
) -> Result<(Holder, StoredEventInvokeConfig), Stop> {
    if let Some(holder) = Holder::perhaps(context, reference)?.map(Holder::or_latest)
        && let Some(config) = holder.setting(context)?
    {
        return Ok((holder, config));
    }
    let qualifier = reference.qualifier.clone().unwrap_or(Qualifier::Latest);
    let arn = context.caller.function_arn(&reference.name).qualified(qualifier);
    Err(ServiceError::NoEventInvokeConfig { arn }.into())
}

/// Looks whether records can go where they are to go. Of functions of the caller's it is known whether they exist; of
/// everything else only the service is looked at. The texts are those of AWS, as LocalStack has them after recordings.
///
/// # Errors
/// [`ServiceError::InvalidParameterValue`].
fn check(context: &Context<'_>, holder: &Holder, destinations: &Destinations) -> Result<(), Stop> {
    let Destinations { on_success, on_failure } = destinations;
    let mut fits = true;
    for (destination, may_be_bucket) in [(on_failure, true), (on_success, false)] {
        let Some(destination) = destination else { continue };
        fits &= match service(destination) {
            "lambda" => {
                check_function(context, holder, destination)?;
                true
            }
            "sns" | "sqs" | "events" => true,
            "s3" => may_be_bucket,
            _ => false,
        };
    }
    if fits {
        return Ok(());
    }
    let part = |name: &str, destination: &Option<Destination>| match destination {
        Some(destination) => format!("{name}(destination={destination})"),
        None => "null".to_owned(),
    };
    let (success, failure) = (part("OnSuccess", on_success), part("OnFailure", on_failure));
    Err(invalid(format!(
        "The provided destination config DestinationConfig(onSuccess={success}, onFailure={failure}) is invalid."
    )))
}

/// The service that a destination belongs to; a topic of Kafka belongs to none.
fn service(destination: &Destination) -> &str {
    destination.as_str().split(':').nth(2).unwrap_or_default()
}

fn check_function(context: &Context<'_>, holder: &Holder, destination: &Destination) -> Result<(), Stop> {
    let not_there = || invalid(format!("The destination ARN {destination} is invalid."));
    let arn: FunctionArn = destination.as_str().parse().map_err(|_| not_there())?;
    if (arn.region(), arn.account()) != (&context.caller.region, &context.caller.account) {
        return Ok(());
    }
    if *arn.name() == holder.name {
        return Err(invalid("You can't specify the function as a destination for itself.".to_owned()));
    }
    match context.find(arn.name().as_str())? {
        Some(_) => Ok(()),
        None => Err(not_there()),
    }
}

fn invalid(text: String) -> Stop {
    ServiceError::InvalidParameterValue(text).into()
}

impl Command for PutFunctionEventInvokeConfig {
    type Answer = FunctionEventInvokeConfig;

    /// What is not given is gone (recorded from AWS). Whom it is about comes before where records go; no RevisionId changes
    /// \[chosen\].
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<FunctionEventInvokeConfig>, Stop> {
        let holder = find(context, &self.function)?;
        let destinations = self.destinations.clone().unwrap_or_default();
        check(context, &holder, &destinations)?;
        let old: Option<StoredEventInvokeConfig> = holder.setting(context)?;
        let mut new = StoredEventInvokeConfig {
            last_modified_ms: context.drawn.now_ms,
            maximum_retry_attempts: self.maximum_retry_attempts,
            maximum_event_age: self.maximum_event_age_in_seconds,
            on_success: None,
            on_failure: None,
        };
        new.send_to(&destinations);
        let mut changes = Changes::default();
        holder.exchange(context, old.as_ref(), Some(&new), &mut changes)?;
        Ok(Decision { changes, answer: new.answer(holder.arn(context))? })
    }
}

impl Command for UpdateFunctionEventInvokeConfig {
    type Answer = FunctionEventInvokeConfig;

    /// What is not given stays (recorded from AWS); destinations are replaced together \[chosen\].
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<FunctionEventInvokeConfig>, Stop> {
        find(context, &self.function)?;
        let (holder, old) = require(context, &self.function)?;
        let mut new = StoredEventInvokeConfig { last_modified_ms: context.drawn.now_ms, ..old.clone() };
        if let Some(destinations) = &self.destinations {
            check(context, &holder, destinations)?;
            new.send_to(destinations);
        }
        new.maximum_retry_attempts = self.maximum_retry_attempts.or(old.maximum_retry_attempts);
        new.maximum_event_age = self.maximum_event_age_in_seconds.or(old.maximum_event_age);
        let mut changes = Changes::default();
        holder.exchange(context, Some(&old), Some(&new), &mut changes)?;
        Ok(Decision { changes, answer: new.answer(holder.arn(context))? })
    }
}

impl Command for DeleteFunctionEventInvokeConfig {
    type Answer = ();

    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<()>, Stop> {
        let (holder, old) = require(context, &self.function)?;
        let mut changes = Changes::default();
        holder.exchange(context, Some(&old), None, &mut changes)?;
        Ok(Decision { changes, answer: () })
    }
}

impl Query for GetFunctionEventInvokeConfig {
    type Answer = FunctionEventInvokeConfig;

    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<FunctionEventInvokeConfig, Stop> {
        let (holder, config) = require(context, &self.function)?;
        config.answer(holder.arn(context))
    }
}

impl Query for ListFunctionEventInvokeConfigs {
    type Answer = FunctionEventInvokeConfigPage;

    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<FunctionEventInvokeConfigPage, Stop> {
        let name = &self.function_name;
        let found = context.find(name.as_str())?.ok_or(ServiceError::NoFunctionForEventInvokeConfig)?;
        let place = (self.marker.as_deref(), self.max_items);
        let entry = |arn, config: StoredEventInvokeConfig| config.answer(arn);
        let (function_event_invoke_configs, next_marker) = list(context, (name, &found.value), place, entry)?;
        Ok(FunctionEventInvokeConfigPage { function_event_invoke_configs, next_marker })
    }
}
