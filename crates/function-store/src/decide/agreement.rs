//! Whether an entry of a store agrees with the others: totals with what they add up, indexes with what they point to, and
//! everything with what it belongs to.
//!
//! Decisions keep that up. Whoever writes entries without them, as an import does, asks about each of them at the end. What a
//! deleted function has left is nobody's any more, and only waits to be swept away.

use funclet_storage::Value;
use funclet_validation::{Qualifier, Version};

use crate::decide::event_source_mapping::Mapping;
use crate::decide::setting::Holder;
use crate::decide::{Context, Stop};
use crate::exported::Content;
use crate::keys;
use crate::stored::resource::StoredResource;
use crate::stored::{
    Stored, StoredAlias, StoredCodeSigningConfig, StoredCodeSigningUser, StoredEventSourceMapping,
    StoredFunction, StoredFunctionCodeSigning, StoredLayerHead, StoredLayerVersion, StoredMappingEntry,
    StoredProvisionedConcurrency, StoredProvisionedTotal, StoredReferrer, StoredVersion, parse,
};

/// Why an entry is not known to agree with the others.
#[derive(Debug)]
pub(crate) enum Disagreement {
    /// It does not, and how.
    Told(&'static str),
    /// That cannot be looked at.
    Stop(Stop),
}

impl<E: Into<Stop>> From<E> for Disagreement {
    fn from(error: E) -> Self {
        Self::Stop(error.into())
    }
}

type Agreement = Result<(), Disagreement>;

fn ensure(agrees: bool, otherwise: &'static str) -> Agreement {
    if agrees { Ok(()) } else { Err(Disagreement::Told(otherwise)) }
}

/// How many entries are read at once.
const PAGE: usize = 64;

/// Looks whether an entry that is stored agrees with the others of its scope.
pub(crate) fn check_agreement(context: &Context<'_>, content: &Content) -> Agreement {
    match content {
        Content::Function { key, value } => context.function_agrees(key, value),
        Content::Resource { key, value } => context.resource_agrees(key, value),
        // A version is counted by its function; what is deleted is nobody's; of what is unknown nothing can be said.
        Content::Version { .. } | Content::Gone { .. } | Content::Raw { .. } => Ok(()),
    }
}

impl Context<'_> {
    fn each(&self, prefix: &[u8], mut look: impl FnMut(&[u8], &Value) -> Agreement) -> Agreement {
        let mut after: Option<Vec<u8>> = None;
        loop {
            let page = self.view.scan(prefix, after.as_deref(), PAGE)?;
            for (key, value) in &page.entries {
                look(key, value)?;
            }
            after = page.entries.into_iter().next_back().map(|(key, _)| key);
            if !page.more {
                return Ok(());
            }
        }
    }

    fn has<T: Stored>(&self, key: &[u8]) -> Result<bool, Stop> {
        Ok(self.read::<T>(key)?.is_some())
    }

    fn function_agrees(&self, name: &str, function: &StoredFunction) -> Agreement {
        let incarnation = &function.incarnation;
        let mut bytes = function.latest.code.quota_bytes();
        self.each(&keys::versions(name, incarnation), |key, value| {
            let version = StoredVersion::decode(value)?;
            bytes = bytes.saturating_add(version.code.quota_bytes());
            let is_settled = keys::number_of(key).is_some_and(|number| number < function.unsettled_from);
            ensure(
                version.transition.is_none() || !is_settled,
                "the function counts a version as settled that is not",
            )
        })?;
        ensure(
            bytes == function.code_bytes,
            "the function does not have as many bytes as its versions together",
        )?;
        let mut provisioned = 0_u64;
        self.each(&keys::belongings_of(name, incarnation, keys::PROVISIONED), |_, value| {
            provisioned += u64::from(StoredProvisionedConcurrency::decode(value)?.executions);
            Ok(())
        })?;
        let total = keys::belonging(name, incarnation, keys::PROVISIONED_TOTAL, "");
        let total = self.read::<StoredProvisionedTotal>(&total)?.map(|total| u64::from(total.executions));
        ensure(
            total == (provisioned > 0).then_some(provisioned),
            "the function does not have as many provisioned executions as its versions and aliases together",
        )?;
        let reserved = function.reserved_concurrent_executions;
        ensure(
            reserved.is_none_or(|reserved| u64::from(reserved) >= provisioned),
            "fewer executions are reserved for the function than are provisioned",
        )
    }

    fn resource_agrees(&self, key: &str, resource: &StoredResource) -> Agreement {
        match resource {
            StoredResource::Alias(alias) => {
                self.of_living(key, &|holder, name| alias_agrees(self, holder, name, alias))
            }
            StoredResource::Referrer(_) => {
                self.of_living(key, &|holder, rest| referrer_agrees(self, holder, rest))
            }
            StoredResource::Layer(head) => self.layer_agrees(key, head),
            StoredResource::LayerVersion(_) => self.layer_version_agrees(key),
            StoredResource::LayerPolicy(_) => self.layer_policy_agrees(key),
            StoredResource::CodeSigningUser(_) => self.code_signing_user_agrees(key),
            StoredResource::FunctionCodeSigning(setting) => {
                self.of_living(key, &|holder, _| self.code_signing_agrees(holder, setting))
            }
            StoredResource::ProvisionedConcurrency(_)
            | StoredResource::Policy(_)
            | StoredResource::FunctionUrl(_)
            | StoredResource::EventInvokeConfig(_)
            | StoredResource::RuntimeManagement(_)
            | StoredResource::FunctionScaling(_) => {
                self.of_living(key, &|holder, qualifier| setting_agrees(self, holder, qualifier))
            }
            StoredResource::PackageReport(_) => self.package_report_agrees(key),
            StoredResource::EventSourceMapping(mapping) => self.mapping_agrees(key, mapping),
            StoredResource::EventSourceMappingEntry(entry) => self.mapping_entry_agrees(key, *entry),
            // Others refer to the first, the function looks at the second itself, and has the third without conditions.
            StoredResource::CodeSigningConfig(_)
            | StoredResource::ProvisionedTotal(_)
            | StoredResource::RecursionConfig(_) => Ok(()),
        }
    }

    /// Looks at a belonging, with its function and with what its key has behind the kind; not at one of a deleted function.
    fn of_living(&self, key: &str, look: &dyn Fn(Holder, &str) -> Agreement) -> Agreement {
        let Some(parts) = keys::parts_of_belonging(key) else { return Ok(()) };
        match self.read::<StoredFunction>(&keys::function(parts.name.as_str()))? {
            Some(function) if function.incarnation == parts.incarnation => {
                look(Holder { name: parts.name, function, qualifier: None }, parts.rest)
            }
            _ => Ok(()),
        }
    }

    fn layer_agrees(&self, key: &str, head: &StoredLayerHead) -> Agreement {
        let name = key.strip_prefix(keys::LAYERS).unwrap_or_default();
        let mut bytes = 0_u64;
        self.each(&keys::layer_versions(name), |_, value| {
            bytes = bytes.saturating_add(StoredLayerVersion::decode(value)?.size);
            Ok(())
        })?;
        ensure(bytes == head.code_bytes, "the layer does not have as many bytes as its versions together")
    }

    fn layer_version_agrees(&self, key: &str) -> Agreement {
        let (name, number) = keys::parts_of_layer_version(key).unwrap_or_default();
        let head = self.read::<StoredLayerHead>(&keys::layer(name))?;
        ensure(
            head.is_some_and(|head| number < head.next_version),
            "the layer of this version is not there, or has no such number yet",
        )
    }

    fn layer_policy_agrees(&self, key: &str) -> Agreement {
        let (name, number) = keys::parts_of_layer_policy(key).unwrap_or_default();
        let is_there = self.has::<StoredLayerVersion>(&keys::layer_version(name, number))?;
        ensure(is_there, "the version of a layer that this is about is not there")
    }

    fn code_signing_user_agrees(&self, key: &str) -> Agreement {
        let (id, name) = keys::parts_of_code_signing_user(key).unwrap_or_default();
        let function = self.read::<StoredFunction>(&keys::function(name))?;
        let has = match function {
            Some(function) => {
                let key = keys::belonging(name, &function.incarnation, keys::FUNCTION_CODE_SIGNING, "");
                self.read::<StoredFunctionCodeSigning>(&key)?
            }
            None => None,
        };
        ensure(
            has.is_some_and(|has| has.code_signing_config_id == id),
            "the function does not have this code signing config",
        )
    }

    fn code_signing_agrees(&self, holder: Holder, setting: &StoredFunctionCodeSigning) -> Agreement {
        let id = &setting.code_signing_config_id;
        let is_there = self.has::<StoredCodeSigningConfig>(&keys::code_signing(id))?;
        ensure(is_there, "the code signing config of the function is not there")?;
        let key = keys::code_signing_user(id, holder.name.as_str());
        let is_known = self.has::<StoredCodeSigningUser>(&key)?;
        ensure(is_known, "the code signing config does not know of the function")
    }

    fn package_report_agrees(&self, key: &str) -> Agreement {
        let Some(package) = keys::package_of_report(key) else { return Ok(()) };
        ensure(self.view.holds(&package)?, "nothing has the package that this reports on")
    }

    fn mapping_agrees(&self, key: &str, stored: &StoredEventSourceMapping) -> Agreement {
        let Some(uuid) = keys::mapping_id(key) else { return Ok(()) };
        for entry in (Mapping { uuid, stored: stored.clone() }).entries() {
            let found = self.read::<StoredMappingEntry>(&entry)?;
            ensure(
                found.is_some_and(|found| found.uuid == uuid),
                "the event source mapping is not where it has to be found",
            )?;
        }
        Ok(())
    }

    fn mapping_entry_agrees(&self, key: &str, entry: StoredMappingEntry) -> Agreement {
        let mapping = self.stored_mapping(entry.uuid)?;
        ensure(
            mapping.is_some_and(|mapping| mapping.may_have_entry(key.as_bytes())),
            "the event source mapping is not one that has to be found here",
        )
    }
}

fn alias_agrees(context: &Context<'_>, holder: Holder, alias: &str, stored: &StoredAlias) -> Agreement {
    for version in stored.versions() {
        let key = keys::alias_of(holder.name.as_str(), &holder.function.incarnation, &version, alias);
        ensure(context.has::<StoredReferrer>(&key)?, "the version of the alias does not know of it")?;
    }
    Ok(())
}

/// Each version of an alias has its referrer, so it is enough if referrers look for versions.
fn referrer_agrees(context: &Context<'_>, mut holder: Holder, rest: &str) -> Agreement {
    let (version, alias) = rest.split_once('/').unwrap_or_default();
    let key = keys::belonging(holder.name.as_str(), &holder.function.incarnation, keys::ALIAS, alias);
    let stored = context.read::<StoredAlias>(&key)?;
    ensure(
        stored.is_some_and(|stored| stored.versions().any(|one| one == version)),
        "the alias does not refer to this version",
    )?;
    holder.qualifier = Some(Qualifier::from(parse::<Version>(version)?));
    ensure(holder.is_there(context)?, "the version that the alias refers to is not there")
}

/// What is neither version nor alias, such as `$LATEST.PUBLISHED`, is there with every function.
fn setting_agrees(context: &Context<'_>, mut holder: Holder, qualifier: &str) -> Agreement {
    holder.qualifier = qualifier.parse().ok();
    let is_nobodys =
        matches!(&holder.qualifier, Some(Qualifier::Other(other)) if other.alias_name().is_none());
    ensure(is_nobodys || holder.is_there(context)?, "the version or alias that this belongs to is not there")
}
