//! Code signing configs: CreateCodeSigningConfig, GetCodeSigningConfig, UpdateCodeSigningConfig, DeleteCodeSigningConfig,
//! ListCodeSigningConfigs, ListFunctionsByCodeSigningConfig.

use funclet_validation::{
    Caller, CodeSigningConfigArn, CreateCodeSigningConfig, DeleteCodeSigningConfig, FunctionName,
    GetCodeSigningConfig, ListCodeSigningConfigs, ListFunctionsByCodeSigningConfig, StringMap,
    UpdateCodeSigningConfig,
};

use crate::answer::{CodeSigningConfig, CodeSigningConfigPage, FunctionArnPage, Timestamp};
use crate::decide::list::Filling;
use crate::decide::marker::Marker;
use crate::decide::sealed::{Command, Query};
use crate::decide::{Changes, Context, Decision, Stop};
use crate::error::ServiceError;
use crate::event::{ResourceChange, ResourceEvent, ResourceKind};
use crate::keys;
use crate::stored::{BadStored, Stored as _, StoredCodeSigningConfig, code_signing_arn, pairs, parse};

/// What the random part of an id consists of (recorded from AWS).
const ID_LETTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const ID_LENGTH: usize = 17;

/// Makes an id of random bytes: `csc-` and 17 letters and digits.
fn new_id(random: [u8; 16]) -> String {
    let mut rest = u128::from_be_bytes(random);
    let letters = (0..ID_LENGTH).map(|_| {
        let at = usize::try_from(rest % 36).unwrap_or_default();
        rest /= 36;
        ID_LETTERS.get(at).copied().map_or('a', char::from)
    });
    format!("csc-{}", letters.collect::<String>())
}

/// The ARN of a code signing config.
pub(crate) fn arn(caller: &Caller, id: &str) -> Result<CodeSigningConfigArn, BadStored> {
    code_signing_arn((&caller.region, &caller.account), id)
}

/// A code signing config that exists.
pub(crate) struct Found {
    pub(crate) id: String,
    pub(crate) value: StoredCodeSigningConfig,
}

impl Found {
    fn answer(&self, context: &Context<'_>) -> Result<CodeSigningConfig, Stop> {
        Ok(CodeSigningConfig {
            code_signing_config_id: self.id.clone(),
            code_signing_config_arn: arn(context.caller, &self.id)?,
            description: self.value.description.clone(),
            allowed_publishers: self.value.publishers()?,
            untrusted_artifact_on_deployment: self.value.policy()?,
            last_modified: Timestamp(self.value.last_modified_ms),
        })
    }

    /// Writes it, and says so in the feed.
    fn write(
        &self,
        context: &Context<'_>,
        change: ResourceChange,
        changes: &mut Changes,
    ) -> Result<(), Stop> {
        let key = keys::code_signing(&self.id);
        match change {
            ResourceChange::Created | ResourceChange::Updated => changes.put(key, &self.value)?,
            ResourceChange::Deleted => changes.delete(key),
        }
        changes.event(ResourceEvent {
            resource: ResourceKind::CodeSigningConfig,
            change,
            arn: arn(context.caller, &self.id)?.to_string(),
            old_revision: None,
            new_revision: None,
        })
    }
}

/// Finds a code signing config. There is none under the ARN of another account or region.
pub(crate) fn find(context: &Context<'_>, asked: &CodeSigningConfigArn) -> Result<Option<Found>, Stop> {
    let id = asked.as_str().rsplit(':').next().unwrap_or_default();
    if arn(context.caller, id)? != *asked {
        return Ok(None);
    }
    let value = context.read(&keys::code_signing(id))?;
    Ok(value.map(|value| Found { id: id.to_owned(), value }))
}

/// Finds a code signing config that must exist.
pub(crate) fn require(context: &Context<'_>, arn: &CodeSigningConfigArn) -> Result<Found, Stop> {
    find(context, arn)?.ok_or_else(|| ServiceError::NoCodeSigningConfig { arn: arn.clone() }.into())
}

impl Command for CreateCodeSigningConfig {
    type Answer = CodeSigningConfig;

    /// Whether the signing profiles exist is not looked at (recorded from AWS).
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<CodeSigningConfig>, Stop> {
        // No function is created here, so nobody else uses what was drawn for one.
        let id = new_id(context.drawn.incarnation);
        // Read because it is written; an id that is taken would be a broken promise of the source of ids.
        let taken = context.view.get(&keys::code_signing(&id))?.is_some();
        assert!(!taken, "the code signing config {id} was created before");
        let value = StoredCodeSigningConfig {
            description: self.description.clone(),
            allowed_publishers: self.allowed_publishers.iter().map(ToString::to_string).collect(),
            untrusted_artifact_on_deployment: self.untrusted_artifact_on_deployment.to_string(),
            last_modified_ms: context.drawn.now_ms,
            tags: pairs(&self.tags),
        };
        let (created, mut changes) = (Found { id, value }, Changes::default());
        created.write(context, ResourceChange::Created, &mut changes)?;
        Ok(Decision { changes, answer: created.answer(context)? })
    }
}

impl Query for GetCodeSigningConfig {
    type Answer = CodeSigningConfig;

    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<CodeSigningConfig, Stop> {
        require(context, &self.code_signing_config_arn)?.answer(context)
    }
}

impl Command for UpdateCodeSigningConfig {
    type Answer = CodeSigningConfig;

    /// Without any change nothing happens (recorded from AWS), and `LastModified` stays \[chosen\].
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<CodeSigningConfig>, Stop> {
        let mut found = require(context, &self.code_signing_config_arn)?;
        let mut changes = Changes::default();
        if (&self.description, &self.allowed_publishers, &self.untrusted_artifact_on_deployment)
            != (&None, &None, &None)
        {
            let value = &mut found.value;
            if let Some(description) = &self.description {
                value.description.clone_from(description);
            }
            if let Some(publishers) = &self.allowed_publishers {
                value.allowed_publishers = publishers.iter().map(ToString::to_string).collect();
            }
            if let Some(policy) = self.untrusted_artifact_on_deployment {
                value.untrusted_artifact_on_deployment = policy.to_string();
            }
            value.last_modified_ms = context.drawn.now_ms;
            found.write(context, ResourceChange::Updated, &mut changes)?;
        }
        Ok(Decision { changes, answer: found.answer(context)? })
    }
}

impl Command for DeleteCodeSigningConfig {
    type Answer = ();

    /// Possible as long as no function has it (documented).
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<()>, Stop> {
        let found = require(context, &self.code_signing_config_arn)?;
        if !context.view.scan(&keys::code_signing_users(&found.id), None, 1)?.entries.is_empty() {
            let arn = self.code_signing_config_arn.clone();
            return Err(ServiceError::CodeSigningConfigInUse { arn }.into());
        }
        let mut changes = Changes::default();
        found.write(context, ResourceChange::Deleted, &mut changes)?;
        Ok(Decision { changes, answer: () })
    }
}

/// Gives a code signing config other tags. `LastModified` stays \[chosen\].
pub(crate) fn exchange_tags(
    context: &Context<'_>,
    arn: &CodeSigningConfigArn,
    change: impl FnOnce(StringMap) -> Result<StringMap, ServiceError>,
) -> Result<Decision<()>, Stop> {
    let mut found = require(context, arn)?;
    let tags = std::mem::take(&mut found.value.tags).into_iter().collect();
    found.value.tags = pairs(&change(tags)?);
    let mut changes = Changes::default();
    found.write(context, ResourceChange::Updated, &mut changes)?;
    Ok(Decision { changes, answer: () })
}

impl Query for ListCodeSigningConfigs {
    type Answer = CodeSigningConfigPage;

    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<CodeSigningConfigPage, Stop> {
        let after = self.marker.as_deref().map(Marker::decode).transpose()?;
        let after = after.map(|marker| keys::code_signing(&marker.name));
        let mut page = Filling::new(self.max_items);
        let listed = context.view.scan(keys::CODE_SIGNING.as_bytes(), after.as_deref(), page.limit)?;
        page.more = listed.more;
        for (key, value) in listed.entries {
            let id = keys::last_part(&key).unwrap_or_default().to_owned();
            let found = Found { id, value: StoredCodeSigningConfig::decode(&value)? };
            page.push(&found.id, 0, found.answer(context)?);
        }
        let (code_signing_configs, next_marker) = page.finish();
        Ok(CodeSigningConfigPage { code_signing_configs, next_marker })
    }
}

impl Query for ListFunctionsByCodeSigningConfig {
    type Answer = FunctionArnPage;

    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<FunctionArnPage, Stop> {
        let found = require(context, &self.code_signing_config_arn)?;
        let prefix = keys::code_signing_users(&found.id);
        let after = self.marker.as_deref().map(Marker::decode).transpose()?;
        let after = after.map(|marker| keys::code_signing_user(&found.id, &marker.name));
        let mut page = Filling::new(self.max_items);
        let listed = context.view.scan(&prefix, after.as_deref(), page.limit)?;
        page.more = listed.more;
        for (key, _) in listed.entries {
            let name: FunctionName = parse(keys::last_part(&key).unwrap_or_default())?;
            page.push(&name, 0, context.caller.function_arn(&name));
        }
        let (function_arns, next_marker) = page.finish();
        Ok(FunctionArnPage { function_arns, next_marker })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_form_of_the_service() {
        for random in [[0; 16], [7; 16], [255; 16]] {
            let id = new_id(random);
            let caller =
                Caller { account: "111122223333".parse().unwrap(), region: "us-east-1".parse().unwrap() };
            let arn = arn(&caller, &id).unwrap();
            assert!(arn.as_str().ends_with(&format!(":111122223333:code-signing-config:{id}")));
        }
        let mut other = [7; 16];
        other[15] = 8;
        assert_ne!(new_id([7; 16]), new_id(other));
    }
}
