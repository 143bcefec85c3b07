//! Aliases: CreateAlias, GetAlias, UpdateAlias, DeleteAlias, ListAliases.

use std::collections::BTreeSet;

use funclet_validation::{
    AliasName, AliasRoute, Caller, CreateAlias, DeleteAlias, FunctionArn, FunctionName, GetAlias,
    ListAliases, Qualifier, RevisionId, UpdateAlias, Version,
};

use crate::answer::{AliasConfiguration, AliasPage};
use crate::decide::list::Filling;
use crate::decide::marker::Marker;
use crate::decide::provisionable::refuse_move;
use crate::decide::sealed::{Command, Query};
use crate::decide::update::{check_revision, refusal_of};
use crate::decide::{Changes, Context, Decision, Stop};
use crate::error::ServiceError;
use crate::event::{ResourceChange, ResourceEvent, ResourceKind};
use crate::keys;
use crate::stored::{StoredAlias, StoredFunction, StoredReferrer, parse};

/// The ARN of an alias.
fn arn(caller: &Caller, function: &FunctionName, alias: &AliasName) -> FunctionArn {
    caller.function_arn(function).qualified(alias)
}

impl StoredAlias {
    fn answer(
        &self,
        caller: &Caller,
        function: &FunctionName,
        name: &AliasName,
    ) -> Result<AliasConfiguration, Stop> {
        Ok(AliasConfiguration {
            alias_arn: arn(caller, function, name),
            name: name.clone(),
            function_version: self.version()?,
            description: self.description.clone(),
            routing: self.routes().collect(),
            revision_id: RevisionId::from_bytes(self.revision_id),
        })
    }

    fn routes(&self) -> impl Iterator<Item = AliasRoute> {
        let route = |(number, weight): &(u64, f64)| AliasRoute {
            version: Qualifier::Version(*number),
            weight: *weight,
        };
        self.routing.iter().map(route)
    }
}

/// An alias of a function, as it is about to be written.
struct Writing<'a> {
    context: &'a Context<'a>,
    function_name: &'a FunctionName,
    function: &'a StoredFunction,
    name: &'a AliasName,
}

impl Writing<'_> {
    fn key(&self) -> Vec<u8> {
        let incarnation = &self.function.incarnation;
        keys::belonging(self.function_name.as_str(), incarnation, keys::ALIAS, self.name.as_str())
    }

    /// Puts an alias together, unless one of its versions does not exist.
    fn alias(
        &self,
        target: &Qualifier,
        route: Option<&AliasRoute>,
        description: &str,
    ) -> Result<StoredAlias, Stop> {
        let target = self.version(target)?;
        let route =
            route.map(|route| Ok::<_, Stop>((self.number(&route.version)?, route.weight))).transpose()?;
        let [revision_id, ..] = self.context.drawn.revisions;
        Ok(StoredAlias {
            revision_id,
            function_version: target.to_string(),
            description: description.to_owned(),
            routing: route.into_iter().collect(),
        })
    }

    fn version(&self, asked: &Qualifier) -> Result<Version, Stop> {
        match asked {
            Qualifier::Latest => Ok(Version::Latest),
            other => self.number(other).map(Version::Number),
        }
    }

    /// The number of a published version that exists.
    fn number(&self, asked: &Qualifier) -> Result<u64, Stop> {
        if let Qualifier::Version(number) = asked
            && self.context.find_version(self.function_name.as_str(), self.function, *number)?.is_some()
        {
            return Ok(*number);
        }
        let arn = self.context.caller.function_arn(self.function_name).qualified(asked);
        Err(ServiceError::FunctionNotFound { arn }.into())
    }

    /// Writes the alias in the place of another one, or of none, and says under each version whether it stands for it.
    fn exchange(
        &self,
        old: Option<&StoredAlias>,
        new: Option<&StoredAlias>,
        changes: &mut Changes,
    ) -> Result<(), Stop> {
        let versions = |alias: Option<&StoredAlias>| -> BTreeSet<String> {
            alias.into_iter().flat_map(StoredAlias::versions).collect()
        };
        let (before, after) = (versions(old), versions(new));
        for version in before.symmetric_difference(&after) {
            let (name, incarnation) = (self.function_name.as_str(), &self.function.incarnation);
            let key = keys::alias_of(name, incarnation, version, self.name.as_str());
            // Read because it is written.
            self.context.view.get(&key)?;
            if after.contains(version) {
                changes.put(key, &StoredReferrer {})?;
            } else {
                changes.delete(key);
            }
        }
        match new {
            Some(new) => changes.put(self.key(), new)?,
            None => changes.delete(self.key()),
        }
        changes.event(ResourceEvent {
            resource: ResourceKind::Alias,
            change: match (old, new) {
                (None, _) => ResourceChange::Created,
                (Some(_), Some(_)) => ResourceChange::Updated,
                (Some(_), None) => ResourceChange::Deleted,
            },
            arn: arn(self.context.caller, self.function_name, self.name).to_string(),
            old_revision: old.map(|alias| alias.revision_id),
            new_revision: new.map(|alias| alias.revision_id),
        })
    }
}

impl Command for CreateAlias {
    type Answer = AliasConfiguration;

    /// Refusals in this order \[chosen\]: the function, whose ARN shows the version asked for (recorded from AWS), the name of
    /// the alias, its versions. Neither function nor version changes (recorded).
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<AliasConfiguration>, Stop> {
        let version_arn = context.caller.function_arn(&self.function_name).qualified(&self.function_version);
        let function = context.require(&self.function_name, version_arn)?.value;
        let writing =
            Writing { context, function_name: &self.function_name, function: &function, name: &self.name };
        if context.find_alias(&self.function_name, &function, &self.name)?.is_some() {
            let arn = arn(context.caller, &self.function_name, &self.name);
            return Err(ServiceError::AliasExists { arn }.into());
        }
        let alias = writing.alias(&self.function_version, self.routing.as_ref(), &self.description)?;
        let mut changes = Changes::default();
        writing.exchange(None, Some(&alias), &mut changes)?;
        Ok(Decision { changes, answer: alias.answer(context.caller, &self.function_name, &self.name)? })
    }
}

impl Command for UpdateAlias {
    type Answer = AliasConfiguration;

    /// Refusals in this order \[chosen\]: the alias, its RevisionId, its routing, its versions, what is provisioned. A change
    /// that changes nothing is one all the same (recorded from AWS).
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<AliasConfiguration>, Stop> {
        let arn = arn(context.caller, &self.function_name, &self.name);
        let not_found = || ServiceError::NoAliasToUpdate { arn: arn.clone() };
        let function = context.find(self.function_name.as_str())?.ok_or_else(not_found)?.value;
        let found = context.find_alias(&self.function_name, &function, &self.name)?;
        let old = found.ok_or_else(not_found)?;
        check_revision(self.revision_id.as_deref(), old.revision_id)?;
        let stored = Qualifier::from(old.version()?);
        let target = self.function_version.as_ref().unwrap_or(&stored);
        let route = match &self.routing {
            Some(route) => route.clone(),
            None => old.routes().next(),
        };
        route.as_ref().map_or(Ok(()), |route| route.fit(target)).map_err(refusal_of)?;
        let writing =
            Writing { context, function_name: &self.function_name, function: &function, name: &self.name };
        let description = self.description.as_ref().unwrap_or(&old.description);
        let alias = writing.alias(target, route.as_ref(), description)?;
        if alias.function_version != old.function_version {
            refuse_move(context, (&self.function_name, &function), &self.name, &alias.function_version)?;
        }
        let mut changes = Changes::default();
        writing.exchange(Some(&old), Some(&alias), &mut changes)?;
        Ok(Decision { changes, answer: alias.answer(context.caller, &self.function_name, &self.name)? })
    }
}

impl Command for DeleteAlias {
    type Answer = ();

    /// An alias that does not exist is no complaint (recorded from AWS).
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<()>, Stop> {
        let name = &self.function_name;
        let function = context.require(name, context.caller.function_arn(name))?.value;
        let mut changes = Changes::default();
        if let Some(old) = context.find_alias(name, &function, &self.name)? {
            let writing = Writing { context, function_name: name, function: &function, name: &self.name };
            writing.exchange(Some(&old), None, &mut changes)?;
            context.remove_settings(name, &function, &Qualifier::from(&self.name), &mut changes)?;
        }
        Ok(Decision { changes, answer: () })
    }
}

impl Query for GetAlias {
    type Answer = AliasConfiguration;

    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<AliasConfiguration, Stop> {
        let name = &self.function_name;
        let function = context.require(name, context.caller.function_arn(name))?.value;
        let found = context.find_alias(name, &function, &self.name)?;
        let not_found = || ServiceError::AliasNotFound { arn: arn(context.caller, name, &self.name) };
        found.ok_or_else(not_found)?.answer(context.caller, name, &self.name)
    }
}

impl Query for ListAliases {
    type Answer = AliasPage;

    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<AliasPage, Stop> {
        let name = &self.function_name;
        let function = context.require(name, context.caller.function_arn(name))?.value;
        let after = self.marker.as_deref().map(Marker::decode).transpose()?;
        let mut page = Filling::new(self.max_items);
        let incarnation = &function.incarnation;
        let prefix = match &self.function_version {
            None => keys::belongings_of(name.as_str(), incarnation, keys::ALIAS),
            Some(Qualifier::Version(number)) => {
                keys::aliases_of(name.as_str(), incarnation, &number.to_string())
            }
            Some(Qualifier::Latest) => keys::aliases_of(name.as_str(), incarnation, "$LATEST"),
            // No alias refers to what is no version.
            Some(Qualifier::Other(_)) => return Ok(AliasPage { aliases: Vec::new(), next_marker: None }),
        };
        let after = after.map(|marker| [&prefix[..], marker.name.as_bytes()].concat());
        let found = context.view.scan(&prefix, after.as_deref(), page.limit)?;
        page.more = found.more;
        for (key, _) in found.entries {
            let alias_name: AliasName = parse(keys::last_part(&key).unwrap_or_default())?;
            if let Some(alias) = context.find_alias(name, &function, &alias_name)? {
                page.push(&alias_name, 0, alias.answer(context.caller, name, &alias_name)?);
            }
        }
        let (aliases, next_marker) = page.finish();
        Ok(AliasPage { aliases, next_marker })
    }
}
