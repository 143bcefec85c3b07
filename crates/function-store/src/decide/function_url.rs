//! URLs of functions: CreateFunctionUrlConfig, GetFunctionUrlConfig, UpdateFunctionUrlConfig, DeleteFunctionUrlConfig,
//! ListFunctionUrlConfigs.

use funclet_storage::BlobDigest;
use funclet_validation::{
    Caller, Cors, CreateFunctionUrlConfig, DeleteFunctionUrlConfig, FunctionArn, FunctionReference,
    GetFunctionUrlConfig, ListFunctionUrlConfigs, Qualifier, UpdateFunctionUrlConfig,
};

use crate::answer::{FunctionUrlConfig, FunctionUrlPage, Timestamp};
use crate::decide::sealed::{Command, Query};
use crate::decide::setting::{Holder, Setting, list};
use crate::decide::{Changes, Context, Decision, Stop};
use crate::error::ServiceError;
use crate::event::ResourceKind;
use crate::keys;
use crate::stored::{StoredCors, StoredFunctionUrl};

impl Setting for StoredFunctionUrl {
    const KIND_OF_KEY: &'static str = keys::FUNCTION_URL;
    const RESOURCE: ResourceKind = ResourceKind::FunctionUrlConfig;
}

impl StoredFunctionUrl {
    fn answer(&self, caller: &Caller, function_arn: FunctionArn) -> Result<FunctionUrlConfig, Stop> {
        Ok(FunctionUrlConfig {
            function_url: format!("https://{}.lambda-url.{}.on.aws/", self.url_id, caller.region),
            function_arn,
            auth_type: self.auth_type()?,
            cors: self.cors.as_ref().map(Cors::from),
            creation_time: Timestamp(self.created_ms),
            last_modified_time: Some(Timestamp(self.last_modified_ms)),
            invoke_mode: self.invoke_mode()?,
        })
    }
}

/// What is stored of `Cors`. One without members takes away what was there \[chosen\]: deployment tools send it for that,
/// and show a difference for ever if they read it back.
fn stored_cors(cors: &Cors) -> Option<StoredCors> {
    (*cors != Cors::default()).then(|| StoredCors::from(cors))
}

const ID_DIGITS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// The id of a URL: 32 letters and digits, as the service has them, made of random bytes.
fn url_id(random: &[u8; 16]) -> String {
    let digest = BlobDigest::of(random);
    let digit = |byte: &u8| ID_DIGITS.get(usize::from(byte % 36)).copied().map(char::from);
    digest.as_bytes().iter().filter_map(digit).collect()
}

/// The function or alias that a URL is about. Versions have none, and `$LATEST` is no name for the function here: with
/// either in its name a function is one that does not exist \[chosen\].
fn holder(context: &Context<'_>, reference: &FunctionReference) -> Result<Option<Holder>, Stop> {
    match reference.qualifier {
        None | Some(Qualifier::Other(_)) => Holder::perhaps(context, reference),
        Some(Qualifier::Latest | Qualifier::Version(_)) => Ok(None),
    }
}

/// Finds a URL with the function or alias that has it. Only one thing is told of what is missing (recorded from AWS).
fn require(
    context: &Context<'_>,
    reference: &FunctionReference,
) -> Result<(Holder, StoredFunctionUrl), Stop> {
    if let Some(holder) = holder(context, reference)?
        && let Some(url) = holder.setting(context)?
    {
        return Ok((holder, url));
    }
    Err(ServiceError::ResourceNotFound.into())
}

impl Command for CreateFunctionUrlConfig {
    type Answer = FunctionUrlConfig;

    /// Refusals in this order (as LocalStack has it after recordings of AWS): the function, a URL that is there, the alias.
    /// Function and alias keep their RevisionIds \[chosen\].
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<FunctionUrlConfig>, Stop> {
        let holder = holder(context, &self.function)?.ok_or(ServiceError::NoFunctionForUrl)?;
        let arn = holder.arn(context);
        if holder.setting::<StoredFunctionUrl>(context)?.is_some() {
            return Err(ServiceError::FunctionUrlExists { arn }.into());
        }
        if !holder.is_there(context)? {
            return Err(ServiceError::NoFunctionForUrl.into());
        }
        let url = StoredFunctionUrl {
            url_id: url_id(&context.drawn.incarnation),
            auth_type: self.auth_type.to_string(),
            cors: self.cors.as_ref().and_then(stored_cors),
            invoke_mode: self.invoke_mode.to_string(),
            created_ms: context.drawn.now_ms,
            last_modified_ms: context.drawn.now_ms,
        };
        let mut changes = Changes::default();
        holder.exchange(context, None, Some(&url), &mut changes)?;
        let answer = url.answer(context.caller, arn)?;
        Ok(Decision { changes, answer: FunctionUrlConfig { last_modified_time: None, ..answer } })
    }
}

impl Command for UpdateFunctionUrlConfig {
    type Answer = FunctionUrlConfig;

    /// Refusals in this order (as LocalStack has it after recordings of AWS): function and alias, then the URL. `Cors` is
    /// replaced as a whole.
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<FunctionUrlConfig>, Stop> {
        let holder = holder(context, &self.function)?.ok_or(ServiceError::NoFunctionForUrl)?;
        if !holder.is_there(context)? {
            return Err(ServiceError::NoFunctionForUrl.into());
        }
        let old: StoredFunctionUrl = holder.setting(context)?.ok_or(ServiceError::ResourceNotFound)?;
        let mut new = StoredFunctionUrl { last_modified_ms: context.drawn.now_ms, ..old.clone() };
        if let Some(auth_type) = self.auth_type {
            new.auth_type = auth_type.to_string();
        }
        if let Some(cors) = &self.cors {
            new.cors = stored_cors(cors);
        }
        if let Some(invoke_mode) = self.invoke_mode {
            new.invoke_mode = invoke_mode.to_string();
        }
        let mut changes = Changes::default();
        holder.exchange(context, Some(&old), Some(&new), &mut changes)?;
        Ok(Decision { changes, answer: new.answer(context.caller, holder.arn(context))? })
    }
}

impl Command for DeleteFunctionUrlConfig {
    type Answer = ();

    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<()>, Stop> {
        let (holder, old) = require(context, &self.function)?;
        let mut changes = Changes::default();
        holder.exchange(context, Some(&old), None, &mut changes)?;
        Ok(Decision { changes, answer: () })
    }
}

impl Query for GetFunctionUrlConfig {
    type Answer = FunctionUrlConfig;

    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<FunctionUrlConfig, Stop> {
        let (holder, url) = require(context, &self.function)?;
        url.answer(context.caller, holder.arn(context))
    }
}

impl Query for ListFunctionUrlConfigs {
    type Answer = FunctionUrlPage;

    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<FunctionUrlPage, Stop> {
        let name = &self.function_name;
        let function = context.find(name.as_str())?.ok_or(ServiceError::NoFunctionForUrl)?.value;
        let place = (self.marker.as_deref(), self.max_items);
        let entry = |arn, url: StoredFunctionUrl| url.answer(context.caller, arn);
        let (function_url_configs, next_marker) = list(context, (name, &function), place, entry)?;
        Ok(FunctionUrlPage { function_url_configs, next_marker })
    }
}

#[cfg(test)]
mod tests {
    use super::url_id;

    #[test]
    fn ids_are_as_long_as_those_of_the_service_and_differ() {
        let (one, other) = (url_id(&[1; 16]), url_id(&[2; 16]));
        assert_ne!(one, other);
        for id in [one, other] {
            assert_eq!(id.len(), 32);
            assert!(id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()), "{id}");
        }
    }
}
